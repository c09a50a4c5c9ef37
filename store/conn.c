/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One SQLite connection: how it is set up, its cache of prepared statements, and what its errors mean. */
#include "store/impl.h"

#include <ntmstypes.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void configure(void)
{
	/* No statistics of memory: they'd put one lock around every allocation of all threads. Savepoints are
	 * kept in memory, not in temporary files. Fails if SQLite is in use already, and that does no harm.
	 */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
}

int conn_open(const char *path, struct conn **conn, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct conn *c;
	int rc;

	pthread_once(&once, configure);
	c = calloc(1, sizeof *c);
	if (!c)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for a database connection");
	c->path = path;
	rc = sqlite3_open_v2(path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_extended_result_codes(c->db, 1);
	/* or a statement whose parameter stands where a partial index has a constant is compiled anew each
	 * time */
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(c->db, 10000);
	if (rc != SQLITE_OK) {
		conn_failed(c, rc, NULL, e);
		conn_close(c);
		return (int)e->code;
	}
	*conn = c;
	return 0;
}

void conn_close(struct conn *c)
{
	for (size_t i = 0; i < c->cap; i++) {
		if (c->cache[i]) {
			sqlite3_finalize(c->cache[i]->stmt);
			free(c->cache[i]);
		}
	}
	free(c->cache);
	sqlite3_close(c->db);
	free(c);
}

/* SQLite calls it SQLITE_FULL only where a page of the database has no room; the index of its log gives "disk
 * I/O error". */
static bool no_room(struct conn *c, int rc)
{
	int why = (rc & 0xff) == SQLITE_IOERR && c->db ? sqlite3_system_errno(c->db) : 0;

	return why == ENOSPC || why == EDQUOT;
}

int conn_failed(struct conn *c, int rc, const char *sql, struct err *e)
{
	const char *text = c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc);

	switch (no_room(c, rc) ? SQLITE_FULL : rc & 0xff) {
	case SQLITE_FULL:
		return err_set(e, ERROR_DATABASE_FULL,
			       "%s: no space left to write (%s): free some on its file system", c->path,
			       text);
	case SQLITE_NOMEM:
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "%s: no memory", c->path);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERROR_DATABASE_FAILURE,
			       "%s is damaged (%s). Stop rsmd, then either put a copy back, or begin with an "
			       "empty store: rsmd --rebuild. See rsmd(8), \"When the store is damaged\"",
			       c->path, text);
	}
	if (!sql)
		return err_set(e, ERROR_DATABASE_FAILURE, "%s: %s", c->path, text);
	return err_set(e, ERROR_DATABASE_FAILURE, "%s: %s, in: %.250s", c->path, text, sql);
}

static size_t place_of(const struct conn *c, const char *sql)
{
	return ((uintptr_t)sql * 0x9E3779B97F4A7C15u >> 20) & (c->cap - 1);
}

static void cache_add(struct conn *c, struct rows *r)
{
	size_t i = place_of(c, r->sql);

	while (c->cache[i])
		i = (i + 1) & (c->cap - 1);
	c->cache[i] = r;
	c->n++;
}

static int cache_grow(struct conn *c)
{
	struct rows **old = c->cache;
	size_t n = c->cap;

	c->cache = calloc(n ? n * 2 : 256, sizeof(*c->cache));
	if (!c->cache) {
		c->cache = old;
		return -1;
	}
	c->cap = n ? n * 2 : 256;
	c->n = 0;
	for (size_t i = 0; i < n; i++) {
		if (old[i])
			cache_add(c, old[i]);
	}
	free(old);
	return 0;
}

static struct rows *prepare(struct conn *c, const char *sql, struct err *e)
{
	const char *tail = "";
	struct rows *r = calloc(1, sizeof *r);
	int rc;

	if (!r || (c->n * 2 >= c->cap && cache_grow(c) != 0)) {
		free(r);
		err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for a statement");
		return NULL;
	}
	rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &r->stmt, &tail);
	if (rc != SQLITE_OK || !r->stmt || *tail) {
		if (rc != SQLITE_OK)
			conn_failed(c, rc, sql, e);
		else
			err_set(e, ERROR_DATABASE_FAILURE, "not exactly one statement: %.250s", sql);
		sqlite3_finalize(r->stmt);
		free(r);
		return NULL;
	}
	r->sql = sql;
	r->parameters = sqlite3_bind_parameter_count(r->stmt);
	r->writes = !sqlite3_stmt_readonly(r->stmt);
	cache_add(c, r);
	return r;
}

/* A literal of the program, which never becomes another text. (The linker's symbols: what is neither
 * allocated nor on a stack. Literals of a shared library aren't recognised, and cost the comparison.) */
static bool is_literal(const char *sql)
{
	extern const char etext[], edata[];

	return sql >= etext && sql < edata;
}

/* A statement for this text that nobody uses now. A text that isn't a literal is compared, too: another one
 * at the same address gets a statement of its own, so it costs memory but is never mistaken for another. */
struct rows *conn_prepare(struct conn *c, const char *sql, struct err *e)
{
	bool literal = is_literal(sql);
	struct rows *r = NULL;

	for (size_t i = c->cap ? place_of(c, sql) : 0; c->cap && c->cache[i]; i = (i + 1) & (c->cap - 1)) {
		r = c->cache[i];
		if (r->sql == sql && !r->busy && (literal || strcmp(sqlite3_sql(r->stmt), sql) == 0))
			break;
		r = NULL;
	}
	if (!r)
		r = prepare(c, sql, e);
	if (!r)
		return NULL;
	r->busy = true;
	r->failed = false;
	r->e = e;
	return r;
}

int conn_int(struct conn *c, const char *sql, int64_t *value, struct err *e)
{
	struct rows *r = conn_prepare(c, sql, e);
	int rc;

	if (!r)
		return (int)e->code;
	rc = sqlite3_step(r->stmt);
	if (rc == SQLITE_ROW && value)
		*value = sqlite3_column_int64(r->stmt, 0);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		conn_failed(c, rc, sql, e);
	rows_done(&r);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : (int)e->code;
}

int conn_do(struct conn *c, const char *sql, struct err *e) { return conn_int(c, sql, NULL, e); }
