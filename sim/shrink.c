/* SPDX-License-Identifier: GPL-2.0-or-later
 * Delta debugging: ever smaller parts of the plan are left out, as long as the same is violated; then the
 * library is made smaller. */
#include "sim/random.h"

#include "sim/plan.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* The same thing, though not at the same place. */
static bool same(const char *a, const char *b)
{
	while (*a && *b) {
		if (!isalpha((uint8_t)*a) || isupper((uint8_t)*a))
			a++;
		else if (!isalpha((uint8_t)*b) || isupper((uint8_t)*b))
			b++;
		else if (*a++ != *b++)
			return false;
	}
	return true;
}

static bool still(const struct scenario *sc, const struct outcome_of_run *found, struct outcome_of_run *now)
{
	run_apart(sc, false, now);
	return now->violations && same(now->what, found->what);
}

static size_t left(const struct scenario *sc)
{
	size_t n = 0;

	vec_each(p, &sc->plan)
		n += !p->dropped;
	return n;
}

static void compact(struct scenario *sc)
{
	size_t n = 0;

	vec_each(p, &sc->plan)
		if (!p->dropped)
			sc->plan.v[n++] = *p;
	sc->plan.n = n;
}

static void drop(struct scenario *sc, size_t from, size_t n, bool dropped)
{
	for (size_t i = from; i < from + n && i < sc->plan.n; i++)
		sc->plan.v[i].dropped = dropped;
}

/* One pass with parts of that size; did any go? */
static bool pass(struct scenario *sc, const struct outcome_of_run *found, size_t part)
{
	struct outcome_of_run now;
	bool any = false;

	for (size_t i = 0; i < sc->plan.n; i += part) {
		drop(sc, i, part, true);
		if (still(sc, found, &now))
			any = true;
		else
			drop(sc, i, part, false);
	}
	compact(sc);
	return any;
}

/* Nothing after the violation has caused it. */
static void cut(struct scenario *sc, const struct outcome_of_run *found)
{
	struct outcome_of_run now;
	double days = sc->v[SC_DAYS];

	vec_each(p, &sc->plan)
		p->dropped = plan_unit(p->key) == PLAN_TIME && (double)p->at > found->days * 86400000;
	sc->v[SC_DAYS] = fmin(days, found->days + 0.001);
	if (!still(sc, found, &now)) {
		sc->v[SC_DAYS] = days;
		drop(sc, 0, sc->plan.n, false);
	}
	compact(sc);
}

/* A number nearer to that of an empty library. */
static void less(struct scenario *sc, const struct outcome_of_run *found, enum scenario_key key, double least)
{
	struct outcome_of_run now;
	double was;

	while (sc->v[key] > least) {
		was = sc->v[key];
		sc->v[key] = was > least + 2 ? floor((was + least) / 2) : was - 1;
		if (sc->v[key] < least)
			sc->v[key] = least;
		if (!still(sc, found, &now)) {
			sc->v[key] = was;
			return;
		}
	}
}

void shrink(struct scenario *sc, const struct outcome_of_run *found)
{
	cut(sc, found);
	for (size_t part = sc->plan.n / 2; part; part /= 2)
		pass(sc, found, part);
	while (left(sc) && pass(sc, found, 1))
		;
	less(sc, found, SC_SHELF, 0);
	less(sc, found, SC_UNKNOWN, 0);
	less(sc, found, SC_ALLOCATED, 1);
	less(sc, found, SC_MEDIA, 1);
	less(sc, found, SC_DRIVES, 1);
	less(sc, found, SC_SLOTS, 4);
}
