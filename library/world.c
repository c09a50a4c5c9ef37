/* SPDX-License-Identifier: GPL-2.0-or-later
 * The library's own row and its elements. */
#include "library/controller.h"

int element_address(struct ctl *c, int64_t element, uint16_t *address)
{
	uint32_t at = 0;
	int rc = sql_get(
		c->t, c->e,
		"SELECT element "
		"FROM slot WHERE id=?1 UNION ALL SELECT element FROM drive WHERE id=?1 UNION ALL "
		"SELECT element FROM ieport WHERE id=?1 UNION ALL SELECT element FROM changer WHERE id=?1",
		"i", element, "u", &at);

	if (rc == SQL_NONE)
		return err_set(c->e, ERROR_DATABASE_FAILURE, "row %lld is no element of a library",
			       (long long)element);
	*address = (uint16_t)at;
	return rc;
}

int medium_place(struct ctl *c, int64_t medium, int64_t *place, int64_t *inverted)
{
	int rc = sql_get(c->t, c->e, "SELECT coalesce(place,0), inverted FROM physical_media WHERE id=?", "i",
			 medium, "ii", place, inverted);

	if (rc == SQL_NONE)
		*place = *inverted = 0;
	return rc == SQL_NONE ? 0 : rc;
}

int slot_barred(struct ctl *c, int64_t place, bool *barred, char *why, size_t size)
{
	int rc = sql_get(c->t, c->e,
			 "SELECT o.name||': '||s.reason "
			 "FROM slot s JOIN object o ON o.id=s.id WHERE s.id=? AND s.barred_until>?",
			 "ii", place, c->now, "T", why, size);

	*barred = !rc;
	return rc == SQL_NONE ? 0 : rc;
}

int look_again(struct ctl *c)
{
	TRY(sql_do(c->t, c->e, "UPDATE slot SET barred_until=0 WHERE library=? AND barred_until>0", "i",
		   c->id));
	return sql_do(c->t, c->e,
		      "UPDATE librequest "
		      "SET poll_at=0 WHERE library=? AND open=1 AND (state=5 OR op IN (10,12))",
		      "i", c->id);
}

int library_doubt(struct ctl *c, uint32_t types)
{
	if ((c->doubt | types) == c->doubt)
		return 0;
	c->doubt |= types;
	return sql_do(c->t, c->e, "UPDATE library SET doubt=doubt|? WHERE id=?", "ui", types, c->id);
}

int library_state(struct ctl *c, uint32_t opstate, const char *reason)
{
	c->opstate = opstate;
	c->troubled = true;
	TRY(sql_do(c->t, c->e, "UPDATE library SET reason=? WHERE id=? AND reason<>?", "tit", reason, c->id,
		   reason));
	return object_set_state(c->t, c->id, opstate, c->e);
}

#define FREE_SLOT                                                                                            \
	"SELECT s.id FROM slot s "                                                                           \
	"WHERE s.library=?1 AND s.state=2 AND s.barred_until=0 AND NOT EXISTS(SELECT 1 "                     \
	"FROM physical_media m WHERE m.place=s.id) AND NOT EXISTS(SELECT 1 FROM action a "                   \
	"WHERE a.library=s.library AND a.state IN (0,3) AND a.destination=s.id) "

int slots_to_spare(struct ctl *c, int64_t *n)
{
	return sql_get(
		c->t, c->e,
		"SELECT (SELECT count(*) FROM (" FREE_SLOT ")) - (SELECT count(*) FROM physical_media m "
		"WHERE m.library=?1 AND (m.in_drive=1 OR m.place IN (SELECT id FROM changer WHERE library=?1)) "
		"AND NOT EXISTS(SELECT 1 FROM action a WHERE a.medium=m.id AND a.kind=3 AND a.state IN (0,3)))",
		"i", c->id, "i", n);
}

/* Its home if that is empty, else the first empty slot that is nobody's home, else any empty one. Three
 * questions, each answered by an index: one with all of it in its order would look at every empty slot. */
int free_slot(struct ctl *c, int64_t home, int64_t *slot)
{
	int rc = SQL_NONE;

	if (home)
		rc = sql_get(c->t, c->e, FREE_SLOT "AND s.id=?2", "ii", c->id, home, "i", slot);
	if (rc == SQL_NONE)
		rc = sql_get(c->t, c->e,
			     FREE_SLOT
			     "AND NOT EXISTS(SELECT 1 FROM physical_media h "
			     "WHERE h.home_slot=s.id AND h.library=s.library) ORDER BY s.element LIMIT 1",
			     "i", c->id, "i", slot);
	if (rc == SQL_NONE)
		rc = sql_get(c->t, c->e, FREE_SLOT "ORDER BY s.element LIMIT 1", "i", c->id, "i", slot);
	if (rc == SQL_NONE)
		*slot = 0;
	return rc == SQL_NONE ? 0 : rc;
}
