/* SPDX-License-Identifier: GPL-2.0-or-later
 * Users and their groups, from the kernel or the user database. */
#include "api/caller.h"

#include "base/cleanup.h"

#include <errno.h>
#include <grp.h>
#include <ntmstypes.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/socket.h>

#define ADMIN_GROUP "rsm-admin"
#define MAX_GROUPS 65536 /* NGROUPS_MAX of Linux */

void callers_init(struct callers *c)
{
	char host[256] = "localhost";
	struct group g, *found = NULL;
	char buf[16384];

	gethostname(host, sizeof host - 1);
	caller_text(c->computer, sizeof c->computer, host);
	c->admin_gid =
		getgrnam_r(ADMIN_GROUP, &g, buf, sizeof buf, &found) == 0 && found ? g.gr_gid : (gid_t)-1;
}

void caller_text(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size) {
		n = size - 1;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(out, text, n);
	out[n] = 0;
}

static void who_new(const struct callers *c, uid_t uid, const char *user, const gid_t *gids, size_t n,
		    struct who **out)
{
	struct who *w = calloc(1, sizeof *w);

	if (!w)
		abort();
	w->refs = 1;
	w->uid = uid;
	w->caller.token = token_new(uid, gids, n, c->admin_gid);
	caller_text(w->caller.application, sizeof w->caller.application, "RSM");
	caller_text(w->caller.user, sizeof w->caller.user, user);
	caller_text(w->caller.computer, sizeof w->caller.computer, c->computer);
	*out = w;
}

int who_of_socket(const struct callers *c, int fd, struct who **w, struct err *e)
{
	struct ucred cred;
	socklen_t n = sizeof cred, room = 0;
	auto_free gid_t *gids = NULL;
	char buf[16384], number[16];
	struct passwd pw, *found = NULL;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n))
		return err_errno(e, ERROR_ACCESS_DENIED, "the kernel doesn't tell who called");
	/* asked with no room first: the kernel answers ERANGE and how much it needs */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &room) && errno != ERANGE)
		return err_errno(e, ERROR_ACCESS_DENIED, "the kernel doesn't tell the caller's groups");
	gids = malloc(room + sizeof *gids);
	if (!gids)
		abort();
	if (room && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, gids, &room))
		return err_errno(e, ERROR_ACCESS_DENIED, "the kernel doesn't tell the caller's groups");
	gids[room / sizeof *gids] = cred.gid;
	snprintf(number, sizeof number, "%u", (unsigned)cred.uid);
	getpwuid_r(cred.uid, &pw, buf, sizeof buf, &found);
	who_new(c, cred.uid, found ? pw.pw_name : number, gids, room / sizeof *gids + 1, w);
	return 0;
}

int who_of_user(const struct callers *c, const char *user, struct who **w, struct err *e)
{
	struct passwd pw, *found = NULL;
	auto_free gid_t *gids = NULL;
	char buf[16384];
	int n = 64;

	getpwnam_r(user, &pw, buf, sizeof buf, &found);
	if (!found)
		return err_set(e, ERROR_ACCESS_DENIED, "the token's user %s doesn't exist on this machine",
			       user);
	for (;;) {
		int room = n;

		free(gids);
		gids = calloc((size_t)n, sizeof *gids);
		if (!gids)
			abort();
		if (getgrouplist(user, pw.pw_gid, gids, &n) >= 0)
			break;
		if (n <= room || n > MAX_GROUPS)
			return err_set(e, ERROR_ACCESS_DENIED, "the groups of user %s can't be listed", user);
	}
	who_new(c, pw.pw_uid, user, gids, (size_t)n, w);
	return 0;
}

struct who *who_ref(struct who *w)
{
	atomic_fetch_add(&w->refs, 1);
	return w;
}

void who_unref(struct who *w)
{
	if (!w || atomic_fetch_sub(&w->refs, 1) > 1)
		return;
	token_free((struct token *)w->caller.token);
	free(w);
}
