/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * EnumerateNtmsObject: which objects are in which container, as a table of queries. */
#include "media/impl.h"
#include "media/json.h"

#include <ntmsapi.h>

#include <stdlib.h>

/* ?1 is the container's row (0: none), ?2 how many; both in each query. ?3: behind that row */
#define LIST(type, container, table, condition)                                                              \
	{                                                                                                    \
		type, container,                                                                             \
			"SELECT o.guid, o.id FROM " table                                                    \
			" t CROSS JOIN object o ON o.id=t.id WHERE (" condition                              \
			") AND t.id>?3 ORDER BY t.id LIMIT ?2",                                              \
			"SELECT count(*) FROM " table " t WHERE " condition " AND ?2 IS NOT NULL"            \
	}
#define ALL(type, table) LIST(type, 0, table, "?1=0")

static const struct listing {
	uint32_t type, container; /* 0: the whole system */
	const char *list, *count;
} listings[] = {
	ALL(NTMS_CHANGER, "changer"),
	LIST(NTMS_CHANGER, NTMS_LIBRARY, "changer", "t.library=?1"),
	ALL(NTMS_CHANGER_TYPE, "changer_type"),
	ALL(NTMS_COMPUTER, "computer"),
	ALL(NTMS_DRIVE, "drive"),
	LIST(NTMS_DRIVE, NTMS_LIBRARY, "drive", "t.library=?1"),
	ALL(NTMS_DRIVE_TYPE, "drive_type"),
	ALL(NTMS_IEDOOR, "iedoor"),
	LIST(NTMS_IEDOOR, NTMS_LIBRARY, "iedoor", "t.library=?1"),
	ALL(NTMS_IEPORT, "ieport"),
	LIST(NTMS_IEPORT, NTMS_LIBRARY, "ieport", "t.library=?1"),
	ALL(NTMS_LIBRARY, "library"),
	ALL(NTMS_LIBREQUEST, "librequest"),
	LIST(NTMS_LIBREQUEST, NTMS_LIBRARY, "librequest", "t.library=?1"),
	ALL(NTMS_LOGICAL_MEDIA, "logical_media"),
	LIST(NTMS_LOGICAL_MEDIA, NTMS_MEDIA_POOL, "logical_media", "t.pool=?1"),
	LIST(NTMS_LOGICAL_MEDIA, NTMS_PARTITION, "logical_media", "t.id=(SELECT lmid FROM side WHERE id=?1)"),
	LIST(NTMS_MEDIA_POOL, 0, "media_pool", "t.parent=3 AND ?1=0"),
	LIST(NTMS_MEDIA_POOL, NTMS_MEDIA_POOL, "media_pool", "t.parent=?1"),
	ALL(NTMS_MEDIA_TYPE, "media_type"),
	LIST(NTMS_MEDIA_TYPE, NTMS_LIBRARY, "media_type",
	     "t.id IN (SELECT media_type FROM library_media_type WHERE library=?1)"),
	ALL(NTMS_PARTITION, "side"),
	LIST(NTMS_PARTITION, NTMS_LOGICAL_MEDIA, "side", "t.lmid=?1"),
	LIST(NTMS_PARTITION, NTMS_PHYSICAL_MEDIA, "side", "t.medium=?1"),
	LIST(NTMS_PARTITION, NTMS_MEDIA_POOL, "side",
	     "t.medium IN (SELECT id FROM physical_media WHERE pool=?1)"),
	ALL(NTMS_PHYSICAL_MEDIA, "physical_media"),
	LIST(NTMS_PHYSICAL_MEDIA, NTMS_MEDIA_POOL, "physical_media", "t.pool=?1"),
	LIST(NTMS_PHYSICAL_MEDIA, NTMS_LIBRARY, "physical_media", "t.library=?1"),
	ALL(NTMS_STORAGESLOT, "slot"),
	LIST(NTMS_STORAGESLOT, NTMS_LIBRARY, "slot", "t.library=?1"),
	ALL(NTMS_OPREQUEST, "oprequest"),
};

struct enumeration {
	const struct listing *which;
	int64_t container, limit; /* -1: all */
	uint32_t count;
	bool root;
	guid root_guid;
};

static int prepare(struct txn *t, const struct EnumerateNtmsObject_in *in, struct enumeration *n,
		   struct err *e)
{
	char text[GUID_TEXT];
	uint32_t type = 0;
	int64_t count;
	int rc = 0;

	*n = (struct enumeration){.limit = in->limit ? (int64_t)in->limit : -1};
	if (in->type >= WIRE_TYPES || !wire_types[in->type].type)
		return err_set(e, ERROR_INVALID_PARAMETER, "%u is no type of object", in->type);
	if (in->options & ~(uint32_t)NTMS_ENUM_ROOTPOOL)
		return err_set(e, ERROR_INVALID_PARAMETER, "option %#x isn't known", in->options);
	if (!guid_is_null(&in->container))
		rc = object_find(t, &in->container, NTMS_UNKNOWN, &n->container, &type, e);
	if (rc)
		return rc == SQL_NONE ? err_set(e, ERROR_OBJECT_NOT_FOUND, "there is no container %s",
						guid_text(&in->container, text))
				      : rc;
	for (size_t i = 0; i < countof(listings) && !n->which; i++)
		if (listings[i].type == in->type && listings[i].container == type)
			n->which = &listings[i];
	if (!n->which)
		return err_set(e, ERROR_INVALID_PARAMETER, "a %s is no container of %s objects",
			       type_name(type), type_name(in->type));
	TRY(sql_get(t, e, n->which->count, "ii", n->container, (int64_t)0, "i", &count));
	n->root = in->type == NTMS_MEDIA_POOL && !type && (in->options & NTMS_ENUM_ROOTPOOL);
	if (n->root)
		TRY(object_guid(t, ROW_ROOT_POOL, &n->root_guid, e));
	n->count = (uint32_t)count + n->root;
	if (in->countOnly)
		n->limit = 0;
	return 0;
}

int media_emit_list(struct txn *t, const struct caller *who, const struct EnumerateNtmsObject_in *in,
		    emit_fn *emit, void *arg, struct err *e)
{
	struct json j = {.emit = emit, .arg = arg};
	auto_rows struct rows *r = NULL;
	struct enumeration n;
	bool first = true;
	const void *g;
	size_t len;

	TRY(prepare(t, in, &n, e));
	json_lit(&j, "{\"count\":");
	json_number(&j, n.count);
	json_lit(&j, ",\"objects\":[");
	if (n.root && n.limit) {
		json_guid(&j, &n.root_guid, sizeof n.root_guid);
		first = false;
		n.limit -= n.limit > 0;
	}
	if (n.limit) {
		r = sql_rows(t, e, n.which->list, "iii", n.container, n.limit, (int64_t)0);
		while (rows_next(r)) {
			if (!first)
				json_lit(&j, ",");
			first = false;
			g = rows_blob(r, 0, &len);
			json_guid(&j, g, len);
		}
		if (rows_failed(r))
			return (int)e->code;
	}
	json_lit(&j, "]}");
	json_flush(&j);
	return 0;
}

int do_EnumerateNtmsObject(struct txn *t, const struct caller *who, const struct EnumerateNtmsObject_in *in,
			   struct EnumerateNtmsObject_out *out, struct err *e)
{
	auto_rows struct rows *r = NULL;
	struct enumeration n;
	VEC(guid) all = {0};

	TRY(prepare(t, in, &n, e));
	out->count = n.count;
	if (n.root && n.limit) {
		*vec_add(&all) = n.root_guid;
		n.limit -= n.limit > 0;
	}
	if (n.limit) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without one prepare() fails */
		r = sql_rows(t, e, n.which->list, "iii", n.container, n.limit, (int64_t)0);
		while (rows_next(r))
			*vec_add(&all) = rows_guid(r, 0);
	}
	out->objects.v = all.v;
	out->objects.n = all.n;
	return n.limit && rows_failed(r) ? (int)e->code : 0;
}

int enumerate_page(struct txn *t, const struct EnumerateNtmsObject_in *in, int64_t after, page_vec *to,
		   struct err *e)
{
	struct enumeration n;
	auto_rows struct rows *r = NULL;

	TRY(prepare(t, in, &n, e));
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without one prepare() fails */
	r = sql_rows(t, e, n.which->list, "iii", n.container, n.limit, after);
	while (rows_next(r))
		*vec_add(to) = (struct page_entry){rows_guid(r, 0), rows_i64(r, 1)};
	return rows_failed(r) ? (int)e->code : 0;
}
