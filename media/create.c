/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What an empty store begins with: the computer, the offline library, the roots of the pools, every media
 * type, and their security descriptors. */
#include "media/impl.h"

#include <ntmsapi.h>

struct media_settings media_settings;

int64_t model_offline_library(struct txn *t) { return ROW_OFFLINE; }
int64_t model_computer(struct txn *t) { return ROW_COMPUTER; }

/* The code knows these rows by their ids, so they must come out as planned. */
static int planned(int64_t id, int64_t row, struct err *e)
{
	return id == row ? 0
			 : err_set(e, ERROR_DATABASE_FAILURE,
				   "the store isn't empty, but has no computer object: it is damaged");
}

static int top_pool(struct txn *t, int64_t row, uint32_t type, const char *name, uint32_t everyone,
		    struct err *e)
{
	int64_t id = 0;

	TRY(pool_insert(t, row == ROW_ROOT_POOL ? 0 : ROW_ROOT_POOL, type, name, 0, &id, e));
	TRY(planned(id, row, e));
	return security_initial(t, id, everyone, e);
}

static int roots(struct txn *t, const char *computer_name, struct err *e)
{
	int64_t id = 0;

	TRY(object_new(t, NTMS_COMPUTER, computer_name, NULL, &id, e));
	TRY(planned(id, ROW_COMPUTER, e));
	TRY(sql_do(t, e, "INSERT INTO computer(id) VALUES(?)", "i", id));
	TRY(security_initial(t, id, NTMS_USE_ACCESS, e));
	TRY(object_new(t, NTMS_LIBRARY, "Offline Media", NULL, &id, e));
	TRY(planned(id, ROW_OFFLINE, e));
	TRY(sql_do(t, e,
		   "INSERT INTO library(id, key, library_type, flags, inventory_method, probed, ready) "
		   "VALUES(?,'',?,?,0,1,1)",
		   "iuu", id, NTMS_LIBRARYTYPE_OFFLINE, NTMS_LIBRARYFLAG_FIXEDOFFLINE));
	TRY(top_pool(t, ROW_ROOT_POOL, NTMS_POOLTYPE_UNKNOWN, "Root", 0, e));
	TRY(top_pool(t, ROW_FREE, NTMS_POOLTYPE_SCRATCH, "Free", NTMS_USE_ACCESS, e));
	TRY(top_pool(t, ROW_UNRECOGNIZED, NTMS_POOLTYPE_FOREIGN, "Unrecognized", NTMS_USE_ACCESS, e));
	TRY(top_pool(t, ROW_IMPORT, NTMS_POOLTYPE_IMPORT, "Import", NTMS_USE_ACCESS, e));
	return top_pool(t, ROW_APPLICATION, NTMS_POOLTYPE_APPLICATION, "Application", 0, e);
}

int model_create(struct txn *t, const char *computer_name, struct err *e)
{
	int64_t id;
	int rc = sql_get(t, e, "SELECT id FROM computer", "", "i", &id);

	if (rc == SQL_NONE)
		rc = roots(t, computer_name, e);
	if (rc)
		return rc;
	for (size_t i = 0; i < n_media_types; i++) {
		const struct media_type_row *m = &media_types[i];

		rc = sql_get(t, e, "SELECT id FROM media_type WHERE key=?", "t", m->key, "i", &id);
		if (!rc)
			continue;
		if (rc != SQL_NONE)
			return rc;
		TRY(object_new(t, NTMS_MEDIA_TYPE, m->key, NULL, &id, e));
		TRY(sql_do(
			t, e,
			"INSERT INTO media_type(id, key, code, sides, rw, device_type) VALUES(?,?,?,?,?,?)",
			"ituuuu", id, m->key, m->code, m->sides, m->rw, m->device_type));
	}
	return 0;
}
