/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Stores that aren't what they were: damaged ones are refused and stay as they are, byte by byte; those put
 * back from a copy are recognised; an old one is put aside, whole, wherever that is interrupted. */
#include "base/cleanup.h"
#include "store/impl.h"
#include "store/sql.h"

#include <ntmsapi.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

static char dir[64], path[80], mark[80];
static struct err e;

/* ---- helpers ---- */

/* In the directory, by sh; false if it failed. */
static bool sh(const char *command)
{
	char line[1200];

	snprintf(line, sizeof line, "cd %s && { %s; } >/dev/null 2>&1", dir, command);
	return system(line) == 0;
}

static void must(const char *command)
{
	if (!sh(command))
		fail_msg("%s", command);
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/store_damage.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/rsm.db", dir);
	snprintf(mark, sizeof mark, "%s/rsm.mark", dir);
	e = (struct err){0};
	return 0;
}

static int tear_down(void **state)
{
	char command[100];

	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static void start_over(void)
{
	tear_down(NULL);
	set_up(NULL);
}

static struct store *store_at(bool rebuild)
{
	struct store *s = NULL;

	store_open(&(struct store_config){.path = path, .mark = mark, .rebuild = rebuild}, &s, &e);
	return s;
}

/* One change, and a row that says from which run it is. */
static int put(struct txn *t, void *arg, struct err *err)
{
	guid g = guid_new();

	TRY(feed_put(t, 1, NTMS_OBJ_INSERT, &g, err));
	return sql_do(t, err, "INSERT INTO meta(key, value) VALUES(hex(randomblob(8)), ?)", "t", arg);
}

static void put_some(struct store *s, const char *what, int n)
{
	while (n-- > 0)
		assert_int_equal(store_run(s, put, (void *)what, &e), 0);
}

static int begin_job(struct txn *t, void *why, struct err *err)
{
	TRY(store_begin(t, why, err));
	return ((char *)why)[0] ? put(t, "restored", err) : 0;
}

/* A run of rsmd, begun. why: of a restored one */
static struct store *run(bool rebuild, char why[300])
{
	struct store *s = store_at(rebuild);

	if (!s)
		fail_msg("%s", e.why);
	assert_int_equal(store_run(s, begin_job, why, &e), 0);
	return s;
}

/* In a process of its own that ends without closing the store, as by kill -9; or earlier, at a point of
 * failure. True: there. */
static bool killed(const char *point, bool rebuild, const char *what)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		char why[300];
		struct store *s;

		setenv("RSM_FAIL", point, 1);
		s = run(rebuild, why);
		put_some(s, what, 3);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static int64_t number(struct store *s, const char *sql);

static int get_number(struct txn *t, void *arg, struct err *err)
{
	struct {
		const char *sql;
		int64_t n;
	} *q = arg;

	return sql_get(t, err, q->sql, "", "i", &q->n);
}

static int64_t number(struct store *s, const char *sql)
{
	struct {
		const char *sql;
		int64_t n;
	} q = {sql, 0};

	if (store_read(s, get_number, &q, &e) != 0)
		fail_msg("%s", e.why);
	return q.n;
}

static int64_t epoch(struct store *s)
{
	return number(s, "SELECT ifnull((SELECT value FROM meta WHERE key='epoch'), 0)");
}

static int64_t count(struct store *s, const char *what)
{
	char sql[100];

	snprintf(sql, sizeof sql, "SELECT count(*) FROM meta WHERE value='%s'", what);
	return number(s, sql);
}

/* ---- damage ---- */

/* After three starts: the last one closed, or killed and so with a log. */
static void make(bool closed)
{
	char why[300];
	struct store *s = run(false, why);

	put_some(s, "first", 30);
	store_close(s);
	assert_false(killed("", false, "killed"));
	if (closed)
		store_close(run(false, why));
	assert_string_equal(why, "");
}

static const struct {
	const char *name, *how, *says;
	bool log; /* in a store that was killed: only the log has the last changes */
} damages[] = {
	{"truncated", "truncate -s 9000 rsm.db", "is damaged: parts of it", false},
	{"garbage at its beginning", "printf 'Dear diary, today' | dd of=rsm.db conv=notrunc",
	 "isn't that of a database", false},
	{"a torn page in the middle", "dd if=/dev/urandom of=rsm.db conv=notrunc bs=512 count=4 seek=400",
	 "is damaged: parts of it", false},
	{"a later schema", "sqlite3 rsm.db 'PRAGMA user_version=4711'", "schema 4711", false},
	{"a row without the one it belongs to",
	 "sqlite3 rsm.db \"INSERT INTO security(object, descriptor) VALUES(4711, x'00')\"",
	 "row 4711 of security refers to object", false},
	{"a rule broken",
	 "sqlite3 rsm.db \"INSERT INTO object(id, guid, type, created, modified) VALUES(1, x'00', 11, 0, 0), "
	 "(2, x'01', 12, 0, 0); INSERT INTO media_pool(id, pool_type, path) VALUES(2, 0, 'x'); "
	 "INSERT INTO logical_media(id, pool) VALUES(1, 2)\"",
	 "contradicts itself: 1 logical media have no side", false},
	{"an index that lacks a row",
	 "sqlite3 rsm.db \"PRAGMA writable_schema=1; CREATE INDEX one ON meta(value); UPDATE sqlite_schema "
	 "SET "
	 "sql='CREATE INDEX one ON meta(key)' WHERE name='one'\"",
	 "an index doesn't agree", false},
	{"empty", ": >rsm.db", "is empty, and yet", false},
	{"missing", "rm rsm.db", "is missing, and yet", false},
	{"without its log", "rm rsm.db-wal", "lacks its last 3 changes: its log", true},
	{"an empty log", ": >rsm.db-wal", "lacks its last 3 changes: its log", true},
	{"a garbled log", "dd if=/dev/urandom of=rsm.db-wal conv=notrunc bs=1000 count=1",
	 "is damaged or not its own", true},
	{"missing, but for its log", "rm rsm.db", "is missing, and yet its log", true},
	{"empty, but for its log", ": >rsm.db", "is empty, and yet its log", true},
	{"truncated, with a log", "truncate -s 9000 rsm.db", "is damaged", true},
};

/* Names, times, sizes and bytes of everything but the lock. */
#define LIST                                                                                                 \
	"find . -type f ! -name '*.lock' ! -name 'list.*' -printf '%p %i %s %T@ ' -exec cksum '{}' ';' | "   \
	"sort"

static void test_damage(void **state)
{
	for (size_t i = 0; i < countof(damages); i++) {
		start_over();
		make(!damages[i].log);
		must(damages[i].how);
		must(LIST " >list.before");
		for (int again = 0; again < 2; again++) {
			if (store_at(false))
				fail_msg("%s: taken for a good one", damages[i].name);
			assert_int_equal(e.code, ERROR_DATABASE_FAILURE);
			if (!strstr(e.why, damages[i].says) || !strstr(e.why, path) ||
			    !strstr(e.why, "Nothing was changed") || !strstr(e.why, "--rebuild") ||
			    !strstr(e.why, "put a copy back"))
				fail_msg("%s: %s", damages[i].name, e.why);
			must(LIST " | cmp - list.before");
		}
	}
}

/* ---- copies ---- */

static const struct {
	const char *name, *copy, *back, *why; /* why "": not taken for a restored one */
} copies[] = {
	{"nothing", "true", "true", ""},
	{"moved away and back", "true", "cp rsm.db other; rm rsm.db; cp other rsm.db", ""},
	{"written by somebody else", "true", "sqlite3 rsm.db 'PRAGMA wal_checkpoint'", ""},
	{"a copy of the same run", "sqlite3 rsm.db '.backup copy'", "cp copy rsm.db",
	 "lacks the last 5 changes"},
	{"a copy, keeping its time", "sqlite3 rsm.db '.backup copy'", "rm rsm.db; cp -p copy rsm.db",
	 "lacks the last 5 changes"},
	{"the mark is gone", "true", "rm rsm.mark", "there is no"},
	{"the mark is garbage", "true", "echo hello >rsm.mark", "can't be understood"},
	{"the mark is cut off", "true", "truncate -s 150 rsm.mark", "can't be understood"},
	{"the mark is empty", "true", ": >rsm.mark", "can't be understood"},
};

static void test_copies(void **state)
{
	for (size_t i = 0; i < countof(copies); i++) {
		char why[300];
		struct store *s;
		int64_t last, seq;

		start_over();
		s = run(false, why);
		put_some(s, "first", 5);
		must(copies[i].copy);
		put_some(s, "second", 5);
		last = epoch(s);
		seq = number(s, "SELECT max(seq) FROM change");
		store_close(s);
		must(copies[i].back);
		s = run(false, why);
		if (copies[i].why[0] ? !strstr(why, copies[i].why) : why[0])
			fail_msg("%s: \"%s\"", copies[i].name, why);
		/* neither an epoch nor a number of a change is used twice */
		assert_true(epoch(s) > last);
		put_some(s, "third", 1);
		if (number(s, "SELECT max(seq) FROM change") <= seq)
			fail_msg("%s: numbers of changes are given again", copies[i].name);
		store_close(s);
		store_close(run(false, why)); /* and now it is the store that the mark tells of */
		assert_string_equal(why, "");
	}
}

/* Of the run before: even where nothing was changed since but who started. */
static void test_earlier_run(void **state)
{
	char why[300];

	store_close(run(false, why));
	must("cp -p rsm.db copy");
	store_close(run(false, why));
	store_close(run(false, why));
	must("cp -p copy rsm.db");
	store_close(run(false, why));
	assert_non_null(strstr(why, "its last start"));
}

/* A store of an rsmd that kept no marks. */
enum { SCHEMA_BEFORE_MARKS = 10 };

/* As a rsmd of then has left it. */
static void old_store(int schema)
{
	char end[300];
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	for (int i = 0; i < schema; i++)
		assert_int_equal(sqlite3_exec(db, store_migrations[i], NULL, NULL, NULL), SQLITE_OK);
	snprintf(
		end, sizeof end,
		"INSERT INTO meta(key, value) VALUES('incarnation', zeroblob(15)||x'01'); PRAGMA journal_mode=WAL; "
		"PRAGMA application_id=%d; PRAGMA user_version=%d",
		STORE_APPLICATION_ID, schema);
	assert_int_equal(sqlite3_exec(db, end, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_before_marks(void **state)
{
	char why[300];

	old_store(SCHEMA_BEFORE_MARKS);
	store_close(run(false, why));
	assert_string_equal(why, "");
}

static int64_t marked_epoch(void)
{
	char command[200];
	long long n = 0;

	snprintf(command, sizeof command, "sed -n 's/^epoch //p' %s 2>/dev/null", mark);
	FILE *f = popen(command, "r");

	if (fscanf(f, "%lld", &n) != 1)
		n = 0;
	pclose(f);
	return n;
}

static const char *const points[] = {"job:1", "commit:1", "committed:1", "posted:1", "job:2", "commit:3"};

/* The mark hears of an epoch first, wherever rsmd dies; and a crash is no restored store. */
static void test_kill_at_start(void **state)
{
	for (size_t i = 0; i < countof(points); i++) {
		for (int runs = 0; runs < 2; runs++) {
			char why[300] = "";
			struct store *s;
			int64_t first = 0;

			start_over();
			if (runs) {
				s = run(false, why);
				first = epoch(s);
				put_some(s, "first", 5);
				store_close(s);
			}
			assert_true(killed(points[i], false, "second"));
			s = store_at(false);
			assert_non_null(s);
			assert_true(marked_epoch() >= epoch(s));
			store_close(s);
			s = run(false, why);
			assert_string_equal(why, "");
			assert_true(epoch(s) > first);
			assert_int_equal(count(s, "first"), runs ? 5 : 0);
			store_close(s);
		}
	}
}

/* Restored, and killed before that was written down: it is seen again. */
static void test_kill_restored(void **state)
{
	for (size_t i = 0; i < countof(points); i++) {
		char why[300];
		struct store *s;
		int64_t times;

		start_over();
		s = run(false, why);
		must("sqlite3 rsm.db '.backup copy'");
		put_some(s, "lost", 5);
		store_close(s);
		must("cp copy rsm.db");
		assert_true(killed(points[i], false, "second"));
		s = run(false, why);
		times = count(s, "restored");
		assert_int_equal(times, 1);
		assert_int_equal(why[0] != 0, i < 2);
		store_close(s);
	}
}

/* ---- put aside ---- */

/* How many rows of each run are in rsm.db and in what was put aside. */
static int64_t rows_in(const char *file, const char *what)
{
	char command[400];
	long long n = -1;

	snprintf(command, sizeof command,
		 "cd %s; test -e %s && sqlite3 %s \"SELECT count(*) FROM meta WHERE value='%s'\" 2>/dev/null",
		 dir, file, file, what);
	FILE *f = popen(command, "r");

	if (fscanf(f, "%lld", &n) != 1)
		n = -1;
	pclose(f);
	return n;
}

static void test_rebuild(void **state)
{
	char why[300];
	struct store *s;

	make(false); /* with a log that has three rows */
	must("cp -p rsm.db-wal log");
	s = run(true, why);
	assert_string_equal(why, "");
	assert_int_equal(count(s, "first"), 0);
	put_some(s, "new", 2);
	assert_null(store_at(true)); /* not under an rsmd that runs */
	assert_int_equal(e.code, ERROR_BUSY);
	assert_int_equal(count(s, "new"), 2);
	store_close(s);
	must("cmp log rsm.db.kept-1/rsm.db-wal");
	/* what stands there already is never written to */
	must("mkdir rsm.db.kept-2; echo mine >rsm.db.kept-2/rsm.db; printf 'Dear diary, today' | "
	     "dd of=rsm.db conv=notrunc");
	store_close(run(true, why));
	must("grep -q mine rsm.db.kept-2/rsm.db; grep -aq diary rsm.db.kept-3/rsm.db");
	assert_int_equal(rows_in("rsm.db.kept-1/rsm.db", "killed"), 3);
	assert_int_equal(rows_in("rsm.db.kept-1/rsm.db", "first"), 30);
	must("rm rsm.mark; rm rsm.db"); /* nothing there: as the first start */
	store_close(run(true, why));
	assert_string_equal(why, "");
	assert_false(sh("ls -d rsm.db.kept-4"));
}

/* Wherever it dies: either nothing has happened yet, or only --rebuild goes on; the old store is in one
 * place, whole. */
static void test_kill_rebuild(void **state)
{
	int dead = 0;

	for (int step = 1;; step++) {
		char point[20], why[300];
		struct store *s;
		bool there;

		start_over();
		make(false);
		snprintf(point, sizeof point, "aside:%d", step);
		there = killed(point, true, "new");
		dead += there;
		s = store_at(false);
		if (s) {
			assert_int_equal(count(s, "first"), step == 1 ? 30 : 0);
			store_close(s);
		} else if (!strstr(e.why, "rsmd --rebuild was interrupted")) {
			fail_msg("%s", e.why);
		}
		if (!s || step == 1)
			s = run(true, why);
		else
			s = run(false, why);
		assert_string_equal(why, "");
		assert_int_equal(count(s, "first"), 0);
		assert_int_equal(count(s, "new"), there ? 0 : 3);
		store_close(s);
		assert_int_equal(rows_in("rsm.db.kept-1/rsm.db", "first"), 30);
		assert_int_equal(rows_in("rsm.db.kept-1/rsm.db", "killed"), 3);
		assert_false(sh("ls -d rsm.db.kept-2"));
		if (!there)
			break;
	}
	assert_int_equal(dead, 8);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(damage),	  T(copies),	    T(earlier_run), T(before_marks),
		T(kill_at_start), T(kill_restored), T(rebuild),	    T(kill_rebuild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
