/* SPDX-License-Identifier: GPL-2.0-or-later
 * Deadlines are rows, in wall-clock time; a commit may have moved them, so they are read again after commits,
 * but not after each one of thousands a second. */
#include "api/ticker.h"

#include "base/clock.h"
#include "base/log.h"
#include "library/library.h"
#include "media/model.h"
#include "store/sql.h"

#include <errno.h>
#include <pthread.h>

#define PAUSE_MS 25    /* between two looks */
#define RETRY_MS 1000  /* after an error */
#define LOOK_MS 600000 /* with no deadline: the wall clock may have been set */

struct ticker {
	struct store *store;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t cond;
	bool changed, stop;
	struct deadlines due; /* of its thread alone */
};

/* A controller that has nothing to do does nothing, and there are few: wake all. */
static int wake_all(struct txn *t, void *arg, struct err *e)
{
	auto_rows struct rows *r = sql_rows(t, e, "SELECT id FROM library", "");

	while (rows_next(r))
		txn_wake(t, rows_i64(r, 0));
	return rows_failed(r) ? (int)e->code : 0;
}

/* Does what is due; returns how long there is nothing to do. */
static int64_t tick(struct ticker *t)
{
	struct err e = {0};
	int64_t left;

	if (store_read(t->store, deadlines_read, &t->due, &e)) {
		log_warn("deadlines can't be read: %s", e.why);
		return RETRY_MS;
	}
	if (!t->due.next)
		return LOOK_MS;
	left = t->due.next - clock_now();
	if (left > 0)
		return left < LOOK_MS ? left : LOOK_MS;
	if (store_run(t->store, wake_all, NULL, &e) == 0)
		return PAUSE_MS;
	log_warn("what is due can't be done: %s", e.why);
	return RETRY_MS;
}

static struct timespec in(int64_t ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += ms % 1000 * 1000000;
	if (ts.tv_nsec >= 1000000000)
		ts.tv_sec++, ts.tv_nsec -= 1000000000;
	return ts;
}

static void *run(void *arg)
{
	struct ticker *t = arg;

	pthread_setname_np(pthread_self(), "ticker");
	pthread_mutex_lock(&t->lock);
	while (!t->stop) {
		struct timespec pause, until;

		t->changed = false;
		pthread_mutex_unlock(&t->lock);
		until = in(tick(t));
		pause = in(PAUSE_MS);
		pthread_mutex_lock(&t->lock);
		while (!t->stop && !t->changed &&
		       pthread_cond_timedwait(&t->cond, &t->lock, &until) != ETIMEDOUT)
			;
		while (!t->stop && t->changed &&
		       pthread_cond_timedwait(&t->cond, &t->lock, &pause) != ETIMEDOUT)
			;
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

int ticker_start(struct store *s, struct ticker **out, struct err *e)
{
	struct ticker *t = calloc(1, sizeof *t);
	pthread_condattr_t attr;

	if (!t)
		abort();
	t->store = s;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->cond, &attr);
	pthread_condattr_destroy(&attr);
	errno = pthread_create(&t->thread, NULL, run, t);
	if (errno) {
		free(t);
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "a thread for deadlines");
	}
	*out = t;
	return 0;
}

void ticker_changed(struct ticker *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	if (!t->changed) {
		t->changed = true;
		pthread_cond_signal(&t->cond);
	}
	pthread_mutex_unlock(&t->lock);
}

void ticker_stop(struct ticker *t)
{
	if (!t)
		return;
	pthread_mutex_lock(&t->lock);
	t->stop = true;
	pthread_cond_signal(&t->cond);
	pthread_mutex_unlock(&t->lock);
	pthread_join(t->thread, NULL);
}

void ticker_free(struct ticker *t)
{
	if (!t)
		return;
	pthread_mutex_destroy(&t->lock);
	pthread_cond_destroy(&t->cond);
	free(t);
}
