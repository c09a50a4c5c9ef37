/* SPDX-License-Identifier: GPL-2.0-or-later
 * See node.h. */
#include "device/node.h"

#include "base/cleanup.h"
#include "device/device.h"

#include <acl/libacl.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <ntmstypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/acl.h>
#include <sys/ioctl.h>
#include <sys/mtio.h>
#include <sys/stat.h>
#include <unistd.h>

void path_vec_free(path_vec *v)
{
	vec_each(p, v)
		free(*p);
	vec_free(v);
}

/* ---- the ACL ---- */

static int user_id(const char *user, uid_t *uid, struct err *e)
{
	struct passwd pw, *found = NULL;
	char buf[16384], *end;
	unsigned long n;

	getpwnam_r(user, &pw, buf, sizeof buf, &found);
	if (found) {
		*uid = pw.pw_uid;
		return 0;
	}
	n = strtoul(user, &end, 10);
	if (!isdigit((unsigned char)*user) || *end || n >= UINT_MAX)
		return err_set(e, ERROR_INVALID_PARAMETER, "user %s doesn't exist on this machine", user);
	*uid = (uid_t)n;
	return 0;
}

/* Named users are ours to decide about: all go. Where no named entry is left, so does the mask. */
static int drop_users(acl_t acl)
{
	acl_entry_t it;
	int which = ACL_FIRST_ENTRY, more;
	bool groups = false;

	while ((more = acl_get_entry(acl, which, &it)) == 1) {
		acl_tag_t tag;

		which = ACL_NEXT_ENTRY;
		if (acl_get_tag_type(it, &tag))
			return -1;
		groups |= tag == ACL_GROUP;
		if (tag != ACL_USER)
			continue;
		if (acl_delete_entry(acl, it))
			return -1;
		which = ACL_FIRST_ENTRY;
	}
	if (more < 0 || groups)
		return more;
	for (which = ACL_FIRST_ENTRY; (more = acl_get_entry(acl, which, &it)) == 1; which = ACL_NEXT_ENTRY) {
		acl_tag_t tag;

		if (!acl_get_tag_type(it, &tag) && tag == ACL_MASK)
			return acl_delete_entry(acl, it);
	}
	return more;
}

static int add_user(acl_t *acl, uid_t uid, bool write)
{
	acl_entry_t it;
	acl_permset_t rights;

	return acl_create_entry(acl, &it) || acl_set_tag_type(it, ACL_USER) || acl_set_qualifier(it, &uid) ||
	       acl_get_permset(it, &rights) || acl_clear_perms(rights) || acl_add_perm(rights, ACL_READ) ||
	       (write && acl_add_perm(rights, ACL_WRITE)) || acl_calc_mask(acl);
}

static int set_acl(const char *path, bool given, uid_t uid, bool write, struct err *e)
{
	acl_t acl = acl_get_file(path, ACL_TYPE_ACCESS);
	int rc = 0;

	if (!acl || drop_users(acl) || (given && add_user(&acl, uid, write)) || acl_valid(acl) ||
	    acl_set_file(path, ACL_TYPE_ACCESS, acl))
		rc = err_errno(e, errno == EPERM ? ERROR_ACCESS_DENIED : ERROR_IO_DEVICE, "the ACL of %s",
			       path);
	if (acl)
		acl_free(acl);
	return rc;
}

int node_grant(const path_vec *nodes, const char *user, bool write, struct err *e)
{
	bool given = user && *user;
	uid_t uid = 0;

	if (given && user_id(user, &uid, e))
		return (int)e->code;
	vec_each(p, nodes)
		if (set_acl(*p, given, uid, write, e))
			return (int)e->code;
	return 0;
}

/* ---- who has it open ---- */

/* A node, and what an open descriptor of it looks like. */
struct mark {
	const char *path;
	struct stat st;
};
typedef VEC(struct mark) mark_vec;

static void mark_vec_free(mark_vec *v) { vec_free(v); }

static void mark(mark_vec *v, const char *path)
{
	struct mark m = {.path = path};

	if (!stat(path, &m.st))
		*vec_add(v) = m;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	if ((a->st_mode & S_IFMT) != (b->st_mode & S_IFMT))
		return false;
	if (S_ISCHR(a->st_mode) || S_ISBLK(a->st_mode))
		return a->st_rdev == b->st_rdev;
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Which of these a process has open; NULL: none. */
static const char *open_node(const mark_vec *marks, const char *pid)
{
	const char *which = NULL;
	char path[64];
	DIR *d;

	snprintf(path, sizeof path, "/proc/%.20s/fd", pid);
	d = opendir(path);
	for (struct dirent *it; d && !which && (it = readdir(d));) {
		struct stat st;

		if (!isdigit((unsigned char)it->d_name[0]) || fstatat(dirfd(d), it->d_name, &st, 0))
			continue;
		vec_each(m, marks)
			if (same_file(&m->st, &st))
				which = m->path;
	}
	if (d)
		closedir(d);
	return which;
}

static void tell_process(const char *node, const char *pid, struct str *who)
{
	char path[64], name[32] = "", user[64];
	struct passwd pw, *found = NULL;
	char buf[16384];
	struct stat st = {0};
	FILE *f;

	snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
	f = fopen(path, "re");
	if (f) {
		if (fgets(name, sizeof name, f))
			name[strcspn(name, "\n")] = 0;
		fclose(f);
	}
	snprintf(path, sizeof path, "/proc/%.20s", pid);
	stat(path, &st);
	getpwuid_r(st.st_uid, &pw, buf, sizeof buf, &found);
	snprintf(user, sizeof user, "%u", (unsigned)st.st_uid);
	str_printf(who, "%s%s by process %s (%s) of user %s", who->n ? ", " : "", node, pid, name,
		   found ? pw.pw_name : user);
}

/* st lets one process at a time have a tape open: an attempt shows what /proc may not. */
static bool is_busy(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 && errno == EBUSY;
}

bool node_held(const struct scsi_node *n, const path_vec *nodes, bool ask, struct str *who)
{
	CLEANUP(mark_vec_free) mark_vec marks = {0};
	DIR *proc = opendir("/proc");
	bool held = false;

	vec_each(p, nodes)
		mark(&marks, *p);
	mark(&marks, n->sg);
	for (struct dirent *it; proc && (it = readdir(proc));) {
		const char *which = NULL;

		if (isdigit((unsigned char)it->d_name[0]) && atoi(it->d_name) != getpid())
			which = open_node(&marks, it->d_name);
		if (which)
			tell_process(which, it->d_name, who);
		held |= which != NULL;
	}
	if (proc)
		closedir(proc);
	if (!held && ask && n->type == TYPE_TAPE && is_busy(n->node)) {
		held = true;
		str_printf(who, "%s by a process that we may not look into", n->node);
	}
	return held;
}

int node_refresh(const struct scsi_node *n, struct err *e)
{
	auto_fd int fd = -1;
	struct mtop rewind = {.mt_op = MTREW, .mt_count = 1};

	if (n->type != TYPE_TAPE || !n->node[0])
		return 0;
	fd = open(n->node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, MTIOCTOP, &rewind))
		return err_errno(e, ERROR_IO_DEVICE, "rewinding %s", n->node);
	return 0;
}
