/* SPDX-License-Identifier: GPL-2.0-or-later
 * Runs by seed that do a bit of everything; and what remains of one that violates something when all is left
 * out that it doesn't take. */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include "sim/scenario.h"
#include "wire/wire.h"

#include <stdio.h>

struct outcome_of_run {
	uint64_t violations, events, mounts, crashes;
	uint64_t calls[CALL_COUNT], struck[SC_COUNT];
	char what[300]; /* the first violation */
	double days;	/* when it was */
};

void random_scenario(uint64_t seed, struct scenario *sc);
/* In a process of its own: whatever becomes of it is an outcome. tell: what is violated goes to stderr. */
void run_apart(const struct scenario *sc, bool tell, struct outcome_of_run *out);
/* At least so many seeds, and so many seconds of processor time. keep: file for the shrunken scenario of the
 * first violation, or NULL. How many seeds violated something. */
uint64_t random_runs(uint64_t first, uint64_t seeds, double seconds, const char *keep, FILE *f);

/* Leaves out of the plan, and of the library, what the violation doesn't take. */
void shrink(struct scenario *sc, const struct outcome_of_run *found);

#endif
