/* SPDX-License-Identifier: GPL-2.0-or-later
 * Plans as they are read and written, and what remains of one that violates something. */
#include "sim/plan.h"
#include "sim/random.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[40];

static int file_new(void **state)
{
	int fd;

	strcpy(path, "/tmp/rsplan-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd);
}

static int file_gone(void **state) { return unlink(path); }

static int read_plan(const char *plan, struct scenario *sc, struct err *e)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "[scenario]\ndays = 2\n[plan]\n%s", plan);
	assert_int_equal(fclose(f), 0);
	return scenario_read(path, sc, e);
}

static void is_planned(const struct planned *p, enum scenario_key key, int64_t at, uint64_t dice)
{
	assert_int_equal(p->key, key);
	assert_int_equal(p->at, at);
	assert_int_equal(p->dice, dice);
}

/* Calls by their time, faults by the action that they strike; and as it was written, but for what was left
 * out. */
static void read_and_written(void **state)
{
	struct scenario sc, again;
	struct err e = {0};

	if (read_plan("allocate = 120.5 77\nlost = 12 5 ; the twelfth\neject = 0 0\n", &sc, &e))
		fail_msg("%s", e.why);
	assert_true(sc.planned);
	assert_int_equal(sc.plan.n, 3);
	is_planned(&sc.plan.v[0], SC_ALLOCATE, 120500, 77);
	is_planned(&sc.plan.v[1], SC_LOST, 12, 5);
	is_planned(&sc.plan.v[2], SC_EJECT, 0, 0);
	sc.plan.v[0].dropped = true;
	assert_int_equal(scenario_write(&sc, path, &e), 0);
	if (scenario_read(path, &again, &e))
		fail_msg("%s", e.why);
	assert_int_equal(again.plan.n, 2);
	is_planned(&again.plan.v[0], SC_LOST, 12, 5);
	is_planned(&again.plan.v[1], SC_EJECT, 0, 0);
	assert_true(again.v[SC_DAYS] == 2);
	scenario_free(&sc);
	scenario_free(&again);
}

static void empty_plan(void **state)
{
	struct scenario sc;
	struct err e = {0};

	assert_int_equal(read_plan("", &sc, &e), 0);
	assert_true(sc.planned); /* nothing happens, instead of what rates would give */
	assert_int_equal(sc.plan.n, 0);
	scenario_free(&sc);
}

/* The fifth line of the file. */
static void bad_line(void **state)
{
	static const char *const lines[] = {
		"allocate = soon 5",	   "allocate = 120",   "allocate = 120 5 6", "allocate = -1 5",
		"allocate = 1000000000 5", "lost = 12 x",      "hold = 3 5",	     "media = 3 5",
		"unheard_of = 1 2",	   "allocate = nan 5",
	};

	for (size_t i = 0; i < countof(lines); i++) {
		struct scenario sc;
		struct err e = {0};
		char plan[200], line[60], key[40];

		snprintf(plan, sizeof plan, "lost = 1 1\n%s\nlost = 2 2\n", lines[i]);
		snprintf(line, sizeof line, "%s:5: ", path);
		snprintf(key, sizeof key, "%.*s", (int)strcspn(lines[i], " "), lines[i]);
		assert_int_not_equal(read_plan(plan, &sc, &e), 0);
		if (!strstr(e.why, line) || !strstr(e.why, key))
			fail_msg("\"%s\" was refused with \"%s\"", lines[i], e.why);
		scenario_free(&sc);
	}
}

/* ---- shrinking, of runs that aren't run ---- */

static struct {
	uint64_t needed[2];
	double media; /* at least */
	int runs;
} defect;

static bool has(const struct scenario *sc, uint64_t dice)
{
	vec_each(p, &sc->plan)
		if (!p->dropped && p->dice == dice)
			return true;
	return false;
}

/* In place of that of sim/random.c: with both events a medium is lost, with the second one alone something
 * else is wrong. */
void run_apart(const struct scenario *sc, bool tell, struct outcome_of_run *out)
{
	bool first = has(sc, defect.needed[0]), second = has(sc, defect.needed[1]);

	*out = (struct outcome_of_run){.days = 0.5};
	defect.runs++;
	if (!second || sc->v[SC_MEDIA] < defect.media)
		return;
	out->violations = 1;
	snprintf(out->what, sizeof out->what, first ? "medium %d is nowhere" : "drive %d has two holders",
		 defect.runs);
}

static void shrunk(size_t n, uint64_t a, uint64_t b)
{
	struct scenario sc = {.planned = true};
	struct outcome_of_run found;

	scenario_defaults(&sc);
	sc.v[SC_DAYS] = 2, sc.v[SC_MEDIA] = 40;
	for (size_t i = 0; i < n; i++)
		*vec_add(&sc.plan) = (struct planned){i % 2 ? SC_ALLOCATE : SC_LOST, (int64_t)i, i, false};
	defect.needed[0] = a, defect.needed[1] = b, defect.media = 3;
	run_apart(&sc, false, &found);
	shrink(&sc, &found);
	assert_int_equal(sc.plan.n, 2);
	assert_int_equal(sc.plan.v[0].dice, a);
	assert_int_equal(sc.plan.v[1].dice, b);
	assert_true(sc.v[SC_MEDIA] == 3);
	assert_true(sc.v[SC_DAYS] < 1); /* it was seen at noon of the first */
	scenario_free(&sc);
}

static void two_of_many_remain(void **state)
{
	shrunk(40, 7, 31);
	shrunk(40, 0, 39);
	shrunk(41, 19, 20);
	shrunk(2, 0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(read_and_written, file_new, file_gone),
		cmocka_unit_test_setup_teardown(empty_plan, file_new, file_gone),
		cmocka_unit_test_setup_teardown(bad_line, file_new, file_gone),
		cmocka_unit_test(two_of_many_remain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
