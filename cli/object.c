/* SPDX-License-Identifier: GPL-2.0-or-later
 * Objects as the server shows them, each read once; their names; and what contains what. */
#include "cli/cli.h"

#include <ctype.h>
#include <search.h>
#include <string.h>

static void *known; /* tsearch tree of struct object, by id */

static int compare(const void *a, const void *b)
{
	return memcmp(&((const struct object *)a)->id, &((const struct object *)b)->id, sizeof(GUID));
}

bool guid_null(const GUID *id) { return NTMS_IS_NULLGUID(*id); }
bool guid_same(const GUID *a, const GUID *b) { return memcmp(a, b, sizeof *a) == 0; }

const char *guid_format(const GUID *id, char text[GUID_CHARS])
{
	const BYTE *d = id->Data4;
	snprintf(text, GUID_CHARS, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", id->Data1, id->Data2,
		 id->Data3, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
	return text;
}

bool guid_scan(const char *text, GUID *id)
{
	unsigned d[11];
	int len = 0;
	char bare[GUID_CHARS + 2];
	snprintf(bare, sizeof bare, "%s", *text == '{' ? text + 1 : text);
	size_t n = strlen(bare);
	if (*text == '{' && n && bare[n - 1] == '}')
		bare[--n] = 0;
	if (sscanf(bare, "%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x%n", &d[0], &d[1], &d[2], &d[3], &d[4], &d[5],
		   &d[6], &d[7], &d[8], &d[9], &d[10], &len) != 11 ||
	    len != GUID_CHARS - 1 || n != (size_t)len)
		return false;
	*id = (GUID){d[0], (WORD)d[1], (WORD)d[2], {0}};
	for (int i = 0; i < 8; i++)
		id->Data4[i] = (BYTE)d[3 + i];
	return true;
}

static void fetch(struct object *o)
{
	o->has_detail = false;
	o->info = (NTMS_OBJECTINFORMATIONA){.dwSize = sizeof o->info, .dwType = NTMS_UNKNOWN};
	o->code = GetNtmsObjectInformationA(session(), &o->id, &o->info);
}

/* fresh: it is new, and nothing of it is read yet */
static struct object *place_of(const GUID *id, bool *fresh)
{
	struct object *o = calloc(1, sizeof *o);
	if (!o)
		abort();
	o->id = *id;
	struct object *found = *(struct object **)tsearch(o, &known, compare);
	if (!(*fresh = found == o))
		free(o);
	return found;
}

static struct object *known_object(const GUID *id)
{
	struct object key = {.id = *id}, **found = tfind(&key, &known, compare);
	return found ? *found : NULL;
}

static struct object *entry(const GUID *id, bool *fresh)
{
	struct object *o = place_of(id, fresh);
	if (*fresh)
		fetch(o);
	return o;
}

struct object *object(const GUID *id)
{
	bool fresh;
	return entry(id, &fresh);
}

struct object *object_again(const GUID *id)
{
	bool fresh;
	struct object *o = entry(id, &fresh);
	if (!fresh)
		fetch(o);
	return o;
}

const RSM_OBJECTDETAIL *object_detail(struct object *o)
{
	if (!o->has_detail) {
		o->detail = (RSM_OBJECTDETAIL){.dwSize = sizeof o->detail};
		if (o->code || RsmGetObjectDetail(session(), &o->id, &o->detail))
			o->detail = (RSM_OBJECTDETAIL){.dwSize = sizeof o->detail};
		o->has_detail = true;
	}
	return &o->detail;
}

static const char *pool_path(struct object *o)
{
	char text[NTMS_POOLHIERARCHY_LENGTH];
	DWORD size = sizeof text;
	if (!o->path)
		o->path =
			strdup(GetNtmsMediaPoolNameA(session(), &o->id, text, &size) ? o->info.szName : text);
	return o->path;
}

const char *object_name(const GUID *id)
{
	static char buffers[8][GUID_CHARS]; /* several in one printf */
	static unsigned turn;
	if (guid_null(id))
		return "";
	struct object *o = object(id);
	if (!o->code && o->info.dwType == NTMS_MEDIA_POOL)
		return pool_path(o);
	if (!o->code && o->info.szName[0])
		return o->info.szName;
	char *text = buffers[turn++ % countof(buffers)];
	guid_format(id, text);
	text[8] = 0;
	return text;
}

static void enumerate_once(const GUID *container, DWORD type, guid_vec *to)
{
	GUID in = container ? *container : (GUID){0};
	DWORD room = 0, code;
	auto_free GUID *list = NULL;
	do { /* it may grow between two looks */
		room += room / 8 + 64;
		list = reallocarray(list, room, sizeof *list);
		if (!list)
			abort();
		DWORD had = room;
		code = EnumerateNtmsObject(session(), container ? &in : NULL, list, &room, type,
					   NTMS_ENUM_DEFAULT);
		if (code != ERROR_INSUFFICIENT_BUFFER && room > had)
			room = had;
	} while (code == ERROR_INSUFFICIENT_BUFFER);
	if (code)
		die(code, "%s", type_name(type));
	for (DWORD i = 0; i < room; i++)
		*vec_add(to) = list[i];
}

void enumerate(const GUID *container, DWORD type, guid_vec *to)
{
	size_t first = to->n;
	enumerate_once(container, type, to);
	for (size_t i = first; type == NTMS_MEDIA_POOL && i < to->n; i++) {
		GUID pool = to->v[i];
		enumerate_once(&pool, type, to);
	}
}

static BOOL CALLBACK take(const NTMS_OBJECTINFORMATIONA *info, const RSM_OBJECTDETAIL *detail, void *context)
{
	bool fresh;
	struct object *o = place_of(&info->ObjectGuid, &fresh);
	o->info = *info;
	o->code = detail ? 0 : ERROR_ACCESS_DENIED;
	o->detail = detail ? *detail : (RSM_OBJECTDETAIL){.dwSize = sizeof o->detail};
	o->has_detail = true;
	if (detail && info->dwType == NTMS_PARTITION && fresh) {
		struct object *logical = known_object(&info->Info.Partition.LogicalMedia);
		*vec_add(&object(&info->Info.Partition.PhysicalMedia)->sides) = o->id;
		if (logical)
			*vec_add(&logical->sides) = o->id;
	}
	return TRUE;
}

#define MANY 20

void read_all(const GUID *container, DWORD type, size_t many)
{
	DWORD code = many < MANY ? 0 : RsmReadObjects(session(), container, type, take, NULL);
	if (code)
		die(code, "%s", type_name(type));
}

static int by_side(const void *a, const void *b)
{
	return object(a)->info.Info.Partition.Side - object(b)->info.Info.Partition.Side;
}

void sides_of(const GUID *medium, guid_vec *to)
{
	const guid_vec *sides = &object(medium)->sides;
	vec_each(s, sides)
		*vec_add(to) = *s;
	if (!to->n)
		enumerate(medium, NTMS_PARTITION, to);
	if (to->n > 1)
		qsort(to->v, to->n, sizeof *to->v, by_side);
}

bool request_finished(const struct object *o)
{
	DWORD state = o->info.Info.OpRequest.State;
	if (o->code)
		return true;
	if (o->info.dwType == NTMS_OPREQUEST)
		return state == NTMS_OPSTATE_REFUSED || state == NTMS_OPSTATE_COMPLETE;
	state = o->info.Info.LibRequest.State;
	return state == NTMS_LM_PASSED || state == NTMS_LM_FAILED || state == NTMS_LM_INVALID ||
	       state == NTMS_LM_CANCELLED || state == NTMS_LM_STOPPED;
}

const char *type_name(DWORD type)
{
	static const char *const names[NTMS_NUMBER_OF_OBJECT_TYPES] = {
		"object",
		"object",
		"changer",
		"changer type",
		"computer",
		"drive",
		"drive type",
		"door",
		"port",
		"library",
		"library request",
		"logical medium",
		"media pool",
		"media type",
		"side",
		"medium",
		"slot",
		"operator request",
		"destination",
	};
	return type < countof(names) ? names[type] : "object";
}
