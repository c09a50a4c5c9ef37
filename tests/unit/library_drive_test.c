/* SPDX-License-Identifier: GPL-2.0-or-later
 * Who has a drive: applications, strangers, nobody; drives that fail or are replaced. */
#include "library/fixture.h"

static void drive_fails_another_serves(void **state)
{
	w.fault.kind = ACT_LOAD, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_DRIVE;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(
		ask(&w, "SELECT count(*) FROM drive d JOIN object o ON o.id=d.id WHERE o.opstate=20"), 1);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE request=3"), 1);
}

static void another_drive_in_the_bay(void **state)
{
	int64_t drive;

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	drive = ask(&w, "SELECT id FROM drive WHERE serial='D0'");
	assert_true(ask(&w, "SELECT mount_count FROM drive WHERE serial='D0'") > 0);
	w.serial = "NEW1";
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT id FROM drive WHERE serial='NEW1'"), drive);
	assert_int_equal(ask(&w, "SELECT mount_count FROM drive WHERE serial='NEW1'"), 0);
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
}

static void application_holds_the_drive(void **state)
{
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	w.fault.kind = ACT_UNLOAD, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
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
}

static bool follows(size_t from, const enum action_kind *kinds, size_t n)
{
	for (size_t i = from; i < w.done.n && n; i++)
		if (w.done.v[i] == *kinds)
			kinds++, n--;
	return !n;
}

/* From the mount's end to the dismount the user may open the drive; before it is unloaded, nobody may. */
static void granted_while_mounted(void **state)
{
	static const enum action_kind in[] = {ACT_MOVE, ACT_LOAD, ACT_READ_LABEL, ACT_GRANT},
				      out[] = {ACT_REVOKE, ACT_UNLOAD, ACT_MOVE};
	guid medium;
	size_t before;

	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE granted<>''"), 0);
	medium = allocate(&w, &pool);
	before = w.done.n;
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	assert_true(follows(before, in, 4));
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE substr(granted,1,2)='r '"), 1);
	world_restart(&w); /* the rows decide what the nodes' ACLs are then */
	before = w.done.n;
	world_up(&w);
	assert_true(follows(before, (enum action_kind[]){ACT_GRANT}, 1));
	assert_true(follows(before, (enum action_kind[]){ACT_REVOKE}, 1)); /* the other drive */
	before = w.done.n;
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_true(follows(before, out, 3));
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE granted<>''"), 0);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE substr(granted,1,2)='w '"), 1);
	dismount(&w, &medium, NTMS_DISMOUNT_DEFERRED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE granted<>'' OR request IS NOT NULL"), 0);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 NTMS_DRIVESTATE_DISMOUNTABLE);
}

/* What is open outlives the grant: nothing is unloaded, and nobody else gets the drive, until it is closed.
 */
static void open_after_the_dismount(void **state)
{
	size_t before;

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	before = w.done.n;
	w.fault.kind = ACT_REVOKE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	assert_false(follows(before, (enum action_kind[]){ACT_UNLOAD}, 1));
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"), 1);
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE state=5"), 1);
	world_pass(&w, 2000);
	assert_true(follows(before, (enum action_kind[]){ACT_REVOKE, ACT_UNLOAD, ACT_MOVE}, 3));
	check_at_rest(&w);
}

/* A stranger has the drive open that a mount would get: it gets the other one, and that one serves again when
 * it is closed. */
static void strangers_drive_is_avoided(void **state)
{
	guid call;
	int64_t held;
	int code;

	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	held = ask(&w, "SELECT id FROM drive WHERE held_look<>0");
	assert_true(held);
	assert_int_not_equal(ask(&w, "SELECT place FROM physical_media WHERE mounted_side IS NOT NULL"),
			     held);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"), 0);

	/* nor does the next one get it, while it is held */
	call = mount_begin(&w, &media[1], 1, NTMS_MOUNT_READ, INFINITE, &code);
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
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	dismount(&w, &media[1], NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
}

/* Found out only when the medium is in the drive: it comes out again, and goes into the other one. */
static void strangers_drive_found_late(void **state)
{
	static const enum action_kind want[] = {ACT_MOVE,	ACT_LOAD, ACT_READ_LABEL, ACT_GRANT,
						ACT_UNLOAD,	ACT_MOVE, ACT_MOVE,	  ACT_LOAD,
						ACT_READ_LABEL, ACT_GRANT};
	size_t before;

	before = w.done.n;
	w.fault.kind = ACT_GRANT, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_true(follows(before, want, countof(want)));
	assert_int_equal(ask(&w, "SELECT held_look FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE held_look<>0"), 1);
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
}

/* Who asked for that drive waits for it; who wants no waiting is told so. */
static void strangers_drive_is_asked_for(void **state)
{
	guid call;
	int code;

	world_set(&w, "UPDATE object SET enabled=0 WHERE id=(SELECT max(id) FROM drive)");
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ | NTMS_MOUNT_ERROR_NOT_AVAILABLE), ERROR_BUSY);
	call = mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_pass(&w, 2000);
	assert_int_equal(mount_end(&w, &call), 0);
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
}

/* Found out before anybody wants it: when the library comes up. */
static void strangers_drive_at_the_start(void **state)
{
	world_restart(&w);
	w.fault.kind = ACT_REVOKE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE held_look<>0"), 1);
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive d JOIN physical_media m ON m.place=d.id WHERE "
				 "d.held_look<>0"),
			 0);
}

/* One of two media that are to be mounted at once: the other keeps its drive. */
static void strangers_drive_among_several(void **state)
{
	guid call;
	int code;

	call = mount_begin(&w, media, 2, NTMS_MOUNT_READ, INFINITE, &code);
	w.fault.kind = ACT_MOVE, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_HELD;
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_pass(&w, 2000);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(DISTINCT place) FROM physical_media WHERE mounted_side IS NOT "
				 "NULL"),
			 2);
}

/* ... fails, and the only drive left is its own call's: nobody would ever let go of it. */
static void drive_fails_among_several(void **state)
{
	guid call;
	int code;

	call = mount_begin(&w, media, 2, NTMS_MOUNT_READ, INFINITE, &code);
	while (!ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"))
		assert_true(world_step(&w));
	w.fault.kind = ACT_READ_LABEL, w.fault.outcome = OUTCOME_FAILED, w.fault.fault = FAULT_DRIVE;
	assert_int_equal(mount_end(&w, &call), ERROR_RESOURCE_NOT_AVAILABLE);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 0);
	check_at_rest(&w);
}

/* At once, also by a mount that waits for the time of a deferred dismount in the other one. */
static void an_enabled_drive_is_taken(void **state)
{
	struct EnableNtmsObject_in on = {.type = NTMS_DRIVE};
	guid call;
	int code;

	world_set(&w, "UPDATE object SET enabled=0 WHERE id=(SELECT max(id) FROM drive)");
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, media, NTMS_DISMOUNT_DEFERRED);
	call = mount_begin(&w, &media[1], 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	on.object = ask_guid(&w, "SELECT guid FROM object WHERE id=(SELECT max(id) FROM drive)");
	assert_int_equal(CALL(&w, EnableNtmsObject, &on, NULL), 0);
	assert_int_equal(mount_end(&w, &call), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALLOCATED(1, drive_fails_another_serves),
		ALLOCATED(1, another_drive_in_the_bay),
		ALLOCATED(2, an_enabled_drive_is_taken),
		ALLOCATED(1, application_holds_the_drive),
		FREE(1, granted_while_mounted),
		ALLOCATED(1, open_after_the_dismount),
		ALLOCATED(2, strangers_drive_is_avoided),
		ALLOCATED(1, strangers_drive_found_late),
		ALLOCATED(1, strangers_drive_is_asked_for),
		ALLOCATED(1, strangers_drive_at_the_start),
		ALLOCATED(2, strangers_drive_among_several),
		ALLOCATED(2, drive_fails_among_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
