/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * DeallocateNtmsMedia: an application gives a side back; and the undoing of an allocation that nobody heard
 * of. */
#include "media/impl.h"

#include <ntmsapi.h>

/* Reserved sides are kept only as long as somebody owns a side of the medium. */
static int free_reserved(struct txn *t, int64_t medium, struct err *e)
{
	auto_ids struct ids sides = {0};
	uint32_t n;

	TRY(sql_get(t, e, "SELECT sides FROM physical_media WHERE id=?", "i", medium, "u", &n));
	if (n == 1)
		return 0;
	TRY(ids_of(sql_rows(t, e,
			    "SELECT id FROM side s WHERE medium=?1 AND state=9 "
			    "AND NOT EXISTS (SELECT 1 FROM side o WHERE o.medium=?1 AND o.state IN (5,6))",
			    "i", medium),
		   &sides, e));
	vec_each(id, &sides)
		TRY(side_set_state(t, *id, NTMS_PARTSTATE_AVAILABLE, e));
	return 0;
}

int logical_delete(struct txn *t, const struct side *s, uint32_t state, struct err *e)
{
	TRY(sql_one(t, e, "UPDATE side SET lmid=NULL, state=? WHERE id=? AND lmid=?", "uii", state, s->id,
		    s->lmid));
	TRY(sql_do(t, e, "DELETE FROM logical_media WHERE id=?", "i", s->lmid));
	TRY(object_delete(t, s->lmid, e));
	TRY(object_changed(t, s->id, e));
	TRY(object_changed(t, s->pool, e));
	TRY(free_reserved(t, s->medium, e));
	return state == NTMS_PARTSTATE_AVAILABLE ? allocations_wake(t, e) : 0;
}

/* By its pool's policy, once nothing on any side is anybody's. */
static int to_free_pool(struct txn *t, const struct caller *who, const struct side *s, struct err *e)
{
	int64_t others, free_pool;
	uint32_t rw;
	struct medium m;

	TRY(medium_load(t, s->medium, &m, e));
	TRY(sql_get(t, e, "SELECT count(*) FROM side WHERE medium=? AND state<>4", "i", s->medium, "i",
		    &others));
	TRY(sql_get(t, e, "SELECT rw FROM media_type WHERE id=?", "i", m.media_type, "u", &rw));
	if (others || rw == NTMS_MEDIARW_READONLY)
		return 0;
	TRY(pool_system(t, NTMS_POOLTYPE_SCRATCH, m.media_type, &free_pool, e));
	return medium_to_free_pool(t, &m, free_pool, who, e);
}

int do_DeallocateNtmsMedia(struct txn *t, const struct caller *who, const struct DeallocateNtmsMedia_in *in,
			   struct DeallocateNtmsMedia_out *out, struct err *e)
{
	uint32_t state = NTMS_PARTSTATE_AVAILABLE;
	int64_t free_pool = 0;
	struct pool p;
	struct side s;
	int rc;

	if (guid_is_null(&in->medium))
		return err_set(e, ERROR_INVALID_PARAMETER, "no logical medium given");
	if (in->options)
		return err_set(e, ERROR_INVALID_PARAMETER, "options are reserved: 0");
	TRY(logical_lookup(t, &in->medium, &s, e));
	TRY(pool_load(t, s.pool, &p, e));
	TRY(access_require(t, who->token, p.id, NTMS_CONTROL_ACCESS, e));
	if (p.deallocation & NTMS_DEALLOCATE_TOSCRATCH) {
		rc = free_pool_of(t, p.media_type, &free_pool, e);
		if (rc && rc != SQL_NONE)
			return rc;
		if (free_pool)
			TRY(access_require(t, who->token, free_pool, NTMS_USE_ACCESS, e));
	}
	if (p.max_allocates && s.allocate_count >= p.max_allocates)
		state = NTMS_PARTSTATE_DECOMMISSIONED;
	TRY(logical_delete(t, &s, state, e));
	return p.deallocation & NTMS_DEALLOCATE_TOSCRATCH ? to_free_pool(t, who, &s, e) : 0;
}

/* The client was gone before it could hear of its medium: as if it had never asked. */
int allocation_undo(struct txn *t, const guid *call, struct err *e)
{
	int64_t lmid, side, source, owned;
	uint32_t state, source_type = NTMS_POOLTYPE_UNKNOWN;
	guid g;
	struct side s;
	int rc = sql_get(
		t, e, "SELECT id, source_state, source FROM logical_media WHERE call=? AND call IS NOT NULL",
		"g", call, "iug", &lmid, &state, &g);

	if (rc)
		return rc == SQL_NONE ? 0 : rc;
	rc = object_find(t, &g, NTMS_MEDIA_POOL, &source, NULL, e);
	if (!rc)
		rc = sql_get(t, e, "SELECT pool_type FROM media_pool WHERE id=?", "i", source, "u",
			     &source_type);
	if (rc && rc != SQL_NONE)
		return rc;
	TRY(sql_get(t, e, "SELECT id FROM side WHERE lmid=?", "i", lmid, "i", &side));
	TRY(side_load(t, side, &s, e));
	TRY(sql_do(t, e, "UPDATE side SET allocate_count=allocate_count-1, used=? WHERE id=?", "ui",
		   (uint32_t)(source_type != NTMS_POOLTYPE_SCRATCH), side));
	TRY(sql_get(t, e, "SELECT count(*) FROM side WHERE medium=? AND id<>? AND state IN (5,6)", "ii",
		    s.medium, side, "i", &owned));
	TRY(logical_delete(t, &s, state, e));
	if (owned || source_type == NTMS_POOLTYPE_UNKNOWN || source == s.pool)
		return 0;
	return medium_set_pool(t, s.medium, source, e);
}
