/* SPDX-License-Identifier: GPL-2.0-or-later
 * A changer or drive that answers as recorded (scsi_mock.h): what can't be provoked on a real device. */
#ifndef TESTS_UNIT_DEVICE_FIXTURE_H
#define TESTS_UNIT_DEVICE_FIXTURE_H

#include "device/changer.h"
#include "device/drive.h"
#include "tests/unit/scsi_mock.h"

#include <ntmstypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/verdict.h"

extern struct changer *c;
extern struct drive *d;
extern struct verdict v;

/* A robot with the transport at 1, slots from 1024 on, a mail slot at 16, drives from 256 on. */
#define MODE_PAGE(slots, drives)                                                                             \
	{                                                                                                    \
		"1a 00 1d 00 ff", "17 00 00 00 1d 12 00 01 00 01 04 00 00 " slots                            \
				  " 00 10 00 01 01 00 00 " drives " 00 00"                                   \
	}
#define NO_HINTS                                                                                             \
	{"1a 00 1e", .sense = SENSE("05", "24", "00")}, {"1a 08 1e", .sense = SENSE("05", "24", "00")},      \
		{"1a 00 1f", .sense = SENSE("05", "24", "00")},                                              \
	{                                                                                                    \
		"1a 08 1f", .sense = SENSE("05", "24", "00")                                                 \
	}

#define T(f, with) cmocka_unit_test_setup_teardown(f, with, tear_down)
int no_device(void **state);
int with_changer(void **state);
int with_drive(void **state);
int tear_down(void **state);

#endif
