/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the tests of the controllers share: a world that each test gets new, with some media in it. */
#ifndef TESTS_UNIT_LIBRARY_FIXTURE_H
#define TESTS_UNIT_LIBRARY_FIXTURE_H

#include "library/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

extern struct world w;
extern guid pool;     /* of start_with() */
extern guid media[4]; /* those that are allocated */

/* A test that begins with n media which are free, or allocated; or with nothing: it makes w by itself. */
#define FREE(n, f) LIBRARY_TEST(f, begin_free, n)
#define ALLOCATED(n, f) LIBRARY_TEST(f, begin_allocated, n)
#define NOTHING(f) LIBRARY_TEST(f, NULL, 0)
#define LIBRARY_TEST(f, begin, n)                                                                            \
	cmocka_unit_test_prestate_setup_teardown(f, begin, end, (void *)(intptr_t)(n))

int begin_free(void **n);
int begin_allocated(void **n);
int end(void **state);
/* In the middle of a test: ends the world there is. media[0] is allocated. */
void begin_anew(void);

/* its row, in SQL */
#define MEDIUM(tag) "(SELECT id FROM physical_media WHERE barcode='" tag "')"

#endif
