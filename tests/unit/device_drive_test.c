/* SPDX-License-Identifier: GPL-2.0-or-later
 * Drives: their states, records, cartridge memory. */
#include "tests/unit/device_fixture.h"

static void states_of_a_drive(void **state)
{
	static const struct {
		const char *sense;
		enum drive_status status;
	} rows[] = {
		{NULL, DRIVE_READY},
		{SENSE("02", "3a", "00"), DRIVE_EMPTY},
		{SENSE("02", "04", "01"), DRIVE_LOADING},
		{SENSE("02", "04", "02"), DRIVE_UNLOADED},
		{SENSE("02", "3a", "04"), DRIVE_UNLOADED},
		{SENSE("02", "30", "03"), DRIVE_CLEANING},
		{SENSE("04", "44", "00"), DRIVE_TROUBLE},
		{"72 04 44 00 00 00 00 00", DRIVE_TROUBLE},
		{"72 02 3a 00 00 00 00 00", DRIVE_EMPTY},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct mock_step step = {"00", .sense = rows[i].sense};

		mock_expect(&step, 1);
		assert_int_equal(drive_status(d, &v), rows[i].status);
		assert_int_equal(v.outcome == OUTCOME_DONE, rows[i].status != DRIVE_TROUBLE);
		mock_finished();
	}
}

static void wait_ready_sends_load(void **state)
{
	MOCK({"00", .sense = SENSE("02", "04", "01")}, {"00", .sense = SENSE("02", "04", "02")},
	     {"1b 00 00 00 01"}, {"00", .sense = SENSE("06", "28", "00")}, {"00"});
	done(drive_wait_ready(d, 60000, NULL, NULL, &v));
	MOCK({"00", .sense = SENSE("02", "04", "02")}, {"1b 00 00 00 01"},
	     {"00", .sense = SENSE("02", "04", "02")});
	fails(drive_wait_ready(d, 60000, NULL, NULL, &v));
	assert_true(v.flags & VF_NEEDS_LOAD);
}

static void unload_of_what_is_unloaded(void **state)
{
	MOCK({"1b 00 00 00 00", .sense = SENSE("02", "3a", "00")});
	done(drive_unload(d, &v));
	MOCK({"1b 00 00 00 00", .sense = SENSE("05", "53", "02")});
	fails(drive_unload(d, &v));
	assert_true(v.flags & VF_PREVENTED);
	assert_int_equal(v.err.code, ERROR_BUSY);
}

#define VARIABLE                                                                                             \
	{                                                                                                    \
		"1a 00 00 00 ff", "0b 00 10 08 44 00 00 00 00 00 00 00"                                      \
	}
#define LIMITS                                                                                               \
	{                                                                                                    \
		"05", "00 80 00 00 00 04"                                                                    \
	}
#define REWIND                                                                                               \
	{                                                                                                    \
		"01"                                                                                         \
	}

static void records_and_filemarks(void **state)
{
	struct records r;

	/* two short records (the residue in INFORMATION), a filemark; the transport's count is wrong */
	MOCK(REWIND, {"1a 00 00 00 ff", "0b 00 90 08 44 00 00 00 00 00 04 00"},
	     {"15 10 00 00 0c", "00 00 10 08 44 00 00 00 00 00 00 00"}, LIMITS,
	     {"08 00 01 00 00", "41 42 43", .sense = "f0 00 20 00 00 ff fd 0a 00*10"},
	     {"08 00 01 00 00", "44 45", .sense = "f0 00 20 00 00 ff fe 0a 00*10"},
	     {"08 00 01 00 00", .sense = "f0 00 80 00 01 00 00 0a 00*4 00 01 00*4"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.count, 2);
	assert_int_equal(r.len[0], 3);
	assert_int_equal(r.len[1], 2);
	assert_memory_equal(r.bytes, "ABCDE", 5);
	assert_false(r.more || r.blank);
	assert_int_equal(v.flags & (VF_ILI | VF_FILEMARK), 0);
	records_free(&r);

	/* a block longer than ours; blank; damaged */
	MOCK(REWIND, VARIABLE, LIMITS, {"08", "41*65536", .sense = "f0 00 20 ff ff 00 00 0a 00*10"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.len[0], 65536);
	assert_true(r.more);
	records_free(&r);
	MOCK(REWIND, VARIABLE, LIMITS, {"08", .sense = "f0 00 08 00 01 00 00 0a 00*4 00 05 00*4"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_true(r.blank);
	records_free(&r);
	MOCK(REWIND, VARIABLE, LIMITS, {"08", .sense = SENSE("03", "11", "00")});
	fails(drive_read_records(d, &r, &v));
	assert_int_equal(v.reaction, REACT_MEDIUM);
	/* a residual larger than the block */
	MOCK(REWIND, VARIABLE, LIMITS, {"08", "41*100", .sense = "f0 00 20 00 0f 00 00 0a 00*10"}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 0);
	records_free(&r);
}

/* tgt 1.0.85 transfers the residue's length instead of the block's. */
static void a_block_that_comes_in_part(void **state)
{
	uint8_t buf[8];
	size_t got;

	MOCK({"08 00 00 00 08", "41 42", .sense = "f0 00 20 00 00 00 02 0a 00*10"}, {"11 00 ff ff ff"},
	     {"08 00 00 00 06", "41 42 43 44 45 46"});
	done(drive_read_block(d, buf, sizeof buf, &got, &v));
	assert_int_equal(got, 6);
	assert_memory_equal(buf, "ABCDEF", 6);
	assert_int_equal(v.flags & VF_ILI, 0);
}

static void a_reset_between_two_reads(void **state)
{
	struct records r;

	MOCK(REWIND, VARIABLE, LIMITS, {"08", "41*80", .sense = "f0 00 20 00 00 ff b0 0a 00*10"},
	     {"08", .sense = SENSE("06", "29", "00")}, /* the position is lost: not simply again */
	     REWIND, VARIABLE, LIMITS, {"08", "42*80", .sense = "f0 00 20 00 00 ff b0 0a 00*10"},
	     {"08", .sense = SENSE("08", "00", "05")}, REWIND);
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 80);
	assert_int_equal(r.bytes[0], 'B');
	records_free(&r);
}

static void a_write_is_not_repeated(void **state)
{
	static const size_t len[] = {3};

	MOCK(REWIND, VARIABLE, {"0a 00 00 00 03", "61 62 63"}, {"10 00 00 00 02"}, REWIND);
	done(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v));
	MOCK(REWIND, VARIABLE, {"0a", .sense = SENSE("06", "28", "00")});
	fails(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v));
	MOCK(REWIND, VARIABLE, {"0a", .outcome = OUTCOME_UNKNOWN});
	assert_int_equal(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v), OUTCOME_UNKNOWN);
	assert_true(v.flags & VF_POSITION);
	MOCK(REWIND, VARIABLE, {"0a", .sense = SENSE("07", "27", "00")});
	fails(drive_write_records(d, (const uint8_t *)"abc", len, 1, 2, &v));
	assert_int_equal(v.err.code, ERROR_WRITE_PROTECT);
}

static void cartridge_memory(void **state)
{
	struct drive_medium m;

	MOCK({"1a 00 00 00 ff", "0b 8c 90 08 5e 00 00 00 00 00 00 00"},
	     {"8c", "00 00 00 41 00 00 80 00 08 00*6 00 10 04 00 81 00 08 49 42 4d 20*5 04 01 81 00 06 53 31 "
		    "32 33 00 20 "
		    "04 08 80 00 01 80 08 06 81 00 09 42 41 52 43 4f 44 45 31 32 ff ff 80 ff ff"});
	done(drive_medium(d, &m, &v));
	assert_true(m.write_protected && m.worm);
	assert_int_equal(m.remaining, 16 << 20);
	assert_string_equal(m.manufacturer, "IBM");
	assert_string_equal(m.serial, "S123");
	assert_string_equal(m.barcode, "BARCODE12");
	/* no cartridge memory, and asked once only */
	MOCK({"1a", "03 00 00 00"}, {"8c", .sense = SENSE("05", "20", "00")}, {"1a", "03 00 00 00"});
	done(drive_medium(d, &m, &v));
	assert_string_equal(m.serial, "");
	done(drive_medium(d, &m, &v));
	MOCK({"1a", .sense = SENSE("02", "3a", "00")});
	fails(drive_medium(d, &m, &v));
}

static void labels_of_disks(void **state)
{
	struct records r;

	MOCK(INQUIRY("07", ACME_ROBOT), NO_PAGES, {"25", "00 00 00 03 00 00 02 00"},
	     {"28 00 00 00 00 00 00 00 04", "41*2048"});
	done(drive_open("mock:", &d, &v));
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.n, 2048);
	assert_false(r.more);
	records_free(&r);
	MOCK({"25", "00 00 00 03 00 00 00 00"});
	fails(drive_read_records(d, &r, &v));
	MOCK({"25", "ff ff ff fe ff ff ff ff"});
	fails(drive_read_records(d, &r, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(states_of_a_drive, with_drive),
		T(wait_ready_sends_load, with_drive),
		T(unload_of_what_is_unloaded, with_drive),
		T(records_and_filemarks, with_drive),
		T(a_block_that_comes_in_part, with_drive),
		T(a_reset_between_two_reads, with_drive),
		T(a_write_is_not_repeated, with_drive),
		T(cartridge_memory, with_drive),
		T(labels_of_disks, no_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
