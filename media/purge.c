/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Finished library and operator requests are kept as long as the computer object says, then deleted. */
#include "media/impl.h"

#include <ntmsapi.h>

/* What was completed up to when may go, for either kind (0: nothing, NOAUTOPURGE), and whether failed ones
 * stay. */
static const char purge_before[] = "SELECT CASE WHEN librequest_flags & 1 THEN 0 "
				   "ELSE ?1 - librequest_purge*1000 END, librequest_flags & 2, CASE "
				   "WHEN oprequest_flags & 1 THEN 0 "
				   "ELSE ?1 - oprequest_purge*1000 END, oprequest_flags & 2 FROM computer";

static int purge(struct txn *t, const char *find, const char *delete, int64_t before, uint32_t keep_failed,
		 struct err *e)
{
	auto_ids struct ids ids = {0};

	TRY(ids_of(sql_rows(t, e, find, "iu", before, keep_failed), &ids, e));
	vec_each(id, &ids) {
		TRY(sql_do(t, e, delete, "i", *id));
		TRY(object_delete(t, *id, e));
	}
	return 0;
}

int purge_finished(struct txn *t, struct err *e)
{
	int64_t lib, op;
	uint32_t keep_lib, keep_op;

	TRY(sql_get(t, e, purge_before, "i", txn_now(t), "iuiu", &lib, &keep_lib, &op, &keep_op));
	TRY(purge(t,
		  "SELECT id FROM librequest "
		  "WHERE completed>0 AND completed<=?1 AND NOT (?2 AND state=3) LIMIT 1000",
		  "DELETE FROM librequest WHERE id=?", lib, keep_lib, e));
	return purge(t,
		     "SELECT id FROM oprequest "
		     "WHERE completed>0 AND completed<=?1 AND NOT (?2 AND state=4) LIMIT 1000",
		     "DELETE FROM oprequest WHERE id=?", op, keep_op, e);
}

/* The oldest waits for company, a hundredth of its time and at most ten minutes: or each that ends would have
 * a look of its own. */
#define NEXT(kind, failed)                                                                                   \
	"CASE WHEN " kind "_flags & 1 THEN 0 ELSE coalesce(" kind "_purge*1000 + min(" kind                  \
	"_purge*10,600000) + (SELECT min(completed) FROM " kind " WHERE completed>0 AND NOT (" kind          \
	"_flags & 2 AND state=" failed ")),0) END"

int purge_next(struct txn *t, int64_t *at, struct err *e)
{
	int64_t op = 0;

	TRY(sql_get(t, e, "SELECT " NEXT("librequest", "3") ", " NEXT("oprequest", "4") " FROM computer", "",
		    "ii", at, &op));
	if (op && (!*at || op < *at))
		*at = op;
	return 0;
}

int purge_patience(struct txn *t, int64_t *ms, struct err *e)
{
	return sql_get(t, e, "SELECT min(librequest_purge, oprequest_purge)*10 FROM computer", "", "i", ms);
}
