/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * EjectNtmsMedia: one medium (START, FORCE), several at once through a port with several places (QUEUE each,
 * then START), and the STOP of an eject. An operation is named by its first library request; the other
 * requests of a batch carry its GUID. */
#include "media/impl.h"

#include <ntmsapi.h>

static int check_medium(struct txn *t, const struct medium *m, bool force, struct err *e)
{
	struct library l;
	int64_t ports;
	bool open;

	if (is_offline(m->library))
		return err_set(e, ERROR_LIBRARY_OFFLINE, "medium %s is offline already", m->name);
	TRY(library_load(t, m->library, &l, e));
	TRY(library_usable(&l, ERROR_DEVICE_NOT_AVAILABLE, ERROR_DEVICE_NOT_AVAILABLE, e));
	TRY(sql_get(t, e, "SELECT count(*) FROM ieport WHERE library=?", "i", m->library, "i", &ports));
	if (!ports)
		return err_set(e, ERROR_RESOURCE_NOT_PRESENT,
			       "library \"%s\" has no insert/eject port: media come out through its door",
			       l.name);
	if (!m->enabled && !force)
		return err_set(e, ERROR_MEDIA_NOT_AVAILABLE,
			       "medium %s is disabled: enable it, or eject it by force", m->name);
	if ((m->mounted_side || m->state != NTMS_MEDIASTATE_IDLE) && !force)
		return err_set(e, ERROR_BUSY,
			       "medium %s is mounted or in use: dismount it first, or eject it by force",
			       m->name);
	TRY(request_exists(t, m->library, NTMS_LM_EJECT, m->id, &open, e));
	return open ? err_set(e, ERROR_BUSY, "medium %s is about to be ejected already", m->name) : 0;
}

static int new_request(struct txn *t, const struct caller *who, const struct medium *m, uint32_t wanted,
		       int64_t *id, guid *g, struct err *e)
{
	return request_new(t,
			   &(struct request_new){.library = m->library,
						 .op = NTMS_LM_EJECT,
						 .option = wanted & WANTED_FORCE ? 2 : 0,
						 .medium = m->id,
						 .wanted = wanted,
						 .session = who->session,
						 .application = who->application,
						 .user = who->user,
						 .computer = who->computer},
			   id, g, e);
}

/* QUEUE: not begun before START. */
static int collect(struct txn *t, const struct caller *who, const struct medium *m, struct err *e)
{
	int64_t places, collected, id;

	TRY(sql_get(t, e,
		    "SELECT (SELECT count(*) FROM ieport WHERE library=?1), (SELECT count(*) "
		    "FROM librequest WHERE library=?1 AND state=6 AND op=10)",
		    "i", m->library, "ii", &places, &collected));
	if (collected >= places)
		return err_set(
			e, ERROR_BUSY,
			"the port holds %lld media, and as many are collected already: start them first",
			(long long)places);
	TRY(new_request(t, who, m, WANTED_BATCH, &id, NULL, e));
	return request_state(t, id, NTMS_LM_DEFERRED,
			     "collected for an eject; EjectNtmsMedia with START begins it", e);
}

/* Begins what this session has collected in a library (0: any). *operation: null, then the first of them
 * names it. */
static int release(struct txn *t, const struct caller *who, int64_t library, guid *operation, struct err *e)
{
	auto_ids struct ids ids = {0};
	int64_t in;

	TRY(ids_of(sql_rows(t, e,
			    "SELECT id FROM librequest WHERE session=?1 AND session IS NOT NULL "
			    "AND state=6 AND op=10 AND (?2=0 OR library=?2) ORDER BY id",
			    "gi", &who->session, library),
		   &ids, e));
	vec_each(id, &ids) {
		if (guid_is_null(operation))
			TRY(object_guid(t, *id, operation, e));
		TRY(sql_get(t, e, "UPDATE librequest SET work_item=? WHERE id=? RETURNING library", "gi",
			    operation, *id, "i", &in));
		TRY(request_state(t, *id, NTMS_LM_QUEUED, "", e));
		txn_wake(t, in);
	}
	return 0;
}

static int stop_one(struct txn *t, int64_t id, int64_t library, uint32_t state, struct err *e)
{
	if (state == NTMS_LM_QUEUED || state == NTMS_LM_DEFERRED)
		return request_finish(t, id, NTMS_LM_STOPPED, ERROR_SUCCESS, "stopped before it began", e);
	txn_wake(t, library);
	return sql_do(t, e, "UPDATE librequest SET wanted=wanted|?, poll_at=0 WHERE id=?", "ui",
		      (uint32_t)WANTED_STOP, id);
}

static int stop(struct txn *t, const struct caller *who, const guid *operation, struct err *e)
{
	struct member {
		int64_t id, library;
		uint32_t state;
	};
	VEC(struct member) members = {0};
	char text[GUID_TEXT];
	int64_t id = 0, library = 0;
	int rc = object_find(t, operation, NTMS_LIBREQUEST, &id, NULL, e);

	if (!rc)
		rc = sql_get(t, e, "SELECT library FROM librequest WHERE id=? AND op=?", "iu", id,
			     NTMS_LM_EJECT, "i", &library);
	if (rc && rc != SQL_NONE)
		return rc;
	if (rc)
		return err_set(e, ERROR_INVALID_OPERATION, "there is no eject %s",
			       guid_text(operation, text));
	TRY(access_require(t, who->token, library, NTMS_CONTROL_ACCESS, e));
	{
		auto_rows struct rows *r = sql_rows(
			t, e,
			"SELECT id, library, state "
			"FROM librequest WHERE open=1 AND op=10 AND (id=?1 OR work_item=?2) "
			"UNION ALL SELECT id, library, state FROM librequest WHERE state=6 AND id=?1",
			"ig", id, operation);

		while (rows_next(r))
			*vec_add(&members) = (struct member){rows_i64(r, 0), rows_i64(r, 1), rows_u32(r, 2)};
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	if (!rc && !members.n)
		rc = err_set(e, ERROR_INVALID_OPERATION, "eject %s is finished already",
			     guid_text(operation, text));
	vec_each(m, &members) {
		if (!rc)
			rc = stop_one(t, m->id, m->library, m->state, e);
	}
	vec_free(&members);
	return rc;
}

int do_EjectNtmsMedia(struct txn *t, const struct caller *who, const struct EjectNtmsMedia_in *in,
		      struct EjectNtmsMedia_out *out, struct err *e)
{
	bool force = in->action == NTMS_EJECT_FORCE;
	struct medium m;

	if (in->action > NTMS_EJECT_FORCE)
		return err_set(e, ERROR_INVALID_PARAMETER, "action %u isn't one of 0 to %d", in->action,
			       NTMS_EJECT_FORCE);
	if (in->action == NTMS_EJECT_STOP) {
		if (guid_is_null(&in->operation))
			return err_set(e, ERROR_INVALID_PARAMETER,
				       "STOP wants the operation that START returned");
		out->operation = in->operation;
		return stop(t, who, &in->operation, e);
	}
	if (guid_is_null(&in->medium)) {
		if (in->action == NTMS_EJECT_START)
			TRY(release(t, who, 0, &out->operation, e));
		return guid_is_null(&out->operation)
			       ? err_set(e, ERROR_INVALID_PARAMETER,
					 "no medium given, and none collected by QUEUE in this session")
			       : 0;
	}
	TRY(medium_lookup(t, &in->medium, &m, e));
	TRY(access_require(t, who->token, m.library, NTMS_CONTROL_ACCESS, e));
	TRY(check_medium(t, &m, force, e));
	if (in->action == NTMS_EJECT_QUEUE)
		return collect(t, who, &m, e);
	TRY(new_request(t, who, &m, force ? WANTED_FORCE : 0, NULL, &out->operation, e));
	return in->action == NTMS_EJECT_START ? release(t, who, m.library, &out->operation, e) : 0;
}
