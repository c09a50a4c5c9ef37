/* SPDX-License-Identifier: GPL-2.0-or-later
 * Running commands against recorded and malformed answers: what can't be provoked on a real device. */
#include "device/changer.h"
#include "device/drive.h"
#include "device/fence.h"
#include "tests/unit/scsi_mock.h"

#include <ntmstypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct changer *c;
static struct drive *d;
static struct verdict v;

#define done(call)                                                                                           \
	do {                                                                                                 \
		if ((call) != OUTCOME_DONE)                                                                  \
			fail_msg("%s: %s", #call, v.err.why);                                                \
	} while (0)
#define fails(call) assert_int_equal((call), OUTCOME_FAILED)

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

static int no_device(void **state)
{
	c = NULL, d = NULL;
	return 0;
}

static int with_changer(void **state)
{
	d = NULL;
	MOCK(INQUIRY("08", ACME_ROBOT), NO_PAGES, MODE_PAGE("03", "02"), NO_HINTS);
	done(changer_open("mock:", &c, &v));
	return 0;
}

static int with_drive(void **state)
{
	c = NULL;
	MOCK(INQUIRY("01", ACME_ROBOT), NO_PAGES);
	done(drive_open("mock:", &d, &v));
	return 0;
}

static int tear_down(void **state)
{
	mock_finished();
	changer_close(c);
	drive_close(d);
	return 0;
}

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

/* ---- READ ELEMENT STATUS ---- */

/* What tgt 1.0.85 sent: the last descriptor is 8 bytes short. */
#define TGT_SLOTS                                                                                            \
	"04 00 00 03 00 00 00 a4 02 80 00 34 00 00 00 9c "                                                   \
	"04 00 00 00 00 00 00 00 00 00 00 00 20*32 00 00 00 00 00 00 00 00 "                                 \
	"04 01 01 00 00 00 00 00 00 00 00 00 52 49 47 30 30 30 30 32 4c 35 20*22 00 00 00 00 00 00 00 00 "   \
	"04 02 00 00 00 00 00 00 00 00 00 00 20*32"
#define TGT_DRIVES                                                                                           \
	"01 00 00 02 00 00 00 b4 04 80 00 56 00 00 00 ac "                                                   \
	"01 00 01 00 00 00 00 00 00 80 04 00 52 49 47 30 30 30 30 31 4c 35 20*22 00 00 00 00 "               \
	"02 01 00 22 49 45 54 20*5 56 49 52 54 55 41 4c 2d 54 41 50 45 20*4 52 49 47 44 52 56 30 30 31 00 "  \
	"01 01 00 00 00 00 00 00 00 00 00 00 20*32 00 00 00 00 "                                             \
	"02 01 00 22 49 45 54 20*5 56 49 52 54 55 41 4c 2d 54 41 50 45 20*4 52 49"

static void a_short_last_descriptor(void **state)
{
	element_vec els = {0};

	MOCK({"b8 12 04 00 00 03 02", TGT_SLOTS});
	done(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
	assert_int_equal(els.n, 3);
	assert_true(els.v[1].full && !els.v[0].full);
	assert_string_equal(els.v[1].tag, "RIG00002L5");
	assert_int_equal(els.v[2].address, 1026);
	els.n = 0;
	MOCK({"b8 14 01 00 00 02 03", TGT_DRIVES});
	done(changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v));
	assert_int_equal(els.n, 2);
	assert_string_equal(els.v[0].id_vendor, "IET");
	assert_string_equal(els.v[0].id_serial, "RIGDRV001");
	assert_string_equal(els.v[1].id_serial, "RI");
	assert_true(els.v[0].source_valid);
	assert_int_equal(els.v[0].source, 1024);
	vec_free(&els);
}

static void refused_fields_are_left_out(void **state)
{
	element_vec els = {0};
#define REFUSED .sense = SENSE("05", "24", "00")

	/* CURDATA, then identifiers with tags; what was learned is kept */
	MOCK({"b8 14 01 00 00 02 03", REFUSED}, {"b8 14 01 00 00 02 01", REFUSED},
	     {"b8 14 01 00 00 02 00", "01 00 00 02 00 00 00 28 04 00 00 10 00 00 00 20 "
				      "01 00 08 00*13 01 01 08 00*13"});
	done(changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v));
	assert_int_equal(els.n, 2);
	assert_string_equal(els.v[0].id_serial, "");
	els.n = 0;
	MOCK({"b8 11", "00 01 00 01 00 00 00 18 01 00 00 10 00 00 00 10 00 01 00*14"},
	     {"b8 12 04 00 00 03 00", TGT_SLOTS},
	     {"b8 13", "00 10 00 01 00 00 00 18 03 00 00 10 00 00 00 10 00 10 39 00*13"},
	     {"b8 14 01 00 00 02 00",
	      "01 00 00 02 00 00 00 28 04 00 00 10 00 00 00 20 01 00 08 00*13 01 01 08 00*13"},
	     {"b8 04 01 00 00 02 01",
	      "01 00 00 02 00 00 00 70 04 00 00 34 00 00 00 68 "
	      "01 00 0c 00 83 00 00*6 02 01 00 22 49 42 4d 20*5 54 44 38 20*13 31 32 33 34 35 36 "
	      "37 38 39 30 00 00 "
	      "01 01 0c 00 83 00 00*6 02 00 00 04 39 39 38 38 00*32"});
	done(changer_inventory(c, &els, &v));
	assert_int_equal(els.n, 1 + 3 + 1 + 2);
	assert_true(els.v[4].inenab && els.v[4].exenab && els.v[4].full);
	assert_string_equal(els.v[5].id_product, "TD8");
	assert_string_equal(els.v[5].id_serial, "1234567890");
	assert_string_equal(els.v[6].id_serial, "9988");
	assert_false(els.v[5].except);
	vec_free(&els);
}

static void answers_in_parts(void **state)
{
	element_vec els = {0};

	/* the robot sends less than was asked: whole descriptors, and the rest on demand */
	MOCK({"b8 12 04 00 00 03", "04 00 00 03 00 00 00 38 02 00 00 10 00 00 00 30 04 00 00*14"},
	     {"b8 12 04 01 00 02",
	      "04 01 00 02 00 00 00 28 02 00 00 10 00 00 00 20 04 01 00*14 04 02 00*14"});
	done(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
	assert_int_equal(els.n, 3);
	/* one element is asked for, and the rest comes too */
	els.n = 0;
	MOCK({"b8 12 04 01 00 01",
	      "04 01 00 02 00 00 00 28 02 00 00 10 00 00 00 20 04 01 00*14 04 02 00*14"});
	done(changer_read(c, ELEMENT_STORAGE, 1025, 1, &els, &v));
	assert_int_equal(els.n, 1);
	/* fewer exist than the mode page told of */
	els.n = 0;
	MOCK({"b8 12 04 00 00 03", "04 00 00 01 00 00 00 18 02 00 00 10 00 00 00 10 04 00 00*14"},
	     {"b8 12 04 01 00 02", "00*8"});
	done(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
	assert_int_equal(els.n, 1);
	fails(changer_read(c, ELEMENT_STORAGE, 1026, 2, &els, &v));
	vec_free(&els);
}

static void element_answers_that_contradict_themselves(void **state)
{
	static const struct {
		const char *answer, *says;
	} bad[] = {
		{"04 00 00", "3 bytes came"},
		{"04 00 00 03 00 00 00 18 04 00 00 10 00 00 00 10 04 00 00*14", "page of element type 4"},
		{"04 00 00 03 00 00 00 18 02 00 00 04 00 00 00 10 04 00 00*14", "descriptor length of 4"},
		{"04 00 00 03 00 00 00 18 02 00 00 00 00 00 00 10 04 00 00*14", "descriptor length of 0"},
		{"04 00 00 03 00 00 00 1c 02 00 00 10 00 00 00 14 04 00 00*18", "page of 20 bytes"},
		{"04 00 00 03 00 00 00 18 02 00 00 10 00 00 00 10 13 88 00*14",
		 "element 5000; mode page 1Dh"},
		{"04 00 00 03 00 00 00 28 02 00 00 10 00 00 00 20 04 01 00*14 04 01 00*14", "1025 twice"},
		{"04 00 00 03 00 00 00 28 02 00 00 10 00 00 00 20 04 02 00*14 04 00 00*14",
		 "1024 twice, or out of"},
		{"04 00 00 03 00 00 00 00", "announced 3 storage elements"},
		{"ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff*16", "page of element type 255"},
		{"04 00 ff ff 00 ff ff ff 02 c0 ff ff 00 ff ff ff", "announced 65535"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct mock_step step = {"b8 12", bad[i].answer};
		element_vec els = {0};

		mock_expect(&step, 1);
		fails(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
		assert_int_equal(v.reaction, REACT_ROBOT);
		if (!strstr(v.err.why, bad[i].says))
			fail_msg("\"%s\" should say \"%s\"", v.err.why, bad[i].says);
		vec_free(&els);
	}
}

/* Binary designators: the NAA name of the drive; and one that is too short to be a name. */
static void world_wide_names_of_drives(void **state)
{
	element_vec els = {0};

	MOCK({"b8 14", "01 00 00 02 00 00 00 40 04 00 00 1c 00 00 00 38 "
		       "01 00 08 00*9 01 03 00 08 50 01 02 03 04 05 06 07 00*4 "
		       "01 01 08 00*9 01 03 00 04 50 01 02 03 00*8"});
	done(changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v));
	assert_int_equal(els.n, 2);
	assert_string_equal(els.v[0].id_unique, "naa.5001020304050607");
	assert_string_equal(els.v[0].id_serial, "");
	assert_string_equal(els.v[1].id_unique, "");
	vec_free(&els);
}

/* ---- persistent reservations ---- */

#define KEY 0x52534d1122330005
#define KEY_OUT "00*8 52 53 4d 11 22 33 00 05 00*8"
#define HOLDER_OUT "52 53 4d 11 22 33 00 05 00*16"
#define UNREGISTER_OUT HOLDER_OUT
#define NO_KEYS                                                                                              \
	{                                                                                                    \
		"5e 00", "00 00 00 07 00 00 00 00"                                                           \
	}
#define READ_RESERVATION(key)                                                                                \
	{                                                                                                    \
		"5e 01", "00 00 00 07 00 00 00 10 " key " 00 00 00 00 00 06 00 00"                           \
	}
#define FOREIGN "ca fe 00*5 01"

static uint64_t retaken;

static void a_fence(void **state)
{
	MOCK(NO_KEYS, {"5f 06 00 00 00 00 00 00 18", KEY_OUT}, {"5f 01 06 00 00 00 00 00 18", HOLDER_OUT});
	done(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_true(!retaken);
}

static void a_key_tells_whose_it_is(void **state)
{
	guid installation;

	assert_true(guid_parse("112233aa-0000-0000-0000-000000000000", &installation));
	assert_true(fence_key(&installation, 5) == KEY);
	assert_true(fence_key(&installation, 0x10006) == KEY + 1);
}

/* The last run's key is on a path that is no more: it is taken back, what it had sent is aborted. */
static void a_fence_of_an_earlier_run(void **state)
{
	MOCK({"5e 00", "00 00 00 07 00 00 00 10 52 53 4d 11 22 33 00 04 52 53 4d 11 22 33 00 03"},
	     {"5f 06", KEY_OUT},
	     {"5f 05 06 00 00 00 00 00 18", "52 53 4d 11 22 33 00 05 52 53 4d 11 22 33 00 04 00*8"},
	     {"5f 05 06", "52 53 4d 11 22 33 00 05 52 53 4d 11 22 33 00 03 00*8", .status = SCSI_CONFLICT},
	     {"5f 01 06", HOLDER_OUT});
	done(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_true(retaken == KEY - 2);
}

/* A session of this very run was lost, and the new one is another path with the same key. */
static void a_fence_of_a_lost_session(void **state)
{
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 52 53 4d 11 22 33 00 05"}, {"5f 06", KEY_OUT},
	     {"5f 01", HOLDER_OUT, .status = SCSI_CONFLICT}, READ_RESERVATION("52 53 4d 11 22 33 00 05"),
	     {"5f 05 06", "52 53 4d 11 22 33 00 05 52 53 4d 11 22 33 00 05 00*8"});
	done(device_fence(changer_device(c), KEY, &retaken, &v));
}

static void refused_for(const char *text)
{
	fails(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_int_equal(v.err.code, ERROR_BUSY);
	assert_int_equal(v.reaction, REACT_LATER);
	assert_int_equal(v.status, SCSI_CONFLICT);
	if (!strstr(v.err.why, text))
		fail_msg("%s", v.err.why);
	assert_non_null(strstr(v.err.why, "sg_persist"));
}

/* Asked before anything is registered: nothing of ours has to be taken away again. */
static void a_fence_of_another_host(void **state)
{
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 " FOREIGN}, READ_RESERVATION(FOREIGN));
	refused_for("reserved by another host with the key cafe000000000001 (exclusive access, registrants "
		    "only, type 6)");
	/* registered, and nothing is reserved: it is somebody who may come in at any time */
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 " FOREIGN}, {"5e 01", "00 00 00 07 00*4"});
	refused_for("in use by another host with the key cafe000000000001;");
	/* another rsmd, of another store */
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 52 53 4d 99 99 99 00 05"},
	     READ_RESERVATION("52 53 4d 99 99 99 00 05"));
	refused_for("another rsmd with the key 52534d9999990005");
}

static void a_fence_that_another_host_got_first(void **state)
{
	MOCK(NO_KEYS, {"5f 06", KEY_OUT}, {"5f 01", HOLDER_OUT, .status = SCSI_CONFLICT},
	     READ_RESERVATION(FOREIGN), {"5f 00", UNREGISTER_OUT}, READ_RESERVATION(FOREIGN));
	refused_for("key cafe000000000001");
	/* ... which doesn't tell its key */
	MOCK(NO_KEYS, {"5f 06", KEY_OUT, .status = SCSI_CONFLICT}, {"5e 01", .status = SCSI_CONFLICT});
	refused_for("in use by another host;");
}

static void a_robot_that_has_no_fence(void **state)
{
	MOCK({"5e 00", .sense = SENSE("05", "20", "00")});
	fails(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_true(v.flags & VF_UNSUPPORTED);
}

/* 6/2A/03..05 and 6/29: what we held is gone; the command is sent again, and whoever fences hears of it. */
static void a_fence_that_is_taken_away(void **state)
{
	MOCK({"00", .sense = SENSE("06", "2a", "03")}, {"00"}, {"00", .sense = SENSE("06", "2a", "05")},
	     {"00"}, {"00", .sense = SENSE("06", "29", "00")}, {"00"});
	for (int i = 0; i < 3; i++) {
		done(device_ready(changer_device(c), &v));
		assert_true(v.flags & VF_RESERVATION);
	}
	MOCK({"00", .status = SCSI_CONFLICT});
	fails(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_RESERVATION);
	assert_non_null(strstr(v.err.why, "another host has reserved the device"));
}

/* HP MSL as known: the AVOLTAG bit is set, and there is no room for such a tag. */
static void a_tag_bit_that_lies(void **state)
{
	element_vec els = {0};

	MOCK({"b8 14",
	      "01 00 00 02 00 00 00 90 04 c0 00 44 00 00 00 88 "
	      "01 00 01 00 00 00 00 00 00 00 00 00 41 42 43 20*29 00*4 02 00 00 10 31 32 33 34 20*12 "
	      "01 01 08 00*65"});
	done(changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v));
	assert_string_equal(els.v[0].tag, "ABC");
	assert_string_equal(els.v[0].alternate, "");
	assert_string_equal(els.v[0].id_serial, "1234");
	vec_free(&els);
}

/* Every single byte of a good answer, changed in turn: an answer or an error, and ASan content. */
static void any_byte_may_be_wrong(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x04, 0x7F, 0x80, 0xFF};
	static char text[2000];
	uint8_t good[400];
	size_t n = unhex(TGT_DRIVES, good, sizeof good);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sizeof values; k++) {
			struct mock_step steps[3];
			element_vec els = {0};
			char *at = text;

			for (size_t j = 0; j < n; j++)
				at += sprintf(at, "%02x ", j == i ? values[k] : good[j]);
			for (int s = 0; s < 3; s++)
				steps[s] = (struct mock_step){"b8 14", text};
			mock_expect(steps, 3);
			changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v);
			assert_true(els.n <= 6);
			vec_free(&els);
			mock_forget();
		}
}

static void every_length_may_be_wrong(void **state)
{
	for (int n = 0; n < 180; n++) {
		struct mock_step steps[] = {
			{"b8 14", TGT_DRIVES, .short_by = n}, {"b8 14", TGT_DRIVES}, {"b8 14", "00*8"}};
		element_vec els = {0};

		mock_expect(steps, 3);
		changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v);
		vec_free(&els);
		mock_forget();
	}
}

/* ---- drives ---- */

static void states_of_a_drive(void **state)
{
	static const struct {
		const char *sense;
		enum drive_status status;
	} rows[] = {
		{NULL, DRIVE_READY},
		{SENSE("02", "3a", "00"), DRIVE_EMPTY},
		{SENSE("02", "04", "01"), DRIVE_LOADING},
		{SENSE("02", "04", "02"), DRIVE_UNLOADED},
		{SENSE("02", "3a", "04"), DRIVE_UNLOADED},
		{SENSE("02", "30", "03"), DRIVE_CLEANING},
		{SENSE("04", "44", "00"), DRIVE_TROUBLE},
		{"72 04 44 00 00 00 00 00", DRIVE_TROUBLE},
		{"72 02 3a 00 00 00 00 00", DRIVE_EMPTY},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mock_step step = {"00", .sense = rows[i].sense};

		mock_expect(&step, 1);
		assert_int_equal(drive_status(d, &v), rows[i].status);
		assert_int_equal(v.outcome == OUTCOME_DONE, rows[i].status != DRIVE_TROUBLE);
		mock_finished();
	}
}

static void wait_ready_sends_load(void **state)
{
	MOCK({"00", .sense = SENSE("02", "04", "01")}, {"00", .sense = SENSE("02", "04", "02")},
	     {"1b 00 00 00 01"}, {"00", .sense = SENSE("06", "28", "00")}, {"00"});
	done(drive_wait_ready(d, 60000, NULL, NULL, &v));
	MOCK({"00", .sense = SENSE("02", "04", "02")}, {"1b 00 00 00 01"},
	     {"00", .sense = SENSE("02", "04", "02")});
	fails(drive_wait_ready(d, 60000, NULL, NULL, &v));
	assert_true(v.flags & VF_NEEDS_LOAD);
}

static void unload_of_what_is_unloaded(void **state)
{
	MOCK({"1b 00 00 00 00", .sense = SENSE("02", "3a", "00")});
	done(drive_unload(d, &v));
	MOCK({"1b 00 00 00 00", .sense = SENSE("05", "53", "02")});
	fails(drive_unload(d, &v));
	assert_true(v.flags & VF_PREVENTED);
	assert_int_equal(v.err.code, ERROR_BUSY);
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

#define VARIABLE                                                                                             \
	{                                                                                                    \
		"1a 00 00 00 ff", "0b 00 10 08 44 00 00 00 00 00 00 00"                                      \
	}
#define LIMITS                                                                                               \
	{                                                                                                    \
		"05", "00 80 00 00 00 04"                                                                    \
	}
#define REWIND                                                                                               \
	{                                                                                                    \
		"01"                                                                                         \
	}

static void records_and_filemarks(void **state)
{
	struct records r;

	/* two short records (the residue in INFORMATION), a filemark; the transport's count is wrong */
	MOCK(REWIND, {"1a 00 00 00 ff", "0b 00 90 08 44 00 00 00 00 00 04 00"},
	     {"15 10 00 00 0c", "00 00 10 08 44 00 00 00 00 00 00 00"}, LIMITS,
	     {"08 00 01 00 00", "41 42 43", .sense = "f0 00 20 00 00 ff fd 0a 00*10"},
	     {"08 00 01 00 00", "44 45", .sense = "f0 00 20 00 00 ff fe 0a 00*10"},
	     {"08 00 01 00 00", .sense = "f0 00 80 00 01 00 00 0a 00*4 00 01 00*4"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.len[0], 3);
	assert_int_equal(r.len[1], 2);
	assert_memory_equal(r.bytes, "ABCDE", 5);
	assert_false(r.more || r.blank);
	assert_int_equal(v.flags & (VF_ILI | VF_FILEMARK), 0);
	records_free(&r);

	/* a block longer than ours; blank; damaged */
	MOCK(REWIND, VARIABLE, LIMITS, {"08", "41*65536", .sense = "f0 00 20 ff ff 00 00 0a 00*10"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.len[0], 65536);
	assert_true(r.more);
	records_free(&r);
	MOCK(REWIND, VARIABLE, LIMITS, {"08", .sense = "f0 00 08 00 01 00 00 0a 00*4 00 05 00*4"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_true(r.blank);
	records_free(&r);
	MOCK(REWIND, VARIABLE, LIMITS, {"08", .sense = SENSE("03", "11", "00")});
	fails(drive_read_records(d, &r, &v));
	assert_int_equal(v.reaction, REACT_MEDIUM);
	/* a residual larger than the block */
	MOCK(REWIND, VARIABLE, LIMITS, {"08", "41*100", .sense = "f0 00 20 00 0f 00 00 0a 00*10"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 0);
	records_free(&r);
}

/* tgt 1.0.85 transfers the residue's length instead of the block's. */
static void a_block_that_comes_in_part(void **state)
{
	uint8_t buf[8];
	size_t got;

	MOCK({"08 00 00 00 08", "41 42", .sense = "f0 00 20 00 00 00 02 0a 00*10"}, {"11 00 ff ff ff"},
	     {"08 00 00 00 06", "41 42 43 44 45 46"});
	done(drive_read_block(d, buf, sizeof buf, &got, &v));
	assert_int_equal(got, 6);
	assert_memory_equal(buf, "ABCDEF", 6);
	assert_int_equal(v.flags & VF_ILI, 0);
}

static void a_reset_between_two_reads(void **state)
{
	struct records r;

	MOCK(REWIND, VARIABLE, LIMITS, {"08", "41*80", .sense = "f0 00 20 00 00 ff b0 0a 00*10"},
	     {"08", .sense = SENSE("06", "29", "00")}, /* the position is lost: not simply again */
	     REWIND, VARIABLE, LIMITS, {"08", "42*80", .sense = "f0 00 20 00 00 ff b0 0a 00*10"},
	     {"08", .sense = SENSE("08", "00", "05")}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 80);
	assert_int_equal(r.bytes[0], 'B');
	records_free(&r);
}

static void a_write_is_not_repeated(void **state)
{
	static const size_t len[] = {3};

	MOCK(REWIND, VARIABLE, {"0a 00 00 00 03", "61 62 63"}, {"10 00 00 00 02"}, REWIND);
	done(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v));
	MOCK(REWIND, VARIABLE, {"0a", .sense = SENSE("06", "28", "00")});
	fails(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v));
	MOCK(REWIND, VARIABLE, {"0a", .outcome = OUTCOME_UNKNOWN});
	assert_int_equal(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v), OUTCOME_UNKNOWN);
	assert_true(v.flags & VF_POSITION);
	MOCK(REWIND, VARIABLE, {"0a", .sense = SENSE("07", "27", "00")});
	fails(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v));
	assert_int_equal(v.err.code, ERROR_WRITE_PROTECT);
}

static void cartridge_memory(void **state)
{
	struct drive_medium m;

	MOCK({"1a 00 00 00 ff", "0b 8c 90 08 5e 00 00 00 00 00 00 00"},
	     {"8c", "00 00 00 41 00 00 80 00 08 00*6 00 10 04 00 81 00 08 49 42 4d 20*5 04 01 81 00 06 53 31 "
		    "32 33 00 20 "
		    "04 08 80 00 01 80 08 06 81 00 09 42 41 52 43 4f 44 45 31 32 ff ff 80 ff ff"});
	done(drive_medium(d, &m, &v));
	assert_true(m.write_protected && m.worm);
	assert_int_equal(m.remaining, 16 << 20);
	assert_string_equal(m.manufacturer, "IBM");
	assert_string_equal(m.serial, "S123");
	assert_string_equal(m.barcode, "BARCODE12");
	/* no cartridge memory, and asked once only */
	MOCK({"1a", "03 00 00 00"}, {"8c", .sense = SENSE("05", "20", "00")}, {"1a", "03 00 00 00"});
	done(drive_medium(d, &m, &v));
	assert_string_equal(m.serial, "");
	done(drive_medium(d, &m, &v));
	MOCK({"1a", .sense = SENSE("02", "3a", "00")});
	fails(drive_medium(d, &m, &v));
}

static void labels_of_disks(void **state)
{
	struct records r;

	MOCK(INQUIRY("07", ACME_ROBOT), NO_PAGES, {"25", "00 00 00 03 00 00 02 00"},
	     {"28 00 00 00 00 00 00 00 04", "41*2048"});
	done(drive_open("mock:", &d, &v));
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 2048);
	assert_false(r.more);
	records_free(&r);
	MOCK({"25", "00 00 00 03 00 00 00 00"});
	fails(drive_read_records(d, &r, &v));
	MOCK({"25", "ff ff ff fe ff ff ff ff"});
	fails(drive_read_records(d, &r, &v));
}

int main(void)
{
#define T(f, with) cmocka_unit_test_setup_teardown(f, with, tear_down)
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
		T(a_short_last_descriptor, with_changer),
		T(refused_fields_are_left_out, with_changer),
		T(answers_in_parts, with_changer),
		T(element_answers_that_contradict_themselves, with_changer),
		T(world_wide_names_of_drives, with_changer),
		T(a_fence, with_changer),
		T(a_key_tells_whose_it_is, with_changer),
		T(a_fence_of_an_earlier_run, with_changer),
		T(a_fence_of_a_lost_session, with_changer),
		T(a_fence_of_another_host, with_changer),
		T(a_fence_that_another_host_got_first, with_changer),
		T(a_robot_that_has_no_fence, with_changer),
		T(a_fence_that_is_taken_away, with_changer),
		T(a_tag_bit_that_lies, with_changer),
		T(any_byte_may_be_wrong, with_changer),
		T(every_length_may_be_wrong, with_changer),
		T(states_of_a_drive, with_drive),
		T(wait_ready_sends_load, with_drive),
		T(unload_of_what_is_unloaded, with_drive),
		T(quirk_lines_reach_the_device, no_device),
		T(records_and_filemarks, with_drive),
		T(a_block_that_comes_in_part, with_drive),
		T(a_reset_between_two_reads, with_drive),
		T(a_write_is_not_repeated, with_drive),
		T(cartridge_memory, with_drive),
		T(labels_of_disks, no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
