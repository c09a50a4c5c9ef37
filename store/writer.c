/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one writer. It takes all jobs that wait, runs each inside a savepoint of one transaction, commits once,
 * and only then lets anything out: the posts of each job, then its answer, in the order of the jobs. */
#include "base/clock.h"
#include "base/log.h"
#include "store/impl.h"

#include <ntmstypes.h>

#include <assert.h>
#include <semaphore.h>
#include <string.h>

enum { GROUP_MAX = 256, ROUNDS_MAX = 10000 };

struct job {
	job_fn *fn;
	job_done *done;
	void *arg;
	struct job *next;
	size_t posts; /* its posts end here in store.posts */
	struct err e; /* how it ended: e.code 0 is well */
};

/* ---- what a job can do besides SQL ---- */

int64_t txn_now(const struct txn *t) { return t->now; }
bool txn_writable(const struct txn *t) { return t->writable; }

void txn_wake(struct txn *t, int64_t key)
{
	assert(t->writable);
	vec_each(k, &t->store->woken) {
		if (*k == key)
			return;
	}
	*vec_add(&t->store->woken) = key;
}

void txn_post(struct txn *t, struct post *p)
{
	assert(t->writable);
	*vec_add(&t->store->posts) = p;
}

static void drop_posts(struct store *s, size_t from)
{
	while (s->posts.n > from) {
		struct post *p = s->posts.v[--s->posts.n];

		p->drop(p);
	}
}

/* ---- one job ---- */

static int wake(struct txn *t, struct err *e)
{
	struct store *s = t->store;

	for (int rounds = 0; s->woken.n; rounds++) {
		int64_t key = s->woken.v[0];

		if (rounds == ROUNDS_MAX)
			return err_set(e, ERROR_DATABASE_FAILURE, "controller %lld keeps waking itself",
				       (long long)key);
		memmove(s->woken.v, s->woken.v + 1, --s->woken.n * sizeof(*s->woken.v));
		if (s->config.woken && s->config.woken(t, key, s->config.woken_arg, e) != 0)
			return (int)e->code;
	}
	return 0;
}

static int run_fn(struct txn *t, struct job *j)
{
	if (fail_point("job", &j->e) != 0)
		return -1;
	if (j->fn(t, j->arg, &j->e) != 0 || wake(t, &j->e) != 0) {
		if (j->e.code == 0)
			err_set(&j->e, ERROR_DATABASE_FAILURE, "a job failed without a reason");
		return -1;
	}
	j->e = (struct err){0};
	return 0;
}

/* Back to where the job began. If SQLite has undone the whole transaction by itself, there is no savepoint
 * left: see run_group(). */
static void undo_job(struct store *s, bool alone)
{
	struct err e;

	if (sqlite3_get_autocommit(s->writer->db))
		return;
	if (alone)
		conn_do(s->writer, "ROLLBACK", &e);
	else if (conn_do(s->writer, "ROLLBACK TO job", &e) == 0)
		conn_do(s->writer, "RELEASE job", &e);
}

/* The job inside its savepoint, so that it is undone without the others; alone, the transaction is its own.
 */
static void run_job(struct store *s, struct job *j, bool alone)
{
	struct txn t = {
		.store = s, .conn = s->writer, .writable = true, .now = s->config.now(s->config.now_arg)};
	size_t posts = s->posts.n;
	int64_t seq = s->seq;

	s->woken.n = 0;
	memset(s->told, 0, sizeof s->told);
	if ((alone || conn_do(s->writer, "SAVEPOINT job", &j->e) == 0) && run_fn(&t, j) == 0 && !alone)
		conn_do(s->writer, "RELEASE job", &j->e);
	if (j->e.code != 0) {
		drop_posts(s, posts);
		s->seq = seq;
		undo_job(s, alone);
	}
	j->posts = s->posts.n;
}

/* ---- one group ---- */

/* The transaction is gone: its jobs up to `end` with it. */
static void lose(struct store *s, struct job *from, const struct job *end, const struct err *why)
{
	drop_posts(s, 0);
	for (struct job *j = from; j != end; j = j->next) {
		if (j->e.code == 0)
			j->e = *why;
		j->posts = 0;
	}
}

static int commit(struct store *s, struct err *e)
{
	struct err ignored;

	if (s->marks.n) /* what is marked isn't committed before the mark is gone */
		return 0;
	if (fail_point("commit", e) != 0 || conn_do(s->writer, "COMMIT", e) != 0) {
		if (!sqlite3_get_autocommit(s->writer->db))
			conn_do(s->writer, "ROLLBACK", &ignored);
		log_error("store: nothing of the last group of jobs was kept: %s", e->why);
		return (int)e->code;
	}
	return 0;
}

/* Runs the jobs and commits. An error that makes SQLite undo the whole transaction (a full disk, for one)
 * takes the jobs before it along; those after it get a new transaction. */
static bool run_group(struct store *s, struct job *jobs)
{
	bool alone = !jobs->next && !s->marks.n;
	struct job *from = jobs;
	int64_t seq = s->seq;
	struct err e = {0};

	for (struct job *j = jobs; j; j = j->next) {
		if (sqlite3_get_autocommit(s->writer->db) && conn_do(s->writer, "BEGIN IMMEDIATE", &e) != 0) {
			lose(s, j, NULL, &e);
			return false;
		}
		run_job(s, j, alone);
		if (sqlite3_get_autocommit(s->writer->db)) {
			lose(s, from, j->next, &j->e);
			s->seq = seq;
			from = j->next;
		}
	}
	if (from && commit(s, &e) != 0) {
		lose(s, from, NULL, &e);
		s->seq = seq;
		return false;
	}
	return from != NULL;
}

static void deliver(struct store *s, struct job *jobs)
{
	VEC(struct post *) posts = {s->posts.v, s->posts.n, s->posts.cap};
	struct job *next;
	size_t i = 0;

	s->posts.v = NULL;
	s->posts.n = s->posts.cap = 0;
	for (struct job *j = jobs; j; j = next) {
		next = j->next;
		for (; i < j->posts; i++)
			posts.v[i]->deliver(posts.v[i]);
		if (j->done)
			j->done(j->arg, &j->e, s->seq);
		free(j);
	}
	vec_free(&posts);
}

/* ---- marks ---- */

int store_mark(struct store *s, struct err *e)
{
	assert(s->config.single && !s->working);
	*vec_add(&s->marks) = s->seq;
	return conn_do(s->writer, "SAVEPOINT mark", e);
}

int store_rewind(struct store *s, struct err *e)
{
	assert(s->marks.n && !s->working);
	s->seq = s->marks.v[s->marks.n - 1];
	return conn_do(s->writer, "ROLLBACK TO mark", e);
}

int store_unmark(struct store *s, struct err *e)
{
	int rc = store_rewind(s, e);

	s->marks.n--;
	return rc ? rc : conn_do(s->writer, "RELEASE mark", e);
}

int store_put_back(struct store *s, size_t marks, struct err *e)
{
	snprintf(s->restored, sizeof s->restored, "it lacks what was done in %zu steps", marks);
	s->mark.sequence = s->seq;
	for (; marks > 1; marks--)
		TRY(store_unmark(s, e));
	return store_rewind(s, e);
}

/* ---- the thread and its queue ---- */

static struct job *take(struct store *s)
{
	struct job *jobs, **end;
	int n = 0;

	pthread_mutex_lock(&s->mutex);
	while (!s->first && !s->closing && !s->config.single)
		pthread_cond_wait(&s->cond, &s->mutex);
	jobs = s->first;
	for (end = &s->first; *end && n < GROUP_MAX; n++)
		end = &(*end)->next;
	s->first = *end;
	if (!s->first)
		s->last = &s->first;
	pthread_mutex_unlock(&s->mutex);
	if (n)
		*end = NULL;
	return jobs;
}

static int64_t wall_clock(void *unused) { return clock_now(); }

static void *writer(void *store)
{
	struct store *s = store;
	struct job *jobs;
	struct err e;
	bool committed;

	while ((jobs = take(s))) {
		if (s->memory)
			pthread_mutex_lock(&s->use);
		committed = run_group(s, jobs);
		if (s->memory)
			pthread_mutex_unlock(&s->use);
		if (committed && s->mark.fd >= 0) {
			s->mark.sequence = s->seq;
			mark_update(&s->mark);
		}
		fail_point("committed", &e);
		deliver(s, jobs);
		fail_point("posted", &e);
		if (committed && s->config.committed)
			s->config.committed(s, s->config.committed_arg);
		wal_tend(s);
	}
	return NULL;
}

static struct job *job_new(job_fn *fn, job_done *done, void *arg)
{
	struct job *j = malloc(sizeof *j);

	if (!j) {
		log_error("out of memory");
		abort();
	}
	*j = (struct job){.fn = fn, .done = done, .arg = arg};
	return j;
}

void store_submit(struct store *s, job_fn *fn, job_done *done, void *arg)
{
	struct job *j = job_new(fn, done, arg);
	bool idle;

	pthread_mutex_lock(&s->mutex);
	*s->last = j;
	s->last = &j->next;
	idle = s->config.single && !s->working;
	s->working |= idle;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->mutex);
	if (idle) { /* else a thread does it, or the call further up that delivers a post */
		writer(s);
		s->working = false;
	}
}

struct waiter {
	job_fn *fn;
	void *arg;
	struct err *e;
	sem_t done;
};

static int run_waiter(struct txn *t, void *arg, struct err *e)
{
	struct waiter *w = arg;

	return w->fn(t, w->arg, e);
}

static void wake_waiter(void *arg, const struct err *e, int64_t seq)
{
	struct waiter *w = arg;

	*w->e = *e;
	sem_post(&w->done);
}

int store_run(struct store *s, job_fn *fn, void *arg, struct err *e)
{
	struct waiter w = {.fn = fn, .arg = arg, .e = e};

	assert(s->config.single ? !s->working : !pthread_equal(pthread_self(), s->thread));
	sem_init(&w.done, 0, 0);
	store_submit(s, run_waiter, wake_waiter, &w);
	while (sem_wait(&w.done) != 0)
		; /* a signal */
	sem_destroy(&w.done);
	return (int)e->code;
}

int writer_start(struct store *s, struct err *e)
{
	int rc;

	s->last = &s->first;
	if (!s->config.now)
		s->config.now = wall_clock;
	wal_watch(s);
	if (conn_int(s->writer, "SELECT ifnull(max(seq), 0) FROM change", &s->seq, e) != 0)
		return (int)e->code;
	if (s->config.single)
		return 0;
	rc = pthread_create(&s->thread, NULL, writer, s);
	if (rc != 0)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no thread for the writer: %s", strerror(rc));
	return 0;
}

void writer_stop(struct store *s)
{
	pthread_mutex_lock(&s->mutex);
	s->closing = true;
	pthread_cond_signal(&s->cond);
	pthread_mutex_unlock(&s->mutex);
	if (!s->config.single)
		pthread_join(s->thread, NULL);
	vec_free(&s->posts);
	vec_free(&s->woken);
	vec_free(&s->marks);
}
