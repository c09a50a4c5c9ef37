/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What goes wrong, by seed: single actions that fail, are lost or end elsewhere; bar codes that can't be
 * read; and from time to time a robot out of reach, a door that somebody opens, a crash of rsmd. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <math.h>

#define BIT(kind) (1u << (kind))
#define ROBOT                                                                                                \
	(BIT(ACT_STATUS) | BIT(ACT_INITIALIZE) | BIT(ACT_MOVE) | BIT(ACT_LOCK) | BIT(ACT_UNLOCK) |           \
	 BIT(ACT_EXTEND) | BIT(ACT_RETRACT))

enum happens { NO, YES, PERHAPS, ELSEWHERE };

/* In this order; the first that strikes. */
static const struct {
	enum scenario_key chance;
	uint32_t actions;
	enum outcome outcome;
	enum fault fault;
	enum happens happens;
	const char *why;
} faults[] = {
	{SC_BUSY, ROBOT | BIT(ACT_LOAD) | BIT(ACT_UNLOAD), OUTCOME_FAILED, FAULT_LATER, NO,
	 "simulated: busy"},
	{SC_LOST, BIT(ACT_MOVE), OUTCOME_UNKNOWN, FAULT_PATH, PERHAPS, "simulated: no answer to a move"},
	{SC_NOT_MOVED, BIT(ACT_MOVE), OUTCOME_FAILED, FAULT_ROBOT, NO,
	 "simulated: the robot couldn't move a cartridge"},
	{SC_ASTRAY, BIT(ACT_MOVE), OUTCOME_FAILED, FAULT_ROBOT, ELSEWHERE,
	 "simulated: a cartridge went astray"},
	{SC_BAD_LOAD, BIT(ACT_LOAD), OUTCOME_FAILED, FAULT_MEDIUM, NO, "simulated: a cartridge doesn't load"},
	{SC_BAD_DRIVE, BIT(ACT_LOAD), OUTCOME_FAILED, FAULT_DRIVE, NO, "simulated: a drive doesn't load"},
	{SC_BAD_READ, BIT(ACT_READ_LABEL), OUTCOME_FAILED, FAULT_MEDIUM, NO,
	 "simulated: a label can't be read"},
	{SC_STUCK, BIT(ACT_UNLOAD), OUTCOME_FAILED, FAULT_DRIVE, NO,
	 "simulated: a cartridge is stuck in its drive"},
};

static void strike(struct sim *s, struct event *ev, enum outcome outcome, enum fault fault, const char *why)
{
	s->report.faults++;
	ev->outcome = outcome, ev->fault = fault;
	snprintf(ev->why, sizeof ev->why, "%s", why);
}

static void astray(struct sim *s, const struct action *a)
{
	struct place *from = place_at(&s->w, a->source);
	struct place *to = place_at(&s->w, (uint16_t)(SLOT + dice_below(&s->faults, s->w.slots)));

	if (from->cartridge < 0 || to->cartridge >= 0)
		return;
	to->cartridge = from->cartridge, to->source = from->cell.address, to->inverted = from->inverted;
	from->cartridge = -1;
}

/* A drive that has seen too many mounts loads nothing until somebody has cleaned it. */
static bool dirty(struct sim *s, const struct action *a)
{
	double mean = s->sc.v[SC_DIRT];
	struct sim_drive *d;

	if (mean <= 0 || a->kind != ACT_LOAD)
		return false;
	d = &s->drives.v[action_drive_at(&s->w, a)->cell.address - DRIVE];
	if (d->dirty_in <= 0)
		d->dirty_in = 1 + dice_exponential(&s->faults, mean);
	else if (!d->dirty && --d->dirty_in <= 0)
		d->dirty = true;
	return d->dirty;
}

bool fault_strikes(struct sim *s, const struct action *a, struct event *ev)
{
	if (!s->reachable && !a->drive) { /* what the robot had begun it ends; nobody hears of it */
		strike(s, ev, OUTCOME_UNKNOWN, FAULT_PATH, "simulated: the robot can't be reached");
		return true;
	}
	if (dirty(s, a)) {
		strike(s, ev, OUTCOME_FAILED, FAULT_DRIVE, "simulated: the drive is dirty");
		return false;
	}
	for (size_t i = 0; i < countof(faults); i++) {
		if (!(faults[i].actions & BIT(a->kind)) ||
		    !dice_chance(&s->faults, s->sc.v[faults[i].chance]))
			continue;
		strike(s, ev, faults[i].outcome, faults[i].fault, faults[i].why);
		if (faults[i].happens == ELSEWHERE)
			astray(s, a);
		return faults[i].happens == YES ||
		       (faults[i].happens == PERHAPS && dice_chance(&s->faults, 0.5));
	}
	return true;
}

void fault_blurs(struct sim *s, const struct action *a, struct element_state *elements, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (elements[i].full && dice_chance(&s->faults, s->sc.v[SC_MISREAD])) {
			elements[i].tag[0] = 0;
			elements[i].unlabelled = true;
			s->report.faults++;
		}
}

/* ---- from time to time ---- */

static void outage(struct sim *s, void *unused);
static void door(struct sim *s, void *unused);
static void crash(struct sim *s, void *unused);

static void again(struct sim *s, enum scenario_key a_day, due_fn *fn)
{
	if (s->sc.v[a_day] > 0)
		due_add(&s->line, s->w.now + llround(dice_exponential(&s->faults, DAY_MS / s->sc.v[a_day])),
			fn, NULL);
}

static void reachable(struct sim *s, void *unused)
{
	s->reachable = true;
	world_probe(&s->w);
	again(s, SC_OUTAGE, outage);
}

static void outage(struct sim *s, void *unused)
{
	struct event ev = {
		.kind = EV_DOWN, .fault = FAULT_PATH, .why = "simulated: the robot can't be reached"};

	s->report.faults++;
	s->reachable = false;
	world_tell(&s->w, &ev);
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->faults, s->sc.v[SC_OUTAGE_TIME]) * S_MS),
		reachable, NULL);
}

/* Somebody opens the door, exchanges what is in two slots, and shuts it. Not while the robot moves: it stands
 * still when a door is open. */
static void door(struct sim *s, void *unused)
{
	struct event ev = {.kind = EV_ATTENTION, .types = 30};
	struct place *a, *b, was;

	if (s->w.now < s->robot_free || !s->reachable) {
		due_add(&s->line, s->w.now + 5 * S_MS, door, NULL);
		return;
	}
	a = place_at(&s->w, (uint16_t)(SLOT + dice_below(&s->faults, s->w.slots)));
	b = place_at(&s->w, (uint16_t)(SLOT + dice_below(&s->faults, s->w.slots)));
	was = *a;
	a->cartridge = b->cartridge, a->inverted = b->inverted;
	b->cartridge = was.cartridge, b->inverted = was.inverted;
	s->report.faults++;
	world_tell(&s->w, &ev);
	again(s, SC_DOOR, door);
}

static void crash(struct sim *s, void *unused)
{
	sim_restart(s);
	again(s, SC_CRASH, crash);
}

void faults_start(struct sim *s)
{
	again(s, SC_OUTAGE, outage);
	again(s, SC_DOOR, door);
	again(s, SC_CRASH, crash);
}
