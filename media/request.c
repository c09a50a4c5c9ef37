/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Library requests (work items): queued for a library's controller, which runs and finishes them. */
#include "media/impl.h"

#include <ntmsapi.h>

#define RSM_ITSELF "RSM"

int request_new(struct txn *t, const struct request_new *n, int64_t *id, guid *g, struct err *e)
{
	guid fresh = guid_new(), side, drive, medium, slot;
	int64_t row;

	TRY(object_guid(t, n->side, &side, e));
	TRY(object_guid(t, n->drive, &drive, e));
	TRY(object_guid(t, n->medium, &medium, e));
	TRY(object_guid(t, n->slot, &slot, e));
	TRY(object_new(t, NTMS_LIBREQUEST, "", &fresh, &row, e));
	TRY(sql_do(t, e,
		   "INSERT INTO librequest(id, library, op, option, "
		   "side, drive, medium, slot, side_guid, drive_guid, medium_guid, slot_guid, queued, "
		   "application, user, computer, work_item, priority, call, session, wanted, deadline) "
		   "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		   "iiuuffffggggitttgiggui", row, n->library, n->op, n->option, n->side, n->drive, n->medium,
		   n->slot, &side, &drive, &medium, &slot, txn_now(t),
		   n->application ? n->application : RSM_ITSELF, n->user ? n->user : "",
		   n->computer ? n->computer : "", &n->work_item, (int64_t)n->priority, &n->call, &n->session,
		   n->wanted, n->deadline));
	txn_wake(t, n->library);
	if (id)
		*id = row;
	if (g)
		*g = fresh;
	return 0;
}

int request_exists(struct txn *t, int64_t library, uint32_t op, int64_t medium, bool *open, struct err *e)
{
	int64_t id;
	int rc = sql_get(t, e,
			 "SELECT id FROM librequest WHERE library=?1 AND open=1 "
			 "AND op=?2 AND (?3=0 OR medium=?3) UNION ALL SELECT id FROM librequest "
			 "WHERE library=?1 AND state=6 AND op=?2 AND (?3=0 OR medium=?3) LIMIT 1",
			 "iui", library, op, medium, "i", &id);

	*open = rc == 0;
	return rc == SQL_NONE ? 0 : rc;
}

int request_state(struct txn *t, int64_t id, uint32_t state, const char *reason, struct err *e)
{
	TRY(sql_do(t, e,
		   "UPDATE librequest SET state=?1, reason=?2 WHERE id=?3 AND (state<>?1 OR reason<>?2)",
		   "uti", state, reason ? reason : "", id));
	return sql_changes(t) ? object_changed(t, id, e) : 0;
}

/* What MountNtmsMedia returns for the code of a request that failed: its page lists no others. */
static uint32_t mount_code(uint32_t code)
{
	switch (code) {
	case ERROR_ACCESS_DENIED:
	case ERROR_BUSY:
	case ERROR_CANCELLED:
	case ERROR_DATABASE_FAILURE:
	case ERROR_DATABASE_FULL:
	case ERROR_DRIVE_MEDIA_MISMATCH:
	case ERROR_INVALID_DRIVE:
	case ERROR_INVALID_LIBRARY:
	case ERROR_INVALID_MEDIA:
	case ERROR_INVALID_STATE:
	case ERROR_MEDIA_OFFLINE:
	case ERROR_NOT_ENOUGH_MEMORY:
	case ERROR_REQUEST_REFUSED:
	case ERROR_RESOURCE_DISABLED:
	case ERROR_RESOURCE_NOT_AVAILABLE:
	case ERROR_TIMEOUT:
	case ERROR_WRITE_PROTECT:
		return code;
	case ERROR_DEVICE_NOT_AVAILABLE:
	case ERROR_RESOURCE_NOT_PRESENT:
		return ERROR_RESOURCE_NOT_AVAILABLE;
	case ERROR_MEDIA_NOT_AVAILABLE:
		return ERROR_RESOURCE_DISABLED;
	default:
		return ERROR_INVALID_STATE; /* a contradicted identity, a medium that can't be loaded ... */
	}
}

/* The drives of a call's requests, in the order the media were given. */
static int mount_answer(struct txn *t, const guid *call, struct err *e)
{
	VEC(guid) drives = {0};
	int rc;

	{
		auto_rows struct rows *r = sql_rows(
			t, e,
			"SELECT drive_guid FROM librequest WHERE call=? AND call IS NOT NULL ORDER BY id",
			"g", call);

		while (rows_next(r))
			*vec_add(&drives) = rows_guid(r, 0);
		rc = rows_failed(r) ? (int)e->code : 0;
	}
	if (!rc)
		rc = waiting_answer(t, call, ERROR_SUCCESS, "", drives.v, drives.n * sizeof(guid), NULL, e);
	vec_free(&drives);
	return rc;
}

int requests_wake(struct txn *t, struct err *e)
{
	auto_ids struct ids libraries = {0};

	TRY(ids_of(sql_rows(t, e,
			    "SELECT id FROM library l WHERE EXISTS(SELECT 1 FROM librequest r "
			    "WHERE r.library=l.id AND r.open=1 AND r.waits>0)",
			    ""),
		   &libraries, e));
	vec_each(id, &libraries) {
		TRY(sql_do(t, e, "UPDATE librequest SET waits=0 WHERE library=? AND open=1 AND waits>0", "i",
			   *id));
		txn_wake(t, *id);
	}
	return 0;
}

/* What it held others may have. Mostly that is nothing, and a query costs a fraction of an UPDATE of what may
 * be several rows: SQLite makes a table for these. */
static int let_go(struct txn *t, int64_t id, int64_t library, int64_t medium, struct err *e)
{
	auto_ids struct ids drives = {0}, waiters = {0};

	TRY(ids_of(sql_rows(t, e, "SELECT id FROM drive WHERE request=?", "i", id), &drives, e));
	vec_each(drive, &drives)
		TRY(sql_do(t, e, "UPDATE drive SET request=NULL WHERE id=?", "i", *drive));
	TRY(ids_of(sql_rows(t, e,
			    "SELECT id FROM librequest WHERE library=? AND open=1 AND waits=? AND waits>0",
			    "ii", library, medium),
		   &waiters, e));
	vec_each(waiter, &waiters)
		TRY(sql_do(t, e, "UPDATE librequest SET waits=0 WHERE id=?", "i", *waiter));
	return 0;
}

int request_finish(struct txn *t, int64_t id, uint32_t state, uint32_t code, const char *reason,
		   struct err *e)
{
	int64_t left, library, medium;
	uint32_t op;
	guid call;
	int rc = sql_get(t, e,
			 "SELECT op, call, library, coalesce(medium,0) "
			 "FROM librequest WHERE id=? AND completed=0",
			 "i", id, "ugii", &op, &call, &library, &medium);

	if (rc)
		return rc == SQL_NONE ? 0 : rc;
	TRY(sql_do(t, e,
		   "UPDATE librequest SET state=?, error=?, reason=?, completed=?, poll_at=0, "
		   "drive_guid=coalesce((SELECT guid FROM object WHERE id=librequest.drive), drive_guid) "
		   "WHERE id=?",
		   "uutii", state, code, reason ? reason : "", txn_now(t), id));
	TRY(let_go(t, id, library, medium, e));
	TRY(object_changed(t, id, e));
	if (op != NTMS_LM_MOUNT || guid_is_null(&call))
		return 0;
	if (state != NTMS_LM_PASSED)
		return waiting_answer(t, &call, mount_code(code), reason, NULL, 0, NULL, e);
	TRY(sql_get(t, e, "SELECT count(*) FROM librequest WHERE call=? AND call IS NOT NULL AND completed=0",
		    "g", &call, "i", &left));
	return left ? 0 : mount_answer(t, &call, e);
}
