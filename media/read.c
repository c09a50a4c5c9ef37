/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RsmReadObjects: all that can be told of many objects, page by page. */
#include "base/str.h"
#include "media/impl.h"
#include "media/json.h"

#include <ntmsapi.h>

#define PAGE 500

static void page_free(page_vec *p) { vec_free(p); }
static void emit(void *str, const char *bytes, size_t n) { str_add(str, bytes, n); }

static int object_detail(struct json *j, struct txn *t, const struct caller *who, const guid *id,
			 struct err *e)
{
	const struct wire_member *members = wire_calls[CALL_RsmGetObjectDetail].out;
	const struct RsmGetObjectDetail_in in = {.object = *id};
	struct RsmGetObjectDetail_out out = {0};
	int rc = do_RsmGetObjectDetail(t, who, &in, &out, e);

	if (!rc) {
		json_lit(j, "\"detail\":{");
		json_members(j, members, &out);
		json_lit(j, "}");
	}
	wire_clear(members, &out);
	return rc;
}

/* What the caller may not see is there by its id alone. */
static int one(struct json *j, struct txn *t, const struct caller *who, const guid *id, uint32_t type,
	       struct err *e)
{
	int rc;

	json_lit(j, "{\"id\":");
	json_guid(j, id, sizeof *id);
	json_lit(j, ",");
	rc = object_info(j, t, who, id, type, e);
	if (rc == ERROR_ACCESS_DENIED)
		json_lit(j, "\"info\":null}");
	if (rc)
		return rc == ERROR_ACCESS_DENIED ? 0 : rc;
	json_lit(j, ",");
	TRY(object_detail(j, t, who, id, e));
	json_lit(j, "}");
	return 0;
}

int do_RsmReadObjects(struct txn *t, const struct caller *who, const struct RsmReadObjects_in *in,
		      struct RsmReadObjects_out *out, struct err *e)
{
	const struct EnumerateNtmsObject_in which = {.container = in->container,
						     .type = in->type,
						     .limit = in->limit && in->limit < PAGE ? in->limit
											    : PAGE};
	CLEANUP(page_free) page_vec page = {0};
	auto_str text = {0};
	struct json j = {.emit = emit, .arg = &text};

	TRY(enumerate_page(t, &which, in->after, &page, e));
	json_lit(&j, "[");
	vec_each(it, &page) {
		if (it > page.v)
			json_lit(&j, ",");
		TRY(one(&j, t, who, &it->id, in->type, e));
	}
	json_lit(&j, "]");
	json_flush(&j);
	out->next = page.n == which.limit ? (uint32_t)page.v[page.n - 1].row : 0;
	out->objects = strdup(text.s);
	return 0;
}
