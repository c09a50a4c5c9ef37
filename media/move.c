/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * MoveToNtmsMediaPool: which medium may go from which pool to which, as a table; and the free pool, which a
 * medium enters through a free label. */
#include "media/impl.h"

#include <ntmsapi.h>

enum rule {
	NEVER, /* ERROR_INVALID_MEDIA_POOL */
	ALWAYS,
	UNOWNED,  /* no side Complete, Allocated or Reserved, and one that can be labelled */
	IMPORTED, /* all sides Import */
	READY,	  /* no side waits for its label */
};

enum kind { FREE, FOREIGN, IMPORT, APPLICATION, KINDS };

/* clang-format off */
static const enum rule rules[KINDS][KINDS] = {
	/*                 to FREE   FOREIGN  IMPORT    APPLICATION */
	[FREE] =        { UNOWNED,  NEVER,   IMPORTED, READY  },
	[FOREIGN] =     { UNOWNED,  NEVER,   NEVER,    NEVER  },
	[IMPORT] =      { UNOWNED,  NEVER,   IMPORTED, NEVER  },
	[APPLICATION] = { UNOWNED,  NEVER,   IMPORTED, ALWAYS },
};
/* clang-format on */

static enum kind kind_of(const struct pool *p)
{
	switch (p->type) {
	case NTMS_POOLTYPE_SCRATCH:
		return FREE;
	case NTMS_POOLTYPE_FOREIGN:
		return FOREIGN;
	case NTMS_POOLTYPE_IMPORT:
		return IMPORT;
	}
	return APPLICATION;
}

int medium_idle(struct txn *t, const struct medium *m, bool *idle, struct err *e)
{
	int64_t id;
	int rc;

	*idle = false;
	if (m->state != NTMS_MEDIASTATE_IDLE || m->mounted_side)
		return 0;
	rc = sql_get(t, e,
		     "SELECT id FROM librequest WHERE library=?1 AND open=1 AND medium=?2 "
		     "UNION ALL SELECT id FROM librequest WHERE library=?1 AND state=6 AND medium=?2 LIMIT 1",
		     "ii", m->library, m->id, "i", &id);
	*idle = rc == SQL_NONE;
	return rc == SQL_NONE ? 0 : rc;
}

/* ---- into the free pool ---- */

int medium_order_labels(struct txn *t, int64_t medium, const struct caller *who, struct err *e)
{
	auto_ids struct ids sides = {0};
	struct medium m;
	int64_t open;
	int rc;

	TRY(medium_load(t, medium, &m, e));
	if (is_offline(m.library) || !m.enabled)
		return 0;
	TRY(ids_of(
		sql_rows(t, e, "SELECT id FROM side WHERE medium=? AND state=1 ORDER BY number", "i", medium),
		&sides, e));
	vec_each(side, &sides) {
		rc = sql_get(t, e,
			     "SELECT id FROM librequest "
			     "WHERE library=? AND open=1 AND op=18 AND side=? LIMIT 1",
			     "ii", m.library, *side, "i", &open);
		if (rc == SQL_NONE)
			rc = request_new(t,
					 &(struct request_new){.library = m.library,
							       .op = NTMS_LM_WRITESCRATCH,
							       .side = *side,
							       .medium = medium,
							       .application = who ? who->application : NULL,
							       .user = who ? who->user : NULL,
							       .computer = who ? who->computer : NULL},
					 NULL, NULL, e);
		if (rc)
			return rc;
	}
	return 0;
}

int medium_to_free_pool(struct txn *t, const struct medium *m, int64_t free_pool, const struct caller *who,
			struct err *e)
{
	auto_ids struct ids sides = {0};

	TRY(ids_of(sql_rows(t, e, "SELECT id FROM side WHERE medium=? AND state NOT IN (2,3)", "i", m->id),
		   &sides, e));
	vec_each(side, &sides)
		TRY(side_set_state(t, *side, NTMS_PARTSTATE_UNPREPARED, e));
	TRY(medium_set_pool(t, m->id, free_pool, e));
	return medium_order_labels(t, m->id, who, e);
}

/* ---- the call ---- */

/* How many sides of the medium are in each state. */
struct tally {
	int64_t n, owned, import, unprepared, labelable;
};

static int tally(struct txn *t, int64_t medium, struct tally *c, struct err *e)
{
	return sql_get(t, e,
		       "SELECT count(*), coalesce(sum(state IN (5,6,9)),0), coalesce(sum(state=8),0), "
		       "coalesce(sum(state=1),0), coalesce(sum(state NOT IN (2,3)),0) "
		       "FROM side WHERE medium=?",
		       "i", medium, "iiiii", &c->n, &c->owned, &c->import, &c->unprepared, &c->labelable);
}

static int permitted(struct txn *t, const struct medium *m, const struct pool *from, const struct pool *to,
		     struct err *e)
{
	struct tally c;
	uint32_t rw;

	TRY(tally(t, m->id, &c, e));
	switch (rules[kind_of(from)][kind_of(to)]) {
	case ALWAYS:
		return 0;
	case READY:
		return c.unprepared ? err_set(e, ERROR_BUSY,
					      "medium %s waits for its free label to be written", m->name)
				    : 0;
	case IMPORTED:
		return c.import == c.n ? 0
				       : err_set(e, ERROR_INVALID_MEDIA_POOL,
						 "only a medium all of whose sides are Import goes to an "
						 "import pool; %s isn't",
						 m->name);
	case UNOWNED:
		if (c.owned)
			return err_set(e, ERROR_INVALID_MEDIA_POOL,
				       "medium %s has %lld sides that are allocated, complete or reserved: "
				       "deallocate them first",
				       m->name, (long long)c.owned);
		if (!c.labelable)
			return err_set(e, ERROR_INVALID_MEDIA_POOL,
				       "medium %s is decommissioned or incompatible: it can't be used again",
				       m->name);
		TRY(sql_get(t, e, "SELECT rw FROM media_type WHERE id=?", "i", m->media_type, "u", &rw));
		if (rw == NTMS_MEDIARW_READONLY || m->cleaner)
			return err_set(e, ERROR_MEDIA_INCOMPATIBLE,
				       "medium %s can't be written, so it can't get a free label", m->name);
		return 0;
	case NEVER:
		break;
	}
	if (kind_of(to) == FOREIGN)
		return err_set(e, ERROR_INVALID_MEDIA_POOL,
			       "media go to the unrecognized pool by themselves only");
	return err_set(e, ERROR_INVALID_MEDIA_POOL,
		       "medium %s is in the %s pool: it can be moved to the free pool only%s", m->name,
		       kind_of(from) == IMPORT ? "import" : "unrecognized",
		       kind_of(from) == IMPORT ? ", or imported by allocating one of its sides" : "");
}

int do_MoveToNtmsMediaPool(struct txn *t, const struct caller *who, const struct MoveToNtmsMediaPool_in *in,
			   struct MoveToNtmsMediaPool_out *out, struct err *e)
{
	struct medium m;
	struct pool from, to;
	bool idle;

	if (guid_is_null(&in->medium) || guid_is_null(&in->pool))
		return err_set(e, ERROR_INVALID_PARAMETER, "no medium or no pool given");
	TRY(medium_lookup(t, &in->medium, &m, e));
	TRY(pool_lookup(t, &in->pool, &to, e));
	TRY(pool_load(t, m.pool, &from, e));
	TRY(access_pool_control(t, who->token, &from, e));
	TRY(access_pool_control(t, who->token, &to, e));
	if (!to.media_type)
		return err_set(e, ERROR_INVALID_MEDIA_POOL, "pool \"%s\" holds pools, not media", to.name);
	if (to.media_type != m.media_type)
		return err_set(e, ERROR_MEDIA_INCOMPATIBLE,
			       "medium %s isn't of the media type of pool \"%s\"", m.name, to.name);
	TRY(permitted(t, &m, &from, &to, e));
	TRY(medium_idle(t, &m, &idle, e));
	if (!idle || !m.enabled)
		return err_set(e, ERROR_BUSY, "medium %s is %s", m.name,
			       m.enabled ? "in use, or a request for it is open" : "disabled");
	if (kind_of(&to) == FREE)
		return medium_to_free_pool(t, &m, to.id, who, e);
	TRY(medium_set_pool(t, m.id, to.id, e));
	return allocations_wake(t, e);
}
