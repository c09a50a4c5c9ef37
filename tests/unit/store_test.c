/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The store against real files: order, undo, group commit, full disks, kills at each failure point, damaged
 * and foreign files, readers beside the writer, and what the schema itself refuses. */
#include "base/cleanup.h"
#include "base/vec.h"
#include "store/sql.h"

#include <ntmsapi.h>

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static char dir[64], path[80];
static struct store *s;
static struct err e;

/* ---- helpers ---- */

static struct store *store_at(const char *file)
{
	struct store *store = NULL;

	if (store_open(&(struct store_config){.path = file}, &store, &e) != 0)
		print_message("# %s\n", e.why);
	return store;
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/store_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/rsm.db", dir);
	e = (struct err){0};
	s = store_at(path);
	return s ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[100];

	if (s)
		store_close(s);
	s = NULL;
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

static void reopen(void)
{
	store_close(s);
	s = store_at(path);
	assert_non_null(s);
}

/* A job that puts one change, with its own number in the type; and one that then fails. */
static int put(struct txn *t, void *number, struct err *err)
{
	guid g = guid_new();

	return feed_put(t, (uint32_t)(uintptr_t)number, NTMS_OBJ_INSERT, &g, err);
}

static int put_and_fail(struct txn *t, void *number, struct err *err)
{
	return put(t, number, err) ? (int)err->code : err_set(err, ERROR_INVALID_MEDIA, "on purpose");
}

struct feed {
	struct change changes[200000];
	ptrdiff_t n;
	int64_t oldest;
};

static int read_feed(struct txn *t, void *arg, struct err *err)
{
	struct feed *f = arg;

	f->n = feed_after(t, 0, f->changes, countof(f->changes), &f->oldest, err);
	return f->n < 0 ? (int)err->code : 0;
}

static const struct feed *feed(void)
{
	static struct feed f;

	assert_int_equal(store_read(s, read_feed, &f, &e), 0);
	return &f;
}

/* What came out, in order: numbers of jobs done, negative ones of jobs that failed; posts count in thousands.
 */
static VEC(int) out;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t finished;

static void came_out(int n)
{
	pthread_mutex_lock(&out_lock);
	*vec_add(&out) = n;
	pthread_mutex_unlock(&out_lock);
}

static void done(void *number, const struct err *err, int64_t seq)
{
	came_out(err->code ? -(int)(uintptr_t)number : (int)(uintptr_t)number);
	sem_post(&finished);
}

static void wait_for(int n)
{
	while (n-- > 0)
		assert_int_equal(sem_wait(&finished), 0);
}

struct numbered {
	struct post post;
	int n;
};

static int dropped;

static void deliver(struct post *p)
{
	came_out(1000 * ((struct numbered *)p)->n);
	free(p);
}

static void drop(struct post *p)
{
	dropped++;
	free(p);
}

static void post(struct txn *t, int n)
{
	struct numbered *p = malloc(sizeof *p);

	*p = (struct numbered){{deliver, drop}, n};
	txn_post(t, &p->post);
}

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

/* A job that holds the writer until release() so that those after it become one group. */
static sem_t holding, go_on;

static int hold(struct txn *t, void *arg, struct err *err)
{
	sem_post(&holding);
	sem_wait(&go_on);
	return 0;
}

static void hold_writer(void)
{
	store_submit(s, hold, NULL, NULL);
	sem_wait(&holding);
}

static void start_over(void)
{
	vec_free(&out);
	dropped = 0;
	sem_init(&finished, 0, 0);
	sem_init(&holding, 0, 0);
	sem_init(&go_on, 0, 0);
}

static void assert_out(const int *want, size_t n)
{
	assert_int_equal(out.n, n);
	assert_memory_equal(out.v, want, n * sizeof *want);
}

/* ---- order, undo, groups ---- */

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

static int wal_frames(void)
{
	char name[100];
	struct stat st;

	snprintf(name, sizeof name, "%s-wal", path);
	assert_int_equal(stat(name, &st), 0);
	return (int)((st.st_size - 32) / (4096 + 24));
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

static int put_many(struct txn *t, void *n, struct err *err)
{
	for (uintptr_t i = 0; i < (uintptr_t)n; i++) {
		if (put(t, (void *)i, err) != 0)
			return (int)err->code;
	}
	return 0;
}

static void assert_no_hole(const struct feed *f)
{
	for (ptrdiff_t i = 1; i < f->n; i++)
		assert_true(f->changes[i].seq == f->changes[i - 1].seq + 1);
}

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

/* ---- what goes wrong ---- */

static int fill(struct txn *t, void *arg, struct err *err)
{
	/* the database may not grow any more */
	sql_get(t, err, "PRAGMA max_page_count=1", "", "i", &(int64_t){0});
	post(t, 8);
	while (sql_do(t, err, "INSERT INTO meta VALUES(randomblob(3000), 1)", "") == 0)
		;
	/* whatever a job does after that error, nothing of it stays */
	put(t, NULL, &(struct err){0});
	return (int)err->code;
}

static void test_full(void **state)
{
	ptrdiff_t n;

	start_over();
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	assert_int_equal(store_run(s, fill, NULL, &e), ERROR_DATABASE_FULL);
	assert_non_null(strstr(e.why, "space"));
	assert_int_equal(dropped, 1);
	n = feed()->n;
	assert_int_equal(n, 1);
	/* and the store works on */
	reopen();
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	assert_int_equal(feed()->n, 2);
}

static int put_blob(struct txn *t, void *arg, struct err *err)
{
	post(t, 5);
	return put(t, arg, err) || sql_do(t, err, "INSERT INTO meta VALUES(randomblob(9000), 1)", "") ? -1
												      : 0;
}

/* A COMMIT that can't be written (the log hits a limit of file size): every job of the group is told, no post
 * gets out. */
static void test_commit_fails(void **state)
{
	struct rlimit old, tight;
	int n = 0;

	start_over();
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = (rlim_t)(wal_frames() + 1) * (4096 + 24);
	signal(SIGXFSZ, SIG_IGN);
	hold_writer();
	for (uintptr_t i = 1; i <= 4; i++)
		store_submit(s, i == 3 ? put_and_fail : put_blob, done, (void *)i);
	setrlimit(RLIMIT_FSIZE, &tight);
	sem_post(&go_on);
	wait_for(4);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_out((const int[]){-1, -2, -3, -4}, 4);
	assert_int_equal(dropped, 3);
	n = (int)feed()->n;
	assert_int_equal(n, 1);
	assert_int_equal(store_run(s, put_blob, NULL, &e), 0);
	assert_int_equal(feed()->n, 2);
	assert_no_hole(feed());
	reopen();
	assert_int_equal(feed()->n, 2);
}

/* In a child: jobs that each tell a pipe their number after the commit. Then the parent looks at what is in
 * the file. */
static int told;

static void tell(struct post *p)
{
	struct numbered *n = (struct numbered *)p;

	assert_int_equal(write(told, &n->n, sizeof n->n), sizeof n->n);
	free(p);
}

static int put_and_tell(struct txn *t, void *number, struct err *err)
{
	struct numbered *p = malloc(sizeof *p);

	*p = (struct numbered){{tell, drop}, (int)(uintptr_t)number};
	txn_post(t, &p->post);
	return put(t, number, err);
}

static void run_child(const char *fail)
{
	struct store *store;

	setenv("RSM_FAIL", fail, 1);
	store = store_at(path);
	for (uintptr_t i = 1; store && i <= 40; i++) {
		store_submit(store, put_and_tell, NULL, (void *)i);
		if (i % 7 == 0)
			store_run(store, put_and_fail, (void *)1000, &e);
	}
	if (store)
		store_close(store);
	_exit(0);
}

static int crash(const char *point, int passage)
{
	char spec[64];
	int fds[2], n, status, last = 0;
	pid_t child;

	snprintf(spec, sizeof spec, "%s:%d", point, passage);
	assert_int_equal(pipe(fds), 0);
	told = fds[1];
	child = fork();
	if (child == 0)
		run_child(spec);
	close(fds[1]);
	while (read(fds[0], &n, sizeof n) == sizeof n) {
		assert_int_equal(n, last + 1); /* told in order */
		last = n;
	}
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return last;
}

static void test_kill(void **state)
{
	static const char *const points[] = {"job", "commit", "committed", "posted"};

	for (size_t i = 0; i < countof(points); i++) {
		for (int passage = 1; passage <= 4; passage++) {
			int last;

			tear_down(state);
			set_up(state);
			store_close(s);
			s = NULL;
			last = crash(points[i], passage);
			s = store_at(path);
			assert_non_null(s);
			assert_no_hole(feed());
			assert_true(feed()->n >= last); /* nothing was told that isn't there */
			for (ptrdiff_t k = 0; k < feed()->n; k++)
				assert_int_equal(feed()->changes[k].type, k + 1);
			assert_int_equal(store_run(s, put, NULL, &e), 0);
		}
	}
}

static void test_fail_as_error(void **state)
{
	setenv("RSM_FAIL", "commit:2e", 1);
	reopen();
	unsetenv("RSM_FAIL");
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	assert_int_equal(store_run(s, put, NULL, &e), ERROR_DATABASE_FAILURE);
	assert_int_equal(store_run(s, put, NULL, &e), 0);
	assert_int_equal(feed()->n, 2);
	assert_no_hole(feed());
}

/* ---- files that are not to be opened ---- */

static void test_locked(void **state)
{
	char pid[32];

	assert_null(store_at(path));
	assert_int_equal(e.code, ERROR_BUSY);
	snprintf(pid, sizeof pid, "process %d ", (int)getpid());
	assert_non_null(strstr(e.why, pid));
	reopen(); /* the lock ends with its holder */
}

static int run_sqlite(const char *sql)
{
	char command[300];

	snprintf(command, sizeof command, "sqlite3 %s \"%s\" >/dev/null", path, sql);
	return system(command);
}

static void refuse(const char *text)
{
	struct stat before, after;

	assert_int_equal(stat(path, &before), 0);
	assert_null(store_at(path));
	assert_int_equal(e.code, ERROR_DATABASE_FAILURE);
	if (!strstr(e.why, text) || !strstr(e.why, path))
		fail_msg("%s", e.why);
	assert_int_equal(stat(path, &after), 0);
	assert_true(before.st_size == after.st_size && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
}

static void test_newer(void **state)
{
	store_close(s);
	s = NULL;
	assert_int_equal(run_sqlite("PRAGMA user_version=4711"), 0);
	refuse("schema 4711");
}

static void test_foreign(void **state)
{
	store_close(s);
	s = NULL;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(run_sqlite("CREATE TABLE recipe(name)"), 0);
	refuse("another program");
}

static void overwrite(off_t at, const char *bytes, size_t n)
{
	auto_fd int fd = open(path, O_RDWR);

	assert_int_equal(pwrite(fd, bytes, n, at), n);
}

static void test_no_database(void **state)
{
	store_close(s);
	s = NULL;
	overwrite(0, "Dear diary, today", 17);
	refuse("damaged");
}

static void test_truncated(void **state)
{
	store_close(s);
	s = NULL;
	assert_int_equal(truncate(path, 8192 + 100), 0);
	refuse("damaged");
}

/* Damage further in. */
static void test_damaged_page(void **state)
{
	static char rubbish[10 * 4096];
	struct stat st;

	assert_int_equal(store_run(s, put_many, (void *)5000, &e), 0);
	store_close(s);
	s = NULL;
	memset(rubbish, 0xA5, sizeof rubbish);
	assert_int_equal(stat(path, &st), 0);
	overwrite(st.st_size - 2 * (off_t)sizeof rubbish, rubbish, sizeof rubbish);
	refuse("damaged");
}

/* Damage that comes while the store is open is found by who steps on it, and named. */
static void test_damaged_later(void **state)
{
	static char rubbish[10 * 4096];
	static struct feed f;
	struct stat st;

	assert_int_equal(store_run(s, put_many, (void *)5000, &e), 0);
	reopen(); /* the rows are in the file, not in its log */
	memset(rubbish, 0xA5, sizeof rubbish);
	assert_int_equal(stat(path, &st), 0);
	overwrite(st.st_size - 2 * (off_t)sizeof rubbish, rubbish, sizeof rubbish);
	assert_int_equal(store_read(s, read_feed, &f, &e), ERROR_DATABASE_FAILURE);
	assert_non_null(strstr(e.why, "damaged"));
	assert_non_null(strstr(e.why, "put a copy back"));
	assert_non_null(strstr(e.why, "--rebuild"));
}

static void test_no_directory(void **state)
{
	assert_null(store_at("/nonexistent/rsm.db"));
	assert_non_null(strstr(e.why, "/nonexistent/rsm.db"));
}

static void test_private(void **state)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* ---- what the schema refuses ---- */

static int run_sql(struct txn *t, void *sql, struct err *err) { return sql_do(t, err, sql, ""); }

static void allowed(const char *sql)
{
	if (store_run(s, run_sql, (void *)sql, &e) != 0)
		fail_msg("%s", e.why);
}

static void refused(const char *sql, const char *why)
{
	assert_int_equal(store_run(s, run_sql, (void *)sql, &e), ERROR_DATABASE_FAILURE);
	if (!strstr(e.why, why))
		fail_msg("%s", e.why);
}

static void test_schema(void **state)
{
	allowed("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<30) "
		"INSERT INTO object(id, guid, type, created, modified) SELECT i, randomblob(16), 0, 0, 0 "
		"FROM n");
	allowed("INSERT INTO library(id, key, library_type) VALUES(1, 'a', 0), (2, 'b', 0)");
	allowed("INSERT INTO media_type(id, key, code, sides, rw, device_type) VALUES(3, 'LTO-8', 0, 1, 0, "
		"0)");
	allowed("INSERT INTO media_pool(id, pool_type, path) VALUES(4, 0, 'free'), (5, 0, 'work')");
	allowed("INSERT INTO slot(id, library, number, element) VALUES(6, 1, 1, 1000), (7, 1, 2, 1001), (8, "
		"2, 1, 1000)");
	refused("INSERT INTO slot(id, library, number, element) VALUES(9, 1, 3, 1001)", "UNIQUE");
	allowed("INSERT INTO physical_media(id, library, pool, media_type, place) VALUES(10, 1, 4, 3, 6), "
		"(11, 1, 4, 3, 7)");

	/* a place holds one medium, also in doubt or turned over; the shelf has no places */
	refused("UPDATE physical_media SET place=6, inverted=1, verified=0 WHERE id=11", "UNIQUE");
	refused("INSERT INTO physical_media(id, library, pool, media_type, place) VALUES(12, 1, 4, 3, 6)",
		"UNIQUE");
	allowed("UPDATE physical_media SET place=NULL");
	allowed("UPDATE physical_media SET place=6 WHERE id=11");

	/* a logical medium exactly while the side is Allocated or Complete */
	allowed("INSERT INTO side(id, medium, number, pool, library, state) VALUES(13, 11, 0, 4, 1, 4)");
	allowed("INSERT INTO logical_media(id, pool) VALUES(14, 4)");
	refused("UPDATE side SET state=5 WHERE id=13", "CHECK");
	refused("UPDATE side SET lmid=14 WHERE id=13", "CHECK");
	allowed("UPDATE side SET lmid=14, state=5 WHERE id=13");
	allowed("UPDATE side SET state=6 WHERE id=13");
	refused("UPDATE side SET state=4 WHERE id=13", "CHECK");
	allowed("INSERT INTO side(id, medium, number, pool, library, state) VALUES(15, 11, 1, 4, 1, 4)");
	refused("UPDATE side SET lmid=14, state=5 WHERE id=15", "UNIQUE");
	refused("DELETE FROM logical_media WHERE id=14", "FOREIGN KEY");
	refused("DELETE FROM library WHERE id=1", "FOREIGN KEY");
	refused("INSERT INTO physical_media(id, library, pool, media_type) VALUES(16, 4, 4, 3)",
		"FOREIGN KEY");
}

/* Counts and the copies in `side` follow the medium by themselves. */
static int check_counts(struct txn *t, void *arg, struct err *err)
{
	int64_t n[4], side[2];

	assert_int_equal(sql_get(t, err,
				 "SELECT (SELECT media_count FROM library WHERE id=1), (SELECT media_count "
				 "FROM library "
				 "WHERE id=2), (SELECT media_count FROM media_pool WHERE id=4), (SELECT "
				 "media_count FROM "
				 "media_pool WHERE id=5)",
				 "", "iiii", &n[0], &n[1], &n[2], &n[3]),
			 0);
	assert_memory_equal(n, arg, sizeof n);
	assert_int_equal(
		sql_get(t, err,
			"SELECT side.library=m.library, side.pool=m.pool FROM side JOIN physical_media m ON "
			"m.id=side.medium",
			"", "ii", &side[0], &side[1]),
		0);
	assert_true(side[0] && side[1]);
	return 0;
}

static void test_counts(void **state)
{
	test_schema(state);
	assert_int_equal(store_read(s, check_counts, (int64_t[]){2, 0, 2, 0}, &e), 0);
	allowed("UPDATE physical_media SET library=2, pool=5, place=8 WHERE id=11");
	assert_int_equal(store_read(s, check_counts, (int64_t[]){1, 1, 1, 1}, &e), 0);
	allowed("DELETE FROM physical_media WHERE id=10");
	assert_int_equal(store_read(s, check_counts, (int64_t[]){0, 1, 0, 1}, &e), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(order),	 T(wake),	   T(group),	    T(log_is_emptied), T(sql_mistakes),
		T(types),	 T(nested),	   T(feed_pruned),  T(feed_undone),    T(readers),
		T(memory),	 T(full),	   T(commit_fails), T(kill),	       T(fail_as_error),
		T(locked),	 T(newer),	   T(foreign),	    T(no_database),    T(truncated),
		T(damaged_page), T(damaged_later), T(no_directory), T(private),	       T(schema),
		T(counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
