/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual library through the device layer: every command, an operator's mischief, faults, and a kill. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "device/discover.h"
#include "device/drive.h"
#include "device/health.h"
#include "device/virtual/virtual.h"
#include "label/label.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <ntmstypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define SLOT 1024
#define MAIL 16
#define DRIVE 256

static char dir[64];
static struct changer *c;
static struct verdict v;
static struct err e;

static void shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void shell(const char *fmt, ...)
{
	char cmd[1000], all[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof cmd, fmt, ap);
	va_end(ap);
	snprintf(all, sizeof all, "cd %s && %s", dir, cmd);
	assert_int_equal(system(all), 0);
}

static char *url(const char *rest)
{
	static char text[200];

	snprintf(text, sizeof text, "virtual:%s%s", dir, rest);
	return text;
}

#define done(call)                                                                                           \
	do {                                                                                                 \
		if ((call) != OUTCOME_DONE)                                                                  \
			fail_msg("%s: %s", #call, v.err.why);                                                \
	} while (0)
#define fails(call) assert_int_equal((call), OUTCOME_FAILED)
#define sense_is(k, a, q)                                                                                    \
	do {                                                                                                 \
		assert_int_equal(v.key, k);                                                                  \
		assert_int_equal(v.asc, a);                                                                  \
		assert_int_equal(v.ascq, q);                                                                 \
	} while (0)

/* A library as `extra` lines of library.ini say, cartridges TAPE01L8.. in the first slots. */
static void build(const char *extra, int cartridges)
{
	assert_int_equal(virtual_create(dir, &(struct virtual_geometry){6, 2, 2, 8, 0, extra}, &e), 0);
	for (int i = 1; i <= cartridges; i++) {
		char name[16];

		snprintf(name, sizeof name, "TAPE%02dL8", i);
		assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){.barcode = name}, NULL, &e), 0);
	}
	done(changer_open(url(""), &c, &v));
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/virtual_test.XXXXXX");
	c = NULL;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	char cmd[100];

	changer_close(c);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd);
}

static struct element element(uint16_t address)
{
	enum element_type type = address >= SLOT    ? ELEMENT_STORAGE
				 : address >= DRIVE ? ELEMENT_DRIVE
						    : ELEMENT_IE;
	element_vec els = {0};
	struct element el;

	done(changer_read(c, type, address, 1, &els, &v));
	assert_int_equal(els.n, 1);
	el = els.v[0];
	vec_free(&els);
	return el;
}

static bool on_disk(const char *path)
{
	char full[300];
	struct stat st;

	snprintf(full, sizeof full, "%s/%s", dir, path);
	return lstat(full, &st) == 0;
}

static struct drive *drive(int n)
{
	struct drive *d;
	char rest[20];

	snprintf(rest, sizeof rest, "/drives/%02d", n);
	done(drive_open(url(rest), &d, &v));
	return d;
}

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

/* ---- drives ---- */

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

/* ---- an operator ---- */

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

/* ---- faults ---- */

static void faults_on_demand(void **state)
{
	build("fault = move@1024 1 4/15/01", 3);
	fails(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	assert_int_equal(v.reaction, REACT_ROBOT);
	assert_true(on_disk("slots/0001/TAPE01L8"));
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	/* while it runs */
	shell("echo 'move 2+ done,4/53/00' >faults");
	done(changer_move(c, 0, SLOT + 1, SLOT, false, &v));
	fails(changer_move(c, 0, SLOT, SLOT + 1, false, &v));
	assert_true(on_disk("slots/0002/TAPE02L8"));
	shell("printf '# nothing\\nnonsense\\nelement@1026 * tag=OTHER1L8\\n' >faults");
	assert_string_equal(element(SLOT + 2).tag, "OTHER1L8");
	shell("rm faults");
	assert_string_equal(element(SLOT + 2).tag, "TAPE03L8");
}

static void answers_that_get_lost(void **state)
{
	build("", 2);
	shell("printf 'move 1 lost\\nmove 2 gone\\ntur 1 gone\\n' >faults");
	assert_int_equal(changer_move(c, 0, SLOT, SLOT + 4, false, &v), OUTCOME_UNKNOWN);
	assert_int_equal(v.reaction, REACT_PATH);
	assert_true(v.flags & VF_INVENTORY);
	assert_true(on_disk("slots/0005/TAPE01L8"));
	assert_int_equal(changer_move(c, 0, SLOT + 1, SLOT + 5, false, &v), OUTCOME_UNKNOWN);
	assert_true(on_disk("slots/0002/TAPE02L8"));
	/* what changes nothing is sent again */
	done(device_ready(changer_device(c), &v));
}

static void busy_is_borne(void **state)
{
	build("", 1);
	shell("echo 'move 1 busy' >faults");
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
}

static void *stop_soon(void *arg)
{
	usleep(50000);
	device_stop(changer_device(c));
	return NULL;
}

static void a_move_can_be_interrupted(void **state)
{
	pthread_t t;

	build("", 1);
	shell("echo 'move 1 hang' >faults");
	assert_int_equal(pthread_create(&t, NULL, stop_soon, NULL), 0);
	assert_int_equal(changer_move(c, 0, SLOT, SLOT + 4, false, &v), OUTCOME_UNKNOWN);
	assert_non_null(strstr(v.err.why, "stopped"));
	pthread_join(t, NULL);
	assert_true(on_disk("slots/0001/TAPE01L8"));
}

static void a_drive_that_fails(void **state)
{
	struct records r;
	struct drive *d;

	build("", 1);
	shell("printf 'load@256 1 4/53/09\\nread@256 1 3/11/00\\nunload@256 1 5/53/02\\n' >faults");
	d = drive(1);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	done(drive_wait_ready(d, 5000, NULL, NULL, &v));
	fails(drive_read_records(d, &r, &v));
	assert_int_equal(v.reaction, REACT_MEDIUM);
	assert_null(r.bytes);
	fails(drive_unload(d, &v));
	assert_true(v.flags & VF_PREVENTED);
	done(drive_unload(d, &v));
	fails(drive_load(d, &v));
	assert_int_equal(v.reaction, REACT_DRIVE);
	drive_close(d);
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

static void left_in_the_hand(void **state)
{
	struct element el;
	element_vec els = {0};

	build("fault = move@TAPE02L8 1 hand,4/15/83", 2);
	done(changer_move(c, 0, SLOT, SLOT + 4, false, &v));
	fails(changer_move(c, 0, SLOT + 1, DRIVE, false, &v));
	sense_is(0x4, 0x15, 0x83);
	assert_int_equal(v.reaction, REACT_ROBOT);
	done(changer_read(c, ELEMENT_TRANSPORT, 0, 0, &els, &v));
	el = els.v[0];
	assert_true(el.full && el.source_valid);
	assert_int_equal(el.source, SLOT + 1);
	assert_string_equal(el.tag, "TAPE02L8");
	vec_free(&els);
	fails(changer_move(c, 0, SLOT + 4, SLOT, false, &v));
	sense_is(0x4, 0x3B, 0x16);
	done(changer_move(c, 0, 1, SLOT + 1, false, &v));
	assert_string_equal(element(SLOT + 1).tag, "TAPE02L8");
}

static void door_in_the_middle(void **state)
{
	build("fault = move 1 door", 1);
	fails(changer_move(c, 0, SLOT, DRIVE, false, &v));
	sense_is(0x2, 0x04, 0x18);
	assert_int_equal(v.reaction, REACT_OPERATOR);
	assert_true(on_disk("hand/TAPE01L8"));
	fails(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_DOOR);
	fails(changer_move(c, 0, 1, SLOT, false, &v));
	shell("rm door");
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_INVENTORY);
	done(changer_move(c, 0, 1, SLOT, false, &v));
}

static void attentions_anywhere(void **state)
{
	element_vec els = {0};

	build("", 1);
	shell("printf 'move 1 6/28/00\\ninventory 1 6/29/00\\ntur 1 6/3F/03\\n' >faults");
	done(changer_move(c, 0, SLOT, SLOT + 1, false, &v));
	assert_true(v.flags & VF_INVENTORY);
	done(changer_read(c, ELEMENT_STORAGE, 0, 0, &els, &v));
	assert_true(v.flags & VF_RESERVATION && v.flags & VF_CONFIG);
	done(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_CONFIG);
	vec_free(&els);
}

static void a_robot_that_lies(void **state)
{
	struct element el;

	build("", 2);
	shell("printf 'element@1024 * empty\\nelement@1024 * except=83/00\\nelement@1025 * source=4000\\n"
	      "element@TAPE02L8 * noaccess\\nelement@1027 * full\\nelement@1028 * disabled\\n"
	      "element@1028 * except=3B/12\\nelement@1025 * tag=\\n' >faults");
	el = element(SLOT);
	assert_true(!el.full && el.except);
	assert_string_equal(el.tag, "TAPE01L8"); /* full and empty at once */
	assert_int_equal(el.trouble, TROUBLE_UNSCANNED);
	el = element(SLOT + 1);
	assert_true(el.source_valid && !el.access && el.full);
	assert_int_equal(el.source, 4000);
	assert_string_equal(el.tag, "");
	el = element(SLOT + 3);
	assert_true(el.full && !el.tag[0]);
	el = element(SLOT + 4);
	assert_true(el.disabled);
	assert_int_equal(el.trouble, TROUBLE_ABSENT);
}

static void bar_codes_without_their_suffix(void **state)
{
	build("suffix = no", 1);
	assert_string_equal(element(SLOT).tag, "TAPE01");
	assert_false(element(SLOT).except);
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

/* ---- a kill ---- */

static int count_places(const char *name)
{
	char cmd[300], line[20] = "";
	FILE *p;

	snprintf(cmd, sizeof cmd, "find %s -type d -name %s | wc -l", dir, name);
	p = popen(cmd, "r");
	assert_non_null(fgets(line, sizeof line, p));
	pclose(p);
	return atoi(line);
}

static void a_kill_leaves_each_cartridge_in_one_place(void **state)
{
	build("autounload = yes", 2);
	changer_close(c);
	for (int i = 0; i < 12; i++) {
		int status, ends[2];
		char byte;
		pid_t pid;

		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (!pid) {
			element_vec els = {0};

			if (changer_open(url(""), &c, &v) || changer_inventory(c, &els, &v) ||
			    write(ends[1], "x", 1) != 1)
				_exit(1);
			for (unsigned k = 0;; k++) {
				static const uint16_t spots[] = {SLOT, DRIVE,	 SLOT + 1,
								 MAIL, SLOT + 2, DRIVE + 1};

				changer_move(c, 0, spots[k % 6], spots[(k + 1 + k / 6) % 6], false, &v);
			}
		}
		close(ends[1]);
		assert_int_equal(read(ends[0], &byte, 1), 1); /* it is moving */
		close(ends[0]);
		usleep((useconds_t)(500 + i * 700));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(count_places("TAPE01L8"), 1);
		assert_int_equal(count_places("TAPE02L8"), 1);
	}
	element_vec els = {0};
	int full = 0;

	done(changer_open(url(""), &c, &v));
	done(changer_inventory(c, &els, &v));
	vec_each(el, &els) {
		full += el->full;
		assert_false(el->except);
	}
	assert_int_equal(full, 2);
	vec_free(&els);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
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
		T(load_label_unload),
		T(a_loaded_side_may_become_shorter),
		T(the_application_reads_and_writes_a_plain_file),
		T(a_held_medium_is_not_unloaded),
		T(a_locked_medium_is_not_unloaded),
		T(wrong_media),
		T(formats),
		T(loading_takes_its_time),
		T(waiting_has_an_end),
		T(an_operators_hand_is_noticed),
		T(two_in_one_slot),
		T(a_copy_under_way),
		T(strays_and_odd_names),
		T(the_same_bar_code_twice),
		T(no_reader_no_tags),
		T(taken_out_of_a_drive),
		T(the_library_goes_and_comes),
		T(faults_on_demand),
		T(answers_that_get_lost),
		T(busy_is_borne),
		T(a_move_can_be_interrupted),
		T(a_drive_that_fails),
		T(exchange),
		T(position_and_ranges),
		T(left_in_the_hand),
		T(door_in_the_middle),
		T(attentions_anywhere),
		T(a_robot_that_lies),
		T(bar_codes_without_their_suffix),
		T(alerts),
		T(calibration),
		T(drives_of_several_generations),
		T(worm_and_cleaners),
		T(settings_are_checked),
		T(a_kill_leaves_each_cartridge_in_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
