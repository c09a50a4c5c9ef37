/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store_fixture.h"

#include <ntmsapi.h>
#include <pthread.h>
#include <sys/stat.h>

char path[80];
struct store *s;
struct err e;
static char dir[64];

struct store *store_at(const char *file)
{
	struct store *store = NULL;

	if (store_open(&(struct store_config){.path = file}, &store, &e) != 0)
		print_message("# %s\n", e.why);
	return store;
}

int set_up(void **state)
{
	strcpy(dir, "/tmp/store_test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/rsm.db", dir);
	e = (struct err){0};
	s = store_at(path);
	return s ? 0 : -1;
}

int tear_down(void **state)
{
	char command[100];

	if (s)
		store_close(s);
	s = NULL;
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

void reopen(void)
{
	store_close(s);
	s = store_at(path);
	assert_non_null(s);
}

int put(struct txn *t, void *number, struct err *err)
{
	guid g = guid_new();

	return feed_put(t, (uint32_t)(uintptr_t)number, NTMS_OBJ_INSERT, &g, err);
}

int put_and_fail(struct txn *t, void *number, struct err *err)
{
	return put(t, number, err) ? (int)err->code : err_set(err, ERROR_INVALID_MEDIA, "on purpose");
}

int read_feed(struct txn *t, void *arg, struct err *err)
{
	struct feed *f = arg;

	f->n = feed_after(t, 0, f->changes, countof(f->changes), &f->oldest, err);
	return f->n < 0 ? (int)err->code : 0;
}

const struct feed *feed(void)
{
	static struct feed f;

	assert_int_equal(store_read(s, read_feed, &f, &e), 0);
	return &f;
}

ints out;
static pthread_mutex_t out_lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t finished;

static void came_out(int n)
{
	pthread_mutex_lock(&out_lock);
	*vec_add(&out) = n;
	pthread_mutex_unlock(&out_lock);
}

void done(void *number, const struct err *err, int64_t seq)
{
	came_out(err->code ? -(int)(uintptr_t)number : (int)(uintptr_t)number);
	sem_post(&finished);
}

void wait_for(int n)
{
	while (n-- > 0)
		assert_int_equal(sem_wait(&finished), 0);
}

int dropped;

static void deliver(struct post *p)
{
	came_out(1000 * ((struct numbered *)p)->n);
	free(p);
}

void drop(struct post *p)
{
	dropped++;
	free(p);
}

void post(struct txn *t, int n)
{
	struct numbered *p = malloc(sizeof *p);

	*p = (struct numbered){{deliver, drop}, n};
	txn_post(t, &p->post);
}

sem_t go_on;
static sem_t holding;

static int hold(struct txn *t, void *arg, struct err *err)
{
	sem_post(&holding);
	sem_wait(&go_on);
	return 0;
}

void hold_writer(void)
{
	store_submit(s, hold, NULL, NULL);
	sem_wait(&holding);
}

void start_over(void)
{
	vec_free(&out);
	dropped = 0;
	sem_init(&finished, 0, 0);
	sem_init(&holding, 0, 0);
	sem_init(&go_on, 0, 0);
}

void assert_out(const int *want, size_t n)
{
	assert_int_equal(out.n, n);
	assert_memory_equal(out.v, want, n * sizeof *want);
}

int wal_frames(void)
{
	char name[100];
	struct stat st;

	snprintf(name, sizeof name, "%s-wal", path);
	assert_int_equal(stat(name, &st), 0);
	return (int)((st.st_size - 32) / (4096 + 24));
}

int put_many(struct txn *t, void *n, struct err *err)
{
	for (uintptr_t i = 0; i < (uintptr_t)n; i++) {
		if (put(t, (void *)i, err) != 0)
			return (int)err->code;
	}
	return 0;
}

void assert_no_hole(const struct feed *f)
{
	for (ptrdiff_t i = 1; i < f->n; i++)
		assert_true(f->changes[i].seq == f->changes[i - 1].seq + 1);
}
