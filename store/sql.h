/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SQL in one line per statement. Statements are prepared once per connection, keyed by the address of their
 * text, so the text must be a literal (or otherwise live and stay the same for ever).
 *
 * Parameters follow a string of types:
 *   i int64_t   u uint32_t   d int (may be negative)   f int64_t row id, 0 stands for NULL
 *   g const guid * (NULL or the null guid: SQL NULL)   t const char * (NULL: SQL NULL)
 *   b const void *, size_t (NULL: SQL NULL)
 * Results of sql_get() follow a string of types, each a pointer (NULL reads as 0, "", the null guid, 0
 * bytes): i int64_t *  u uint32_t *  d int *  g guid *  t char **, owned by the caller T char *, size_t (cut
 * on a whole character)  b void **, size_t *, owned by the caller
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base/cleanup.h"
#include "base/vec.h"
#include "store/store.h"

/* Runs a statement that gives no rows. sql_changes(): rows it touched. */
int sql_do(struct txn *, struct err *, const char *sql, const char *types, ...);
int64_t sql_changes(struct txn *);
int64_t sql_rowid(struct txn *); /* of the last INSERT */
/* As sql_do(), and it is an error (ERROR_DATABASE_FAILURE, "guard") unless exactly one row was touched: for
 * guarded UPDATEs. */
int sql_one(struct txn *, struct err *, const char *sql, const char *types, ...);

/* First row of a query. 0: found. SQL_NONE: no row, results untouched, err untouched. Else the code. */
#define SQL_NONE (-1)
int sql_get(struct txn *, struct err *, const char *sql, const char *types,
	    ... /* parameters, const char *results, pointers */);

/* All rows:
 *   auto_rows struct rows *r = sql_rows(t, e, "SELECT id FROM slot WHERE library=?", "i", library);
 *   while (rows_next(r)) ... rows_i64(r, 0)
 *   if (rows_failed(r)) return (int)e->code;
 * A NULL r behaves as failed. Nested use of the same statement is allowed. */
struct rows;
#define auto_rows CLEANUP(rows_done)
struct rows *sql_rows(struct txn *, struct err *, const char *sql, const char *types, ...);
bool rows_next(struct rows *);
bool rows_failed(const struct rows *);
int64_t rows_i64(struct rows *, int column);
uint32_t rows_u32(struct rows *, int column);
bool rows_null(struct rows *, int column);
guid rows_guid(struct rows *, int column);	  /* null guid for NULL */
const char *rows_text(struct rows *, int column); /* "" for NULL; valid until the next rows_next() */
const void *rows_blob(struct rows *, int column, size_t *n);
void rows_done(struct rows **);

/* Row ids that a query gave, taken out of it so that its rows may be changed:
 *     auto_ids struct ids sides = {0};
 *     TRY(ids_of(sql_rows(t, e, "SELECT id FROM side WHERE medium=?", "i", medium), &sides, e));
 *     vec_each(id, &sides) TRY(side_set_state(t, *id, state, e)); */
struct ids {
	int64_t *v;
	size_t n, cap;
};
#define auto_ids CLEANUP(ids_free)
int ids_of(struct rows *, struct ids *, struct err *); /* its first column; closes the query */
static inline void ids_free(struct ids *ids) { vec_free(ids); }

#endif
