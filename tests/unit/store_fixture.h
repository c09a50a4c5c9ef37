/* SPDX-License-Identifier: GPL-2.0-or-later
 * A store in a directory of its own, for each test a new one; jobs that leave traces. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "base/cleanup.h"
#include "base/vec.h"
#include "store/sql.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

extern char path[80];
extern struct store *s; /* at path */
extern struct err e;

#define T(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
int set_up(void **state);
int tear_down(void **state);
struct store *store_at(const char *file);
void reopen(void);

/* Jobs: one puts one change, with its own number in the type; one then fails; one puts so many. */
int put(struct txn *t, void *number, struct err *err);
int put_and_fail(struct txn *t, void *number, struct err *err);
int put_many(struct txn *t, void *n, struct err *err);

struct feed {
	struct change changes[200000];
	ptrdiff_t n;
	int64_t oldest;
};
int read_feed(struct txn *t, void *feed, struct err *err);
const struct feed *feed(void);
void assert_no_hole(const struct feed *f);
int wal_frames(void);

/* What came out, in order: numbers of jobs done, negative ones of jobs that failed; posts count in thousands.
 */
typedef VEC(int) ints;
extern ints out;
void start_over(void);
void done(void *number, const struct err *err, int64_t seq);
void wait_for(int n); /* until so many are done */
void assert_out(const int *want, size_t n);

struct numbered {
	struct post post;
	int n;
};
void post(struct txn *t, int n);
void drop(struct post *p);
extern int dropped;

/* Submits a job that holds the writer until go_on is posted, so that those after it become one group. */
void hold_writer(void);
extern sem_t go_on;

#endif
