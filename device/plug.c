/* SPDX-License-Identifier: GPL-2.0-or-later
 * See plug.h. A robot with many drives brings dozens of events: they are heard as one. udevd's events are
 * taken as well, since it may have to give us a node before we can open it. */
#include "device/plug.h"

#include "base/cleanup.h"
#include "device/sysfs.h"

#include <errno.h>
#include <linux/netlink.h>
#include <ntmstypes.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define FROM_KERNEL 1 /* groups of NETLINK_KOBJECT_UEVENT */
#define FROM_UDEVD 2
#define QUIET_MS 200
#define QUIET_MAX 10 /* such pauses; devices may come for minutes, and nobody shall wait for the last */

struct plug {
	int fd; /* -1: no uevents */
	int look_ms;
	uint64_t generation;
};

static int listen_uevents(void)
{
	struct sockaddr_nl at = {.nl_family = AF_NETLINK, .nl_groups = FROM_KERNEL | FROM_UDEVD};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

int plug_open(int look_ms, struct plug **out, struct err *e)
{
	struct plug *p = calloc(1, sizeof *p);

	if (!p)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory");
	p->fd = listen_uevents();
	p->look_ms = look_ms;
	p->generation = sysfs_generation();
	*out = p;
	return 0;
}

void plug_close(struct plug *p)
{
	if (p && p->fd >= 0)
		close(p->fd);
	free(p);
}

static bool has(const char *message, size_t n, const char *text)
{
	return memmem(message, n, text, strlen(text)) != NULL;
}

/* Takes all that has come. Some may be lost (ENOBUFS): then it's news, too. */
static bool is_news(struct plug *p)
{
	char m[8192];
	bool news = false;

	for (;;) {
		ssize_t n = recv(p->fd, m, sizeof m, 0);

		if (n < 0 && errno == ENOBUFS)
			news = true;
		else if (n < 0 && errno != EINTR)
			return news;
		else if (n > 0)
			news |= has(m, (size_t)n, "SUBSYSTEM=scsi_") &&
				(has(m, (size_t)n, "ACTION=add") || has(m, (size_t)n, "ACTION=remove"));
	}
}

/* 1: something is to be read, 0: time is over, -1: stopped */
static int listen_for(struct plug *p, int stop_fd, int ms)
{
	struct pollfd fds[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = p->fd, .events = POLLIN}};

	poll(fds, 2, ms);
	return fds[0].revents ? -1 : fds[1].revents != 0;
}

enum plug_news plug_wait(struct plug *p, int stop_fd)
{
	enum plug_news news = PLUG_STOPPED;

	while (news == PLUG_STOPPED) {
		int got = listen_for(p, stop_fd, p->look_ms);

		if (got < 0)
			return PLUG_STOPPED;
		if (got && is_news(p))
			news = PLUG_TOLD;
		else if (sysfs_generation() != p->generation)
			news = PLUG_FOUND;
	}
	for (int i = 0; i < QUIET_MAX; i++) {
		int got = listen_for(p, stop_fd, QUIET_MS);

		if (got < 0)
			return PLUG_STOPPED;
		if (!got)
			break;
		is_news(p);
	}
	p->generation = sysfs_generation();
	return news;
}
