/* SPDX-License-Identifier: GPL-2.0-or-later
 * The drives of the virtual library: loading, labels, what a drive takes and tells. */
#include "base/clock.h"
#include "device/health.h"
#include "label/label.h"
#include "tests/unit/virtual_fixture.h"

#include <fcntl.h>
#include <unistd.h>

static void load_label_unload(void **state)
{
	static const size_t len[] = {80, 80, 80};
	uint8_t text[LABEL_RECORDS * LABEL_RECORD];
	struct drive_medium m;
	struct records r;
	struct label l;
	struct drive *d;

	build("", 1);
	d = drive(1);
	assert_int_equal(drive_status(d, &v), DRIVE_EMPTY);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	assert_false(element(DRIVE).access);
	done(drive_medium(d, &m, &v));
	assert_int_equal(m.medium_type, 0x88);
	assert_int_equal(m.density, 0x5E);
	assert_false(m.write_protected || m.worm);
	assert_int_equal(m.capacity >> 30, 12000000000000 >> 30);
	assert_true(*m.serial);
	done(drive_read_records(d, &r, &v));
	assert_true(r.blank && !r.n);
	records_free(&r);

	assert_int_equal(label_make_free("0123456789abcdef0123456789abcdef", "TAPE01L8", text, &e), 0);
	done(drive_write_records(d, text, len, 3, 2, &v));
	done(drive_read_records(d, &r, &v));
	label_identify(r.bytes, r.n, &l);
	assert_int_equal(l.kind, LABEL_FREE);
	assert_memory_equal(l.id, "0123456789abcdef0123456789abcdef", 32);
	records_free(&r);
	shell("test $(stat -Lc %%s drives/01/medium) = 240");

	fails(changer_move(c, 0, DRIVE, SLOT, false, &v));
	assert_true(v.flags & VF_NEEDS_UNLOAD);
	done(drive_unload(d, &v));
	assert_int_equal(drive_status(d, &v), DRIVE_UNLOADED);
	assert_false(on_disk("drives/01/medium"));
	done(drive_unload(d, &v));
	/* it can be loaded where it is */
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));
	done(drive_unload(d, &v));
	drive_close(d);
}

/* What is shorter than it was when it was loaded is no copy under way. */
static void a_loaded_side_may_become_shorter(void **state)
{
	static const size_t len[] = {80};
	uint8_t text[80] = "VOL1";
	struct records r;
	struct drive *d;

	build("", 1);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	shell("seq 1000 >drives/01/medium");
	done(drive_unload(d, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	done(drive_write_records(d, text, len, 1, 1, &v));
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 80);
	records_free(&r);
	shell(": >drives/01/medium");
	assert_int_equal(drive_status(d, &v), DRIVE_READY);
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));
	assert_false(element(SLOT).except);
	drive_close(d);
}

static void the_application_reads_and_writes_a_plain_file(void **state)
{
	struct records r;
	struct drive *d;

	build("", 1);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	assert_non_null(strstr(device_path(drive_device(d)), "/drives/01/medium"));
	shell("seq 100000 >drives/01/medium");
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.len[0], RECORD_MAX);
	assert_true(r.more && !r.blank);
	assert_memory_equal(r.bytes, "1\n2\n3\n", 6);
	records_free(&r);
	drive_close(d);
}

static void a_held_medium_is_not_unloaded(void **state)
{
	struct drive *d;
	char path[200];
	int fd;

	build("", 1);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	snprintf(path, sizeof path, "%s/drives/01/medium", dir);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	fails(drive_unload(d, &v));
	sense_is(0x5, 0x53, 0x02);
	assert_true(v.flags & VF_PREVENTED);
	assert_true(on_disk("drives/01/medium"));
	assert_int_equal(drive_status(d, &v), DRIVE_READY);
	close(fd);
	done(drive_unload(d, &v));
	drive_close(d);
}

static void a_locked_medium_is_not_unloaded(void **state)
{
	struct drive *d, *other;

	build("autounload = yes", 1);
	d = drive(1), other = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	done(drive_prevent(other, true, &v));
	fails(drive_unload(d, &v));
	assert_true(v.flags & VF_PREVENTED);
	fails(changer_move(c, 0, DRIVE, SLOT, false, &v));
	assert_true(v.flags & VF_PREVENTED);
	drive_close(other);
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));
	drive_close(d);
}

static void wrong_media(void **state)
{
	static const size_t len[] = {3};
	struct drive *d;

	build("", 0);
	d = drive(1);
	for (int i = 0; i < 3; i++) {
		static const struct virtual_cartridge media[] = {
			{"CLN001L8"}, {"OLD001L5"}, {"PROT01L8", .write_protected = true}};

		assert_int_equal(virtual_add(dir, &media[i], NULL, &e), 0);
	}
	assert_int_equal(element(SLOT).medium_type, 2);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	assert_int_equal(drive_status(d, &v), DRIVE_CLEANING);
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));

	done(changer_move(c, 0, SLOT + 1, DRIVE, false, &v));
	fails(drive_wait_ready(d, 5000, NULL, NULL, &v));
	sense_is(0x2, 0x30, 0x00);
	assert_int_equal(v.reaction, REACT_CANNOT);
	done(changer_move(c, 0, DRIVE, SLOT + 1, false, &v));

	done(changer_move(c, 0, SLOT + 2, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	fails(drive_write_records(d, (const uint8_t *)"abc", len, 1, 1, &v));
	assert_true(v.flags & VF_PROTECTED);
	assert_int_equal(v.err.code, ERROR_WRITE_PROTECT);
	drive_close(d);
}

static void formats(void **state)
{
	format_vec f = {0};
	struct drive *d;

	build("generation = 7", 0);
	d = drive(2);
	done(drive_formats(d, &f, &v));
	assert_int_equal(f.n, 3);
	assert_string_equal(f.v[0].name, "LTO-5");
	assert_false(f.v[0].writable);
	assert_true(f.v[2].writable);
	assert_int_equal(f.v[2].density, 0x5C);
	vec_free(&f);
	drive_close(d);
}

static void tell(void *arg, const struct verdict *w)
{
	int *calls = arg;

	assert_int_equal(w->reaction, REACT_WAIT);
	assert_true(w->progress >= 0);
	++*calls;
}

static void loading_takes_its_time(void **state)
{
	struct drive *d;
	int calls = 0;

	build("load_ms = 200", 1);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	assert_int_equal(drive_status(d, &v), DRIVE_LOADING);
	fails(changer_move(c, 0, DRIVE, SLOT, false, &v));
	done(drive_wait_ready(d, 5000, tell, &calls, &v));
	assert_true(calls > 0);
	drive_close(d);
}

static void waiting_has_an_end(void **state)
{
	struct drive *d;

	build("load_ms = 100000", 1);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	fails(drive_wait_ready(d, 100, NULL, NULL, &v));
	assert_int_equal(v.err.code, ERROR_TIMEOUT);
	drive_close(d);
}

static void alerts(void **state)
{
	uint64_t flags;
	struct drive *d;
	char text[100];

	build("fault = alert@256 1 flag=20\nfault = alert@1 * flag=16", 0);
	d = drive(1);
	done(device_alerts(drive_device(d), &flags, &v));
	assert_true(flags == 1ull << 19);
	assert_string_equal(alerts_text(flags, KIND_DRIVE, text, sizeof text), "TapeAlert 20 (clean now)");
	done(device_alerts(drive_device(d), &flags, &v)); /* reading clears */
	assert_true(flags == 0);
	done(device_alerts(changer_device(c), &flags, &v));
	assert_string_equal(alerts_text(flags, KIND_CHANGER, text, sizeof text), "TapeAlert 16 (door open)");
	assert_int_equal(device_activity(drive_device(d)), ACTIVITY_NONE);
	assert_string_equal(alerts_text(1ull << 63 | 1, KIND_DRIVE, text, 20), "TapeAlert 1 (read w");
	drive_close(d);
}

static void calibration(void **state)
{
	struct drive *d;
	int calls = 0;

	build("generation = 9\ncalibrate_ms = 400", 0);
	assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){"NEW001L9"}, NULL, &e), 0);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v)); /* GOOD, and yet it isn't over */
	assert_int_equal(drive_status(d, &v), DRIVE_LOADING);
	assert_int_equal(device_activity(drive_device(d)), ACTIVITY_CALIBRATING);
	fails(changer_move(c, 0, DRIVE, SLOT, false, &v));
	sense_is(0x5, 0x3A, 0x00);
	fails(drive_unload(d, &v));
	assert_int_equal(v.reaction, REACT_WAIT);
	done(drive_wait_ready(d, 5000, tell, &calls, &v));
	assert_true(calls > 0);
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));
	/* once in its life */
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	assert_int_equal(drive_status(d, &v), DRIVE_READY);
	drive_close(d);
}

static void drives_of_several_generations(void **state)
{
	struct drive *d;
	element_vec els = {0};

	build("generations = 9 7\ndrives = 3", 0);
	done(changer_read(c, ELEMENT_DRIVE, 0, 0, &els, &v));
	assert_string_equal(els.v[0].id_product, "VIRTUAL LTO-9");
	assert_string_equal(els.v[1].id_product, "VIRTUAL LTO-7");
	assert_string_equal(els.v[2].id_product, "VIRTUAL LTO-8");
	vec_free(&els);
	assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){"SOME01L9"}, NULL, &e), 0);
	done(changer_move(c, 0, SLOT, DRIVE + 1, false, &v));
	d = drive(2);
	fails(drive_wait_ready(d, 5000, NULL, NULL, &v));
	sense_is(0x2, 0x30, 0x00);
	drive_close(d);
}

static void worm_and_cleaners(void **state)
{
	static const size_t len[] = {3};
	struct drive_medium m;
	struct drive *d;

	build("", 0);
	assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){"ONCE01LY"}, NULL, &e), 0);
	assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){"CLN001L8"}, NULL, &e), 0);
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	done(drive_medium(d, &m, &v));
	assert_true(m.worm && !m.cleaner);
	assert_int_equal(m.medium_type, 0x8C);
	done(drive_write_records(d, (const uint8_t *)"abc", len, 1, 1, &v));
	fails(drive_write_records(d, (const uint8_t *)"abd", len, 1, 1, &v));
	assert_true(v.flags & VF_PROTECTED);
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));
	/* a cleaner's memory can be read although it never gets ready */
	done(changer_move(c, 0, SLOT + 1, DRIVE, false, &v));
	drive_memory(d, &m);
	assert_true(m.cleaner);
	drive_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(load_label_unload),
		T(a_loaded_side_may_become_shorter),
		T(the_application_reads_and_writes_a_plain_file),
		T(a_held_medium_is_not_unloaded),
		T(a_locked_medium_is_not_unloaded),
		T(wrong_media),
		T(formats),
		T(loading_takes_its_time),
		T(waiting_has_an_end),
		T(alerts),
		T(calibration),
		T(drives_of_several_generations),
		T(worm_and_cleaners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
