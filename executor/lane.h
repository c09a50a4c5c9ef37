/* SPDX-License-Identifier: GPL-2.0-or-later
 * One device's thread: its queue of actions, its waiting, and its end. */
#ifndef EXECUTOR_LANE_H
#define EXECUTOR_LANE_H

#include "device/device.h"
#include "library/library.h"

#include <pthread.h>

/* An action on its way. It begins as a post and becomes an entry of a queue. */
struct order {
	struct post post; /* first */
	struct order *next;
	struct executor *executor;
	struct action action;
	uint16_t element; /* of the drive it goes to */
};

struct lane {
	pthread_t thread;
	void (*run)(void *);
	void *arg;
	bool started;
	pthread_mutex_t lock; /* over all below, and what the lane's owner says */
	pthread_cond_t changed;
	struct order *first, **last;
	char said[200]; /* the last failure that was logged: told once, however often it is tried again */
	struct device *device; /* the one in use, to be interrupted; owned by the lane's owner */
	bool ended, stop, poked;
};

void lane_init(struct lane *);
int lane_start(struct lane *, void (*run)(void *), void *arg, struct err *);
/* Interrupts the device in use and every wait; the thread has to end by itself. */
void lane_stop(struct lane *);
/* Waits for its end; false: it still hangs in a device after that time. */
bool lane_join(struct lane *, int64_t limit_ms);
void lane_free(struct lane *); /* after it ended, or if it never started */

/* Takes the order; after lane_stop() it is dropped: its row stays open. */
void lane_put(struct lane *, struct order *);
/* Wakes lane_take() without an order. */
void lane_poke(struct lane *);

/* For the lane's own thread. */
struct order *lane_take(struct lane *,
			int64_t until); /* clock_mono(); NULL: time is over, poked, or stopped */
bool lane_stopped(struct lane *);
bool lane_pause(struct lane *, int64_t ms);    /* false: stopped */
void lane_use(struct lane *, struct device *); /* NULL: none; must be told before the device is closed */

#endif
