/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * AllocateNtmsMedia: an application gets a side to itself.
 *
 * Three ways lead to one: a side that the caller names (Available, or Import: that imports its medium in the
 * same step), the next side of a medium whose other sides were reserved for the caller, or a search: the
 * pool's own Available sides first, then the free pool's, if the pool's policy allows. Of several the least
 * used, then the oldest is taken. The search is one look into an index for each reachable library, so its
 * cost doesn't grow with the number of media. When it finds nothing, an operator is asked for media and the
 * call waits (waiting.c repeats the search). */
#include "media/impl.h"

#include <ntmsapi.h>

#define ALL_OPTIONS (NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_NEXT | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE)

/* ---- taking ---- */

/* The side becomes the logical medium of its new owner; its medium comes along from another pool. */
static int take(struct txn *t, const struct want *w, const struct side *s, guid *lmid, guid *source,
		struct err *e)
{
	int64_t id;

	*lmid = guid_new();
	TRY(object_guid(t, s->pool, source, e));
	TRY(medium_set_pool(t, s->medium, w->pool.id, e));
	TRY(object_new(t, NTMS_LOGICAL_MEDIA, "", lmid, &id, e));
	TRY(sql_do(t, e,
		   "INSERT INTO logical_media(id, pool, call, session, source, source_state) "
		   "VALUES(?,?,?,?,?,?)",
		   "iigggu", id, w->pool.id, &w->call, guid_is_null(&w->call) ? &guid_null : &w->session,
		   guid_is_null(&w->call) ? &guid_null : source, s->state));
	TRY(sql_one(
		t, e,
		"UPDATE side "
		"SET state=5, lmid=?, allocate_count=allocate_count+1, used=1, proof=CASE state "
		"WHEN 8 THEN 0 ELSE proof END WHERE id=? AND state=? AND lmid IS NULL", /* who takes a medium
											   out of Import
											   claims what is on
											   it */
		"iiu", id, s->id, s->state));
	TRY(object_changed(t, s->id, e));
	return object_changed(t, w->pool.id, e);
}

/* NTMS_ALLOCATE_NEW: the other Available sides are kept for the same owner. */
static int reserve_others(struct txn *t, const struct side *s, struct err *e)
{
	auto_ids struct ids others = {0};

	TRY(ids_of(sql_rows(t, e, "SELECT id FROM side WHERE medium=? AND id<>? AND state=?", "iiu",
			    s->medium, s->id, NTMS_PARTSTATE_AVAILABLE),
		   &others, e));
	vec_each(id, &others)
		TRY(side_set_state(t, *id, NTMS_PARTSTATE_RESERVED, e));
	return 0;
}

static int take_with_others(struct txn *t, const struct want *w, const struct side *s, guid *lmid,
			    guid *source, struct err *e)
{
	TRY(take(t, w, s, lmid, source, e));
	return w->options & NTMS_ALLOCATE_NEW ? reserve_others(t, s, e) : 0;
}

/* ---- searching ---- */

#define CANDIDATE(condition)                                                                                 \
	"SELECT s.id FROM (SELECT (SELECT id FROM side c INDEXED BY side_available "                         \
	"WHERE c.state=4 AND c.usable=1 AND c.pool=?1 AND c.library=l.id " condition                         \
	"ORDER BY c.allocate_count, c.id LIMIT 1) AS id "                                                    \
	"FROM library l CROSS JOIN object o ON o.id=l.id "                                                   \
	"WHERE l.library_type<>1 "                                                                           \
	"AND o.enabled=1 AND o.opstate IN (0,10)) x "                                                        \
	"CROSS JOIN side s ON s.id=x.id "                                                                    \
	"ORDER BY s.allocate_count, s.id LIMIT 1"
static const char any_side[] = CANDIDATE("");
static const char whole_medium[] =
	CANDIDATE("AND NOT EXISTS (SELECT 1 FROM side n WHERE n.medium=c.medium AND n.state IN (5,6,9)) ");

static int candidate(struct txn *t, int64_t pool, uint32_t options, int64_t *side, struct err *e)
{
	int rc = sql_get(t, e, options & NTMS_ALLOCATE_NEW ? whole_medium : any_side, "i", pool, "i", side);

	if (rc == SQL_NONE)
		*side = 0;
	return rc == SQL_NONE ? 0 : rc;
}

int allocation_search(struct txn *t, const struct want *w, int64_t *side, guid *lmid, guid *source,
		      struct err *e)
{
	struct side s;
	int64_t free_pool;
	int rc;

	*side = 0;
	TRY(access_require(t, w->token, w->pool.id, NTMS_CONTROL_ACCESS, e));
	TRY(candidate(t, w->pool.id, w->options, side, e));
	if (!*side && (w->pool.allocation & NTMS_ALLOCATE_FROMSCRATCH)) {
		rc = free_pool_of(t, w->pool.media_type, &free_pool, e);
		if (rc == SQL_NONE)
			return err_set(e, ERROR_DEVICE_NOT_AVAILABLE,
				       "pool \"%s\" has no available medium, and no library has its media "
				       "type, so there is no free pool",
				       w->pool.name);
		if (rc)
			return rc;
		TRY(access_require(t, w->token, free_pool, NTMS_USE_ACCESS, e));
		TRY(candidate(t, free_pool, w->options, side, e));
	}
	if (!*side)
		return 0;
	TRY(side_load(t, *side, &s, e));
	return take_with_others(t, w, &s, lmid, source, e);
}

/* ---- a given side ---- */

static int count_sides(struct txn *t, const struct side *s, int64_t *owned, struct err *e)
{
	return sql_get(t, e, "SELECT count(*) FROM side WHERE medium=? AND id<>? AND state IN (5,6,9)", "ii",
		       s->medium, s->id, "i", owned);
}

/* Why that side can't be had, if it can't. */
static int suitable(struct txn *t, const struct want *w, const struct side *s, struct err *e)
{
	struct library library;
	struct medium m;
	struct pool from;
	int64_t owned;

	TRY(medium_load(t, s->medium, &m, e));
	TRY(pool_load(t, m.pool, &from, e));
	if (is_offline(m.library))
		return err_set(e, ERROR_MEDIA_OFFLINE, "medium %s is offline: bring it into a library first",
			       m.name);
	TRY(library_load(t, m.library, &library, e));
	TRY(library_usable(&library, ERROR_DEVICE_NOT_AVAILABLE, ERROR_DEVICE_NOT_AVAILABLE, e));
	if (!m.enabled || !s->enabled)
		return err_set(e, ERROR_MEDIA_NOT_AVAILABLE, "medium %s is disabled: its details say why",
			       m.name);
	if (s->state != NTMS_PARTSTATE_AVAILABLE && s->state != NTMS_PARTSTATE_IMPORT)
		return err_set(e, ERROR_MEDIA_UNAVAILABLE,
			       "side %u of medium %s is neither Available nor Import", s->number, m.name);
	if (m.media_type != w->pool.media_type)
		return err_set(e, ERROR_MEDIA_INCOMPATIBLE,
			       "medium %s isn't of the media type of pool \"%s\"", m.name, w->pool.name);
	if (from.type == NTMS_POOLTYPE_FOREIGN)
		return err_set(e, ERROR_MEDIA_UNAVAILABLE,
			       "medium %s isn't recognized: move it to the free pool first", m.name);
	TRY(count_sides(t, s, &owned, e));
	if (owned && (w->options & NTMS_ALLOCATE_NEW))
		return err_set(e, ERROR_MEDIA_UNAVAILABLE,
			       "another side of medium %s is in use, so it can't be had as a new one",
			       m.name);
	if (owned && from.id != w->pool.id)
		return err_set(e, ERROR_MEDIA_UNAVAILABLE,
			       "another side of medium %s is in use in pool \"%s\"", m.name, from.name);
	return 0;
}

static int allocate_side(struct txn *t, const struct want *w, const guid *which, guid *lmid, guid *source,
			 struct err *e)
{
	struct pool from;
	struct side s;
	int64_t id;

	TRY(lookup(t, which, NTMS_PARTITION, ERROR_INVALID_MEDIA, &id, e));
	TRY(side_load(t, id, &s, e));
	TRY(pool_load(t, s.pool, &from, e));
	TRY(access_require(t, w->token, w->pool.id, NTMS_CONTROL_ACCESS, e));
	TRY(access_pool_control(t, w->token, &from, e));
	TRY(suitable(t, w, &s, e));
	return take_with_others(t, w, &s, lmid, source, e);
}

/* ---- the next side ---- */

static int allocate_next(struct txn *t, const struct want *w, const struct AllocateNtmsMedia_in *in,
			 guid *lmid, guid *source, struct err *e)
{
	struct side had, next;
	struct medium m;
	int64_t given = 0, id;
	int rc;

	if (guid_is_null(&in->medium))
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "NTMS_ALLOCATE_NEXT wants the logical medium allocated before");
	TRY(logical_lookup(t, &in->medium, &had, e));
	TRY(medium_load(t, had.medium, &m, e));
	if (!guid_is_null(&in->side)) {
		TRY(lookup(t, &in->side, NTMS_PARTITION, ERROR_INVALID_MEDIA, &given, e));
		TRY(side_load(t, given, &next, e));
		if (next.medium != had.medium)
			return err_set(e, ERROR_INVALID_MEDIA, "the side given isn't one of medium %s",
				       m.name);
	}
	TRY(access_require(t, w->token, w->pool.id, NTMS_CONTROL_ACCESS, e));
	if (had.pool != w->pool.id)
		return err_set(e, ERROR_INVALID_MEDIA, "medium %s isn't in pool \"%s\"", m.name,
			       w->pool.name);
	if (is_offline(m.library))
		return err_set(e, ERROR_MEDIA_OFFLINE, "medium %s is offline: bring it into a library first",
			       m.name);
	if (!m.enabled)
		return err_set(e, ERROR_MEDIA_NOT_AVAILABLE, "medium %s is disabled: its details say why",
			       m.name);
	rc = sql_get(t, e,
		     "SELECT id FROM side "
		     "WHERE medium=?1 AND state=9 AND (?2=0 OR id=?2) ORDER BY number<?3, number LIMIT 1",
		     "iiu", had.medium, given, had.number, "i", &id);
	if (rc == SQL_NONE)
		return err_set(e, ERROR_MEDIA_UNAVAILABLE, "medium %s has no further side reserved", m.name);
	if (rc)
		return rc;
	TRY(side_load(t, id, &next, e));
	return take(t, w, &next, lmid, source, e);
}

/* ---- waiting ---- */

static int ask_operator(struct txn *t, const struct caller *who, const struct want *w, uint32_t timeout,
			struct err *e)
{
	char message[NAME_SIZE + 200], type[NAME_SIZE], path[PATH_SIZE];
	int64_t id;

	TRY(pool_path(t, w->pool.id, path, e));
	TRY(sql_get(t, e, "SELECT name FROM object WHERE id=?", "i", w->pool.media_type, "T", type,
		    sizeof type));
	snprintf(message, sizeof message,
		 "Pool %.150s needs a medium (%.60s): put one in a library, or move one to the pool%s.", path,
		 type, w->pool.allocation & NTMS_ALLOCATE_FROMSCRATCH ? " or the free pool" : "");
	TRY(oprequest_insert(t,
			     &(struct oprequest_new){.request = NTMS_OPREQ_NEWMEDIA,
						     .arg1_type = NTMS_MEDIA_POOL,
						     .arg1 = w->pool.id,
						     .message = message,
						     .application = who->application,
						     .user = who->user,
						     .computer = who->computer},
			     &id, e));
	TRY(sql_do(t, e,
		   "INSERT INTO waiting(call, session, kind, pool, options, deadline, oprequest, caller) "
		   "VALUES(?,?,?,?,?,?,?,?)",
		   "gguiuiib", &w->call, &w->session, (uint32_t)CALL_AllocateNtmsMedia, w->pool.id,
		   w->options, timeout == 0 || timeout == INFINITE ? 0 : txn_now(t) + timeout, id,
		   (const void *)w->token->sids, w->token->n));
	return err_set(e, ERROR_IO_PENDING, "%s", message);
}

/* The same call sent again, after a lost connection, gets the same answer. SQL_NONE: it is new. */
static int sent_before(struct txn *t, const struct caller *who, const struct AllocateNtmsMedia_in *in,
		       struct AllocateNtmsMedia_out *out, struct err *e)
{
	enum wire_call which;
	struct err none = {0};
	int rc = media_poll_call(t, who, &in->call, &which, out, &none);

	if (rc == ERROR_OBJECT_NOT_FOUND)
		return SQL_NONE;
	if (rc)
		*e = none;
	return rc;
}

int do_AllocateNtmsMedia(struct txn *t, const struct caller *who, const struct AllocateNtmsMedia_in *in,
			 struct AllocateNtmsMedia_out *out, struct err *e)
{
	struct want w = {
		.options = in->options, .token = who->token, .call = in->call, .session = who->session};
	int64_t side;
	int rc;

	if (guid_is_null(&in->pool) || guid_is_null(&in->call))
		return err_set(e, ERROR_INVALID_PARAMETER, "no pool or no call given");
	if ((in->options & ~ALL_OPTIONS) || !(~in->options & (NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_NEXT)))
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "options %#x: NEW 1 or NEXT 2, and ERROR_IF_UNAVAILABLE 4, are known",
			       in->options);
	rc = sent_before(t, who, in, out, e);
	if (rc != SQL_NONE)
		return rc;
	TRY(pool_lookup(t, &in->pool, &w.pool, e));
	if (w.pool.type != NTMS_POOLTYPE_APPLICATION || !w.pool.media_type)
		return err_set(e, ERROR_INVALID_MEDIA_POOL,
			       "pool \"%s\" isn't an application pool that holds media", w.pool.name);
	if (in->options & NTMS_ALLOCATE_NEXT)
		return allocate_next(t, &w, in, &out->medium, &out->allocatedFrom, e);
	if (!guid_is_null(&in->side))
		return allocate_side(t, &w, &in->side, &out->medium, &out->allocatedFrom, e);
	TRY(allocation_search(t, &w, &side, &out->medium, &out->allocatedFrom, e));
	if (side)
		return 0;
	if ((in->options & NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE) ||
	    (in->timeout == 0 && media_settings.zero_timeout_polls))
		return err_set(e, ERROR_MEDIA_UNAVAILABLE,
			       "pool \"%s\" has no available medium in a reachable library%s", w.pool.name,
			       w.pool.allocation & NTMS_ALLOCATE_FROMSCRATCH
				       ? ", nor has the free pool"
				       : ", and its policy doesn't draw from the free pool");
	return ask_operator(t, who, &w, in->timeout, e);
}
