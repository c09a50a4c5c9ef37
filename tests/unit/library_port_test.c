/* SPDX-License-Identifier: GPL-2.0-or-later
 * Inserts and ejects. */
#include "library/fixture.h"

static void inject_one(void **state)
{
	int code;

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
}

static void inject_stopped_and_timed_out(void **state)
{
	guid op;
	int code;

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
}

static void inject_many(void **state)
{
	guid op;
	int code;

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
}

/* Two mounts want a medium that has left meanwhile: the second, which waits for it since the first has it,
 * hears of that at once, not when the first has got the robot. */
static void mounts_of_a_medium_that_is_taken(void **state)
{
	guid medium = allocate(&w, &pool), first, second;
	int code;

	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	assert_true(place_at(&w, PORT)->cartridge >= 0);
	place_at(&w, PORT)->cartridge = -1; /* the operator takes it */
	w.now += 1000;
	world_wake(&w); /* the mail slot is looked at */
	first = mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	second = mount_begin(&w, &medium, 1, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	assert_true(world_step(&w));
	assert_true(w.queue.n > 0); /* the mail slot is locked */
	assert_int_equal(world_poll(&w, &first, &(struct MountNtmsMedia_out){0}), ERROR_IO_PENDING);
	assert_int_equal(world_poll(&w, &second, &(struct MountNtmsMedia_out){0}), ERROR_MEDIA_OFFLINE);
	world_run(&w);
	assert_int_equal(mount_end(&w, &first), ERROR_MEDIA_OFFLINE);
	check_at_rest(&w);
}

static void eject_and_bring_back(void **state)
{
	guid medium, call;
	int code, cartridge;

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
}

/* Of the last of the two that the robot did. */
static bool shut_in(void)
{
	for (size_t i = w.done.n; i > 0; i--)
		if (w.done.v[i - 1] == ACT_LOCK || w.done.v[i - 1] == ACT_UNLOCK)
			return w.done.v[i - 1] == ACT_LOCK;
	return false;
}

static void eject_not_taken(void **state)
{
	int code;

	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	for (int i = 0; i < 301; i++)
		world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_PASSED);
	assert_int_equal(ask(&w, "SELECT count(*) FROM oprequest WHERE request=4 AND state=1"), 1);
	assert_int_equal(ask(&w, "SELECT place=(SELECT id FROM ieport) FROM physical_media"), 1);
	assert_false(shut_in()); /* he is still asked to take it */
}

/* An insert that found no slot for it, or rsmd's end in the middle of an eject: nobody would let it out. */
static void what_is_left_in_a_locked_port(void **state)
{
	int code;

	inject(&w, NTMS_INJECT_START, guid_null, &code);
	world_run(&w);
	place_at(&w, PORT)->cartridge = -1;
	for (int i = 0; i < 301; i++)
		world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE op=12 AND open=1"), 0);
	assert_true(shut_in());
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	while (place_at(&w, PORT)->cartridge < 0)
		assert_true(world_step(&w));
	assert_true(shut_in());
	world_restart(&w);
	world_up(&w);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE open=1"), 0);
	assert_int_equal(ask(&w, "SELECT place=(SELECT id FROM ieport) FROM physical_media"), 1);
	assert_false(shut_in());
}

static size_t done(enum action_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < w.done.n; i++)
		n += w.done.v[i] == kind;
	return n;
}

/* What lies in the way is somebody's: he is told, and the robot isn't asked each second until he comes. */
static void eject_behind_a_stranger(void **state)
{
	static const char told[] = "SELECT count(*) FROM oprequest WHERE trouble='stranger' AND state=1";
	size_t before;
	int code;

	cartridge_add(&w, PORT, "OTHER1L8", LABEL_FOREIGN, "tar x");
	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_WAITING);
	assert_int_equal(ask(&w, told), 1);
	before = done(ACT_STATUS);
	for (int i = 0; i < 60; i++)
		world_pass(&w, 1000);
	assert_in_range(done(ACT_STATUS) - before, 5, 10); /* more often while he may still stand there */
	before = done(ACT_STATUS);
	for (int i = 0; i < 3600; i++)
		world_pass(&w, 1000);
	assert_in_range(done(ACT_STATUS) - before, 100, 120);
	assert_int_equal(ask(&w, told), 1);
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 30000);
	assert_int_equal(place_at(&w, PORT)->cartridge, 0);
	assert_int_equal(ask(&w, told), 0);
	/* his own he takes at once */
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=10"), NTMS_LM_PASSED);
}

/* The next one's turn comes when the slot is found empty, however long it has waited. */
static void ejects_one_after_the_other(void **state)
{
	int code;

	eject(&w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(&w);
	eject(&w, "TAPE01L8", NTMS_EJECT_START, &code);
	for (int i = 0; i < 200; i++)
		world_pass(&w, 1000);
	assert_int_equal(place_at(&w, PORT)->cartridge, 0);
	place_at(&w, PORT)->cartridge = -1;
	world_pass(&w, 1000);
	assert_int_equal(place_at(&w, PORT)->cartridge, 1);
}

/* The slot that a mounted medium goes back to isn't for newcomers. */
static void inject_more_than_fit(void **state)
{
	guid medium = allocate(&w, &pool);
	int code;

	for (int i = 2; i < 7; i++)
		cartridge_add(&w, (uint16_t)(SLOT + i), "", LABEL_BLANK, NULL);
	world_probe(&w);
	world_run(&w);
	assert_int_equal(mount(&w, &medium, 1, NTMS_MOUNT_READ), 0);
	inject(&w, NTMS_INJECT_STARTMANY, guid_null, &code);
	world_run(&w);
	cartridge_add(&w, PORT, "NEW001L8", LABEL_BLANK, NULL);
	world_pass(&w, 1000);
	assert_int_equal(place_at(&w, PORT)->cartridge, -1);
	cartridge_add(&w, PORT, "NEW002L8", LABEL_BLANK, NULL);
	world_pass(&w, 1000);
	assert_int_equal(ask(&w, "SELECT state FROM librequest WHERE op=12"), NTMS_LM_PASSED);
	assert_true(place_at(&w, PORT)->cartridge >= 0);
	dismount(&w, &medium, NTMS_DISMOUNT_IMMEDIATE);
	assert_int_equal(ask(&w, "SELECT count(*) FROM librequest WHERE open=1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FREE(2, inject_one),
		FREE(2, inject_stopped_and_timed_out),
		FREE(2, inject_many),
		FREE(2, mounts_of_a_medium_that_is_taken),
		FREE(2, eject_and_bring_back),
		FREE(1, eject_not_taken),
		FREE(1, what_is_left_in_a_locked_port),
		FREE(1, eject_behind_a_stranger),
		FREE(2, ejects_one_after_the_other),
		FREE(2, inject_more_than_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
