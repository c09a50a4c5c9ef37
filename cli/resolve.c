/* SPDX-License-Identifier: GPL-2.0-or-later
 * From what the user wrote to an object. The server searches (RsmFindObject); here it is decided whether the
 * answer is one. */
#include "cli/cli.h"

#include <string.h>

#define MOST 200 /* candidates looked at; more is ambiguous anyhow */

/* A pool may be written /Backup/Daily; nothing else begins with a slash. */
static void spell(const char *text, char *to, size_t size)
{
	snprintf(to, size, "%s", text);
	if (*to == '/')
		for (char *p = to; *p; p++)
			if (*p == '/')
				*p = '\\';
}

/* The library that a drive, slot, port or medium is in. */
static const GUID *library_of(struct object *o)
{
	static const GUID none;
	switch (o->info.dwType) {
	case NTMS_DRIVE:
		return &o->info.Info.Drive.Library;
	case NTMS_STORAGESLOT:
		return &o->info.Info.StorageSlot.Library;
	case NTMS_IEPORT:
		return &o->info.Info.IEPort.Library;
	case NTMS_PHYSICAL_MEDIA:
		return &o->info.Info.PhysicalMedia.CurrentLibrary;
	}
	return &none;
}

static void find(const char *text, DWORD type, guid_vec *to);

/* "office:Drive 1": every library has such a drive. */
static void find_in_library(const char *text, DWORD type, guid_vec *to)
{
	const char *colon = strchr(text, ':');
	guid_vec libraries = {0}, found = {0};
	if (!colon)
		return;
	auto_free char *library = strndup(text, (size_t)(colon - text));
	find(library, NTMS_LIBRARY, &libraries);
	if (libraries.n == 1)
		find(colon + 1, type, &found);
	vec_each(f, &found)
		if (guid_same(library_of(object(f)), &libraries.v[0]))
			*vec_add(to) = *f;
	vec_free(&libraries);
	vec_free(&found);
}

static void find(const char *text, DWORD type, guid_vec *to)
{
	GUID list[MOST], id;
	DWORD n = MOST;
	char spelt[NTMS_POOLHIERARCHY_LENGTH];
	if (guid_scan(text, &id)) {
		struct object *o = object(&id);
		if (!o->code && (type == NTMS_UNKNOWN || o->info.dwType == type))
			*vec_add(to) = id;
		return;
	}
	spell(text, spelt, sizeof spelt);
	DWORD code = RsmFindObject(session(), spelt, type, list, &n);
	if (code && code != ERROR_OBJECT_NOT_FOUND && code != ERROR_INSUFFICIENT_BUFFER)
		die(code, "%s", text);
	for (DWORD i = 0; code != ERROR_OBJECT_NOT_FOUND && i < n && i < MOST; i++)
		*vec_add(to) = list[i];
	if (!to->n && type != NTMS_LIBRARY)
		find_in_library(text, type, to);
}

static _Noreturn void ambiguous(const char *text, const guid_vec *found)
{
	char id[GUID_CHARS];
	fflush(stdout);
	fprintf(stderr, "rsm: %s: '%s' is ambiguous; it may be:\n", command_name, text);
	for (size_t i = 0; i < found->n && i < 20; i++) {
		struct object *o = object(&found->v[i]);
		fprintf(stderr, "  %-16s %-20s %-12s %s\n", type_name(o->info.dwType), object_name(&o->id),
			object_name(library_of(o)), guid_format(&o->id, id));
	}
	if (found->n > 20)
		fprintf(stderr, "  ... %zu in all\n", found->n);
	session_close();
	exit(EXIT_FAILED);
}

GUID resolve(const char *text, DWORD type)
{
	guid_vec found = {0};
	find(text, type, &found);
	if (!found.n)
		die_text("there is no %s '%s'", type_name(type), text);
	if (found.n > 1)
		ambiguous(text, &found);
	GUID id = found.v[0];
	vec_free(&found);
	return id;
}

/* types: tried first, in that order, since a bar code names a medium, its side and its logical medium alike
 */
GUID resolve_any(const char *text, const DWORD *types, size_t n)
{
	guid_vec found = {0};
	for (size_t i = 0; i < n && !found.n; i++)
		find(text, types[i], &found);
	if (found.n > 1)
		ambiguous(text, &found);
	if (!found.n)
		return resolve(text, NTMS_UNKNOWN);
	GUID id = found.v[0];
	vec_free(&found);
	return id;
}

/* ---- media ---- */

static struct medium medium_of(const GUID *id)
{
	struct object *o = object(id);
	struct medium m = {0};
	guid_vec sides = {0};
	switch (o->info.dwType) {
	case NTMS_PHYSICAL_MEDIA:
		m.physical = *id;
		break;
	case NTMS_PARTITION:
		m = (struct medium){o->info.Info.Partition.PhysicalMedia, *id,
				    o->info.Info.Partition.LogicalMedia};
		break;
	case NTMS_LOGICAL_MEDIA:
		enumerate(id, NTMS_PARTITION, &sides);
		if (sides.n)
			m = medium_of(&sides.v[0]);
		m.logical = *id;
		vec_free(&sides);
		break;
	}
	return m;
}

/* The one side that was meant: the one with that number, the only one, the only allocated one. */
static void choose_side(struct medium *m, const char *text, int number, bool needed)
{
	guid_vec sides = {0}, fit = {0};
	sides_of(&m->physical, &sides);
	vec_each(s, &sides)
		if (number >= 0 ? object(s)->info.Info.Partition.Side == number
				: sides.n == 1 || !guid_null(&object(s)->info.Info.Partition.LogicalMedia))
			*vec_add(&fit) = *s;
	if (fit.n == 1)
		*m = medium_of(&fit.v[0]);
	else if (needed && number >= 0)
		die_text("%s has no side %d", text, number);
	else if (needed)
		die_text("%s has %zu sides; say which with --side", text, sides.n);
	vec_free(&sides);
	vec_free(&fit);
}

struct medium resolve_medium(const char *text, int side, bool need_side)
{
	static const DWORD types[] = {NTMS_PHYSICAL_MEDIA, NTMS_LOGICAL_MEDIA, NTMS_PARTITION};
	guid_vec found = {0};
	for (size_t i = 0; i < countof(types) && !found.n; i++)
		find(text, types[i], &found);
	if (!found.n)
		die_text("there is no medium '%s'", text);
	if (found.n > 1)
		ambiguous(text, &found);
	struct medium m = medium_of(&found.v[0]);
	if (guid_null(&m.side) && !guid_null(&m.physical))
		choose_side(&m, text, side, need_side);
	vec_free(&found);
	return m;
}
