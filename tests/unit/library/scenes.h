/* SPDX-License-Identifier: GPL-2.0-or-later
 * What happens in a library, as short stories: all calls that make a library do something, and what people
 * and devices do meanwhile. Every one must be survived by an rsmd that dies in it at any point. */
#ifndef TESTS_UNIT_LIBRARY_SCENES_H
#define TESTS_UNIT_LIBRARY_SCENES_H

#include "acts.h"

struct scene {
	const char *name;
	int media; /* free ones in the pool beforehand */
	void (*before)(struct world *, const guid *pool);
	void (*act)(struct world *, const guid *pool);
	bool full;	/* the library inventories in full when it comes up: a long recovery */
	size_t ports;	/* 0: one */
	bool unmarked;	/* bar codes can't be read: who exchanges cartridges is believed until they are */
	bool two_sided; /* the robot turns cartridges over, the drives take what has two sides */
};

extern const struct scene scenes[];
extern const size_t n_scenes;

/* The logical media that `before` has allocated. */
extern guid lmid[3];

#endif
