/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every order of events: from a state, each choice there is, and so on, depth first, until nothing is left to
 * happen; then back to the last state with a choice left. A state that was there before is not gone through
 * again. */
#ifndef TESTS_PROOF_EXPLORE_H
#define TESTS_PROOF_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct choice {
	int kind, a, b;
	bool may; /* never happen: what only such events are left to is an end, too */
	char name[60];
};

#define CHOICES 128

struct explore {
	void *world;
	size_t (*choices)(void *world, struct choice out[CHOICES]); /* in the same order for the same state */
	void (*take)(void *world, const struct choice *);
	void (*state)(void *world, uint8_t key[16]); /* the same for states that go on alike */
	void (*save)(void *world);		     /* saved states nest */
	void (*restore)(void *world);		     /* the last one saved, which stays */
	void (*forget)(void *world);		     /* the last one saved */
	/* What always holds; end: nothing is left that has to happen. Each violation: explore_violated(). */
	void (*check)(void *world, bool end);
	void (*show)(void *world); /* what is still open, where something was violated */
	uint64_t most;		   /* states; 0: all */
};

struct explored {
	uint64_t states, events, merged, ends, violations;
	double orders; /* from the beginning to an end, merged or not; rounds not counted */
	bool cut;      /* there were more states than `most` */
};

void explore(const struct explore *, struct explored *);
void explore_violated(void *unused, const char *what); /* with the events that led there */

#endif
