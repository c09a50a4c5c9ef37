/* SPDX-License-Identifier: GPL-2.0-or-later
 * The rules of a library on five elements: which trip is made, and which sense data earns another one. */
#include "device/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { HAND, A, B, PORT, DRIVE, CELLS };

static struct cell cells[CELLS];
static bool stubborn; /* the drive doesn't unload */

static void look(struct picker *r, struct cell *c) {}

static bool release(struct picker *r, struct cell *drive)
{
	if (!stubborn)
		drive->fill = FILL_SEATED;
	return !stubborn;
}

static bool carry(struct picker *r, struct cell *from, struct cell *to, bool invert)
{
	struct tape t = from->tape;

	from->content = CONTENT_EMPTY;
	to->content = CONTENT_CARTRIDGE;
	to->tape = t;
	if (invert)
		to->tape.up = 3 - t.up;
	return true;
}

static const struct picker_ops ops = {look, release, carry};

static void full(int cell)
{
	cells[cell].content = CONTENT_CARTRIDGE;
	cells[cell].tape = (struct tape){.sides = 2, .up = 1};
	if (cell == DRIVE)
		cells[cell].fill = FILL_SEATED;
}

static struct picker start(void)
{
	memset(cells, 0, sizeof cells);
	cells[HAND].type = ELEMENT_TRANSPORT, cells[A].type = cells[B].type = ELEMENT_STORAGE;
	cells[PORT].type = ELEMENT_IE, cells[DRIVE].type = ELEMENT_DRIVE;
	stubborn = false;
	full(A);
	return (struct picker){.ops = &ops, .hand = &cells[HAND]};
}

static uint32_t travel(struct picker *r, const struct trip *t)
{
	uint32_t sense = trip_refused(r, t);

	if (!sense)
		sense = trip_blocked(r, t);
	return sense ? sense : trip_made(r, t);
}

static void door(struct picker *r) { r->door = true; }
static void port(struct picker *r) { cells[PORT].open = true; }
static void hand(struct picker *r) { full(HAND); }
static void fill_b(struct picker *r) { full(B); }
static void several(struct picker *r) { cells[A].content = CONTENT_SEVERAL; }
static void incomplete(struct picker *r) { cells[A].content = CONTENT_INCOMPLETE; }
static void stray(struct picker *r) { cells[B].content = CONTENT_STRAY; }
static void rotates(struct picker *r) { r->rotates = true; }
static void one_side(struct picker *r) { r->rotates = true, cells[A].tape.sides = 1; }
static void seated(struct picker *r) { full(DRIVE); }
static void loaded(struct picker *r) { full(DRIVE), cells[DRIVE].fill = FILL_LOADED; }
static void autoloads(struct picker *r) { loaded(r), r->autounloads = true; }
static void clings(struct picker *r) { autoloads(r), stubborn = true; }
static void held(struct picker *r) { full(DRIVE), cells[DRIVE].held = true; }
static void both(struct picker *r) { full(B), full(DRIVE); }

static void trips(void **state)
{
	static const struct {
		void (*before)(struct picker *);
		int from, to, other; /* other 0: a move */
		bool invert;
		uint32_t sense;
	} rows[] = {
		{NULL, A, B, 0, false, 0},
		{NULL, A, CELLS, 0, false, SENSE(5, 0x21, 1)},
		{NULL, A, HAND, 0, false, SENSE(5, 0x21, 1)},
		{NULL, B, A, 0, false, SENSE(5, 0x3B, 0x0E)},
		{fill_b, A, B, 0, false, SENSE(5, 0x3B, 0x0D)},
		{NULL, A, A, 0, false, SENSE(5, 0x3B, 0x0D)},
		{rotates, A, A, 0, true, 0},
		{NULL, A, B, 0, true, SENSE(5, 0x24, 0)},
		{one_side, A, B, 0, true, SENSE(5, 0x24, 0)},
		{several, A, B, 0, false, SENSE(4, 0x80, 1)},
		{incomplete, A, B, 0, false, SENSE(4, 0x80, 2)},
		{stray, A, B, 0, false, 0},
		{door, A, B, 0, false, SENSE(2, 4, 0x18)},
		{port, A, PORT, 0, false, SENSE(2, 0x3A, 2)},
		{port, A, B, 0, false, 0},
		{hand, A, B, 0, false, SENSE(4, 0x3B, 0x16)},
		{hand, HAND, B, 0, false, 0},
		{seated, DRIVE, B, 0, false, 0},
		{loaded, DRIVE, B, 0, false, SENSE(5, 0x3A, 0)},
		{autoloads, DRIVE, B, 0, false, 0},
		{clings, DRIVE, B, 0, false, SENSE(5, 0x53, 3)},
		{held, DRIVE, B, 0, false, SENSE(5, 0x53, 3)},
		{fill_b, A, B, DRIVE, false, 0},
		{fill_b, A, B, A, false, 0},
		{NULL, A, B, DRIVE, false, SENSE(5, 0x3B, 0x0E)},
		{both, A, B, DRIVE, false, SENSE(5, 0x3B, 0x0D)},
		{fill_b, A, B, B, false, SENSE(5, 0x21, 1)},
		{loaded, A, DRIVE, B, false, SENSE(5, 0x3A, 0)},
		{rotates, A, DRIVE, B, true, SENSE(5, 0x24, 0)},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct picker r = start();
		struct trip t = {.from = rows[i].from < CELLS ? &cells[rows[i].from] : NULL,
				 .to = rows[i].to < CELLS ? &cells[rows[i].to] : NULL,
				 .other = rows[i].other ? &cells[rows[i].other] : NULL,
				 .exchange = rows[i].other,
				 .invert = rows[i].invert};
		uint32_t sense;

		if (rows[i].before)
			rows[i].before(&r);
		sense = travel(&r, &t);
		if (sense != rows[i].sense)
			fail_msg("row %zu: %06x, wanted %06x", i, sense, rows[i].sense);
		if (sense)
			continue;
		assert_int_equal(cells[rows[i].to].content, CONTENT_CARTRIDGE);
		assert_true(rows[i].from == rows[i].to || rows[i].from == rows[i].other ||
			    cells[rows[i].from].content == CONTENT_EMPTY);
		if (rows[i].other)
			assert_int_equal(cells[rows[i].other].content, CONTENT_CARTRIDGE);
		assert_int_equal(cells[rows[i].to].tape.up, rows[i].invert ? 2 : 1);
	}
}

static void dropped(void **state)
{
	struct picker r = start();
	struct trip t = {.from = &cells[A], .to = &cells[B]};

	assert_int_equal(trip_dropped(&r, &t), 0);
	assert_int_equal(cells[HAND].content, CONTENT_CARTRIDGE);
	assert_int_equal(cells[A].content, CONTENT_EMPTY);
}

static void what_is_told(void **state)
{
	struct element e = {0};

	start();
	cells[A].barcode = BARCODE_TWICE, cells[A].source = 7;
	cell_tell(&cells[A], &e);
	assert_true(e.full && e.access && e.except && e.asc == 0x53 && e.ascq == 0x07);
	assert_true(e.source_valid && e.source == 7 && e.medium_type == 1);
	loaded(NULL);
	e = (struct element){0};
	cell_tell(&cells[DRIVE], &e);
	assert_true(e.full && !e.access && !e.except);
	cells[PORT].open = cells[PORT].by_hand = true;
	full(PORT);
	e = (struct element){0};
	cell_tell(&cells[PORT], &e);
	assert_true(e.impexp && e.inenab && e.exenab && !e.access);
	stray(NULL);
	e = (struct element){0};
	cell_tell(&cells[B], &e);
	assert_true(!e.full && e.except && e.asc == 0x80 && e.ascq == 3);
}

static void drives(void **state)
{
	struct tape t = {.generation = 9};

	assert_int_equal(drive_refuses(9, &t), 0);
	assert_true(drive_must_calibrate(9, &t));
	t.calibrated = true;
	assert_false(drive_must_calibrate(9, &t));
	assert_int_equal(drive_refuses(8, &t), SENSE(2, 0x30, 0));
	t.generation = 7;
	assert_int_equal(drive_refuses(9, &t), SENSE(2, 0x30, 0));
	assert_int_equal(drive_protects(8, &t), 0);
	t.generation = 5;
	assert_int_equal(drive_refuses(7, &t), 0);
	assert_int_equal(drive_protects(7, &t), SENSE(7, 0x30, 5));
	t.write_protected = true;
	assert_int_equal(drive_protects(5, &t), SENSE(7, 0x27, 0));
	t.cleaner = true;
	assert_int_equal(drive_refuses(5, &t), SENSE(2, 0x30, 3));
}

static void bar_codes(void **state)
{
	static const struct {
		const char *tag;
		int generation;
		bool worm;
	} rows[] = {{"TAPE01L8", 8, false}, {"TAPE01LA", 10, false}, {"TAPE01M8", 8, false},
		    {"TAPE01LY", 8, true},  {"TAPE01", 0, false},    {"TAPE01XX", 0, false}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(barcode_generation(rows[i].tag), rows[i].generation);
		assert_int_equal(barcode_is_worm(rows[i].tag), rows[i].worm);
	}
	assert_true(barcode_is_cleaner("CLN001L1"));
	assert_false(barcode_is_cleaner("ACLN01L1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trips),  cmocka_unit_test(dropped),   cmocka_unit_test(what_is_told),
		cmocka_unit_test(drives), cmocka_unit_test(bar_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
