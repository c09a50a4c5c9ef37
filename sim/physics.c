/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/physics.h"

#include <math.h>

double axis_time(struct axis a, double distance)
{
	double d = fabs(distance);

	return d <= a.v * a.v / a.a ? 2 * sqrt(d / a.a) : d / a.v + a.v / a.a;
}

double travel_time(const struct model *m, const struct where *from, const struct where *to)
{
	return fmax(axis_time(m->x, to->x - from->x),
		    fmax(axis_time(m->y, to->y - from->y), axis_time(m->turn, to->turn - from->turn)));
}

void hands_start(const struct model *m, struct hands *h)
{
	for (int rail = 0; rail < m->rails; rail++)
		for (int arm = 0; arm < m->arms; arm++)
			for (size_t i = m->drives.n; i-- > 0;) {
				const struct where *w = &m->drives.v[i];

				if (w->rail == rail && (w->arm < 0 || w->arm == arm))
					h->at[rail * m->arms + arm] = *w;
			}
}

/* The hand of that rail that is there first; one that serves the element, if there is such a one. */
static struct where *hand_for(const struct model *m, struct hands *h, const struct where *to)
{
	struct where *best = NULL;

	for (int arm = 0; arm < m->arms; arm++) {
		struct where *hand = &h->at[to->rail * m->arms + arm];

		if (to->arm >= 0 && to->arm != arm)
			continue;
		if (!best || travel_time(m, hand, to) < travel_time(m, best, to))
			best = hand;
	}
	return best;
}

static double carry(const struct model *m, struct where *hand, const struct where *from,
		    const struct where *to)
{
	double t = travel_time(m, hand, from) + m->get + travel_time(m, from, to) + m->put;

	*hand = *to;
	return t;
}

double move_time(const struct model *m, struct hands *h, const struct where *from, const struct where *to)
{
	struct where lift = {.x = m->pass_x, .rail = from->rail, .arm = -1}, there;
	double t;

	if (from->rail == to->rail)
		return carry(m, hand_for(m, h, from->arm >= 0 ? from : to), from, to);
	/* through the elevator at the end of the source's arm: the other rail's hand fetches it there */
	if (from->x < 0)
		lift.x = -lift.x;
	there = lift;
	there.rail = to->rail;
	t = carry(m, hand_for(m, h, from), from, &lift);
	t += m->pass * abs(to->rail - from->rail);
	return t + carry(m, hand_for(m, h, &there), &there, to);
}

/* ---- the vendors' benchmark ---- */

typedef VEC(const struct where *) wheres;

/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a model has slots and drives */
static const struct where *any(const wheres *w, struct dice *d) { return w->v[dice_below(d, w->n)]; }

static double cycle(const struct model *m, struct dice *d, const wheres *slots, const wheres *drives,
		    int exchanges)
{
	const struct where *drive = any(drives, d);
	double t = 0;

	for (int i = 0; i < exchanges; i++) {
		const struct where *home = any(slots, d), *slot = any(slots, d), *next = any(drives, d);

		t += 2 * m->get + 2 * m->put + travel_time(m, drive, home) + travel_time(m, home, slot) +
		     travel_time(m, slot, drive) + travel_time(m, drive, next);
		drive = next;
	}
	return t / exchanges;
}

static void served(wheres *out, const struct where *v, size_t n, int rail, int arm)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].rail == rail && (v[i].arm < 0 || v[i].arm == arm))
			*vec_add(out) = &v[i];
}

double fifo_rate(const struct model *m, struct dice *d, int exchanges)
{
	double rate = 0;

	for (int rail = 0; rail < m->rails; rail++)
		for (int arm = 0; arm < m->arms; arm++) {
			wheres slots = {0}, drives = {0};

			served(&slots, m->slots.v, m->slots.n, rail, arm);
			served(&drives, m->drives.v, m->drives.n, rail, arm);
			if (slots.n && drives.n)
				rate += 3600 / cycle(m, d, &slots, &drives, exchanges);
			vec_free(&slots);
			vec_free(&drives);
		}
	return rate;
}

double mean_move(const struct model *m, struct dice *d, int moves)
{
	double t = 0;

	for (int i = 0; i < moves; i++) {
		const struct where *slot = &m->slots.v[dice_below(d, m->slots.n)];
		wheres drives = {0}, slots = {0};
		const struct where *hand;

		served(&drives, m->drives.v, m->drives.n, slot->rail, slot->arm);
		served(&slots, m->slots.v, m->slots.n, slot->rail, slot->arm);
		hand = any(&slots, d);
		t += travel_time(m, hand, slot) + m->get + travel_time(m, slot, any(&drives, d)) + m->put;
		vec_free(&drives);
		vec_free(&slots);
	}
	return t / moves;
}
