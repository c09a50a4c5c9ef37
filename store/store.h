/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The store: one writer, snapshot readers, and nothing leaves before COMMIT.
 *
 * A job is a function that runs on the writer's thread inside a savepoint. Jobs that wait are committed as
 * one group, with one fsync. A job that returns non-zero is undone alone. Whatever a job wants the world to
 * see (a reply, an event, a device action) it hands to txn_post(); posts are delivered after the commit, in
 * order, or dropped with the job or with a failed commit. There is no other way out, so nothing can leave
 * early.
 *
 * Rows are the only state. A controller that is told "wake" reads the rows it needs; nothing has to be
 * reloaded when a commit fails.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"
#include "base/guid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct txn;

typedef int job_fn(struct txn *, void *arg, struct err *);
/* After COMMIT (e->code 0, seq: the number of the last change committed) or instead of it (e says why).
 * Runs on the writer's thread: hand over and return. */
typedef void job_done(void *arg, const struct err *e, int64_t seq);

struct store_config {
	/* Of the SQLite file; beside it stands PATH.lock, held by the one process that has it open.
	 * ":memory:" for tests and the simulator: one connection behind a lock, so a reader waits while a
	 * group of jobs runs. */
	const char *path;
	/* A file outside the store that tells how far it has come (mark.h): a store that was put back from a
	 * copy is recognised by it. NULL: none, and nothing is. Must live as long as the store. */
	const char *mark;
	/* Put what stands at the path aside, and begin with an empty store. */
	bool rebuild;
	/* No writer's thread: jobs run at once, on the thread that hands them in, each in a group of its own.
	 * For one thread in all, on a store in memory: a simulation. */
	bool single;
	int64_t (*now)(void *); /* the clock; NULL: clock_now() */
	void *now_arg;
	/* Called on the writer's thread inside the savepoint of each job that succeeded, once for each key
	 * woken by txn_wake() in it (keys woken meanwhile included): this is where library controllers
	 * decide. */
	int (*woken)(struct txn *, int64_t key, void *arg, struct err *);
	void *woken_arg;
	/* Called on the writer's thread after each group commit: the earliest deadline may have changed. */
	void (*committed)(struct store *, void *arg);
	void *committed_arg;
};

/* Before the first store is opened, in a program that never has a second thread: it is cheaper then. */
void store_alone(void);

/* Opens or creates, migrates to the newest schema, starts the writer. A damaged file, a newer schema, a file
 * of another program: refused with the reason and what to do; not a byte of it, its log or its index is
 * changed. */
int store_open(const struct store_config *, struct store **, struct err *);
/* Finishes the jobs that wait, then stops the writer. No other thread may be inside a store function, or just
 * be ending. */
void store_close(struct store *);

/* From any thread. done may be NULL. */
void store_submit(struct store *, job_fn *, job_done *, void *arg);
/* Submits and waits for the commit; returns 0 or the code. Not from the writer's thread. */
int store_run(struct store *, job_fn *, void *arg, struct err *);
/* Runs fn on the calling thread against a snapshot, on a connection of that thread, which ends with the
 * thread. fn must not write, nor call store_run() or store_read(); nor may a job call store_read(). */
int store_read(struct store *, job_fn *, void *arg, struct err *);

/* For a proof that tries one way after the other; stores that are `single` alone, and not inside a job.
 * store_mark(): the rows as they are now; marks nest. store_rewind(): as they were at the last mark, which
 * stays. store_unmark(): rewinds, and forgets the last mark. store_put_back(): as they were `marks` marks
 * ago, as if a copy made then had been put back while no rsmd ran. */
int store_mark(struct store *, struct err *);
int store_rewind(struct store *, struct err *);
int store_unmark(struct store *, struct err *);
int store_put_back(struct store *, size_t marks, struct err *);

/* ---- inside a job ---- */

int64_t txn_now(const struct txn *); /* the time of the job, milliseconds: constant within it */
bool txn_writable(const struct txn *);
void txn_wake(struct txn *, int64_t key); /* key: the row id of a library */

struct post {
	void (*deliver)(struct post *); /* after COMMIT, on the writer's thread; owns and frees the post */
	void (*drop)(struct post *);	/* the job was undone; owns and frees the post */
};
void txn_post(struct txn *, struct post *);
/* A line in the log, once what it tells is committed. */
void txn_note(struct txn *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Once for each run, before any other job that has an effect outside: a new epoch and incarnation (in
 * `meta`), which the mark hears of first. why: "", or why the store is taken for one restored from a copy. */
int store_begin(struct txn *, char why[300], struct err *);

/* ---- change feed: sequence numbers are given in commit order and have no holes that fill later ---- */

struct change {
	int64_t seq;
	uint32_t type; /* NTMS object type */
	uint32_t op;   /* NTMS_OBJ_INSERT ... */
	guid object;
};
int feed_put(struct txn *, uint32_t type, uint32_t op, const guid *, struct err *);
int feed_put_row(struct txn *, int64_t object, uint32_t op, struct err *); /* there must be one */
/* Has this job told a change of that row's object before? One record for all of them will do. (Asked of the
 * last few only.) */
bool feed_told(struct txn *, int64_t object);
/* Changes after seq, at most max; returns how many, or -1. *oldest: the oldest number still kept. */
ptrdiff_t feed_after(struct txn *, int64_t seq, struct change *, size_t max, int64_t *oldest, struct err *);

/* ---- failure points, for tests ----
 * RSM_FAIL=NAME:N in the environment makes the N-th passage of that point kill the process (SIGKILL), or
 * return an error when N is followed by 'e'. Names: "job" (before a job runs), "commit" (before COMMIT),
 * "committed" (after COMMIT, before posts), "posted" (after posts), "aside" (each step of putting an old
 * store aside), and those that upper layers add ("action", "outcome" in executor/). */
int fail_point(const char *name, struct err *);

#endif
