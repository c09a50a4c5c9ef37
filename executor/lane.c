/* SPDX-License-Identifier: GPL-2.0-or-later
 * See lane.h. */
#include "executor/lane.h"

#include "base/clock.h"

#include <errno.h>
#include <ntmstypes.h>
#include <string.h>

void lane_init(struct lane *l)
{
	pthread_condattr_t attr;

	memset(l, 0, sizeof *l);
	l->last = &l->first;
	pthread_mutex_init(&l->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &attr);
	pthread_condattr_destroy(&attr);
}

static void *run_lane(void *arg)
{
	struct lane *l = arg;

	l->run(l->arg);
	pthread_mutex_lock(&l->lock);
	l->ended = true;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

int lane_start(struct lane *l, void (*run)(void *), void *arg, struct err *e)
{
	int r;

	l->run = run;
	l->arg = arg;
	r = pthread_create(&l->thread, NULL, run_lane, l);
	if (r) {
		errno = r;
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "can't start a thread");
	}
	l->started = true;
	return 0;
}

void lane_stop(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	if (l->device)
		device_stop(l->device);
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
}

static struct timespec mono(int64_t at)
{
	return (struct timespec){.tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000};
}

bool lane_join(struct lane *l, int64_t limit_ms)
{
	struct timespec until = mono(clock_mono() + limit_ms);
	bool ended;

	if (!l->started)
		return true;
	pthread_mutex_lock(&l->lock);
	while (!l->ended && !pthread_cond_timedwait(&l->changed, &l->lock, &until))
		;
	ended = l->ended;
	pthread_mutex_unlock(&l->lock);
	if (ended)
		pthread_join(l->thread, NULL);
	l->started = !ended;
	return ended;
}

void lane_free(struct lane *l)
{
	while (l->first) {
		struct order *o = l->first;

		l->first = o->next;
		free(o);
	}
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
}

void lane_put(struct lane *l, struct order *o)
{
	pthread_mutex_lock(&l->lock);
	if (l->stop) {
		free(o);
	} else {
		o->next = NULL;
		*l->last = o;
		l->last = &o->next;
		pthread_cond_broadcast(&l->changed);
	}
	pthread_mutex_unlock(&l->lock);
}

void lane_poke(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	l->poked = true;
	pthread_cond_broadcast(&l->changed);
	pthread_mutex_unlock(&l->lock);
}

struct order *lane_take(struct lane *l, int64_t until)
{
	struct timespec ts = mono(until);
	struct order *o = NULL;
	int r = 0;

	pthread_mutex_lock(&l->lock);
	while (!l->stop && !l->poked && !l->first && !r)
		r = pthread_cond_timedwait(&l->changed, &l->lock, &ts);
	l->poked = false;
	if (!l->stop && l->first) {
		o = l->first;
		l->first = o->next;
		if (!l->first)
			l->last = &l->first;
	}
	pthread_mutex_unlock(&l->lock);
	return o;
}

bool lane_stopped(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	bool stop = l->stop;
	pthread_mutex_unlock(&l->lock);
	return stop;
}

bool lane_pause(struct lane *l, int64_t ms)
{
	struct timespec ts = mono(clock_mono() + ms);

	pthread_mutex_lock(&l->lock);
	while (!l->stop && !pthread_cond_timedwait(&l->changed, &l->lock, &ts))
		;
	bool go_on = !l->stop;
	pthread_mutex_unlock(&l->lock);
	return go_on;
}

void lane_use(struct lane *l, struct device *d)
{
	pthread_mutex_lock(&l->lock);
	l->device = d;
	if (d && l->stop)
		device_stop(d);
	pthread_mutex_unlock(&l->lock);
}
