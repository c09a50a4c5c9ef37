/* SPDX-License-Identifier: GPL-2.0-or-later
 * How long each action takes; when the time is over it is carried out and its outcome told. The robot does
 * one thing after the other. */
#include "sim/sim.h"

#include <math.h>

#define DOOR SENSE(0x2, 0x04, 0x18)

struct doing {
	struct action a;
	uint32_t life;
	bool stopped; /* a door was opened */
};

static const struct where *where_is(const struct sim *s, const struct place *p)
{
	switch (p->cell.type) {
	case 2:
		return &s->model.slots.v[p->cell.address - SLOT];
	case 3:
		return &s->model.ports.v[p->cell.address - PORT];
	case 4:
		return &s->model.drives.v[p->cell.address - DRIVE];
	default:
		return &s->hands.at[0];
	}
}

static double way(struct sim *s, const struct action *a)
{
	const struct where *from = where_is(s, place_at(&s->w, a->source)),
			   *to = where_is(s, place_at(&s->w, a->destination));

	s->report.moves++;
	s->report.passes += from->rail != to->rail;
	report_hour(s)->moves++;
	return move_time(&s->model, &s->hands, from, to);
}

static double robot_time(struct sim *s, const struct action *a)
{
	const struct model *m = &s->model;
	size_t n = 0;

	if (s->w.picker.door) /* it refuses */
		return m->command;
	switch (a->kind) {
	case ACT_MOVE:
		return m->command + way(s, a);
	case ACT_STATUS:
		vec_each(p, &s->w.places)
			n += a->types >> p->cell.type & 1;
		return m->command + m->status + m->status_each * (double)n;
	case ACT_INITIALIZE:
		return m->command + m->inventory;
	case ACT_EXTEND:
	case ACT_RETRACT:
		return m->command + m->port;
	default:
		return m->command + m->lock;
	}
}

/* The first load of a cartridge, where the drive optimizes for it. */
static double calibration(struct sim *s, int cartridge)
{
	const struct drive_times *d = &s->model.drive;
	const struct tape *t = &s->w.cartridges.v[cartridge].tape;
	double minutes;

	if (!d->calibrate || !drive_must_calibrate(world_generation(&s->w), t))
		return 0;
	s->report.calibrations++;
	minutes = d->calibrate + dice_lognormal(&s->physics, d->more, d->sigma);
	return 60 * fmin(minutes, 120);
}

static double unload_time(const struct sim *s, struct sim_drive *x)
{
	const struct drive_times *d = &s->model.drive;
	double passes = !d->passes || x->written < 5000 ? 1 : x->written < 50000 ? 2 : 3;
	/* rewind is that of half a tape; 2 s to start (guess) */
	double rewind = x->position > 0 ? passes * (2 + (d->rewind - 2) * 2 * x->position) : 0;

	x->written = x->position = 0;
	return rewind + d->unload;
}

static double drive_time(struct sim *s, const struct action *a)
{
	const struct place *p = action_drive_at(&s->w, a);
	struct sim_drive *x = &s->drives.v[p->cell.address - DRIVE];

	switch (a->kind) {
	case ACT_LOAD:
		s->report.loads++;
		return s->model.drive.load + (p->cartridge < 0 ? 0 : calibration(s, p->cartridge)) +
		       fmax(0, (double)(x->cleans_until - s->w.now) / S_MS);
	case ACT_READ_LABEL:
		return s->model.drive.read_label;
	case ACT_WRITE_LABEL:
		return s->model.drive.write_label;
	case ACT_UNLOAD:
		return unload_time(s, x);
	default: /* whoever may open a node: no matter of the drive's */
		return 0;
	}
}

static void finish(struct sim *s, void *arg)
{
	struct doing *d = arg;
	struct event ev = {.kind = EV_OUTCOME, .action = d->a.id, .outcome = OUTCOME_DONE};
	struct mishap f;

	if (s->robot_doing == d)
		s->robot_doing = NULL;
	s->report.actions++;
	if (d->stopped) {
		world_sense(&ev, false, DOOR, "stopped");
	} else {
		bool strikes = fault_strikes(s, &d->a, &f);

		sim_check_write(s, &d->a);
		world_perform(&s->w, &d->a, strikes ? &f : NULL, &ev, s->elements);
	}
	if (ev.outcome != OUTCOME_DONE)
		s->report.actions_failed++;
	if (ev.elements)
		fault_blurs(s, s->elements, ev.n_elements);
	if (d->life == s->life)
		world_tell(&s->w, &ev);
	free(d);
}

void device_begin(struct sim *s, const struct action *a)
{
	struct doing *d = malloc(sizeof *d);
	int64_t at = s->w.now, ms;

	if (!d)
		abort();
	*d = (struct doing){.a = *a, .life = s->life};
	if (a->drive) {
		at += llround(drive_time(s, a) * S_MS);
	} else {
		if (at < s->robot_free)
			at = s->robot_free;
		ms = llround(robot_time(s, a) * S_MS);
		s->report.robot_ms += (double)ms;
		at += ms;
		s->robot_free = at;
		s->robot_doing = d;
		if (a->kind == ACT_MOVE)
			s->moving = at;
	}
	due_add(&s->line, at, finish, d);
}

/* ---- the robot as a whole ---- */

/* With a cartridge in its hand, or before it had it. */
void robot_stop(struct sim *s)
{
	struct doing *d = s->robot_doing;
	struct trip t;

	if (!d || d->stopped)
		return;
	d->stopped = true;
	if (d->a.kind != ACT_MOVE || !dice_chance(&s->faults, 0.5))
		return;
	t = (struct trip){.from = &place_at(&s->w, d->a.source)->cell,
			  .to = &place_at(&s->w, d->a.destination)->cell};
	if (!trip_refused(&s->w.picker, &t) && !trip_blocked(&s->w.picker, &t))
		trip_dropped(&s->w.picker, &t);
}

bool robot_ready(const struct sim *s)
{
	return s->reachable && !s->w.picker.door && s->w.now >= s->scans_until;
}

void robot_look(struct sim *s, void *unused)
{
	struct event ev = {.kind = EV_DOWN};

	if (robot_ready(s)) {
		world_probe(&s->w);
	} else if (s->reachable && s->w.picker.door) {
		world_sense(&ev, false, DOOR, "test unit ready");
		world_tell(&s->w, &ev);
	}
}
