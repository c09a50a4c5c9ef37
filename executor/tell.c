/* SPDX-License-Identifier: GPL-2.0-or-later
 * Events go to the controllers as jobs of the store. The thread that tells waits for the commit and tries
 * again until it succeeds: while the store can't commit, its device does nothing more. */
#include "base/log.h"
#include "executor/impl.h"

#include <string.h>

#define PAUSE_MIN 1000
#define PAUSE_MAX 30000

struct telling {
	struct executor *x;
	const struct event *ev;
};

static int tell_job(struct txn *t, void *arg, struct err *e)
{
	struct telling *a = arg;

	return a->x->event(t, a->x->world, a->ev, e);
}

bool tell(struct executor *x, struct lane *l, const struct event *ev)
{
	struct telling a = {x, ev};
	struct err e = {0};
	int pause = PAUSE_MIN;

	while (store_run(x->store, tell_job, &a, &e)) {
		log_error("what a device told can't be stored, and is kept: %s (tried again in %d s)", e.why,
			  pause / 1000);
		if (!lane_pause(l, pause))
			return store_run(x->store, tell_job, &a, &e) == 0;
		pause = pause * 2 < PAUSE_MAX ? pause * 2 : PAUSE_MAX;
	}
	return true;
}

void tell_once(struct executor *x, const struct event *ev)
{
	struct telling a = {x, ev};
	struct err e;

	store_run(x->store, tell_job, &a, &e);
}

void tell_outcome(struct executor *x, struct lane *l, struct event *ev)
{
	struct err e = {0};

	if (lane_stopped(l) && ev->outcome != OUTCOME_DONE)
		return; /* interrupted: the row stays open and is settled at the next start */
	if (fail_point("outcome", &e)) {
		ev->outcome = OUTCOME_UNKNOWN;
		ev->fault = FAULT_PATH;
		snprintf(ev->why, sizeof ev->why, "%.*s", (int)sizeof ev->why - 1, e.why);
	}
	if (ev->outcome != OUTCOME_DONE && strncmp(l->said, ev->why, sizeof l->said - 1) != 0)
		log_note("%s", ev->why);
	snprintf(l->said, sizeof l->said, "%.*s", (int)sizeof l->said - 1,
		 ev->outcome != OUTCOME_DONE ? ev->why : "");
	tell(x, l, ev);
}
