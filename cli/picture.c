/* SPDX-License-Identifier: GPL-2.0-or-later
 * A library drawn as text: its drives, ports and slots, what is in each, and what became of it. */
#include "cli/cli.h"

#include <string.h>

/* A mark for the state of a medium's first side; enough to see at a glance what is free. */
static const struct {
	char mark;
	const char *means;
} marks[] = {
	[NTMS_PARTSTATE_UNKNOWN] = {'?', "not identified yet"},
	[NTMS_PARTSTATE_UNPREPARED] = {'~', "free label not written yet"},
	[NTMS_PARTSTATE_INCOMPATIBLE] = {'x', "incompatible"},
	[NTMS_PARTSTATE_DECOMMISSIONED] = {'x', "decommissioned"},
	[NTMS_PARTSTATE_AVAILABLE] = {'+', "available"},
	[NTMS_PARTSTATE_ALLOCATED] = {'*', "allocated"},
	[NTMS_PARTSTATE_COMPLETE] = {'#', "complete"},
	[NTMS_PARTSTATE_FOREIGN] = {'.', "unrecognized"},
	[NTMS_PARTSTATE_IMPORT] = {'i', "import"},
	[NTMS_PARTSTATE_RESERVED] = {'r', "reserved"},
};
static bool used[countof(marks)], disabled, cleaners;
static struct str reasons; /* what is wrong with what is drawn */

static void keep_reason(struct object *o)
{
	if (object_detail(o)->szReason[0])
		str_printf(&reasons, "%s: %s\n", object_name(&o->id), object_detail(o)->szReason);
}

static char mark_of(struct object *medium)
{
	guid_vec sides = {0};
	sides_of(&medium->id, &sides);
	DWORD state = sides.n ? object(&sides.v[0])->info.Info.Partition.State : NTMS_PARTSTATE_UNKNOWN;
	vec_free(&sides);
	keep_reason(medium);
	if (!medium->info.Enabled) {
		disabled = true;
		return '!';
	}
	if (object_detail(medium)->dwFlags & RSM_DETAIL_CLEANER) {
		cleaners = true;
		return 'c';
	}
	state = state < countof(marks) ? state : NTMS_PARTSTATE_UNKNOWN;
	used[state] = true;
	return marks[state].mark;
}

static int by_name(const void *a, const void *b) { return strverscmp(object_name(a), object_name(b)); }

static void elements(const GUID *library, DWORD type, guid_vec *to)
{
	enumerate(library, type, to);
	if (to->n > 1)
		qsort(to->v, to->n, sizeof *to->v, by_name);
}

static DWORD number_of(const struct object *o)
{
	return o->info.dwType == NTMS_DRIVE    ? o->info.Info.Drive.Number
	       : o->info.dwType == NTMS_IEPORT ? o->info.Info.IEPort.Number
					       : o->info.Info.StorageSlot.Number;
}

#define NAME_WIDTH 10
static void draw_element(struct object *o)
{
	const GUID *medium = &object_detail(o)->Medium;
	if (guid_null(medium))
		printf(" %3u [ %*s ]", number_of(o), NAME_WIDTH, "");
	else
		printf(" %3u [%c%-*.*s ]", number_of(o), mark_of(object(medium)), NAME_WIDTH, NAME_WIDTH,
		       object_name(medium));
}

static void draw(const GUID *library, DWORD type, const char *what, int columns)
{
	guid_vec all = {0};
	elements(library, type, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (i % (size_t)columns == 0)
			printf("%s%-7s", i ? "\n" : "", i ? "" : what);
		struct object *o = object(&all.v[i]);
		draw_element(o);
		keep_reason(o);
		if (o->info.dwType != NTMS_DRIVE)
			continue;
		auto_str text = {0};
		const struct kind *k = kind_of(NTMS_DRIVE);
		for (size_t c = 0; c < k->n; c++)
			if (!strcmp(k->columns[c].name, "STATE"))
				column_text(&k->columns[c], o, false, &text);
		printf(" %s%s%s", text.s, object_detail(o)->szHolder[0] ? ", held by " : "",
		       object_detail(o)->szHolder);
	}
	if (all.n)
		putchar('\n');
	vec_free(&all);
}

static void draw_shelf(void)
{
	guid_vec libraries = {0}, media = {0};
	enumerate(NULL, NTMS_LIBRARY, &libraries);
	vec_each(l, &libraries)
		if (object(l)->info.Info.Library.LibraryType == NTMS_LIBRARYTYPE_OFFLINE)
			elements(l, NTMS_PHYSICAL_MEDIA, &media);
	for (size_t i = 0; i < media.n && i < 20; i++) {
		if (i % 4 == 0)
			printf("%s%-7s", i ? "\n" : "", i ? "" : "shelf");
		printf("     [%c%-*.*s ]", mark_of(object(&media.v[i])), NAME_WIDTH, NAME_WIDTH,
		       object_name(&media.v[i]));
	}
	if (media.n > 20)
		printf("\n%12s ... %zu in all", "", media.n);
	if (media.n)
		putchar('\n');
	vec_free(&libraries);
	vec_free(&media);
}

void picture(const GUID *library)
{
	struct object *o = object(library);
	printf("%s: %u media\n", object_name(library), o->info.Info.Library.dwNumberOfMedia);
	draw(library, NTMS_DRIVE, "drives", 1);
	draw(library, NTMS_IEPORT, "ports", 4);
	draw(library, NTMS_STORAGESLOT, "slots", 4);
	draw_shelf();
	for (size_t i = 0; i < countof(marks); i++)
		if (used[i])
			printf("  %c %s", marks[i].mark, marks[i].means);
	printf("%s%s\n", cleaners ? "  c cleaner" : "", disabled ? "  ! disabled" : "");
	if (reasons.n)
		printf("\n%s", reasons.s);
	str_free(&reasons);
}
