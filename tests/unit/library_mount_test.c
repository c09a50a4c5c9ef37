/* SPDX-License-Identifier: GPL-2.0-or-later
 * Mounts and dismounts: for one or several media, with a time or none, deferred, given up. */
#include "library/fixture.h"

#include <stdlib.h>

static void mount_and_dismount(void **state)
{
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE), 0);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 NTMS_DRIVESTATE_LOADED);
	assert_int_equal(ask(&w, "SELECT state FROM physical_media"), NTMS_MEDIASTATE_LOADED);
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0); /* home again */
	assert_int_equal(ask(&w, "SELECT state FROM physical_media"), NTMS_MEDIASTATE_IDLE);
	check_at_rest(&w);
}

static void deferred_dismount(void **state)
{
	size_t before;

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	dismount(&w, media, NTMS_DISMOUNT_DEFERRED);
	assert_int_equal(ask(&w, "SELECT state FROM drive WHERE id=(SELECT place FROM physical_media)"),
			 NTMS_DRIVESTATE_DISMOUNTABLE);
	before = w.done.n;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	for (size_t i = before; i < w.done.n; i++)
		assert_int_not_equal(w.done.v[i], ACT_MOVE);
}

static void deferred_gives_way(void **state)
{
	guid call;
	int code;

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(mount(&w, &media[1], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &media[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING); /* both drives are in use */
	dismount(&w, media, NTMS_DISMOUNT_DEFERRED);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING); /* the least time isn't over */
	world_pass(&w, 300 * 1000);
	assert_int_equal(mount_end(&w, &call), 0);
}

/* ... and whatever waits for that takes another drive that is free before. */
static void deferred_is_not_waited_for_in_vain(void **state)
{
	guid call;
	int code;

	assert_int_equal(mount(&w, media, 2, NTMS_MOUNT_READ), 0);
	dismount(&w, media, NTMS_DISMOUNT_DEFERRED);
	call = mount_begin(&w, &media[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	dismount(&w, &media[1], NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE state=7"), 1);
}

static void mounts_of_several(void **state)
{
	guid call;
	int code;

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &media[1], 2, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	assert_int_equal(ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL"),
			 0); /* nothing, or all */
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 2);
	assert_int_equal(mount(&w, media, 3, NTMS_MOUNT_READ),
			 ERROR_RESOURCE_NOT_AVAILABLE); /* more than drives */
}

/* One that waits for drives is overtaken by nobody, unless one of its media lies where the robot cannot get
 * it. */
static void several_wait_for_more_than_drives(void **state)
{
	guid call;
	int code;

	world_set(&w, "UPDATE slot SET barred_until=9000000000000000 "
		      "WHERE id=(SELECT min(place) FROM physical_media)");
	call = mount_begin(&w, media, 2, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	assert_int_equal(mount(&w, &media[1], 1, NTMS_MOUNT_READ), 0); /* nor does it hold back a mount */
	dismount(&w, &media[1], NTMS_DISMOUNT_IMMEDIATE);
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
}

static void mount_times_out(void **state)
{
	guid call;
	int code;

	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
	assert_int_equal(mount(&w, &media[1], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &media[2], 1, NTMS_MOUNT_READ, 5000, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_IO_PENDING);
	world_pass(&w, 5000);
	assert_int_equal(mount_end(&w, &call), ERROR_TIMEOUT);
	call = mount_begin(&w, &media[2], 1, NTMS_MOUNT_READ | NTMS_MOUNT_ERROR_NOT_AVAILABLE, INFINITE,
			   &code);
	if (code == ERROR_IO_PENDING)
		code = mount_end(&w, &call);
	assert_int_equal(code, ERROR_BUSY);
}

static void timeout_zero_tries_once(void **state)
{
	guid call;
	int code;

	call = mount_begin(&w, media, 1, NTMS_MOUNT_READ, 0, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	world_pass(&w, 1000); /* it could start, so it may take its time */
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(mount(&w, &media[1], 1, NTMS_MOUNT_READ), 0);
	call = mount_begin(&w, &media[2], 1, NTMS_MOUNT_READ, 0, &code);
	assert_int_equal(mount_end(&w, &call), ERROR_TIMEOUT);
}

static void session_ends_while_it_waits(void **state)
{
	int code;

	assert_int_equal(mount(&w, media, 2, NTMS_MOUNT_READ), 0);
	mount_begin(&w, &media[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(&w);
	session_end(&w);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=17 ORDER BY id DESC LIMIT 1"),
			 NTMS_LM_CANCELLED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"),
			 2); /* outlive it */
}

static void session_ends_in_the_move(void **state)
{
	int code;

	mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(w.queue.n, 1);
	session_end(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=17"), NTMS_LM_CANCELLED);
	world_run(&w);
	assert_int_equal(place_at(&w, SLOT)->cartridge, 0); /* put away */
	check_at_rest(&w);
}

static void operator_refuses_to_bring_it(void **state)
{
	struct CancelNtmsOperatorRequest_in in;
	guid call;
	int code;

	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 1000);
	call = mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
	in.request =
		ask_guid(&w, "SELECT o.guid FROM oprequest r JOIN object o ON o.id=r.id WHERE r.state=1");
	assert_int_equal(CALL(&w, CancelNtmsOperatorRequest, &in, NULL), 0);
	assert_int_equal(mount_end(&w, &call), ERROR_REQUEST_REFUSED);

	/* an answer that isn't true raises the request anew */
	call = mount_begin(&w, media, 1, NTMS_MOUNT_READ, 60000, &code);
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
}

/* A mount whose time is over leaves its medium in a drive; another mount fetches it into the other one, while
 * it is still to be put away out of the first. The outcome of that unload waits in the queue. */
static void mounted_elsewhere_meanwhile(void)
{
	struct MountNtmsMedia_out got = {0};
	guid late, call;
	int code;

	late = mount_begin(&w, media, 1, NTMS_MOUNT_READ, 10000, &code);
	call = mount_begin(&w, media, 1, NTMS_MOUNT_READ, INFINITE, &code);
	w.now += 10000;
	world_wake(&w);
	assert_int_equal(world_poll(&w, &late, &(struct MountNtmsMedia_out){0}), ERROR_TIMEOUT);
	assert_true(world_step(&w)); /* the move */
	assert_true(world_step(&w)); /* the unload of the second mount */
	assert_int_equal(w.queue.v[0].kind, ACT_UNLOAD);
	while (w.queue.n > 1) {
		struct action unload = w.queue.v[0];

		memmove(w.queue.v, w.queue.v + 1, --w.queue.n * sizeof unload);
		assert_true(world_step(&w));
		*vec_add(&w.queue) = unload;
		memmove(w.queue.v + 1, w.queue.v, (w.queue.n - 1) * sizeof unload);
		w.queue.v[0] = unload;
	}
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 1);
	assert_int_equal(world_poll(&w, &call, &got), 0);
	free(got.drives.v);
}

static void put_away_of_a_drive_before(void **state)
{
	mounted_elsewhere_meanwhile();
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 1);
	dismount(&w, media, NTMS_DISMOUNT_IMMEDIATE);
	check_at_rest(&w);
}

/* The dismount isn't taken for the one that is under way: rsmd's death would forget it. */
static void dismount_beside_one_of_a_drive_before(void **state)
{
	struct DismountNtmsMedia_in in = {.media = {media, 1}, .options = NTMS_DISMOUNT_IMMEDIATE};

	mounted_elsewhere_meanwhile();
	assert_int_equal(CALL(&w, DismountNtmsMedia, &in, NULL), 0);
	world_restart(&w);
	world_up(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"), 0);
	check_at_rest(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALLOCATED(1, mount_and_dismount),
		ALLOCATED(1, deferred_dismount),
		ALLOCATED(3, deferred_gives_way),
		ALLOCATED(3, deferred_is_not_waited_for_in_vain),
		ALLOCATED(3, mounts_of_several),
		ALLOCATED(1, put_away_of_a_drive_before),
		ALLOCATED(1, dismount_beside_one_of_a_drive_before),
		ALLOCATED(2, several_wait_for_more_than_drives),
		ALLOCATED(3, mount_times_out),
		ALLOCATED(3, timeout_zero_tries_once),
		ALLOCATED(3, session_ends_while_it_waits),
		ALLOCATED(1, session_ends_in_the_move),
		ALLOCATED(1, operator_refuses_to_bring_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
