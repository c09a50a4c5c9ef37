/* SPDX-License-Identifier: GPL-2.0-or-later
 * What will happen, in order of time; at one time, in the order it was put in. */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct sim;
typedef void due_fn(struct sim *, void *arg);

struct due {
	int64_t at; /* milliseconds */
	uint64_t n;
	due_fn *fn;
	void *arg;
};

struct timeline {
	VEC(struct due) heap;
	uint64_t n;
};

void due_add(struct timeline *t, int64_t at, due_fn *fn, void *arg);
int64_t due_next(const struct timeline *t); /* INT64_MAX: nothing */
struct due due_take(struct timeline *t);    /* there is one */

#endif
