/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm show: everything about one object. */
#include "cli/cli.h"

#include <ctype.h>
#include <string.h>

static bool as_picture;

static const struct opt opts[] = {
	{"picture", 'P', OPT_FLAG, &as_picture, NULL,
	 "draw a library: drives, ports, slots and what is in them"},
	{NULL},
};

static void print_line(const struct column *c, struct object *o)
{
	auto_str text = {0};
	column_text(c, o, false, &text);
	if (!text.n)
		return;
	char label[20];
	size_t i = 0;
	for (; c->name[i] && i < sizeof label - 1; i++)
		label[i] = (char)tolower((unsigned char)c->name[i]);
	label[i] = 0;
	for (char *p = text.s; *p; p++) /* a label may hold anything */
		if ((unsigned char)*p < ' ' || *p == 127)
			*p = '?';
	printf("%13s: %s\n", label, text.s);
}

static void show_text(struct object *o)
{
	const struct kind *k = kind_of(o->info.dwType);
	printf("%s (%s)\n", object_name(&o->id), type_name(o->info.dwType));
	for (size_t i = 0; k && i < k->n; i++)
		if (strcmp(k->columns[i].name, "NAME"))
			print_line(&k->columns[i], o);
}

/* An operator request's arguments, a request's medium ... stand in the table; these are worth a table of
 * their own */
static void show_parts(struct object *o)
{
	guid_vec parts = {0};
	if (o->info.dwType != NTMS_PHYSICAL_MEDIA)
		return;
	sides_of(&o->id, &parts);
	if (parts.n) {
		putchar('\n');
		table_print(kind_of(NTMS_PARTITION), &parts, false);
	}
	vec_free(&parts);
}

static int run(int n, char **operands)
{
	for (int i = 0; i < n; i++) {
		static const DWORD first[] = {NTMS_LIBRARY, NTMS_PHYSICAL_MEDIA, NTMS_DRIVE, NTMS_MEDIA_POOL};
		GUID id = as_picture ? resolve(operands[i], NTMS_LIBRARY)
				     : resolve_any(operands[i], first, countof(first));
		struct object *o = object(&id);
		const struct kind *k = kind_of(o->info.dwType);
		if (as_picture) {
			picture(&id);
		} else if (k && (set.json || set.columns)) {
			table_print(k, &(guid_vec){.v = &id, .n = 1}, !set.columns);
		} else {
			if (i)
				putchar('\n');
			show_text(o);
			show_parts(o);
		}
	}
	return EXIT_OK;
}

const struct command cmd_show = {
	.name = "show",
	.operands = "OBJECT...",
	.min = 1,
	.max = -1,
	.tables = true,
	.opts = opts,
	.run = run,
	.summary = "Show everything about an object",
	.help = "OBJECT: name, bar code, sequence number, pool path (\\Backup or /Backup), serial number, "
		"GUID,\n"
		"or the beginning of one of these that fits nothing else. Drives and slots are named alike "
		"in\n"
		"every library: office:Drive 1. Columns: see 'rsm list --help'.",
};
