/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one-line statements of store/sql.h. */
#include "store/sql.h"
#include "store/impl.h"

#include <ntmstypes.h>

#include <stdarg.h>
#include <string.h>

/* va_list by reference: passing one through functions keeps its place only inside a struct. */
struct args {
	va_list ap;
};

static int bind_one(sqlite3_stmt *s, int i, char type, struct args *a, sqlite3_destructor_type keep)
{
	const guid *g;
	const void *p;
	int64_t n;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(s, i, va_arg(a->ap, int64_t));
	case 'u':
		return sqlite3_bind_int64(s, i, va_arg(a->ap, uint32_t));
	case 'd':
		return sqlite3_bind_int64(s, i, va_arg(a->ap, int));
	case 'f':
		n = va_arg(a->ap, int64_t);
		return n ? sqlite3_bind_int64(s, i, n) : sqlite3_bind_null(s, i);
	case 'g':
		g = va_arg(a->ap, const guid *);
		return g && !guid_is_null(g) ? sqlite3_bind_blob(s, i, g->b, sizeof g->b, keep)
					     : sqlite3_bind_null(s, i);
	case 't':
		return sqlite3_bind_text(s, i, va_arg(a->ap, const char *), -1, keep);
	case 'b':
		p = va_arg(a->ap, const void *);
		return sqlite3_bind_blob64(s, i, p, va_arg(a->ap, size_t), keep);
	}
	return SQLITE_MISUSE;
}

/* A statement with its parameters bound. `keep`: SQLITE_STATIC if it ends before its caller goes on. */
static struct rows *begin(struct txn *t, struct err *e, const char *sql, const char *types, struct args *a,
			  sqlite3_destructor_type keep)
{
	struct rows *r = conn_prepare(t->conn, sql, e);
	int n = (int)strlen(types), rc = SQLITE_OK;

	if (!r)
		return NULL;
	if (n != r->parameters)
		err_set(e, ERROR_DATABASE_FAILURE, "%d parameters given, %d wanted: %.250s", n, r->parameters,
			sql);
	else if (!t->writable && r->writes)
		err_set(e, ERROR_DATABASE_FAILURE, "a reader must not write: %.250s", sql);
	else if (t->writable && sqlite3_get_autocommit(t->conn->db))
		/* SQLite gave the whole transaction up after an earlier error; on its own this would be
		 * committed at once */
		err_set(e, ERROR_DATABASE_FAILURE, "%s: the transaction was undone by an earlier error",
			t->conn->path);
	else {
		for (int i = 0; i < n && rc == SQLITE_OK; i++)
			rc = bind_one(r->stmt, i + 1, types[i], a, keep);
		if (rc == SQLITE_OK)
			return r;
		conn_failed(t->conn, rc, sql, e);
	}
	rows_done(&r);
	return NULL;
}

static int run(struct txn *t, struct err *e, const char *sql, const char *types, struct args *a)
{
	struct rows *r = begin(t, e, sql, types, a, SQLITE_STATIC);
	int rc;

	if (!r)
		return (int)e->code;
	do
		rc = sqlite3_step(r->stmt);
	while (rc == SQLITE_ROW);
	t->changes = sqlite3_changes64(t->conn->db);
	if (rc != SQLITE_DONE)
		conn_failed(t->conn, rc, sql, e);
	rows_done(&r);
	return rc == SQLITE_DONE ? 0 : (int)e->code;
}

int sql_do(struct txn *t, struct err *e, const char *sql, const char *types, ...)
{
	struct args a;
	int code;

	va_start(a.ap, types);
	code = run(t, e, sql, types, &a);
	va_end(a.ap);
	return code;
}

int sql_one(struct txn *t, struct err *e, const char *sql, const char *types, ...)
{
	struct args a;
	int code;

	va_start(a.ap, types);
	code = run(t, e, sql, types, &a);
	va_end(a.ap);
	if (code == 0 && t->changes != 1)
		code = err_set(e, ERROR_DATABASE_FAILURE, "guard: %lld rows instead of one: %.250s",
			       (long long)t->changes, sql);
	return code;
}

int64_t sql_changes(struct txn *t) { return t->changes; }
int64_t sql_rowid(struct txn *t) { return sqlite3_last_insert_rowid(t->conn->db); }

/* Copies text into n bytes, cut on a whole UTF-8 character. */
static void copy_text(char *to, size_t n, const char *from)
{
	size_t len = strlen(from);

	if (n == 0)
		return;
	if (len >= n) {
		len = n - 1;
		while (len > 0 && ((unsigned char)from[len] & 0xC0) == 0x80)
			len--;
	}
	memcpy(to, from, len);
	to[len] = '\0';
}

static int take_one(struct rows *r, int i, char type, struct args *a)
{
	const void *p;
	void **owned;
	char *text;
	size_t n;

	switch (type) {
	case 'i':
		*va_arg(a->ap, int64_t *) = rows_i64(r, i);
		return 0;
	case 'u':
		*va_arg(a->ap, uint32_t *) = rows_u32(r, i);
		return 0;
	case 'd':
		*va_arg(a->ap, int *) = (int)rows_i64(r, i);
		return 0;
	case 'g':
		*va_arg(a->ap, guid *) = rows_guid(r, i);
		return 0;
	case 'T':
		text = va_arg(a->ap, char *);
		copy_text(text, va_arg(a->ap, size_t), rows_text(r, i));
		return 0;
	case 't':
		text = strdup(rows_text(r, i));
		*va_arg(a->ap, char **) = text;
		return text ? 0 : SQLITE_NOMEM;
	case 'b':
		p = rows_blob(r, i, &n);
		owned = va_arg(a->ap, void **);
		*owned = malloc(n + 1);
		if (*owned && n)
			memcpy(*owned, p, n);
		*va_arg(a->ap, size_t *) = n;
		return *owned ? 0 : SQLITE_NOMEM;
	}
	return SQLITE_MISUSE;
}

static int take(struct txn *t, struct rows *r, struct args *a, struct err *e)
{
	const char *results = va_arg(a->ap, const char *);
	int n = (int)strlen(results), rc = sqlite3_step(r->stmt);

	if (rc == SQLITE_DONE)
		return SQL_NONE;
	if (rc != SQLITE_ROW)
		return conn_failed(t->conn, rc, r->sql, e);
	if (n != sqlite3_column_count(r->stmt))
		return err_set(e, ERROR_DATABASE_FAILURE, "%d results taken, %d given: %.250s", n,
			       sqlite3_column_count(r->stmt), r->sql);
	for (int i = 0; i < n; i++) {
		rc = take_one(r, i, results[i], a);
		if (rc == SQLITE_NOMEM)
			return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for a row");
		if (rc != 0)
			return err_set(e, ERROR_DATABASE_FAILURE, "unknown result type %c: %.250s",
				       results[i], r->sql);
	}
	return 0;
}

int sql_get(struct txn *t, struct err *e, const char *sql, const char *types, ...)
{
	struct rows *r;
	struct args a;
	int code;

	va_start(a.ap, types);
	r = begin(t, e, sql, types, &a, SQLITE_STATIC);
	code = r ? take(t, r, &a, e) : (int)e->code;
	va_end(a.ap);
	rows_done(&r);
	return code;
}

struct rows *sql_rows(struct txn *t, struct err *e, const char *sql, const char *types, ...)
{
	struct rows *r;
	struct args a;

	va_start(a.ap, types);
	r = begin(t, e, sql, types, &a, SQLITE_TRANSIENT);
	va_end(a.ap);
	if (r)
		r->conn = t->conn;
	return r;
}

bool rows_next(struct rows *r)
{
	int rc;

	if (!r || r->failed)
		return false;
	rc = sqlite3_step(r->stmt);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE) {
		r->failed = true;
		conn_failed(r->conn, rc, r->sql, r->e);
	}
	return false;
}

bool rows_failed(const struct rows *r) { return !r || r->failed; }
int64_t rows_i64(struct rows *r, int column) { return sqlite3_column_int64(r->stmt, column); }
uint32_t rows_u32(struct rows *r, int column) { return (uint32_t)sqlite3_column_int64(r->stmt, column); }
bool rows_null(struct rows *r, int column) { return sqlite3_column_type(r->stmt, column) == SQLITE_NULL; }

guid rows_guid(struct rows *r, int column)
{
	guid g = guid_null;

	if (sqlite3_column_bytes(r->stmt, column) == sizeof g.b)
		memcpy(g.b, sqlite3_column_blob(r->stmt, column), sizeof g.b);
	return g;
}

const char *rows_text(struct rows *r, int column)
{
	const char *text = (const char *)sqlite3_column_text(r->stmt, column);

	return text ? text : "";
}

const void *rows_blob(struct rows *r, int column, size_t *n)
{
	const void *p = sqlite3_column_blob(r->stmt, column);

	*n = (size_t)sqlite3_column_bytes(r->stmt, column);
	return p;
}

void rows_done(struct rows **rows)
{
	struct rows *r = *rows;

	if (!r)
		return;
	sqlite3_reset(r->stmt);
	r->busy = false;
	*rows = NULL;
}

int ids_of(struct rows *query, struct ids *ids, struct err *e)
{
	auto_rows struct rows *r = query;

	while (rows_next(r))
		*vec_add(ids) = rows_i64(r, 0);
	return rows_failed(r) ? (int)e->code : 0;
}
