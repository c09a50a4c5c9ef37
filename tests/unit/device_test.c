/* SPDX-License-Identifier: GPL-2.0-or-later
 * A command and its answer, and what a device says it is: recorded and malformed answers. */
#include "tests/unit/device_fixture.h"

/* ---- one command ---- */

static void unit_attentions_are_passed(void **state)
{
	MOCK({"00", .sense = SENSE("06", "29", "00")}, {"00", .sense = SENSE("06", "28", "01")}, {"00"});
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_IE && v.flags & VF_CONFIG && v.flags & VF_RESERVATION);
}

static void unit_attentions_without_end(void **state)
{
#define UA {"00", .sense = SENSE("06", "29", "00")}
	MOCK(UA, UA, UA, UA, UA, UA, UA, UA, UA, UA, UA);
	fails(device_ready(changer_device(c), &v));
	assert_int_equal(v.reaction, REACT_NOW);
}

static void a_move_after_an_attention_is_sent_again(void **state)
{
	MOCK({"a5 00 00 00 04 00 01 00", .sense = SENSE("06", "28", "00")}, {"a5 00 00 00 04 00 01 00"});
	done(changer_move(c, 0, 1024, 256, false, &v));
	assert_true(v.flags & VF_INVENTORY);
}

static void a_move_that_is_not_understood_had_old_addresses(void **state)
{
	MOCK({"a5", .sense = SENSE("05", "24", "00")});
	fails(changer_move(c, 0, 1024, 256, false, &v));
	assert_true(v.flags & VF_CONFIG && v.flags & VF_INVENTORY);
	MOCK({"a6", .sense = SENSE("05", "24", "00")});
	fails(changer_exchange(c, 1024, 256, 1025, &v));
	assert_false(v.flags & VF_CONFIG); /* some robots don't do it between any two */
}

static void an_aborted_move_is_not_sent_again(void **state)
{
	MOCK({"a5", .sense = SENSE("0b", "08", "00")});
	assert_int_equal(changer_move(c, 0, 1024, 256, false, &v), OUTCOME_UNKNOWN);
	assert_true(v.flags & VF_INVENTORY);
	MOCK({"a5", .status = SCSI_ABORTED});
	assert_int_equal(changer_move(c, 0, 1024, 256, false, &v), OUTCOME_UNKNOWN);
	MOCK({"00", .sense = SENSE("0b", "08", "00")}, {"00"});
	done(device_ready(changer_device(c), &v));
}

static void a_lost_move_is_unknown(void **state)
{
	MOCK({"a5", .outcome = OUTCOME_UNKNOWN});
	assert_int_equal(changer_move(c, 0, 1024, 256, false, &v), OUTCOME_UNKNOWN);
	assert_int_equal(v.reaction, REACT_PATH);
	MOCK({"a5", .outcome = OUTCOME_FAILED});
	fails(changer_move(c, 0, 1024, 256, false, &v));
	MOCK({"00", .outcome = OUTCOME_UNKNOWN}, {"00", .new_session = true});
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_RESERVATION);
	MOCK({"00", .outcome = OUTCOME_UNKNOWN}, {"00", .outcome = OUTCOME_UNKNOWN});
	assert_int_equal(device_ready(changer_device(c), &v), OUTCOME_UNKNOWN);
}

static void busy_and_conflict(void **state)
{
	MOCK({"00", .status = SCSI_BUSY}, {"00", .status = SCSI_TASK_SET_FULL}, {"00"});
	done(device_ready(changer_device(c), &v));
	MOCK({"00", .status = SCSI_CONFLICT});
	fails(device_ready(changer_device(c), &v));
	assert_int_equal(v.reaction, REACT_LATER);
	assert_non_null(strstr(v.err.why, "reserved"));
}

static void sense_that_says_nothing(void **state)
{
	MOCK({"a5", .sense = ""});
	fails(changer_move(c, 0, 1024, 256, false, &v));
	assert_int_equal(v.reaction, REACT_ROBOT);
	assert_true(v.flags & VF_INVENTORY);
	MOCK({"a5", .sense = SENSE("04", "a7", "19")});
	fails(changer_move(c, 0, 1024, 256, false, &v));
	assert_int_equal(v.reaction, REACT_ROBOT);
	assert_non_null(strstr(v.err.why, "4/A7/19"));
	assert_non_null(strstr(v.err.why, "unknown to us"));
}

/* ---- identity ---- */

static void wrong_kinds(void **state)
{
	MOCK(INQUIRY("01", ACME_ROBOT));
	fails(changer_open("mock:", &c, &v));
	assert_int_equal(v.err.code, ERROR_INVALID_PARAMETER);
	assert_non_null(strstr(v.err.why, "not a medium changer"));
	MOCK({"12", "7f 00*35"});
	fails(changer_open("mock:", &c, &v));
	assert_int_equal(v.reaction, REACT_PATH);
	MOCK({"12", "08 80 05 02"});
	fails(changer_open("mock:", &c, &v));
	assert_int_equal(v.err.code, ERROR_INVALID_DATA);
	fails(changer_open("teapot:", &c, &v));
	assert_non_null(strstr(v.err.why, "teapot:"));
}

static void passwords_are_not_shown(void **state)
{
	static const char *const rows[][2] = {
		{"iscsi://joe%secret@host:3260/iqn.x:y/1", "iscsi://joe@host:3260/iqn.x:y/1"},
		{"iscsi://joe@host/iqn.x:y%3A/1", "iscsi://joe@host/iqn.x:y%3A/1"},
		{"iscsi://host/iqn.x%40@y/1", "iscsi://host/iqn.x%40@y/1"},
		{"virtual:/a/b%c@d", "virtual:/a/b%c@d"},
	};
	char shown[100];

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(url_shown(rows[i][0], shown, sizeof shown), rows[i][1]);
	fails(changer_open("iscsi://joe%secret@host", &c, &v));
	assert_null(strstr(v.err.why, "secret"));
}

static void vital_pages(void **state)
{
	const struct identity *id;

	MOCK(INQUIRY("01", ACME_ROBOT), {"12 01 80", "01 80 00 0a 20 20 53 4e 31 32 33 20 20 20"},
	     {"12 01 83",
	      "01 83 00 20 02 01 00 04 41 42 43 20 01 13 00 02 11 22 01 03 00 08 50 01 02 03 04 05 06 07"
	      " 01 02 00 ff"});
	done(drive_open("mock:", &d, &v));
	id = device_identity(drive_device(d));
	assert_string_equal(id->serial, "SN123");
	assert_string_equal(id->unique, "naa.5001020304050607");
	drive_close(d), d = NULL;
	/* lengths that lead out of what came */
	MOCK(INQUIRY("01", ACME_ROBOT), {"12 01 80", "01 80 ff ff 41 42"},
	     {"12 01 83", "01 83 ff ff 01 03 00 ff 50"});
	done(drive_open("mock:", &d, &v));
	id = device_identity(drive_device(d));
	assert_string_equal(id->serial, "AB");
	assert_string_equal(id->unique, "");
}

static void mode_pages(void **state)
{
	/* refuses DBD=0; block descriptors are skipped */
	MOCK(INQUIRY("08", ACME_ROBOT), NO_PAGES, {"1a 00 1d", .sense = SENSE("05", "24", "00")},
	     {"1a 08 1d", "1f 00 00 08 00*8 1d 12 00 01 00 01 04 00 00 03 00 10 00 00 01 00 00 01 00 00"},
	     {"1a 00 1e", "07 00 00 00 1e 02 01 00"},
	     {"1a 00 1f", "17 00 00 00 1f 12 0e 00 00 0e 0e 0c 00*12"});
	done(changer_open("mock:", &c, &v));
	assert_int_equal(changer_shape(c)->of[ELEMENT_IE].count, 0);
	assert_true(changer_shape(c)->rotates);
	assert_int_equal(changer_shape(c)->moves[ELEMENT_DRIVE], 0x0C);
}

static void bad_mode_pages(void **state)
{
	static const struct {
		const char *page, *says;
	} bad[] = {
		{"17 00 00 00 1d 12 00 01", "doesn't hold that page whole"},
		{"03 00 00 00", "doesn't hold that page whole"},
		{"ff 00 00 ff 1d 12", "doesn't hold that page whole"},
		{"09 00 00 00 1d 04 00 01 00 01", "has 6 bytes"},
		{"17 00 00 00 1d 12 00 01 00 01 ff f0 00 20 00 10 00 01 01 00 00 02 00 00",
		 "leave the 16-bit"},
		{"17 00 00 00 1d 12 00 01 00 01 00 10 00 20 00 10 00 01 01 00 00 02 00 00", "overlap"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct mock_step steps[] = {INQUIRY("08", ACME_ROBOT), NO_PAGES, {"1a 00 1d", bad[i].page}};

		mock_expect(steps, sizeof steps / sizeof *steps);
		fails(changer_open("mock:", &c, &v));
		assert_int_equal(v.err.code, ERROR_INVALID_DATA);
		assert_non_null(strstr(v.err.why, bad[i].says));
	}
}

static void quirk_lines_reach_the_device(void **state)
{
	struct err e;

	assert_int_equal(quirk_add("\"ACME\" \"ROBOT*\" loej no_prevent=1", &e), 0);
	MOCK(INQUIRY("01", ACME_ROBOT), NO_PAGES, {"1b 00 00 00 02"});
	done(drive_open("mock:", &d, &v));
	quirk_forget_added();
	done(drive_unload(d, &v));
	fails(drive_prevent(d, true, &v));
	assert_true(v.flags & VF_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(unit_attentions_are_passed, with_changer),
		T(unit_attentions_without_end, with_changer),
		T(a_move_after_an_attention_is_sent_again, with_changer),
		T(a_move_that_is_not_understood_had_old_addresses, with_changer),
		T(an_aborted_move_is_not_sent_again, with_changer),
		T(a_lost_move_is_unknown, with_changer),
		T(busy_and_conflict, with_changer),
		T(sense_that_says_nothing, with_changer),
		T(wrong_kinds, no_device),
		T(passwords_are_not_shown, no_device),
		T(vital_pages, no_device),
		T(mode_pages, no_device),
		T(bad_mode_pages, no_device),
		T(quirk_lines_reach_the_device, no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
