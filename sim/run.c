/* SPDX-License-Identifier: GPL-2.0-or-later
 * The loop: what is due, what follows from it, what is due next. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <math.h>
#include <string.h>

#define AGAIN_MS 25 /* rsmd's ticker pauses as long between two looks at deadlines */

static struct sim *running; /* guid_source and waiting_answered have no argument */

static void guid_bytes(void *bytes, size_t n) { dice_bytes(&running->guids, bytes, n); }
static void answered(const guid *call) { *vec_add(&running->answered) = *call; }

int sim_read(struct sim *s, job_fn *fn, void *arg)
{
	struct err e = {0};

	return store_read(s->w.store, fn, arg, &e);
}

int sim_call(struct sim *s, guid session, enum wire_call which, void (*fn)(void), const void *in, void *out)
{
	int code;

	s->w.caller.session = session;
	code = world_call(&s->w, fn, in, out);
	if (code != ERROR_IO_PENDING)
		report_call(&s->report, which, (uint32_t)code);
	return code;
}

/* ---- deadlines, as rsmd's ticker keeps them ---- */

static int64_t deadline(struct sim *s, int64_t last)
{
	if (sim_read(s, deadlines_read, &s->due))
		world_fail("deadlines can't be read");
	if (!s->due.next)
		return INT64_MAX;
	return s->due.next > last + AGAIN_MS ? s->due.next : last + AGAIN_MS;
}

/* ---- */

/* What was posted starts; who was answered hears it. */
static void settle(struct sim *s)
{
	while (s->w.queue.n || s->answered.n) {
		for (size_t i = 0; i < s->w.queue.n; i++)
			device_begin(s, &s->w.queue.v[i]);
		s->w.queue.n = 0;
		for (size_t i = 0; i < s->answered.n; i++) {
			guid call = s->answered.v[i];

			if (!callers_answered(s, &call))
				load_answered(s, &call);
		}
		s->answered.n = 0;
	}
}

void sim_run(struct sim *s)
{
	int64_t woken = 0;

	running = s;
	while (true) {
		int64_t wake = deadline(s, woken), next = due_next(&s->line);
		int64_t at = wake < next ? wake : next;

		if (at > s->end)
			break;
		if (at > s->w.now) {
			report_until(s, at);
			s->w.now = at;
		}
		if (wake < next) {
			/* a deadline that its look doesn't move would be looked at for ever */
			if (at > woken + AGAIN_MS)
				s->idle_looks = 0;
			else if (++s->idle_looks == 1000) {
				sim_violated(s, "a deadline stays, however often it is looked at");
			}
			woken = at;
			world_wake(&s->w);
		} else {
			struct due d = due_take(&s->line);

			d.fn(s, d.arg);
		}
		settle(s);
		s->report.events++;
		if (s->check_each)
			sim_check(s, false);
	}
	report_until(s, s->end);
	s->w.now = s->end;
}

void sim_restart(struct sim *s)
{
	s->life++;
	s->w.queue.n = 0;
	s->answered.n = 0;
	world_restart(&s->w);
	load_crashed(s);
	s->waiting.n = 0;
	s->report.crashes++;
	due_add(&s->line, s->w.now + 2 * S_MS, robot_look, NULL);
}

static size_t least(double asked, size_t there)
{
	return asked > 0 && asked < (double)there ? (size_t)asked : there;
}

static void seed(struct sim *s)
{
	uint64_t n = (uint64_t)s->sc.v[SC_SEED];

	dice_seed(&s->guids, n, "guids");
	dice_seed(&s->physics, n, "physics");
	dice_seed(&s->arrivals, n, "arrivals");
	dice_seed(&s->jobs, n, "jobs");
	dice_seed(&s->calls, n, "calls");
	dice_seed(&s->faults, n, "faults");
	dice_seed(&s->people, n, "people");
}

int sim_open(struct sim *s, const struct scenario *sc, struct err *e)
{
	*s = (struct sim){.sc = *sc, .reachable = true, .tell = stderr};
	if (model_read(sc->model, &s->model, e))
		return (int)e->code;
	running = s;
	seed(s);
	guid_source = guid_bytes;
	waiting_answered = answered;
	s->zipf.s = sc->v[SC_ZIPF];
	s->w.generation = s->model.generation;
	s->w.rotates = s->model.rotates;
	model_cut(&s->model, least(sc->v[SC_SLOTS], s->model.slots.n),
		  least(sc->v[SC_DRIVES], s->model.drives.n), least(sc->v[SC_PORTS], s->model.ports.n));
	world_start(&s->w, s->model.slots.n, s->model.drives.n, s->model.ports.n);
	s->elements = calloc(s->w.places.n, sizeof *s->elements);
	for (size_t i = 0; i < s->w.drives; i++)
		*vec_add(&s->drives) = (struct sim_drive){0};
	hands_start(&s->model, &s->hands);
	if (sim_setup(s, e))
		return (int)e->code;
	s->start = s->w.now;
	s->end = s->start + (int64_t)(sc->v[SC_DAYS] * DAY_MS);
	s->report.since = s->start;
	s->cleaners = (int)sc->v[SC_CLEANERS];
	s->answered.n = 0;
	if (sc->planned) {
		plan_start(s);
	} else {
		load_start(s);
		callers_start(s);
		people_start(s);
		faults_start(s);
	}
	settle(s);
	return 0;
}

void sim_close(struct sim *s)
{
	if (s->w.store) {
		load_end(s);
		world_end(&s->w);
	}
	vec_each(d, &s->line.heap)
		free(d->arg);
	vec_free(&s->line.heap);
	vec_free(&s->drives);
	vec_free(&s->shelf);
	vec_free(&s->answered);
	vec_free(&s->waiting);
	vec_free(&s->media);
	zipf_free(&s->zipf);
	report_free(&s->report);
	model_free(&s->model);
	free(s->elements);
	guid_source = NULL;
	waiting_answered = NULL;
}
