/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Locks, names, files and GetLastError on POSIX systems. */
#include "client/platform/platform.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Thread_local DWORD last_error;

DWORD WINAPI GetLastError(void) { return last_error; }
void WINAPI SetLastError(DWORD dwErrCode) { last_error = dwErrCode; }

struct lock {
	pthread_mutex_t mutex;
};

struct lock *lock_new(void)
{
	struct lock *l = malloc(sizeof *l);

	if (l && pthread_mutex_init(&l->mutex, NULL)) {
		free(l);
		l = NULL;
	}
	return l;
}

void lock_free(struct lock *l)
{
	if (!l)
		return;
	pthread_mutex_destroy(&l->mutex);
	free(l);
}

void lock_take(struct lock *l) { pthread_mutex_lock(&l->mutex); }
void lock_give(struct lock *l) { pthread_mutex_unlock(&l->mutex); }

/* ---- the registry's lock, and forks ---- */

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static void (*on_fork)(void);

void platform_forget_connections(void); /* connection.c */

static void before_fork(void) { pthread_mutex_lock(&registry); }
static void after_fork_parent(void) { pthread_mutex_unlock(&registry); }

static void after_fork_child(void)
{
	on_fork();
	platform_forget_connections();
	pthread_mutex_unlock(&registry);
}

static void watch_forks(void) { pthread_atfork(before_fork, after_fork_parent, after_fork_child); }

void platform_registry_take(void (*forget)(void))
{
	pthread_mutex_lock(&registry);
	on_fork = forget;
	pthread_once(&once, watch_forks);
}

void platform_registry_give(void) { pthread_mutex_unlock(&registry); }

/* ---- names ---- */

void platform_host_name(char *buf, size_t size)
{
	if (gethostname(buf, size))
		*buf = 0;
	buf[size - 1] = 0;
}

void platform_user_name(char *buf, size_t size)
{
	struct passwd pw, *found = NULL;
	char room[4096];

	getpwuid_r(geteuid(), &pw, room, sizeof room, &found);
	if (found)
		snprintf(buf, size, "%s", pw.pw_name);
	else
		snprintf(buf, size, "%lu", (unsigned long)geteuid());
}

bool platform_read_file(const char *path, char *buf, size_t size)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, buf, size);
	if (n < 0)
		return false;
	if ((size_t)n == size) {
		errno = EFBIG;
		return false;
	}
	while (n > 0 && isspace((unsigned char)buf[n - 1]))
		n--;
	buf[n] = 0;
	return true;
}
