/* SPDX-License-Identifier: GPL-2.0-or-later
 * The daemon and its virtual libraries: started, stopped, killed, damaged. */
#include "rsm_test.h"

#include "device/virtual/virtual.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const token_users[] = {"nobody", "daemon", "bin"};

/* ---- files ---- */

const char *rig_text(const char *fmt, ...)
{
	static char ring[8][400];
	static int next;
	char *p = ring[next++ % 8];
	va_list a;

	va_start(a, fmt);
	vsnprintf(p, sizeof ring[0], fmt, a);
	va_end(a);
	return p;
}

void rig_write_file(const char *name, mode_t mode, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t n = strlen(text);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n || close(fd) != 0)
		fail_msg("%s: %s", name, strerror(errno));
}

void rig_run(const char *command)
{
	int status = system(command);

	if (status != 0)
		fail_msg("%s: status %d", command, status);
}

/* Failed tests show what their daemons said. */
static char logs[PATH_MAX];

static void keep_log(struct rig *r)
{
	if (!logs[0])
		snprintf(logs, sizeof logs, "%s/rsm_test.%d.log", getenv("TMPDIR") ?: "/tmp", (int)getpid());
	rig_run(rig_text("cat %s/log >>%s", r->dir, logs));
}

int rsm_tests_(int failed)
{
	if (failed && logs[0] && system(rig_text("tail -n 400 %s >&2", logs)) != 0)
		perror(logs);
	if (logs[0])
		unlink(logs);
	return failed;
}

/* ---- starting ---- */

static int free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) != 0)
		fail_msg("no port: %s", strerror(errno));
	close(fd);
	return ntohs(a.sin_port);
}

static void make_library(struct rig *r, int l)
{
	const struct rig_library *want = &r->options.library[l];
	struct virtual_geometry g = {.slots = want->slots,
				     .drives = want->drives,
				     .mailslots = want->mailslots,
				     .sides = want->sides,
				     .extra = want->ini
						      ?: want->sides == 2 ? "drive_product = VIRTUAL-MO\n"
									  : NULL};
	const char *dir = rig_text("%s/%s", r->dir, want->name);
	struct err e = {0};

	if (virtual_create(dir, &g, &e))
		fail_msg("%s", e.why);
	for (int i = 1; i <= want->cartridges; i++)
		operator_adds(r, rig_barcode(r, l, i), l, rig_text("slots/%04d", i), NULL);
	for (int i = 1; i <= want->archives; i++)
		operator_adds(r, rig_archive_barcode(r, l, i), l,
			      rig_text("slots/%04d", want->cartridges + i), "tar");
}

static void write_configuration(struct rig *r)
{
	char text[4000], tokens[400] = "";
	size_t n;

	n = (size_t)snprintf(
		text, sizeof text,
		"[rsmd]\nstate = %s/state\nstore = sqlite:%s/state/rsm.db\nlisten = %s\nlisten = %s\n"
		"tokens = %s/tokens\n%s\n",
		r->dir, r->dir, r->server, r->tcp, r->dir, r->options.settings ?: "");
	for (int l = 0; l < RIG_LIBRARIES && r->options.library[l].name; l++)
		n += (size_t)snprintf(text + n, sizeof text - n, "\n[library %s]\nchanger = virtual:%s/%s\n",
				      r->options.library[l].name, r->dir, r->options.library[l].name);
	rig_write_file(rig_text("%s/rsmd.conf", r->dir), 0600, text);
	for (size_t u = 0; u < sizeof token_users / sizeof *token_users; u++) {
		snprintf(tokens + strlen(tokens), sizeof tokens - strlen(tokens), "%s secret-of-%s\n",
			 token_users[u], token_users[u]);
		rig_write_file(rig_text("%s/token.%s", r->dir, token_users[u]), 0600,
			       rig_text("secret-of-%s\n", token_users[u]));
	}
	rig_write_file(rig_text("%s/tokens", r->dir), 0600, tokens);
}

static void spawn(struct rig *r)
{
	const char *rsmd = getenv("RSMD") ?: "build/rsmd";
	int log;

	r->pid = fork();
	if (r->pid < 0)
		fail_msg("fork: %s", strerror(errno));
	if (r->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that dies leaves no daemon */
	log = open(rig_text("%s/log", r->dir), O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, 1);
	dup2(log, 2);
	if (r->options.environment)
		putenv((char *)r->options.environment);
	execl(rsmd, "rsmd", "--config", rig_text("%s/rsmd.conf", r->dir), NULL);
	perror(rsmd);
	_exit(127);
}

static bool alive(struct rig *r)
{
	int status;

	if (waitpid(r->pid, &status, WNOHANG) != r->pid)
		return true;
	r->pid = 0;
	keep_log(r);
	fail_msg("rsmd ended with status 0x%x", status);
	return false;
}

static bool opened(struct rig *r)
{
	DWORD code;

	r->session = OpenNtmsSessionA(r->server, "conformance", 0);
	if (r->session != INVALID_HANDLE_VALUE)
		return true;
	code = GetLastError();
	if (code != ERROR_NOT_READY && code != ERROR_NOT_CONNECTED)
		fail_msg("OpenNtmsSession: %u", code);
	return false;
}

static void connect_rig(struct rig *r)
{
	WAIT_UNTIL(alive(r) && opened(r));
	r->offline = offline_library(r->session);
	for (int l = 0; l < RIG_LIBRARIES && r->options.library[l].name; l++)
		r->library[l] = library_named(r->session, r->options.library[l].name);
}

void rig_start(struct rig *r, const struct rig_options *o)
{
	*r = (struct rig){.options = *o, .session = INVALID_HANDLE_VALUE};
	snprintf(r->dir, sizeof r->dir, "%s/rsXXXXXX", getenv("TMPDIR") ?: "/tmp");
	if (!mkdtemp(r->dir) || chmod(r->dir, 0755) != 0 || mkdir(rig_text("%s/state", r->dir), 0755) != 0)
		fail_msg("%s: %s", r->dir, strerror(errno));
	snprintf(r->server, sizeof r->server, "unix:%s/s", r->dir);
	snprintf(r->tcp, sizeof r->tcp, "http://127.0.0.1:%d", free_port());
	if (o->small_disk) {
		if (mount("none", rig_text("%s/state", r->dir), "tmpfs", 0, "size=6m") != 0)
			fail_msg("a small file system: %s", strerror(errno));
		r->mounted = true;
	}
	for (int l = 0; l < RIG_LIBRARIES; l++)
		r->next[l] = r->next_archive[l] = 1;
	for (int l = 0; l < RIG_LIBRARIES && o->library[l].name; l++)
		make_library(r, l);
	write_configuration(r);
	spawn(r);
	connect_rig(r);
	rig_settle(r);
}

void rig_restart(struct rig *r)
{
	spawn(r);
	connect_rig(r);
}

void rig_hold_start(struct rig *r)
{
	if (sqlite3_open(rig_text("%s/state/rsm.db", r->dir), &r->hold) != SQLITE_OK ||
	    sqlite3_exec(r->hold, "BEGIN IMMEDIATE", NULL, NULL, NULL) !=
		    SQLITE_OK) /* its first write waits for us */
		fail_msg("%s", sqlite3_errmsg(r->hold));
	spawn(r);
}

void rig_let_start(struct rig *r)
{
	sqlite3_close(r->hold);
	connect_rig(r);
}

/* ---- settled ---- */

static DWORD cartridges_in(struct rig *r, int l)
{
	DWORD n = 0;
	glob_t g = {0};

	if (glob(rig_text("%s/%s/[sd]*/[0-9]*/[A-Z]*", r->dir, r->options.library[l].name), 0, NULL, &g) == 0)
		n = (DWORD)g.gl_pathc;
	globfree(&g);
	return n;
}

static bool identified(HANDLE s, NTMS_GUID library)
{
	struct guid_list media = list(s, library, NTMS_PHYSICAL_MEDIA);

	for (DWORD m = 0; m < media.n; m++)
		if (medium_side_state(s, media.v[m], 0) == NTMS_PARTSTATE_UNKNOWN)
			return false;
	return true;
}

static bool settled(struct rig *r, int l)
{
	object_info i = info(r->session, r->library[l], NTMS_LIBRARY);

	return i.dwOperationalState == NTMS_READY && library_idle(r->session, r->library[l]) &&
	       i.Info.Library.dwNumberOfMedia == cartridges_in(r, l) && identified(r->session, r->library[l]);
}

void rig_settle(struct rig *r)
{
	for (int l = 0; l < RIG_LIBRARIES && r->options.library[l].name; l++)
		WAIT_UNTIL(alive(r) && settled(r, l));
}

/* ---- stopping ---- */

void rig_kill(struct rig *r)
{
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	r->pid = 0;
}

static bool gone(struct rig *r, int *status) { return waitpid(r->pid, status, WNOHANG) == r->pid; }

void rig_stop(struct rig *r)
{
	int status = 0;

	if (r->session != INVALID_HANDLE_VALUE && r->pid)
		OK(CloseNtmsSession(r->session));
	else if (r->session != INVALID_HANDLE_VALUE)
		CloseNtmsSession(r->session);
	r->session = INVALID_HANDLE_VALUE;
	if (r->pid) {
		kill(r->pid, SIGTERM);
		WAIT_UNTIL(gone(r, &status));
		r->pid = 0;
	}
	keep_log(r);
	if (r->mounted)
		umount2(rig_text("%s/state", r->dir), MNT_DETACH);
	rig_run(rig_text("rm -rf %s", r->dir));
	if (status != 0)
		fail_msg("rsmd ended with status 0x%x", status);
}

/* ---- cartridges ---- */

/* Bar codes tell LTO-8; those of two-sided media tell nothing. */
static const char *suffix(struct rig *r, int library)
{
	return r->options.library[library].sides == 2 ? "MO" : "L8";
}

const char *rig_barcode(struct rig *r, int library, int number)
{
	return rig_text("%c%05d%s", 'A' + library, number, suffix(r, library));
}

const char *rig_archive_barcode(struct rig *r, int library, int number)
{
	return rig_text("T%c%04d%s", 'A' + library, number, suffix(r, library));
}

NTMS_GUID rig_import(struct rig *r, int library)
{
	if (r->next_archive[library] > r->options.library[library].archives)
		fail_msg("library %s has no archive left: give it more", r->options.library[library].name);
	return medium_named(r->session, rig_archive_barcode(r, library, r->next_archive[library]++));
}

NTMS_GUID rig_blank(struct rig *r, int library)
{
	if (r->next[library] > r->options.library[library].cartridges)
		fail_msg("library %s has no cartridge left: give it more", r->options.library[library].name);
	return medium_named(r->session, rig_barcode(r, library, r->next[library]++));
}

static NTMS_GUID media_type_of(struct rig *r, NTMS_GUID pmid)
{
	return info(r->session, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaType;
}

static bool all_sides(struct rig *r, NTMS_GUID pmid, DWORD state)
{
	struct guid_list sides = list(r->session, pmid, NTMS_PARTITION);

	for (DWORD i = 0; i < sides.n; i++)
		if (side_state(r->session, sides.v[i]) != state)
			return false;
	return true;
}

NTMS_GUID rig_free(struct rig *r, int library)
{
	NTMS_GUID pmid = rig_blank(r, library);
	NTMS_GUID pool = system_pool(r->session, NTMS_POOLTYPE_SCRATCH, media_type_of(r, pmid));

	OK(MoveToNtmsMediaPool(r->session, &pmid, &pool));
	WAIT_UNTIL(all_sides(r, pmid, NTMS_PARTSTATE_AVAILABLE) &&
		   library_idle(r->session, r->library[library]) && medium_idle(r->session, pmid));
	return pmid;
}

NTMS_GUID rig_available(struct rig *r, int library, NTMS_GUID pool)
{
	NTMS_GUID pmid = rig_free(r, library);

	OK(MoveToNtmsMediaPool(r->session, &pmid, &pool));
	return pmid;
}

NTMS_GUID rig_allocated(struct rig *r, int library, NTMS_GUID pool)
{
	NTMS_GUID lmid = null_guid;
	DWORD code = AllocateNtmsMedia(r->session, &pool, NULL, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0,
				       NULL);

	if (code == ERROR_MEDIA_UNAVAILABLE) {
		rig_available(r, library, pool);
		code = AllocateNtmsMedia(r->session, &pool, NULL, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE,
					 0, NULL);
	}
	OK(code);
	return lmid;
}

NTMS_GUID rig_pool_of(struct rig *r, const char *name, NTMS_GUID media_type)
{
	NTMS_GUID pool = null_guid;

	OK(CreateNtmsMediaPoolA(r->session, name, same(media_type, null_guid) ? NULL : &media_type,
				NTMS_CREATE_NEW, NULL, &pool));
	return pool;
}

NTMS_GUID rig_pool(struct rig *r, const char *name)
{
	return rig_pool_of(r, name, media_type_of(r, medium_named(r->session, rig_barcode(r, 0, 1))));
}
