/* SPDX-License-Identifier: GPL-2.0-or-later
 * Unix sockets open to everybody (who may do what is decided by descriptors), TCP for this machine alone. */
#include "api/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ntmstypes.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define BACKLOG 1024

const char *listen_name(const struct config_listen *l, char *buf, size_t size)
{
	const char *form = strchr(l->where, ':') ? "http://[%s]:%u" : "http://%s:%u";

	if (l->kind == LISTEN_UNIX)
		snprintf(buf, size, "unix:%s", l->where);
	else
		snprintf(buf, size, form, l->where, l->port);
	return buf;
}

/* Clears the way: nothing there, or a socket file that nobody listens at. */
static int clear_way(const char *path, const struct sockaddr_un *a, struct err *e)
{
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : err_errno(e, ERROR_ACCESS_DENIED, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERROR_ALREADY_EXISTS, "%s is in the way: it is no socket", path);
	/* EAGAIN: its queue is full, so somebody has it */
	if (connect(fd, (const struct sockaddr *)a, sizeof *a) == 0 || errno == EAGAIN)
		return err_set(e, ERROR_ALREADY_EXISTS, "another rsmd listens at %s already", path);
	if (errno != ECONNREFUSED)
		return err_errno(e, ERROR_ACCESS_DENIED, "%s is in the way", path);
	return unlink(path) ? err_errno(e, ERROR_ACCESS_DENIED, "the old socket %s can't be removed", path)
			    : 0;
}

static int open_unix(const struct config_listen *l, int fd, struct err *e)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	mode_t mask;
	int rc;

	memcpy(a.sun_path, l->where, strlen(l->where) + 1);
	if (clear_way(l->where, &a, e))
		return (int)e->code;
	mask = umask(0111); /* mode 0666 from the first moment; no other thread makes files yet */
	rc = bind(fd, (struct sockaddr *)&a, sizeof a);
	umask(mask);
	return rc ? err_errno(e, ERROR_ACCESS_DENIED,
			      "unix:%s (its directory must exist and be writable for rsmd)", l->where)
		  : 0;
}

static int open_tcp(const struct config_listen *l, int fd, struct err *e)
{
	struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons(l->port)};
	struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons(l->port)};
	bool v6 = inet_pton(AF_INET, l->where, &a4.sin_addr) != 1;
	char name[64];
	int on = 1;

	if (v6)
		inet_pton(AF_INET6, l->where, &a6.sin6_addr);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (v6 ? bind(fd, (struct sockaddr *)&a6, sizeof a6) : bind(fd, (struct sockaddr *)&a4, sizeof a4))
		return err_errno(e, ERROR_ACCESS_DENIED, "%s", listen_name(l, name, sizeof name));
	return 0;
}

int listen_open(const struct config_listen *l, int *out, struct err *e)
{
	int family = l->kind == LISTEN_UNIX ? AF_UNIX : strchr(l->where, ':') ? AF_INET6 : AF_INET;
	auto_fd int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char name[128];

	if (fd < 0)
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "socket");
	if (l->kind == LISTEN_UNIX ? open_unix(l, fd, e) : open_tcp(l, fd, e))
		return (int)e->code;
	if (listen(fd, BACKLOG))
		return err_errno(e, ERROR_ACCESS_DENIED, "%s", listen_name(l, name, sizeof name));
	*out = fd;
	fd = -1;
	return 0;
}

void listen_remove(const struct config_listen *l)
{
	if (l->kind == LISTEN_UNIX)
		unlink(l->where);
}
