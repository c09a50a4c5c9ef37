/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Objects as the API shows them: every type read as text and as a struct, what may be set and what not, what
 * is in which container, what is found by which name, and the change records. */
#include "media_world.h"

#include "base/str.h"

#include <jansson.h>
#include <ntmsapi.h>
#include <string.h>

#define FREE NTMS_POOLTYPE_SCRATCH
#define AVAILABLE NTMS_PARTSTATE_AVAILABLE

static void append(void *arg, const char *bytes, size_t n) { str_add(arg, bytes, n); }

static json_t *emitted(guid object, uint32_t type)
{
	struct GetNtmsObjectInformation_in in = {.object = object, .type = type};
	auto_str text = {0};
	json_error_t why;
	json_t *j;

	OK(media_emit_object(t, &root, &in, append, &text, e));
	j = json_loadb(text.s, text.n, 0, &why);
	if (!j)
		fail_msg("%s: %s", why.text, text.s);
	return j;
}

/* An object of each type. */
static size_t all_objects(int64_t ids[])
{
	static const char *const tables[] = {"changer",	   "changer_type",   "computer",   "drive",
					     "drive_type", "iedoor",	     "ieport",	   "library",
					     "librequest", "logical_media",  "media_pool", "media_type",
					     "side",	   "physical_media", "slot",	   "oprequest"};
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	int64_t id = 0, type = 0;
	size_t n = 0;

	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new()), 0);
	OK(request_new(t, &(struct request_new){.library = lib, .op = NTMS_LM_INVENTORY, .priority = -7},
		       NULL, NULL, e));
	OK(oprequest_post(
		t,
		&(struct oprequest_new){.request = NTMS_OPREQ_MESSAGE, .message = "\"please\"\n\\ \x01 Büro"},
		&id, e));
	OK(object_new(t, NTMS_CHANGER_TYPE, "c", NULL, &type, e));
	OK(sql_do(t, e, "INSERT INTO changer_type VALUES(?,'v','p',48)", "i", type));
	OK(object_new(t, NTMS_CHANGER, "c", NULL, &id, e));
	OK(sql_do(t, e, "INSERT INTO changer(id, library, number, element, changer_type) VALUES(?,?,0,500,?)",
		  "iii", id, lib, type));
	OK(object_new(t, NTMS_DRIVE_TYPE, "d", NULL, &id, e));
	OK(sql_do(t, e, "INSERT INTO drive_type VALUES(?,'v','p',31)", "i", id));
	OK(object_new(t, NTMS_IEDOOR, "door", NULL, &id, e));
	OK(sql_do(t, e, "INSERT INTO iedoor(id, library, number) VALUES(?,?,0)", "ii", id, lib));
	for (size_t i = 0; i < countof(tables); i++) {
		char sql[100];
		static char kept[16][100];

		snprintf(sql, sizeof sql, "SELECT max(id) FROM %s WHERE ?=0", tables[i]);
		ids[n++] = number(strcpy(kept[i], sql), 0);
	}
	return n;
}

/* What is emitted as text is what the struct says, for every field of every type; the type given or not. */
static void text_and_struct_agree(void **state)
{
	int64_t ids[16];
	size_t n = all_objects(ids);

	for (size_t i = 0; i < n; i++) {
		struct GetNtmsObjectInformation_out out = {0};
		guid g = guid_of(ids[i]);
		json_t *j = emitted(g, NTMS_UNKNOWN), *info = json_object_get(j, "info");
		uint32_t type = (uint32_t)json_integer_value(json_object_get(info, "type"));
		json_t *typed = emitted(g, type);

		assert_true(json_equal(j, typed));
		assert_int_equal(CALL(root, GetNtmsObjectInformation, &out, .object = g), 0);
		assert_int_equal(out.info.n, wire_n_common + wire_types[type].n_fields);
		assert_int_equal(json_object_size(info), out.info.n);
		for (size_t f = 0; f < out.info.n; f++) {
			const struct wire_value *v = &out.info.v[f];
			json_t *has = json_object_get(info, v->field->key);
			char text[GUID_TEXT], when[WIRE_TIME_TEXT];

			assert_non_null(has);
			switch (v->field->kind) {
			case W_GUID:
				if (guid_is_null(&v->id))
					assert_true(json_is_null(has));
				else
					assert_string_equal(json_string_value(has), guid_text(&v->id, text));
				break;
			case W_TEXT:
				assert_string_equal(json_string_value(has), v->text);
				break;
			case W_TIME:
				if (v->num)
					assert_string_equal(json_string_value(has),
							    wire_time_text(v->num, when));
				else
					assert_true(json_is_null(has));
				break;
			case W_BOOL:
				assert_int_equal(json_is_true(has), v->num != 0);
				break;
			case W_BYTES:
				assert_true(json_is_string(has));
				break;
			case W_U32:
				assert_true(json_integer_value(has) == (uint32_t)v->num);
				break;
			default:
				assert_true(json_integer_value(has) == v->num);
			}
		}
		json_decref(j), json_decref(typed);
		wire_clear(wire_calls[CALL_GetNtmsObjectInformation].out, &out);
	}
}

static void reading_refuses(void **state)
{
	guid g = guid_of(lib);

	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = guid_new()), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = guid_new(), .type = NTMS_DRIVE),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = g, .type = NTMS_DRIVE),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = g, .type = 1), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = g, .type = 18),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, GetNtmsObjectInformation, .object = g, .type = 4000000000u),
			 ERROR_INVALID_PARAMETER);
}

/* ---- setting ---- */

static const struct wire_member *member(uint32_t type, const char *key)
{
	for (const struct wire_member *f = wire_common; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	for (const struct wire_member *f = wire_types[type].fields; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	fail_msg("no field %s", key);
	return NULL;
}

static int set_number(const struct caller *who, int64_t id, uint32_t type, const char *key, int64_t v)
{
	struct wire_value value = {.field = member(type, key), .num = v};

	return DO(*who, SetNtmsObjectInformation, .object = guid_of(id), .type = type, .info = {&value, 1});
}

static int set_text(const struct caller *who, int64_t id, uint32_t type, const char *key, const char *text)
{
	struct wire_value value = {.field = member(type, key), .text = (char *)text};

	return DO(*who, SetNtmsObjectInformation, .object = guid_of(id), .type = type, .info = {&value, 1});
}

static int set_guid(int64_t id, uint32_t type, const char *key, guid g)
{
	struct wire_value value = {.field = member(type, key), .id = g};

	return DO(root, SetNtmsObjectInformation, .object = guid_of(id), .type = type, .info = {&value, 1});
}

static void numbers_are_checked(void **state)
{
	guid g = app_pool("\\A", lto, 0, 0, 0);
	int64_t pool = row_of(&g), computer = model_computer(NULL);
	const struct {
		int64_t id;
		uint32_t type;
		const char *key;
		int64_t v;
		int code;
		const char *sql;
	} rows[] = {
		{lib, NTMS_LIBRARY, "inventoryMethod", 2, 0,
		 "SELECT inventory_method FROM library WHERE id=?"},
		{lib, NTMS_LIBRARY, "inventoryMethod", 3, ERROR_INVALID_PARAMETER, NULL},
		{lib, NTMS_LIBRARY, "autoRecovery", 0, 0, "SELECT auto_recovery FROM library WHERE id=?"},
		{lib, NTMS_LIBRARY, "autoRecovery", 2, ERROR_INVALID_PARAMETER, NULL},
		{lib, NTMS_LIBRARY, "flags", 0x20, ERROR_INVALID_PARAMETER, NULL},
		{lib, NTMS_LIBRARY, "cleanerUsesRemaining", 20, 0,
		 "SELECT cleaner_uses FROM library WHERE id=?"},
		{drives[0], NTMS_DRIVE, "deferDismountDelay", 60, 0,
		 "SELECT defer_delay FROM drive WHERE id=?"},
		{drives[0], NTMS_DRIVE, "deferDismountDelay", -1, ERROR_INVALID_PARAMETER, NULL},
		{port, NTMS_IEPORT, "maxExtendSecs", 65535, 0, "SELECT max_extend FROM ieport WHERE id=?"},
		{port, NTMS_IEPORT, "maxExtendSecs", 65536, ERROR_INVALID_PARAMETER, NULL},
		{pool, NTMS_MEDIA_POOL, "allocationPolicy", 1, 0,
		 "SELECT allocation_policy FROM media_pool WHERE id=?"},
		{pool, NTMS_MEDIA_POOL, "allocationPolicy", 2, ERROR_INVALID_PARAMETER, NULL},
		{pool, NTMS_MEDIA_POOL, "deallocationPolicy", 1, 0,
		 "SELECT deallocation_policy FROM media_pool WHERE id=?"},
		{pool, NTMS_MEDIA_POOL, "maxAllocates", 7, 0,
		 "SELECT max_allocates FROM media_pool WHERE id=?"},
		{computer, NTMS_COMPUTER, "libRequestPurgeTime", 10, 0,
		 "SELECT librequest_purge FROM computer WHERE id=?"},
		{computer, NTMS_COMPUTER, "libRequestFlags", 4, ERROR_INVALID_PARAMETER, NULL},
		{computer, NTMS_COMPUTER, "opRequestFlags", 0x33, 0,
		 "SELECT oprequest_flags FROM computer WHERE id=?"},
		{computer, NTMS_COMPUTER, "mediaPoolPolicy", 3, 0,
		 "SELECT pool_policy FROM computer WHERE id=?"},
		{computer, NTMS_COMPUTER, "mediaPoolPolicy", 4, ERROR_INVALID_PARAMETER, NULL},
		{4, NTMS_MEDIA_POOL, "maxAllocates", 1, ERROR_ACCESS_DENIED,
		 NULL}, /* a system pool has no policy */
		{4, NTMS_MEDIA_POOL, "maxAllocates", 0, 0, NULL},
		{drives[0], NTMS_DRIVE, "state", 5, 0, NULL}, /* not settable: ignored */
	};

	for (size_t i = 0; i < countof(rows); i++) {
		int code = set_number(&root, rows[i].id, rows[i].type, rows[i].key, rows[i].v);

		if (code != rows[i].code)
			fail_msg("%s=%lld: %d %s", rows[i].key, (long long)rows[i].v, code, err.why);
		if (rows[i].sql)
			assert_true(number(rows[i].sql, rows[i].id) == rows[i].v);
	}
	assert_int_equal(number("SELECT state FROM drive WHERE id=?", drives[0]), 0);
}

static void flags_that_rsm_keeps_itself(void **state)
{
	sql_run("UPDATE library SET flags=2 WHERE key='l1'"); /* a cleaner is present */
	assert_int_equal(set_number(&root, lib, NTMS_LIBRARY, "flags", 0x1d), 0);
	assert_int_equal(number("SELECT flags FROM library WHERE id=?", lib), 0x16);
	assert_int_equal(set_number(&root, lib, NTMS_LIBRARY, "cleanerUsesRemaining", 0xFFFFFFFF), 0);
	assert_int_equal(number("SELECT flags FROM library WHERE id=?", lib), 0x1e);
	assert_int_equal(set_number(&root, lib, NTMS_LIBRARY, "cleanerUsesRemaining", 3), 0);
	assert_int_equal(number("SELECT flags FROM library WHERE id=?", lib), 0x16);
}

static void texts_are_checked(void **state)
{
	char text[600];
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	memset(text, 'x', sizeof text);
	text[64] = 0;
	assert_int_equal(set_text(&root, m, NTMS_PHYSICAL_MEDIA, "name", text), ERROR_INVALID_PARAMETER);
	text[63] = 0;
	assert_int_equal(set_text(&root, m, NTMS_PHYSICAL_MEDIA, "name", text), 0);
	memset(text, 'x', sizeof text);
	text[127] = 0;
	assert_int_equal(set_text(&root, m, NTMS_PHYSICAL_MEDIA, "description", text),
			 ERROR_INVALID_PARAMETER);
	text[126] = 0;
	assert_int_equal(set_text(&root, m, NTMS_PHYSICAL_MEDIA, "description", text), 0);
	assert_int_equal(set_text(&root, m, NTMS_PHYSICAL_MEDIA, "name", "\xff"), ERROR_INVALID_PARAMETER);
	assert_int_equal(set_text(&root, drives[0], NTMS_DRIVE, "name", "Mine"),
			 0); /* a drive's name isn't settable */
	assert_int_equal(number("SELECT name='Drive 0' FROM object WHERE id=?", drives[0]), 1);
	assert_int_equal(set_text(&root, lib, NTMS_LIBRARY, "name", "Büro"), 0);
	assert_int_equal(number("SELECT name='Büro' FROM object WHERE id=?", lib), 1);
}

/* One bad field and nothing is set. */
static void all_or_nothing(void **state)
{
	struct wire_value values[] = {
		{.field = member(NTMS_LIBRARY, "name"), .text = "New"},
		{.field = member(NTMS_LIBRARY, "inventoryMethod"), .num = 9},
	};

	assert_int_equal(DO(root, SetNtmsObjectInformation, .object = guid_of(lib), .type = NTMS_LIBRARY,
			    .info = {values, 2}),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(number("SELECT name='L1' FROM object WHERE id=?", lib), 1);
	assert_int_equal(DO(root, SetNtmsObjectInformation, .object = guid_of(lib), .type = NTMS_DRIVE,
			    .info = {values, 2}),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(
		DO(root, SetNtmsObjectInformation, .object = guid_of(lib), .type = 0, .info = {values, 2}),
		ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, SetNtmsObjectInformation, .object = guid_of(drives[0]), .type = NTMS_DRIVE,
			    .info = {values + 1, 1}),
			 ERROR_INVALID_PARAMETER); /* a field of another type */
}

static void setting_needs_modify_and_libraries_control(void **state)
{
	grant(lib, &user, NTMS_MODIFY_ACCESS);
	assert_int_equal(set_text(&user, drives[0], NTMS_DRIVE, "description", "x"), 0);
	assert_int_equal(set_text(&user, lib, NTMS_LIBRARY, "description", "x"), ERROR_ACCESS_DENIED);
	grant(lib, &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(set_text(&user, lib, NTMS_LIBRARY, "description", "x"), 0);
	assert_int_equal(set_text(&user, drives[0], NTMS_DRIVE, "description", "x"), ERROR_ACCESS_DENIED);
	assert_int_equal(set_text(&user, lto, NTMS_MEDIA_TYPE, "description", "x"), ERROR_ACCESS_DENIED);
	assert_int_equal(set_text(&user, 4, NTMS_MEDIA_POOL, "description", "x"), ERROR_ACCESS_DENIED);
}

static void a_pools_media_type_changes_only_while_it_is_empty(void **state)
{
	guid g = app_pool("\\A", lto, 0, 0, 0), upper = app_pool("\\U", 0, 0, 0, 0);
	int64_t pool = row_of(&g), m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	assert_int_equal(set_guid(pool, NTMS_MEDIA_POOL, "mediaType", guid_of(mo)), 0);
	assert_int_equal(set_guid(pool, NTMS_MEDIA_POOL, "mediaType", guid_of(lib)), ERROR_INVALID_PARAMETER);
	assert_int_equal(set_guid(pool, NTMS_MEDIA_POOL, "mediaType", guid_of(lto)), 0);
	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(m), .pool = g), 0);
	assert_int_equal(set_guid(pool, NTMS_MEDIA_POOL, "mediaType", guid_of(mo)), ERROR_NOT_EMPTY);
	assert_int_equal(set_guid(pool, NTMS_MEDIA_POOL, "mediaType", guid_of(lto)), 0); /* no change */
	app_pool("\\U\\V", lto, 0, 0, 0);
	assert_int_equal(set_guid(row_of(&upper), NTMS_MEDIA_POOL, "mediaType", guid_of(mo)),
			 ERROR_NOT_EMPTY);
}

/* ---- enumerating ---- */

static int enumerate(uint32_t type, int64_t container, uint32_t *count)
{
	struct EnumerateNtmsObject_out out = {0};
	guid g = container ? guid_of(container) : guid_null;
	int rc = CALL(root, EnumerateNtmsObject, &out, .type = type, .container = g);

	if (!rc)
		assert_int_equal(out.count, out.objects.n);
	*count = out.count;
	wire_clear(wire_calls[CALL_EnumerateNtmsObject].out, &out);
	return rc;
}

static void container_table(void **state)
{
	enum { LIBRARY, POOL, SIDE, PMID, LMID, NONE, KINDS };
	static const struct {
		uint32_t type;
		bool in[KINDS];
	} rows[] = {
		{NTMS_CHANGER, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_DRIVE, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_IEDOOR, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_IEPORT, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_STORAGESLOT, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_LIBREQUEST, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_CHANGER_TYPE, {[NONE] = 1}},
		{NTMS_DRIVE_TYPE, {[NONE] = 1}},
		{NTMS_COMPUTER, {[NONE] = 1}},
		{NTMS_LIBRARY, {[NONE] = 1}},
		{NTMS_OPREQUEST, {[NONE] = 1}},
		{NTMS_LOGICAL_MEDIA, {[NONE] = 1, [POOL] = 1, [SIDE] = 1}},
		{NTMS_MEDIA_POOL, {[NONE] = 1, [POOL] = 1}},
		{NTMS_MEDIA_TYPE, {[NONE] = 1, [LIBRARY] = 1}},
		{NTMS_PARTITION, {[NONE] = 1, [LMID] = 1, [PMID] = 1, [POOL] = 1}},
		{NTMS_PHYSICAL_MEDIA, {[NONE] = 1, [POOL] = 1, [LIBRARY] = 1}},
	};
	int64_t ids[16];

	all_objects(ids);
	int64_t m = ids[13], side = ids[12], lmid = ids[9],
		pool = number("SELECT pool FROM side WHERE id=?", side);
	const int64_t containers[KINDS] = {lib, pool, side, m, lmid, 0};

	for (size_t i = 0; i < countof(rows); i++) {
		for (int k = 0; k < KINDS; k++) {
			uint32_t count = 0;
			int code = enumerate(rows[i].type, containers[k], &count);

			if (code != (rows[i].in[k] ? 0 : ERROR_INVALID_PARAMETER))
				fail_msg("type %u in %d: %d %s", rows[i].type, k, code, err.why);
			if (rows[i].in[k] && !(rows[i].type == NTMS_MEDIA_POOL && k == POOL) && !count)
				fail_msg("type %u in %d: nothing found", rows[i].type, k);
		}
	}
}

static void only_top_level_pools_and_the_root_on_demand(void **state)
{
	struct EnumerateNtmsObject_out out = {0};
	uint32_t count;

	app_pool("\\A", lto, 0, 0, 0);
	assert_int_equal(enumerate(NTMS_MEDIA_POOL, 0, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(enumerate(NTMS_MEDIA_POOL, 7, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(
		CALL(root, EnumerateNtmsObject, &out, .type = NTMS_MEDIA_POOL, .options = NTMS_ENUM_ROOTPOOL),
		0);
	assert_int_equal(out.count, 5);
	assert_true(row_of(&out.objects.v[0]) == 3); /* first */
	wire_clear(wire_calls[CALL_EnumerateNtmsObject].out, &out);
	assert_int_equal(DO(root, EnumerateNtmsObject, .type = NTMS_MEDIA_POOL, .options = 2),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, EnumerateNtmsObject, .type = 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, EnumerateNtmsObject, .type = 99), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, EnumerateNtmsObject, .type = NTMS_DRIVE, .container = guid_new()),
			 ERROR_OBJECT_NOT_FOUND);
}

static json_t *listed(struct EnumerateNtmsObject_in in)
{
	auto_str text = {0};
	json_t *j;

	OK(media_emit_list(t, &root, &in, append, &text, e));
	j = json_loadb(text.s, text.n, 0, NULL);
	assert_non_null(j);
	return j;
}

static void lists_are_streamed_cut_and_counted(void **state)
{
	static const struct {
		uint32_t limit, only;
		size_t n;
	} rows[] = {{0, 0, 5}, {1, 0, 1}, {3, 0, 3}, {99, 0, 5}, {0, 1, 0}};

	for (size_t i = 0; i < countof(rows); i++) {
		json_t *j = listed((struct EnumerateNtmsObject_in){.type = NTMS_MEDIA_POOL,
								   .options = NTMS_ENUM_ROOTPOOL,
								   .limit = rows[i].limit,
								   .countOnly = rows[i].only});

		assert_int_equal(json_integer_value(json_object_get(j, "count")), 5);
		assert_int_equal(json_array_size(json_object_get(j, "objects")), rows[i].n);
		json_decref(j);
	}
}

/* ---- many at once ---- */

/* A page of objects as parsed JSON; *next: where the following one begins. */
static json_t *page_of(struct caller *who, uint32_t type, uint32_t limit, uint32_t *next)
{
	struct RsmReadObjects_out out = {0};
	json_t *j;

	assert_int_equal(CALL(*who, RsmReadObjects, &out, .type = type, .limit = limit, .after = *next), 0);
	j = json_loads(out.objects, 0, NULL);
	*next = out.next;
	wire_clear(wire_calls[CALL_RsmReadObjects].out, &out);
	assert_non_null(j);
	return j;
}

static const char *name_in(json_t *page, size_t i)
{
	return json_string_value(
		json_object_get(json_object_get(json_array_get(page, i), "info"), "barCode"));
}

static void objects_are_read_in_pages(void **state)
{
	static const char *const names[] = {"R1", "R2", "R3", "R4", "R5"};
	uint32_t next = 0;
	json_t *j;

	for (int i = 0; i < 5; i++)
		a_medium(names[i], lto, i, FREE, AVAILABLE);
	for (int i = 0; i < 6; i += 2) {
		j = page_of(&root, NTMS_PHYSICAL_MEDIA, 2, &next);
		assert_int_equal(json_array_size(j), i < 4 ? 2 : 1);
		assert_string_equal(name_in(j, 0), names[i]);
		assert_string_equal(json_string_value(json_object_get(
					    json_object_get(json_array_get(j, 0), "detail"), "generation")),
				    "LTO-8");
		json_decref(j);
		assert_int_equal(next != 0, i < 4);
	}
	next = 0;
	j = page_of(&root, NTMS_PHYSICAL_MEDIA, 5, &next); /* a page that is full may be the last */
	json_decref(j);
	j = page_of(&root, NTMS_PHYSICAL_MEDIA, 5, &next);
	assert_int_equal(json_array_size(j), 0);
	json_decref(j);
	assert_int_equal(DO(root, RsmReadObjects, .type = 99), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, RsmReadObjects, .type = NTMS_DRIVE, .container = guid_new()),
			 ERROR_OBJECT_NOT_FOUND);
}

static void of_what_is_hidden_the_id_alone_is_read(void **state)
{
	uint32_t next = 0;
	char text[GUID_TEXT];
	json_t *j, *one;
	guid id;

	sql_run("DELETE FROM security WHERE object=(SELECT library FROM drive LIMIT 1)");
	j = page_of(&other, NTMS_DRIVE, 0, &next);
	assert_int_equal(json_array_size(j), 2);
	one = json_array_get(j, 1);
	id = guid_of(drives[1]);
	assert_string_equal(json_string_value(json_object_get(one, "id")), guid_text(&id, text));
	assert_true(json_is_null(json_object_get(one, "info")));
	assert_null(json_object_get(one, "detail"));
	json_decref(j);
}

/* ---- finding ---- */

static uint32_t found(const char *text, uint32_t type, int64_t *first)
{
	struct RsmFindObject_out out = {0};
	uint32_t n;

	assert_int_equal(CALL(root, RsmFindObject, &out, .text = (char *)text, .type = type), 0);
	if (first)
		*first = out.objects.n ? row_of(&out.objects.v[0]) : 0;
	n = out.count;
	wire_clear(wire_calls[CALL_RsmFindObject].out, &out);
	return n;
}

static void objects_are_found_by_what_people_call_them(void **state)
{
	guid pool = app_pool("\\Büro", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE),
		n = a_medium("A00002L8", lto, 1, FREE, AVAILABLE), first;
	char text[GUID_TEXT];
	guid g = guid_of(m);

	assert_int_equal(
		DO(root, AllocateNtmsMedia, .pool = pool, .call = guid_new(), .side = guid_of(side_of(m, 0))),
		0);
	sql_run("UPDATE drive SET serial='HU100' WHERE number=0");
	assert_int_equal(found("A00001L8", 0, &first), 1);
	assert_true(first == m);
	assert_int_equal(found("A0000", 0, NULL), 2);
	assert_int_equal(found("A00002", NTMS_PHYSICAL_MEDIA, &first), 1);
	assert_true(first == n);
	assert_int_equal(found("A00001L8", NTMS_PARTITION, &first), 1);
	assert_true(first == side_of(m, 0));
	assert_int_equal(found("A00001L8", NTMS_LOGICAL_MEDIA, NULL), 1);
	assert_int_equal(found("A00002L8", NTMS_LOGICAL_MEDIA, NULL), 0);
	assert_int_equal(found("\\BÜRO", 0, &first), 1);
	assert_true(first == row_of(&pool));
	assert_int_equal(found("büro", NTMS_MEDIA_POOL, NULL), 1);
	assert_int_equal(found("HU100", 0, &first), 1);
	assert_true(first == drives[0]);
	assert_int_equal(found(guid_text(&g, text), 0, &first), 1);
	assert_true(first == m);
	text[13] = 0;
	assert_int_equal(found(text, 0, &first), 1);
	assert_true(first == m);
	assert_int_equal(found("nothing like it", 0, NULL), 0);
	assert_int_equal(found("A00001L8", NTMS_DRIVE, NULL), 0);
	assert_int_equal(DO(root, RsmFindObject, .text = ""), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, RsmFindObject, .text = "x", .type = 18), ERROR_INVALID_PARAMETER);
}

/* ---- change records ---- */

static bool changed(int64_t since, uint32_t type, uint32_t op)
{
	struct txn *t = job_begin();
	int64_t seq = 0;
	int rc = sql_get(t, &err, "SELECT seq FROM change WHERE seq>? AND type=? AND op=? LIMIT 1", "iuu",
			 since, type, op, "i", &seq);

	job_end(0);
	return rc == 0;
}

static int64_t feed_end(void) { return number("SELECT coalesce(max(seq),0) FROM change WHERE ?=0", 0); }

static void every_change_is_told(void **state)
{
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	struct AllocateNtmsMedia_out got = {0};
	int64_t since = feed_end();

	assert_true(changed(0, NTMS_MEDIA_POOL, NTMS_OBJ_INSERT));
	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	assert_true(changed(since, NTMS_PHYSICAL_MEDIA, NTMS_OBJ_INSERT));
	assert_true(changed(since, NTMS_PARTITION, NTMS_OBJ_INSERT));
	assert_true(changed(since, NTMS_STORAGESLOT, NTMS_OBJ_UPDATE));
	since = feed_end();
	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = guid_new()), 0);
	assert_true(changed(since, NTMS_LOGICAL_MEDIA, NTMS_OBJ_INSERT));
	assert_true(changed(since, NTMS_PARTITION, NTMS_OBJ_UPDATE));
	assert_true(changed(since, NTMS_MEDIA_POOL, NTMS_OBJ_UPDATE));
	assert_true(changed(since, NTMS_PHYSICAL_MEDIA, NTMS_OBJ_UPDATE)); /* it moved */
	since = feed_end();
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_true(changed(since, NTMS_LOGICAL_MEDIA, NTMS_OBJ_DELETE));
	assert_true(changed(since, NTMS_PARTITION, NTMS_OBJ_UPDATE));
	assert_true(changed(since, NTMS_MEDIA_POOL, NTMS_OBJ_UPDATE));
	since = feed_end();
	assert_int_equal(set_text(&root, drives[0], NTMS_DRIVE, "description", "x"), 0);
	assert_true(changed(since, NTMS_DRIVE, NTMS_OBJ_UPDATE));
	since = feed_end();
	assert_int_equal(set_text(&user, drives[0], NTMS_DRIVE, "description", "y"), ERROR_ACCESS_DENIED);
	assert_true(feed_end() == since); /* what was refused isn't told */
}

/* ---- labels that applications report ---- */

static int update_omid(guid lmid, uint32_t type, const void *bytes, size_t n)
{
	return DO(root, UpdateNtmsOmidInfo, .medium = lmid, .labelType = type,
		  .label = {(uint8_t *)bytes, n});
}

static void omid_from_a_file_system(void **state)
{
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	struct AllocateNtmsMedia_out got = {0};
	uint8_t info[644] = {'N', 0, 'T', 0, 'F', 0, 'S', 0};
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = guid_new()), 0);
	memcpy(info + 128, "D\0\xe4\0t\0", 6);
	memcpy(info + 640, "\1\2\3\4", 4);
	assert_int_equal(update_omid(guid_null, 2, info, 644), ERROR_INVALID_PARAMETER);
	assert_int_equal(update_omid(guid_of(m), 2, info, 644), ERROR_INVALID_MEDIA);
	assert_int_equal(update_omid(got.medium, 3, info, 644), ERROR_INVALID_PARAMETER);
	assert_int_equal(update_omid(got.medium, 2, info, 643), ERROR_INVALID_PARAMETER);
	assert_int_equal(update_omid(got.medium, 2, info, 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(update_omid(got.medium, 2, info, 644), 0);
	assert_int_equal(number("SELECT omid_type='NTFS' AND omid_id=x'01020304' AND omid_info='Dät' FROM "
				"side WHERE medium=?",
				m),
			 1);
	assert_int_equal(number("SELECT state FROM librequest WHERE op=7 AND medium=?", m), NTMS_LM_PASSED);
	memset(info, 'x', 128); /* no terminator */
	assert_int_equal(update_omid(got.medium, 2, info, 644), ERROR_INVALID_PARAMETER);
	memset(info, 0, 128);
	assert_int_equal(update_omid(got.medium, 2, info, 644), ERROR_INVALID_PARAMETER); /* no type */
	memcpy(info, "\0\xd8x\0", 4); /* half a surrogate pair */
	assert_int_equal(update_omid(got.medium, 2, info, 644), ERROR_INVALID_PARAMETER);
	grant(lib, &user, NTMS_USE_ACCESS);
	assert_int_equal(
		DO(user, UpdateNtmsOmidInfo, .medium = got.medium, .labelType = 2, .label = {info, 644}),
		ERROR_ACCESS_DENIED);
}

static void omid_from_a_raw_label(void **state)
{
	guid pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	struct AllocateNtmsMedia_out got = {0};
	uint8_t tar[512] = "etc/", free_records[LABEL_RECORDS * LABEL_RECORD];
	unsigned sum = 8 * ' ';
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = guid_new()), 0);
	assert_int_equal(update_omid(got.medium, 1, "whatever", 8), ERROR_BAD_FORMAT);
	assert_int_equal(label_make_free("0123456789abcdef0123456789abcdef", NULL, free_records, &err), 0);
	assert_int_equal(update_omid(got.medium, 1, free_records, sizeof free_records), ERROR_BAD_FORMAT);
	memcpy(tar + 136, "14000000000", 11);
	for (size_t i = 0; i < sizeof tar; i++)
		sum += tar[i];
	snprintf((char *)tar + 148, 8, "%06o", sum);
	assert_int_equal(update_omid(got.medium, 1, tar, sizeof tar), 0);
	assert_int_equal(number("SELECT omid_type='tar' AND omid_info='etc/' FROM side WHERE medium=?", m),
			 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_and_struct_agree),
		TEST(reading_refuses),
		TEST(numbers_are_checked),
		TEST(flags_that_rsm_keeps_itself),
		TEST(texts_are_checked),
		TEST(all_or_nothing),
		TEST(setting_needs_modify_and_libraries_control),
		TEST(a_pools_media_type_changes_only_while_it_is_empty),
		TEST(container_table),
		TEST(only_top_level_pools_and_the_root_on_demand),
		TEST(lists_are_streamed_cut_and_counted),
		TEST(objects_are_read_in_pages),
		TEST(of_what_is_hidden_the_id_alone_is_read),
		TEST(objects_are_found_by_what_people_call_them),
		TEST(every_change_is_told),
		TEST(omid_from_a_file_system),
		TEST(omid_from_a_raw_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
