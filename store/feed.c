/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The change feed: one row for each change of an object, numbered by the one writer, so in commit order. The
 * newest FEED_KEPT are kept; a reader whose cursor is older learns it from *oldest and reads everything anew.
 */
#include "store/impl.h"

enum { FEED_KEPT = 100000, PRUNE_EACH = 64 };

static int put(struct txn *t, struct err *e)
{
	t->store->seq = sql_rowid(t);
	if (t->store->seq % PRUNE_EACH != 0)
		return 0;
	return sql_do(t, e, "DELETE FROM change WHERE seq<=?", "i", t->store->seq - FEED_KEPT);
}

int feed_put(struct txn *t, uint32_t type, uint32_t op, const guid *object, struct err *e)
{
	if (sql_do(t, e, "INSERT INTO change(type, op, object) VALUES(?, ?, ?)", "uug", type, op, object) !=
	    0)
		return (int)e->code;
	return put(t, e);
}

int feed_put_row(struct txn *t, int64_t object, uint32_t op, struct err *e)
{
	if (sql_do(t, e, "INSERT INTO change(type, op, object) SELECT type, ?, guid FROM object WHERE id=?",
		   "ui", op, object) != 0)
		return (int)e->code;
	return put(t, e);
}

bool feed_told(struct txn *t, int64_t object)
{
	int64_t *last = &t->store->told[object % TOLD];

	if (*last == object)
		return true;
	*last = object;
	return false;
}

ptrdiff_t feed_after(struct txn *t, int64_t seq, struct change *changes, size_t max, int64_t *oldest,
		     struct err *e)
{
	size_t n = 0;

	*oldest = 0;
	if (sql_get(t, e, "SELECT ifnull(min(seq), 0) FROM change", "", "i", oldest) != 0)
		return -1;
	auto_rows struct rows *r =
		sql_rows(t, e, "SELECT seq, type, op, object FROM change WHERE seq>? ORDER BY seq LIMIT ?",
			 "ii", seq, (int64_t)max);

	while (rows_next(r))
		changes[n++] =
			(struct change){rows_i64(r, 0), rows_u32(r, 1), rows_u32(r, 2), rows_guid(r, 3)};
	return rows_failed(r) ? -1 : (ptrdiff_t)n;
}
