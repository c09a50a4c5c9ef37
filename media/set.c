/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SetNtmsObjectInformation: every settable field that is given is checked, then written. Fields that can't be
 * set are ignored: programs send back the whole structure that they got. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <pthread.h>
#include <stdio.h>

/* ---- statements: one for each settable column, made once ---- */

static char *statements[WIRE_TYPES][32];

static void make_statements(void)
{
	for (size_t type = 0; type < WIRE_TYPES; type++)
		for (size_t i = 0; i < wire_types[type].n_fields && i < countof(statements[0]); i++) {
			const struct wire_member *f = &wire_types[type].fields[i];

			if (f->settable && f->kind != W_GUID && /* "t.column" */
			    asprintf(&statements[type][i], "UPDATE %s SET %s=?1 WHERE id=?2",
				     wire_types[type].table, f->sql + 2) < 0)
				abort();
		}
}

/* ---- values ---- */

/* What a number may be; fields that aren't here take any value of their kind. */
static const struct limit {
	uint32_t type;
	const char *key;
	int64_t max;
	uint32_t bits; /* of flags: those that exist */
} limits[] = {
	{NTMS_LIBRARY, "inventoryMethod", NTMS_INVENTORY_OMID, 0},
	{NTMS_LIBRARY, "flags", 0, 0x1f},
	{NTMS_LIBRARY, "autoRecovery", 1, 0},
	{NTMS_MEDIA_POOL, "allocationPolicy", 0, NTMS_ALLOCATE_FROMSCRATCH},
	{NTMS_MEDIA_POOL, "deallocationPolicy", 0, NTMS_DEALLOCATE_TOSCRATCH},
	{NTMS_COMPUTER, "libRequestFlags", 0, NTMS_LIBREQFLAGS_NOAUTOPURGE | NTMS_LIBREQFLAGS_NOFAILEDPURGE},
	{NTMS_COMPUTER, "opRequestFlags", 0,
	 NTMS_OPREQFLAGS_NOAUTOPURGE | NTMS_OPREQFLAGS_NOFAILEDPURGE | NTMS_OPREQFLAGS_NOALERTS |
		 NTMS_OPREQFLAGS_NOTRAYICON},
	{NTMS_COMPUTER, "mediaPoolPolicy", 0,
	 NTMS_POOLPOLICY_PURGEOFFLINESCRATCH | NTMS_POOLPOLICY_KEEPOFFLINEIMPORT},
};

static int check_number(uint32_t type, const struct wire_value *v, struct err *e)
{
	int64_t top = v->field->kind == W_U16 ? UINT16_MAX : UINT32_MAX;

	if (v->num < 0 || v->num > top)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s is between 0 and %lld", v->field->key,
			       (long long)top);
	for (size_t i = 0; i < countof(limits); i++) {
		if (limits[i].type != type || strcmp(limits[i].key, v->field->key) != 0)
			continue;
		if (limits[i].bits ? (v->num & ~(int64_t)limits[i].bits) != 0 : v->num > limits[i].max)
			return err_set(e, ERROR_INVALID_PARAMETER, "%s can't be %lld", v->field->key,
				       (long long)v->num);
	}
	return 0;
}

static int check_text(const struct wire_value *v, size_t length, struct err *e)
{
	size_t n = v->text ? utf16_length(v->text) : 0;

	if (n == SIZE_MAX)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s is no valid text", v->field->key);
	if (n >= length)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s has %zu characters, at most %zu are kept",
			       v->field->key, n, length - 1);
	return 0;
}

static bool has_name(uint32_t type)
{
	return type == NTMS_LIBRARY || type == NTMS_MEDIA_POOL || type == NTMS_LOGICAL_MEDIA ||
	       type == NTMS_PARTITION || type == NTMS_PHYSICAL_MEDIA;
}

/* ---- fields ---- */

static int set_common(struct txn *t, int64_t id, uint32_t type, const struct wire_value *v, struct err *e)
{
	const char *text = v->text ? v->text : "";
	struct pool p;

	if (strcmp(v->field->key, "description") == 0) {
		TRY(check_text(v, NTMS_DESCRIPTION_LENGTH, e));
		return sql_do(t, e, "UPDATE object SET description=? WHERE id=?", "ti", text, id);
	}
	if (strcmp(v->field->key, "name") != 0 || !has_name(type))
		return 0;
	TRY(check_text(v, NTMS_OBJECTNAME_LENGTH, e));
	if (type != NTMS_MEDIA_POOL)
		return sql_do(t, e, "UPDATE object SET name=? WHERE id=?", "ti", text, id);
	TRY(pool_load(t, id, &p, e));
	return pool_rename(t, &p, text, e);
}

/* Flags that RSM keeps itself stay as they are; what the cleaner's count says about its flag. */
static int set_library(struct txn *t, int64_t id, const struct wire_value *v, bool *done, struct err *e)
{
	const uint32_t settable =
		NTMS_LIBRARYFLAG_AUTODETECTCHANGE | NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE;

	*done = true;
	if (strcmp(v->field->key, "flags") == 0)
		return sql_do(t, e, "UPDATE library SET flags=(flags & ~?1) | (?2 & ?1) WHERE id=?3", "uii",
			      settable, v->num, id);
	if (strcmp(v->field->key, "cleanerUsesRemaining") == 0)
		TRY(sql_do(t, e,
			   "UPDATE library SET flags=CASE "
			   "WHEN ?1=4294967295 THEN flags | ?2 ELSE flags & ~?2 END WHERE id=?3",
			   "iui", v->num, NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING, id));
	*done = false;
	return 0;
}

static int set_field(struct txn *t, int64_t id, uint32_t type, const struct wire_value *v, struct err *e)
{
	bool done = false;
	struct pool p;

	if (v->field->kind == W_GUID) { /* only a pool's media type */
		TRY(pool_load(t, id, &p, e));
		return pool_set_media_type(t, &p, &v->id, e);
	}
	TRY(check_number(type, v, e));
	if (type == NTMS_LIBRARY)
		TRY(set_library(t, id, v, &done, e));
	return done ? 0
		    : sql_do(t, e, statements[type][v->field - wire_types[type].fields], "ii", v->num, id);
}

/* System pools keep everything but their description: nothing else about them means anything. */
static bool is_system_pool(struct txn *t, int64_t id, uint32_t type)
{
	struct err ignored;
	struct pool p;

	return type == NTMS_MEDIA_POOL && !pool_load(t, id, &p, &ignored) &&
	       (p.type != NTMS_POOLTYPE_APPLICATION || p.parent == ROW_ROOT_POOL);
}

static int refuse_policy(struct txn *t, int64_t id, const struct wire_value *v, struct err *e)
{
	return v->field->kind == W_GUID || !v->num
		       ? 0
		       : err_set(e, ERROR_ACCESS_DENIED, "%s was made by RSM: it has no policy",
				 object_label(t, id).s);
}

int do_SetNtmsObjectInformation(struct txn *t, const struct caller *who,
				const struct SetNtmsObjectInformation_in *in,
				struct SetNtmsObjectInformation_out *out, struct err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int64_t id, owner;
	bool system;

	if (guid_is_null(&in->object) || in->type >= WIRE_TYPES || !wire_types[in->type].type)
		return err_set(e, ERROR_INVALID_PARAMETER, "no object given, or %u is no type of object",
			       in->type);
	pthread_once(&once, make_statements);
	TRY(lookup(t, &in->object, in->type, ERROR_OBJECT_NOT_FOUND, &id, e));
	TRY(object_owner(t, id, in->type, &owner, e));
	TRY(access_require(t, who->token, owner, wire_types[in->type].set_right, e));
	system = is_system_pool(t, id, in->type);
	for (size_t i = 0; i < in->info.n; i++) {
		const struct wire_value *v = &in->info.v[i];
		bool common = v->field >= wire_common && v->field < wire_common + wire_n_common;

		if (!v->field->settable)
			continue;
		if (common)
			TRY(set_common(t, id, in->type, v, e));
		else if (v->field < wire_types[in->type].fields ||
			 v->field >= wire_types[in->type].fields + wire_types[in->type].n_fields)
			return err_set(e, ERROR_INVALID_PARAMETER, "a %s has no %s", type_name(in->type),
				       v->field->key);
		else if (system && v->field->kind != W_GUID)
			TRY(refuse_policy(t, id, v, e));
		else
			TRY(set_field(t, id, in->type, v, e));
	}
	TRY(object_changed(t, id, e));
	if (in->type == NTMS_COMPUTER)
		txn_wake(t, ROW_OFFLINE); /* it purges */
	return in->type == NTMS_MEDIA_POOL ? allocations_wake(t, e) : 0;
}
