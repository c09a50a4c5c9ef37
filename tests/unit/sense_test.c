/* SPDX-License-Identifier: GPL-2.0-or-later
 * The sense table, both formats of sense data, the exceptions of elements, and the quirk table. */
#include "base/cleanup.h"
#include "device/pattern.h"
#include "device/quirks.h"
#include "device/sense.h"
#include "tests/unit/scsi_mock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct verdict v;

static void decode(const char *hex, enum device_kind kind)
{
	uint8_t sense[252];
	size_t n = unhex(hex, sense, sizeof sense);

	sense_decode(sense, n, kind, "ACME", "THING", &v);
}

/* ---- the table ---- */

struct row {
	const char *vendor, *product;
	int kind, key, asc, from, to, reaction;
	unsigned flags;
	const char *name, *tell;
};

#define ANY KIND_ANY
#define CHG KIND_CHANGER
#define DRV KIND_DRIVE
#define XX 0xFF
/* flags don't matter here */
enum {
	INV,
	IEF,
	CFG,
	POS,
	LOCKS,
	CLEAN,
	KEYS,
	NOMED,
	LOAD,
	UNLOAD,
	HELD,
	INIT,
	WP,
	BLANK,
	MARK,
	EOMF,
	NOCMD,
	CLEANER,
	NOSRC,
	FULLF,
	DOOR,
	ELEM,
	USED
};

static const struct row rows[] = {
#define S(vendor, product, kind, key, asc, from, to, reaction, flags, name, tell)                            \
	{vendor, product, kind, key, asc, from, to, REACT_##reaction, flags, name, tell},
#include "device/sense.def"
#undef S
};

/* A string that the pattern fits. */
static const char *example(const char *pattern, char buf[32])
{
	snprintf(buf, 32, "%s", pattern);
	if (strchr(buf, '*'))
		*strchr(buf, '*') = 0;
	return buf;
}

static bool reached(const struct row *r)
{
	char vendor[32], product[32];

	for (int kind = CHG; kind <= DRV; kind++)
		for (int q = r->from; q <= r->to; q++) {
			uint8_t s[18] = {0x70,
					 0,
					 (uint8_t)(r->key == XX ? 0x3 : r->key),
					 [7] = 10,
					 [12] = (uint8_t)r->asc,
					 [13] = (uint8_t)q};

			if (r->kind != ANY && r->kind != kind)
				continue;
			sense_decode(s, sizeof s, kind, example(r->vendor, vendor),
				     example(r->product, product), &v);
			if (v.name == r->name || (v.name && strcmp(v.name, r->name) == 0 &&
						  v.reaction == (enum reaction)r->reaction))
				return true;
		}
	return false;
}

static void every_row_can_be_reached(void **state)
{
	for (size_t i = 0; i < countof(rows); i++) {
		const struct row *r = &rows[i];

		assert_true(r->from <= r->to && r->key <= 0xF + (r->key == XX) * 0xF0);
		if (!reached(r))
			fail_msg("row %X/%02X/%02X \"%s\" is hidden by one before it", r->key, r->asc,
				 r->from, r->name);
		/* an operator is told what to do */
		assert_true(r->reaction != REACT_OPERATOR || r->tell);
	}
}

static void every_code_has_a_reaction(void **state)
{
	for (int kind = CHG; kind <= DRV; kind++)
		for (int key = 0; key < 16; key++)
			for (int asc = 0; asc < 256; asc++)
				for (int q = 0; q < 256; q += 5) {
					uint8_t s[18] = {0x70,
							 0,
							 (uint8_t)key,
							 [7] = 10,
							 [12] = (uint8_t)asc,
							 [13] = (uint8_t)q};
					char text[200];

					sense_decode(s, sizeof s, kind, "", "", &v);
					assert_true(v.reaction <= REACT_CANNOT);
					assert_int_equal(v.outcome == OUTCOME_DONE, v.reaction == REACT_DONE);
					sense_text(&v, text, sizeof text);
					assert_true(strlen(text) > 10);
				}
}

static void what_matters_most(void **state)
{
	static const struct {
		const char *codes;
		enum device_kind kind;
		enum reaction reaction;
		uint32_t flags;
	} facts[] = {
		{"02 3a 00", DRV, REACT_CANNOT, VF_NO_MEDIUM},
		{"02 04 01", DRV, REACT_WAIT, 0},
		{"02 04 01", CHG, REACT_WAIT, 0},
		{"02 04 02", CHG, REACT_WAIT, VF_INITIALIZE},
		{"02 04 02", DRV, REACT_CANNOT, VF_NEEDS_LOAD},
		{"02 04 18", CHG, REACT_OPERATOR, VF_DOOR | VF_INVENTORY},
		{"03 53 00", CHG, REACT_MEDIUM, VF_INVENTORY},
		{"04 53 00", CHG, REACT_DRIVE, VF_INVENTORY},
		{"04 15 01", CHG, REACT_ROBOT, VF_INVENTORY},
		{"05 3b 0d", CHG, REACT_CANNOT, VF_INVENTORY | VF_TARGET_FULL},
		{"05 3b 0e", CHG, REACT_CANNOT, VF_INVENTORY | VF_SOURCE_EMPTY},
		{"05 53 02", DRV, REACT_LATER, VF_PREVENTED},
		{"05 3a 00", CHG, REACT_LATER, VF_NEEDS_UNLOAD},
		{"05 20 00", CHG, REACT_CANNOT, VF_UNSUPPORTED},
		{"06 28 01", CHG, REACT_NOW, VF_IE | VF_IE_USED},
		{"06 28 02", CHG, REACT_NOW, VF_INVENTORY},
		{"06 28 03", CHG, REACT_NOW, VF_IE | VF_IE_USED},
		{"06 5a 01", CHG, REACT_NOW, VF_IE},
		{"06 29 00", DRV, REACT_NOW, VF_CONFIG | VF_INVENTORY | VF_POSITION | VF_RESERVATION},
		{"07 27 00", DRV, REACT_CANNOT, VF_PROTECTED},
		{"08 00 05", DRV, REACT_DONE, VF_BLANK},
		{"0d 00 02", DRV, REACT_MEDIUM, VF_EOM},
		{"03 5d ff", DRV, REACT_DONE, 0},
		{"01 99 99", DRV, REACT_DONE, 0},
	};

	for (size_t i = 0; i < countof(facts); i++) {
		unsigned k, a, q;
		char hex[80];

		sscanf(facts[i].codes, "%x %x %x", &k, &a, &q);
		snprintf(hex, sizeof hex, "70 00 %02x 00*4 0a 00*4 %02x %02x 00*4", k, a, q);
		decode(hex, facts[i].kind);
		assert_int_equal(v.reaction, facts[i].reaction);
		assert_int_equal(v.flags, facts[i].flags);
		/* the descriptor format says the same */
		snprintf(hex, sizeof hex, "72 %02x %02x %02x 00*4", k, a, q);
		decode(hex, facts[i].kind);
		assert_int_equal(v.reaction, facts[i].reaction);
		assert_int_equal(v.flags, facts[i].flags);
	}
}

static void vendors_differ(void **state)
{
	static const uint8_t s[18] = {0x70, 0, 0x5, [7] = 10, [12] = 0x3B, [13] = 0xA0};

	sense_decode(s, sizeof s, CHG, "IBM", "3573-TL", &v);
	assert_int_equal(v.reaction, REACT_ROBOT);
	sense_decode(s, sizeof s, CHG, "QUANTUM", "Scalar i40", &v);
	assert_int_equal(v.reaction, REACT_CANNOT);
}

/* ---- formats ---- */

static void fields_of_both_formats(void **state)
{
	decode("f0 00 20 ff ff ff 9c 0a 00*10", DRV);
	assert_true(v.info_valid && v.flags & VF_ILI);
	assert_int_equal(v.info, -100);
	decode("72 00 00 00 00 00 00 10 00 0a 80 00 00 00 00 00 ff ff ff 9c 04 02 00 20", DRV);
	assert_true(v.info_valid && v.flags & VF_ILI);
	assert_int_equal(v.info, -100);
	decode("70 00 02 00*4 0a 00*4 04 01 00 80 80 00", DRV);
	assert_int_equal(v.progress, 50);
	decode("72 02 04 01 00 00 00 08 02 06 00 00 80 40 00 00", DRV);
	assert_int_equal(v.progress, 25);
	decode("70 00 05 00*4 0a 00*4 24 00 00 c0 00 02", DRV);
	assert_int_equal(v.progress, -1);
}

static void deferred_errors(void **state)
{
	char text[200];

	decode("71 00 03 00*4 0a 00*4 0c 00 00*4", DRV);
	assert_true(v.deferred);
	assert_int_equal(v.outcome, OUTCOME_FAILED);
	assert_non_null(strstr(sense_text(&v, text, sizeof text), "earlier command"));
	decode("73 08 00 05 00*4", DRV);
	assert_int_equal(v.outcome, OUTCOME_FAILED);
}

static void sense_that_is_cut(void **state)
{
	uint8_t whole[32];
	size_t n = unhex("72 02 04 01 00 00 00 18 00 0a 80 00 00 00 00 00 00 00 00 01 02 06 00 00 80 40 00 "
			 "00 04 02 00 80",
			 whole, sizeof whole);

	for (size_t i = 0; i <= n; i++) {
		uint8_t *cut = malloc(i + 1); /* so that ASan sees a read too far */

		memcpy(cut, whole, i);
		sense_decode(cut, i, DRV, "", "", &v);
		cut[0] = 0x70;
		sense_decode(cut, i, CHG, "", "", &v);
		free(cut);
	}
	decode("70 00 02 00*4 02 00*4 3a 00", DRV); /* the additional length ends before ASC */
	assert_int_equal(v.asc, 0);
	decode("72 02 04 01 00 00 00 ff 00 ff 80", DRV);
	assert_int_equal(v.asc, 4);
	decode("", CHG);
	assert_int_equal(v.reaction, REACT_ROBOT);
	decode("00*18", DRV);
	assert_int_equal(v.reaction, REACT_DRIVE);
	decode("7f 01 02 03", DRV);
	assert_int_equal(v.outcome, OUTCOME_FAILED);
}

static void exceptions_of_elements(void **state)
{
	const char *text;

	assert_int_equal(exception_decode(0x83, 0x00, "ACME", &text), TROUBLE_UNSCANNED);
	assert_int_equal(exception_decode(0x30, 0x03, "ACME", &text), TROUBLE_CLEANER);
	assert_int_equal(exception_decode(0x80, 0x01, "HP", &text), TROUBLE_DRIVE);
	assert_int_equal(exception_decode(0x80, 0x01, "OPENRSM", &text), TROUBLE_CONTENT);
	assert_int_equal(exception_decode(0xEE, 0x77, "ACME", &text), TROUBLE_UNKNOWN);
	assert_non_null(text);
}

/* ---- quirks ---- */

static void the_quirk_table_is_sound(void **state)
{
	struct quirk q;
	struct err e;

	quirk_find("", "", &q);
	for (const char *const *line = quirk_table; *line; line++)
		if (quirk_apply(*line, "none", "such", &q, &e))
			fail_msg("%s: %s", *line, e.why);
}

static void quirks_by_pattern(void **state)
{
	struct quirk q;

	quirk_find("IBM", "03584L32", &q);
	assert_int_equal(q.dvcid_alone, 1);
	quirk_find("ACME", "THING", &q);
	assert_int_equal(q.dvcid_alone, 0);
	assert_int_equal(q.move_s, 900);
}

static void quirks_of_the_configuration(void **state)
{
	static const char *const wrong[] = {"",
					    "ACME THING loej=1",
					    "\"ACME\" loej=1",
					    "\"ACME\" \"THING\" colour=1",
					    "\"ACME\" \"THING\" chunk=many",
					    "\"ACME\" \"THING\" chunk=-1",
					    "\"ACME\" \"THING\" chunk=",
					    "\"ACME\" \"THING",
					    "\"A VENDOR WITH MUCH TOO LONG A NAME INDEED\" \"X\" loej"};
	struct quirk q;
	struct err e;

	for (size_t i = 0; i < countof(wrong); i++) {
		assert_int_not_equal(quirk_add(wrong[i], &e), 0);
		assert_non_null(strstr(e.why, "quirk"));
	}
	assert_int_equal(quirk_add("\"IBM\" \"03584L*\" dvcid_alone=0 chunk=17", &e), 0);
	quirk_find("IBM", "03584L32", &q);
	assert_int_equal(q.dvcid_alone, 0);
	assert_int_equal(q.chunk, 17);
	quirk_forget_added();
	quirk_find("IBM", "03584L32", &q);
	assert_int_equal(q.dvcid_alone, 1);
}

static void time_limits(void **state)
{
	struct quirk q;
	struct err e;

	quirk_find("", "", &q);
	assert_int_equal(q.load_s, 14 * 60);
	quirk_find("IBM", "03584L32", &q);
	assert_int_equal(q.move_s, 30 * 60);
	quirk_find("IBM", "ULTRIUM-TD8", &q);
	assert_int_equal(q.load_s, 960);
	assert_false(q.calibrates);
	quirk_find("HPE", "Ultrium 9-SCSI", &q);
	assert_true(q.calibrates);
	assert_int_equal(q.io_s, 2340);
	/* a line of the configuration comes last */
	assert_int_equal(quirk_add("\"HPE\" \"Ultrium*\" load_s=1200", &e), 0);
	quirk_find("HPE", "Ultrium 9-SCSI", &q);
	assert_int_equal(q.load_s, 1200);
	assert_int_equal(q.io_s, 2340);
	quirk_forget_added();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_can_be_reached),
		cmocka_unit_test(every_code_has_a_reaction),
		cmocka_unit_test(what_matters_most),
		cmocka_unit_test(vendors_differ),
		cmocka_unit_test(fields_of_both_formats),
		cmocka_unit_test(deferred_errors),
		cmocka_unit_test(sense_that_is_cut),
		cmocka_unit_test(exceptions_of_elements),
		cmocka_unit_test(time_limits),
		cmocka_unit_test(the_quirk_table_is_sound),
		cmocka_unit_test(quirks_by_pattern),
		cmocka_unit_test(quirks_of_the_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
