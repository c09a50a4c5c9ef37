/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an operator is told of a library's troubles. Each trouble is a question to the rows: an answer is an
 * operator request, which goes by itself when the rows don't say so any more. One that a person has answered
 * stays answered as long as the trouble is the same. docs/robots.md lists them.
 */
#include "library/controller.h"

#include <stdio.h>
#include <string.h>

/* object, its type, message; ?1 the library, ?2 ten minutes ago */
static const struct {
	const char *name, *sql;
} troubles[] = {
	{"library",
	 "SELECT l.id, 9, o.name||CASE o.opstate WHEN 20 THEN ': ' ELSE ' can''t be reached: ' END||l.reason "
	 "FROM library l JOIN object o ON o.id=l.id WHERE l.id=?1 AND (o.opstate=20 "
	 "OR o.opstate=21 AND o.enabled=1) AND ?2"},
	{"drive", "SELECT d.id, 5, o.name||' needs service: '||d.reason||'. Look at it, then enable it.' "
		  "FROM drive d "
		  "JOIN object o ON o.id=d.id WHERE d.library=?1 AND o.opstate=20 AND o.enabled=1 AND ?2"},
	{"medium", "SELECT m.id, 15, o.name||' failed: '||m.reason FROM physical_media m "
		   "JOIN object o ON o.id=m.id WHERE m.library=?1 AND m.reason<>'' AND o.enabled=1 AND ?2"},
	{"hand",
	 "SELECT m.id, 15, "
	 "o.name||' is in the robot''s hand, and the robot can''t put it down. Take it out and lay it into a slot.' "
	 "FROM changer h JOIN physical_media m ON m.place=h.id "
	 "JOIN object o ON o.id=m.id WHERE h.library=?1 AND ((SELECT count(*) FROM action a "
	 "WHERE a.library=?1 AND a.medium=m.id AND a.request IS NULL AND a.state=2 AND a.started>?2)>=3 "
	 "OR NOT EXISTS(SELECT 1 FROM slot s WHERE s.library=?1 AND s.state=2))"},
	{"stranger",
	 "SELECT p.id, 8, 'A cartridge that nobody asked for'||CASE p.tag "
	 "WHEN '' THEN '' ELSE ' ('||p.tag||')' "
	 "END||' lies in mail slot '||p.number||'. Have it taken in (rsm inject start), or take it out.' "
	 "FROM ieport p WHERE p.library=?1 AND p.content=1 "
	 "AND NOT EXISTS(SELECT 1 FROM physical_media m WHERE m.place=p.id) AND NOT EXISTS(SELECT 1 "
	 "FROM librequest r WHERE r.library=?1 AND r.open=1 AND r.op IN (10,12) "
	 /* but for an eject that has no mail slot yet */
	 "AND NOT (r.op=10 AND r.phase=0)) AND ?2"},
	{"duplicate",
	 "SELECT min(m.id), "
	 "15, 'The bar code '||m.barcode||' is on '||count(*)||' cartridges: '||group_concat(o.name, "
	 "', ')||'. All are known; which is which their labels tell when they are mounted. Give all but one another bar code.' "
	 "FROM physical_media m LEFT JOIN object o ON o.id=m.place "
	 "WHERE m.library=?1 AND m.barcode<>'' AND ?2 GROUP BY m.barcode HAVING count(*)>1"},
	{"missing",
	 "SELECT ?1, 9, CASE n WHEN 1 "
	 "THEN 'A medium has' ELSE n||' media have' END||' disappeared from the library: '||names||CASE "
	 "WHEN n>5 THEN ' ...' ELSE '' END||'. Look for it: it counts as offline.' "
	 "FROM (SELECT count(*) AS n, (SELECT group_concat(name, ', ') "
	 "FROM (SELECT o.name FROM physical_media m JOIN object o ON o.id=m.id WHERE m.missing_from=?1 "
	 "ORDER BY o.name LIMIT 5)) AS names FROM physical_media WHERE missing_from=?1) WHERE n>0 AND ?2"},
	{"element", "SELECT ?1, 9, 'The robot reports: '||names||CASE "
		    "WHEN n>5 THEN ' ...' ELSE '' END||'.' "
		    "FROM (SELECT count(*) AS n, (SELECT group_concat(o.name||': '||s.reason, '; ') "
		    "FROM slot s JOIN object o ON o.id=s.id WHERE s.library=?1 AND s.reason<>'' "
		    "AND (s.state<>3 OR s.barred_until>0) AND s.number<=(SELECT max(number) "
		    "FROM (SELECT number FROM slot WHERE library=?1 AND reason<>'' "
		    "AND (state<>3 OR barred_until>0) ORDER BY number LIMIT 5))) AS names FROM slot "
		    "WHERE library=?1 AND reason<>'' AND (state<>3 OR barred_until>0)) WHERE n>0 AND ?2"},
};

struct told {
	int64_t object;
	uint32_t type;
	char *message;
};
typedef VEC(struct told) told_vec;

static void told_free(told_vec *v)
{
	vec_each(it, v)
		free(it->message);
	vec_free(v);
}

static int hold_now(struct ctl *c, const char *sql, told_vec *out)
{
	auto_rows struct rows *q = sql_rows(c->t, c->e, sql, "ii", c->id, c->now - 600000);

	while (rows_next(q))
		*vec_add(out) = (struct told){rows_i64(q, 0), rows_u32(q, 1), strdup(rows_text(q, 2))};
	return rows_failed(q) ? (int)c->e->code : 0;
}

/* Posted already, or answered already by a person. */
static int is_posted(struct ctl *c, const char *trouble, const struct told *now, bool *posted)
{
	int64_t id = 0;
	int rc = sql_get(c->t, c->e,
			 "SELECT id FROM oprequest WHERE trouble=? "
			 "AND message=? AND arg1=(SELECT guid FROM object WHERE id=?) LIMIT 1",
			 "tti", trouble, now->message, now->object, "i", &id);

	*posted = !rc;
	return rc == SQL_NONE ? 0 : rc;
}

static int post(struct ctl *c, const char *trouble, const struct told *now)
{
	bool device = now->type == NTMS_DRIVE || now->type == NTMS_LIBRARY;
	struct oprequest_new o = {.request = device ? NTMS_OPREQ_DEVICESERVICE : NTMS_OPREQ_MESSAGE,
				  .arg1_type = now->type,
				  .arg1 = now->object,
				  .arg2_type = NTMS_LIBRARY,
				  .arg2 = c->id,
				  .message = now->message};
	int64_t id;

	TRY(oprequest_post(c->t, &o, &id, c->e));
	return sql_do(c->t, c->e, "UPDATE oprequest SET trouble=? WHERE id=?", "ti", trouble, id);
}

static bool holds(const told_vec *now, int64_t object, const char *message)
{
	vec_each(it, now)
		if (it->object == object && !strcmp(it->message, message))
			return true;
	return false;
}

/* Those that the rows don't confirm go, answered or not: the next time they are news. */
static int withdraw(struct ctl *c, const char *trouble, const told_vec *now)
{
	auto_ids struct ids gone = {0};

	{
		auto_rows struct rows *q =
			sql_rows(c->t, c->e,
				 "SELECT r.id, coalesce((SELECT o.id "
				 "FROM object o WHERE o.guid=r.arg1),0), r.message FROM oprequest r "
				 "WHERE r.trouble=? AND r.arg2=(SELECT guid FROM object WHERE id=?)",
				 "ti", trouble, c->id);

		while (rows_next(q))
			if (!holds(now, rows_i64(q, 1), rows_text(q, 2)))
				*vec_add(&gone) = rows_i64(q, 0);
		if (rows_failed(q))
			return (int)c->e->code;
	}
	vec_each(id, &gone)
		TRY(oprequest_delete(c->t, *id, c->e));
	return 0;
}

int troubles_tell(struct ctl *c)
{
	for (size_t i = 0; i < countof(troubles); i++) {
		CLEANUP(told_free) told_vec now = {0};

		TRY(hold_now(c, troubles[i].sql, &now));
		TRY(withdraw(c, troubles[i].name, &now));
		vec_each(it, &now) {
			bool posted = false;

			TRY(is_posted(c, troubles[i].name, it, &posted));
			if (!posted)
				TRY(post(c, troubles[i].name, it));
		}
	}
	c->troubled = false;
	return 0;
}
