/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a label that was read says about the medium: the verdict table row by row, copies and returned media,
 * quarantine; media types by bar code and the drives that take them. */
#include "media_world.h"

#include <ntmsapi.h>
#include <string.h>

#define MINE "11111111111111111111111111111111"
#define STRANGE "99999999999999999999999999999999"

static int64_t another; /* a medium with the free label of its own, in slot 8 */
static struct label another_label;

static struct label label_of(int64_t medium)
{
	char id[64] = "";
	struct txn *t = job_begin();

	sql_get(t, &err, "SELECT omid_id FROM side WHERE medium=? AND number=0", "i", medium, "T", id,
		sizeof id);
	job_end(0);
	return free_label(id);
}

static enum identity identify(int64_t *medium, const struct label *l, const char *serial, char why[400])
{
	enum identity verdict = IDENTITY_SAME;

	OK(medium_identify(t, medium, 0, l, serial, &verdict, why, e));
	return verdict;
}

enum read { OWN, OTHERS, STRANGERS, TAR, NOISE, BLANK, READS };

static struct label reading(enum read what)
{
	switch (what) {
	case OWN:
		return free_label(MINE);
	case OTHERS:
		return another_label;
	case STRANGERS:
		return free_label(STRANGE);
	case TAR:
		return tar_label("./data");
	case NOISE:
		return other_label(LABEL_UNKNOWN);
	default:
		return other_label(LABEL_BLANK);
	}
}

static int64_t proof_of(int64_t side)
{
	int64_t proof = -1;

	OK(sql_get(t, e, "SELECT proof FROM side WHERE id=?", "i", side, "i", &proof));
	return proof;
}

static void verdict_table(void **state)
{
#define SAME IDENTITY_SAME
#define NEW IDENTITY_NEW
#define NO IDENTITY_CONTRADICTION
	/* clang-format off */
	static const struct {
		uint32_t state, used;
		enum identity is[READS];
		uint32_t proof;
	} rows[] = {
		/*                                  own   other's strange tar   noise blank */
		{NTMS_PARTSTATE_AVAILABLE, 0,      {SAME, NO,    NO,    NO,   NO,   NO  }},
		{NTMS_PARTSTATE_RESERVED, 0,       {SAME, NO,    NO,    NO,   NO,   NO  }},
		{NTMS_PARTSTATE_AVAILABLE, 1,      {SAME, NO,    NO,    SAME, SAME, SAME}}, /* deallocated: an application's data */
		{NTMS_PARTSTATE_DECOMMISSIONED, 1, {SAME, NO,    NO,    SAME, SAME, SAME}},
		{NTMS_PARTSTATE_ALLOCATED, 1,      {SAME, NO,    NO,    SAME, SAME, SAME}},
		{NTMS_PARTSTATE_COMPLETE, 1,       {SAME, NO,    NO,    SAME, SAME, SAME}},
		{NTMS_PARTSTATE_UNPREPARED, 0,     {SAME, NO,    SAME,  SAME, SAME, SAME}},
		{NTMS_PARTSTATE_NEW, 0,            {SAME, NEW,   NEW,   NEW,  NEW,  NEW }},
		{NTMS_PARTSTATE_FOREIGN, 0,        {SAME, NEW,   NEW,   NEW,  NEW,  NEW }},
		{NTMS_PARTSTATE_IMPORT, 0,         {SAME, NEW,   NEW,   NEW,  NEW,  NEW }},
		/* of a store restored from a copy: whose data would they be? */
		{NTMS_PARTSTATE_AVAILABLE, 1,      {SAME, NO,    NO,    NO,   NO,   NO  }, 1},
		{NTMS_PARTSTATE_ALLOCATED, 1,      {SAME, NO,    NO,    NO,   NO,   NO  }, 1}, /* allocated since */
		{NTMS_PARTSTATE_ALLOCATED, 1,      {SAME, NO,    NO,    SAME, SAME, SAME}, 2}, /* before */
		{NTMS_PARTSTATE_UNPREPARED, 0,     {SAME, NO,    SAME,  NO,   NO,   SAME}, 1},
		{NTMS_PARTSTATE_IMPORT, 0,         {SAME, NEW,   NEW,   NEW,  NEW,  NEW }, 1},
	};
	/* clang-format on */

	another = a_medium("Z00001L8", lto, 8, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	another_label = label_of(another);
	int64_t pool = system_pool(NTMS_POOLTYPE_FOREIGN, lto);

	for (size_t i = 0; i < countof(rows); i++) {
		for (int r = 0; r < READS; r++) {
			char barcode[16], why[400];
			int64_t m, side, lmid = 0, was;
			struct label mine = free_label(MINE), l = reading(r);
			enum identity verdict;

			snprintf(barcode, sizeof barcode, "T%02zu%03dL8", i, r);
			m = was = a_medium(barcode, lto, 0, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_NEW);
			side = side_of(m, 0);
			if (rows[i].state == NTMS_PARTSTATE_ALLOCATED ||
			    rows[i].state == NTMS_PARTSTATE_COMPLETE) {
				OK(object_new(t, NTMS_LOGICAL_MEDIA, "", NULL, &lmid, e));
				OK(sql_do(t, e, "INSERT INTO logical_media(id, pool) VALUES(?,?)", "ii", lmid,
					  pool));
			}
			OK(sql_do(t, e,
				  "UPDATE side SET state=?, used=?, proof=?, lmid=?, omid_type='RSM', "
				  "omid_id=? "
				  "WHERE id=?",
				  "uuufbi", rows[i].state, rows[i].used, rows[i].proof, lmid,
				  (const void *)mine.id, mine.id_len, side));
			verdict = identify(&m, &l, "", why);
			if (verdict != rows[i].is[r])
				fail_msg("state %u, reading %d: verdict %d, %s", rows[i].state, r, verdict,
					 why);
			assert_true(m == was);
			if (verdict == NO) {
				assert_non_null(strstr(why, barcode)); /* both identities */
				assert_non_null(strstr(why, r == OTHERS ? "Z00001L8" : "read"));
				assert_true(strlen(why) < NTMS_MESSAGE_LENGTH);
			}
			/* once was enough: a person has heard of it, or the label is ours */
			assert_int_equal(proof_of(side), rows[i].proof == 2 ? 2 : 0);
			if (verdict != NEW)
				assert_int_equal(side_state(side), rows[i].state); /* nothing was changed */
			sql_run("UPDATE physical_media SET place=NULL WHERE place<>(SELECT place FROM "
				"physical_media WHERE barcode='Z00001L8')");
			sql_run("UPDATE side SET omid_id=x'' WHERE medium<>(SELECT id FROM physical_media "
				"WHERE barcode='Z00001L8')");
		}
	}
}

/* Nothing was ever written on it, and yet the operator must hear what it should be. */
static void expected_of_one_that_waits_for_its_label(void **state)
{
	int64_t a = a_medium("Z00001L8", lto, 8, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	int64_t m = a_medium("T00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_UNPREPARED);
	struct label l = label_of(a);
	char why[400];

	OK(sql_do(t, e, "UPDATE side SET omid_type='', omid_id=x'' WHERE medium=?", "i", m));
	assert_int_equal(identify(&m, &l, "", why), IDENTITY_CONTRADICTION);
	assert_non_null(strstr(why, "T00001L8 side 0 should carry a free label, or nothing yet, but"));
	assert_non_null(strstr(why, "the label of Z00001L8"));
}

static void catalogued_by_what_was_read(void **state)
{
	static const struct {
		enum read what;
		uint32_t state, pool;
	} rows[] = {
		{STRANGERS, NTMS_PARTSTATE_IMPORT, NTMS_POOLTYPE_IMPORT}, /* of another RSM system */
		{TAR, NTMS_PARTSTATE_IMPORT, NTMS_POOLTYPE_IMPORT},
		{NOISE, NTMS_PARTSTATE_FOREIGN, NTMS_POOLTYPE_FOREIGN},
		{BLANK, NTMS_PARTSTATE_FOREIGN, NTMS_POOLTYPE_FOREIGN},
	};

	for (size_t i = 0; i < countof(rows); i++) {
		char barcode[16], why[400];
		int64_t m;
		struct label l = reading(rows[i].what);

		snprintf(barcode, sizeof barcode, "T%05zuL8", i);
		m = a_medium(barcode, lto, (int)i, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_NEW);
		assert_int_equal(identify(&m, &l, "", why), IDENTITY_NEW);
		assert_int_equal(side_state(side_of(m, 0)), rows[i].state);
		assert_true(number("SELECT pool FROM physical_media WHERE id=?", m) ==
			    system_pool(rows[i].pool, lto));
		assert_int_equal(identify(&m, &l, "", why), IDENTITY_SAME); /* seen again */
	}
}

static void two_sides_share_a_pool(void **state)
{
	int64_t m = a_medium("M00001", mo, 0, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_NEW);
	struct label l = tar_label("./a"), blank = other_label(LABEL_BLANK);
	enum identity verdict;
	char why[400];

	OK(medium_identify(t, &m, 0, &blank, "", &verdict, why, e));
	assert_true(number("SELECT pool FROM side WHERE id=?", side_of(m, 1)) ==
		    system_pool(NTMS_POOLTYPE_FOREIGN, mo));
	OK(medium_identify(t, &m, 1, &l, "", &verdict, why, e));
	assert_true(number("SELECT pool FROM side WHERE id=?", side_of(m, 0)) ==
		    system_pool(NTMS_POOLTYPE_IMPORT, mo));
	assert_int_equal(side_state(side_of(m, 0)), NTMS_PARTSTATE_FOREIGN);
	assert_int_equal(side_state(side_of(m, 1)), NTMS_PARTSTATE_IMPORT);
	assert_int_equal(JOB(medium_identify(t, &m, 2, &l, "", &verdict, why, e)), ERROR_INVALID_MEDIA);
}

static void without_bar_code_the_label_tells_who_came_back(void **state)
{
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	struct AllocateNtmsMedia_out got = {0};
	int64_t known = a_medium("", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE), found, side,
		request;
	struct label l = label_of(known);
	char why[400];
	guid gone;

	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = guid_new()), 0);
	OK(medium_ejected(t, known, e));
	found = a_medium("", lto, 4, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_NEW);
	gone = guid_of(found);
	side = side_of(found, 0);
	OK(request_new(t,
		       &(struct request_new){
			       .library = lib, .op = NTMS_LM_PROCESSOMID, .medium = found, .side = side},
		       &request, NULL, e));
	assert_int_equal(identify(&found, &l, "SER1", why), IDENTITY_MERGED);
	assert_true(found == known);
	assert_int_equal(row_of(&gone), 0);
	assert_true(number("SELECT place FROM physical_media WHERE id=?", known) == slots[4]);
	assert_int_equal(side_state(side_of(known, 0)), NTMS_PARTSTATE_ALLOCATED);
	assert_true(number("SELECT medium FROM librequest WHERE id=?", request) == known);
	assert_true(number("SELECT side FROM librequest WHERE id=?", request) == side_of(known, 0));
	assert_int_equal(number("SELECT serial='SER1' FROM physical_media WHERE id=?", known), 1);
}

static void a_copy_with_a_bar_code_gets_a_record_of_its_own(void **state)
{
	int64_t known = a_medium("K00001L8", lto, -1, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE),
		copy = a_medium("C00001L8", lto, 1, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_NEW), was = copy;
	struct label l = label_of(known);
	char why[400];

	assert_int_equal(identify(&copy, &l, "", why), IDENTITY_NEW);
	assert_true(copy == was);
	assert_int_equal(side_state(side_of(copy, 0)), NTMS_PARTSTATE_IMPORT);
	assert_true(number("SELECT library FROM physical_media WHERE id=?", known) ==
		    model_offline_library(NULL));
}

static void serial_numbers_are_remembered_and_compared(void **state)
{
	int64_t m = a_medium("A00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	struct label l = label_of(m);
	char why[400];

	assert_int_equal(identify(&m, &l, "HU1234", why), IDENTITY_SAME);
	assert_int_equal(identify(&m, &l, "", why), IDENTITY_SAME);
	assert_int_equal(identify(&m, &l, "HU1234", why), IDENTITY_SAME);
	assert_int_equal(identify(&m, &l, "XX9999", why), IDENTITY_CONTRADICTION);
	assert_non_null(strstr(why, "HU1234"));
	assert_non_null(strstr(why, "XX9999"));
}

/* Without a bar code something must say that it is still the same cartridge. */
static void data_alone_prove_nothing(void **state)
{
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	int64_t m = a_medium("", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	struct label l = tar_label("./data");
	char why[400];

	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new()), 0);
	OK(medium_verified(t, m, false, e));
	assert_int_equal(identify(&m, &l, "", why), IDENTITY_CONTRADICTION);
	OK(sql_do(t, e, "UPDATE physical_media SET serial='HU1' WHERE id=?", "i", m));
	assert_int_equal(identify(&m, &l, "HU1", why), IDENTITY_SAME);
	assert_int_equal(number("SELECT verified FROM physical_media WHERE id=?", m), 1);
	assert_int_equal(identify(&m, &l, "", why), IDENTITY_SAME);
}

static void a_label_that_the_application_recorded(void **state)
{
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	int64_t a = a_medium("A00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE),
		b = a_medium("B00001L8", lto, 1, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	struct label l = tar_label("./data"), mtf = tar_label("GUID");
	char why[400];

	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new()), 0);
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new()), 0);
	sql_run("UPDATE side SET omid_type='tar', omid_id=x'2e2f64617461'");
	assert_int_equal(identify(&a, &l, "", why), IDENTITY_SAME);
	sql_run("UPDATE side SET omid_type='MTF', omid_id=x'47554944'");
	OK(sql_do(t, e, "UPDATE side SET omid_id=x'00' WHERE medium=?", "i", a));
	mtf.type = "MTF"; /* a format whose ids are unique: this one is catalogued for b */
	assert_int_equal(identify(&a, &mtf, "", why), IDENTITY_CONTRADICTION);
	assert_non_null(strstr(why, "B00001L8"));
	assert_int_equal(identify(&b, &mtf, "", why), IDENTITY_SAME);
}

static void quarantine_disables_tells_and_can_be_lifted(void **state)
{
	struct RsmGetObjectDetail_out detail = {0};
	int64_t m = a_medium("A00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);

	OK(medium_quarantine(t, m, "it is another one", e));
	assert_int_equal(number("SELECT enabled FROM object WHERE id=?", m), 0);
	assert_int_equal(number("SELECT enabled FROM object WHERE id=?", side_of(m, 0)), 0);
	assert_int_equal(
		number("SELECT count(*) FROM oprequest WHERE message='it is another one' AND state=1 OR ?",
		       0),
		1);
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new(),
			    .options = NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE),
			 ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(CALL(root, RsmGetObjectDetail, &detail, .object = guid_of(m)), 0);
	assert_string_equal(detail.reason, "it is another one");
	assert_int_equal(detail.flags & 2, 2);
	wire_clear(wire_calls[CALL_RsmGetObjectDetail].out, &detail);
	OK(medium_quarantine(t, m, "it is another one", e));
	assert_int_equal(number("SELECT count(*) FROM oprequest WHERE ?=0", 0), 1); /* asked once */
	OK(medium_enable(t, m, true, NULL, e));
	assert_int_equal(number("SELECT reason='' FROM physical_media WHERE id=?", m), 1);
	assert_int_equal(number("SELECT usable FROM side WHERE medium=?", m), 1);
}

static void bar_codes_name_types(void **state)
{
	static const struct {
		const char *code, *type;
	} rows[] = {
		{"ABC123L8", "LTO-8"},	  {"ABC123LA", "LTO-10"},
		{"ABC123M8", "LTO-7 M8"}, {"ABC123LY", "LTO-8 WORM"},
		{"CLN001L1", "Cleaner"},  {"CLNU00CU", "Cleaner"},
		{"ABC123JD", "3592 JD"},  {"ABC123", NULL},
		{"ABC123XX", NULL},	  {"", NULL},
		{"ABCDEFGHL8", NULL},
	};

	for (size_t i = 0; i < countof(rows); i++) {
		const char *type = media_type_of_barcode(rows[i].code);

		if (rows[i].type)
			assert_string_equal(type, rows[i].type);
		else
			assert_null(type);
	}
	for (size_t i = 0; i < countof(rows); i++) {
		int64_t id = 0;

		if (rows[i].type)
			OK(media_type_find(t, rows[i].type, &id, e));
	}
}

static void drives_take_what_they_can(void **state)
{
	static const struct {
		const char *drive, *type;
		bool read, write;
	} rows[] = {
		{"LTO-8", "LTO-8", true, true},	    {"LTO-8", "LTO-7", true, true},
		{"LTO-8", "LTO-7 M8", true, true},  {"LTO-8", "LTO-6", false, false},
		{"LTO-8", "LTO-9", false, false},   {"LTO-7", "LTO-7 M8", false, false},
		{"LTO-7", "LTO-5", true, false},    {"LTO-7", "LTO-6 WORM", true, true},
		{"LTO-3", "LTO-1", true, false},    {"LTO-9", "LTO-8", true, true},
		{"LTO-9", "LTO-7", false, false},   {"LTO-10", "LTO-9", false, false},
		{"LTO-10", "LTO-10", true, true},   {"LTO-11", "LTO-11", true, true},
		{"LTO-11", "LTO-10", false, false}, {"", "LTO-1", true, true},
		{"LTO-8", "DLT", false, false},	    {"LTO-8", "Tape", true, true},
		{"TS1160", "3592 JE", true, true},  {"LTO-8", "Cleaner", true, false},
		{"LTO-0", "LTO-1", false, false},
	};

	for (size_t i = 0; i < countof(rows); i++) {
		if (drive_can(rows[i].drive, rows[i].type, false) != rows[i].read ||
		    drive_can(rows[i].drive, rows[i].type, true) != rows[i].write)
			fail_msg("%s in %s", rows[i].type, rows[i].drive);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(verdict_table),
		TEST(expected_of_one_that_waits_for_its_label),
		TEST(catalogued_by_what_was_read),
		TEST(two_sides_share_a_pool),
		TEST(without_bar_code_the_label_tells_who_came_back),
		TEST(a_copy_with_a_bar_code_gets_a_record_of_its_own),
		TEST(serial_numbers_are_remembered_and_compared),
		TEST(data_alone_prove_nothing),
		TEST(a_label_that_the_application_recorded),
		TEST(quarantine_disables_tells_and_can_be_lifted),
		TEST(bar_codes_name_types),
		TEST(drives_take_what_they_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
