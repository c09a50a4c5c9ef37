/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Calls that wait, and their answers until the client has them. A waiting call is a row; whatever answers it
 * sets its code and, after the commit, wakes whoever polls it. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdlib.h>

#define KEEP_CANCELLED_MS 60000 /* for a poll of the ended session that is still under way */

void (*waiting_answered)(const guid *call);

/* ---- telling, after COMMIT ---- */

struct answered {
	struct post post;
	guid call;
};

static void drop(struct post *p) { free(p); }

static void deliver(struct post *p)
{
	if (waiting_answered)
		waiting_answered(&((struct answered *)p)->call);
	free(p);
}

void waiting_post(struct txn *t, const guid *call)
{
	struct answered *a = malloc(sizeof *a);

	if (!a)
		abort();
	*a = (struct answered){.post = {.deliver = deliver, .drop = drop}, .call = *call};
	txn_post(t, &a->post);
}

int waiting_answer(struct txn *t, const guid *call, uint32_t code, const char *reason, const void *result,
		   size_t n, const guid *source, struct err *e)
{
	TRY(sql_do(t, e,
		   "UPDATE waiting "
		   "SET code=?, reason=?, result=?, source=?, deadline=0 WHERE call=? AND code IS NULL",
		   "utbgg", code, reason ? reason : "", result ? result : "", n, source, call));
	if (sql_changes(t))
		waiting_post(t, call);
	return 0;
}

/* ---- allocations ---- */

int allocations_wake(struct txn *t, struct err *e)
{
	int64_t one;
	int rc = sql_get(t, e, "SELECT 1 FROM waiting WHERE code IS NULL AND kind=? LIMIT 1", "u",
			 (uint32_t)CALL_AllocateNtmsMedia, "i", &one);

	if (!rc)
		txn_wake(t, ROW_OFFLINE);
	return rc == SQL_NONE ? 0 : rc;
}

struct waiter {
	guid call, session;
	int64_t pool, oprequest;
	uint32_t options;
	struct token *token;
};

/* The operator said done, but there is still nothing: a new request like the old one. */
static int ask_again(struct txn *t, const struct waiter *w, struct err *e)
{
	char message[1024], application[NAME_SIZE], user[NAME_SIZE], computer[NAME_SIZE];
	int64_t id;

	TRY(sql_get(t, e, "SELECT message, application, user, computer FROM oprequest WHERE id=?", "i",
		    w->oprequest, "TTTT", message, sizeof message, application, sizeof application, user,
		    sizeof user, computer, sizeof computer));
	TRY(oprequest_insert(t,
			     &(struct oprequest_new){.request = NTMS_OPREQ_NEWMEDIA,
						     .arg1_type = NTMS_MEDIA_POOL,
						     .arg1 = w->pool,
						     .message = message,
						     .application = application,
						     .user = user,
						     .computer = computer},
			     &id, e));
	TRY(sql_do(t, e, "UPDATE waiting SET oprequest=? WHERE call=?", "ig", id, &w->call));
	return oprequest_delete(t, w->oprequest, e);
}

/* An allocation ends, its operator request too: completed by us, or gone. */
static int end(struct txn *t, const struct waiter *w, uint32_t code, const char *reason, const guid *lmid,
	       const guid *source, struct err *e)
{
	TRY(waiting_answer(t, &w->call, code, reason, lmid, lmid ? sizeof *lmid : 0, source, e));
	if (code)
		return oprequest_delete(t, w->oprequest, e);
	return oprequest_close(t, w->oprequest, NTMS_OPSTATE_COMPLETE, e);
}

/* Searches that found nothing in this round: many may wait for the same pool. */
struct barren {
	int64_t pool;
	uint32_t options;
};
typedef VEC(struct barren) barren_list;

static bool is_barren(const barren_list *b, const struct waiter *w)
{
	vec_each(it, b)
		if (it->pool == w->pool && it->options == w->options)
			return true;
	return false;
}

static int retry(struct txn *t, const struct waiter *w, barren_list *barren, struct err *e)
{
	struct want want = {.options = w->options, .token = w->token, .call = w->call, .session = w->session};
	struct err failed = {0};
	uint32_t state;
	int64_t side, pool;
	guid lmid, source;
	int rc;

	TRY(oprequest_state(t, w->oprequest, &state, e));
	if (state == NTMS_OPSTATE_REFUSED)
		return waiting_answer(t, &w->call, ERROR_CANCELLED,
				      "the operator refused the request for new media", NULL, 0, NULL, e);
	if (state == NTMS_OPSTATE_UNKNOWN)
		return waiting_answer(t, &w->call, ERROR_CANCELLED, "the request for new media was deleted",
				      NULL, 0, NULL, e);
	if (is_barren(barren, w))
		return state == NTMS_OPSTATE_COMPLETE ? ask_again(t, w, e) : 0;
	rc = sql_get(t, e, "SELECT id FROM media_pool WHERE id=?", "i", w->pool, "i", &pool);
	if (rc == SQL_NONE)
		return end(t, w, ERROR_INVALID_MEDIA_POOL, "the pool was deleted", NULL, NULL, e);
	if (rc)
		return rc;
	TRY(pool_load(t, w->pool, &want.pool, e));
	rc = allocation_search(t, &want, &side, &lmid, &source, &failed);
	if (rc == ERROR_DATABASE_FAILURE || rc == ERROR_DATABASE_FULL)
		return *e = failed, rc;
	if (rc)
		return end(t, w, (uint32_t)rc, failed.why, NULL, NULL, e);
	if (side && state == NTMS_OPSTATE_COMPLETE) {
		TRY(waiting_answer(t, &w->call, 0, "", &lmid, sizeof lmid, &source, e));
		return oprequest_delete(t, w->oprequest, e);
	}
	if (side)
		return end(t, w, 0, "", &lmid, &source, e);
	*vec_add(barren) = (struct barren){w->pool, w->options};
	return state == NTMS_OPSTATE_COMPLETE ? ask_again(t, w, e) : 0;
}

int allocations_retry(struct txn *t, struct err *e)
{
	VEC(struct waiter) all = {0};
	barren_list barren = {0};
	size_t n;
	int rc;

	{
		auto_rows struct rows *r = sql_rows(t, e,
						    "SELECT call, session, "
						    "pool, oprequest, options, caller FROM waiting "
						    "WHERE code IS NULL AND kind=? ORDER BY oprequest",
						    "u", (uint32_t)CALL_AllocateNtmsMedia);

		while (rows_next(r)) {
			const void *bytes = rows_blob(r, 5, &n);
			struct token *token = token_from(bytes, n);

			*vec_add(&all) = (struct waiter){rows_guid(r, 0), rows_guid(r, 1), rows_i64(r, 2),
							 rows_i64(r, 3),  rows_u32(r, 4),  token};
		}
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	vec_each(w, &all) {
		if (!rc)
			rc = w->token ? retry(t, w, &barren, e)
				      : waiting_answer(t, &w->call, ERROR_ACCESS_DENIED,
						       "the caller isn't known any more", NULL, 0, NULL, e);
		token_free(w->token);
	}
	vec_free(&barren);
	vec_free(&all);
	return rc;
}

/* ---- operator requests ---- */

static uint32_t oprequest_code(uint32_t state)
{
	switch (state) {
	case NTMS_OPSTATE_COMPLETE:
		return ERROR_SUCCESS;
	case NTMS_OPSTATE_REFUSED:
		return ERROR_CANCELLED;
	case NTMS_OPSTATE_UNKNOWN:
		return ERROR_OBJECT_NOT_FOUND;
	}
	return ERROR_IO_PENDING;
}

static const char *oprequest_outcome(uint32_t code)
{
	return code == ERROR_CANCELLED ? "an administrator refused the operator request"
	       : code		       ? "the operator request is gone: repeat what needed it"
				       : "";
}

int waiting_for_oprequest(struct txn *t, int64_t oprequest, uint32_t state, struct err *e)
{
	uint32_t code = oprequest_code(state);
	VEC(guid) calls = {0};
	int rc;

	{
		auto_rows struct rows *r =
			sql_rows(t, e, "SELECT call, kind FROM waiting WHERE code IS NULL AND oprequest=?",
				 "i", oprequest);

		while (rows_next(r)) {
			if (rows_u32(r, 1) == CALL_WaitForNtmsOperatorRequest)
				*vec_add(&calls) = rows_guid(r, 0);
			else
				txn_wake(t, ROW_OFFLINE);
		}
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	vec_each(call, &calls) {
		if (!rc)
			rc = waiting_answer(t, call, code, oprequest_outcome(code), NULL, 0, NULL, e);
	}
	vec_free(&calls);
	return rc;
}

int do_WaitForNtmsOperatorRequest(struct txn *t, const struct caller *who,
				  const struct WaitForNtmsOperatorRequest_in *in,
				  struct WaitForNtmsOperatorRequest_out *out, struct err *e)
{
	uint32_t code, state;
	int64_t id, known;
	int rc;

	if (guid_is_null(&in->request) || guid_is_null(&in->call))
		return err_set(e, ERROR_INVALID_PARAMETER, "no operator request or no call given");
	rc = sql_get(t, e, "SELECT 1 FROM waiting WHERE call=?", "g", &in->call, "i", &known);
	if (!rc) { /* sent again */
		enum wire_call which;

		return media_poll_call(t, who, &in->call, &which, out, e);
	}
	if (rc != SQL_NONE)
		return rc;
	TRY(lookup(t, &in->request, NTMS_OPREQUEST, ERROR_OBJECT_NOT_FOUND, &id, e));
	TRY(access_require(t, who->token, ROW_COMPUTER, NTMS_USE_ACCESS, e));
	TRY(oprequest_state(t, id, &state, e));
	code = oprequest_code(state);
	if (code != ERROR_IO_PENDING)
		return code ? err_set(e, code, "%s", oprequest_outcome(code)) : 0;
	if (in->timeout == 0)
		return err_set(e, ERROR_TIMEOUT, "the operator request isn't answered yet");
	TRY(sql_do(t, e, "INSERT INTO waiting(call, session, kind, oprequest, deadline) VALUES(?,?,?,?,?)",
		   "ggiii", &in->call, &who->session, (int64_t)CALL_WaitForNtmsOperatorRequest, id,
		   in->timeout == INFINITE ? 0 : txn_now(t) + in->timeout));
	return err_set(e, ERROR_IO_PENDING, "waiting for the operator");
}

/* ---- time-outs, sessions, acknowledgements ---- */

/* Every allocation and wait whose time is over. Mounts have their deadlines in their requests. */
int waiting_expire(struct txn *t, struct err *e)
{
	VEC(struct waiter) late = {0};
	int rc;

	TRY(sql_do(t, e, "DELETE FROM waiting WHERE code IS NOT NULL AND deadline BETWEEN 1 AND ?", "i",
		   txn_now(t)));
	{
		auto_rows struct rows *r = sql_rows(t, e,
						    "SELECT call, kind, oprequest FROM waiting "
						    "WHERE code IS NULL AND deadline BETWEEN 1 AND ?",
						    "i", txn_now(t));

		while (rows_next(r))
			*vec_add(&late) = (struct waiter){.call = rows_guid(r, 0),
							  .options = rows_u32(r, 1),
							  .oprequest = rows_i64(r, 2)};
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	vec_each(w, &late) {
		if (!rc && w->options == CALL_AllocateNtmsMedia)
			rc = end(t, w, ERROR_TIMEOUT, "no medium became available in time", NULL, NULL, e);
		else if (!rc)
			rc = waiting_answer(t, &w->call, ERROR_TIMEOUT, "not answered in time", NULL, 0, NULL,
					    e);
	}
	vec_free(&late);
	return rc;
}

int waiting_next_deadline(struct txn *t, int64_t *at, struct err *e)
{
	return sql_get(t, e, "SELECT coalesce(min(deadline),0) FROM waiting WHERE deadline>0", "", "i", at);
}

/* Nobody waits for that call any more. */
static int give_up(struct txn *t, const guid *call, uint32_t kind, int64_t oprequest, struct err *e)
{
	if (kind == CALL_MountNtmsMedia) {
		auto_rows struct rows *r = sql_rows(t, e,
						    "UPDATE librequest SET wanted=wanted|? "
						    "WHERE call=? AND call IS NOT NULL AND completed=0 "
						    "RETURNING library",
						    "ug", (uint32_t)WANTED_STOP, call);

		while (rows_next(r))
			txn_wake(t, rows_i64(r, 0));
		if (rows_failed(r))
			return (int)e->code;
	}
	TRY(waiting_answer(t, call, ERROR_CANCELLED, "the session was closed, or the call given up", NULL, 0,
			   NULL, e));
	return kind == CALL_AllocateNtmsMedia ? oprequest_delete(t, oprequest, e) : 0;
}

/* The logical media of a query: their callers have what they asked for, or are gone. */
static int disown(struct txn *t, struct rows *query, struct err *e)
{
	auto_ids struct ids ids = {0};

	TRY(ids_of(query, &ids, e));
	vec_each(id, &ids)
		TRY(sql_do(t, e, "UPDATE logical_media SET call=NULL, session=NULL, source=NULL WHERE id=?",
			   "i", *id));
	return 0;
}

static int forget(struct txn *t, const guid *call, struct err *e)
{
	return disown(
		t,
		sql_rows(t, e, "SELECT id FROM logical_media WHERE call=? AND call IS NOT NULL", "g", call),
		e);
}

int media_end_call(struct txn *t, const guid *call, struct err *e)
{
	uint32_t kind, pending;
	int64_t oprequest;
	int rc = sql_get(t, e, "SELECT kind, code IS NULL, coalesce(oprequest,0) FROM waiting WHERE call=?",
			 "g", call, "uui", &kind, &pending, &oprequest);

	if (rc && rc != SQL_NONE)
		return rc;
	if (!rc && pending)
		TRY(give_up(t, call, kind, oprequest, e));
	if (!rc)
		TRY(sql_do(t, e, "DELETE FROM waiting WHERE call=?", "g", call));
	return forget(t, call, e);
}

/* What a session collected for an eject will never be started. */
static int drop_batch(struct txn *t, const guid *session, struct err *e)
{
	auto_ids struct ids ids = {0};

	TRY(ids_of(sql_rows(t, e,
			    "SELECT id FROM librequest WHERE session=? AND session IS NOT NULL AND state=?",
			    "gu", session, NTMS_LM_DEFERRED),
		   &ids, e));
	vec_each(id, &ids)
		TRY(request_finish(t, *id, NTMS_LM_CANCELLED, ERROR_CANCELLED, "the session was closed", e));
	return 0;
}

int media_session_ended(struct txn *t, void *session_end, struct err *e)
{
	const struct session_end *s = session_end;
	VEC(struct waiter) pending = {0};
	int rc = 0;

	for (size_t i = 0; i < s->n_unsent; i++)
		TRY(allocation_undo(t, &s->unsent[i], e));
	TRY(sql_do(t, e, "DELETE FROM waiting WHERE session=? AND code IS NOT NULL", "g", &s->session));
	TRY(disown(t,
		   sql_rows(t, e, "SELECT id FROM logical_media WHERE call IS NOT NULL AND session=?", "g",
			    &s->session),
		   e));
	{
		auto_rows struct rows *r = sql_rows(
			t, e, "SELECT call, kind, coalesce(oprequest,0) FROM waiting WHERE session=?", "g",
			&s->session);

		while (rows_next(r))
			*vec_add(&pending) = (struct waiter){.call = rows_guid(r, 0),
							     .options = rows_u32(r, 1),
							     .oprequest = rows_i64(r, 2)};
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	vec_each(w, &pending) {
		if (!rc)
			rc = give_up(t, &w->call, w->options, w->oprequest, e);
	}
	vec_free(&pending);
	if (rc)
		return rc;
	TRY(sql_do(t, e, "UPDATE waiting SET deadline=? WHERE session=?", "ig",
		   txn_now(t) + KEEP_CANCELLED_MS, &s->session));
	return drop_batch(t, &s->session, e);
}

int waiting_restart(struct txn *t, struct err *e)
{
	auto_ids struct ids asked = {0};

	TRY(ids_of(sql_rows(t, e,
			    "SELECT oprequest "
			    "FROM waiting WHERE code IS NULL AND kind=? AND oprequest IS NOT NULL",
			    "u", (uint32_t)CALL_AllocateNtmsMedia),
		   &asked, e));
	TRY(sql_do(t, e, "DELETE FROM waiting", ""));
	vec_each(id, &asked)
		TRY(oprequest_delete(t, *id, e));
	return sql_do(t, e, "UPDATE logical_media SET session=NULL WHERE call IS NOT NULL", "");
}

/* ---- polling ---- */

/* An allocation that was answered at once has no row here: its logical medium remembers the call. */
static int poll_logical(struct txn *t, const struct caller *who, const guid *call, enum wire_call *which,
			struct AllocateNtmsMedia_out *out, struct err *e)
{
	char text[GUID_TEXT];
	guid session;
	int rc = sql_get(t, e,
			 "SELECT o.guid, l.source, l.session FROM logical_media l "
			 "JOIN object o ON o.id=l.id WHERE l.call=? AND l.call IS NOT NULL",
			 "g", call, "ggg", &out->medium, &out->allocatedFrom, &session);

	if (rc && rc != SQL_NONE)
		return rc;
	if (rc || !guid_eq(&session, &who->session)) {
		out->medium = out->allocatedFrom = guid_null;
		return err_set(e, ERROR_OBJECT_NOT_FOUND, "this session has no call %s",
			       guid_text(call, text));
	}
	*which = CALL_AllocateNtmsMedia;
	return 0;
}

static int fill(uint32_t kind, struct rows *r, void *out, struct err *e)
{
	struct AllocateNtmsMedia_out *allocated = out;
	struct MountNtmsMedia_out *mounted = out;
	const void *bytes;
	size_t n;

	if (kind == CALL_AllocateNtmsMedia) {
		allocated->medium = rows_guid(r, 4);
		allocated->allocatedFrom = rows_guid(r, 5);
	} else if (kind == CALL_MountNtmsMedia) {
		bytes = rows_blob(r, 4, &n);
		mounted->drives.v = malloc(n + 1);
		if (!mounted->drives.v)
			return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for an answer");
		memcpy(mounted->drives.v, bytes, n);
		mounted->drives.n = n / sizeof(guid);
	}
	return 0;
}

int media_poll_call(struct txn *t, const struct caller *who, const guid *call, enum wire_call *which,
		    void *out, struct err *e)
{
	auto_rows struct rows *r =
		sql_rows(t, e, "SELECT kind, code, reason, session, result, source FROM waiting WHERE call=?",
			 "g", call);
	guid session;

	if (!rows_next(r))
		return rows_failed(r) ? (int)e->code : poll_logical(t, who, call, which, out, e);
	session = rows_guid(r, 3);
	if (!guid_eq(&session, &who->session))
		return poll_logical(t, who, &guid_null, which, out, e);
	*which = (enum wire_call)rows_u32(r, 0);
	if (rows_null(r, 1))
		return err_set(e, ERROR_IO_PENDING, "not answered yet");
	if (rows_u32(r, 1))
		return err_set(e, rows_u32(r, 1), "%s", rows_text(r, 2));
	return fill(*which, r, out, e);
}
