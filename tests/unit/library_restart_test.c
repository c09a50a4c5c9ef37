/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsmd ends in the middle of something and begins again, also on a store put back from a copy. */
#include "library/controller.h"
#include "library/fixture.h"

/* Its elements are in doubt since the start; enabled, it is read, though nothing else happens. */
static void enabled_after_a_restart(void **state)
{
	struct DisableNtmsObject_in off = {.type = NTMS_LIBRARY};
	struct EnableNtmsObject_in on = {.type = NTMS_LIBRARY};

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
}

/* A dismount was cut off between unloading and the slot: the medium is nobody's, and can be had by all. */
static void idle_after_a_restart(void **state)
{
	int code;

	mount(&w, media, 1, NTMS_MOUNT_READ);
	CALL(&w, DismountNtmsMedia, (&(struct DismountNtmsMedia_in){.media = {media, 1}}), NULL);
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
}

/* The daemon dies with a move under way; the robot finishes it, or doesn't. */
static void restart_in_a_move(void **state)
{
	for (int happens = 0; happens < 2; happens++) {
		int code;

		if (happens)
			begin_anew();
		mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
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
		assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	}
}

/* Without a bar code nothing but the unsettled move tells which medium it is. */
static void restart_in_a_move_without_bar_code(void **state)
{
	static const uint16_t ends[] = {SLOT, DRIVE, HAND};

	for (size_t i = 0; i < countof(ends); i++) {
		int code;

		if (i)
			begin_anew();
		w.cartridges.v[0].label[0] = LABEL_UNKNOWN; /* nor does its label tell */
		w.cartridges.v[0].tag[0] = '\0';
		mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
		place_at(&w, SLOT)->cartridge = -1;
		place_at(&w, ends[i])->cartridge = 0;
		world_restart(&w);
		world_up(&w);
		assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media"), 1);
		assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	}
}

/* Even where the administrator wants no inventory, nothing moves before the elements were read. */
static void restart_in_a_move_without_inventory(void **state)
{
	size_t first = 0;
	int code;

	world_set(&w, "UPDATE library SET inventory_method=0");
	mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
	place_at(&w, DRIVE)->cartridge = 0;
	place_at(&w, SLOT)->cartridge = -1;
	world_restart(&w);
	w.done.n = 0;
	world_up(&w);
	while (w.done.v[first] == ACT_REVOKE) /* on the drives' own threads: no move */
		first++;
	assert_int_equal(w.done.v[first], ACT_STATUS);
	check_at_rest(&w);
}

/* Whoever asked for a dismount was told that it will be done: a restart doesn't make the medium theirs again.
 */
static void restart_in_a_dismount(void **state)
{
	struct DismountNtmsMedia_in in = {.media = {media, 1}, .options = NTMS_DISMOUNT_IMMEDIATE};

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(CALL(&w, DismountNtmsMedia, &in, NULL), 0);
	world_restart(&w);
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE holder<>''"), 0);
	check_at_rest(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0);
}

/* The media of a call are mounted or none: nobody has been told of the one that was. */
static void restart_in_a_mount_of_two(void **state)
{
	int code;

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
}

static int restored_job(struct txn *t, void *arg, struct err *e)
{
	struct ctl c = {.t = t, .e = e, .now = txn_now(t)};

	return library_restored(&c, "as a test says");
}

/* The store is put back from a copy: what was allocated since looks Available there. */
static void restored_from_a_copy(void **state)
{
	struct err e = {0};
	int code;

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
}

/* Marks nest; rewinding leaves the mark, jobs that fail don't touch it. */
static void marks(void **state)
{
	static const char pools[] = "SELECT count(*) FROM media_pool";
	struct err e = {0};
	int64_t before;

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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FREE(1, enabled_after_a_restart),
		ALLOCATED(1, idle_after_a_restart),
		ALLOCATED(1, restart_in_a_move),
		ALLOCATED(1, restart_in_a_move_without_bar_code),
		ALLOCATED(1, restart_in_a_move_without_inventory),
		ALLOCATED(1, restart_in_a_dismount),
		ALLOCATED(2, restart_in_a_mount_of_two),
		FREE(3, restored_from_a_copy),
		FREE(1, marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
