/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which request goes on next. Each look at the queue offers robot and drives to the open requests in this
 * order: those under way first; then by type of request, as RSM does (dismounts before mounts), except that
 * identification and free labels give way to mounts (docs/choices.md); among mounts by priority, order number
 * and time.
 *
 * Most requests that are open can't go on, and a look must not cost their number. So each says in its row
 * what it waits for (librequest.waits), and isn't read before that has changed: an action, by its outcome; a
 * medium, when it is let go (a trigger of the schema, and request_finish()); the robot or a drive, when one
 * is free as the look comes to it. Rare events (a library comes or goes, an object is enabled or fails,
 * elements are read) wake all. A request that says nothing is looked at each time.
 */
#include "library/controller.h"

#include <stdarg.h>
#include <stdio.h>

/* Up to WAITS_DRIVE if drives are to be offered, to WAITS_ROBOT if the robot is. */
static const char open_requests[] =
	"SELECT id, waits FROM librequest "
	"WHERE library=?1 AND open=1 AND waits BETWEEN 0 AND ?2 AND poll_at<=?3 "
	"ORDER BY phase=0, CASE op WHEN 14 THEN 30 ELSE op END, -priority, ord=0, ord, id";

int request_load(struct ctl *c, int64_t id, struct request *r)
{
	uint32_t explained = 0;
	int rc;

	*r = (struct request){.id = id};
	rc = sql_get(c->t, c->e,
		     "SELECT op, option, state, phase, wanted, tries, error, "
		     "side, drive, medium, slot, port, deadline, poll_at, queued, oprequest, waits, "
		     "reason<>'', call FROM librequest WHERE id=?",
		     "i", id, "uuuuuuuiiiiiiiiiiug", &r->op, &r->option, &r->state, &r->phase, &r->wanted,
		     &r->tries, &r->error, &r->side, &r->drive, &r->medium, &r->slot, &r->port, &r->deadline,
		     &r->poll_at, &r->queued, &r->oprequest, &r->waits, &explained, &r->call);
	r->explained = explained != 0;
	return rc;
}

/* The other requests of a mount of several media end with the first that fails. */
static int end_call(struct ctl *c, const struct request *r)
{
	auto_ids struct ids others = {0};

	if (guid_is_null(&r->call))
		return 0;
	TRY(ids_of(sql_rows(c->t, c->e, "SELECT id FROM librequest WHERE call=? AND id<>?", "gi", &r->call,
			    r->id),
		   &others, c->e));
	vec_each(id, &others) {
		struct request o;

		TRY(request_load(c, *id, &o));
		if (o.state == NTMS_LM_PASSED) /* it has its drive already: give it back */
			TRY(sql_do(c->t, c->e, "UPDATE physical_media SET mounted_side=NULL WHERE id=?", "i",
				   o.medium));
		else if (request_is_open(&o))
			TRY(request_finish(c->t, o.id, NTMS_LM_CANCELLED, ERROR_CANCELLED,
					   "another medium of the same call failed", c->e));
		TRY(drive_release(c, o.drive));
	}
	return 0;
}

/* What it asked of the operator is done, or nobody wants it any more. */
static int answer_operator(struct ctl *c, const struct request *r, bool done)
{
	int64_t others = 0;

	if (done)
		return oprequest_close(c->t, r->oprequest, NTMS_OPSTATE_COMPLETE, c->e);
	TRY(sql_get(c->t, c->e, "SELECT count(*) FROM librequest WHERE open=1 AND oprequest=? AND id<>?",
		    "ii", r->oprequest, r->id, "i", &others));
	return others ? 0 : oprequest_delete(c->t, r->oprequest, c->e);
}

int request_end(struct ctl *c, const struct request *r, uint32_t lm_state, uint32_t code, const char *fmt,
		...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	if (r->oprequest)
		TRY(answer_operator(c, r, lm_state == NTMS_LM_PASSED));
	TRY(request_finish(c->t, r->id, lm_state, code, why, c->e));
	if (r->op == NTMS_LM_PROCESSOMID)
		TRY(identify_count(c));
	if (lm_state != NTMS_LM_PASSED && r->op == NTMS_LM_MOUNT)
		TRY(end_call(c, r));
	return STEP_END;
}

int request_poll(struct ctl *c, struct request *r, int64_t after_ms)
{
	r->poll_at = c->now + after_ms;
	return sql_do(c->t, c->e, "UPDATE librequest SET poll_at=? WHERE id=?", "ii", r->poll_at, r->id);
}

int request_wait(struct ctl *c, struct request *r, int64_t after_ms, const char *fmt, ...)
{
	char why[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	if (after_ms)
		TRY(request_poll(c, r, after_ms));
	TRY(request_state(c->t, r->id, NTMS_LM_WAITING, why, c->e));
	r->state = NTMS_LM_WAITING, r->explained = true;
	return STEP_STAY;
}

int request_goto(struct ctl *c, struct request *r, const struct phase *to)
{
	const struct phase *const *p = program_of(r->op);
	uint32_t n = 0;

	while (p[n] && p[n] != to)
		n++;
	r->phase = n;
	TRY(sql_do(c->t, c->e, "UPDATE librequest SET phase=?, poll_at=0 WHERE id=?", "ui", n, r->id));
	return STEP_AGAIN;
}

int request_open(struct ctl *c, uint32_t op, int64_t medium, int64_t side, int64_t *id)
{
	int rc = sql_get(c->t, c->e,
			 "SELECT id FROM librequest WHERE library=? "
			 "AND open=1 AND op=? AND (?=0 OR medium=?) AND (?=0 OR side=?)",
			 "iuiiii", c->id, op, medium, medium, side, side, "i", id);

	if (rc == SQL_NONE)
		*id = 0;
	return rc == SQL_NONE ? 0 : rc;
}

/* Enabling and disabling are the database's business; everything else needs a library that is there and
 * understood. */
static bool may_run(const struct ctl *c, const struct request *r)
{
	if (r->op >= NTMS_LM_DISABLELIBRARY && r->op <= NTMS_LM_ENABLEMEDIA)
		return true;
	return c->ready && !c->doubt;
}

/* Runs phases until one has to wait for an action or for something else. *moved: the request has ended, and
 * what it held may be had by others. (Requests that it queued wake the library by themselves.) */
static int request_step(struct ctl *c, struct request *r, bool *moved)
{
	const struct phase *p;
	int rc = 0;

	while ((p = phase_of(r))) {
		rc = p->start(c, r);
		if (rc == STEP_NEXT) {
			r->phase++;
			rc = sql_do(c->t, c->e, "UPDATE librequest SET phase=?, poll_at=0 WHERE id=?", "ui",
				    r->phase, r->id);
			if (rc)
				return rc;
			continue;
		}
		if (rc == STEP_AGAIN)
			continue;
		if (rc == STEP_ACTION)
			return r->state == NTMS_LM_INPROCESS && !r->explained
				       ? 0
				       : request_state(c->t, r->id, NTMS_LM_INPROCESS, "", c->e);
		if (rc == STEP_ROBOT)
			r->waits = WAITS_ROBOT;
		*moved |= rc == STEP_END;
		return rc < 0 ? 0 : rc;
	}
	*moved = true;
	rc = request_end(c, r, r->wanted & WANTED_STOP ? NTMS_LM_STOPPED : NTMS_LM_PASSED, 0, "%s", "");
	return rc < 0 ? 0 : rc;
}

static const char *why_not(const struct ctl *c)
{
	if (c->opstate == NTMS_NOT_PRESENT)
		return "the library can't be reached";
	if (c->opstate == NTMS_NEEDS_SERVICE)
		return "the library needs service";
	return "the library's elements are being read";
}

/* Is there anything to do, of each kind? One question, asked at each look: nearly always the answer is no. */
struct agenda {
	int64_t late, held, loose, hand, shut, robot, drive;
};

static int agenda(struct ctl *c, struct agenda *a)
{
	return sql_get(c->t, c->e,
		       "SELECT EXISTS(" LATE_MOUNTS "), EXISTS(" HELD_DRIVES "), EXISTS(" LOOSE_MEDIA
		       "), EXISTS(" HAND_FULL "), EXISTS(" SHUT_IN "), "
		       "EXISTS(SELECT 1 FROM librequest WHERE library=?1 AND open=1 AND waits=1), "
		       "EXISTS(SELECT 1 FROM librequest WHERE library=?1 AND open=1 AND waits=2)",
		       "ii", c->id, c->now, "iiiiiii", &a->late, &a->held, &a->loose, &a->hand, &a->shut,
		       &a->robot, &a->drive);
}

/* What others than those ready to go on wait for, and can be had now. */
struct offer {
	bool robot, drive;
};

static int offer(struct ctl *c, const struct agenda *a, struct offer *o)
{
	int rc = 0;

	o->robot = a->robot && !robot_busy(c, &rc);
	o->drive = !rc && a->drive && drive_free(c, &rc);
	return rc;
}

/* Those before it may have taken what it waits for. */
static bool still_offered(struct ctl *c, struct offer *o, int64_t what, int *rc)
{
	if (what == WAITS_ROBOT)
		return o->robot = o->robot && !robot_busy(c, rc);
	if (what == WAITS_DRIVE)
		return o->drive = o->drive && drive_free(c, rc);
	return true;
}

static int look_at(struct ctl *c, int64_t id, bool *moved)
{
	struct request r;
	int64_t waits;
	int rc = request_load(c, id, &r);

	if (rc || !request_is_open(&r))
		return rc;
	waits = r.waits;
	r.waits = WAITS_NOTHING;
	if (r.poll_at) /* its time has come: whatever it still waits for will look at the queue itself */
		TRY(sql_do(c->t, c->e, "UPDATE librequest SET poll_at=0 WHERE id=?", "i", r.id));
	if (c->identify_paused && r.op == NTMS_LM_PROCESSOMID && !r.phase)
		rc = request_wait(c, &r, 0, "identification is paused");
	else if (may_run(c, &r))
		rc = request_step(c, &r, moved);
	else
		rc = mount_waits(c, &r, 0, why_not(c));
	if (rc > 0 || r.waits == waits)
		return rc < 0 ? 0 : rc;
	return sql_do(c->t, c->e, "UPDATE librequest SET waits=? WHERE id=? AND waits<>?", "iii", r.waits,
		      r.id, (int64_t)WAITS_ACTION);
}

static int look(struct ctl *c, const struct agenda *a, bool *moved)
{
	VEC(struct { int64_t id, waits; }) open = {0};
	struct offer o;
	int rc = offer(c, a, &o);

	if (!rc) {
		auto_rows struct rows *q = sql_rows(c->t, c->e, open_requests, "iii", c->id,
						    (int64_t)(o.drive	? WAITS_DRIVE
							      : o.robot ? WAITS_ROBOT
									: WAITS_NOTHING),
						    c->now);

		while (rows_next(q)) {
			vec_add(&open);
			open.v[open.n - 1].id = rows_i64(q, 0);
			open.v[open.n - 1].waits = rows_i64(q, 1);
		}
		rc = rows_failed(q) ? (int)c->e->code : 0;
	}
	for (size_t i = 0; !rc && i < open.n; i++)
		if (still_offered(c, &o, open.v[i].waits, &rc) && !rc)
			rc = look_at(c, open.v[i].id, moved);
	vec_free(&open);
	return rc;
}

int queue_run(struct ctl *c)
{
	struct agenda a;
	bool moved = true;
	int rc = 0;

	TRY(agenda(c, &a));
	if (a.late)
		TRY(deadlines_run(c));
	if (a.held)
		TRY(held_look(c));
	/* doubt comes first: no move before the elements were read */
	if (c->doubt && c->opstate != NTMS_NOT_PRESENT && c->enabled) {
		int64_t poll_at = 0;

		TRY(sql_get(c->t, c->e, "SELECT poll_at FROM library WHERE id=?", "i", c->id, "i", &poll_at));
		if (poll_at <= c->now && !robot_busy(c, &rc)) {
			uint8_t types = (uint8_t)c->doubt;

			TRY(sql_do(c->t, c->e, "UPDATE library SET doubt=0, ready=0 WHERE id=?", "i", c->id));
			c->doubt = 0, c->ready = false;
			rc = action_status(c, NULL, types);
		}
		if (rc > 0)
			return rc;
	}
	/* what one request gives up another may take; bounded, since each pass must have moved one */
	for (int pass = 0; moved && pass < 16; pass++) {
		if (pass || a.late || a.held)
			TRY(agenda(c, &a));
		moved = false;
		if (a.loose && c->ready && !c->doubt)
			TRY(drives_tidy(c));
		if (a.hand && c->ready && !c->doubt)
			TRY(hand_empty(c));
		if (a.shut && c->ready && !c->doubt)
			TRY(port_release(c));
		TRY(look(c, &a, &moved));
	}
	return 0;
}
