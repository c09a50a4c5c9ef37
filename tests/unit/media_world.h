/* SPDX-License-Identifier: GPL-2.0-or-later
 * A store in memory with a small library in it, for the tests of media/: no daemon, no robot. Each test runs
 * its steps as jobs; waking of controllers is noted, and the offline library's look at waiting calls is done
 * as its controller would. */
#ifndef MEDIA_WORLD_H
#define MEDIA_WORLD_H

#include "base/cleanup.h"
#include "base/vec.h"
#include "media/access.h"
#include "media/calls.h"
#include "media/model.h"
#include "store/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern struct store *world;
extern int64_t now_ms;				/* the clock */
extern int64_t lib, slots[10], drives[2], port; /* row ids: library "L1", its slots, drives and port */
extern int64_t lto, mo, cdrom;			/* media types: LTO-8, MO (two sides), CD-ROM */
extern struct caller root, user, other; /* an administrator; uid 1000 (group 100), uid 1001 (group 100) */
extern struct err err;
extern guid answered[16];
extern size_t n_answered;

int world_open(void **state);
int world_close(void **state);
bool world_woken(int64_t library); /* since the last time; forgets it */

/* A job, step by step: the writer's thread lends its transaction until job_end(). IO_PENDING counts as done,
 * as in the daemon. */
struct txn *job_begin(void);
int job_end(int rc);
/* JOB(object_changed(t, id, e)): the code. In it t is the job and e its err. */
#define JOB(...)                                                                                             \
	({                                                                                                   \
		struct txn *t = job_begin();                                                                 \
		struct err *e = &err;                                                                        \
		int rc_ = (__VA_ARGS__);                                                                     \
		(void)e;                                                                                     \
		job_end(rc_);                                                                                \
	})
#define OK(...)                                                                                              \
	do {                                                                                                 \
		if (JOB(__VA_ARGS__))                                                                        \
			fail_msg("%s: %s", #__VA_ARGS__, err.why);                                           \
	} while (0)

/* CALL(root, DeleteNtmsMediaPool, &out, .pool = g): the code */
#define CALL(who, fn, out, ...)                                                                              \
	({                                                                                                   \
		struct fn##_in in_ = {__VA_ARGS__};                                                          \
		struct fn##_out *out_ = (out);                                                               \
		struct txn *t_ = job_begin();                                                                \
		job_end(do_##fn(t_, &(who), &in_, out_, &err));                                              \
	})
/* the same, of no interest what it answers */
#define DO(who, fn, ...)                                                                                     \
	({                                                                                                   \
		struct fn##_out none_ = {0};                                                                 \
		int code_ = CALL(who, fn, &none_, __VA_ARGS__);                                              \
		wire_clear(wire_calls[CALL_##fn].out, &none_);                                               \
		code_;                                                                                       \
	})

int64_t number(const char *sql, int64_t id); /* SELECT of one number with one parameter */
guid guid_of(int64_t id);
int64_t row_of(const guid *);
void sql_run(const char *sql);

/* Media: in slot i of L1 (-1: offline), all sides in that state; AVAILABLE ones carry a free label of their
 * own. */
int64_t a_medium(const char *barcode, int64_t type, int slot, uint32_t pool_type, uint32_t state);
int64_t side_of(int64_t medium, uint32_t number);
uint32_t side_state(int64_t side);
guid app_pool(const char *name, int64_t type, uint32_t allocation, uint32_t deallocation, uint32_t max);
int64_t system_pool(uint32_t pool_type, int64_t type);
struct label free_label(const char *id);
struct label tar_label(const char *id);
struct label other_label(enum label_kind);
void grant(int64_t object, const struct caller *, uint32_t mask);

#endif
