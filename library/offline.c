/* SPDX-License-Identifier: GPL-2.0-or-later
 * The offline library: it has no devices, but the timers of calls that wait, and the requests whose media are
 * on the shelf. */
#include "library/controller.h"

/* All media of the request's call are online, in one library: hand its requests over to that one. */
static int hand_over(struct ctl *c, const struct request *r)
{
	int64_t away = 0, libraries = 0, library = 0;

	TRY(sql_get(c->t, c->e,
		    "SELECT coalesce(sum(m.library=?1),0), count(DISTINCT m.library), max(m.library) "
		    "FROM librequest q JOIN physical_media m ON m.id=q.medium "
		    "WHERE q.open=1 AND (q.id=?2 OR (?3 IS NOT NULL AND q.call=?3))",
		    "iig", c->id, r->id, &r->call, "iii", &away, &libraries, &library));
	if (away)
		return 0;
	if (libraries > 1) {
		int rc = request_end(c, r, NTMS_LM_FAILED, ERROR_DRIVE_MEDIA_MISMATCH,
				     "the media of one mount have come online in different libraries");
		return rc < 0 ? 0 : rc;
	}
	if (r->oprequest)
		TRY(oprequest_close(c->t, r->oprequest, NTMS_OPSTATE_COMPLETE, c->e));
	TRY(sql_do(c->t, c->e,
		   "UPDATE librequest SET library=?1, state=0, reason='', oprequest=NULL "
		   "WHERE open=1 AND (id=?2 OR (?3 IS NOT NULL AND call=?3))",
		   "iig", library, r->id, &r->call));
	TRY(object_changed(c->t, r->id, c->e));
	txn_wake(c->t, library);
	return 0;
}

static int ask_again(struct ctl *c, struct request *r)
{
	struct oprequest_new o = {.request = NTMS_OPREQ_MOVEMEDIA,
				  .arg1_type = NTMS_PHYSICAL_MEDIA,
				  .arg1 = r->medium,
				  .arg2_type = NTMS_LIBRARY,
				  .message = "The medium is still offline. Put it into a library."};

	TRY(oprequest_post(c->t, &o, &r->oprequest, c->e));
	return sql_do(c->t, c->e, "UPDATE librequest SET oprequest=? WHERE id=?", "ii", r->oprequest, r->id);
}

static int look_at(struct ctl *c, int64_t id)
{
	uint32_t answer = NTMS_OPSTATE_UNKNOWN;
	struct request r;
	int rc = request_load(c, id, &r);

	if (rc == SQL_NONE || (!rc && !request_is_open(&r)))
		return 0;
	TRY(rc);
	if (r.op >= NTMS_LM_DISABLEMEDIA && r.op <= NTMS_LM_ENABLEMEDIA) { /* needs no device */
		const struct phase *p = phase_of(&r);

		rc = p ? p->start(c, &r) : STEP_NEXT;
		if (rc == STEP_NEXT)
			rc = request_end(c, &r, NTMS_LM_PASSED, 0, "%s", "");
		return rc < 0 ? 0 : rc;
	}
	if (!r.oprequest) {
		TRY(request_state(c->t, r.id, NTMS_LM_WAITING, "the medium is offline", c->e));
		return hand_over(c, &r);
	}
	TRY(oprequest_state(c->t, r.oprequest, &answer, c->e));
	if (answer == NTMS_OPSTATE_REFUSED) {
		r.oprequest = 0;
		rc = request_end(c, &r, NTMS_LM_FAILED, ERROR_REQUEST_REFUSED,
				 "the operator refused to bring the medium");
		return rc < 0 ? 0 : rc;
	}
	TRY(request_state(c->t, r.id, NTMS_LM_WAITING, "an operator must put the medium into a library",
			  c->e));
	TRY(hand_over(c, &r));
	rc = request_load(c, id, &r);
	if (!rc && r.state == NTMS_LM_WAITING &&
	    (answer == NTMS_OPSTATE_COMPLETE || answer == NTMS_OPSTATE_UNKNOWN))
		rc = ask_again(c, &r); /* an answer is only a claim: the medium isn't there */
	return rc;
}

/* Mounts whose time is over, and those that nobody waits for any more. */
int deadlines_run(struct ctl *c)
{
	auto_ids struct ids late = {0};

	/* one that is found twice has ended the second time */
	TRY(ids_of(sql_rows(c->t, c->e, LATE_MOUNTS, "ii", c->id, c->now), &late, c->e));
	vec_each(id, &late) {
		struct request r;
		int rc;

		TRY(request_load(c, *id, &r));
		if (!request_is_open(&r)) /* it ended with another of its call */
			continue;
		if (r.wanted & WANTED_STOP)
			rc = request_end(c, &r, NTMS_LM_CANCELLED, ERROR_CANCELLED,
					 "its session was closed, or its call given up");
		else
			rc = request_end(c, &r, NTMS_LM_CANCELLED, ERROR_TIMEOUT, "the call's time was over");
		if (rc > 0)
			return rc;
	}
	return 0;
}

int offline_run(struct ctl *c)
{
	auto_ids struct ids open = {0};

	TRY(allocations_retry(c->t, c->e));
	TRY(waiting_expire(c->t, c->e));
	TRY(purge_finished(c->t, c->e));
	TRY(deadlines_run(c));
	TRY(ids_of(sql_rows(c->t, c->e, "SELECT id FROM librequest WHERE library=? AND open=1 ORDER BY id",
			    "i", c->id),
		   &open, c->e));
	vec_each(id, &open)
		TRY(look_at(c, *id));
	return 0;
}
