/* SPDX-License-Identifier: GPL-2.0-or-later
 * Outcomes, patience, and calls in the background. */
#include "rsm_test.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

NTMS_GUID unknown = {0x0badf00d, 0x1234, 0x4321, {0x80, 1, 2, 3, 4, 5, 6, 7}};
NTMS_GUID null_guid;

bool same(NTMS_GUID a, NTMS_GUID b) { return memcmp(&a, &b, sizeof a) == 0; }

/* ---- outcomes ---- */

/* One write() per line, so that threads and children may note, too. */
static void note(const char *line)
{
	static int fd = -2;
	const char *path = getenv("RSM_MARKS");
	if (fd == -2)
		fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666) : -1;
	if (fd >= 0 && write(fd, line, strlen(line)) < 0)
		perror(path);
}

void outcome_(const char *fn, const char *name, DWORD want, DWORD got, const char *file, int line)
{
	char text[200];

	if (got != want) {
		print_error("%s: %u instead of %s (%u)\n", fn ? fn : "a call", got, name, want);
		_fail(file, line);
	}
	if (!fn)
		return;
	snprintf(text, sizeof text, "proven\t%s\t%s\t%s\n", fn, name,
		 strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
	note(text);
}

void outcome_skipped_(const char *fn, const char *name, const char *why)
{
	char text[300];

	print_message("# skipped: %s %s: %s\n", fn, name, why);
	snprintf(text, sizeof text, "skipped\t%s\t%s\t%s\n", fn, name, why);
	note(text);
}

/* ---- patience ---- */

void wait_step_(int round, const char *what, const char *file, int line)
{
	enum { STEP_MS = 3, LIMIT_MS = 60000 };

	if (round * STEP_MS > LIMIT_MS) {
		print_error("waited in vain for: %s\n", what);
		_fail(file, line);
	}
	nanosleep(&(struct timespec){.tv_nsec = STEP_MS * 1000000L}, NULL);
}

/* The thread has a minute, too: a call that never returns must not hang the suite. */
static void join(pthread_t thread, const char *what)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	if (pthread_timedjoin_np(thread, NULL, &until) != 0)
		fail_msg("%s doesn't return", what);
}

/* ---- calls in the background ---- */

static void *allocate(void *arg)
{
	struct allocation *a = arg;

	a->from = (NTMS_ALLOCATION_INFORMATION){.dwSize = sizeof a->from};
	a->code = AllocateNtmsMedia(a->session, &a->pool, same(a->side, null_guid) ? NULL : &a->side,
				    &a->medium, a->options, a->timeout, &a->from);
	return NULL;
}

void allocation_start(struct allocation *a)
{
	assert_int_equal(0, pthread_create(&a->thread, NULL, allocate, a));
}

DWORD allocation_end(struct allocation *a)
{
	join(a->thread, "AllocateNtmsMedia");
	return a->code;
}

static void *mount_media(void *arg)
{
	struct mount *m = arg;

	m->code = MountNtmsMedia(m->session, m->media, m->drives, m->count, m->options, m->priority,
				 m->timeout, NULL);
	return NULL;
}

void mount_start(struct mount *m) { assert_int_equal(0, pthread_create(&m->thread, NULL, mount_media, m)); }

DWORD mount_end(struct mount *m)
{
	join(m->thread, "MountNtmsMedia");
	return m->code;
}

static void *wait_for_request(void *arg)
{
	struct request_wait *w = arg;

	w->code = WaitForNtmsOperatorRequest(w->session, &w->request, w->timeout);
	return NULL;
}

void request_wait_start(struct request_wait *w)
{
	assert_int_equal(0, pthread_create(&w->thread, NULL, wait_for_request, w));
}

DWORD request_wait_end(struct request_wait *w)
{
	join(w->thread, "WaitForNtmsOperatorRequest");
	return w->code;
}
