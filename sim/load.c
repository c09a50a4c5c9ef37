/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Applications: each opens a session, mounts a medium (or two), works with it, dismounts. Some die: before
 * the mount was answered, or with the medium in their drive, which a successor then dismounts. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <math.h>
#include <string.h>

struct job {
	struct sim *s;
	guid session, call, medium[2];
	size_t n;
	guid side[2]; /* its name for a medium that somebody has deallocated meanwhile */
	struct dice dice;
	int64_t asked;
	bool waits, dead, again;
};

static void arrive(struct sim *s, void *unused);
static void begin(struct sim *s, const guid *medium, size_t n);

size_t load_waiting(const struct sim *s)
{
	size_t n = 0;

	vec_each(j, &s->jobs_open)
		n += (*j)->waits;
	return n;
}

static void forget(struct sim *s, struct job *j)
{
	for (size_t i = 0; i < s->jobs_open.n; i++)
		if (s->jobs_open.v[i] == j)
			s->jobs_open.v[i] = s->jobs_open.v[--s->jobs_open.n];
	free(j);
}

static int end_session(struct txn *t, void *arg, struct err *e) { return media_session_ended(t, arg, e); }

void session_over(struct sim *s, const guid *session)
{
	struct session_end end = {.session = *session};
	struct err e = {0};

	if (store_run(s->w.store, end_session, &end, &e))
		world_fail("a session can't be ended: %s", e.why);
	report_call(&s->report, CALL_CloseNtmsSession, 0);
}

/* ---- the end of a job ---- */

static void burst(struct sim *s, void *arg)
{
	guid *medium = arg;

	if (!s->ending)
		begin(s, medium, 1);
	free(medium);
}

static void leave(struct sim *s, void *arg)
{
	struct job *j = arg;
	struct DismountNtmsMedia_in in = {.media = {j->medium, j->n},
					  .options = dice_chance(&j->dice, s->sc.v[SC_DEFERRED])
							     ? NTMS_DISMOUNT_DEFERRED
							     : NTMS_DISMOUNT_IMMEDIATE};
	bool later = false;
	int code;

	if (j->dead) /* its successor */
		j->session = guid_new();
	code = SIM_CALL(s, j->session, DismountNtmsMedia, &in, NULL);
	/* one of them may be lost, or deallocated: then each by itself, by its side */
	for (size_t i = 0; code && i < j->n; i++) {
		int one;

		in.media.v = &j->side[i], in.media.n = 1;
		one = SIM_CALL(s, j->session, DismountNtmsMedia, &in, NULL);
		later |= one == ERROR_DEVICE_NOT_AVAILABLE || one == ERROR_RESOURCE_DISABLED;
	}
	if (later) { /* the library is out of reach, or disabled */
		due_add(&s->line, s->w.now + 60 * S_MS, leave, j);
		return;
	}
	session_over(s, &j->session);
	if (dice_chance(&j->dice, s->sc.v[SC_BURST])) {
		guid *medium = malloc(sizeof *medium);

		if (!medium)
			abort();
		*medium = j->medium[0];
		due_add(&s->line,
			s->w.now + llround(dice_exponential(&j->dice, s->sc.v[SC_BURST_GAP]) * S_MS), burst,
			medium);
	}
	forget(s, j);
}

/* How the tape stands when the application is through. */
static int drive_of(struct txn *t, void *arg, struct err *e)
{
	struct {
		guid medium;
		int64_t element;
	} *x = arg;

	return sql_get(t, e,
		       "SELECT d.element FROM logical_media l JOIN object o ON o.id=l.id JOIN side s ON "
		       "s.lmid=l.id JOIN "
		       "physical_media m ON m.id=s.medium JOIN drive d ON d.id=m.place WHERE o.guid=?",
		       "g", &x->medium, "i", &x->element);
}

static void work(struct sim *s, struct job *j, double seconds)
{
	bool write = dice_chance(&j->dice, s->sc.v[SC_WRITE]);

	for (size_t i = 0; i < j->n; i++) {
		struct {
			guid medium;
			int64_t element;
		} x = {j->medium[i], 0};
		struct sim_drive *d;

		if (sim_read(s, drive_of, &x))
			continue;
		d = &s->drives.v[x.element - DRIVE];
		d->position = dice_unit(&j->dice);
		d->written =
			seconds * s->model.drive.rate * (write ? 0.8 : 0.3); /* guess: the rest is locating */
	}
}

static void mounted(struct sim *s, struct job *j)
{
	double hold = dice_lognormal(&j->dice, s->sc.v[SC_HOLD], s->sc.v[SC_SIGMA]);
	int64_t until = s->w.now + llround(hold * S_MS);

	s->report.mounts += j->n;
	report_hour(s)->mounts += (uint32_t)j->n;
	*vec_add(&s->report.waits) = (float)(s->w.now - j->asked) / S_MS;
	work(s, j, hold);
	if (dice_chance(&j->dice, s->sc.v[SC_DIES])) { /* the mount outlives its session */
		session_over(s, &j->session);
		j->dead = true;
		until += llround(s->sc.v[SC_SUCCESSOR] * S_MS);
	}
	due_add(&s->line, until, leave, j);
}

static int end_call(struct txn *t, void *arg, struct err *e) { return media_end_call(t, arg, e); }

void load_answered(struct sim *s, const guid *call)
{
	struct MountNtmsMedia_out out = {0};
	struct job *j = NULL;
	struct err e = {0};
	int code;

	vec_each(i, &s->jobs_open)
		if ((*i)->waits && guid_eq(&(*i)->call, call))
			j = *i;
	if (!j)
		return;
	s->w.caller.session = j->session;
	code = world_poll(&s->w, call, &out);
	wire_clear(wire_calls[CALL_MountNtmsMedia].out, &out);
	report_call(&s->report, CALL_RsmPollCall, (uint32_t)code);
	if (code == ERROR_IO_PENDING)
		return;
	store_run(s->w.store, end_call, (void *)call, &e);
	report_call(&s->report, CALL_RsmEndCall, e.code);
	report_call(&s->report, CALL_MountNtmsMedia, (uint32_t)code);
	j->waits = false;
	if (!code) {
		mounted(s, j);
		return;
	}
	s->report.failed++;
	session_over(s, &j->session);
	forget(s, j);
}

/* ---- the beginning ---- */

static void die_waiting(struct sim *s, void *arg)
{
	guid *session = arg;

	vec_each(j, &s->jobs_open)
		if ((*j)->waits && guid_eq(&(*j)->session, session)) {
			s->report.given_up++;
			session_over(s, session);
			forget(s, *j);
			break;
		}
	free(session);
}

static int may_open(struct txn *t, void *arg, struct err *e) { return media_open_session(t, arg, e); }

static void open_session(struct sim *s, guid session)
{
	s->w.caller.session = session;
	report_call(&s->report, CALL_OpenNtmsSession, (uint32_t)sim_read(s, may_open, &s->w.caller));
}

static int find_side(struct txn *t, void *arg, struct err *e)
{
	guid *x = arg; /* in: the logical medium; out: its side */

	return sql_get(t, e,
		       "SELECT p.guid FROM logical_media l JOIN object o ON o.id=l.id JOIN side s ON "
		       "s.lmid=l.id JOIN "
		       "object p ON p.id=s.id WHERE o.guid=?",
		       "g", x, "g", x);
}

static void side_of(struct sim *s, const guid *medium, guid *side)
{
	*side = *medium;
	sim_read(s, find_side, side);
}

static void begin(struct sim *s, const guid *medium, size_t n)
{
	struct job *j = calloc(1, sizeof *j);
	double timeout = s->sc.v[SC_TIMEOUT];
	struct MountNtmsMedia_in in = {.options = NTMS_MOUNT_READ,
				       .timeout = timeout > 0 ? (uint32_t)(timeout * 1000) : INFINITE};
	struct MountNtmsMedia_out out = {0};
	int code;

	if (!j)
		abort();
	*j = (struct job){.s = s, .session = guid_new(), .call = guid_new(), .n = n, .asked = s->w.now};
	memcpy(j->medium, medium, n * sizeof *medium);
	for (size_t i = 0; i < 4; i++)
		j->dice.s[i] = dice_bits(&s->jobs);
	open_session(s, j->session);
	in.priority = dice_chance(&j->dice, 0.1) ? NTMS_PRIORITY_HIGH : NTMS_PRIORITY_NORMAL;
	for (size_t i = 0; i < n; i++)
		side_of(s, &j->medium[i], &j->side[i]);
	in.call = j->call, in.media.v = j->medium, in.media.n = n;
	s->report.asked++;
	report_hour(s)->asked++;
	code = SIM_CALL(s, j->session, MountNtmsMedia, &in, &out);
	wire_clear(wire_calls[CALL_MountNtmsMedia].out, &out);
	if (code != ERROR_IO_PENDING) {
		s->report.failed++;
		free(j);
		return;
	}
	j->waits = true;
	*vec_add(&s->jobs_open) = j;
	if (dice_chance(&j->dice, s->sc.v[SC_DIES])) {
		guid *session = malloc(sizeof *session);

		if (!session)
			abort();
		*session = j->session;
		due_add(&s->line, s->w.now + llround(dice_exponential(&j->dice, 60) * S_MS), die_waiting,
			session);
	}
}

void load_one(struct sim *s)
{
	guid medium[2];
	size_t n = 1, first;

	if (!s->media.n)
		return;
	first = zipf_pick(&s->zipf, &s->jobs, s->media.n);
	medium[0] = s->media.v[first];
	if (s->media.n > 1 && s->w.drives > 1 && dice_chance(&s->jobs, s->sc.v[SC_PAIR])) {
		size_t other = zipf_pick(&s->zipf, &s->jobs, s->media.n);

		if (other != first)
			medium[n++] = s->media.v[other];
	}
	begin(s, medium, n);
}

/* The time to the next arrival: a Poisson process whose rate follows the day. */
static int64_t gap(struct sim *s)
{
	double hour = (double)((s->w.now - s->start) % DAY_MS) / HOUR_MS;
	double rate = s->sc.v[SC_RATE] / s->sc.v[SC_BATCH] *
		      (1 - s->sc.v[SC_DAY_CURVE] * cos((hour - 2) / 24 * 2 * M_PI));

	return llround(dice_exponential(&s->arrivals, HOUR_MS / fmax(rate, 1e-6)));
}

static void arrive(struct sim *s, void *unused)
{
	if (s->ending)
		return;
	do
		load_one(s);
	while (dice_chance(&s->arrivals, 1 - 1 / s->sc.v[SC_BATCH]));
	due_add(&s->line, s->w.now + gap(s), arrive, NULL);
}

void load_start(struct sim *s)
{
	if (s->sc.v[SC_RATE] > 0)
		due_add(&s->line, s->w.now + gap(s), arrive, NULL);
}

/* rsmd was started anew: all sessions are gone, what was mounted stays mounted. */
void load_crashed(struct sim *s)
{
	for (size_t i = s->jobs_open.n; i-- > 0;) {
		struct job *j = s->jobs_open.v[i];

		if (!j->waits) {
			j->dead = true; /* it dismounts in a new session */
			continue;
		}
		s->report.failed++;
		forget(s, j);
	}
}

void load_end(struct sim *s)
{
	vec_each(d, &s->line.heap) /* sim_close() frees what else is due */
		if (d->fn == leave)
			d->arg = NULL;
	vec_each(j, &s->jobs_open)
		free(*j);
	vec_free(&s->jobs_open);
}
