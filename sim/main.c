/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm-sim: runs a scenario. What it prints on standard output depends on the scenario and the seed alone. */
#include "sim/sim.h"

#include "base/clock.h"
#include "sim/random.h"

#include <dirent.h>
#include <getopt.h>
#include <malloc.h>
#include <string.h>

static const char usage[] =
	"Usage: rsm-sim [OPTION]... SCENARIO\n"
	"Run a library through a scenario, in simulated time.\n\n"
	"  -s, --seed N     another seed than the scenario's\n"
	"  -d, --days N     another length\n"
	"  -m, --model M    another library\n"
	"  -j, --json       print JSON\n"
	"      --svg FILE   plot it, too\n"
	"  -c, --check      check what always holds after each event, not only at the end\n"
	"  -l, --list       list the scenarios and models there are\n"
	"  -r, --rates      compare the models with what is published about them\n"
	"  -R, --random SECONDS   random runs, seed after seed from --seed, for so long (of processor time)\n"
	"  -n, --runs N     random runs with N seeds; the same on every machine\n"
	"  -k, --keep FILE  of the first run that violates something, the shortest that still does\n"
	"  -h, --help\n\n"
	"SCENARIO and M are names of --list, or paths of INI files. Exit status: 0, 1 something was "
	"violated, 2 misuse.\n";

struct options {
	const char *model, *svg, *keep;
	double seed, days, random, runs;
	bool json, check;
};

static int only_ini(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".ini");
}

static void list(const char *what, void (*each)(const char *name))
{
	struct dirent **names = NULL;
	char dir[4096];
	int n;

	snprintf(dir, sizeof dir, "%s/%s", shipped_dir(), what);
	n = scandir(dir, &names, only_ini, alphasort);
	for (int i = 0; i < n; i++) {
		names[i]->d_name[strlen(names[i]->d_name) - 4] = 0;
		each(names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static void show_scenario(const char *name)
{
	struct scenario sc;
	struct err e = {0};

	printf("  %-20s %s\n", name, scenario_read(name, &sc, &e) ? e.why : sc.about);
}

static void show_model(const char *name)
{
	struct model m;
	struct err e = {0};

	if (model_read(name, &m, &e) == 0)
		printf("  %-20s %s; %zu slots, %zu drives\n", name, m.about, m.slots.n, m.drives.n);
	model_free(&m);
}

static void show_rates(const char *name)
{
	struct dice d;
	struct model m;
	struct err e = {0};

	dice_seed(&d, 1, "rates");
	if (model_read(name, &m, &e) == 0) {
		double rate = fifo_rate(&m, &d, 20000);

		printf("  %-20s %7.1f", name, rate);
		if (m.rate > 0)
			printf(" %9.0f %+6.1f %%", m.rate, (rate / m.rate - 1) * 100);
		else
			printf(" %18s", "-");
		printf(" %7.1f", mean_move(&m, &d, 5000));
		if (m.move[1] > 0)
			printf("   %.0f-%.0f", m.move[0], m.move[1]);
		printf("\n");
	}
	model_free(&m);
}

static int simulate(const char *name, const struct options *o)
{
	struct scenario sc;
	struct sim s = {0};
	struct err e = {0};
	int64_t from = clock_mono();
	int rc = scenario_read(name, &sc, &e);

	if (!rc) {
		if (o->model)
			snprintf(sc.model, sizeof sc.model, "%s", o->model);
		if (o->seed >= 0)
			sc.v[SC_SEED] = o->seed;
		if (o->days > 0)
			sc.v[SC_DAYS] = o->days;
		rc = sim_open(&s, &sc, &e);
	}
	if (rc) {
		fprintf(stderr, "rsm-sim: %s\n", e.why);
		sim_close(&s);
		return 2;
	}
	s.check_each = o->check;
	fprintf(stderr, "set up in %.1f s\n", (double)(clock_mono() - from) / 1000);
	sim_run(&s);
	sim_check(&s, false);
	(o->json ? report_json : report_table)(&s, stdout);
	if (o->svg && report_svg(&s, o->svg)) {
		perror(o->svg);
		rc = 2;
	}
	if (o->check)
		sim_finish(&s);
	fprintf(stderr, "%g days in %.1f s\n", sc.v[SC_DAYS], (double)(clock_mono() - from) / 1000);
	rc = rc ? rc : s.violations != 0;
	sim_close(&s);
	scenario_free(&sc);
	return rc;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {{"seed", required_argument, NULL, 's'},
					      {"days", required_argument, NULL, 'd'},
					      {"model", required_argument, NULL, 'm'},
					      {"json", no_argument, NULL, 'j'},
					      {"svg", required_argument, NULL, 'g'},
					      {"check", no_argument, NULL, 'c'},
					      {"list", no_argument, NULL, 'l'},
					      {"rates", no_argument, NULL, 'r'},
					      {"random", required_argument, NULL, 'R'},
					      {"runs", required_argument, NULL, 'n'},
					      {"keep", required_argument, NULL, 'k'},
					      {"help", no_argument, NULL, 'h'},
					      {0}};
	struct options o = {.seed = -1};
	int c;

	store_alone();
	while ((c = getopt_long(argc, argv, "s:d:m:jclrhR:n:k:", longs, NULL)) != -1)
		switch (c) {
		case 's':
			o.seed = strtod(optarg, NULL);
			break;
		case 'd':
			o.days = strtod(optarg, NULL);
			break;
		case 'm':
			o.model = optarg;
			break;
		case 'j':
			o.json = true;
			break;
		case 'g':
			o.svg = optarg;
			break;
		case 'c':
			o.check = true;
			break;
		case 'l':
			puts("Scenarios:");
			list("scenarios", show_scenario);
			puts("Models:");
			list("models", show_model);
			return 0;
		case 'r':
			printf("  %-20s %7s %9s %8s %7s   %s\n", "model", "mounts", "published", "",
			       "move, s", "published");
			list("models", show_rates);
			return 0;
		case 'R':
			o.random = strtod(optarg, NULL);
			break;
		case 'n':
			o.runs = strtod(optarg, NULL);
			break;
		case 'k':
			o.keep = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	mallopt(M_TRIM_THRESHOLD,
		1 << 28); /* the store in memory grows and shrinks with each job: keep what it had */
	mallopt(M_MMAP_THRESHOLD, 1 << 28);
	mallopt(M_TOP_PAD, 1 << 24);
	if ((o.random > 0 || o.runs > 0) && optind == argc)
		return random_runs(o.seed < 0 ? 1 : (uint64_t)o.seed, (uint64_t)o.runs, o.random, o.keep,
				   stdout) != 0;
	if (optind != argc - 1) {
		fputs(usage, stderr);
		return 2;
	}
	return simulate(argv[optind], &o);
}
