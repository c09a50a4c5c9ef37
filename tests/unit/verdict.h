/* SPDX-License-Identifier: GPL-2.0-or-later
 * What a test of the device layer expects of a command, whose answer is in a `struct verdict v`. */
#ifndef TESTS_UNIT_VERDICT_H
#define TESTS_UNIT_VERDICT_H

#define done(call)                                                                                           \
	do {                                                                                                 \
		if ((call) != OUTCOME_DONE)                                                                  \
			fail_msg("%s: %s", #call, v.err.why);                                                \
	} while (0)
#define fails(call) assert_int_equal((call), OUTCOME_FAILED)

#endif
