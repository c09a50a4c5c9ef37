/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RsmFindObject: what people call an object, and which objects that may be. Equal first; where nothing is
 * equal, what begins with the text. Sides and logical media are found by what their medium is called. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdlib.h>

/* ?1 the text, ?2 the same plus the highest character: between them lies what begins with it (equal: ?2 is
 * ?1) */
#define NAMED                                                                                                \
	"SELECT id FROM object WHERE name BETWEEN ?1 AND ?2 AND name<>'' UNION "                             \
	"SELECT id FROM physical_media WHERE barcode BETWEEN ?1 AND ?2 AND barcode<>'' UNION "               \
	"SELECT id FROM physical_media WHERE sequence BETWEEN ?1 AND ?2 AND sequence<>'' "                   \
	"UNION SELECT id FROM physical_media WHERE serial BETWEEN ?1 AND ?2 AND serial<>'' "                 \
	"UNION SELECT id FROM drive WHERE serial BETWEEN ?1 AND ?2 AND serial<>'' "                          \
	"UNION SELECT id FROM changer WHERE serial BETWEEN ?1 AND ?2 AND serial<>'' "                        \
	"UNION SELECT id FROM media_pool WHERE path BETWEEN ?3 AND ?4 "                                      \
	"UNION SELECT id FROM object WHERE guid BETWEEN ?5 AND ?6"
static const char by_name[] = "WITH named(id) AS (" NAMED ") SELECT o.guid FROM object o "
			      "WHERE (?7=0 OR o.type=?7) AND o.id IN (SELECT id FROM named UNION "
			      "SELECT s.id FROM side s JOIN named n ON s.medium=n.id WHERE ?7=14 "
			      "UNION SELECT s.lmid FROM side s JOIN named n ON s.medium=n.id "
			      "WHERE ?7=11 AND s.lmid IS NOT NULL) ORDER BY o.name, o.id";

/* The hexadecimal digits of a GUID's beginning, filled up with 0 and f. False: the text is none. */
static bool guid_range(const char *text, guid *low, guid *high)
{
	char digits[33];
	size_t n = 0;

	for (const char *p = text; *p; p++) {
		if (*p == '-' || *p == '{' || *p == '}')
			continue;
		if (!strchr("0123456789abcdefABCDEF", *p) || n == 32)
			return false;
		digits[n++] = *p;
	}
	if (n < 4) /* too short to mean a GUID */
		return false;
	for (int i = 0; i < 2; i++) {
		memset(digits + n, i ? 'f' : '0', 32 - n);
		digits[32] = 0;
		if (!guid_parse(digits, i ? high : low))
			return false;
	}
	return true;
}

static int search(struct txn *t, const struct RsmFindObject_in *in, bool prefix,
		  struct RsmFindObject_out *out, struct err *e)
{
	auto_free char *end = NULL, *path = NULL, *path_end = NULL;
	const char *slash = in->text[0] == '\\' ? "" : "\\", *top = prefix ? "\xF4\x8F\xBF\xBF" : "";
	auto_rows struct rows *r = NULL;
	VEC(guid) all = {0};
	char *folded = fold_case(in->text);
	guid low, high;
	bool is_guid = guid_range(in->text, &low, &high) && (prefix || guid_eq(&low, &high));
	int rc;

	rc = !folded || asprintf(&end, "%s%s", in->text, top) < 0 ||
	     asprintf(&path, "%s%s", slash, folded) < 0 ||
	     asprintf(&path_end, "%s%s%s", slash, folded, top) < 0;
	free(folded);
	if (rc)
		return err_set(e, ERROR_INVALID_PARAMETER, "the text is no valid UTF-8");
	r = sql_rows(t, e, by_name, "ttttggu", in->text, end, path, path_end, is_guid ? &low : NULL,
		     is_guid ? &high : NULL, in->type);
	out->count = 0;
	while (rows_next(r)) {
		out->count++;
		if (!in->limit || all.n < in->limit)
			*vec_add(&all) = rows_guid(r, 0);
	}
	out->objects.v = all.v;
	out->objects.n = all.n;
	return rows_failed(r) ? (int)e->code : 0;
}

int do_RsmFindObject(struct txn *t, const struct caller *who, const struct RsmFindObject_in *in,
		     struct RsmFindObject_out *out, struct err *e)
{
	if (!in->text || !in->text[0])
		return err_set(e, ERROR_INVALID_PARAMETER, "no text given");
	if (in->type >= WIRE_TYPES || (in->type && !wire_types[in->type].type))
		return err_set(e, ERROR_INVALID_PARAMETER, "%u is no type of object", in->type);
	TRY(search(t, in, false, out, e));
	if (out->count)
		return 0;
	free(out->objects.v);
	out->objects = (struct wire_guids){0};
	return search(t, in, true, out, e);
}
