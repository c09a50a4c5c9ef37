/* SPDX-License-Identifier: GPL-2.0-or-later
 * How long hands take. */
#ifndef SIM_PHYSICS_H
#define SIM_PHYSICS_H

#include "sim/dice.h"
#include "sim/model.h"

double axis_time(struct axis a, double distance);
double travel_time(const struct model *m, const struct where *from, const struct where *to);

struct hands { /* arms * rails of them, rail by rail */
	struct where at[HANDS_MAX];
};
void hands_start(const struct model *m, struct hands *h);
/* One cartridge from here to there, by whichever hands it takes; they end where it needed them. */
double move_time(const struct model *m, struct hands *h, const struct where *from, const struct where *to);

/* A vendor's mount: out of a drive, home, another one from a random slot, into that drive. As many as all
 * hands do in an hour when each has always its next one, in the order they were asked for. */
double fifo_rate(const struct model *m, struct dice *d, int exchanges);
/* Mean seconds of one move from a random slot to a random drive, the hand starting at a random slot. */
double mean_move(const struct model *m, struct dice *d, int moves);

#endif
