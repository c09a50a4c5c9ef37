/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm list: all objects of a type. */
#include "cli/cli.h"

#include <string.h>

static const char *in_library, *in_pool;
static bool finished_too;

static const struct opt opts[] = {
	{"library", 'l', OPT_TEXT, &in_library, "LIBRARY", "only what is in that library"},
	{"pool", 'p', OPT_TEXT, &in_pool, "POOL", "only what is in that media pool"},
	{"all", 'a', OPT_FLAG, &finished_too, NULL, "finished requests, too"},
	{NULL},
};

static int by_name(const void *a, const void *b) { return strverscmp(object_name(a), object_name(b)); }

static int by_time(const void *a, const void *b)
{
	const SYSTEMTIME *x = &object(a)->info.Created, *y = &object(b)->info.Created;
	const WORD xs[] = {x->wYear, x->wMonth, x->wDay, x->wHour, x->wMinute, x->wSecond, x->wMilliseconds};
	const WORD ys[] = {y->wYear, y->wMonth, y->wDay, y->wHour, y->wMinute, y->wSecond, y->wMilliseconds};
	for (size_t i = 0; i < countof(xs); i++)
		if (xs[i] != ys[i])
			return xs[i] - ys[i];
	return 0;
}

static void drop_finished(guid_vec *requests)
{
	size_t n = 0;
	vec_each(r, requests)
		if (!request_finished(object(r)))
			requests->v[n++] = *r;
	requests->n = n;
}

/* What the columns of a table of many will ask for. */
static void read_ahead(const GUID *container, DWORD type, size_t many)
{
	read_all(container, type, many);
	if (type == NTMS_PHYSICAL_MEDIA)
		read_all(NULL, NTMS_STORAGESLOT, many);
	if (type == NTMS_LOGICAL_MEDIA) /* sides name the media that they are of */
		read_all(in_pool ? container : NULL, NTMS_PHYSICAL_MEDIA, many);
	if (type == NTMS_PHYSICAL_MEDIA || type == NTMS_LOGICAL_MEDIA)
		read_all(in_pool ? container : NULL, NTMS_PARTITION, many);
}

static void list(const struct kind *k)
{
	guid_vec objects = {0};
	bool request = k->type == NTMS_LIBREQUEST || k->type == NTMS_OPREQUEST, inside = true;
	GUID container;
	if (in_pool &&
	    (k->type == NTMS_PHYSICAL_MEDIA || k->type == NTMS_LOGICAL_MEDIA || k->type == NTMS_PARTITION)) {
		container = resolve(in_pool, NTMS_MEDIA_POOL);
		enumerate(&container, k->type, &objects);
	} else if (in_library && k->type != NTMS_LIBRARY && k->type != NTMS_OPREQUEST &&
		   k->type != NTMS_MEDIA_POOL) {
		container = resolve(in_library, NTMS_LIBRARY);
		enumerate(&container, k->type, &objects);
	} else {
		enumerate(NULL, k->type, &objects);
		inside = false;
	}
	read_ahead(inside ? &container : NULL, k->type, objects.n);
	if (request && !finished_too)
		drop_finished(&objects);
	if (objects.n > 1)
		qsort(objects.v, objects.n, sizeof *objects.v, request ? by_time : by_name);
	table_print(k, &objects, false);
	vec_free(&objects);
}

static int run(int n, char **operands)
{
	if (!strcmp(operands[0], "requests")) {
		tables_begin();
		tables_next("Library requests");
		list(kind_of(NTMS_LIBREQUEST));
		tables_next("Operator requests");
		list(kind_of(NTMS_OPREQUEST));
		tables_end();
		return EXIT_OK;
	}
	for (size_t i = 0; i < n_kinds; i++)
		if (!strcmp(kinds[i].plural, operands[0])) {
			list(&kinds[i]);
			return EXIT_OK;
		}
	usage(&cmd_list, "there are no '%s' to list", operands[0]);
}

static void columns_help(void)
{
	for (size_t i = 0; i < n_kinds; i++) {
		printf("\nColumns of %s (* shown by default):\n", kinds[i].plural);
		for (size_t j = 0; j < kinds[i].n; j++)
			printf(" %c %-13s %s\n", kinds[i].columns[j].list ? '*' : ' ',
			       kinds[i].columns[j].name, kinds[i].columns[j].help);
	}
}

const struct command cmd_list = {
	.name = "list",
	.operands = "WHAT",
	.min = 1,
	.max = 1,
	.tables = true,
	.opts = opts,
	.run = run,
	.summary = "List objects",
	.help = "WHAT: libraries drives slots ports media logical-media sides pools types requests\n"
		"library-requests operator-requests changers drive-types changer-types computers.\n"
		"`requests` are both kinds of requests; of those only unfinished ones are shown without "
		"--all.",
	.more_help = columns_help,
};
