/* SPDX-License-Identifier: GPL-2.0-or-later
 * Faults on demand, from `fault =` lines of library.ini and from the file "faults" (one for each line, read
 * again whenever it changes: tests write it while the daemon runs):
 *
 *     WHAT[@ELEMENT] WHEN EFFECT
 *
 * WHAT    reserve tur inquiry mode inventory initialize move exchange position prevent open load unload read
 * write mark rewind attribute; element: what READ ELEMENT STATUS says of one; alert: a TapeAlert flag ELEMENT
 * the drive's element; for a move its source or destination; or the name of the cartridge concerned WHEN    3
 * the third time only; 3+ from the third time on; * always. Counted since the file was read. EFFECT  K/AA/QQ
 * sense data, and nothing happens; done,K/AA/QQ sense data although it happened; hang no answer until the
 * time limit; lost it happens, but no answer comes; gone nothing happens and no answer comes; busy status
 * BUSY of a move: hand,K/AA/QQ the cartridge stays in the hand; door somebody opens the door half-way of an
 * element: tag=TAG another bar code; except=AA/QQ; full; empty; noaccess; disabled; source=ADDRESS;
 * type=MEDIUMTYPE of an alert: flag=NUMBER */
#ifndef DEVICE_VIRTUAL_FAULT_H
#define DEVICE_VIRTUAL_FAULT_H

#include "base/err.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum effect {
	EFFECT_NONE,
	EFFECT_SENSE,
	EFFECT_DONE_SENSE,
	EFFECT_HANG,
	EFFECT_LOST,
	EFFECT_GONE,
	EFFECT_BUSY,
	EFFECT_HAND,
	EFFECT_DOOR,
	EFFECT_TAG,
	EFFECT_EXCEPT,
	EFFECT_FULL,
	EFFECT_EMPTY,
	EFFECT_NO_ACCESS,
	EFFECT_DISABLED,
	EFFECT_SOURCE,
	EFFECT_TYPE,
	EFFECT_FLAG
};

struct mishap {
	char what[16];
	int element;	    /* -1: any */
	char cartridge[40]; /* "": any */
	int when;	    /* 0: always */
	bool on;	    /* from then on */
	int count;
	enum effect effect;
	uint8_t key, asc, ascq;
	int number; /* address or flag */
	char tag[33];
};

struct faults {
	VEC(struct mishap) list;
	size_t fixed;	      /* so many are of library.ini */
	struct timespec read; /* mtime of the file */
};

int fault_parse(const char *line, struct mishap *f, struct err *e);
int faults_add(struct faults *f, const char *line, struct err *e); /* of library.ini */
/* Reads the file again if it has changed. A line that isn't understood goes to the log. */
void faults_refresh(struct faults *f, const char *file);
/* The fault, if any, that strikes now: counts this time. a, b: elements concerned, -1 none; cartridge: ""
 * none. Of several the first; with every, each of them is handed to it. */
typedef void fault_hit(void *arg, const struct mishap *f);
const struct mishap *faults_strike(struct faults *f, const char *what, int a, int b, const char *cartridge,
				   fault_hit *every, void *arg);
void faults_free(struct faults *f);

#endif
