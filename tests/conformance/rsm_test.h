/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the conformance tests are written with: outcomes that are checked and noted, patience, calls in the
 * background. The daemon and its libraries: rig.h. Objects: objects.h. Security descriptors: security.h. */
#ifndef RSM_TEST_H
#define RSM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ntmsapi.h>
#include <pthread.h>

/* ---- outcomes ----
 * OUTCOME(function, code, arguments...) calls the function, demands the code, and notes that this row of
 * outcomes.tsv was proven. The notes go to the file that RSM_MARKS names; coverage.py compares them with the
 * table. */

#define OUTCOME(fn, code, ...) outcome_(#fn, #code, (code), fn(__VA_ARGS__), __FILE__, __LINE__)
/* For a call that was made in another thread or through a helper. */
#define OUTCOME_OF(fn, code, got) outcome_(#fn, #code, (code), (got), __FILE__, __LINE__)
/* OpenNtmsSession fails with that code. */
#define OUTCOME_OPEN(code, ...)                                                                              \
	outcome_("OpenNtmsSession", #code, (code),                                                           \
		 OpenNtmsSessionA(__VA_ARGS__) == INVALID_HANDLE_VALUE ? GetLastError() : 0, __FILE__,       \
		 __LINE__)
/* The rows of the function with these codes can't be shown here (not root, sanitizer ...). */
#define OUTCOME_SKIPPED(fn, code, why) outcome_skipped_(#fn, #code, why)
#define OK(expr) outcome_(NULL, "ERROR_SUCCESS", 0, (expr), __FILE__, __LINE__)

void outcome_(const char *fn, const char *name, DWORD want, DWORD got, const char *file, int line);
void outcome_skipped_(const char *fn, const char *name, const char *why);

/* Names of the API pages that are no codes of the SDK, as functions.md maps them. */
#define ERROR_INVALID_PARTITION ERROR_INVALID_MEDIA

/* ---- patience ---- */

/* Waits for what can only be seen by looking again; fails the test after a minute. */
#define WAIT_UNTIL(condition)                                                                                \
	do {                                                                                                 \
		for (int round_ = 0; !(condition); round_++)                                                 \
			wait_step_(round_, #condition, __FILE__, __LINE__);                                  \
	} while (0)
void wait_step_(int round, const char *what, const char *file, int line);

/* ---- calls that wait, made by a thread ---- */

struct allocation {
	HANDLE session;
	NTMS_GUID pool, side, medium; /* side: null for none */
	DWORD options, timeout;
	NTMS_ALLOCATION_INFORMATION from;
	DWORD code;
	pthread_t thread;
};
void allocation_start(struct allocation *);
DWORD allocation_end(struct allocation *); /* waits for it */

struct mount {
	HANDLE session;
	NTMS_GUID media[4], drives[4];
	DWORD count, options;
	int priority;
	DWORD timeout, code;
	pthread_t thread;
};
void mount_start(struct mount *);
DWORD mount_end(struct mount *);

struct request_wait {
	HANDLE session;
	NTMS_GUID request;
	DWORD timeout, code;
	pthread_t thread;
};
void request_wait_start(struct request_wait *);
DWORD request_wait_end(struct request_wait *);

/* ---- the rest ---- */

extern NTMS_GUID unknown; /* names nothing */
extern NTMS_GUID null_guid;
bool same(NTMS_GUID, NTMS_GUID);
#define assert_same(a, b) assert_true(same((a), (b)))
#define assert_differ(a, b) assert_false(same((a), (b)))

/* main() of a test program: runs the tests (RSM_ONLY=PATTERN in the environment: those), prints the daemons'
 * logs if one failed. */
#define RSM_TESTS(tests, setup, teardown)                                                                    \
	(cmocka_set_test_filter(getenv("RSM_ONLY")),                                                         \
	 rsm_tests_(cmocka_run_group_tests(tests, setup, teardown)))
int rsm_tests_(int failed);

#include "objects.h"
#include "rig.h"
#include "security.h"

/* The file's own rig, with these options, and the group's start and stop. */
#define RSM_RIG(...)                                                                                         \
	static struct rig rig;                                                                               \
	static int start(void **state)                                                                       \
	{                                                                                                    \
		rig_start(&rig, &(struct rig_options){__VA_ARGS__});                                         \
		return 0;                                                                                    \
	}                                                                                                    \
	static int stop(void **state)                                                                        \
	{                                                                                                    \
		rig_stop(&rig);                                                                              \
		return 0;                                                                                    \
	}

/* The session and the first library of the file's rig. */
#define S (rig.session)
#define LIB (&rig.library[0])

#endif
