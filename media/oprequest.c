/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Operator requests: what a person is asked to do, and who waits for the answer. */
#include "media/impl.h"

#include <ntmsapi.h>

static bool is_open(uint32_t state)
{
	return state == NTMS_OPSTATE_SUBMITTED || state == NTMS_OPSTATE_ACTIVE ||
	       state == NTMS_OPSTATE_INPROGRESS;
}

int oprequest_insert(struct txn *t, const struct oprequest_new *n, int64_t *id, struct err *e)
{
	guid arg1, arg2;

	TRY(object_guid(t, n->arg1, &arg1, e));
	TRY(object_guid(t, n->arg2, &arg2, e));
	TRY(object_new(t, NTMS_OPREQUEST, "", NULL, id, e));
	return sql_do(t, e,
		      "INSERT INTO oprequest(id, request, submitted, state, message, arg1_type, arg1, "
		      "arg2_type, arg2, application, user, computer) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
		      "iuiutugugttt", *id, n->request, txn_now(t), NTMS_OPSTATE_SUBMITTED,
		      n->message ? n->message : "", n->arg1_type, &arg1, n->arg2_type, &arg2,
		      n->application ? n->application : "RSM", n->user ? n->user : "",
		      n->computer ? n->computer : "");
}

int oprequest_post(struct txn *t, const struct oprequest_new *n, int64_t *id, struct err *e)
{
	guid arg1, arg2;
	int rc;

	TRY(object_guid(t, n->arg1, &arg1, e));
	TRY(object_guid(t, n->arg2, &arg2, e));
	rc = sql_get(t, e,
		     "SELECT id FROM oprequest WHERE open=1 "
		     "AND request=? AND arg1 IS ? AND arg2 IS ? AND message=? LIMIT 1",
		     "uggt", n->request, &arg1, &arg2, n->message ? n->message : "", "i", id);
	return rc == SQL_NONE ? oprequest_insert(t, n, id, e) : rc;
}

int oprequest_state(struct txn *t, int64_t id, uint32_t *state, struct err *e)
{
	int rc = sql_get(t, e, "SELECT state FROM oprequest WHERE id=?", "i", id, "u", state);

	if (rc == SQL_NONE)
		*state = NTMS_OPSTATE_UNKNOWN;
	return rc == SQL_NONE ? 0 : rc;
}

/* Whoever waits for it looks again: calls in `waiting`, and the libraries whose requests wait. */
static int tell(struct txn *t, int64_t id, uint32_t state, struct err *e)
{
	auto_rows struct rows *r = NULL;

	TRY(waiting_for_oprequest(t, id, state, e));
	r = sql_rows(t, e, "SELECT DISTINCT library FROM librequest WHERE open=1 AND oprequest=?", "i", id);
	while (rows_next(r))
		txn_wake(t, rows_i64(r, 0));
	return rows_failed(r) ? (int)e->code : 0;
}

int oprequest_close(struct txn *t, int64_t id, uint32_t state, struct err *e)
{
	TRY(sql_do(t, e, "UPDATE oprequest SET state=?, completed=? WHERE id=? AND open=1", "uii", state,
		   txn_now(t), id));
	if (!sql_changes(t))
		return 0;
	TRY(object_changed(t, id, e));
	return tell(t, id, state, e);
}

int oprequest_delete(struct txn *t, int64_t id, struct err *e)
{
	TRY(sql_do(t, e, "DELETE FROM oprequest WHERE id=?", "i", id));
	if (!sql_changes(t))
		return 0;
	TRY(tell(t, id, NTMS_OPSTATE_UNKNOWN, e));
	return object_delete(t, id, e);
}

int oprequest_moved(struct txn *t, int64_t medium, int64_t library, struct err *e)
{
	VEC(int64_t) done = {0};
	guid m, l;
	int rc = 0;

	TRY(object_guid(t, medium, &m, e));
	TRY(object_guid(t, library, &l, e));
	{
		auto_rows struct rows *r =
			sql_rows(t, e,
				 "SELECT id FROM oprequest WHERE open=1 "
				 "AND request=4 AND arg1=?1 AND (arg2=?2 OR (arg2_type=0 AND ?3))",
				 "ggu", &m, &l, (uint32_t)!is_offline(library));

		while (rows_next(r))
			*vec_add(&done) = rows_i64(r, 0);
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	vec_each(id, &done) {
		if (!rc)
			rc = oprequest_close(t, *id, NTMS_OPSTATE_COMPLETE, e);
	}
	vec_free(&done);
	return rc;
}

/* ---- the calls ---- */

/* Looks it up for an administrator's answer; closed_code: when it was answered before. */
static int open_request(struct txn *t, const struct caller *who, const guid *g, uint32_t closed_code,
			int64_t *id, struct err *e)
{
	char text[GUID_TEXT];
	uint32_t state;

	if (guid_is_null(g))
		return err_set(e, ERROR_INVALID_PARAMETER, "no operator request given");
	TRY(lookup(t, g, NTMS_OPREQUEST, ERROR_OBJECT_NOT_FOUND, id, e));
	TRY(access_require(t, who->token, ROW_COMPUTER, NTMS_CONTROL_ACCESS, e));
	TRY(oprequest_state(t, *id, &state, e));
	return is_open(state)
		       ? 0
		       : err_set(e, closed_code, "operator request %s was %s already", guid_text(g, text),
				 state == NTMS_OPSTATE_REFUSED ? "refused" : "satisfied");
}

int do_SatisfyNtmsOperatorRequest(struct txn *t, const struct caller *who,
				  const struct SatisfyNtmsOperatorRequest_in *in,
				  struct SatisfyNtmsOperatorRequest_out *out, struct err *e)
{
	int64_t id;

	TRY(open_request(t, who, &in->request, ERROR_OBJECT_NOT_FOUND, &id, e));
	return oprequest_close(t, id, NTMS_OPSTATE_COMPLETE, e);
}

int do_CancelNtmsOperatorRequest(struct txn *t, const struct caller *who,
				 const struct CancelNtmsOperatorRequest_in *in,
				 struct CancelNtmsOperatorRequest_out *out, struct err *e)
{
	int64_t id;

	TRY(open_request(t, who, &in->request, ERROR_INVALID_STATE, &id, e));
	return oprequest_close(t, id, NTMS_OPSTATE_REFUSED, e);
}
