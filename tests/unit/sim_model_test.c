/* SPDX-License-Identifier: GPL-2.0-or-later
 * The models against what is published about the libraries: exchanges in the order they are asked for, by the
 * hands alone, without controllers. */
#include "sim/physics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void load(const char *name, struct model *m)
{
	struct err e = {0};

	if (model_read(name, m, &e))
		fail_msg("%s", e.why);
}

static void between(const char *what, const char *model, double v, double least, double most)
{
	print_message("# %s: %s %.1f, wanted %.1f to %.1f\n", model, what, v, least, most);
	if (v < least || v > most)
		fail_msg("%s: %s is %.1f", model, what, v);
}

static void ts4500_mounts(void **state)
{
	static const char *const names[] = {"ts4500-4-1",  "ts4500-6-1", "ts4500-8-1", "ts4500-12-1",
					    "ts4500-18-1", "ts4500-4-2", "ts4500-6-2", "ts4500-8-2",
					    "ts4500-12-2", "ts4500-18-2"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct model m;
		struct dice d;

		load(names[i], &m);
		dice_seed(&d, 7, "test");
		assert_true(m.rate > 0);
		between("mounts per hour", names[i], fifo_rate(&m, &d, 20000), m.rate * 0.9, m.rate * 1.1);
		model_free(&m);
	}
}

static void move_times(void **state)
{
	static const char *const names[] = {"sl8500-3176", "autoloader-24"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct model m;
		struct dice d;

		load(names[i], &m);
		dice_seed(&d, 7, "test");
		assert_true(m.move[1] > 0);
		between("seconds a move", names[i], mean_move(&m, &d, 5000), m.move[0], m.move[1]);
		model_free(&m);
	}
}

static void autoloader_swap(void **state)
{
	struct model m;
	struct dice d;

	load("autoloader-24", &m);
	dice_seed(&d, 7, "test");
	between("seconds a swap", "autoloader-24", 3600 / fifo_rate(&m, &d, 20000), m.swap * 0.9,
		m.swap * 1.1);
	model_free(&m);
}

static void sizes(void **state)
{
	struct model m;

	load("sl8500", &m);
	assert_int_equal(m.slots.n, 10088);
	assert_int_equal(m.drives.n, 64);
	model_free(&m);
	load("sl8500-3176", &m);
	assert_int_equal(m.slots.n, 3176);
	model_free(&m);
	load("autoloader-24", &m);
	assert_int_equal(m.slots.n, 24);
	assert_int_equal(m.drives.n, 2);
	model_free(&m);
	load("ts4500-18-2", &m);
	assert_int_equal(m.slots.n, 18 * 220);
	model_free(&m);
}

static void trapezoid(void **state)
{
	struct axis a = {2, 1}; /* reaches its speed after 4 m, in 4 s */

	assert_float_equal(axis_time(a, 0), 0, 1e-9);
	assert_float_equal(axis_time(a, 1), 2, 1e-9);
	assert_float_equal(axis_time(a, 4), 4, 1e-9);
	assert_float_equal(axis_time(a, -10), 7, 1e-9);
}

/* Between rails a cartridge passes through the elevator: two hands carry it. */
static void pass_through(void **state)
{
	struct model m;
	struct hands h;
	const struct where *near = NULL, *far = NULL;
	double one, two;

	load("sl8500", &m);
	vec_each(w, &m.drives) {
		if (w->rail == 0 && !near)
			near = w;
		if (w->rail == 3)
			far = w;
	}
	hands_start(&m, &h);
	one = move_time(&m, &h, &m.slots.v[0], near);
	hands_start(&m, &h);
	two = move_time(&m, &h, &m.slots.v[0], far);
	assert_true(two > one + m.get + m.put + 3 * m.pass);
	model_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ts4500_mounts),   cmocka_unit_test(move_times),
		cmocka_unit_test(autoloader_swap), cmocka_unit_test(sizes),
		cmocka_unit_test(trapezoid),	   cmocka_unit_test(pass_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
