/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A store is looked at before anything may change it: what is damaged stays as it was found. SQLite writes
 * even when it only opens a file: it makes an index of the log, and moves the log into the file when the last
 * one closes it. So it is opened read-only, without locks (PATH.lock keeps others away), with the index of
 * the log in memory; and where there is no log, as a file that can't change. */
#include "base/cleanup.h"
#include "base/str.h"
#include "store/impl.h"

#include <ntmstypes.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- for the administrator ---- */

#define WAYS_OUT                                                                                             \
	"Nothing was changed. Either put a copy back, or begin with an empty store: rsmd --rebuild, which "  \
	"keeps the old one. See rsmd(8), \"When the store is damaged\""

int store_refused(const char *path, struct err *e, const char *fmt, ...)
{
	auto_str what = {0};
	va_list ap;

	va_start(ap, fmt);
	auto_free char *text = NULL;
	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	va_end(ap);
	str_printf(&what, "%.100s %.200s", path, text);
	return err_set(e, ERROR_DATABASE_FAILURE, "%s. " WAYS_OUT, what.s);
}

/* What SQLite's checks find, by how their lines begin. */
static int damaged(const char *path, const char *found, struct err *e)
{
	static const struct {
		const char *words, *meaning;
	} kinds[] = {
		{"not a database", "its beginning isn't that of a database: it was overwritten"},
		{"NULL value", "a row lacks what every row has"},
		{"non-unique", "two rows have what only one may have"},
		{"missing from index", "an index doesn't agree with its table"},
		{"wrong # of entries", "an index doesn't agree with its table"},
		{"foreign key", "a row refers to one that isn't there"},
	};
	const char *meaning = "parts of it are missing or were overwritten";

	for (size_t i = 0; i < countof(kinds); i++)
		if (strstr(found, kinds[i].words)) {
			meaning = kinds[i].meaning;
			break;
		}
	return store_refused(path, e, "is damaged: %s (%.*s)", meaning, (int)strcspn(found, "\n"), found);
}

/* ---- the connection that changes nothing ---- */

static void add_uri(struct str *uri, const char *path)
{
	str_puts(uri, "file:");
	for (; *path; path++)
		if (isalnum((unsigned char)*path) || strchr("/._-", *path))
			str_printf(uri, "%c", *path);
		else
			str_printf(uri, "%%%02X", (unsigned char)*path);
}

static int open_quietly(const char *path, bool log, sqlite3 **db)
{
	auto_str uri = {0};

	add_uri(&uri, path);
	str_puts(&uri, log ? "?vfs=unix-none" : "?immutable=1");
	TRY(sqlite3_open_v2(uri.s, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL));
	TRY(sqlite3_db_config(*db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL));
	return sqlite3_exec(*db, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-65536", NULL, NULL, NULL);
}

/* ---- questions ---- */

struct asking {
	const char *path;
	sqlite3 *db;
	struct err *e;
};

/* What SQLite itself says of a file that it can't read. */
static int unreadable(const struct asking *a)
{
	int rc = sqlite3_errcode(a->db);

	if (rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB)
		return damaged(a->path, sqlite3_errmsg(a->db), a->e);
	return err_set(a->e, ERROR_DATABASE_FAILURE, "%s can't be read: %s", a->path, sqlite3_errmsg(a->db));
}

static int number(const struct asking *a, const char *sql, int64_t *value)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(a->db, sql, -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		*value = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : unreadable(a);
}

static int incarnation(const struct asking *a, guid *g)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(a->db, "SELECT value FROM meta WHERE key='incarnation'", -1, &s, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW && sqlite3_column_bytes(s, 0) == sizeof g->b)
		memcpy(g->b, sqlite3_column_blob(s, 0), sizeof g->b);
	sqlite3_finalize(s);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : unreadable(a);
}

/* The first finding counts; "ok" is none. */
static int check(const struct asking *a, const char *pragma)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(a->db, pragma, -1, &s, NULL), code = 0;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	if (rc == SQLITE_ROW && sqlite3_column_count(s) == 1) {
		const char *text = (const char *)sqlite3_column_text(s, 0);

		if (text && strcmp(text, "ok") != 0) /* a line "*** in database main ***" may come first */
			code = damaged(a->path,
				       strncmp(text, "***", 3) || !strchr(text, '\n')
					       ? text
					       : strchr(text, '\n') + 1,
				       a->e);
	} else if (rc == SQLITE_ROW) { /* of foreign_key_check */
		char text[120];

		snprintf(text, sizeof text, "foreign key: row %lld of %s refers to %s",
			 (long long)sqlite3_column_int64(s, 1), (const char *)sqlite3_column_text(s, 0),
			 (const char *)sqlite3_column_text(s, 2));
		code = damaged(a->path, text, a->e);
	} else if (rc != SQLITE_DONE) {
		code = unreadable(a);
	}
	sqlite3_finalize(s);
	return code;
}

/* What always holds of the rows (docs/consistency.md), as far as the schema doesn't hold it by itself. SQLite
 * checks no CHECK where it only reads. */
static const struct {
	const char *sql, *broken;
} invariants[] = {
	{"SELECT count(*) FROM side WHERE (lmid IS NOT NULL)<>(state IN (5, 6))",
	 "sides are allocated without a logical medium, or have one without being allocated"},
	{"SELECT count(*) FROM logical_media l WHERE NOT EXISTS(SELECT 1 FROM side s WHERE s.lmid=l.id)",
	 "logical media have no side"},
	{"SELECT count(*) "
	 "FROM physical_media m JOIN library l ON l.id=m.library WHERE (l.key='')<>(m.place IS NULL)",
	 "media are offline in an element, or online in none"},
};

static int check_invariants(const struct asking *a)
{
	for (size_t i = 0; i < countof(invariants); i++) {
		int64_t n = 0;

		TRY(number(a, invariants[i].sql, &n));
		if (n)
			return store_refused(a->path, a->e, "contradicts itself: %lld %s", (long long)n,
					     invariants[i].broken);
	}
	return 0;
}

static int ours(const struct asking *a, struct look *l)
{
	int64_t id = 0, tables = 0;

	TRY(number(a, "SELECT count(*) FROM sqlite_schema", &tables));
	TRY(number(a, "PRAGMA application_id", &id));
	TRY(number(a, "PRAGMA user_version", &l->schema));
	if (id == 0 && tables == 0 && l->schema == 0)
		return 0; /* new */
	if (id != STORE_APPLICATION_ID)
		return err_set(a->e, ERROR_DATABASE_FAILURE,
			       "%s is a database of another program: name another file as `store` in the "
			       "configuration",
			       a->path);
	if (l->schema > store_n_migrations)
		return store_refused(a->path, a->e,
				     "has schema %lld, this rsmd knows schemas up to %d: install the newer "
				     "OpenRSM again",
				     (long long)l->schema, store_n_migrations);
	return 0;
}

static int ask(const struct asking *a, bool thorough, struct look *l)
{
	TRY(ours(a, l));
	TRY(check(a, thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)"));
	if (!l->schema)
		return 0;
	if (thorough) {
		TRY(check(a, "PRAGMA foreign_key_check"));
		TRY(check_invariants(a));
	}
	TRY(incarnation(a, &l->incarnation));
	return number(a, "SELECT ifnull(max(seq), 0) FROM change", &l->sequence);
}

static int64_t size_of(const char *path, const char *suffix)
{
	char name[4096];
	struct stat st;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &st) == 0 ? (int64_t)st.st_size : -1;
}

int store_inspect(const char *path, bool thorough, struct look *l, struct err *e)
{
	struct asking a = {path, NULL, e};
	int code;

	*l = (struct look){.size = size_of(path, ""), .log = size_of(path, "-wal")};
	if (l->size < 0 && errno != ENOENT)
		return err_errno(e, ERROR_DATABASE_FAILURE, "can't open %s", path);
	if (l->size <= 0)
		return l->log > 0 ? store_refused(path, e, "is %s, and yet its log %s-wal is there",
						  l->size ? "missing" : "empty", path)
				  : 0;
	if (access(path, R_OK | W_OK))
		return err_errno(e, ERROR_DATABASE_FAILURE, "can't open %s", path);
	code = open_quietly(path, l->log > 0, &a.db) ? unreadable(&a) : ask(&a, thorough, l);
	sqlite3_close(a.db);
	return code;
}
