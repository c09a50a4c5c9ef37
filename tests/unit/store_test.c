/* SPDX-License-Identifier: GPL-2.0-or-later
 * Jobs on a real file: their order, what is undone, group commit; the feed; readers beside the writer. */
#include "tests/unit/store_fixture.h"

#include <ntmsapi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

/* ---- order, undo, groups ---- */

static int put_and_post(struct txn *t, void *number, struct err *err)
{
	post(t, (int)(uintptr_t)number);
	return put(t, number, err);
}

static int post_and_fail(struct txn *t, void *number, struct err *err)
{
	put_and_post(t, number, err);
	return err_set(err, ERROR_INVALID_MEDIA, "on purpose");
}

static void test_order(void **state)
{
	start_over();
	hold_writer();
	for (uintptr_t i = 1; i <= 3; i++)
		store_submit(s, i == 2 ? post_and_fail : put_and_post, done, (void *)i);
	assert_int_equal(out.n, 0);
	sem_post(&go_on);
	wait_for(3);
	assert_out((const int[]){1000, 1, -2, 3000, 3}, 5);
	assert_int_equal(dropped, 1);
	assert_int_equal(feed()->n, 2);
	assert_int_equal(feed()->changes[0].type, 1);
	assert_int_equal(feed()->changes[1].type, 3);
	assert_int_equal(feed()->changes[1].seq, feed()->changes[0].seq + 1);
}

static int woken_keys[10], n_woken;

static int woken(struct txn *t, int64_t key, void *arg, struct err *err)
{
	woken_keys[n_woken++] = (int)key;
	if (key == 1) {
		txn_wake(t, 3);
		txn_wake(t, 2); /* waits already */
	}
	if (key == 9)
		return err_set(err, ERROR_INVALID_LIBRARY, "no");
	post(t, (int)key);
	return put(t, NULL, err);
}

static int wake(struct txn *t, void *key, struct err *err)
{
	txn_wake(t, (int64_t)(intptr_t)key);
	txn_wake(t, 2);
	return put(t, NULL, err);
}

static int wake_and_fail(struct txn *t, void *key, struct err *err)
{
	txn_wake(t, 7);
	return err_set(err, ERROR_INVALID_MEDIA, "on purpose");
}

static void test_wake(void **state)
{
	const int in_order[] = {1, 2, 3, 9};

	store_close(s);
	assert_int_equal(store_open(&(struct store_config){.path = path, .woken = woken}, &s, &e), 0);
	start_over();
	n_woken = 0;
	assert_int_equal(store_run(s, wake, (void *)1, &e), 0);
	assert_int_equal(n_woken, 3);
	assert_int_equal(feed()->n, 4);
	assert_int_equal(store_run(s, wake_and_fail, NULL, &e), ERROR_INVALID_MEDIA);
	assert_int_equal(n_woken, 3);
	/* a controller that fails undoes the job and what other controllers did */
	assert_int_equal(store_run(s, wake, (void *)9, &e), ERROR_INVALID_LIBRARY);
	assert_string_equal(e.why, "no");
	assert_int_equal(n_woken, 4);
	assert_memory_equal(woken_keys, in_order, sizeof in_order);
	assert_int_equal(feed()->n, 4);
	assert_out((const int[]){1000, 2000, 3000}, 3);
}

/* 64 jobs that waited are one commit: each page they change is written once. */
static void test_group(void **state)
{
	int before;

	start_over();
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	before = wal_frames();
	hold_writer();
	for (uintptr_t i = 1; i <= 64; i++)
		store_submit(s, put, done, (void *)i);
	sem_post(&go_on);
	wait_for(64);
	assert_int_equal(feed()->n, 65);
	assert_in_range(wal_frames() - before, 1, 8);
	for (int i = 0; i < 64; i++)
		assert_int_equal(out.v[i], i + 1);
}

static int put_large(struct txn *t, void *arg, struct err *err)
{
	return sql_do(t, err, "INSERT INTO meta VALUES(randomblob(16), zeroblob(400000))", "");
}

/* The log goes into the file every 4,000 pages, and begins anew. */
static void test_log_is_emptied(void **state)
{
	for (int i = 0; i < 100; i++) /* 10,000 pages */
		assert_int_equal(store_run(s, put_large, NULL, &e), 0);
	assert_in_range(wal_frames(), 1000, 5000);
}

static int autocommit_guard(struct txn *t, void *arg, struct err *err)
{
	assert_int_equal(put(t, NULL, err), 0);
	sql_get(t, err, "SELECT 1", "", "i", &(int64_t){0});
	assert_int_equal(sql_do(t, err, "INSERT INTO no_such_table VALUES(1)", ""), ERROR_DATABASE_FAILURE);
	assert_non_null(strstr(err->why, "no_such_table"));
	assert_int_equal(sql_do(t, err, "INSERT INTO meta VALUES(?, 1)", "ti", "a", (int64_t)1),
			 ERROR_DATABASE_FAILURE);
	assert_int_equal(sql_do(t, err, "SELECT 1; SELECT 2", ""), ERROR_DATABASE_FAILURE);
	return 0;
}

static void test_sql_mistakes(void **state)
{
	assert_int_equal(store_run(s, autocommit_guard, NULL, &e), 0);
	assert_int_equal(feed()->n, 1);
	assert_int_equal(store_read(s, put, NULL, &e), ERROR_DATABASE_FAILURE);
	assert_non_null(strstr(e.why, "must not write"));
}

/* ---- SQL ---- */

static int all_types(struct txn *t, void *arg, struct err *err)
{
	const char *insert = "INSERT INTO meta VALUES(?, ?)", *get = "SELECT value FROM meta WHERE key=?";
	guid g = guid_new(), h;
	auto_free char *text = NULL;
	auto_free void *blob = NULL;
	char cut[4];
	int64_t i = 5;
	uint32_t u;
	int d;
	size_t n;

	assert_int_equal(sql_do(t, err, insert, "ti", "i", INT64_MIN), 0);
	assert_int_equal(sql_do(t, err, insert, "tu", "u", UINT32_MAX), 0);
	assert_int_equal(sql_do(t, err, insert, "td", "d", -7), 0);
	assert_int_equal(sql_do(t, err, insert, "tg", "g", &g), 0);
	assert_int_equal(sql_do(t, err, insert, "tt", "t", "a\u00e9\u00e9"), 0);
	assert_int_equal(sql_do(t, err, insert, "tb", "b", "\0x", (size_t)2), 0);
	assert_int_equal(sql_do(t, err, insert, "tf", "f", (int64_t)0), 0);
	assert_int_equal(sql_changes(t), 1);

	assert_int_equal(sql_get(t, err, get, "t", "none", "i", &i), SQL_NONE);
	assert_int_equal(i, 5);
	assert_int_equal(sql_get(t, err, get, "t", "i", "i", &i), 0);
	assert_true(i == INT64_MIN);
	assert_int_equal(sql_get(t, err, get, "t", "u", "u", &u), 0);
	assert_true(u == UINT32_MAX);
	assert_int_equal(sql_get(t, err, get, "t", "d", "d", &d), 0);
	assert_int_equal(d, -7);
	assert_int_equal(sql_get(t, err, get, "t", "g", "g", &h), 0);
	assert_true(guid_eq(&g, &h));
	assert_int_equal(sql_get(t, err, get, "t", "t", "t", &text), 0);
	assert_string_equal(text, "a\u00e9\u00e9");
	assert_int_equal(sql_get(t, err, get, "t", "t", "T", cut, sizeof cut), 0);
	assert_string_equal(cut, "a\u00e9"); /* not half a character */
	assert_int_equal(sql_get(t, err, get, "t", "b", "b", &blob, &n), 0);
	assert_int_equal(n, 2);
	assert_memory_equal(blob, "\0x", 2);
	assert_int_equal(sql_get(t, err, get, "t", "f", "g", &h), 0);
	assert_true(guid_is_null(&h));
	assert_int_equal(sql_get(t, err, "SELECT value IS NULL FROM meta WHERE key='f'", "", "i", &i), 0);
	assert_int_equal(i, 1);

	assert_int_equal(sql_one(t, err, "UPDATE meta SET value=0 WHERE key=?", "t", "none"),
			 ERROR_DATABASE_FAILURE);
	assert_int_equal(sql_one(t, err, "UPDATE meta SET value=0 WHERE key=?", "t", "i"), 0);
	return 0;
}

static void test_types(void **state) { assert_int_equal(store_run(s, all_types, NULL, &e), 0); }

/* The same statement inside itself: each walk has its own. */
static int count_down(struct txn *t, int64_t below, struct err *err)
{
	int n = 1;
	auto_rows struct rows *r =
		sql_rows(t, err, "SELECT seq FROM change WHERE seq<? ORDER BY seq", "i", below);

	while (rows_next(r))
		n += count_down(t, rows_i64(r, 0), err);
	assert_false(rows_failed(r));
	return n;
}

static int nested(struct txn *t, void *arg, struct err *err)
{
	for (int i = 0; i < 8; i++)
		put(t, NULL, err);
	assert_int_equal(count_down(t, 9, err), 256);
	return 0;
}

static void test_nested(void **state) { assert_int_equal(store_run(s, nested, NULL, &e), 0); }

/* ---- the feed ---- */

static void test_feed_pruned(void **state)
{
	const struct feed *f;

	assert_int_equal(store_run(s, put_many, (void *)100500, &e), 0);
	f = feed();
	assert_in_range(f->n, 100000, 100100);
	assert_int_equal(f->changes[f->n - 1].seq, 100500);
	assert_int_equal(f->oldest, f->changes[0].seq);
	assert_no_hole(f);
	reopen();
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	assert_int_equal(feed()->changes[feed()->n - 1].seq, 100501);
}

static void test_feed_undone(void **state)
{
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(store_run(s, i % 3 ? put_and_fail : put, NULL, &e),
				 i % 3 ? ERROR_INVALID_MEDIA : 0);
	assert_int_equal(feed()->n, 35);
	assert_no_hole(feed());
}

/* ---- readers ---- */

static atomic_bool stop;

/* Each job writes two changes: a snapshot holds an even number, and the same at both looks. */
static int put_two(struct txn *t, void *arg, struct err *err) { return put_many(t, (void *)2, err); }

static int look_twice(struct txn *t, void *arg, struct err *err)
{
	const char *sql = "SELECT count(*) FROM change";
	int64_t first, second;

	if (sql_get(t, err, sql, "", "i", &first) != 0)
		return (int)err->code;
	sched_yield();
	if (sql_get(t, err, sql, "", "i", &second) != 0)
		return (int)err->code;
	if (first != second || first % 2)
		return err_set(err, ERROR_DATABASE_FAILURE, "saw %lld, then %lld", (long long)first,
			       (long long)second);
	*(int64_t *)arg = first;
	return 0;
}

static void *reader(void *arg)
{
	struct err *why = arg;
	int64_t seen, last = 0;

	do {
		if (store_read(s, look_twice, &seen, why) != 0)
			return why;
		if (seen < last) {
			err_set(why, ERROR_DATABASE_FAILURE, "went back from %d to %d", (int)last, (int)seen);
			return why;
		}
		last = seen;
	} while (!stop);
	return NULL;
}

static void read_while_writing(int jobs)
{
	pthread_t threads[3];
	struct err why[3] = {{0}};
	void *failed;

	stop = false;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader, &why[i]), 0);
	for (int i = 0; i < jobs; i++)
		assert_int_equal(store_run(s, put_two, NULL, &e), 0);
	stop = true;
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], &failed);
		if (failed)
			fail_msg("%s", why[i].why);
	}
	assert_int_equal(feed()->n, 2 * jobs);
}

static void test_readers(void **state) { read_while_writing(300); }

static void test_memory(void **state)
{
	store_close(s);
	s = store_at(":memory:");
	assert_non_null(s);
	read_while_writing(300);
	assert_int_equal(access(":memory:.lock", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(order),  T(wake),	   T(group),	   T(log_is_emptied), T(sql_mistakes), T(types),
		T(nested), T(feed_pruned), T(feed_undone), T(readers),	      T(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
