/* SPDX-License-Identifier: GPL-2.0-or-later
 * Which device is in which drive element. */
#include "device/match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static struct match out[8];

#define MATCH(els, devs) match_drives(els, COUNT(els), devs, COUNT(devs), out)
#define IS(i, dev, how)                                                                                      \
	do {                                                                                                 \
		assert_int_equal(out[i].device, dev);                                                        \
		assert_int_equal(out[i].way, how);                                                           \
	} while (0)

static void by_serial_whatever_the_order(void **state)
{
	static const struct match_id els[] = {{"IBM", "TD8", "A1"}, {"IBM", "TD8", "A2"}, {"", "", "A3"}};
	static const struct match_id devs[] = {
		{"IBM", "TD8", "A3"}, {"IBM", "TD8", "A1"}, {"IBM", "TD8", "A2"}};

	MATCH(els, devs);
	IS(0, 1, MATCH_SERIAL);
	IS(1, 2, MATCH_SERIAL);
	IS(2, 0, MATCH_SERIAL);
}

static void the_end_of_a_serial(void **state)
{
	static const struct match_id els[] = {{"HP", "U5", "5678901234"}, {"HP", "U5", "5678909999"}};
	static const struct match_id devs[] = {{"HP", "U5", "HU125678909999"},
					       {"HP", "U5", "HU125678901234"}};

	MATCH(els, devs);
	IS(0, 1, MATCH_TAIL);
	IS(1, 0, MATCH_TAIL);
}

static void the_last_one_is_cut(void **state)
{
	static const struct match_id els[] = {
		{"IET", "VT", "RIGDRV001"}, {"IET", "VT", "RIGDRV002"}, {"IET", "VT", "RI"}};
	static const struct match_id devs[] = {
		{"IET", "VT", "RIGDRV003"}, {"IET", "VT", "RIGDRV002"}, {"IET", "VT", "RIGDRV001"}};

	MATCH(els, devs);
	IS(0, 2, MATCH_SERIAL);
	IS(1, 1, MATCH_SERIAL);
	IS(2, 0, MATCH_CUT);
}

static void by_elimination(void **state)
{
	static const struct match_id els[] = {{"IBM", "TD8", "A1"}, {"", "", ""}};
	static const struct match_id devs[] = {{"IBM", "TD8", "ZZ"}, {"IBM", "TD8", "A1"}};

	MATCH(els, devs);
	IS(0, 1, MATCH_SERIAL);
	IS(1, 0, MATCH_ELIMINATION);
}

static void never_by_a_guess(void **state)
{
	static const struct match_id two_left[] = {{"", "", ""}, {"", "", ""}};
	static const struct match_id two_devs[] = {{"IBM", "TD8", "A1"}, {"IBM", "TD8", "A2"}};
	static const struct match_id other[] = {{"IBM", "TD8", "B7"}};
	static const struct match_id maker[] = {{"HP", "U5", ""}};
	static const struct match_id twice[] = {{"IBM", "TD8", "A1"}, {"IBM", "TD8", "A1"}};
	static const struct match_id one[] = {{"IBM", "TD8", "A1"}};

	MATCH(two_left, two_devs);
	IS(0, -1, MATCH_NONE);
	IS(1, -1, MATCH_NONE);
	MATCH(two_left, one);
	IS(0, -1, MATCH_NONE);
	/* another serial, another maker */
	MATCH(other, one);
	IS(0, -1, MATCH_NONE);
	MATCH(maker, one);
	IS(0, -1, MATCH_NONE);
	/* one serial claimed by two elements: neither has it */
	MATCH(twice, one);
	IS(0, -1, MATCH_NONE);
	IS(1, -1, MATCH_NONE);
	/* two devices of one serial */
	MATCH(one, twice);
	IS(0, -1, MATCH_NONE);
}

static void more_of_one_than_of_the_other(void **state)
{
	static const struct match_id els[] = {{"IBM", "TD8", "A1"}, {"IBM", "TD8", "A2"}};
	static const struct match_id devs[] = {{"IBM", "TD8", "A2"}};

	MATCH(els, devs);
	IS(0, -1, MATCH_NONE);
	IS(1, 0, MATCH_SERIAL);
	match_drives(els, 2, NULL, 0, out);
	IS(0, -1, MATCH_NONE);
	match_drives(NULL, 0, devs, 1, out);
}

static void by_world_wide_name(void **state)
{
	static const struct match_id els[] = {
		{"", "", "", "naa.5000000000000002"}, {"", "", "", "naa.5000000000000001"}, {"", "", "", ""}};
	static const struct match_id devs[] = {{"IBM", "TD8", "A1", "naa.5000000000000001"},
					       {"IBM", "TD8", "A2", "naa.5000000000000002"}};

	MATCH(els, devs);
	IS(0, 1, MATCH_SERIAL);
	IS(1, 0, MATCH_SERIAL);
	IS(2, -1, MATCH_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_serial_whatever_the_order),
		cmocka_unit_test(the_end_of_a_serial),
		cmocka_unit_test(the_last_one_is_cut),
		cmocka_unit_test(by_elimination),
		cmocka_unit_test(never_by_a_guess),
		cmocka_unit_test(by_world_wide_name),
		cmocka_unit_test(more_of_one_than_of_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
