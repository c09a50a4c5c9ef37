/* SPDX-License-Identifier: GPL-2.0-or-later
 * A virtual library in a directory of its own, for each test a new one, and its robot. */
#ifndef TESTS_UNIT_VIRTUAL_FIXTURE_H
#define TESTS_UNIT_VIRTUAL_FIXTURE_H

#include "device/changer.h"
#include "device/drive.h"
#include "device/virtual/virtual.h"

#include <ntmstypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/verdict.h"

#define SLOT 1024
#define MAIL 16
#define DRIVE 256

extern char dir[64];
extern struct changer *c; /* of build() */
extern struct verdict v;
extern struct err e;

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
int set_up(void **state);
int tear_down(void **state);

#define sense_is(k, a, q)                                                                                    \
	do {                                                                                                 \
		assert_int_equal(v.key, k);                                                                  \
		assert_int_equal(v.asc, a);                                                                  \
		assert_int_equal(v.ascq, q);                                                                 \
	} while (0)

/* A library as `extra` lines of library.ini say, cartridges TAPE01L8.. in the first slots. */
void build(const char *extra, int cartridges);
void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2))); /* in its directory */
char *url(const char *rest);
struct element element(uint16_t address);
bool on_disk(const char *path);
struct drive *drive(int n);

#endif
