/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Where media are: a medium is in one element or offline, an element holds one medium at most. What an
 * element shows of its content (slot state, port content) and the medium's library follow in the same step.
 */
#include "media/impl.h"

#include <ntmsapi.h>

/* An element's content changed. Drives show theirs through their own state, which their controller keeps. */
static int element_content(struct txn *t, int64_t element, bool is_drive, bool full, struct err *e)
{
	if (!element)
		return 0;
	if (is_drive)
		return object_changed(t, element, e);
	TRY(sql_do(t, e, "UPDATE slot SET state=? WHERE id=?", "ui",
		   full ? NTMS_SLOTSTATE_FULL : NTMS_SLOTSTATE_EMPTY, element));
	if (!sql_changes(t))
		TRY(sql_do(t, e, "UPDATE ieport SET content=? WHERE id=?", "ui",
			   full ? NTMS_PORTCONTENT_FULL : NTMS_PORTCONTENT_EMPTY, element));
	return object_changed(t, element, e);
}

static int sides_changed(struct txn *t, int64_t medium, struct err *e)
{
	auto_ids struct ids sides = {0};

	TRY(ids_of(sql_rows(t, e, "SELECT id FROM side WHERE medium=?", "i", medium), &sides, e));
	vec_each(side, &sides)
		TRY(object_changed(t, *side, e));
	return 0;
}

/* From one library to another, or to and from the offline one. */
static int library_changed(struct txn *t, int64_t medium, int64_t from, int64_t to, struct err *e)
{
	int64_t type;

	TRY(object_changed(t, from, e));
	TRY(object_changed(t, to, e));
	TRY(sides_changed(t, medium, e));
	TRY(oprequest_moved(t, medium, to, e));
	if (is_offline(to))
		return 0;
	TRY(sql_get(t, e, "SELECT media_type FROM physical_media WHERE id=?", "i", medium, "i", &type));
	TRY(library_add_media_type(t, to, type, e));
	TRY(medium_order_labels(t, medium, NULL, e));
	if (is_offline(from))
		txn_wake(t, ROW_OFFLINE); /* mounts may wait for it */
	return allocations_wake(t, e);
}

int medium_move(struct txn *t, int64_t medium, int64_t place, bool inverted, bool verified, struct err *e)
{
	int64_t library, old_place, old_library, other, old_home, home;
	uint32_t type, from_drive;
	int rc;

	rc = sql_get(t, e,
		     "SELECT library, 16 FROM slot WHERE id=?1 "
		     "UNION ALL SELECT library, 5 FROM drive WHERE id=?1 UNION ALL SELECT library, 8 "
		     "FROM ieport WHERE id=?1 UNION ALL SELECT library, 2 FROM changer WHERE id=?1",
		     "i", place, "iu", &library, &type);
	if (rc == SQL_NONE)
		return err_set(e, ERROR_DATABASE_FAILURE, "row %lld is no element of a library",
			       (long long)place);
	if (rc)
		return rc;
	rc = medium_at(t, place, &other, e);
	if (!rc && other != medium) {
		struct label_text in = object_label(t, place), there = object_label(t, other);

		return err_set(e, ERROR_INVALID_STATE, "%s holds %s: it must be moved first", in.s, there.s);
	}
	if (rc && rc != SQL_NONE)
		return rc;
	TRY(sql_get(t, e,
		    "SELECT library, coalesce(place,0), coalesce(home_slot,0), in_drive FROM physical_media "
		    "WHERE id=?",
		    "i", medium, "iiiu", &old_library, &old_place, &old_home, &from_drive));
	home = type == NTMS_STORAGESLOT && (!old_home || library != old_library) ? place : old_home;
	/* apart, since they seldom change: what is set costs its indexes, triggers and references, changed or
	 * not */
	if (library != old_library || home != old_home)
		TRY(sql_do(t, e, "UPDATE physical_media SET library=?, home_slot=? WHERE id=?", "ifi",
			   library, home, medium));
	/* mounted, loaded, unloaded: that ends with the stay in the drive, however it ended */
	TRY(sql_do(t, e,
		   "UPDATE physical_media SET place=?, in_drive=?, inverted=?, verified=?, "
		   "state=CASE WHEN ? AND state BETWEEN 2 AND 4 THEN EXISTS(SELECT 1 FROM librequest r "
		   "WHERE r.id=request AND r.open=1) ELSE state END WHERE id=?",
		   "iuuuui", place, (uint32_t)(type == NTMS_DRIVE), (uint32_t)inverted, (uint32_t)verified,
		   (uint32_t)(type != NTMS_DRIVE), medium));
	if (old_place != place)
		TRY(element_content(t, old_place, from_drive, false, e));
	TRY(element_content(t, place, type == NTMS_DRIVE, true, e));
	TRY(object_changed(t, medium, e));
	return old_library != library ? library_changed(t, medium, old_library, library, e) : 0;
}

int medium_lost(struct txn *t, int64_t medium, struct err *e)
{
	int64_t place, library;
	uint32_t from_drive;

	TRY(sql_get(t, e, "SELECT coalesce(place,0), library, in_drive FROM physical_media WHERE id=?", "i",
		    medium, "iiu", &place, &library, &from_drive));
	TRY(sql_do(t, e,
		   "UPDATE physical_media SET place=NULL, in_drive=0, "
		   "library=?, verified=0, mounted_side=NULL, request=NULL, state=? WHERE id=?",
		   "iui", (int64_t)ROW_OFFLINE, NTMS_MEDIASTATE_IDLE, medium));
	/* the trigger that wakes who waits for it looks where it is now */
	TRY(sql_do(t, e, "UPDATE librequest SET waits=0 WHERE library=? AND open=1 AND waits=?", "ii",
		   library, medium));
	TRY(element_content(t, place, from_drive, false, e));
	TRY(object_changed(t, medium, e));
	return is_offline(library) ? 0 : library_changed(t, medium, library, ROW_OFFLINE, e);
}
