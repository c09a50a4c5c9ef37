/* SPDX-License-Identifier: GPL-2.0-or-later
 * Two drives, three media, three callers with a request each, one fault: what can happen next, and it
 * happening. */
#ifndef TESTS_PROOF_PLAY_H
#define TESTS_PROOF_PLAY_H

#include "explore.h"

#include "sim/world.h"

enum { CALLERS = 3, MEDIA = 3, STEPS = 6 };

enum step_kind {
	END,	     /* of the caller */
	MOUNT,	     /* arg: media, one bit each */
	MOUNT_BRIEF, /* for at most ten seconds */
	DISMOUNT,
	LEAVE, /* a deferred dismount */
	EJECT, /* arg: medium */
	INJECT,
	LAY_IN, /* a cartridge into the mail slot */
	INJECT_STOP,
	INVENTORY,
	FREE, /* arg: medium */
	ALLOCATE,
	DEALLOCATE, /* arg: medium */
	DISABLE,    /* arg: drive */
	ENABLE,
	CANCEL, /* its mount, if it still waits */
};

struct step {
	enum step_kind kind;
	int arg;
};

struct mix {
	const char *name;
	struct step steps[CALLERS][STEPS];
	bool strange; /* a cartridge that nobody knows lies in slot 4 */
};

enum { NO_FAULT, FAULT_OF_ACTION = 1, FAULT_AROUND = 2, FAULT_CRASH = 4 };

struct saved; /* one state, but for its rows */

struct caller_of { /* where it is in its steps */
	guid session, call, operation;
	int step, code;
	bool waits;
};

struct play {
	struct world w;
	const struct mix *mix;
	struct caller_of callers[CALLERS];
	guid lmid[MEDIA + 1], side[MEDIA], medium[MEDIA], library, pool, free_pool, drive[2];
	unsigned faults; /* still to come: which */
	bool down, wrong_label;
	bool locked; /* the mail slot: nobody gets at it */
	struct element_state *elements;
	VEC(struct saved *) saved;
};

void play_start(struct play *p, const struct mix *mix, unsigned faults);
void play_end(struct play *p);

/* For struct explore. */
size_t play_choices(void *play, struct choice out[CHOICES]);
void play_take(void *play, const struct choice *);
void play_state(void *play, uint8_t key[16]);
void play_save(void *play);
void play_restore(void *play);
void play_forget(void *play);
void play_check(void *play, bool end);
void play_show(void *play);

/* ---- callers.c ---- */

void caller_step(struct play *p, int caller);
void callers_hear(struct play *p);	      /* who was answered goes on */
int media_of(const struct step *);	      /* those it names, one bit each */
void end_of_call(struct play *p, guid *call); /* its caller has heard the answer */
void callers_crashed(struct play *p);

#endif
