/* SPDX-License-Identifier: GPL-2.0-or-later
 * Options of a command, parsed and explained from one table: those of its own, and those that all commands
 * take. */
#include "cli/cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

struct settings set;
static bool help_wanted;

static const struct opt common[] = {
	{"server", 0, OPT_TEXT, &set.server, "URL",
	 "the server: unix:/path, http://127.0.0.1:PORT (default: $RSM_SERVER)"},
	{"quiet", 'q', OPT_FLAG, &set.quiet, NULL, "print only what a script needs"},
	{"verbose", 'v', OPT_FLAG, &set.verbose, NULL,
	 "tell on stderr what is being waited for (default on a terminal)"},
	{"help", 'h', OPT_FLAG, &help_wanted, NULL, "show this help"},
	{NULL},
};
static const struct opt of_tables[] = {
	{"output", 'o', OPT_TEXT, &set.columns, "COLUMNS",
	 "columns, as NAME,STATE; +STATE adds to the default; all"},
	{"json", 'J', OPT_FLAG, &set.json, NULL, "print JSON"},
	{"noheadings", 'n', OPT_FLAG, &set.noheadings, NULL, "print no headings"},
	{NULL},
};

#define MOST 40
struct opt_list {
	const struct opt *v[MOST];
	int n;
};

static void add_all(struct opt_list *l, const struct opt *o)
{
	for (; o && o->name && l->n < MOST; o++)
		l->v[l->n++] = o;
}

static struct opt_list all_options(const struct command *c)
{
	struct opt_list l = {0};
	add_all(&l, c->opts);
	if (c->tables)
		add_all(&l, of_tables);
	add_all(&l, common);
	return l;
}

void usage(const struct command *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "rsm: %s: ", c->name);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'rsm %s --help'.\n", c->name);
	exit(EXIT_USAGE);
}

static bool scan_time(const char *text, DWORD *ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"", 1e3}, {"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}};
	if (!strcmp(text, "never") || !strcmp(text, "forever")) {
		*ms = INFINITE;
		return true;
	}
	char *end;
	double v = strtod(text, &end);
	for (size_t i = 0; i < countof(units); i++)
		if (end != text && !strcmp(end, units[i].unit) && v >= 0 &&
		    v * units[i].ms < (double)INFINITE) {
			*ms = (DWORD)(v * units[i].ms);
			return true;
		}
	return false;
}

static void take(const struct command *c, const struct opt *o, const char *value)
{
	char *end;
	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return;
	case OPT_TEXT:
		*(const char **)o->to = value;
		return;
	case OPT_NUMBER:
		errno = 0;
		*(long *)o->to = strtol(value, &end, 10);
		if (errno || end == value || *end)
			usage(c, "--%s: '%s' is not a number", o->name, value);
		return;
	case OPT_TIME:
		if (!scan_time(value, o->to))
			usage(c, "--%s: '%s' is not a time; write 30s, 5m, 2h or never", o->name, value);
		return;
	}
}

int options_parse(const struct command *c, int argc, char **argv)
{
	struct opt_list l = all_options(c);
	struct option longs[MOST + 1] = {0};
	char shorts[2 * MOST + 2] = ":";
	size_t at = 1;
	for (int i = 0; i < l.n; i++) {
		int has = l.v[i]->kind == OPT_FLAG ? no_argument : required_argument;
		longs[i] = (struct option){l.v[i]->name, has, NULL, 256 + i};
		if (l.v[i]->key)
			at += (size_t)sprintf(shorts + at, "%c%s", l.v[i]->key, has ? ":" : "");
	}
	opterr = 0;
	optind = 1;
	int got;
	while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (got == '?' && optopt && optopt < 256)
			usage(c, "no option -%c", optopt);
		if (got == '?')
			usage(c, "no option %s, or it takes no value", argv[optind - 1]);
		if (got == ':')
			usage(c, "option %s needs a value", argv[optind - 1]);
		int i = got - 256;
		for (int j = 0; got < 256 && j < l.n; j++)
			if (l.v[j]->key == got)
				i = j;
		take(c, l.v[i], optarg);
	}
	if (help_wanted) {
		options_help(c);
		exit(EXIT_OK);
	}
	int n = argc - optind;
	if (n < c->min)
		usage(c, "too few arguments: rsm %s %s", c->name, c->operands);
	if (c->max >= 0 && n > c->max)
		usage(c, "too many arguments: '%s'", argv[optind + c->max]);
	return optind;
}

static void help_of(const struct opt *o)
{
	char name[80];
	for (; o && o->name; o++) {
		snprintf(name, sizeof name, "  %c%c%c --%s%s%s", o->key ? '-' : ' ', o->key ? o->key : ' ',
			 o->key ? ',' : ' ', o->name, o->arg ? "=" : "", o->arg ? o->arg : "");
		printf("%-30s %s\n", name, o->help);
	}
}

void options_help(const struct command *c)
{
	printf("Usage: rsm %s%s%s [OPTION]...\n%s.\n", c->name, *c->operands ? " " : "", c->operands,
	       c->summary);
	if (c->help)
		printf("\n%s\n", c->help);
	printf("\nOptions:\n");
	help_of(c->opts);
	if (c->tables)
		help_of(of_tables);
	help_of(common);
	if (c->more_help)
		c->more_help();
}

bool chatty(void) { return set.verbose || (!set.quiet && isatty(STDERR_FILENO)); }
