/* SPDX-License-Identifier: GPL-2.0-or-later
 * The daemon and its virtual libraries: started, stopped, killed, damaged. */
#include "rsm_test.h"

#include "device/virtual/virtual.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const token_users[] = {"nobody", "daemon", "bin"};

/* ---- files ---- */

static const char *path(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Static text, good until the eighth call after it. */
static const char *path(const char *fmt, ...)
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

static void write_file(const char *name, mode_t mode, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t n = strlen(text);

	if (fd < 0 || write(fd, text, n) != (ssize_t)n || close(fd) != 0)
		fail_msg("%s: %s", name, strerror(errno));
}

static void run(const char *command)
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
	run(path("cat %s/log >>%s", r->dir, logs));
}

int rsm_tests_(int failed)
{
	if (failed && logs[0] && system(path("tail -n 400 %s >&2", logs)) != 0)
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
	const char *dir = path("%s/%s", r->dir, want->name);
	struct err e = {0};

	if (virtual_create(dir, &g, &e))
		fail_msg("%s", e.why);
	for (int i = 1; i <= want->cartridges; i++)
		operator_adds(r, rig_barcode(r, l, i), l, path("slots/%04d", i), NULL);
	for (int i = 1; i <= want->archives; i++)
		operator_adds(r, rig_archive_barcode(r, l, i), l, path("slots/%04d", want->cartridges + i),
			      "tar");
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
	write_file(path("%s/rsmd.conf", r->dir), 0600, text);
	for (size_t u = 0; u < sizeof token_users / sizeof *token_users; u++) {
		snprintf(tokens + strlen(tokens), sizeof tokens - strlen(tokens), "%s secret-of-%s\n",
			 token_users[u], token_users[u]);
		write_file(path("%s/token.%s", r->dir, token_users[u]), 0600,
			   path("secret-of-%s\n", token_users[u]));
	}
	write_file(path("%s/tokens", r->dir), 0600, tokens);
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
	log = open(path("%s/log", r->dir), O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(log, 1);
	dup2(log, 2);
	if (r->options.environment)
		putenv((char *)r->options.environment);
	execl(rsmd, "rsmd", "--config", path("%s/rsmd.conf", r->dir), NULL);
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
	if (!mkdtemp(r->dir) || chmod(r->dir, 0755) != 0 || mkdir(path("%s/state", r->dir), 0755) != 0)
		fail_msg("%s: %s", r->dir, strerror(errno));
	snprintf(r->server, sizeof r->server, "unix:%s/s", r->dir);
	snprintf(r->tcp, sizeof r->tcp, "http://127.0.0.1:%d", free_port());
	if (o->small_disk) {
		if (mount("none", path("%s/state", r->dir), "tmpfs", 0, "size=6m") != 0)
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
	if (sqlite3_open(path("%s/state/rsm.db", r->dir), &r->hold) != SQLITE_OK ||
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

	if (glob(path("%s/%s/[sd]*/[0-9]*/[A-Z]*", r->dir, r->options.library[l].name), 0, NULL, &g) == 0)
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
		umount2(path("%s/state", r->dir), MNT_DETACH);
	run(path("rm -rf %s", r->dir));
	if (status != 0)
		fail_msg("rsmd ended with status 0x%x", status);
}

/* ---- other users ---- */

HANDLE rig_session_as(struct rig *r, const char *user)
{
	HANDLE s;

	setenv("RSM_TOKEN_FILE", path("%s/token.%s", r->dir, user), 1);
	s = OpenNtmsSessionA(r->tcp, "guest", 0);
	if (s == INVALID_HANDLE_VALUE)
		fail_msg("OpenNtmsSession as %s: %u", user, GetLastError());
	unsetenv("RSM_TOKEN_FILE");
	return s;
}

/* ---- cartridges ---- */

/* Bar codes tell LTO-8; those of two-sided media tell nothing. */
static const char *suffix(struct rig *r, int library)
{
	return r->options.library[library].sides == 2 ? "MO" : "L8";
}

const char *rig_barcode(struct rig *r, int library, int number)
{
	return path("%c%05d%s", 'A' + library, number, suffix(r, library));
}

const char *rig_archive_barcode(struct rig *r, int library, int number)
{
	return path("T%c%04d%s", 'A' + library, number, suffix(r, library));
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

/* ---- operators ---- */

const char *operator_find(struct rig *r, const char *barcode)
{
	const char *found = NULL;
	glob_t g = {0};

	if (glob(path("%s/*/*/%s", r->dir, barcode), 0, NULL, &g) == 0 ||
	    glob(path("%s/*/*/*/%s", r->dir, barcode), 0, NULL, &g) == 0)
		found = path("%s", g.gl_pathv[0]);
	globfree(&g);
	return found;
}

void operator_move(struct rig *r, const char *barcode, int library, const char *place)
{
	const char *from = operator_find(r, barcode);
	const char *to = path("%s/%s/%s/%s", r->dir, r->options.library[library].name, place, barcode);

	if (!from || rename(from, to) != 0)
		fail_msg("%s to %s: %s", from ?: barcode, to, from ? strerror(errno) : "can't find it");
}

bool operator_is_in(struct rig *r, const char *barcode, int library, const char *place)
{
	return access(path("%s/%s/%s/%s", r->dir, r->options.library[library].name, place, barcode), F_OK) ==
	       0;
}

static bool in_port(struct rig *r, const char *barcode)
{
	const char *at = operator_find(r, barcode);

	return at && strstr(at, "/mailslots/");
}

void operator_takes_out(struct rig *r, int library, NTMS_GUID pmid)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID operation = null_guid;

	strcpy(barcode, info(r->session, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.szBarCode);
	OK(EjectNtmsMedia(r->session, &pmid, &operation, NTMS_EJECT_START));
	WAIT_UNTIL(in_port(r, barcode));
	operator_move(r, barcode, library, "shelf");
	WAIT_UNTIL(request_ended(r->session, operation));
	assert_int_equal(NTMS_LM_PASSED, request_state(r->session, operation));
}

/* What was in a drive to be identified leaves it again, or a mount has waited for it. */
static bool put_away_or_wanted(struct rig *r, NTMS_GUID pmid)
{
	object_info i = info(r->session, pmid, NTMS_PHYSICAL_MEDIA);

	return !same(i.Info.PhysicalMedia.MountedPartition, null_guid) ||
	       (i.Info.PhysicalMedia.MediaState == NTMS_MEDIASTATE_IDLE &&
		i.Info.PhysicalMedia.LocationType == NTMS_STORAGESLOT);
}

void operator_brings_back(struct rig *r, int library, const char *barcode)
{
	NTMS_GUID operation = null_guid;

	OK(InjectNtmsMedia(r->session, &r->library[library], &operation, NTMS_INJECT_START));
	operator_move(r, barcode, library, "mailslots/01");
	OK(InjectNtmsMedia(r->session, &r->library[library], &operation, NTMS_INJECT_STOP));
	WAIT_UNTIL(request_ended(r->session, operation) && library_idle(r->session, r->library[library]));
	assert_false(in_port(r, barcode));
	WAIT_UNTIL(put_away_or_wanted(r, medium_named(r->session, barcode)));
}

/* One file in the old tar format is enough of an archive: a header block with its checksum, and two empty
 * blocks. */
static const char *tar_file(struct rig *r)
{
	const char *name = path("%s/archive.tar", r->dir);
	char block[3 * 512] = "letter";
	unsigned sum = 0;
	FILE *f;

	strcpy(block + 100, "0000644");
	strcpy(block + 108, "0000000");
	strcpy(block + 116, "0000000");
	strcpy(block + 124, "00000000000");
	strcpy(block + 136, "00000000000");
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	f = fopen(name, "w");
	if (!f || fwrite(block, sizeof block, 1, f) != 1 || fclose(f) != 0)
		fail_msg("%s: %s", name, strerror(errno));
	return name;
}

static const char *text_file(struct rig *r)
{
	const char *name = path("%s/text", r->dir);

	write_file(name, 0600, "Neither an archive nor a label, just somebody's words, and they go on.\n");
	return name;
}

void operator_adds(struct rig *r, const char *barcode, int library, const char *place, const char *data)
{
	struct virtual_cartridge c = {.barcode = barcode};
	struct err e = {0};

	if (data && strstr(data, "tar"))
		c.data = tar_file(r);
	else if (data && !strcmp(data, "text"))
		c.data = text_file(r);
	c.generation = data && !strcmp(data, "LTO-4") ? 4 : 0;
	c.unlabelled = data && strstr(data, "unlabelled");
	c.write_protected = data && !strcmp(data, "protected");
	if (virtual_add(path("%s/%s", r->dir, r->options.library[library].name), &c, place, &e))
		fail_msg("%s", e.why);
	if (c.data && r->options.library[library].sides == 2) /* the same on its other side */
		run(path("cp %s %s/side2", c.data, operator_find(r, barcode)));
}

void operator_exchanges(struct rig *r, NTMS_GUID a, NTMS_GUID b)
{
	object_info ia = info(r->session, a, NTMS_PHYSICAL_MEDIA),
		    ib = info(r->session, b, NTMS_PHYSICAL_MEDIA);
	const char *at_a = path("%s/side1", operator_find(r, ia.Info.PhysicalMedia.szBarCode));
	const char *at_b = path("%s/side1", operator_find(r, ib.Info.PhysicalMedia.szBarCode));

	if (renameat2(AT_FDCWD, at_a, AT_FDCWD, at_b, RENAME_EXCHANGE) != 0)
		fail_msg("%s and %s: %s", at_a, at_b, strerror(errno));
}

void operator_unplugs(struct rig *r, int library)
{
	const char *dir = path("%s/%s", r->dir, r->options.library[library].name);

	if (rename(dir, path("%s.unplugged", dir)) != 0)
		fail_msg("%s: %s", dir, strerror(errno));
}

void operator_plugs(struct rig *r, int library)
{
	const char *dir = path("%s/%s", r->dir, r->options.library[library].name);

	if (rename(path("%s.unplugged", dir), dir) != 0)
		fail_msg("%s: %s", dir, strerror(errno));
}

/* ---- disk and database ---- */

void rig_fill_disk(struct rig *r)
{
	static char block[4096];
	int fd = open(path("%s/state/filler", r->dir), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	while (write(fd, block, sizeof block) > 0)
		;
	assert_int_equal(ENOSPC, errno);
	close(fd);
}

void rig_clear_disk(struct rig *r) { unlink(path("%s/state/filler", r->dir)); }

void rig_sql(struct rig *r, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	if (sqlite3_open(path("%s/state/rsm.db", r->dir), &db) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 30000);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

void rig_damage(struct rig *r)
{
	rig_sql(r, "CREATE TRIGGER damage BEFORE INSERT ON change BEGIN SELECT RAISE(ABORT, 'damaged for a "
		   "test'); END");
}

void rig_repair(struct rig *r) { rig_sql(r, "DROP TRIGGER damage"); }
