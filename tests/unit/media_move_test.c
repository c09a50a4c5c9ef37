/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * MoveToNtmsMediaPool row by row of the movement table, the way into the free pool, and where media are:
 * places, slots, offline, ejected. */
#include "media_world.h"

#include <ntmsapi.h>

#define FREE NTMS_POOLTYPE_SCRATCH
#define FOREIGN NTMS_POOLTYPE_FOREIGN
#define IMPORT NTMS_POOLTYPE_IMPORT
#define APPLICATION NTMS_POOLTYPE_APPLICATION

static guid pools[2]; /* application pools */

static guid pool_of_kind(uint32_t kind, int which)
{
	return kind == APPLICATION ? pools[which] : guid_of(system_pool(kind, lto));
}

static int64_t medium_in(uint32_t kind, uint32_t state)
{
	static int n;
	char barcode[16];
	int64_t m, pool;
	guid g = pool_of_kind(kind, 0);

	snprintf(barcode, sizeof barcode, "T%05dL8", ++n);
	m = a_medium(barcode, lto, n % 8, FREE,
		     state == NTMS_PARTSTATE_ALLOCATED ? NTMS_PARTSTATE_AVAILABLE : state);
	pool = row_of(&g);
	OK(sql_do(t, e, "UPDATE physical_media SET pool=? WHERE id=?", "ii", pool, m));
	if (state == NTMS_PARTSTATE_ALLOCATED) {
		int64_t lmid = 0;

		OK(object_new(t, NTMS_LOGICAL_MEDIA, "", NULL, &lmid, e));
		OK(sql_do(t, e, "INSERT INTO logical_media(id, pool) VALUES(?,?)", "ii", lmid, pool));
		OK(sql_do(t, e, "UPDATE side SET state=5, lmid=? WHERE medium=?", "ii", lmid, m));
	}
	return m;
}

static int64_t pool_row(int64_t m) { return number("SELECT pool FROM physical_media WHERE id=?", m); }

static void empty_slots(void) { sql_run("UPDATE physical_media SET place=NULL"); }

static void movement_table(void **state)
{
	static const struct {
		uint32_t from, state, to;
		int code;
		uint32_t becomes;
	} rows[] = {
		{FOREIGN, NTMS_PARTSTATE_FOREIGN, FREE, 0, NTMS_PARTSTATE_UNPREPARED},
		{FOREIGN, NTMS_PARTSTATE_FOREIGN, IMPORT, ERROR_INVALID_MEDIA_POOL, 0},
		{FOREIGN, NTMS_PARTSTATE_FOREIGN, APPLICATION, ERROR_INVALID_MEDIA_POOL, 0},
		{FOREIGN, NTMS_PARTSTATE_INCOMPATIBLE, FREE, ERROR_INVALID_MEDIA_POOL, 0},
		{IMPORT, NTMS_PARTSTATE_IMPORT, FREE, 0, NTMS_PARTSTATE_UNPREPARED},
		{IMPORT, NTMS_PARTSTATE_IMPORT, APPLICATION, ERROR_INVALID_MEDIA_POOL, 0},
		{IMPORT, NTMS_PARTSTATE_IMPORT, FOREIGN, ERROR_INVALID_MEDIA_POOL, 0},
		{IMPORT, NTMS_PARTSTATE_IMPORT, IMPORT, 0, NTMS_PARTSTATE_IMPORT},
		{FREE, NTMS_PARTSTATE_AVAILABLE, APPLICATION, 0, NTMS_PARTSTATE_AVAILABLE},
		{FREE, NTMS_PARTSTATE_UNPREPARED, APPLICATION, ERROR_BUSY, 0},
		{FREE, NTMS_PARTSTATE_AVAILABLE, IMPORT, ERROR_INVALID_MEDIA_POOL, 0},
		{FREE, NTMS_PARTSTATE_AVAILABLE, FOREIGN, ERROR_INVALID_MEDIA_POOL, 0},
		{FREE, NTMS_PARTSTATE_AVAILABLE, FREE, 0, NTMS_PARTSTATE_UNPREPARED}, /* labelled anew */
		{APPLICATION, NTMS_PARTSTATE_AVAILABLE, APPLICATION, 0, NTMS_PARTSTATE_AVAILABLE},
		{APPLICATION, NTMS_PARTSTATE_ALLOCATED, APPLICATION, 0, NTMS_PARTSTATE_ALLOCATED},
		{APPLICATION, NTMS_PARTSTATE_AVAILABLE, FREE, 0, NTMS_PARTSTATE_UNPREPARED},
		{APPLICATION, NTMS_PARTSTATE_ALLOCATED, FREE, ERROR_INVALID_MEDIA_POOL, 0},
		{APPLICATION, NTMS_PARTSTATE_RESERVED, FREE, ERROR_INVALID_MEDIA_POOL, 0},
		{APPLICATION, NTMS_PARTSTATE_DECOMMISSIONED, FREE, ERROR_INVALID_MEDIA_POOL, 0},
		{APPLICATION, NTMS_PARTSTATE_IMPORT, IMPORT, 0, NTMS_PARTSTATE_IMPORT},
		{APPLICATION, NTMS_PARTSTATE_AVAILABLE, IMPORT, ERROR_INVALID_MEDIA_POOL, 0},
		{APPLICATION, NTMS_PARTSTATE_AVAILABLE, FOREIGN, ERROR_INVALID_MEDIA_POOL, 0},
	};

	pools[0] = app_pool("\\A", lto, 0, 0, 0), pools[1] = app_pool("\\B", lto, 0, 0, 0);
	for (size_t i = 0; i < countof(rows); i++) {
		int64_t m = medium_in(rows[i].from, rows[i].state), was = pool_row(m);
		guid to = pool_of_kind(rows[i].to, 1);
		int code = DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = to);

		if (code != rows[i].code)
			fail_msg("row %zu: %d, %s", i, code, err.why);
		assert_true(pool_row(m) == (code ? was : row_of(&to)));
		assert_int_equal(side_state(side_of(m, 0)), code ? rows[i].state : rows[i].becomes);
		if (rows[i].state == NTMS_PARTSTATE_ALLOCATED && !code)
			assert_true(number("SELECT l.pool FROM logical_media l JOIN side s ON s.lmid=l.id "
					   "WHERE s.medium=?",
					   m) == row_of(&to));
		empty_slots();
	}
}

static void types_and_arguments(void **state)
{
	guid a = app_pool("\\A", lto, 0, 0, 0), upper = app_pool("\\U", 0, 0, 0, 0),
	     disc = app_pool("\\M", mo, 0, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, NTMS_PARTSTATE_AVAILABLE),
		rom = a_medium("R00001", cdrom, 1, FOREIGN, NTMS_PARTSTATE_FOREIGN);

	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_null, .pool = a),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = guid_null),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(lib), .pool = a),
			 ERROR_INVALID_MEDIA);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = guid_of(lib)),
			 ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = upper),
			 ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = disc),
			 ERROR_MEDIA_INCOMPATIBLE);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(rom),
			    .pool = guid_of(system_pool(FREE, cdrom))),
			 ERROR_MEDIA_INCOMPATIBLE); /* read only: it can't get a label */
}

static void the_free_pool_asks_for_use_only(void **state)
{
	guid a = app_pool("\\A", lto, 0, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, NTMS_PARTSTATE_AVAILABLE);

	grant(row_of(&a), &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(DO(other, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = a),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(DO(user, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = a),
			 0); /* everyone may use the free pool */
	assert_int_equal(
		DO(other, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = guid_of(system_pool(FREE, lto))),
		ERROR_ACCESS_DENIED);
	assert_int_equal(
		DO(user, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = guid_of(system_pool(FREE, lto))),
		0);
}

static void media_in_use_stay(void **state)
{
	guid a = app_pool("\\A", lto, 0, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, NTMS_PARTSTATE_AVAILABLE), request;

	OK(medium_state(t, m, NTMS_MEDIASTATE_INUSE, e));
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = a), ERROR_BUSY);
	OK(medium_state(t, m, NTMS_MEDIASTATE_IDLE, e));
	OK(medium_enable(t, m, false, "", e));
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = a), ERROR_BUSY);
	OK(medium_enable(t, m, true, "", e));
	OK(request_new(t, &(struct request_new){.library = lib, .op = NTMS_LM_PROCESSOMID, .medium = m},
		       &request, NULL, e));
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = a), ERROR_BUSY);
	OK(request_finish(t, request, NTMS_LM_PASSED, 0, "", e));
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = a), 0);
}

static int64_t labels_ordered(int64_t m)
{
	return number("SELECT count(*) FROM librequest WHERE op=18 AND completed=0 AND medium=?", m);
}

static void offline_media_get_their_label_later(void **state)
{
	int64_t m = a_medium("A00001L8", lto, -1, FOREIGN, NTMS_PARTSTATE_FOREIGN), side = side_of(m, 0);
	struct label l = free_label("0123456789abcdef0123456789abcdef");

	assert_int_equal(
		DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = guid_of(system_pool(FREE, lto))),
		0);
	assert_int_equal(side_state(side), NTMS_PARTSTATE_UNPREPARED);
	assert_int_equal(labels_ordered(m), 0);
	OK(medium_move(t, m, slots[3], false, true, e));
	assert_true(world_woken(lib));
	assert_int_equal(labels_ordered(m), 1);
	OK(medium_move(t, m, slots[4], false, true, e));
	assert_int_equal(labels_ordered(m), 1);
	OK(side_label_written(t, side, &l, e));
	assert_int_equal(side_state(side), NTMS_PARTSTATE_AVAILABLE);
}

/* ---- places ---- */

static void one_medium_one_place(void **state)
{
	int64_t a = a_medium("A00001L8", lto, 0, FREE, NTMS_PARTSTATE_AVAILABLE),
		b = a_medium("B00001L8", lto, 1, FREE, NTMS_PARTSTATE_AVAILABLE), there;

	assert_int_equal(JOB(medium_move(t, a, slots[1], false, true, e)), ERROR_INVALID_STATE);
	OK(medium_move(t, a, drives[0], true, true, e));
	assert_int_equal(number("SELECT state FROM slot WHERE id=?", slots[0]), NTMS_SLOTSTATE_EMPTY);
	assert_true(number("SELECT home_slot FROM physical_media WHERE id=?", a) == slots[0]);
	assert_int_equal(number("SELECT inverted FROM physical_media WHERE id=?", a), 1);
	OK(medium_move(t, b, slots[0], false, true, e));
	assert_int_equal(number("SELECT state FROM slot WHERE id=?", slots[0]), NTMS_SLOTSTATE_FULL);
	OK(medium_at(t, slots[0], &there, e));
	assert_true(there == b);
	assert_int_equal(JOB(medium_at(t, slots[1], &there, e)), SQL_NONE);
	OK(medium_move(t, a, port, false, true, e));
	assert_int_equal(number("SELECT content FROM ieport WHERE id=?", port), NTMS_PORTCONTENT_FULL);
}

static void lost_media_are_offline(void **state)
{
	int64_t m = a_medium("A00001L8", lto, 0, FREE, NTMS_PARTSTATE_AVAILABLE), found;

	OK(medium_lost(t, m, e));
	assert_true(number("SELECT library FROM physical_media WHERE id=?", m) ==
		    model_offline_library(NULL));
	assert_true(number("SELECT library FROM side WHERE medium=?", m) == model_offline_library(NULL));
	assert_int_equal(number("SELECT media_count FROM library WHERE id=?", lib), 0);
	assert_int_equal(number("SELECT state FROM slot WHERE id=?", slots[0]), NTMS_SLOTSTATE_EMPTY);
	OK(medium_by_barcode(t, "A00001L8", lib, &found, e));
	assert_true(found == m);
	OK(medium_move(t, m, slots[5], false, true, e));
	assert_true(world_woken(model_offline_library(NULL))); /* mounts may wait for it */
	assert_true(number("SELECT library FROM side WHERE medium=?", m) == lib);
}

static void what_an_eject_leaves(void **state)
{
	static const struct {
		uint32_t kind, state, policy;
		bool kept;
	} rows[] = {
		{APPLICATION, NTMS_PARTSTATE_ALLOCATED, 0, true},
		{APPLICATION, NTMS_PARTSTATE_AVAILABLE, 3, true},
		{FREE, NTMS_PARTSTATE_AVAILABLE, 0, true},
		{FREE, NTMS_PARTSTATE_AVAILABLE, NTMS_POOLPOLICY_PURGEOFFLINESCRATCH, false},
		{IMPORT, NTMS_PARTSTATE_IMPORT, 0, false},
		{IMPORT, NTMS_PARTSTATE_IMPORT, NTMS_POOLPOLICY_KEEPOFFLINEIMPORT, true},
		{FOREIGN, NTMS_PARTSTATE_FOREIGN, 3, false},
		{FOREIGN, NTMS_PARTSTATE_INCOMPATIBLE, 0, false},
	};

	pools[0] = app_pool("\\A", lto, 0, 0, 0);
	for (size_t i = 0; i < countof(rows); i++) {
		int64_t m = medium_in(rows[i].kind, rows[i].state),
			place = number("SELECT place FROM physical_media WHERE id=?", m);
		guid side = guid_of(side_of(m, 0)), g = guid_of(m);

		OK(sql_do(t, e, "UPDATE computer SET pool_policy=?", "u", rows[i].policy));
		OK(medium_ejected(t, m, e));
		assert_int_equal(row_of(&g) != 0, rows[i].kept);
		assert_int_equal(row_of(&side) != 0, rows[i].kept);
		assert_int_equal(number("SELECT state FROM slot WHERE id=?", place), NTMS_SLOTSTATE_EMPTY);
	}
	assert_int_equal(
		number("SELECT count(*) FROM side WHERE medium NOT IN (SELECT id FROM physical_media) OR ?",
		       0),
		0);
}

static void names_follow_the_rules(void **state)
{
	struct medium_new n = {
		.library = lib, .place = slots[0], .media_type = lto, .barcode = "", .sides = 1};
	struct label l = tar_label("./weekly");
	enum identity verdict;
	char why[400];
	int64_t plain = 0, coded = a_medium("A00001L8", lto, 1, FREE, NTMS_PARTSTATE_AVAILABLE);

	OK(medium_create(t, &n, &plain, e));
	assert_int_equal(number("SELECT name='A00001L8' FROM object WHERE id=?", coded), 1);
	assert_int_equal(number("SELECT name=(SELECT sequence FROM physical_media WHERE id=?1) FROM object "
				"WHERE id=?1",
				plain),
			 1);
	OK(medium_identify(t, &plain, 0, &l, "", &verdict, why, e));
	assert_int_equal(number("SELECT name='./weekly' FROM object WHERE id=?", plain), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(movement_table),
		TEST(types_and_arguments),
		TEST(the_free_pool_asks_for_use_only),
		TEST(media_in_use_stay),
		TEST(offline_media_get_their_label_later),
		TEST(one_medium_one_place),
		TEST(lost_media_are_offline),
		TEST(what_an_eject_leaves),
		TEST(names_follow_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
