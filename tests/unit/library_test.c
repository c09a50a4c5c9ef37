/* SPDX-License-Identifier: GPL-2.0-or-later
 * The controllers, on the real model and store, with a robot and a clock of the test's own. */
#include "library/acts.h"
#include "library/controller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ELEMENTS                                                                                             \
	"SELECT (SELECT count(*) FROM slot)+(SELECT count(*) FROM drive)+(SELECT count(*) FROM ieport)"
#define MEDIUM(tag) "(SELECT id FROM physical_media WHERE barcode='" tag "')"

static void first_inventory(void **state)
{
	struct world w = {.generation = "LTO-8"};

	world_start(&w, 8, 2, 1);
	cartridge_add(&w, SLOT, "BLANK1L8", LABEL_BLANK, NULL);
	cartridge_add(&w, SLOT + 1, "TAR001L8", LABEL_FOREIGN, "some tar");
	cartridge_add(&w, SLOT + 2, "CLN001L8", LABEL_BLANK, NULL);
	cartridge_add(&w, SLOT + 3, "", LABEL_UNKNOWN, NULL);
	cartridge_add(&w, DRIVE, "LOADEDL8", LABEL_BLANK, NULL);
	world_up(&w);
	assert_int_equal(
		ask(&w, "SELECT opstate FROM object WHERE id=(SELECT id FROM library WHERE key='test')"),
		NTMS_READY);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media"), 5);
	assert_int_equal(ask(&w, "SELECT state FROM side WHERE medium=" MEDIUM("BLANK1L8")),
			 NTMS_PARTSTATE_FOREIGN);
	assert_int_equal(ask(&w, "SELECT state FROM side WHERE medium=" MEDIUM("TAR001L8")),
			 NTMS_PARTSTATE_IMPORT);
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE medium=" MEDIUM("CLN001L8")), 0);
	assert_int_equal(ask(&w, "SELECT state FROM side WHERE medium=" MEDIUM("LOADEDL8")),
			 NTMS_PARTSTATE_FOREIGN);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE place IN (SELECT id FROM drive)"),
			 0); /* put away */
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE state NOT IN (2)"), 0);
	check_at_rest(&w);
	world_end(&w);
}

static void mount_and_dismount(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE), 0);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 NTMS_DRIVESTATE_LOADED);
	assert_int_equal(ask(&w, "SELECT state FROM physical_media"), NTMS_MEDIASTATE_LOADED);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0); /* home again */
	assert_int_equal(ask(&w, "SELECT state FROM physical_media"), NTMS_MEDIASTATE_IDLE);
	check_at_rest(&w);
	world_end(&w);
}

static void deferred_dismount(void **state)
{
	struct world w = {0};
	guid pool, medium;
	size_t before;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, &medium, NTMS_DISMOUNT_DEFERRED);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 NTMS_DRIVESTATE_DISMOUNTABLE);
	before = w.done.n;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	for (size_t i = before; i < w.done.n; i++)
		assert_int_not_equal(w.done.v[i], ACT_MOVE);
	world_end(&w);
}

static void deferred_gives_way(void **state)
{
	struct world w = {0};
	guid pool, m[3];
	guid call;
	int code;

	start_with(&w, 3, &pool);
	for (int i = 0; i < 3; i++)
		m[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, &m[0], 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(mount(&w, &m[1], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &m[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING); /* both drives are in use */
	dismount(&w, &m[0], NTMS_DISMOUNT_DEFERRED);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING); /* the least time isn't over */
	world_pass(&w, 300 * 1000);
	assert_int_equal(mount_end(&w, &call), 0);
	world_end(&w);
}

/* ... and whatever waits for that takes another drive that is free before. */
static void deferred_is_not_waited_for_in_vain(void **state)
{
	struct world w = {0};
	guid pool, m[3], call;
	int code;

	start_with(&w, 3, &pool);
	for (int i = 0; i < 3; i++)
		m[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, m, 2, NTMS_MOUNT_READ), 0);
	dismount(&w, &m[0], NTMS_DISMOUNT_DEFERRED);
	call = mount_begin(&w, &m[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	dismount(&w, &m[1], NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE state=7"), 1);
	world_end(&w);
}

/* Unknown media needn't wait for a mount to have left-over ones put away, but for their time as anybody. */
static void deferred_gives_way_to_first_contact(void **state)
{
	struct world w = {0};
	guid pool, m[2];

	start_with(&w, 2, &pool);
	for (int i = 0; i < 2; i++)
		m[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, m, 2, NTMS_MOUNT_READ), 0);
	dismount(&w, &m[0], NTMS_DISMOUNT_DEFERRED);
	world_pass(&w, 100 * 1000);
	dismount(&w, &m[1], NTMS_DISMOUNT_DEFERRED);
	cartridge_add(&w, SLOT + 2, "NEW002L8", LABEL_BLANK, NULL);
	cartridge_add(&w, SLOT + 3, "NEW003L8", LABEL_BLANK, NULL);
	world_tell(&w, &(struct event){.kind = EV_ATTENTION, .library = w.library, .types = 1 << 2});
	world_run(&w);
	world_pass(&w, 199 * 1000);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE state=7"), 2); /* still theirs */
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 2);
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 0);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media "
				 "WHERE barcode='TAPE01L8')"),
			 NTMS_DRIVESTATE_DISMOUNTABLE);
	world_pass(&w, 100 * 1000); /* nobody needs that drive */
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE state=7"), 1);
	check_at_rest(&w);
	world_end(&w);
}

static void mounts_of_several(void **state)
{
	struct world w = {0};
	guid pool, m[3], call;
	int code;

	start_with(&w, 3, &pool);
	for (int i = 0; i < 3; i++)
		m[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, &m[0], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &m[1], 2, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"),
			 0); /* nothing, or all */
	dismount(&w, &m[0], NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 2);
	assert_int_equal(mount(&w, m, 3, NTMS_MOUNT_READ),
			 ERROR_RESOURCE_NOT_AVAILABLE); /* more than drives */
	world_end(&w);
}

/* A mount that needs both drives at once, in the middle of first contact: what is under way is finished, and
 * no further identification takes a drive that it waits for. (It then holds both.) */
static void several_during_first_contact(void **state)
{
	struct world w = {0};
	guid pool, m[2], call;
	int code;

	start_with(&w, 2, &pool);
	for (int i = 0; i < 2; i++)
		m[i] = allocate(&w, &pool);
	for (uint16_t i = 2; i < 8; i++) {
		char tag[16];

		snprintf(tag, sizeof tag, "NEW%03uL8", i);
		cartridge_add(&w, SLOT + i, tag, LABEL_BLANK, NULL);
	}
	world_tell(&w, &(struct event){.kind = EV_ATTENTION, .library = w.library, .types = 1 << 2});
	while (ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL") < 2)
		assert_true(world_step(&w));
	call = mount_begin(&w, m, 2, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 4);
	for (int i = 0; i < 2; i++)
		dismount(&w, &m[i], NTMS_DISMOUNT_IMMEDIATE);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 0);
	check_at_rest(&w);
	world_end(&w);
}

/* ... unless drives aren't all it waits for: one of its media lies where the robot can't get it. */
static void several_wait_for_more_than_drives(void **state)
{
	struct world w = {0};
	guid pool, m[2], call;
	int code;

	start_with(&w, 2, &pool);
	for (int i = 0; i < 2; i++)
		m[i] = allocate(&w, &pool);
	world_set(&w, "UPDATE slot SET barred_until=9000000000000000 "
		      "WHERE id=(SELECT min(place) FROM physical_media)");
	call = mount_begin(&w, m, 2, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	assert_int_equal(mount(&w, &m[1], 1, NTMS_MOUNT_READ), 0); /* nor does it hold back a mount */
	dismount(&w, &m[1], NTMS_DISMOUNT_IMMEDIATE);
	for (uint16_t i = 2; i < 4; i++) {
		char tag[16];

		snprintf(tag, sizeof tag, "NEW%03uL8", i);
		cartridge_add(&w, SLOT + i, tag, LABEL_BLANK, NULL);
	}
	world_tell(&w, &(struct event){.kind = EV_ATTENTION, .library = w.library, .types = 1 << 2});
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 0);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_set(&w, "UPDATE slot SET barred_until=0");
	world_pass(&w, 60 * 1000);
	assert_int_equal(mount_end(&w, &call), 0);
	world_end(&w);
}

static void out_of_reach_is_told(void **state)
{
	struct world w = {0};
	guid pool;
	struct event down = {.kind = EV_DOWN, .fault = FAULT_PATH, .why = "no answer"};

	start_with(&w, 1, &pool);
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
	world_end(&w);
}

static void mount_times_out(void **state)
{
	struct world w = {0};
	guid pool, m[3], call;
	int code;

	start_with(&w, 3, &pool);
	for (int i = 0; i < 3; i++)
		m[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, &m[0], 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(mount(&w, &m[1], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &m[2], 1, NTMS_MOUNT_READ, 5000, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_pass(&w, 5000);
	assert_int_equal(mount_end(&w, &call), ERROR_TIMEOUT);
	call = mount_begin(&w, &m[2], 1, NTMS_MOUNT_READ | NTMS_MOUNT_ERROR_NOT_AVAILABLE, INFINITE, &code);
	if (code == ERROR_IO_PENDING)
		code = mount_end(&w, &call);
	assert_int_equal(code, ERROR_BUSY);
	world_end(&w);
}

static void session_ends_while_it_waits(void **state)
{
	struct world w = {0};
	guid pool, m[3];
	int code;

	start_with(&w, 3, &pool);
	for (int i = 0; i < 3; i++)
		m[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, m, 2, NTMS_MOUNT_READ), 0);
	mount_begin(&w, &m[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(&w);
	session_end(&w);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=17 ORDER BY id DESC LIMIT 1"),
			 NTMS_LM_CANCELLED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"),
			 2); /* outlive it */
	world_end(&w);
}

static void session_ends_in_the_move(void **state)
{
	struct world w = {0};
	guid pool, medium;
	int code;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(w.queue.n, 1);
	session_end(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=17"), NTMS_LM_CANCELLED);
	world_run(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0); /* put away */
	check_at_rest(&w);
	world_end(&w);
}

static void timeout_zero_tries_once(void **state)
{
	struct world w = {0};
	guid pool, m[3], call;
	int code;

	start_with(&w, 3, &pool);
	for (int i = 0; i < 3; i++)
		m[i] = allocate(&w, &pool);
	call = mount_begin(&w, m, 1, NTMS_MOUNT_READ, 0, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	world_pass(&w, 1000); /* it could start, so it may take its time */
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(mount(&w, &m[1], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &m[2], 1, NTMS_MOUNT_READ, 0, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_TIMEOUT);
	world_end(&w);
}

static void operator_refuses_to_bring_it(void **state)
{
	struct world w = {0};
	struct CancelNtmsOperatorRequest_in in;
	guid pool, medium, call;
	int code;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 1000);
	call = mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	in.request =
		ask_guid(&w, "SELECT o.guid FROM oprequest r JOIN object o ON o.id=r.id WHERE r.state=1");
	assert_int_equal(CALL(&w, CancelNtmsOperatorRequest, &in, NULL), 0);
	assert_int_equal(mount_end(&w, &call), ERROR_REQUEST_REFUSED);

	/* an answer that isn't true raises the request anew */
	call = mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, 60000, &code);
	in.request =
		ask_guid(&w, "SELECT o.guid FROM oprequest r JOIN object o ON o.id=r.id WHERE r.state=1");
	assert_int_equal(CALL(&w, SatisfyNtmsOperatorRequest, &in, NULL), 0);
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE state=1"), 1);
	world_pass(&w, 60000);
	assert_int_equal(mount_end(&w, &call), ERROR_TIMEOUT);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE state=1"),
			 0); /* nobody waits for it */
	world_end(&w);
}

static void wrong_cartridge(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 2, &pool);
	medium = allocate(&w, &pool);
	/* somebody has swapped the labels of the two */
	memcpy(w.cartridges.v[0].id[0], "00000000000000000000000000000bad", 33);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), ERROR_INVALID_STATE);
	assert_int_equal(ask(&w, "SELECT error FROM librequest WHERE op=17"), ERROR_UNEXPECTED_OMID);
	assert_int_equal(ask(&w, "SELECT enabled FROM object WHERE id=" MEDIUM("TAPE00L8")), 0);
	assert_int_equal(ask(&w, "SELECT count(*)>0 FROM oprequest WHERE state=1"), 1);
	world_run(&w);
	check_at_rest(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0);
	world_end(&w);
}

static void application_data_is_no_contradiction(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	w.cartridges.v[0].label[0] = LABEL_UNKNOWN;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	world_end(&w);
}

static void move_lost_but_done(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_UNKNOWN, w.fault.fault = FAULT_PATH,
	w.fault.happens = true;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM action WHERE kind=3 AND request=(SELECT max(id) FROM "
				 "librequest WHERE op=17)"),
			 1);
	check_at_rest(&w);
	world_end(&w);
}

static void move_lost_and_not_done(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_UNKNOWN, w.fault.fault = FAULT_PATH;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	check_at_rest(&w);
	world_end(&w);
}

/* "Load failed", says the robot, but the cartridge is in the drive by then. */
static void move_failed_but_done(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_DRIVE,
	w.fault.happens = true;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	/* the elements were read before the next move, so that none was tried in vain */
	assert_int_equal(ask(&w, "SELECT count(*) FROM action WHERE kind=3 AND state=2"), 1);
	check_at_rest(&w);
	world_end(&w);
}

static void drive_fails_another_serves(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	w.fault.kind = ACT_LOAD, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_DRIVE;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(
		ask(&w, "SELECT count(*) FROM drive d JOIN object o ON o.id=d.id WHERE o.opstate=20"), 1);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE request=3"), 1);
	world_end(&w);
}

static void application_holds_the_drive(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	w.fault.kind = ACT_UNLOAD, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=16 ORDER BY id DESC LIMIT 1"),
			 NTMS_LM_WAITING);
	/* it is asked less and less often */
	for (int pause = 2000; pause < 32000; pause *= 2) {
		w.fault.kind = ACT_UNLOAD, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
		world_pass(&w, pause - 1);
		assert_int_equal(w.fault.kind, ACT_UNLOAD); /* not asked yet */
		world_pass(&w, 1);
		assert_int_not_equal(w.fault.kind, ACT_UNLOAD);
	}
	world_pass(&w, 32000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=16 ORDER BY id DESC LIMIT 1"),
			 NTMS_LM_PASSED);
	check_at_rest(&w);
	world_end(&w);
}

static void moved_behind_our_back(void **state)
{
	struct world w = {0};
	guid pool;
	struct event ev = {.kind = EV_ATTENTION, .types = 1 << 2 | 1 << 3 | 1 << 4};
	int a;

	start_with(&w, 3, &pool);
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
	world_end(&w);
}

/* Somebody takes a mounted cartridge out of its drive and lays it into a slot. */
static void mounted_no_more(void **state)
{
	struct world w = {0};
	struct event ev = {.kind = EV_ATTENTION, .types = 1 << 2 | 1 << 3 | 1 << 4};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	place_at(&w, DRIVE)->cartridge = -1;
	place_at(&w, SLOT + 5)->cartridge = 0;
	world_tell(&w, &ev);
	world_run(&w);
	check_at_rest(&w);
	assert_int_equal(
		ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL OR state<>0"), 0);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	world_end(&w);
}

static int restored_job(struct txn *t, void *arg, struct err *e)
{
	struct ctl c = {.t = t, .e = e, .now = txn_now(t)};

	return library_restored(&c, "as a test says");
}

/* The store is put back from a copy: what was allocated since looks Available there. */
static void restored_from_a_copy(void **state)
{
	struct world w = {0};
	struct err e = {0};
	guid pool, media[3];
	int code;

	start_with(&w, 3, &pool);
	media[0] = allocate(&w, &pool);
	mount_begin(&w, &media[0], 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_restart(&w);
	assert_int_equal(store_run(w.store, restored_job, NULL, &e), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM action WHERE state IN (0,3)"), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE verified"), 0);
	assert_int_equal(
		ask(&w, "SELECT count(*) FROM oprequest WHERE state=1 AND message LIKE '%as a test says%'"),
		1);
	world_up(&w);
	check_at_rest(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE NOT verified"), 0);
	w.cartridges.v[0].label[0] = LABEL_UNKNOWN; /* of its application, which has it still */
	w.cartridges.v[1].label[0] = LABEL_UNKNOWN; /* of one that got it since */
	for (int i = 1; i < 3; i++)
		media[i] = allocate(&w, &pool);
	assert_int_equal(mount(&w, &media[0], 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(mount(&w, &media[1], 1, NTMS_MOUNT_READ), ERROR_INVALID_STATE);
	assert_int_equal(mount(&w, &media[2], 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(ask(&w, "SELECT enabled FROM object WHERE name='TAPE01L8' AND type=15"), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE proof<>0"), 0);
	assert_int_equal(w.cartridges.v[1].label[0], LABEL_UNKNOWN);
	world_end(&w);
}

static void inject_one(void **state)
{
	struct world w = {0};
	guid pool;
	int code;

	start_with(&w, 2, &pool);
	inject(&w, NTMS_INJECT_START, guid_null, &code);
	assert_int_equal(code, 0);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12"), NTMS_LM_INPROCESS);
	cartridge_add(&w, PORT, "NEW001L8", LABEL_FOREIGN, "tar x");
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12"), NTMS_LM_PASSED);
	assert_int_equal(ask(&w, "SELECT state FROM side WHERE medium=" MEDIUM("NEW001L8")),
			 NTMS_PARTSTATE_IMPORT);
	assert_int_equal(place_at(&w, PORT)->cartridge, -1);
	check_at_rest(&w);
	world_end(&w);
}

static void inject_stopped_and_timed_out(void **state)
{
	struct world w = {0};
	guid pool, op;
	int code;

	start_with(&w, 2, &pool);
	op = inject(&w, NTMS_INJECT_START, guid_null, &code);
	world_run(&w);
	inject(&w, NTMS_INJECT_STOP, op, &code);
	assert_int_equal(code, 0);
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12"), NTMS_LM_STOPPED);
	inject(&w, NTMS_INJECT_START, guid_null, &code);
	world_run(&w);
	for (int i = 0; i < 301; i++)
		world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12 ORDER BY id DESC LIMIT 1"),
			 NTMS_LM_PASSED);
	check_at_rest(&w);
	world_end(&w);
}

static void inject_many(void **state)
{
	struct world w = {0};
	guid pool, op;
	int code;

	start_with(&w, 2, &pool);
	op = inject(&w, NTMS_INJECT_STARTMANY, guid_null, &code);
	world_run(&w);
	cartridge_add(&w, PORT, "NEW001L8", LABEL_BLANK, NULL);
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12"),
			 NTMS_LM_INPROCESS); /* open again for more */
	cartridge_add(&w, PORT, "NEW002L8", LABEL_BLANK, NULL);
	world_pass(&w, 1000);
	inject(&w, NTMS_INJECT_STOP, op, &code);
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12"), NTMS_LM_STOPPED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE barcode LIKE 'NEW%'"), 2);
	check_at_rest(&w);
	world_end(&w);
}

static void eject_and_bring_back(void **state)
{
	struct world w = {0};
	guid pool, medium, call;
	int code, cartridge;

	start_with(&w, 2, &pool);
	medium = allocate(&w, &pool);
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	assert_int_equal(code, 0);
	world_run(&w);
	cartridge = place_at(&w, PORT)->cartridge;
	assert_int_equal(cartridge, 0);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_INPROCESS);
	place_at(&w, PORT)->cartridge = -1; /* the operator takes it */
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_PASSED);
	assert_int_equal(ask(&w, "SELECT library=(SELECT id FROM library WHERE key='') FROM physical_media "
				 "WHERE barcode='TAPE00L8'"),
			 1);

	call = mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE request=4 AND state=1"), 1);
	inject(&w, NTMS_INJECT_START, guid_null, &code);
	world_run(&w);
	place_at(&w, PORT)->cartridge = cartridge;
	world_pass(&w, 1000);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE request=4 AND state=5"),
			 1); /* closed by itself */
	world_end(&w);
}

static void eject_not_taken(void **state)
{
	struct world w = {0};
	guid pool;
	int code;

	start_with(&w, 1, &pool);
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	for (int i = 0; i < 301; i++)
		world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_PASSED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE request=4 AND state=1"), 1);
	assert_int_equal(ask(&w, "SELECT place=(SELECT id FROM ieport) FROM physical_media"), 1);
	world_end(&w);
}

static size_t done(const struct world *w, enum action_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < w->done.n; i++)
		n += w->done.v[i] == kind;
	return n;
}

/* What lies in the way is somebody's: he is told, and the robot isn't asked each second until he comes. */
static void eject_behind_a_stranger(void **state)
{
	static const char told[] = "SELECT count(*) FROM oprequest WHERE trouble='stranger' AND state=1";
	struct world w = {0};
	size_t before;
	guid pool;
	int code;

	start_with(&w, 1, &pool);
	cartridge_add(&w, PORT, "OTHER1L8", LABEL_FOREIGN, "tar x");
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_WAITING);
	assert_int_equal(ask(&w, told), 1);
	before = done(&w, ACT_STATUS);
	for (int i = 0; i < 60; i++)
		world_pass(&w, 1000);
	assert_in_range(done(&w, ACT_STATUS) - before, 5, 10); /* more often while he may still stand there */
	before = done(&w, ACT_STATUS);
	for (int i = 0; i < 3600; i++)
		world_pass(&w, 1000);
	assert_in_range(done(&w, ACT_STATUS) - before, 100, 120);
	assert_int_equal(ask(&w, told), 1);
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 30000);
	assert_int_equal(place_at(&w, PORT)->cartridge, 0);
	assert_int_equal(ask(&w, told), 0);
	/* his own he takes at once */
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_PASSED);
	world_end(&w);
}

/* The next one's turn comes when the slot is found empty, however long it has waited. */
static void ejects_one_after_the_other(void **state)
{
	struct world w = {0};
	guid pool;
	int code;

	start_with(&w, 2, &pool);
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	eject(&w, "TAPE01L8", NTMS_EJECT_START, &code);
	for (int i = 0; i < 200; i++)
		world_pass(&w, 1000);
	assert_int_equal(place_at(&w, PORT)->cartridge, 0);
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 1000);
	assert_int_equal(place_at(&w, PORT)->cartridge, 1);
	world_end(&w);
}

static void disable_and_enable(void **state)
{
	struct world w = {0};
	guid pool, medium;
	struct DisableNtmsObject_in in = {.type = NTMS_LIBRARY};
	struct EnableNtmsObject_in on = {.type = NTMS_LIBRARY};
	int code;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	in.object = on.object =
		ask_guid(&w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'");
	assert_int_equal(CALL(&w, DisableNtmsObject, &in, NULL), 0);
	world_run(&w);
	inject(&w, NTMS_INJECT_START, guid_null, &code);
	assert_int_equal(code, ERROR_DEVICE_NOT_AVAILABLE);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), ERROR_RESOURCE_DISABLED);
	assert_int_equal(CALL(&w, EnableNtmsObject, &on, NULL), 0);
	world_run(&w);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	world_end(&w);
}

/* Its elements are in doubt since the start; enabled, it is read, though nothing else happens. */
static void enabled_after_a_restart(void **state)
{
	struct world w = {0};
	guid pool;
	struct DisableNtmsObject_in off = {.type = NTMS_LIBRARY};
	struct EnableNtmsObject_in on = {.type = NTMS_LIBRARY};

	start_with(&w, 1, &pool);
	off.object = on.object =
		ask_guid(&w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'");
	assert_int_equal(CALL(&w, DisableNtmsObject, &off, NULL), 0);
	world_run(&w);
	world_restart(&w);
	world_up(&w);
	assert_int_equal(
		ask(&w, "SELECT opstate FROM object WHERE id=(SELECT id FROM library WHERE key='test')"),
		NTMS_INITIALIZING);
	assert_int_equal(CALL(&w, EnableNtmsObject, &on, NULL), 0);
	world_run(&w);
	assert_int_equal(
		ask(&w, "SELECT opstate FROM object WHERE id=(SELECT id FROM library WHERE key='test')"),
		NTMS_READY);
	world_end(&w);
}

/* A dismount was cut off between unloading and the slot: the medium is nobody's, and can be had by all. */
static void idle_after_a_restart(void **state)
{
	struct world w = {0};
	guid pool, medium;
	int code;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	mount(&w, &medium, 1, NTMS_MOUNT_READ);
	CALL(&w, DismountNtmsMedia, (&(struct DismountNtmsMedia_in){.media = {&medium, 1}}), NULL);
	while (w.queue.n && w.queue.v[0].kind != ACT_MOVE)
		world_step(&w);
	place_at(&w, SLOT)->cartridge = 0;
	place_at(&w, DRIVE)->cartridge = -1;
	world_restart(&w);
	world_up(&w);
	check_at_rest(&w);
	assert_int_equal(ask(&w, "SELECT state FROM physical_media"), NTMS_MEDIASTATE_IDLE);
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	assert_int_equal(code, 0);
	world_end(&w);
}

/* The daemon dies with a move under way; the robot finishes it, or doesn't. */
static void restart_in_a_move(void **state)
{
	for (int happens = 0; happens < 2; happens++) {
		struct world w = {0};
		guid pool, medium;
		int code;

		start_with(&w, 1, &pool);
		medium = allocate(&w, &pool);
		mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
		assert_int_equal(w.queue.n, 1);
		assert_int_equal(w.queue.v[0].kind, ACT_MOVE);
		if (happens) {
			place_at(&w, DRIVE)->cartridge = 0;
			place_at(&w, SLOT)->cartridge = -1;
		}
		world_restart(&w);
		assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=17"), NTMS_LM_CANCELLED);
		assert_int_equal(ask(&w, "SELECT count(*) FROM action WHERE state=3"), 1);
		world_up(&w);
		check_at_rest(&w);
		assert_int_equal(place_at(&w, SLOT)->cartridge, 0); /* put away */
		assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
		world_end(&w);
	}
}

/* Without a bar code nothing but the unsettled move tells which medium it is. */
static void restart_in_a_move_without_bar_code(void **state)
{
	static const uint16_t ends[] = {SLOT, DRIVE, HAND};

	for (size_t i = 0; i < countof(ends); i++) {
		struct world w = {0};
		guid pool, medium;
		int code;

		start_with(&w, 1, &pool);
		medium = allocate(&w, &pool);
		w.cartridges.v[0].label[0] = LABEL_UNKNOWN; /* nor does its label tell */
		w.cartridges.v[0].tag[0] = '\0';
		mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
		place_at(&w, SLOT)->cartridge = -1;
		place_at(&w, ends[i])->cartridge = 0;
		world_restart(&w);
		world_up(&w);
		assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media"), 1);
		assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
		world_end(&w);
	}
}

/* Whoever asked for a dismount was told that it will be done: a restart doesn't make the medium theirs again.
 */
static void restart_in_a_dismount(void **state)
{
	struct world w = {0};
	guid pool, medium;
	struct DismountNtmsMedia_in in = {.media = {&medium, 1}, .options = NTMS_DISMOUNT_IMMEDIATE};

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(CALL(&w, DismountNtmsMedia, &in, NULL), 0);
	world_restart(&w);
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE holder<>''"), 0);
	check_at_rest(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0);
	world_end(&w);
}

/* Marks nest; rewinding leaves the mark, jobs that fail don't touch it. */
static void marks(void **state)
{
	static const char pools[] = "SELECT count(*) FROM media_pool";
	struct world w = {0};
	struct err e = {0};
	int64_t before;
	guid pool;

	start_with(&w, 1, &pool);
	before = ask(&w, pools);
	assert_int_equal(store_mark(w.store, &e), 0);
	pool_new(&w, "\\One", "LTO-8");
	assert_int_equal(store_mark(w.store, &e), 0);
	for (int i = 0; i < 2; i++) {
		struct CreateNtmsMediaPool_in again = {.name = "\\One", .action = NTMS_CREATE_NEW};

		pool_new(&w, "\\Two", "LTO-8");
		assert_int_not_equal(CALL(&w, CreateNtmsMediaPool, &again, NULL), 0);
		assert_int_equal(ask(&w, pools), before + 2);
		assert_int_equal(store_rewind(w.store, &e), 0);
		assert_int_equal(ask(&w, pools), before + 1);
	}
	assert_int_equal(store_unmark(w.store, &e), 0);
	assert_int_equal(ask(&w, pools), before + 1);
	assert_int_equal(store_unmark(w.store, &e), 0);
	assert_int_equal(ask(&w, pools), before);
	pool_new(&w, "\\One", "LTO-8");
	assert_int_equal(ask(&w, pools), before + 1);
	world_end(&w);
}

/* The media of a call are mounted or none: nobody has been told of the one that was. */
static void restart_in_a_mount_of_two(void **state)
{
	struct world w = {0};
	guid pool, media[2];
	int code;

	start_with(&w, 2, &pool);
	media[0] = allocate(&w, &pool), media[1] = allocate(&w, &pool);
	mount_begin(&w, media, 2, 0, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	while (ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL") == 0)
		assert_true(world_step(&w));
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE op=17 AND open=1"), 1);
	world_restart(&w);
	world_up(&w);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 0);
	check_at_rest(&w);
	world_end(&w);
}

/* Even where the administrator wants no inventory, nothing moves before the elements were read. */
static void restart_in_a_move_without_inventory(void **state)
{
	struct world w = {0};
	guid pool, medium;
	size_t first = 0;
	int code;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	world_set(&w, "UPDATE library SET inventory_method=0");
	mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	place_at(&w, DRIVE)->cartridge = 0;
	place_at(&w, SLOT)->cartridge = -1;
	world_restart(&w);
	w.done.n = 0;
	world_up(&w);
	while (w.done.v[first] == ACT_REVOKE) /* on the drives' own threads: no move */
		first++;
	assert_int_equal(w.done.v[first], ACT_STATUS);
	check_at_rest(&w);
	world_end(&w);
}

/* Another partition: the same slots and drives at other addresses, while a medium is mounted. */
static void robot_readdressed(void **state)
{
	struct world w = {0};
	guid pool, medium;
	int64_t drive, slot, elements;

	start_with(&w, 2, &pool);
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
	world_end(&w);
}

static bool follows(const struct world *w, size_t from, const enum action_kind *kinds, size_t n)
{
	for (size_t i = from; i < w->done.n && n; i++)
		if (w->done.v[i] == *kinds)
			kinds++, n--;
	return !n;
}

/* From the mount's end to the dismount the user may open the drive; before it is unloaded, nobody may. */
static void granted_while_mounted(void **state)
{
	static const enum action_kind in[] = {ACT_MOVE, ACT_LOAD, ACT_READ_LABEL, ACT_GRANT},
				      out[] = {ACT_REVOKE, ACT_UNLOAD, ACT_MOVE};
	struct world w = {0};
	guid pool, medium;
	size_t before;

	start_with(&w, 1, &pool);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE granted<>''"), 0);
	medium = allocate(&w, &pool);
	before = w.done.n;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_true(follows(&w, before, in, 4));
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE substr(granted,1,2)='r '"), 1);
	world_restart(&w); /* the rows decide what the nodes' ACLs are then */
	before = w.done.n;
	world_up(&w);
	assert_true(follows(&w, before, (enum action_kind[]){ACT_GRANT}, 1));
	assert_true(follows(&w, before, (enum action_kind[]){ACT_REVOKE}, 1)); /* the other drive */
	before = w.done.n;
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_true(follows(&w, before, out, 3));
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE granted<>''"), 0);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE substr(granted,1,2)='w '"), 1);
	dismount(&w, &medium, NTMS_DISMOUNT_DEFERRED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE granted<>'' OR request IS NOT NULL"), 0);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 NTMS_DRIVESTATE_DISMOUNTABLE);
	world_end(&w);
}

/* What is open outlives the grant: nothing is unloaded, and nobody else gets the drive, until it is closed.
 */
static void open_after_the_dismount(void **state)
{
	struct world w = {0};
	guid pool, medium;
	size_t before;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	before = w.done.n;
	w.fault.kind = ACT_REVOKE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_false(follows(&w, before, (enum action_kind[]){ACT_UNLOAD}, 1));
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"), 1);
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE state=5"), 1);
	world_pass(&w, 2000);
	assert_true(follows(&w, before, (enum action_kind[]){ACT_REVOKE, ACT_UNLOAD, ACT_MOVE}, 3));
	check_at_rest(&w);
	world_end(&w);
}

/* A stranger has the drive open that a mount would get: it gets the other one, and that one serves again when
 * it is closed. */
static void strangers_drive_is_avoided(void **state)
{
	struct world w = {0};
	guid pool, m[2], call;
	int64_t held;
	int code;

	start_with(&w, 2, &pool);
	m[0] = allocate(&w, &pool), m[1] = allocate(&w, &pool);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	assert_int_equal(mount(&w, m, 1, NTMS_MOUNT_READ), 0);
	held = ask(&w, "SELECT id FROM drive WHERE held_look<>0");
	assert_true(held);
	assert_int_not_equal(ask(&w, "SELECT place FROM physical_media WHERE mounted_side IS NOT NULL"),
			     held);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"), 0);

	/* nor does the next one get it, while it is held */
	call = mount_begin(&w, &m[1], 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	assert_int_equal(ask(&w, "SELECT reason LIKE '%held open%' FROM librequest WHERE state=5"), 1);
	w.fault.kind = ACT_REVOKE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	world_pass(&w, 2000);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	assert_int_equal(ask(&w, "SELECT id FROM drive WHERE held_look<>0"), held);
	world_pass(&w, 2000); /* closed */
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE held_look<>0 OR reason<>''"), 0);
	dismount(&w, m, NTMS_DISMOUNT_IMMEDIATE);
	dismount(&w, &m[1], NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
	world_end(&w);
}

/* Found out only when the medium is in the drive: it comes out again, and goes into the other one. */
static void strangers_drive_found_late(void **state)
{
	static const enum action_kind want[] = {ACT_MOVE,	ACT_LOAD, ACT_READ_LABEL, ACT_GRANT,
						ACT_UNLOAD,	ACT_MOVE, ACT_MOVE,	  ACT_LOAD,
						ACT_READ_LABEL, ACT_GRANT};
	struct world w = {0};
	guid pool, medium;
	size_t before;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	before = w.done.n;
	w.fault.kind = ACT_GRANT, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_true(follows(&w, before, want, countof(want)));
	assert_int_equal(ask(&w, "SELECT held_look FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE held_look<>0"), 1);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
	world_end(&w);
}

/* Who asked for that drive waits for it; who wants no waiting is told so. */
static void strangers_drive_is_asked_for(void **state)
{
	struct world w = {0};
	guid pool, medium, call;
	int code;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	world_set(&w, "UPDATE object SET enabled=0 WHERE id=(SELECT max(id) FROM drive)");
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ | NTMS_MOUNT_ERROR_NOT_AVAILABLE), ERROR_BUSY);
	call = mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_pass(&w, 2000);
	assert_int_equal(mount_end(&w, &call), 0);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
	world_end(&w);
}

/* Found out before anybody wants it: when the library comes up. */
static void strangers_drive_at_the_start(void **state)
{
	struct world w = {0};
	guid pool, medium;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	world_restart(&w);
	w.fault.kind = ACT_REVOKE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE held_look<>0"), 1);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive d JOIN physical_media m ON m.place=d.id WHERE "
				 "d.held_look<>0"),
			 0);
	world_end(&w);
}

/* One of two media that are to be mounted at once: the other keeps its drive. */
static void strangers_drive_among_several(void **state)
{
	struct world w = {0};
	guid pool, m[2], call;
	int code;

	start_with(&w, 2, &pool);
	m[0] = allocate(&w, &pool), m[1] = allocate(&w, &pool);
	call = mount_begin(&w, m, 2, NTMS_MOUNT_READ, INFINITE, &code);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_pass(&w, 2000);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(DISTINCT place) FROM physical_media WHERE mounted_side IS NOT "
				 "NULL"),
			 2);
	world_end(&w);
}

static void another_drive_in_the_bay(void **state)
{
	struct world w = {0};
	guid pool, medium;
	int64_t drive;

	start_with(&w, 1, &pool);
	medium = allocate(&w, &pool);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	drive = ask(&w, "SELECT id FROM drive WHERE serial='D0'");
	assert_true(ask(&w, "SELECT mount_count FROM drive WHERE serial='D0'") > 0);
	w.serial = "NEW1";
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT id FROM drive WHERE serial='NEW1'"), drive);
	assert_int_equal(ask(&w, "SELECT mount_count FROM drive WHERE serial='NEW1'"), 0);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
	world_end(&w);
}

static void label_written_after_a_read(void **state)
{
	struct world w = {0};
	guid pool;
	size_t i = 0;

	start_with(&w, 1, &pool);
	while (i < w.done.n && w.done.v[i] != ACT_WRITE_LABEL)
		i++;
	assert_true(i >= 2 && i < w.done.n);
	assert_int_equal(w.done.v[i - 1], ACT_READ_LABEL);
	assert_int_equal(w.done.v[i - 2], ACT_LOAD);
	world_end(&w);
}

/* A move that failed has turned it over, and put it back where it came from. */
static void turned_and_put_back(void **state)
{
	struct world w = {.rotates = true, .generation = "MO"};
	struct MoveToNtmsMediaPool_in in;
	struct event ev = {.kind = EV_ATTENTION, .types = 30};
	char sql[200];
	guid pool;

	start_with(&w, 0, &pool);
	cartridge_add(&w, SLOT, "DISC01", LABEL_BLANK, NULL);
	world_tell(&w, &ev);
	world_run(&w);
	in.medium = ask_guid(&w, "SELECT guid FROM object WHERE id=" MEDIUM("DISC01"));
	in.pool = ask_guid(
		&w, "SELECT o.guid FROM media_pool p JOIN object o ON o.id=p.id JOIN physical_media m ON "
		    "m.media_type=p.media_type WHERE p.pool_type=1");
	assert_int_equal(CALL(&w, MoveToNtmsMediaPool, &in, NULL), 0);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_ROBOT;
	place_at(&w, SLOT)->inverted = true;
	world_run(&w);
	for (int side = 0; side < 2; side++) { /* each has its own label */
		snprintf(sql, sizeof sql,
			 "SELECT CAST(omid_id AS TEXT)='%s' FROM side WHERE state=4 AND number=%d",
			 w.cartridges.v[0].id[side], side);
		assert_int_equal(ask(&w, sql), 1);
	}
	check_at_rest(&w);
	world_end(&w);
}

static void cartridge_in_the_hand(void **state)
{
	struct world w = {0};
	struct event ev = {.kind = EV_ATTENTION, .types = 30};
	guid pool;

	start_with(&w, 1, &pool);
	place_at(&w, HAND)->cartridge = 0;
	place_at(&w, SLOT)->cartridge = -1;
	world_tell(&w, &ev);
	world_run(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0);
	check_at_rest(&w);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_inventory),
		cmocka_unit_test(mount_and_dismount),
		cmocka_unit_test(deferred_dismount),
		cmocka_unit_test(deferred_gives_way),
		cmocka_unit_test(deferred_is_not_waited_for_in_vain),
		cmocka_unit_test(deferred_gives_way_to_first_contact),
		cmocka_unit_test(several_during_first_contact),
		cmocka_unit_test(several_wait_for_more_than_drives),
		cmocka_unit_test(out_of_reach_is_told),
		cmocka_unit_test(mounts_of_several),
		cmocka_unit_test(mount_times_out),
		cmocka_unit_test(wrong_cartridge),
		cmocka_unit_test(session_ends_while_it_waits),
		cmocka_unit_test(session_ends_in_the_move),
		cmocka_unit_test(timeout_zero_tries_once),
		cmocka_unit_test(operator_refuses_to_bring_it),
		cmocka_unit_test(application_data_is_no_contradiction),
		cmocka_unit_test(move_lost_but_done),
		cmocka_unit_test(move_lost_and_not_done),
		cmocka_unit_test(move_failed_but_done),
		cmocka_unit_test(drive_fails_another_serves),
		cmocka_unit_test(application_holds_the_drive),
		cmocka_unit_test(moved_behind_our_back),
		cmocka_unit_test(mounted_no_more),
		cmocka_unit_test(restored_from_a_copy),
		cmocka_unit_test(inject_one),
		cmocka_unit_test(inject_stopped_and_timed_out),
		cmocka_unit_test(inject_many),
		cmocka_unit_test(eject_and_bring_back),
		cmocka_unit_test(eject_not_taken),
		cmocka_unit_test(eject_behind_a_stranger),
		cmocka_unit_test(ejects_one_after_the_other),
		cmocka_unit_test(disable_and_enable),
		cmocka_unit_test(enabled_after_a_restart),
		cmocka_unit_test(idle_after_a_restart),
		cmocka_unit_test(restart_in_a_move),
		cmocka_unit_test(restart_in_a_move_without_bar_code),
		cmocka_unit_test(restart_in_a_dismount),
		cmocka_unit_test(restart_in_a_mount_of_two),
		cmocka_unit_test(marks),
		cmocka_unit_test(cartridge_in_the_hand),
		cmocka_unit_test(turned_and_put_back),
		cmocka_unit_test(restart_in_a_move_without_inventory),
		cmocka_unit_test(robot_readdressed),
		cmocka_unit_test(granted_while_mounted),
		cmocka_unit_test(open_after_the_dismount),
		cmocka_unit_test(strangers_drive_is_avoided),
		cmocka_unit_test(strangers_drive_found_late),
		cmocka_unit_test(strangers_drive_is_asked_for),
		cmocka_unit_test(strangers_drive_at_the_start),
		cmocka_unit_test(strangers_drive_among_several),
		cmocka_unit_test(another_drive_in_the_bay),
		cmocka_unit_test(label_written_after_a_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
