/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What goes wrong, by seed: single actions that fail, are lost or end elsewhere; bar codes that are misread;
 * drives that get dirty; and from time to time a robot out of reach, a door that somebody opens, a crash of
 * rsmd. What devices do then is said in the language of the virtual library's faults
 * (device/virtual/fault.h). */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <math.h>

#define LOOK_MS (2 * S_MS) /* until rsmd notices what the robot doesn't tell */

#define BIT(kind) (1u << (kind))
#define ROBOT                                                                                                \
	(BIT(ACT_STATUS) | BIT(ACT_INITIALIZE) | BIT(ACT_MOVE) | BIT(ACT_LOCK) | BIT(ACT_UNLOCK) |           \
	 BIT(ACT_EXTEND) | BIT(ACT_RETRACT))

/* In this order; the first that strikes. */
static const struct {
	enum scenario_key chance;
	uint32_t actions;
	const char *what;
} rows[] = {
	{SC_BUSY, ROBOT | BIT(ACT_LOAD) | BIT(ACT_UNLOAD), "tur * busy"},
	{SC_LOST, BIT(ACT_MOVE), "move * lost"}, /* or gone */
	{SC_NOT_MOVED, BIT(ACT_MOVE), "move * 4/15/81"},
	{SC_ASTRAY, BIT(ACT_MOVE), "move * done,4/15/01"}, /* to another element */
	{SC_HAND, BIT(ACT_MOVE), "move * hand,4/15/83"},
	{SC_BAD_LOAD, BIT(ACT_LOAD), "load * 3/53/00"},
	{SC_BAD_DRIVE, BIT(ACT_LOAD), "load * 4/53/00"},
	{SC_BAD_READ, BIT(ACT_READ_LABEL), "read * 3/11/00"},
	{SC_STUCK, BIT(ACT_UNLOAD), "unload * 4/53/00"},
};

static bool strike(struct sim *s, struct mishap *f, const char *what)
{
	struct err e = {0};

	if (fault_parse(what, f, &e))
		world_fail("%s", e.why);
	s->report.faults++;
	return true;
}

/* Dirt comes with mounts. A dirty drive loads nothing until it has been cleaned (people.c). */
static bool dirty(struct sim *s, const struct action *a)
{
	double mean = s->sc.v[SC_DIRT];
	struct sim_drive *d;

	if (mean <= 0 || a->kind != ACT_LOAD || s->ending)
		return false;
	d = &s->drives.v[action_drive_at(&s->w, a)->cell.address - DRIVE];
	if (d->dirty_in <= 0)
		d->dirty_in = 1 + dice_exponential(&s->faults, mean);
	else if (!d->dirty && --d->dirty_in <= 0)
		d->dirty = true;
	return d->dirty;
}

bool fault_strikes(struct sim *s, struct action *a, struct mishap *f)
{
	if (!s->reachable && !a->drive) /* what the robot had begun it ends; nobody hears of it */
		return strike(s, f, "move * lost");
	if (dirty(s, a)) {
		s->report.struck[SC_DIRT]++;
		return strike(s, f, "load * 4/09/00");
	}
	for (size_t i = 0; i < countof(rows); i++) {
		if (!(rows[i].actions & BIT(a->kind)) || !plan_strikes(s, rows[i].chance))
			continue;
		s->report.struck[rows[i].chance]++;
		strike(s, f, rows[i].what);
		if (rows[i].chance == SC_LOST && dice_chance(&s->faults, 0.5))
			f->effect = EFFECT_GONE;
		if (rows[i].chance == SC_ASTRAY)
			a->destination = (uint16_t)(SLOT + dice_below(&s->faults, s->w.slots));
		return true;
	}
	return false;
}

/* Another digit than the one that is printed there. */
static void garble(struct sim *s, char *tag)
{
	size_t digits = strcspn(tag, "0123456789"), n = strspn(tag + digits, "0123456789");
	char *at = tag + digits + (n ? dice_below(&s->faults, n) : 0);

	if (n)
		*at = (char)('0' + (*at - '0' + 1 + (int)dice_below(&s->faults, 9)) % 10);
}

void fault_blurs(struct sim *s, struct element_state *elements, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct element_state *e = &elements[i];

		if (e->full && plan_strikes(s, SC_MISREAD)) {
			s->report.struck[SC_MISREAD]++;
			e->tag[0] = 0;
			e->unlabelled = true;
			s->report.faults++;
		} else if (e->full && plan_strikes(s, SC_GARBLED)) {
			s->report.struck[SC_GARBLED]++;
			garble(s, e->tag);
			s->report.faults++;
		}
	}
}

/* ---- from time to time ---- */

static void outage(struct sim *s, void *unused);
static void door(struct sim *s, void *unused);
static void crash(struct sim *s, void *unused);

static void again(struct sim *s, enum scenario_key a_day, due_fn *fn)
{
	if (s->sc.v[a_day] > 0 && !s->sc.planned)
		due_add(&s->line, s->w.now + llround(dice_exponential(&s->faults, DAY_MS / s->sc.v[a_day])),
			fn, NULL);
}

static void reachable(struct sim *s, void *unused)
{
	s->reachable = true;
	robot_look(s, NULL);
	again(s, SC_OUTAGE, outage);
}

static void outage(struct sim *s, void *unused)
{
	struct event ev = {
		.kind = EV_DOWN, .fault = FAULT_PATH, .why = "simulated: the robot can't be reached"};

	if (s->ending || !s->reachable)
		return;
	s->report.struck[SC_OUTAGE]++;
	s->report.faults++;
	s->reachable = false;
	world_tell(&s->w, &ev);
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->faults, s->sc.v[SC_OUTAGE_TIME]) * S_MS),
		reachable, NULL);
}

/* ---- doors ---- */

static void swap_two(struct sim *s)
{
	struct place *a = place_at(&s->w, (uint16_t)(SLOT + dice_below(&s->faults, s->w.slots)));
	struct place *b = place_at(&s->w, (uint16_t)(SLOT + dice_below(&s->faults, s->w.slots)));
	struct place was = *a;

	a->cartridge = b->cartridge, a->inverted = b->inverted;
	b->cartridge = was.cartridge, b->inverted = was.inverted;
}

/* The robot looks into the frame that was open before it moves again. */
void door_shut(struct sim *s)
{
	s->w.picker.door = false;
	s->scans_until = s->w.now + llround(s->model.inventory * S_MS);
	if (s->robot_free < s->scans_until)
		s->robot_free = s->scans_until;
	due_add(&s->line, s->scans_until, robot_look, NULL);
}

static void time_over(struct sim *s, void *unused)
{
	if (s->w.picker.door && s->w.now >= s->door_until)
		door_shut(s);
}

void door_open(struct sim *s)
{
	if (s->w.picker.door)
		return;
	s->door_until = s->w.now + llround(dice_exponential(&s->faults, s->sc.v[SC_DOOR_TIME]) * S_MS);
	s->report.doors++;
	robot_stop(s);
	s->w.picker.door = true;
	due_add(&s->line, s->w.now + LOOK_MS, robot_look, NULL);
	due_add(&s->line, s->door_until, time_over, NULL);
}

/* Somebody opens the door and exchanges what is in two slots. */
static void door(struct sim *s, void *unused)
{
	if (s->ending)
		return;
	s->report.faults++;
	s->report.struck[SC_DOOR]++;
	door_open(s);
	swap_two(s);
	again(s, SC_DOOR, door);
}

static void crash(struct sim *s, void *unused)
{
	if (s->ending)
		return;
	s->report.struck[SC_CRASH]++;
	sim_restart(s);
	again(s, SC_CRASH, crash);
}

/* The first drive is replaced: another serial number answers there. */
static void swap(struct sim *s, void *unused)
{
	if (s->ending)
		return;
	if (!s->reachable || place_at(&s->w, DRIVE)->cartridge >= 0) { /* not with a cartridge in it */
		due_add(&s->line, s->w.now + 60 * S_MS, swap, NULL);
		return;
	}
	s->report.struck[SC_SWAP]++;
	s->report.faults++;
	s->w.serial = s->w.serial ? NULL : "D0-NEW";
	world_probe(&s->w);
	again(s, SC_SWAP, swap);
}

bool fault_happens(struct sim *s, enum scenario_key key)
{
	switch (key) {
	case SC_OUTAGE:
		outage(s, NULL);
		return true;
	case SC_DOOR:
		door(s, NULL);
		return true;
	case SC_CRASH:
		crash(s, NULL);
		return true;
	case SC_SWAP:
		swap(s, NULL);
		return true;
	default:
		return false;
	}
}

void faults_start(struct sim *s)
{
	again(s, SC_SWAP, swap);
	again(s, SC_OUTAGE, outage);
	again(s, SC_DOOR, door);
	again(s, SC_CRASH, crash);
}
