/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/plan.h"

#include "sim/sim.h"

#include <math.h>
#include <string.h>

#define COUNT_MOST 4000 /* actions of one kind, of a run that is short enough to be planned */

enum plan_unit plan_unit(enum scenario_key key)
{
	switch (key) {
	case SC_LOST:
	case SC_NOT_MOVED:
	case SC_ASTRAY:
	case SC_BAD_LOAD:
	case SC_BAD_DRIVE:
	case SC_BAD_READ:
	case SC_STUCK:
	case SC_MISREAD:
	case SC_HAND:
	case SC_GARBLED:
	case SC_BUSY:
		return PLAN_COUNT;
	case SC_RATE:
	case SC_OUTAGE:
	case SC_DOOR:
	case SC_CRASH:
	case SC_SWAP:
	case SC_OPERATOR:
		return PLAN_TIME;
	default:
		return callers_have(key) ? PLAN_TIME : PLAN_NOT;
	}
}

/* From one to the next, on the average: milliseconds, or actions. */
static double mean_gap(const struct scenario *sc, enum scenario_key key)
{
	double v = sc->v[key];

	if (key == SC_OPERATOR)
		return v * S_MS;
	if (key == SC_OUTAGE || key == SC_DOOR || key == SC_CRASH || key == SC_SWAP)
		return DAY_MS / v;
	return plan_unit(key) == PLAN_COUNT ? 1 / v : HOUR_MS / v;
}

void plan_draw(struct scenario *sc)
{
	struct dice d;

	for (enum scenario_key key = 0; key < SC_COUNT; key++) {
		enum plan_unit unit = plan_unit(key);
		double end = unit == PLAN_TIME ? sc->v[SC_DAYS] * DAY_MS : COUNT_MOST, at = 0;

		if (unit == PLAN_NOT || sc->v[key] <= 0)
			continue;
		dice_seed(&d, (uint64_t)sc->v[SC_SEED] * SC_COUNT + key, "plan");
		while ((at += 1 + dice_exponential(&d, mean_gap(sc, key))) < end)
			*vec_add(&sc->plan) = (struct planned){key, llround(at), dice_bits(&d) >> 40, false};
	}
	sc->planned = true;
}

static void happen(struct sim *s, void *arg)
{
	const struct planned *p = arg;

	if (s->ending)
		return;
	dice_seed(&s->jobs, p->dice, "jobs");
	dice_seed(&s->calls, p->dice, "calls");
	dice_seed(&s->people, p->dice, "people");
	dice_seed(&s->faults, p->dice, "faults");
	if (p->key == SC_RATE)
		load_one(s);
	else if (p->key == SC_OPERATOR)
		people_come(s);
	else if (!fault_happens(s, p->key))
		callers_call(s, p->key);
}

static void due(struct sim *s, void *arg)
{
	happen(s, arg);
	free(arg);
}

void plan_start(struct sim *s)
{
	vec_each(p, &s->sc.plan) {
		struct planned *copy;

		if (p->dropped || plan_unit(p->key) != PLAN_TIME)
			continue;
		copy = malloc(sizeof *copy);
		if (!copy)
			abort();
		*copy = *p;
		due_add(&s->line, s->start + p->at, due, copy);
	}
}

bool plan_strikes(struct sim *s, enum scenario_key fault)
{
	int64_t nth = ++s->met[fault];

	if (s->ending)
		return false;
	if (!s->sc.planned)
		return dice_chance(&s->faults, s->sc.v[fault]);
	vec_each(p, &s->sc.plan)
		if (p->key == fault && p->at == nth && !p->dropped) {
			dice_seed(&s->faults, p->dice, "faults");
			return true;
		}
	return false;
}
