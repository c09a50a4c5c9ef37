/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Physical media and their sides: made, found, disabled, ejected, deleted. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>

/* The number that people write on a cartridge that has no bar code. */
static int next_sequence(struct txn *t, char text[24], struct err *e)
{
	int64_t n;

	TRY(sql_get(t, e,
		    "INSERT INTO meta(key, value) "
		    "VALUES('sequence', 1) ON CONFLICT(key) DO UPDATE SET value=value+1 RETURNING value",
		    "", "i", &n));
	snprintf(text, 24, "%lld", (long long)n);
	return 0;
}

int medium_create(struct txn *t, const struct medium_new *n, int64_t *medium, struct err *e)
{
	char sequence[24];
	int64_t pool, side;

	TRY(library_add_media_type(t, n->library, n->media_type, e));
	TRY(pool_system(t, NTMS_POOLTYPE_FOREIGN, n->media_type, &pool, e));
	TRY(next_sequence(t, sequence, e));
	TRY(object_new(t, NTMS_PHYSICAL_MEDIA, n->barcode[0] ? n->barcode : sequence, NULL, medium, e));
	TRY(sql_do(t, e,
		   "INSERT INTO physical_media(id, library, pool, "
		   "media_type, barcode, sequence, sides, cleaner, inverted) VALUES(?,?,?,?,?,?,?,?,?)",
		   "iiiittuuu", *medium, n->library, pool, n->media_type, n->barcode, sequence, n->sides,
		   n->cleaner, n->inverted));
	for (uint32_t i = 0; i < n->sides; i++) {
		TRY(object_new(t, NTMS_PARTITION, "", NULL, &side, e));
		TRY(sql_do(t, e, "INSERT INTO side(id, medium, number, pool, library) VALUES(?,?,?,?,?)",
			   "iiuii", side, *medium, i, pool, n->library));
	}
	TRY(object_changed(t, pool, e));
	return n->place ? medium_move(t, *medium, n->place, n->inverted, true, e) : 0;
}

/* The one medium whose bar code is the same but for the media identifier; SQL_NONE if there is none, or
 * several. */
static int by_stem(struct txn *t, const char *barcode, int64_t library, int64_t *medium, struct err *e)
{
	auto_rows struct rows *r =
		sql_rows(t, e,
			 "SELECT id, barcode FROM physical_media WHERE barcode>=substr(?1,1,6) "
			 "AND barcode<substr(?1,1,6)||'~' AND barcode<>'' ORDER BY library<>?2, id",
			 "ti", barcode, library);
	int found = 0;

	while (rows_next(r))
		if (media_same_barcode(barcode, rows_text(r, 1)) && !found++)
			*medium = rows_i64(r, 0);
	return rows_failed(r) ? (int)e->code : found == 1 ? 0 : SQL_NONE;
}

int medium_by_barcode(struct txn *t, const char *barcode, int64_t library, int64_t *medium, struct err *e)
{
	int rc;

	if (!barcode[0])
		return SQL_NONE;
	rc = sql_get(t, e,
		     "SELECT id FROM physical_media "
		     "WHERE barcode=? AND barcode<>'' ORDER BY library<>?, library<>?, id LIMIT 1",
		     "tii", barcode, library, (int64_t)ROW_OFFLINE, "i", medium);
	return rc == SQL_NONE ? by_stem(t, barcode, library, medium, e) : rc;
}

int medium_at(struct txn *t, int64_t place, int64_t *medium, struct err *e)
{
	return sql_get(t, e, "SELECT id FROM physical_media WHERE place=?", "i", place, "i", medium);
}

int medium_state(struct txn *t, int64_t medium, uint32_t state, struct err *e)
{
	TRY(sql_do(t, e, "UPDATE physical_media SET state=?1 WHERE id=?2 AND state<>?1", "ui", state,
		   medium));
	return sql_changes(t) ? object_changed(t, medium, e) : 0;
}

int medium_verified(struct txn *t, int64_t medium, bool verified, struct err *e)
{
	TRY(sql_do(t, e, "UPDATE physical_media SET verified=?1 WHERE id=?2 AND verified<>?1", "ui",
		   (uint32_t)verified, medium));
	return sql_changes(t) ? object_changed(t, medium, e) : 0;
}

int medium_set_pool(struct txn *t, int64_t medium, int64_t pool, struct err *e)
{
	int64_t old;

	TRY(sql_get(t, e, "SELECT pool FROM physical_media WHERE id=?", "i", medium, "i", &old));
	if (old == pool)
		return 0;
	TRY(sql_do(t, e, "UPDATE physical_media SET pool=? WHERE id=?", "ii", pool, medium));
	TRY(sql_do(t, e,
		   "UPDATE logical_media "
		   "SET pool=? WHERE id IN (SELECT lmid FROM side WHERE medium=? AND lmid IS NOT NULL)",
		   "ii", pool, medium));
	TRY(object_changed(t, old, e));
	TRY(object_changed(t, pool, e));
	return object_changed(t, medium, e);
}

int medium_set_type(struct txn *t, int64_t medium, const char *key, struct err *e)
{
	int64_t type, is, sides = 0, pool, library, fits;
	struct pool p;

	TRY(media_type_find(t, key, &type, e));
	TRY(sql_get(t, e, "SELECT media_type, sides, pool, library FROM physical_media WHERE id=?", "i",
		    medium, "iiii", &is, &sides, &pool, &library));
	TRY(sql_get(t, e, "SELECT sides=? FROM media_type WHERE id=?", "ii", sides, type, "i", &fits));
	TRY(pool_load(t, pool, &p, e));
	if (is == type || !fits || p.type == NTMS_POOLTYPE_APPLICATION)
		return 0;
	TRY(library_add_media_type(t, library, type, e));
	TRY(sql_do(t, e, "UPDATE physical_media SET media_type=? WHERE id=?", "ii", type, medium));
	TRY(object_changed(t, medium, e));
	TRY(pool_system(t, p.type, type, &pool, e));
	return medium_set_pool(t, medium, pool, e);
}

int side_set_state(struct txn *t, int64_t side, uint32_t state, struct err *e)
{
	TRY(sql_do(t, e, "UPDATE side SET state=?1 WHERE id=?2 AND state<>?1", "ui", state, side));
	if (!sql_changes(t))
		return 0;
	TRY(object_changed(t, side, e));
	return state == NTMS_PARTSTATE_AVAILABLE ? allocations_wake(t, e) : 0;
}

/* ---- enabling ---- */

int medium_enable(struct txn *t, int64_t medium, bool enabled, const char *reason, struct err *e)
{
	auto_ids struct ids parts = {0};

	TRY(sql_do(t, e,
		   "UPDATE physical_media "
		   "SET reason=?1, unfit=CASE ?1 WHEN '' THEN '' ELSE unfit END WHERE id=?2",
		   "ti", enabled || !reason ? "" : reason, medium));
	TRY(sql_do(t, e, "UPDATE side SET usable=? WHERE medium=?", "ui", (uint32_t)enabled, medium));
	TRY(ids_of(sql_rows(t, e,
			    "SELECT ?1 UNION SELECT id FROM side WHERE medium=?1 "
			    "UNION SELECT lmid FROM side WHERE medium=?1 AND lmid IS NOT NULL",
			    "i", medium),
		   &parts, e));
	vec_each(part, &parts)
		TRY(object_enable(t, *part, enabled, e));
	return enabled ? medium_order_labels(t, medium, NULL, e) : 0;
}

int medium_quarantine(struct txn *t, int64_t medium, const char *why, struct err *e)
{
	int64_t id;

	TRY(medium_enable(t, medium, false, why, e));
	return oprequest_post(t,
			      &(struct oprequest_new){.request = NTMS_OPREQ_MESSAGE,
						      .arg1_type = NTMS_PHYSICAL_MEDIA,
						      .arg1 = medium,
						      .message = why},
			      &id, e);
}

/* ---- leaving ---- */

int medium_delete(struct txn *t, int64_t medium, struct err *e)
{
	auto_ids struct ids sides = {0};
	int64_t pool, library;

	TRY(sql_get(t, e, "SELECT pool, library FROM physical_media WHERE id=?", "i", medium, "ii", &pool,
		    &library));
	TRY(ids_of(sql_rows(t, e, "SELECT id FROM side WHERE medium=?", "i", medium), &sides, e));
	TRY(sql_do(t, e, "DELETE FROM physical_media WHERE id=?", "i", medium)); /* its sides cascade */
	vec_each(side, &sides)
		TRY(object_delete(t, *side, e));
	TRY(object_delete(t, medium, e));
	TRY(object_changed(t, pool, e));
	return object_changed(t, library, e);
}

/* Is anything on it that somebody may still want? By the kind of pool it is in. */
static bool kept_offline(uint32_t pool_type, uint32_t policy, bool cleaner)
{
	if (cleaner)
		return false;
	switch (pool_type) {
	case NTMS_POOLTYPE_SCRATCH:
		return !(policy & NTMS_POOLPOLICY_PURGEOFFLINESCRATCH);
	case NTMS_POOLTYPE_IMPORT:
		return policy & NTMS_POOLPOLICY_KEEPOFFLINEIMPORT;
	case NTMS_POOLTYPE_FOREIGN:
		return false;
	}
	return true;
}

int medium_ejected(struct txn *t, int64_t medium, struct err *e)
{
	uint32_t policy, pool_type, cleaner, owned;

	TRY(sql_get(t, e,
		    "SELECT (SELECT pool_policy FROM computer), p.pool_type, m.cleaner, (SELECT count(*) "
		    "FROM side s WHERE s.medium=m.id AND s.lmid IS NOT NULL) "
		    "FROM physical_media m JOIN media_pool p ON p.id=m.pool WHERE m.id=?",
		    "i", medium, "uuuu", &policy, &pool_type, &cleaner, &owned));
	TRY(medium_lost(t, medium, e));
	return owned || kept_offline(pool_type, policy, cleaner) ? 0 : medium_delete(t, medium, e);
}
