/* SPDX-License-Identifier: GPL-2.0-or-later
 * A robot that fails, isn't there, is another, or whose cartridges somebody else moves. */
#include "library/fixture.h"

#define ELEMENTS                                                                                             \
	"SELECT (SELECT count(*) FROM slot)+(SELECT count(*) FROM drive)+(SELECT count(*) FROM ieport)"

static void move_lost_but_done(void **state)
{
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_UNKNOWN, w.fault.fault = FAULT_PATH,
	w.fault.happens = true;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM action WHERE kind=3 AND request=(SELECT max(id) FROM "
				 "librequest WHERE op=17)"),
			 1);
	check_at_rest(&w);
}

static void move_lost_and_not_done(void **state)
{
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_UNKNOWN, w.fault.fault = FAULT_PATH;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	check_at_rest(&w);
}

/* "Load failed", says the robot, but the cartridge is in the drive by then. */
static void move_failed_but_done(void **state)
{
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_DRIVE,
	w.fault.happens = true;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	/* the elements were read before the next move, so that none was tried in vain */
	assert_int_equal(ask(&w, "SELECT count(*) FROM action WHERE kind=3 AND state=2"), 1);
	check_at_rest(&w);
}

static void moved_behind_our_back(void **state)
{
	struct event ev = {.kind = EV_ATTENTION, .types = 1 << 2 | 1 << 3 | 1 << 4};
	int a;

	/* 0 and 1 change places, 2 is taken out */
	a = place_at(&w, SLOT)->cartridge;
	place_at(&w, SLOT)->cartridge = place_at(&w, SLOT + 1)->cartridge;
	place_at(&w, SLOT + 1)->cartridge = a;
	place_at(&w, SLOT + 2)->cartridge = -1;
	world_tell(&w, &ev);
	world_run(&w);
	check_at_rest(&w);
	assert_int_equal(ask(&w, "SELECT s.element FROM slot s JOIN physical_media m ON m.place=s.id WHERE "
				 "m.barcode='TAPE00L8'"),
			 SLOT + 1);
	assert_int_equal(ask(&w, "SELECT library=(SELECT id FROM library WHERE key='') FROM physical_media "
				 "WHERE barcode='TAPE02L8'"),
			 1);
}

/* Somebody takes a mounted cartridge out of its drive and lays it into a slot. */
static void mounted_no_more(void **state)
{
	struct event ev = {.kind = EV_ATTENTION, .types = 1 << 2 | 1 << 3 | 1 << 4};

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	place_at(&w, DRIVE)->cartridge = -1;
	place_at(&w, SLOT + 5)->cartridge = 0;
	world_tell(&w, &ev);
	world_run(&w);
	check_at_rest(&w);
	assert_int_equal(
		ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL OR state<>0"), 0);
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
}

static void cartridge_in_the_hand(void **state)
{
	struct event ev = {.kind = EV_ATTENTION, .types = 30};

	place_at(&w, HAND)->cartridge = 0;
	place_at(&w, SLOT)->cartridge = -1;
	world_tell(&w, &ev);
	world_run(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0);
	check_at_rest(&w);
}

/* Another partition: the same slots and drives at other addresses, while a medium is mounted. */
static void robot_readdressed(void **state)
{
	guid medium;
	int64_t drive, slot, elements;

	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	drive = ask(&w, "SELECT id FROM drive WHERE element=500");
	slot = ask(&w, "SELECT place FROM physical_media WHERE place IN (SELECT id FROM slot)");
	elements = ask(&w, ELEMENTS);
	w.shift = 1; /* onto addresses that others had */
	vec_each(p, &w.places)
		p->cell.address++, p->source = (uint16_t)(p->source ? p->source + 1 : 0);
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT id FROM drive WHERE element=501"), drive);
	assert_int_equal(ask(&w, "SELECT place FROM physical_media WHERE place IN (SELECT id FROM slot)"),
			 slot);
	assert_int_equal(ask(&w, "SELECT place FROM physical_media WHERE mounted_side IS NOT NULL"), drive);
	assert_int_equal(ask(&w, ELEMENTS), elements);
	assert_int_equal(ask(&w, "SELECT min(element) FROM slot"), SLOT + 1);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE place IN (SELECT id FROM slot)"),
			 2);
	check_at_rest(&w);
}

static void out_of_reach_is_told(void **state)
{
	struct event down = {.kind = EV_DOWN, .fault = FAULT_PATH, .why = "no answer"};

	down.library = w.library;
	world_tell(&w, &down);
	assert_int_equal(
		ask(&w, "SELECT count(*) FROM oprequest WHERE message LIKE '%can''t be reached: no answer'"),
		1);
	world_tell(&w, &down);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest"), 1);
	world_probe(&w);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest"), 0);
	world_set(&w, "UPDATE object SET enabled=0 WHERE type=9"); /* a person knows */
	world_tell(&w, &down);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest"), 0);
}

static void disable_and_enable(void **state)
{
	struct DisableNtmsObject_in in = {.type = NTMS_LIBRARY};
	struct EnableNtmsObject_in on = {.type = NTMS_LIBRARY};
	int code;

	in.object = on.object =
		ask_guid(&w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'");
	assert_int_equal(CALL(&w, DisableNtmsObject, &in, NULL), 0);
	world_run(&w);
	inject(&w, NTMS_INJECT_START, guid_null, &code);
	assert_int_equal(code, ERROR_DEVICE_NOT_AVAILABLE);
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), ERROR_RESOURCE_DISABLED);
	assert_int_equal(CALL(&w, EnableNtmsObject, &on, NULL), 0);
	world_run(&w);
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
}

/* Who has asked for a dismount was told that it will be done, and doesn't ask again. */
static void disabled_before_a_dismount(void **state)
{
	struct DisableNtmsObject_in in = {.type = NTMS_LIBRARY};
	struct EnableNtmsObject_in on = {.type = NTMS_LIBRARY};
	struct DismountNtmsMedia_in back = {.media = {media, 1}, .options = NTMS_DISMOUNT_IMMEDIATE};

	in.object = on.object =
		ask_guid(&w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'");
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	world_restart(&w);
	assert_int_equal(CALL(&w, DismountNtmsMedia, &back, NULL), 0); /* before the robot is reached */
	assert_int_equal(CALL(&w, DisableNtmsObject, &in, NULL), 0);
	world_up(&w);
	assert_int_equal(CALL(&w, EnableNtmsObject, &on, NULL), 0);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE barcode='TAPE00L8' "
				 "AND (in_drive=1 OR mounted_side IS NOT NULL)"),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALLOCATED(1, move_lost_but_done),   ALLOCATED(1, move_lost_and_not_done),
		ALLOCATED(1, move_failed_but_done), FREE(3, moved_behind_our_back),
		ALLOCATED(1, mounted_no_more),	    FREE(1, cartridge_in_the_hand),
		FREE(2, robot_readdressed),	    FREE(1, out_of_reach_is_told),
		ALLOCATED(1, disable_and_enable),   ALLOCATED(1, disabled_before_a_dismount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
