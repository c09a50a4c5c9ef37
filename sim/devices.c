/* SPDX-License-Identifier: GPL-2.0-or-later
 * How long each action takes; when the time is over it is carried out and its outcome told. The robot does
 * one thing after the other. */
#include "sim/sim.h"

#include <math.h>

struct doing {
	struct action a;
	uint32_t life;
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

static double robot_time(struct sim *s, const struct action *a)
{
	const struct model *m = &s->model;
	size_t n = 0;

	switch (a->kind) {
	case ACT_MOVE:
		s->report.moves++;
		report_hour(s)->moves++;
		return m->command + move_time(m, &s->hands, where_is(s, place_at(&s->w, a->source)),
					      where_is(s, place_at(&s->w, a->destination)));
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
	double minutes;

	while (s->calibrated.n <= (size_t)cartridge)
		*vec_add(&s->calibrated) = false;
	if (!d->calibrate || s->calibrated.v[cartridge])
		return 0;
	s->calibrated.v[cartridge] = true;
	minutes = d->calibrate + dice_lognormal(&s->physics, d->more, d->sigma);
	return 60 * fmin(minutes, 120);
}

static double unload_time(const struct sim *s, struct sim_drive *x)
{
	const struct drive_times *d = &s->model.drive;
	double passes = !d->passes || x->written < 5000 ? 1 : x->written < 50000 ? 2 : 3;
	/* rewind is that of half a tape; 2 s to start (guess) */
	double rewind = x->position > 0 ? passes * (2 + (d->rewind - 2) * 2 * x->position) : 0;

	*x = (struct sim_drive){.dirty_in = x->dirty_in, .dirty = x->dirty};
	return rewind + d->unload;
}

static double drive_time(struct sim *s, const struct action *a)
{
	const struct place *p = action_drive_at(&s->w, a);
	struct sim_drive *x = &s->drives.v[p->cell.address - DRIVE];

	switch (a->kind) {
	case ACT_LOAD:
		s->report.loads++;
		return s->model.drive.load + (p->cartridge < 0 ? 0 : calibration(s, p->cartridge));
	case ACT_READ_LABEL:
		return s->model.drive.read_label;
	case ACT_WRITE_LABEL:
		return s->model.drive.write_label;
	default:
		return unload_time(s, x);
	}
}

static void finish(struct sim *s, void *arg)
{
	struct doing *d = arg;
	struct event ev = {.kind = EV_OUTCOME, .action = d->a.id, .outcome = OUTCOME_DONE};

	s->report.actions++;
	if (fault_strikes(s, &d->a, &ev))
		world_perform(&s->w, &d->a, NULL, &ev, s->elements);
	if (ev.outcome != OUTCOME_DONE)
		s->report.actions_failed++;
	if (ev.elements)
		fault_blurs(s, &d->a, s->elements, ev.n_elements);
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
	*d = (struct doing){*a, s->life};
	if (a->drive) {
		at += llround(drive_time(s, a) * S_MS);
	} else {
		if (at < s->robot_free)
			at = s->robot_free;
		ms = llround(robot_time(s, a) * S_MS);
		s->report.robot_ms += (double)ms;
		at += ms;
		s->robot_free = at;
	}
	due_add(&s->line, at, finish, d);
}
