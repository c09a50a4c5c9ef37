/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/random.h"

#include "sim/sim.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENOUGH 20 /* seconds or seeds, in which every call must have come up */

/* ---- a scenario by seed ---- */

static const struct {
	enum scenario_key key;
	double low, high, share; /* share: of the seeds that have it at all */
} ranges[] = {
	{SC_DAYS, 0.02, 0.12, 1},     {SC_SLOTS, 8, 20, 1},	    {SC_DRIVES, 1, 3.99, 1},
	{SC_MEDIA, 3, 7, 1},	      {SC_ALLOCATED, 1, 3, 1},	    {SC_UNKNOWN, 0, 1.99, 1},
	{SC_FOREIGN, 0, 1, 1},	      {SC_UNLABELLED, 0, 0.5, 0.3}, {SC_SHELF, 0, 4, 1},
	{SC_RATE, 5, 60, 0.95},	      {SC_ZIPF, 0, 1, 1},	    {SC_HOLD, 20, 600, 1},
	{SC_BURST, 0, 0.5, 0.5},      {SC_WRITE, 0, 1, 1},	    {SC_DEFERRED, 0, 1, 0.7},
	{SC_TIMEOUT, 60, 7200, 1},    {SC_DIES, 0, 0.2, 0.5},	    {SC_PAIR, 0, 0.4, 0.6},
	{SC_ALLOCATE, 0, 8, 0.7},     {SC_DEALLOCATE, 0, 8, 0.7},   {SC_COMPLETE, 0, 2, 0.5},
	{SC_LABEL, 0, 4, 0.5},	      {SC_LOOK, 0, 8, 0.5},	    {SC_POOL, 0, 2, 0.5},
	{SC_ENABLE, 0, 8, 0.5},	      {SC_RETURN, 0, 8, 0.7},	    {SC_INVENTORY, 0, 2, 0.5},
	{SC_INJECT, 0, 6, 0.6},	      {SC_EJECT, 0, 4, 0.6},	    {SC_STOCK, 0, 4, 0.5},
	{SC_BATCH_OUT, 0, 4, 0.5},    {SC_SECURITY, 0, 3, 0.5},	    {SC_SET, 0, 3, 0.5},
	{SC_FIND, 0, 3, 0.5},	      {SC_WAIT, 0, 4, 0.5},	    {SC_PAUSE, 0, 2, 0.3},
	{SC_ADOPT, 0, 3, 0.4},	      {SC_OFF, 0, 2, 0.3},	    {SC_LOST, 0, 0.03, 0.5},
	{SC_NOT_MOVED, 0, 0.02, 0.5}, {SC_ASTRAY, 0, 0.01, 0.4},    {SC_BAD_LOAD, 0, 0.02, 0.4},
	{SC_BAD_DRIVE, 0, 0.02, 0.4}, {SC_BAD_READ, 0, 0.02, 0.4},  {SC_STUCK, 0, 0.02, 0.3},
	{SC_MISREAD, 0, 0.002, 0.2},  {SC_BUSY, 0, 0.1, 0.5},	    {SC_DIRT, 5, 50, 0.3},
	{SC_OUTAGE, 0, 40, 0.4},      {SC_OUTAGE_TIME, 10, 900, 1}, {SC_DOOR, 0, 30, 0.4},
	{SC_SWAP, 0, 20, 0.3},	      {SC_CRASH, 0, 60, 0.5},	    {SC_OPERATOR, 60, 3600, 1},
	{SC_REFUSE, 0, 0.3, 0.5},     {SC_WRONG, 0, 0.3, 0.5},
};

static bool whole(enum scenario_key key)
{
	return key == SC_SLOTS || key == SC_DRIVES || key == SC_MEDIA || key == SC_ALLOCATED ||
	       key == SC_UNKNOWN || key == SC_SHELF;
}

void random_scenario(uint64_t seed, struct scenario *sc)
{
	struct dice d;

	*sc = (struct scenario){.model = "autoloader-24"};
	snprintf(sc->name, sizeof sc->name, "seed %llu", (unsigned long long)seed);
	snprintf(sc->about, sizeof sc->about, "random, seed %llu", (unsigned long long)seed);
	scenario_defaults(sc);
	dice_seed(&d, seed, "scenario");
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
		double v = ranges[i].low + dice_unit(&d) * (ranges[i].high - ranges[i].low);

		if (!dice_chance(&d, ranges[i].share))
			v = 0;
		sc->v[ranges[i].key] = whole(ranges[i].key) ? (double)(int)v : v;
	}
	sc->v[SC_SEED] = (double)seed;
	plan_draw(sc);
}

/* ---- one run ---- */

static struct {
	struct outcome_of_run *out;
	struct sim s;
} running;

static void note(void)
{
	struct outcome_of_run *o = running.out;
	const struct sim *s = &running.s;

	o->violations = s->violations;
	o->events = s->report.events, o->mounts = s->report.mounts, o->crashes = s->report.crashes;
	vec_each(c, &s->report.calls)
		o->calls[c->call] += c->n;
	memcpy(o->struck, s->report.struck, sizeof o->struck);
}

static void violated(void *arg, const char *what)
{
	struct outcome_of_run *o = running.out;

	if (*o->what)
		return;
	snprintf(o->what, sizeof o->what, "%s", what);
	o->days = (double)(running.s.w.now - running.s.start) / DAY_MS;
}

static void run(const struct scenario *sc, bool tell)
{
	struct err e = {0};

	if (sim_open(&running.s, sc, &e)) {
		snprintf(running.out->what, sizeof running.out->what, "it can't be set up: %.250s", e.why);
		_exit(3);
	}
	running.s.check_each = true;
	running.s.violated = violated;
	if (!tell)
		running.s.tell = NULL;
	sim_run(&running.s);
	sim_finish(&running.s);
	note();
	fflush(NULL);
	_exit(0);
}

static void limits(void)
{
	struct rlimit cpu = {20, 21}, core = {0, 0};

	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &core);
}

void run_apart(const struct scenario *sc, bool tell, struct outcome_of_run *out)
{
	struct outcome_of_run *shared =
		mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t child;

	if (shared == MAP_FAILED)
		abort();
	fflush(NULL);
	child = fork();
	if (!child) {
		running.out = shared;
		limits();
		if (!tell && !freopen("/dev/null", "w", stderr))
			_exit(3);
		run(sc, tell);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		abort();
	*out = *shared;
	munmap(shared, sizeof *shared);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	out->violations++;
	if (WIFSIGNALED(status))
		snprintf(out->what, sizeof out->what, "it died: %s", strsignal(WTERMSIG(status)));
	out->days = sc->v[SC_DAYS];
}

/* ---- seed after seed ---- */

static double used(void)
{
	struct rusage r;

	getrusage(RUSAGE_CHILDREN, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void add(struct outcome_of_run *sum, const struct outcome_of_run *o)
{
	sum->violations += o->violations, sum->events += o->events, sum->mounts += o->mounts;
	sum->crashes += o->crashes;
	for (size_t i = 0; i < CALL_COUNT; i++)
		sum->calls[i] += o->calls[i];
	for (size_t i = 0; i < SC_COUNT; i++)
		sum->struck[i] += o->struck[i];
}

static void keep_it(struct scenario *sc, const struct outcome_of_run *o, const char *file, FILE *f)
{
	struct err e = {0};

	shrink(sc, o);
	snprintf(sc->about, sizeof sc->about, "%.50s, shrunk: %.120s", sc->name, o->what);
	if (scenario_write(sc, file, &e))
		fprintf(stderr, "rsm-sim: %s\n", e.why);
	else
		fprintf(f, "%s: kept in %s\n", sc->name, file);
}

uint64_t random_runs(uint64_t first, uint64_t seeds, double seconds, const char *keep, FILE *f)
{
	struct outcome_of_run sum = {0}, o;
	uint64_t seed = first, bad = 0;

	do {
		struct scenario sc;

		random_scenario(seed, &sc);
		run_apart(&sc, true, &o);
		add(&sum, &o);
		if (o.violations) {
			fprintf(f, "seed %llu: %s\n", (unsigned long long)seed, o.what);
			if (keep && !bad++)
				keep_it(&sc, &o, keep, f);
			else
				bad += !keep;
		}
		scenario_free(&sc);
		seed++;
	} while (seed - first < seeds || used() < seconds);
	fprintf(f, "%llu seeds from %llu: %llu events, %llu mounts, %llu violations\n",
		(unsigned long long)(seed - first), (unsigned long long)first, (unsigned long long)sum.events,
		(unsigned long long)sum.mounts, (unsigned long long)sum.violations);
	for (size_t i = 0; (seeds >= ENOUGH || seconds >= ENOUGH) && i < CALL_COUNT; i++)
		if (!sum.calls[i] && !callers_spare((enum wire_call)i)) {
			fprintf(f, "%s was never called\n", wire_calls[i].name);
			bad++;
		}
	for (size_t i = 0; i < CALL_COUNT; i++)
		if (sum.calls[i])
			fprintf(f, "  %-28s %10llu\n", wire_calls[i].name, (unsigned long long)sum.calls[i]);
	for (enum scenario_key k = 0; k < SC_COUNT; k++)
		if (sum.struck[k])
			fprintf(f, "  fault %-22s %10llu\n", scenario_key_name(k),
				(unsigned long long)sum.struck[k]);
	return bad;
}
