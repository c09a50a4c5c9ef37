/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Objects: the row in `object` that every type has, and the change record that goes with every change of it.
 */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>

int object_new(struct txn *t, uint32_t type, const char *name, const guid *g, int64_t *id, struct err *e)
{
	guid fresh = g && !guid_is_null(g) ? *g : guid_new();

	TRY(sql_do(t, e, "INSERT INTO object(guid, type, name, created, modified) VALUES(?1,?2,?3,?4,?4)",
		   "guti", &fresh, type, name, txn_now(t)));
	*id = sql_rowid(t);
	if (type == NTMS_LIBRARY)
		TRY(security_initial(t, *id, NTMS_USE_ACCESS, e));
	return feed_put(t, type, NTMS_OBJ_INSERT, &fresh, e);
}

/* Most decisions change an object or two, so this is asked often: RETURNING, here and above, would take three
 * times as long. */
int object_changed(struct txn *t, int64_t id, struct err *e)
{
	if (feed_told(t, id))
		return 0;
	TRY(sql_do(t, e, "UPDATE object SET modified=? WHERE id=?", "ii", txn_now(t), id));
	return sql_changes(t) ? feed_put_row(t, id, NTMS_OBJ_UPDATE, e) : 0;
}

/* Runs an UPDATE of what an object can do, and tells the feed and the requests that wait. No row touched:
 * nothing had to change. */
static int change(struct txn *t, struct err *e, const char *sql, int64_t value, int64_t id)
{
	TRY(sql_do(t, e, sql, "ii", value, id));
	if (!sql_changes(t))
		return 0;
	TRY(requests_wake(t, e));
	return object_changed(t, id, e);
}

int object_set_state(struct txn *t, int64_t id, uint32_t opstate, struct err *e)
{
	TRY(change(t, e, "UPDATE object SET opstate=?1 WHERE id=?2 AND opstate<>?1", opstate, id));
	return opstate == NTMS_READY ? allocations_wake(t, e)
				     : 0; /* a library that came back may have what they wait for */
}

int object_enable(struct txn *t, int64_t id, bool enabled, struct err *e)
{
	TRY(change(t, e, "UPDATE object SET enabled=?1 WHERE id=?2 AND enabled<>?1", enabled, id));
	return enabled ? allocations_wake(t, e) : 0;
}

int object_delete(struct txn *t, int64_t id, struct err *e)
{
	uint32_t type;
	guid g;
	int rc = sql_get(t, e, "SELECT type, guid FROM object WHERE id=?", "i", id, "ug", &type, &g);

	if (rc)
		return rc == SQL_NONE ? 0 : rc;
	TRY(sql_do(t, e, "DELETE FROM object WHERE id=?", "i", id));
	return feed_put(t, type, NTMS_OBJ_DELETE, &g, e);
}

int object_find(struct txn *t, const guid *g, uint32_t type, int64_t *id, uint32_t *found_type, struct err *e)
{
	uint32_t found;
	int64_t row;
	int rc = guid_is_null(g) ? SQL_NONE
				 : sql_get(t, e, "SELECT id, type FROM object WHERE guid=?", "g", g, "iu",
					   &row, &found);

	if (rc)
		return rc;
	if (type && type != found)
		return SQL_NONE;
	*id = row;
	if (found_type)
		*found_type = found;
	return 0;
}

int object_guid(struct txn *t, int64_t id, guid *g, struct err *e)
{
	int rc;

	*g = guid_null;
	if (!id)
		return 0;
	rc = sql_get(t, e, "SELECT guid FROM object WHERE id=?", "i", id, "g", g);
	return rc == SQL_NONE ? 0 : rc;
}

/* ---- what messages call objects ---- */

const char *type_name(uint32_t type)
{
	static const char *const names[] = {
		[NTMS_CHANGER] = "changer",
		[NTMS_CHANGER_TYPE] = "changer type",
		[NTMS_COMPUTER] = "computer",
		[NTMS_DRIVE] = "drive",
		[NTMS_DRIVE_TYPE] = "drive type",
		[NTMS_IEDOOR] = "door",
		[NTMS_IEPORT] = "port",
		[NTMS_LIBRARY] = "library",
		[NTMS_LIBREQUEST] = "library request",
		[NTMS_LOGICAL_MEDIA] = "logical medium",
		[NTMS_MEDIA_POOL] = "media pool",
		[NTMS_MEDIA_TYPE] = "media type",
		[NTMS_PARTITION] = "side",
		[NTMS_PHYSICAL_MEDIA] = "medium",
		[NTMS_STORAGESLOT] = "slot",
		[NTMS_OPREQUEST] = "operator request",
	};

	return type < countof(names) && names[type] ? names[type] : "object";
}

struct label_text object_label(struct txn *t, int64_t id)
{
	struct label_text out = {"an object that is gone"};
	char name[NAME_SIZE], text[GUID_TEXT];
	struct err ignored;
	uint32_t type;
	guid g;

	if (sql_get(t, &ignored, "SELECT type, name, guid FROM object WHERE id=?", "i", id, "uTg", &type,
		    name, sizeof name, &g))
		return out;
	snprintf(out.s, sizeof out.s, name[0] ? "%s \"%s\"" : "%s %s", type_name(type),
		 name[0] ? name : guid_text(&g, text));
	return out;
}
