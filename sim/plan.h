/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A plan: each call, visit and fault of a run, one by one, instead of rates and chances. Each has dice of its
 * own, so that one can be left out and the others stay what they are. In a scenario it is the section [plan];
 * a line KEY = WHEN DICE, the keys being those of rates and chances: allocate = 120.5 77   at 120.5 s lost =
 * 12 5           of the actions that it can strike, the twelfth */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "sim/dice.h"
#include "sim/scenario.h"

/* What the rates and chances of the scenario come to, by its seed. */
void plan_draw(struct scenario *sc);
/* Kinds of keys: what `at` counts. */
enum plan_unit { PLAN_NOT, PLAN_TIME, PLAN_COUNT };
enum plan_unit plan_unit(enum scenario_key key);

struct sim;
void plan_start(struct sim *s);
/* Does the fault strike this time? By the plan, or without one by chance; its dice are s->faults then. */
bool plan_strikes(struct sim *s, enum scenario_key fault);

#endif
