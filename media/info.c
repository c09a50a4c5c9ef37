/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * GetNtmsObjectInformation: an object's fields, by one SELECT for each type, made from wire/objects.def. */
#include "media/impl.h"
#include "media/json.h"

#include <ntmsapi.h>

#include <stdlib.h>

/* ---- one query for each type ---- */

/* In front of the fields: the row whose descriptor decides. */
#define COLUMN_(member, key, kind, access, sql) ", " sql
#define QUERY_(fields, table, owner)                                                                         \
	"SELECT " owner COMMON_FIELDS(COLUMN_) fields(COLUMN_) " FROM object o JOIN " #table                 \
							       " t ON t.id=o.id WHERE o.guid=?"

static const char *const queries[WIRE_TYPES] = {
	[NTMS_CHANGER] = QUERY_(NTMS_CHANGER_FIELDS, changer, "t.library"),
	[NTMS_CHANGER_TYPE] = QUERY_(NTMS_CHANGER_TYPE_FIELDS, changer_type, "1"),
	[NTMS_COMPUTER] = QUERY_(NTMS_COMPUTER_FIELDS, computer, "1"),
	[NTMS_DRIVE] = QUERY_(NTMS_DRIVE_FIELDS, drive, "t.library"),
	[NTMS_DRIVE_TYPE] = QUERY_(NTMS_DRIVE_TYPE_FIELDS, drive_type, "1"),
	[NTMS_IEDOOR] = QUERY_(NTMS_IEDOOR_FIELDS, iedoor, "t.library"),
	[NTMS_IEPORT] = QUERY_(NTMS_IEPORT_FIELDS, ieport, "t.library"),
	[NTMS_LIBRARY] = QUERY_(NTMS_LIBRARY_FIELDS, library, "t.id"),
	[NTMS_LIBREQUEST] = QUERY_(NTMS_LIBREQUEST_FIELDS, librequest, "t.library"),
	[NTMS_LOGICAL_MEDIA] = QUERY_(NTMS_LOGICAL_MEDIA_FIELDS, logical_media, "t.pool"),
	[NTMS_MEDIA_POOL] = QUERY_(NTMS_MEDIA_POOL_FIELDS, media_pool, "t.id"),
	[NTMS_MEDIA_TYPE] = QUERY_(NTMS_MEDIA_TYPE_FIELDS, media_type, "1"),
	[NTMS_PARTITION] = QUERY_(NTMS_PARTITION_FIELDS, side, "t.pool"),
	[NTMS_PHYSICAL_MEDIA] = QUERY_(NTMS_PHYSICAL_MEDIA_FIELDS, physical_media, "t.pool"),
	[NTMS_STORAGESLOT] = QUERY_(NTMS_STORAGESLOT_FIELDS, slot, "t.library"),
	[NTMS_OPREQUEST] = QUERY_(NTMS_OPREQUEST_FIELDS, oprequest, "1"),
};

/* Finds the row and checks the right; the columns of the fields begin at 1. */
static int object_row(struct txn *t, const struct caller *who, const guid *g, uint32_t *type,
		      struct rows **row, struct err *e)
{
	char text[GUID_TEXT];
	uint32_t found;
	int64_t id;
	int rc;

	if (guid_is_null(g))
		return err_set(e, ERROR_INVALID_PARAMETER, "no object given");
	if (*type >= WIRE_TYPES || (*type && !queries[*type]))
		return err_set(e, ERROR_INVALID_PARAMETER, "%u is no type of object", *type);
	if (*type) {
		*row = sql_rows(t, e, queries[*type], "g", g);
		if (rows_next(*row))
			return access_require(t, who->token, rows_i64(*row, 0), NTMS_USE_ACCESS, e);
		if (rows_failed(*row))
			return (int)e->code;
	}
	rc = object_find(t, g, NTMS_UNKNOWN, &id, &found, e);
	if (rc && rc != SQL_NONE)
		return rc;
	if (rc)
		return err_set(e, ERROR_OBJECT_NOT_FOUND, "there is no %s %s", type_name(*type),
			       guid_text(g, text));
	if (*type)
		return err_set(e, ERROR_OBJECT_NOT_FOUND, "%s isn't a %s", object_label(t, id).s,
			       type_name(*type));
	*type = found;
	*row = sql_rows(t, e, queries[found], "g", g);
	if (!rows_next(*row))
		return rows_failed(*row)
			       ? (int)e->code
			       : err_set(e, ERROR_DATABASE_FAILURE, "%s has no row", object_label(t, id).s);
	return access_require(t, who->token, rows_i64(*row, 0), NTMS_USE_ACCESS, e);
}

/* ---- as text ---- */

static void emit_field(struct json *j, const struct wire_member *f, struct rows *r, int column)
{
	const void *bytes;
	size_t n;

	json_lit(j, "\"");
	json_raw(j, f->key, strlen(f->key));
	json_lit(j, "\":");
	switch (f->kind) {
	case W_GUID:
		bytes = rows_blob(r, column, &n);
		json_guid(j, bytes, n);
		break;
	case W_TEXT:
		json_text(j, rows_text(r, column));
		break;
	case W_TIME:
		json_time(j, rows_i64(r, column));
		break;
	case W_BYTES:
		bytes = rows_blob(r, column, &n);
		json_base64(j, bytes, n);
		break;
	case W_BOOL:
		if (rows_i64(r, column))
			json_lit(j, "true");
		else
			json_lit(j, "false");
		break;
	case W_U32:
		json_number(j, (uint32_t)rows_i64(r, column));
		break;
	default:
		json_number(j, rows_i64(r, column));
	}
}

int object_info(struct json *j, struct txn *t, const struct caller *who, const guid *id, uint32_t type,
		struct err *e)
{
	auto_rows struct rows *r = NULL;
	int column = 1;

	TRY(object_row(t, who, id, &type, &r, e));
	json_lit(j, "\"info\":{");
	for (const struct wire_member *f = wire_common; f->key; f++) {
		if (column > 1)
			json_lit(j, ",");
		emit_field(j, f, r, column++);
	}
	for (const struct wire_member *f = wire_types[type].fields; f->key; f++) {
		json_lit(j, ",");
		emit_field(j, f, r, column++);
	}
	json_lit(j, "}");
	return 0;
}

int media_emit_object(struct txn *t, const struct caller *who, const struct GetNtmsObjectInformation_in *in,
		      emit_fn *emit, void *arg, struct err *e)
{
	struct json j = {.emit = emit, .arg = arg};

	json_lit(&j, "{");
	TRY(object_info(&j, t, who, &in->object, in->type, e));
	json_lit(&j, "}");
	json_flush(&j);
	return 0;
}

/* ---- as a struct ---- */

static void take_field(struct wire_value *v, const struct wire_member *f, struct rows *r, int column)
{
	const void *bytes;

	*v = (struct wire_value){.field = f};
	switch (f->kind) {
	case W_GUID:
		v->id = rows_guid(r, column);
		break;
	case W_TEXT:
		v->text = strdup(rows_text(r, column));
		break;
	case W_BYTES:
		bytes = rows_blob(r, column, &v->blob.n);
		v->blob.p = malloc(v->blob.n + 1);
		if (v->blob.p && v->blob.n)
			memcpy(v->blob.p, bytes, v->blob.n);
		break;
	default:
		v->num = rows_i64(r, column);
	}
}

int do_GetNtmsObjectInformation(struct txn *t, const struct caller *who,
				const struct GetNtmsObjectInformation_in *in,
				struct GetNtmsObjectInformation_out *out, struct err *e)
{
	auto_rows struct rows *r = NULL;
	uint32_t type = in->type;
	int column = 1;

	TRY(object_row(t, who, &in->object, &type, &r, e));
	out->info.v = calloc(wire_n_common + wire_types[type].n_fields, sizeof *out->info.v);
	if (!out->info.v)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for an object");
	for (const struct wire_member *f = wire_common; f->key; f++)
		take_field(&out->info.v[out->info.n++], f, r, column++);
	for (const struct wire_member *f = wire_types[type].fields; f->key; f++)
		take_field(&out->info.v[out->info.n++], f, r, column++);
	return 0;
}
