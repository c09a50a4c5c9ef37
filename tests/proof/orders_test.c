/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bounded interleavings: 2 drives, 3 media, 3 callers, 1 fault, every order of events. An event is the
 * outcome of an action that runs (as it should be, or any of the faults that its device can give), the next
 * step of a caller, a deadline, an operator's yes or no, a crash of rsmd, a unit attention, an outage, a hand
 * that exchanges two cartridges.
 *
 * orders_test [MIX]: one of the mixes, by its number. RSM_ORDERS=N: at most N states of each. */
#include "play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define A 1
#define B 2
#define C 4

/* The number of states grows with the product of what callers do: so each does as little as makes the mix.
 * The first ones are gone through in each check, the rest in check-long (meson.build). */
static const struct mix mixes[] = {
	{"three mounts",
	 {{{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, B}, {DISMOUNT, B}}, {{MOUNT, C}, {DISMOUNT, C}}},
	 false},
	{"one medium for all",
	 {{{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, A}, {LEAVE, A}}},
	 false},
	{"deferred dismounts", {{{MOUNT, A}, {LEAVE, A}}, {{MOUNT, B}, {LEAVE, B}}, {{MOUNT, C}}}, false},
	{"two at once", {{{MOUNT, A | B}, {DISMOUNT, A | B}}, {{MOUNT, B | C}, {DISMOUNT, B | C}}}, false},
	{"brief and given up",
	 {{{MOUNT_BRIEF, A}, {DISMOUNT, A}}, {{MOUNT, A}, {CANCEL, 0}, {DISMOUNT, A}}, {{MOUNT, A}}},
	 false},
	{"eject", {{{EJECT, 0}}, {{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, A}, {DISMOUNT, A}}}, false},
	{"insert", {{{INJECT, 0}, {LAY_IN, 0}, {INJECT_STOP, 0}}, {{MOUNT, A}}}, false},
	{"free and allocate", {{{FREE, 2}}, {{ALLOCATE, 0}}, {{MOUNT, A}}}, false},
	{"full inventory", {{{INVENTORY, 0}}, {{MOUNT, A}}}, false},
	{"a drive is disabled",
	 {{{DISABLE, 0}, {ENABLE, 0}}, {{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, A}, {DISMOUNT, A}}},
	 false},
	{"deallocated meanwhile",
	 {{{DEALLOCATE, 0}, {ALLOCATE, 0}}, {{MOUNT, A}}, {{MOUNT, B}, {DISMOUNT, B}}},
	 false},
	{"insert and eject", {{{INJECT, 0}, {LAY_IN, 0}, {INJECT_STOP, 0}}, {{EJECT, 1}}}, false},
	{"an unknown cartridge", {{{INVENTORY, 0}}}, true},
	{"full inventory, and dismounted", {{{INVENTORY, 0}}, {{MOUNT, A}, {DISMOUNT, A}}}, false},
	{"deallocated meanwhile, all dismounted",
	 {{{DEALLOCATE, 0}, {ALLOCATE, 0}}, {{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, B}, {DISMOUNT, B}}},
	 false},
	{"a drive is disabled, two media",
	 {{{DISABLE, 0}, {ENABLE, 0}}, {{MOUNT, A}, {DISMOUNT, A}}, {{MOUNT, B}, {LEAVE, B}}},
	 false},
	{"deferred dismounts, all dismounted",
	 {{{MOUNT, A}, {LEAVE, A}}, {{MOUNT, B}, {LEAVE, B}}, {{MOUNT, C}, {DISMOUNT, C}}},
	 false},
	{"free and allocate, and dismounted",
	 {{{FREE, 2}}, {{ALLOCATE, 0}}, {{MOUNT, A}, {DISMOUNT, A}}},
	 false},
	{"insert, and dismounted",
	 {{{INJECT, 0}, {LAY_IN, 0}, {INJECT_STOP, 0}}, {{MOUNT, A}, {DISMOUNT, A}}},
	 false},
};

static void every_order(const struct mix *m, uint64_t most)
{
	static struct play p;
	struct explore x = {.world = &p,
			    .choices = play_choices,
			    .take = play_take,
			    .state = play_state,
			    .save = play_save,
			    .restore = play_restore,
			    .forget = play_forget,
			    .check = play_check,
			    .show = play_show,
			    .most = most};
	struct explored found;

	play_start(&p, m, FAULT_OF_ACTION | FAULT_AROUND | FAULT_CRASH);
	explore(&x, &found);
	play_end(&p);
	print_message(
		"# %s: %llu states, %llu events, %llu merged, %llu ends, %.3g orders, %llu violations%s\n",
		m->name, (unsigned long long)found.states, (unsigned long long)found.events,
		(unsigned long long)found.merged, (unsigned long long)found.ends, found.orders,
		(unsigned long long)found.violations, found.cut ? "; not all" : "");
	assert_int_equal(found.violations, 0);
	assert_true(found.ends > 0);
	assert_true(most || !found.cut);
}

static size_t only = countof(mixes);

static void all(void **state)
{
	uint64_t most = getenv("RSM_ORDERS") ? strtoull(getenv("RSM_ORDERS"), NULL, 10) : 0;

	for (size_t i = 0; i < countof(mixes); i++)
		if (only == countof(mixes) || only == i)
			every_order(&mixes[i], most);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all)};

	if (argc > 1)
		only = strtoull(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
