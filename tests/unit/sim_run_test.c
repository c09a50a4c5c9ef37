/* SPDX-License-Identifier: GPL-2.0-or-later
 * Runs of the simulator: the same seed gives the same bytes, another one doesn't; what always holds, holds;
 * and the checks can fail. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <malloc.h>
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

/* ---- what each key does ---- */

struct key {
	enum scenario_key key;
	double value;
};

struct shown {
	const char *name;
	double (*of)(const struct sim *);
	double least;
	struct key keys[8];
	const char *model; /* NULL: the autoloader */
};

static double doors(const struct sim *s) { return (double)s->report.doors; }
static double faults_of(const struct sim *s) { return (double)s->report.faults; }
static double passes(const struct sim *s) { return (double)s->report.passes; }
static double spent(const struct sim *s) { return (double)s->report.cleaners_spent; }
static double given_up(const struct sim *s) { return (double)s->report.given_up; }
static double calibrations(const struct sim *s) { return (double)s->report.calibrations; }

static double stopped(const struct sim *s)
{
	double hours = 0;

	vec_each(h, &s->report.hours)
		hours += h->stopped;
	return hours;
}

static double unfit(const struct sim *s)
{
	double hours = 0;

	vec_each(h, &s->report.hours)
		hours += h->unfit;
	return hours;
}

#define LTO9 "lto9"
static const struct shown effects[] = {
	{"a door stops the robot", stopped, 0.1, {{SC_DOOR, 60}, {SC_DOOR_TIME, 300}}},
	{"services open the door", doors, 2, {{SC_BAD_DRIVE, 0.3}, {SC_OPENS, 1}}},
	{"cartridges stay in the hand", faults_of, 2, {{SC_HAND, 0.1}}},
	{"bar codes aren't read", faults_of, 2, {{SC_MISREAD, 0.02}, {SC_INVENTORY, 4}}},
	{"bar codes are read as others", faults_of, 2, {{SC_GARBLED, 0.02}, {SC_INVENTORY, 4}}},
	{"dirty drives wait for a person", unfit, 0.5, {{SC_DIRT, 3}, {SC_OPERATOR, 3600}}},
	{"cleaning cartridges are spent", spent, 2, {{SC_DIRT, 3}, {SC_CLEANERS, 9}, {SC_CLEANER_USES, 1}}},
	{"applications die", given_up, 1, {{SC_DIES, 0.5}}},
	{"new cartridges calibrate", calibrations, 1, {{SC_INJECT, 4}}, LTO9},
	{"cartridges pass from rail to rail", passes, 5, {{SC_DRIVES, 4}}, "sl8500-3176"},
};

/* An autoloader of LTO-9 drives. */
static const char *lto9(void)
{
	static char name[40];
	FILE *f;

	snprintf(name, sizeof name, "/tmp/rsm-sim-XXXXXX");
	f = fdopen(mkstemp(name), "w");
	fputs("[model]\nbase = autoloader-24\n[drive]\ngeneration = LTO-9\ncalibrate = 40\n", f);
	fclose(f);
	return name;
}

static double run_effect(const struct shown *x, bool with, uint64_t *mounts)
{
	struct scenario sc;
	struct sim s;
	struct err e = {0};
	const char *model = x->model ? x->model : "autoloader-24";
	double got;

	small(&sc, 5);
	for (int k = 0; k < SC_COUNT; k++)
		if (k >= SC_LOST && k <= SC_CRASH && k != SC_OUTAGE_TIME && k != SC_DOOR_TIME)
			sc.v[k] = 0; /* no faults */
	if (!strcmp(model, LTO9))
		model = lto9();
	snprintf(sc.model, sizeof sc.model, "%s",
		 with || strcmp(model, "sl8500-3176") != 0 ? model : "ts4500-4-1");
	sc.v[SC_DAYS] = 0.1, sc.v[SC_UNKNOWN] = 0, sc.v[SC_SHELF] = 6, sc.v[SC_DIES] = 0;
	sc.v[SC_INJECT] = sc.v[SC_EJECT] = sc.v[SC_INVENTORY] = 0;
	sc.v[SC_OPERATOR] = 300, sc.v[SC_REFUSE] = sc.v[SC_WRONG] = sc.v[SC_NIGHT] = 0;
	for (size_t i = 0; with && i < countof(x->keys) && x->keys[i].value > 0; i++)
		sc.v[x->keys[i].key] = x->keys[i].value;
	if (sim_open(&s, &sc, &e))
		fail_msg("%s", e.why);
	sim_run(&s);
	sim_check(&s, false);
	assert_int_equal(s.violations, 0);
	got = x->of(&s);
	*mounts = s.report.mounts;
	sim_close(&s);
	if (strstr(model, "/tmp/") == model)
		remove(model);
	return got;
}

static void keys_have_effect(void **state)
{
	for (size_t i = 0; i < countof(effects); i++) {
		uint64_t mounts, undisturbed;
		double with = run_effect(&effects[i], true, &mounts),
		       without = run_effect(&effects[i], false, &undisturbed);

		if (with < effects[i].least || without > 0 || !mounts || !undisturbed)
			fail_msg("%s: %g, without %g; %llu and %llu mounts", effects[i].name, with, without,
				 (unsigned long long)mounts, (unsigned long long)undisturbed);
	}
}

/* Somebody who was sent for S00002 brings another one, or nothing. */
static void operators_err(void **state)
{
	static const struct {
		enum scenario_key key;
		uint64_t wrong, empty;
	} rows[] = {{SC_SEED, 0, 0}, {SC_WRONG_MEDIUM, 1, 0}, {SC_EMPTY_PORT, 0, 1}};

	for (size_t i = 0; i < countof(rows); i++) {
		struct scenario sc;
		struct sim s;
		struct err e = {0};
		const struct place *port;

		small(&sc, 8);
		sc.v[rows[i].key] = 1;
		sc.v[SC_RATE] = 0, sc.v[SC_CRASH] = sc.v[SC_OUTAGE] = 0, sc.v[SC_DAYS] = 0.0005;
		if (sim_open(&s, &sc, &e))
			fail_msg("%s", e.why);
		people_insert(&s, "S00002L8");
		sim_run(&s);
		assert_int_equal(s.report.wrong_media, rows[i].wrong);
		assert_int_equal(s.report.empty_ports, rows[i].empty);
		port = place_at(&s.w, PORT);
		assert_int_equal(port->cartridge >= 0, !rows[i].empty);
		if (port->cartridge >= 0)
			assert_int_equal(!strcmp(s.w.cartridges.v[port->cartridge].tag, "S00002L8"),
					 !rows[i].wrong);
		sim_close(&s);
	}
}

/* Controllers hear of the simulator's faults what they hear of a real device's. */
static void faults_are_sense_data(void **state)
{
	static const struct {
		bool drive;
		uint32_t sense;
		enum fault fault;
		const char *text;
	} rows[] = {
		{false, SENSE(0x4, 0x15, 0x81), FAULT_ROBOT, "pick failed"},
		{false, SENSE(0x2, 0x04, 0x18), FAULT_OPERATOR, "close the door"},
		{false, SENSE(0x5, 0x3B, 0x0E), FAULT_SOURCE_EMPTY, "source"},
		{false, SENSE(0x5, 0x3A, 0x00), FAULT_NEEDS_UNLOAD, "unloaded"},
		{true, SENSE(0x3, 0x53, 0x00), FAULT_MEDIUM, "cartridge"},
		{true, SENSE(0x2, 0x30, 0x03), FAULT_CLEANER, "cleaning cartridge"},
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct event ev = {0};

		world_sense(&ev, rows[i].drive, rows[i].sense, "test");
		assert_int_equal(ev.outcome, OUTCOME_FAILED);
		assert_int_equal(ev.fault, rows[i].fault);
		if (!strstr(ev.why, rows[i].text))
			fail_msg("%s", ev.why);
	}
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_bytes), cmocka_unit_test(checks_can_fail),
		cmocka_unit_test(keys_have_effect),	cmocka_unit_test(faults_are_sense_data),
		cmocka_unit_test(operators_err),	cmocka_unit_test(bad_files)};

	mallopt(M_TRIM_THRESHOLD, 1 << 28); /* as rsm-sim does: the store grows and shrinks with each job */
	mallopt(M_MMAP_THRESHOLD, 1 << 28);
	mallopt(M_TOP_PAD, 1 << 24);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
