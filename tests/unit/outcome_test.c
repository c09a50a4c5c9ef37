/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What controllers hear: verdicts become faults, INQUIRY's product names become generations. Pure. */
#include "library/outcome.h"

#include "executor/impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct verdict failed(enum reaction r, uint32_t flags, uint8_t asc)
{
	return (struct verdict){.outcome = OUTCOME_FAILED, .reaction = r, .flags = flags, .asc = asc};
}

static void test_faults(void **state)
{
	static const struct {
		enum reaction reaction;
		uint32_t flags;
		uint8_t asc;
		enum fault fault;
	} rows[] = {
		{REACT_NOW, 0, 0, FAULT_LATER},
		{REACT_WAIT, 0, 0x04, FAULT_LATER},
		{REACT_LATER, 0, 0, FAULT_LATER},
		{REACT_MEDIUM, VF_POSITION, 0x14, FAULT_MEDIUM},
		{REACT_DRIVE, VF_CLEAN, 0, FAULT_DRIVE},
		{REACT_ROBOT, VF_INVENTORY, 0x15, FAULT_ROBOT},
		{REACT_ROBOT, VF_INVENTORY | VF_SOURCE_EMPTY, 0x3B, FAULT_SOURCE_EMPTY},
		{REACT_CANNOT, VF_TARGET_FULL, 0x3B, FAULT_DESTINATION_FULL},
		{REACT_OPERATOR, VF_DOOR | VF_INVENTORY, 0, FAULT_OPERATOR},
		{REACT_CANNOT, 0, 0x24, FAULT_CANNOT},
		{REACT_CANNOT, VF_PREVENTED, 0x53, FAULT_HELD},
		{REACT_LATER, VF_NEEDS_UNLOAD, 0x3B, FAULT_NEEDS_UNLOAD},
		{REACT_CANNOT, VF_ELEMENT | VF_INVENTORY, 0x3B, FAULT_ELEMENT},
		{REACT_CANNOT, 0, 0x30, FAULT_INCOMPATIBLE},
		{REACT_CANNOT, VF_CLEANER, 0x30, FAULT_CLEANER},
		{REACT_CANNOT, VF_PROTECTED, 0x30, FAULT_PROTECTED},
		{REACT_MEDIUM, 0, 0x30, FAULT_MEDIUM},
		{REACT_CANNOT, VF_NO_MEDIUM, 0x3A, FAULT_NO_MEDIUM},
		/* a lost path says nothing about the medium, whatever was met on the way */
		{REACT_PATH, VF_NO_MEDIUM | VF_INVENTORY, 0, FAULT_PATH},
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct verdict v = failed(rows[i].reaction, rows[i].flags, rows[i].asc);

		if (outcome_fault(&v) != rows[i].fault)
			fail_msg("row %zu: fault %d, want %d", i, outcome_fault(&v), rows[i].fault);
	}
}

static void test_done_and_unknown(void **state)
{
	struct verdict v = {.outcome = OUTCOME_DONE, .flags = VF_INVENTORY | VF_NO_MEDIUM};
	struct event ev = {0};

	outcome_fill(&ev, "library a", &v);
	assert_int_equal(ev.outcome, OUTCOME_DONE);
	assert_int_equal(ev.fault, FAULT_OK);
	assert_string_equal(ev.why, "");
	v = (struct verdict){.outcome = OUTCOME_UNKNOWN, .reaction = REACT_MEDIUM, .err = {1, "no answer"}};
	outcome_fill(&ev, "library a", &v);
	assert_int_equal(ev.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ev.fault, FAULT_PATH);
	assert_string_equal(ev.why, "library a: no answer");
}

/* However long the device's text is, it ends inside the event. */
static void test_long_text(void **state)
{
	struct verdict v = failed(REACT_CANNOT, 0, 0);
	struct event ev = {0};
	char who[90];

	memset(who, 'w', sizeof who - 1);
	who[sizeof who - 1] = 0;
	memset(v.err.why, 'x', sizeof v.err.why - 1);
	outcome_fill(&ev, who, &v);
	assert_true(strlen(ev.why) > sizeof ev.why / 2 && strlen(ev.why) < sizeof ev.why);
}

static void test_generations(void **state)
{
	static const char *const rows[][2] = {
		{"ULTRIUM-HH8", "LTO-8"},
		{"ULTRIUM-TD1", "LTO-1"},
		{"ULT3580-TD8", "LTO-8"},
		{"ULT3580-HH9", "LTO-9"},
		{"Ultrium 8-SCSI", "LTO-8"},
		{"Ultrium 10-SCSI", "LTO-10"},
		{"HH LTO-9", "LTO-9"},
		{"LTO-6 HH", "LTO-6"},
		{"HH LTO Gen 7", "LTO-7"},
		{"ULTRIUM-TD", ""},
		{"VIRTUAL TAPE", ""},
		{"03592E08", ""},
		{"LTO", ""},
		{"LTO-0", ""},
		{"", ""},
		{"ULTRIUM", ""},
		{"LTO with a long 8", ""},
	};
	char out[16];

	for (size_t i = 0; i < countof(rows); i++) {
		generation_of(rows[i][0], out);
		if (strcmp(out, rows[i][1]))
			fail_msg("%s: '%s', want '%s'", rows[i][0], out, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_done_and_unknown),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_generations),
	};

	return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
