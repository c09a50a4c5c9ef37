/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual library as a robot, through the device layer: what it is, where its media are, moves. */
#include "device/discover.h"
#include "tests/unit/virtual_fixture.h"

/* ---- identity and inventory ---- */

static void identity(void **state)
{
	const struct identity *id;

	build("vendor = ACME\nproduct = SILO 9\nslot_address = 0x400", 0);
	id = device_identity(changer_device(c));
	assert_int_equal(id->type, TYPE_CHANGER);
	assert_string_equal(id->vendor, "ACME");
	assert_string_equal(id->product, "SILO 9");
	assert_true(*id->serial && strstr(id->unique, id->serial));
	assert_int_equal(changer_shape(c)->of[ELEMENT_STORAGE].first, SLOT);
	assert_int_equal(changer_shape(c)->of[ELEMENT_STORAGE].count, 6);
	assert_int_equal(changer_shape(c)->of[ELEMENT_DRIVE].count, 2);
	assert_false(changer_shape(c)->rotates);
	assert_int_equal(changer_shape(c)->moves[ELEMENT_STORAGE], 0x0E);
}

static void inventory(void **state)
{
	element_vec els = {0};

	build("", 3);
	done(changer_inventory(c, &els, &v));
	assert_int_equal(els.n, 1 + 6 + 2 + 2);
	vec_each(el, &els) {
		assert_false(el->except);
		assert_int_equal(el->full, el->address >= SLOT && el->address < SLOT + 3);
		assert_true(el->access);
		if (el->type == ELEMENT_DRIVE)
			assert_true(*el->id_serial);
	}
	assert_string_equal(els.v[1].tag, "TAPE01L8");
	assert_int_equal(els.v[1].medium_type, 1);
	vec_free(&els);
}

static void drives_are_found_by_serial(void **state)
{
	drive_site_vec sites = {0};
	element_vec els = {0};

	build("", 0);
	done(changer_inventory(c, &els, &v));
	done(discover_drives(c, &els, &(given_drive_vec){0}, &sites, &v));
	assert_int_equal(sites.n, 2);
	assert_int_equal(sites.v[1].element, DRIVE + 1);
	assert_int_equal(sites.v[1].way, MATCH_SERIAL);
	assert_string_equal(strrchr(sites.v[1].url, '/'), "/02");
	drive_site_vec_free(&sites);
	vec_free(&els);
}

static void many_slots_come_in_chunks(void **state)
{
	element_vec els = {0};

	build("slots = 2500", 1);
	shell("mv slots/0001/TAPE01L8 slots/2500/");
	done(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
	assert_int_equal(els.n, 2500);
	assert_string_equal(els.v[2499].tag, "TAPE01L8");
	vec_free(&els);
}

/* ---- moves ---- */

static void move_and_back(void **state)
{
	struct element el;

	build("", 1);
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	assert_true(on_disk("slots/0005/TAPE01L8/side1") && !on_disk("slots/0001/TAPE01L8"));
	el = element(SLOT + 4);
	assert_true(el.full && el.source_valid);
	assert_int_equal(el.source, SLOT);
	done(changer_move(c, 1, SLOT + 4, MAIL, false, &v));
	el = element(MAIL);
	assert_true(el.full && el.inenab && el.exenab && !el.impexp);
}

static void moves_that_cannot_be(void **state)
{
	build("", 2);
	fails(changer_move(c, 0, SLOT + 5, SLOT + 4, false, &v));
	sense_is(0x5, 0x3B, 0x0E);
	assert_true(v.flags & VF_SOURCE_EMPTY && v.flags & VF_INVENTORY);
	assert_non_null(strstr(v.err.why, "move medium from 1029 to 1028"));
	fails(changer_move(c, 0, SLOT, SLOT + 1, false, &v));
	assert_true(v.flags & VF_TARGET_FULL);
	fails(changer_move(c, 0, SLOT, 9999, false, &v));
	sense_is(0x5, 0x21, 0x01);
	assert_int_equal(v.reaction, REACT_CANNOT);
	fails(changer_move(c, 0, SLOT, SLOT + 4, true, &v));
	sense_is(0x5, 0x24, 0x00);
	assert_true(on_disk("slots/0001/TAPE01L8"));
}

static void both_sides(void **state)
{
	build("sides = 2\nrotation = yes", 0);
	assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){"DISK01L8", .sides = 2}, NULL, &e), 0);
	assert_true(changer_shape(c)->rotates);
	assert_false(element(SLOT).inverted);
	done(changer_move(c, 0, SLOT, DRIVE, true, &v));
	assert_true(element(DRIVE).inverted);
	struct drive *d = drive(1);
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	shell("test $(readlink drives/01/medium) = DISK01L8/side2");
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT, true, &v));
	assert_false(element(SLOT).inverted);
	/* turned over where it lies */
	done(changer_move(c, 0, SLOT, SLOT, true, &v));
	assert_true(element(SLOT).inverted);
	drive_close(d);
}

static void mail_slots(void **state)
{
	build("", 1);
	done(changer_prevent(c, true, &v));
	fails(changer_open_ie(c, MAIL, &v));
	assert_true(v.flags & VF_PREVENTED);
	done(changer_prevent(c, false, &v));
	done(changer_open_ie(c, MAIL, &v));
	assert_false(element(MAIL).access);
	assert_true(element(MAIL + 1).access);
	fails(changer_move(c, 0, SLOT, MAIL, false, &v));
	assert_int_equal(v.reaction, REACT_OPERATOR);
	assert_true(v.flags & VF_DOOR && v.tell);
	shell("mv slots/0001/TAPE01L8 mailslots/01/");
	done(changer_close_ie(c, MAIL, &v));
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_IE);
	assert_true(element(MAIL).access && element(MAIL).impexp);
}

static void what_a_robot_lacks_is_learned(void **state)
{
	build("lacks = 1e 1b", 0);
	assert_true(changer_can_prevent(c) && changer_can_open_ie(c));
	fails(changer_prevent(c, true, &v));
	assert_true(v.flags & VF_UNSUPPORTED);
	assert_int_equal(v.err.code, ERROR_NOT_SUPPORTED);
	fails(changer_open_ie(c, MAIL, &v));
	assert_false(changer_can_prevent(c) || changer_can_open_ie(c));
	fails(changer_open_ie(c, MAIL, &v));
	assert_true(v.flags & VF_UNSUPPORTED);
	done(changer_initialize(c, SLOT, 2, &v));
}

static void initialize_falls_back(void **state)
{
	build("lacks = 37 e7", 0);
	done(changer_initialize(c, SLOT, 2, &v));
	assert_false(device_has(changer_device(c), 0x37) || device_has(changer_device(c), 0xE7));
}

/* ---- what few robots can ---- */

static void exchange(void **state)
{
	build("", 3);
	done(changer_exchange(c, SLOT, SLOT + 1, SLOT + 5, &v));
	shell("test -d slots/0002/TAPE01L8 && test -d slots/0006/TAPE02L8");
	assert_int_equal(element(SLOT + 5).source, SLOT + 1);
	/* the two change places */
	done(changer_exchange(c, SLOT + 1, SLOT + 2, SLOT + 1, &v));
	shell("test -d slots/0003/TAPE01L8 && test -d slots/0002/TAPE03L8");
	fails(changer_exchange(c, SLOT + 1, SLOT + 4, SLOT + 3, &v));
	sense_is(0x5, 0x3B, 0x0E);
	fails(changer_exchange(c, SLOT + 1, SLOT + 2, SLOT + 5, &v));
	sense_is(0x5, 0x3B, 0x0D);
	fails(changer_exchange(c, SLOT + 1, 9999, SLOT, &v));
	sense_is(0x5, 0x21, 0x01);
	shell("test $(ls hand | wc -l) = 0");
}

static void position_and_ranges(void **state)
{
	build("", 1);
	done(changer_position(c, SLOT + 3, &v));
	fails(changer_position(c, 9999, &v));
	sense_is(0x5, 0x21, 0x01);
	done(changer_initialize(c, SLOT + 1, 3, &v));
	fails(changer_initialize(c, 9000, 3, &v));
	sense_is(0x5, 0x21, 0x01);
	shell("echo 'initialize 1 2/04/18' >faults");
	fails(changer_initialize(c, 0, 0, &v));
	assert_int_equal(v.reaction, REACT_OPERATOR);
}

static void bar_codes_without_their_suffix(void **state)
{
	build("suffix = no", 1);
	assert_string_equal(element(SLOT).tag, "TAPE01");
	assert_false(element(SLOT).except);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(identity),
		T(inventory),
		T(drives_are_found_by_serial),
		T(many_slots_come_in_chunks),
		T(move_and_back),
		T(moves_that_cannot_be),
		T(both_sides),
		T(mail_slots),
		T(what_a_robot_lacks_is_learned),
		T(initialize_falls_back),
		T(exchange),
		T(position_and_ranges),
		T(bar_codes_without_their_suffix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
