/* SPDX-License-Identifier: GPL-2.0-or-later
 * READ ELEMENT STATUS, as recorded and as malformed as it may be. */
#include "tests/unit/device_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_short_last_descriptor, with_changer),
		T(refused_fields_are_left_out, with_changer),
		T(answers_in_parts, with_changer),
		T(element_answers_that_contradict_themselves, with_changer),
		T(world_wide_names_of_drives, with_changer),
		T(a_tag_bit_that_lies, with_changer),
		T(any_byte_may_be_wrong, with_changer),
		T(every_length_may_be_wrong, with_changer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
