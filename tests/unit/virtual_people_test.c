/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual library under an operator's hands. */
#include "base/cleanup.h"
#include "tests/unit/virtual_fixture.h"

static void an_operators_hand_is_noticed(void **state)
{
	build("", 2);
	done(device_ready(changer_device(c), &v));
	assert_int_equal(v.flags & VF_INVENTORY, 0);
	shell("mv slots/0001/TAPE01L8 slots/0006/");
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_INVENTORY);
	assert_false(v.flags & VF_IE);
	shell("mv slots/0002/TAPE02L8 mailslots/02/");
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_IE);
	/* where a person put it, nobody knows where it came from */
	assert_false(element(SLOT + 5).source_valid);
	assert_true(element(MAIL + 1).impexp);
}

static void two_in_one_slot(void **state)
{
	struct element el;

	build("", 2);
	shell("mv slots/0002/TAPE02L8 slots/0001/");
	el = element(SLOT);
	assert_true(el.full && el.except);
	assert_int_equal(el.trouble, TROUBLE_CONTENT);
	assert_non_null(strstr(el.why, "several"));
	assert_string_equal(el.tag, "");
	fails(changer_move(c, 0, SLOT, SLOT + 3, false, &v));
	assert_int_equal(v.reaction, REACT_OPERATOR);
	assert_non_null(v.tell);
	shell("mv slots/0001/TAPE02L8 slots/0003/");
	assert_string_equal(element(SLOT).tag, "TAPE01L8");
	done(changer_move(c, 0, SLOT, SLOT + 3, false, &v));
}

static void a_copy_under_way(void **state)
{
	struct element el;

	build("", 1);
	shell("seq 1000 >slots/0001/TAPE01L8/side1; sed -i s/^size1.*/size1=3893/ "
	      "slots/0001/TAPE01L8/cartridge.ini");
	assert_false(element(SLOT).except);
	shell("mkdir slots/0002/COPY01L8");
	el = element(SLOT + 1);
	assert_true(el.full && el.except);
	assert_non_null(strstr(el.why, "complete"));
	shell("cp slots/0001/TAPE01L8/cartridge.ini slots/0002/COPY01L8");
	assert_true(element(SLOT + 1).except);
	shell("head -c 3000 slots/0001/TAPE01L8/side1 >slots/0002/COPY01L8/side1");
	assert_true(element(SLOT + 1).except);
	fails(changer_move(c, 0, SLOT + 1, SLOT + 3, false, &v));
	assert_int_equal(v.reaction, REACT_OPERATOR);
	shell("cp slots/0001/TAPE01L8/side1 slots/0002/COPY01L8/side1");
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_INVENTORY);
	el = element(SLOT + 1);
	assert_false(el.except);
	assert_string_equal(el.tag, "COPY01L8");
}

static void strays_and_odd_names(void **state)
{
	build("", 2);
	shell("touch slots/0003/notes.txt slots/0004/.hidden; mv slots/0001/TAPE01L8 'slots/0001/a b'");
	assert_true(element(SLOT + 2).except && !element(SLOT + 2).full);
	assert_false(element(SLOT + 3).except);
	assert_int_equal(element(SLOT).trouble, TROUBLE_LABEL);
	assert_string_equal(element(SLOT).tag, "");
	/* none of it stands in the way of a move */
	done(changer_move(c, 0, SLOT + 1, SLOT + 2, false, &v));
	done(changer_move(c, 0, SLOT, SLOT + 3, false, &v));
	assert_string_equal(element(SLOT + 2).tag, "TAPE02L8");
}

static void the_same_bar_code_twice(void **state)
{
	build("", 2);
	shell("cp -r slots/0001/TAPE01L8 slots/0005/");
	for (int i = 0; i < 5; i += 4) {
		assert_int_equal(element((uint16_t)(SLOT + i)).trouble, TROUBLE_LABEL);
		assert_string_equal(element((uint16_t)(SLOT + i)).tag, "TAPE01L8");
	}
	assert_false(element(SLOT + 1).except);
}

static void no_reader_no_tags(void **state)
{
	build("barcodes = no", 1);
	assert_true(element(SLOT).full && !element(SLOT).except);
	assert_string_equal(element(SLOT).tag, "");
}

static void taken_out_of_a_drive(void **state)
{
	struct drive *d;

	build("", 1);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	shell("mv drives/01/TAPE01L8 shelf/");
	assert_int_equal(drive_status(d, &v), DRIVE_EMPTY);
	assert_false(on_disk("drives/01/medium"));
	assert_false(element(DRIVE).full);
	shell("mv shelf/TAPE01L8 drives/01/");
	assert_int_equal(drive_status(d, &v), DRIVE_UNLOADED);
	drive_close(d);
}

static void the_library_goes_and_comes(void **state)
{
	build("", 1);
	shell("mv %s %s.away", dir, dir);
	fails(device_ready(changer_device(c), &v));
	assert_int_equal(v.reaction, REACT_PATH);
	char away[80];
	snprintf(away, sizeof away, "%s.away", dir);
	assert_int_equal(rename(away, dir), 0);
	done(device_ready(changer_device(c), &v));
	assert_string_equal(element(SLOT).tag, "TAPE01L8");
}

static void settings_are_checked(void **state)
{
	static const char *const wrong[] = {"slots = many",
					    "colour = red",
					    "slot_address = 257",
					    "fault = move 1 explode",
					    "[garage]",
					    "lacks = zz",
					    "barcodes = perhaps",
					    "slots",
					    "fault = tur 1 hand,4/15/83",
					    "fault = alert 1 5/20/00",
					    "fault = move@ 1 door",
					    "fault = element@1 * source=x"};

	for (size_t i = 0; i < countof(wrong); i++) {
		assert_int_not_equal(
			virtual_create(dir, &(struct virtual_geometry){6, 2, 2, 8, 0, wrong[i]}, &e), 0);
		assert_non_null(strstr(e.why, "library.ini"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_operators_hand_is_noticed),
		T(two_in_one_slot),
		T(a_copy_under_way),
		T(strays_and_odd_names),
		T(the_same_bar_code_twice),
		T(no_reader_no_tags),
		T(taken_out_of_a_drive),
		T(the_library_goes_and_comes),
		T(settings_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
