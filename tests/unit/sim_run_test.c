/* SPDX-License-Identifier: GPL-2.0-or-later
 * Runs of the simulator: the same seed gives the same bytes, another one doesn't; what always holds, holds;
 * and the checks can fail. */
#include "sim/sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void small(struct scenario *sc, double seed)
{
	struct err e = {0};

	if (scenario_read("faults", sc, &e))
		fail_msg("%s", e.why);
	snprintf(sc->model, sizeof sc->model, "autoloader-24");
	sc->v[SC_SLOTS] = 24, sc->v[SC_DRIVES] = 2;
	sc->v[SC_MEDIA] = 14, sc->v[SC_ALLOCATED] = 10, sc->v[SC_UNKNOWN] = 2, sc->v[SC_SHELF] = 4;
	sc->v[SC_RATE] = 12, sc->v[SC_HOLD] = 120;
	sc->v[SC_DAYS] = 0.1, sc->v[SC_SEED] = seed;
	sc->v[SC_CRASH] = 20, sc->v[SC_OUTAGE] = 20;
	sc->v[SC_LOST] = 0.02;
}

static char *run(double seed, bool each, uint64_t *mounts, uint64_t *faults)
{
	struct scenario sc;
	struct sim s;
	struct err e = {0};
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	small(&sc, seed);
	if (sim_open(&s, &sc, &e))
		fail_msg("%s", e.why);
	s.check_each = each;
	sim_run(&s);
	sim_check(&s, false);
	assert_int_equal(s.violations, 0);
	report_table(&s, f);
	report_json(&s, f);
	*mounts = s.report.mounts, *faults = s.report.faults;
	sim_close(&s);
	fclose(f);
	return text;
}

static void same_seed_same_bytes(void **state)
{
	uint64_t mounts, faults;
	char *a = run(1, true, &mounts, &faults), *b = run(1, false, &mounts, &faults),
	     *c = run(2, false, &mounts, &faults);

	assert_true(mounts > 3);
	assert_true(faults > 0);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
}

/* A cartridge that jumps is seen by the comparison with the robot. */
static void checks_can_fail(void **state)
{
	struct scenario sc;
	struct sim s;
	struct err e = {0};

	small(&sc, 3);
	sc.v[SC_UNKNOWN] = 0, sc.v[SC_SHELF] = 0, sc.v[SC_RATE] = 0;
	if (sim_open(&s, &sc, &e))
		fail_msg("%s", e.why);
	s.tell = fopen("/dev/null", "w");
	assert_int_equal(sim_check(&s, true), 0);
	place_at(&s.w, SLOT + 20)->cartridge = place_at(&s.w, SLOT)->cartridge;
	place_at(&s.w, SLOT)->cartridge = -1;
	assert_int_equal(sim_check(&s, true), 2);
	fclose(s.tell);
	sim_close(&s);
}

static void bad_files(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"[load]\nrate = many\n", ":2: rate"},
		{"[load]\nzipf = 9\n", "from 0 to 4"},
		{"[laod]\n", "no section"},
		{"[load]\nspeed = 1\n", "no such key"},
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char name[] = "/tmp/rsm-sim-XXXXXX";
		FILE *f = fdopen(mkstemp(name), "w");
		struct scenario sc;
		struct err e = {0};

		fputs(bad[i].text, f);
		fclose(f);
		assert_int_equal(scenario_read(name, &sc, &e), ERROR_INVALID_DATA);
		remove(name);
		if (!strstr(e.why, bad[i].why))
			fail_msg("%s", e.why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(same_seed_same_bytes),
					   cmocka_unit_test(checks_can_fail), cmocka_unit_test(bad_files)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
