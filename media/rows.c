/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rows as structs, by id and by GUID. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <unistr.h>

/* A row that must be there: its id came from another row. */
static int present(int rc, const char *what, int64_t id, struct err *e)
{
	return rc == SQL_NONE ? err_set(e, ERROR_DATABASE_FAILURE, "the store has no %s with row id %lld",
					what, (long long)id)
			      : rc;
}

int library_load(struct txn *t, int64_t id, struct library *l, struct err *e)
{
	uint32_t enabled = 0;
	int rc = sql_get(t, e,
			 "SELECT o.guid, o.opstate, o.enabled, o.name, l.library_type, "
			 "l.inventory_method FROM library l JOIN object o ON o.id=l.id WHERE l.id=?",
			 "i", id, "guuTuu", &l->g, &l->opstate, &enabled, l->name, sizeof l->name, &l->type,
			 &l->inventory_method);

	l->id = id;
	l->enabled = enabled;
	return present(rc, "library", id, e);
}

int pool_load(struct txn *t, int64_t id, struct pool *p, struct err *e)
{
	p->id = id;
	return present(sql_get(t, e,
			       "SELECT o.guid, o.name, coalesce(p.parent,0), coalesce(p.media_type,0), "
			       "p.media_count, p.pool_type, p.allocation_policy, p.deallocation_policy, "
			       "p.max_allocates FROM media_pool p JOIN object o ON o.id=p.id WHERE p.id=?",
			       "i", id, "gTiiiuuuu", &p->g, p->name, sizeof p->name, &p->parent,
			       &p->media_type, &p->media_count, &p->type, &p->allocation, &p->deallocation,
			       &p->max_allocates),
		       "media pool", id, e);
}

int medium_load(struct txn *t, int64_t id, struct medium *m, struct err *e)
{
	uint32_t enabled = 0, verified = 0, cleaner = 0;
	int rc = sql_get(
		t, e,
		"SELECT o.guid, o.enabled, o.name, m.library, m.pool, m.media_type, coalesce(m.place,0), "
		"coalesce(m.mounted_side,0), m.state, m.sides, m.inverted, m.verified, "
		"m.cleaner, m.barcode FROM physical_media m JOIN object o ON o.id=m.id WHERE m.id=?",
		"i", id, "guTiiiiiuuuuuT", &m->g, &enabled, m->name, sizeof m->name, &m->library, &m->pool,
		&m->media_type, &m->place, &m->mounted_side, &m->state, &m->sides, &m->inverted, &verified,
		&cleaner, m->barcode, sizeof m->barcode);

	m->id = id;
	m->enabled = enabled, m->verified = verified, m->cleaner = cleaner;
	return present(rc, "medium", id, e);
}

int side_load(struct txn *t, int64_t id, struct side *s, struct err *e)
{
	uint32_t enabled = 0, used = 0;
	int rc = sql_get(t, e,
			 "SELECT o.guid, o.enabled, s.medium, coalesce(s.lmid,0), "
			 "s.pool, s.library, s.number, s.state, s.used, s.proof, s.allocate_count "
			 "FROM side s JOIN object o ON o.id=s.id WHERE s.id=?",
			 "i", id, "guiiiiuuuuu", &s->g, &enabled, &s->medium, &s->lmid, &s->pool, &s->library,
			 &s->number, &s->state, &used, &s->proof, &s->allocate_count);

	s->id = id;
	s->enabled = enabled, s->used = used;
	return present(rc, "side", id, e);
}

int lookup(struct txn *t, const guid *g, uint32_t type, uint32_t code, int64_t *id, struct err *e)
{
	int rc = object_find(t, g, type, id, NULL, e);
	char text[GUID_TEXT];

	return rc == SQL_NONE ? err_set(e, code, "there is no %s %s", type_name(type), guid_text(g, text))
			      : rc;
}

int library_lookup(struct txn *t, const guid *g, uint32_t code, struct library *l, struct err *e)
{
	int64_t id;

	TRY(lookup(t, g, NTMS_LIBRARY, code, &id, e));
	return library_load(t, id, l, e);
}

int pool_lookup(struct txn *t, const guid *g, struct pool *p, struct err *e)
{
	int64_t id;

	TRY(lookup(t, g, NTMS_MEDIA_POOL, ERROR_INVALID_MEDIA_POOL, &id, e));
	return pool_load(t, id, p, e);
}

int medium_lookup(struct txn *t, const guid *g, struct medium *m, struct err *e)
{
	int64_t id;

	TRY(lookup(t, g, NTMS_PHYSICAL_MEDIA, ERROR_INVALID_MEDIA, &id, e));
	return medium_load(t, id, m, e);
}

static int side_of_logical(struct txn *t, int64_t lmid, struct side *s, struct err *e)
{
	int64_t id;

	TRY(present(sql_get(t, e, "SELECT id FROM side WHERE lmid=?", "i", lmid, "i", &id),
		    "side of logical medium", lmid, e));
	return side_load(t, id, s, e);
}

int logical_lookup(struct txn *t, const guid *g, struct side *s, struct err *e)
{
	int64_t id;

	TRY(lookup(t, g, NTMS_LOGICAL_MEDIA, ERROR_INVALID_MEDIA, &id, e));
	return side_of_logical(t, id, s, e);
}

int logical_or_side_lookup(struct txn *t, const guid *g, struct side *s, struct err *e)
{
	char text[GUID_TEXT];
	uint32_t type = 0;
	int64_t id;
	int rc = object_find(t, g, NTMS_UNKNOWN, &id, &type, e);

	if (rc != SQL_NONE && rc)
		return rc;
	if (type == NTMS_LOGICAL_MEDIA)
		return side_of_logical(t, id, s, e);
	if (type == NTMS_PARTITION)
		return side_load(t, id, s, e);
	return err_set(e, ERROR_INVALID_MEDIA, "there is no logical medium or side %s", guid_text(g, text));
}

int library_usable(const struct library *l, uint32_t disabled, uint32_t not_present, struct err *e)
{
	if (!l->enabled)
		return err_set(e, disabled, "library \"%s\" is disabled: enable it first", l->name);
	if (l->opstate == NTMS_NOT_PRESENT)
		return err_set(e, not_present, "library \"%s\" can't be reached: its details say why",
			       l->name);
	return 0;
}

size_t utf16_length(const char *text)
{
	size_t bytes = strlen(text), units = 0;

	if (u8_check((const uint8_t *)text, bytes))
		return SIZE_MAX;
	for (const char *p = text; *p; p++)
		units += ((unsigned char)*p & 0xC0) != 0x80 ? 1 + ((unsigned char)*p >= 0xF0) : 0;
	return units;
}
