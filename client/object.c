/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/object.h"

#include "client/call.h"
#include "client/guids.h"
#include "client/lasterror.h"

#include <stdlib.h>

/* Where a field lies; in the same order as the fields of wire_common and wire_types. */
struct place {
	uint16_t offset, size;
};

/* Inside a function that calls the structure `self`, a table of fields becomes their places in it. */
#define PLACE_(member, key, kind, access, sql) {offsetof(self, member), sizeof(((self *)0)->member)},
#define PLACES_(name, type, FIELDS)                                                                          \
	static const struct place *name(void)                                                                \
	{                                                                                                    \
		typedef type self;                                                                           \
		static const struct place places[] = {FIELDS(PLACE_)};                                       \
		return places;                                                                               \
	}

PLACES_(common_a, NTMS_OBJECTINFORMATIONA, COMMON_FIELDS)
PLACES_(common_w, NTMS_OBJECTINFORMATIONW, COMMON_FIELDS)
PLACES_(i1_oprequest_a, NTMS_I1_OPREQUESTINFORMATIONA, NTMS_OPREQUEST_FIELDS)
PLACES_(i1_oprequest_w, NTMS_I1_OPREQUESTINFORMATIONW, NTMS_OPREQUEST_FIELDS)

#define MEMBER_(object, member) __typeof__(((object *)0)->Info.member)
#define TYPE_PLACES_(type, resource, table, member, owner, right)                                            \
	PLACES_(table##_a, MEMBER_(NTMS_OBJECTINFORMATIONA, member), type##_FIELDS)                          \
	PLACES_(table##_w, MEMBER_(NTMS_OBJECTINFORMATIONW, member), type##_FIELDS)
OBJECT_TYPES(TYPE_PLACES_)

/* The member of Info that a type has, in one form. */
struct layout {
	const struct place *(*places)(void);
	uint16_t size;
};

#define LAYOUT_(type, resource, table, member, owner, right)                                                 \
	[type] = {{table##_a, sizeof(MEMBER_(NTMS_OBJECTINFORMATIONA, member))},                             \
		  {table##_w, sizeof(MEMBER_(NTMS_OBJECTINFORMATIONW, member))}},
static const struct layout layouts[WIRE_TYPES][2] = {OBJECT_TYPES(LAYOUT_)};

/* Its size in the first release, where its last fields were missing. */
static size_t i1_size(enum text_form form, DWORD type)
{
#define I1_(name)                                                                                            \
	(form == TEXT_A ? sizeof(NTMS_I1_##name##INFORMATIONA) : sizeof(NTMS_I1_##name##INFORMATIONW))
	switch (type) {
	case NTMS_COMPUTER:
		return 0; /* there was no such member */
	case NTMS_LIBRARY:
		return sizeof(NTMS_I1_LIBRARYINFORMATION);
	case NTMS_LIBREQUEST:
		return I1_(LIBREQUEST);
	case NTMS_OPREQUEST:
		return I1_(OPREQUEST);
	case NTMS_PARTITION:
		return I1_(PARTITION);
	case NTMS_PHYSICAL_MEDIA:
		return I1_(PMID);
	default:
		return layouts[type][form].size;
	}
}

static const struct form {
	uint16_t whole, i1, head;
	const struct place *(*common)(void);
	const struct place *(*i1_oprequest)(void); /* its message grew in the middle */
} forms[] = {
	[TEXT_A] = {sizeof(NTMS_OBJECTINFORMATIONA), sizeof(NTMS_I1_OBJECTINFORMATIONA),
		    offsetof(NTMS_OBJECTINFORMATIONA, Info), common_a, i1_oprequest_a},
	[TEXT_W] = {sizeof(NTMS_OBJECTINFORMATIONW), sizeof(NTMS_I1_OBJECTINFORMATIONW),
		    offsetof(NTMS_OBJECTINFORMATIONW, Info), common_w, i1_oprequest_w},
};

/* What one structure of a caller can hold of a type. */
struct view {
	const struct place *places; /* offsets from Info */
	size_t size;		    /* of the member; fields beyond it aren't there */
};

static bool type_known(DWORD type) { return type < WIRE_TYPES && wire_types[type].type; }

/* False: no caller may pass this size for this type. */
static bool view_of(enum text_form form, DWORD size, DWORD type, struct view *v)
{
	const struct form *f = &forms[form];
	const struct layout *l = &layouts[type][form];

	*v = (struct view){l->places(), l->size};
	if (size == f->whole || size == f->head + (DWORD)l->size)
		return true;
	if (size != f->i1 || !i1_size(form, type))
		return false;
	*v = (struct view){type == NTMS_OPREQUEST ? f->i1_oprequest() : l->places(), i1_size(form, type)};
	return true;
}

bool object_size_valid(enum text_form form, const void *info, DWORD type)
{
	DWORD size = *(const DWORD *)info;
	struct view v;

	if (type != NTMS_UNKNOWN)
		return type_known(type) && view_of(form, size, type, &v);
	for (type = 1; type < WIRE_TYPES; type++)
		if (type_known(type) && view_of(form, size, type, &v))
			return true;
	return false;
}

/* ---- reading ---- */

/* Howard Hinnant's civil_from_days, for the years 1970 to 9999 */
static SYSTEMTIME system_time(int64_t ms)
{
	int64_t days = ms / 86400000, rest = ms % 86400000, z = days + 719468, era = z / 146097,
		doe = z % 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9;

	return (SYSTEMTIME){.wYear = (WORD)(yoe + era * 400 + (month <= 2)),
			    .wMonth = (WORD)month,
			    .wDayOfWeek = (WORD)((days + 4) % 7),
			    .wDay = (WORD)(doy - (153 * mp + 2) / 5 + 1),
			    .wHour = (WORD)(rest / 3600000),
			    .wMinute = (WORD)(rest / 60000 % 60),
			    .wSecond = (WORD)(rest / 1000 % 60),
			    .wMilliseconds = (WORD)(rest % 1000)};
}

union any {
	guid id;
	uint32_t number;
	int64_t wide;
	char *text;
	struct wire_blob blob;
};

static void store(enum text_form form, enum wire_kind kind, const union any *v, void *to, size_t size)
{
	WORD word = (WORD)v->number;
	SYSTEMTIME time = {0};
	NTMS_GUID id;

	switch (kind) {
	case W_GUID:
		id = guid_out(&v->id), memcpy(to, &id, sizeof id);
		break;
	case W_U16:
		memcpy(to, &word, sizeof word);
		break;
	case W_I64:
		memcpy(to, &v->wide, sizeof v->wide);
		break;
	case W_TEXT:
		text_out(form, v->text ? v->text : "", to, size / (form == TEXT_A ? 1 : sizeof(WCHAR)));
		break;
	case W_BYTES:
		if (v->blob.n)
			memcpy(to, v->blob.p, v->blob.n < size ? v->blob.n : size);
		break;
	case W_TIME:
		if (v->wide > 0)
			time = system_time(v->wide);
		memcpy(to, &time, sizeof time);
		break;
	default:
		memcpy(to, &v->number, sizeof v->number);
		break;
	}
}

static DWORD read_fields(enum text_form form, const struct wire_member *fields, const struct view *v,
			 char *base, const struct doc *j, doc_at object)
{
	doc_at hint = 0;

	for (size_t i = 0; fields[i].key; i++) {
		const struct place *at = &v->places[i];
		union any value = {0};

		if (at->offset + (size_t)at->size > v->size)
			continue;
		if (!call_read(j, doc_get_near(j, object, fields[i].key, &hint), fields[i].kind, &value))
			return fail(ERROR_NOT_CONNECTED, "an answer of the service makes no sense: \"%s\"",
				    fields[i].key);
		store(form, fields[i].kind, &value, base + at->offset, at->size);
		if (fields[i].kind == W_TEXT)
			free(value.text);
		else if (fields[i].kind == W_BYTES)
			free(value.blob.p);
	}
	return ERROR_SUCCESS;
}

DWORD object_read(enum text_form form, void *info, const struct doc *j, doc_at object)
{
	const struct form *f = &forms[form];
	struct view common = {f->common(), f->head}, v;
	union {
		NTMS_OBJECTINFORMATIONA a;
		NTMS_OBJECTINFORMATIONW w;
		char bytes[sizeof(NTMS_OBJECTINFORMATIONW)];
	} whole = {0};
	DWORD size = *(DWORD *)info, type, rc;
	int64_t number = 0;

	if (!doc_number(j, doc_get(j, object, "type"), &number) || number < 0 || !type_known((DWORD)number))
		return fail(ERROR_NOT_CONNECTED, "an answer of the service makes no sense: \"type\"");
	type = (DWORD)number;
	if (!view_of(form, size, type, &v))
		return fail(ERROR_INVALID_PARAMETER, "dwSize %u is not the size of an object of type %u",
			    size, type);
	rc = read_fields(form, wire_common, &common, whole.bytes, j, object);
	if (!rc)
		rc = read_fields(form, wire_types[type].fields, &v, whole.bytes + f->head, j, object);
	if (rc)
		return rc;
	whole.a.dwSize = size; /* first in both forms */
	memcpy(info, whole.bytes, size);
	return ERROR_SUCCESS;
}

/* ---- writing ---- */

static DWORD load(enum text_form form, const struct wire_member *field, const char *from, size_t size,
		  struct wire_value *v)
{
	uint32_t number = 0;
	uint16_t word = 0;
	NTMS_GUID id;

	*v = (struct wire_value){.field = field};
	switch (field->kind) {
	case W_TEXT:
		return text_in(form, from, size / (form == TEXT_A ? 1 : sizeof(WCHAR)), &v->text);
	case W_GUID:
		memcpy(&id, from, sizeof id), v->id = guid_in(&id);
		break;
	case W_U16:
		memcpy(&word, from, sizeof word), v->num = word;
		break;
	default:
		memcpy(&number, from, sizeof number), v->num = number;
		break;
	}
	return ERROR_SUCCESS;
}

static DWORD write_fields(enum text_form form, const struct wire_member *fields, const struct view *v,
			  const char *base, struct wire_object *out)
{
	for (size_t i = 0; fields[i].key; i++) {
		const struct place *at = &v->places[i];
		DWORD rc;

		if (!fields[i].settable || at->offset + (size_t)at->size > v->size)
			continue;
		rc = load(form, &fields[i], base + at->offset, at->size, &out->v[out->n]);
		if (rc)
			return fail(rc, "%s: not well-formed text with a terminator", fields[i].key);
		out->n++;
	}
	return ERROR_SUCCESS;
}

DWORD object_write(enum text_form form, const void *info, struct wire_object *out)
{
	const struct form *f = &forms[form];
	const NTMS_OBJECTINFORMATIONA *head = info; /* dwSize and dwType are first in both forms */
	struct view common = {f->common(), f->head}, v;
	DWORD type = head->dwType, rc;

	*out = (struct wire_object){0};
	if (!type_known(type) || !view_of(form, head->dwSize, type, &v))
		return fail(ERROR_INVALID_PARAMETER, "dwSize %u is not the size of an object of type %u",
			    head->dwSize, type);
	out->v = calloc(wire_n_common + wire_types[type].n_fields, sizeof *out->v);
	if (!out->v)
		return fail_memory();
	rc = write_fields(form, wire_common, &common, info, out);
	if (!rc)
		rc = write_fields(form, wire_types[type].fields, &v, (const char *)info + f->head, out);
	if (rc)
		wire_object_clear(out);
	return rc;
}
