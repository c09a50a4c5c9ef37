/* SPDX-License-Identifier: GPL-2.0-or-later
 * Media that nobody knows, and media that aren't what they should be. */
#include "library/fixture.h"

static void first_inventory(void **state)
{
	w = (struct world){.generation = "LTO-8"};
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
}

/* Unknown media needn't wait for a mount to have left-over ones put away, but for their time as anybody. */
static void deferred_gives_way_to_first_contact(void **state)
{
	assert_int_equal(mount(&w, media, 2, NTMS_MOUNT_READ), 0);
	dismount(&w, media, NTMS_DISMOUNT_DEFERRED);
	world_pass(&w, 100 * 1000);
	dismount(&w, &media[1], NTMS_DISMOUNT_DEFERRED);
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
}

/* A mount that needs both drives at once, in the middle of first contact: what is under way is finished, and
 * no further identification takes a drive that it waits for. (It then holds both.) */
static void several_during_first_contact(void **state)
{
	guid call;
	int code;

	for (uint16_t i = 2; i < 8; i++) {
		char tag[16];

		snprintf(tag, sizeof tag, "NEW%03uL8", i);
		cartridge_add(&w, SLOT + i, tag, LABEL_BLANK, NULL);
	}
	world_tell(&w, &(struct event){.kind = EV_ATTENTION, .library = w.library, .types = 1 << 2});
	while (ask(&w, "SELECT count(*) FROM drive WHERE request IS NOT NULL") < 2)
		assert_true(world_step(&w));
	call = mount_begin(&w, media, 2, NTMS_MOUNT_READ, INFINITE, &code);
	assert_int_equal(code, ERROR_IO_PENDING);
	world_run(&w);
	assert_int_equal(mount_end(&w, &call), 0);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 4);
	for (int i = 0; i < 2; i++)
		dismount(&w, &media[i], NTMS_DISMOUNT_IMMEDIATE);
	world_run(&w);
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=0"), 0);
	check_at_rest(&w);
}

static void wrong_cartridge(void **state)
{
	guid medium;

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
}

static void application_data_is_no_contradiction(void **state)
{
	w.cartridges.v[0].label[0] = LABEL_UNKNOWN;
	assert_int_equal(mount(&w, media, 1, NTMS_MOUNT_READ), 0);
}

static void label_written_after_a_read(void **state)
{
	size_t i = 0;

	while (i < w.done.n && w.done.v[i] != ACT_WRITE_LABEL)
		i++;
	assert_true(i >= 2 && i < w.done.n);
	assert_int_equal(w.done.v[i - 1], ACT_READ_LABEL);
	assert_int_equal(w.done.v[i - 2], ACT_LOAD);
}

/* A move that failed has turned it over, and put it back where it came from. */
static void turned_and_put_back(void **state)
{
	struct MoveToNtmsMediaPool_in in;
	struct event ev = {.kind = EV_ATTENTION, .types = 30};
	char sql[200];

	w = (struct world){.rotates = true, .generation = "MO"};
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NOTHING(first_inventory),
		ALLOCATED(2, deferred_gives_way_to_first_contact),
		ALLOCATED(2, several_during_first_contact),
		FREE(2, wrong_cartridge),
		ALLOCATED(1, application_data_is_no_contradiction),
		FREE(1, label_written_after_a_read),
		NOTHING(turned_and_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
