/* SPDX-License-Identifier: GPL-2.0-or-later
 * What goes wrong with a store: full disks, kills at each failure point, damaged and foreign files. */
#include "tests/unit/store_fixture.h"

#include <fcntl.h>
#include <ntmsapi.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(full),	  T(commit_fails), T(kill),	   T(fail_as_error), T(locked),
		T(newer),	  T(foreign),	   T(no_database), T(truncated),     T(damaged_page),
		T(damaged_later), T(no_directory), T(private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
