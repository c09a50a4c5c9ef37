/* SPDX-License-Identifier: GPL-2.0-or-later
 * Inventory: read the elements, then queue an identification for each side that isn't known. */
#include "library/controller.h"

static int scan_start(struct ctl *c, struct request *r)
{
	if (r->wanted & WANTED_STOP)
		return request_end(c, r, NTMS_LM_STOPPED, 0, "stopped");
	if (r->option == NTMS_INVENTORY_NONE)
		return STEP_NEXT;
	TRY(look_again(c));
	return action_status(c, r, r->option == NTMS_INVENTORY_SLOT ? BIT_STORAGE : BIT_ALL);
}

const struct phase phase_scan = {"scan", scan_start, NULL};

/* Sides of the library's media: all of them, or those never identified. Cleaning cartridges are never mounted
 * for it. */
static int queue_identifications(struct ctl *c, bool all)
{
	VEC(struct { int64_t side, medium; }) todo = {0};
	int rc;

	{
		auto_rows struct rows *q = sql_rows(
			c->t, c->e,
			"SELECT s.id, m.id FROM physical_media m JOIN object o ON o.id=m.id "
			"JOIN side s ON s.medium=m.id WHERE m.library=?1 AND m.cleaner=0 "
			"AND o.enabled=1 AND m.mounted_side IS NULL AND m.place IS NOT NULL AND (?2=1 "
			"OR (s.state=0 AND m.reason='')) AND m.place NOT IN (SELECT id FROM ieport "
			"WHERE library=?1) AND NOT EXISTS(SELECT 1 FROM librequest r WHERE r.library=?1 "
			"AND r.open=1 AND r.op=14 AND r.side=s.id) ORDER BY m.id, s.number",
			"iu", c->id, (uint32_t)all);

		while (rows_next(q)) {
			vec_add(&todo);
			todo.v[todo.n - 1].side = rows_i64(q, 0);
			todo.v[todo.n - 1].medium = rows_i64(q, 1);
		}
		rc = rows_failed(q) ? (int)c->e->code : 0;
	}
	for (size_t i = 0; !rc && i < todo.n; i++) {
		struct request_new n = {.library = c->id,
					.op = NTMS_LM_PROCESSOMID,
					.side = todo.v[i].side,
					.medium = todo.v[i].medium};
		int64_t id;

		rc = request_new(c->t, &n, &id, NULL, c->e);
	}
	if (!rc && todo.n)
		rc = sql_do(c->t, c->e,
			    "UPDATE library SET identify_since=?, identify_done=0, identify_base=0 "
			    "WHERE id=? AND identify_since=0",
			    "ii", c->now, c->id);
	vec_free(&todo);
	return rc;
}

/* With the last the run is over. */
static int identify_over(struct ctl *c)
{
	return sql_do(c->t, c->e,
		      "UPDATE library "
		      "SET identify_since=0, identify_done=0 WHERE id=?1 AND NOT EXISTS(SELECT 1 "
		      "FROM librequest WHERE library=?1 AND open=1 AND op=14)",
		      "i", c->id);
}

int identify_count(struct ctl *c)
{
	TRY(sql_do(c->t, c->e,
		   "UPDATE library SET identify_done=identify_done+1 WHERE id=? AND identify_since>0", "i",
		   c->id));
	return identify_over(c);
}

int identify_new(struct ctl *c)
{
	TRY(queue_identifications(c, false));
	return identify_over(c); /* a run that a crash has ended, with nothing left to do */
}

static int identify_all_start(struct ctl *c, struct request *r)
{
	if (r->wanted & WANTED_STOP)
		return request_end(c, r, NTMS_LM_STOPPED, 0, "stopped");
	if (r->option != NTMS_INVENTORY_NONE && r->option != NTMS_INVENTORY_SLOT)
		TRY(queue_identifications(c, r->option == NTMS_INVENTORY_OMID));
	return STEP_NEXT;
}

const struct phase phase_identify_all = {"identify", identify_all_start, NULL};
