/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which request goes on next. Each look at the queue offers robot and drives to the open requests in this
 * order: those under way first; then by type of request, as RSM does (dismounts before mounts), except that
 * identification and free labels give way to mounts (docs/choices.md); among mounts by priority, order number
 * and time.
 */
#include "library/controller.h"

#include <stdarg.h>
#include <stdio.h>

/* Not those whose action is under way, whose time to look again hasn't come, or whose medium, in order, is in
 * use by somebody else: they were told why they wait, and learn nothing new. Nor do those that wait for a
 * drive (second column) with a medium in no drive, while every drive is held. */
static const char open_requests[] =
	"SELECT r.id, r.state=5 AND r.phase=0 AND r.poll_at=0 AND r.op IN (14,17,18) AND NOT EXISTS(SELECT 1 "
	"FROM drive d WHERE "
	"d.request=r.id) AND EXISTS(SELECT 1 FROM physical_media m JOIN "
	"object o ON o.id=m.id WHERE m.id=r.medium AND m.library=?1 AND o.enabled=1 AND m.cleaner=0 AND NOT "
	"EXISTS(SELECT 1 FROM drive d WHERE d.id=m.place)) FROM librequest r WHERE r.library=?1 AND r.state "
	"IN (0,1,5) AND "
	"r.poll_at<=?2 AND NOT EXISTS(SELECT 1 FROM action a WHERE a.library=?1 AND a.state IN (0,3) AND "
	"a.request=r.id) AND NOT (r.state=5 AND r.phase=0 AND r.poll_at=0 AND r.op IN (14,17,18) AND "
	"EXISTS(SELECT 1 FROM "
	"physical_media m JOIN object o ON o.id=m.id WHERE m.id=r.medium AND m.library=?1 AND o.enabled=1 "
	"AND "
	"m.cleaner=0 AND (m.mounted_side IS NOT NULL OR EXISTS(SELECT 1 FROM librequest u WHERE "
	"u.id=m.request AND "
	"u.id<>r.id AND u.state IN (0,1,5))))) "
	"ORDER BY r.phase=0, CASE r.op WHEN 14 THEN 30 ELSE r.op END, -r.priority, r.ord=0, r.ord, r.id";

/* There are drives that could serve, and each is held by a request or an application. (With none that could
 * serve, those who wait must look, to learn it.) */
static int no_drive_free(struct ctl *c, bool *none)
{
	int64_t useful = 0, idle = 0;

	TRY(sql_get(c->t, c->e,
		    "SELECT count(*), coalesce(sum(d.request IS NULL AND d.held_look=0 AND (m.id IS NULL OR "
		    "(d.state=7 AND "
		    "m.mounted_side IS "
		    "NULL))),0) FROM drive d JOIN object o ON o.id=d.id LEFT JOIN physical_media m ON "
		    "m.place=d.id WHERE "
		    "d.library=? AND o.enabled=1 AND o.opstate=0", /* NTMS_DRIVESTATE_DISMOUNTABLE */
		    "i", c->id, "ii", &useful, &idle));
	*none = useful && !idle;
	return 0;
}

int request_load(struct ctl *c, int64_t id, struct request *r)
{
	*r = (struct request){.id = id};
	return sql_get(c->t, c->e,
		       "SELECT op, option, state, phase, wanted, tries, error, coalesce(side,0), "
		       "coalesce(drive,0), coalesce(medium,0), "
		       "coalesce(slot,0), coalesce(port,0), deadline, poll_at, queued, "
		       "coalesce(oprequest,0), call FROM librequest "
		       "WHERE id=?",
		       "i", id, "uuuuuuuiiiiiiiiig", &r->op, &r->option, &r->state, &r->phase, &r->wanted,
		       &r->tries, &r->error, &r->side, &r->drive, &r->medium, &r->slot, &r->port,
		       &r->deadline, &r->poll_at, &r->queued, &r->oprequest, &r->call);
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
	TRY(sql_get(c->t, c->e,
		    "SELECT count(*) FROM librequest WHERE state IN (0,1,5) AND oprequest=? AND id<>?", "ii",
		    r->oprequest, r->id, "i", &others));
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
			 "SELECT id FROM librequest WHERE library=? AND state IN (0,1,5) AND op=? AND (?=0 "
			 "OR medium=?) AND (?=0 OR side=?)",
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
			return request_state(c->t, r->id, NTMS_LM_INPROCESS, "", c->e);
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

static int look(struct ctl *c, bool *moved)
{
	VEC(struct {
		int64_t id;
		bool waits;
	})
	ids = {0};
	bool none = false;
	int rc = no_drive_free(c, &none);

	{
		auto_rows struct rows *q = sql_rows(c->t, c->e, open_requests, "ii", c->id, c->now);

		while (rows_next(q)) {
			vec_add(&ids);
			ids.v[ids.n - 1].id = rows_i64(q, 0);
			ids.v[ids.n - 1].waits = rows_i64(q, 1) != 0;
		}
		if (!rc && rows_failed(q))
			rc = (int)c->e->code;
	}
	for (size_t i = 0; !rc && i < ids.n; i++) {
		struct request r;

		if (ids.v[i].waits && none)
			continue;
		rc = request_load(c, ids.v[i].id, &r);
		if (rc || !request_is_open(&r))
			continue;
		if (r.poll_at) /* its time has come: whatever it still waits for will look at the queue itself
				*/
			rc = sql_do(c->t, c->e, "UPDATE librequest SET poll_at=0 WHERE id=?", "i", r.id);
		if (rc)
			continue;
		if (c->identify_paused && r.op == NTMS_LM_PROCESSOMID && !r.phase)
			rc = request_wait(c, &r, 0, "identification is paused");
		else if (may_run(c, &r))
			rc = request_step(c, &r, moved);
		else
			rc = mount_waits(c, &r, 0, why_not(c));
		rc = rc < 0 ? 0 : rc;
		if (!rc && ids.v[i].waits) /* it may have got the last one */
			rc = no_drive_free(c, &none);
	}
	vec_free(&ids);
	return rc;
}

int queue_run(struct ctl *c)
{
	bool moved = true;
	int rc = 0;

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
		moved = false;
		TRY(drives_tidy(c));
		if (c->ready && !c->doubt)
			TRY(hand_empty(c));
		TRY(look(c, &moved));
	}
	return 0;
}
