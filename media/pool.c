/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Media pools: names and their hierarchy, the system pools of each media type, and the calls that create,
 * name and delete application pools.
 *
 * A full name is the components after the application root, each after a backslash: \Backup\Daily. A leading
 * backslash may be left out, and \Application may stand in front. System pools are \Free\LTO-8 and so on, so
 * Free, Import, Unrecognized and Application can't name a pool below the application root. Names are compared
 * without regard to case. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <unicase.h>
#include <uninorm.h>

/* ---- names ---- */

char *fold_case(const char *text)
{
	size_t n = 0;
	uint8_t *folded = u8_casefold((const uint8_t *)text, strlen(text), NULL, UNINORM_NFC, NULL, &n);
	char *out = folded ? realloc(folded, n + 1) : NULL;

	if (out)
		out[n] = 0;
	else
		free(folded);
	return out;
}

static int component_check(const char *name, struct err *e)
{
	size_t units = utf16_length(name);
	bool blank = true;

	for (const char *p = name; *p; p++) {
		blank &= *p == ' ';
		if ((unsigned char)*p < 0x20 || *p == 0x7f || *p == '\\')
			return err_set(e, ERROR_INVALID_NAME,
				       "pool name \"%s\" has a backslash or control character in it", name);
	}
	if (units == SIZE_MAX)
		return err_set(e, ERROR_INVALID_NAME, "a pool name is no valid text");
	if (blank)
		return err_set(e, ERROR_INVALID_NAME, "a pool name is empty");
	if (units >= NTMS_OBJECTNAME_LENGTH)
		return err_set(e, ERROR_INVALID_NAME, "pool name \"%s\" has more than %d characters", name,
			       NTMS_OBJECTNAME_LENGTH - 1);
	return 0;
}

/* A full name as given: checked, with one leading backslash, without \Application in front. */
static int path_normal(const char *given, char path[PATH_SIZE], struct err *e)
{
	char part[PATH_SIZE], *folded;
	size_t units = utf16_length(given);
	bool root;

	if (units == SIZE_MAX || units >= NTMS_POOLHIERARCHY_LENGTH)
		return err_set(e, ERROR_INVALID_NAME, "a full pool name has at most %d characters",
			       NTMS_POOLHIERARCHY_LENGTH - 1);
	path[0] = 0;
	for (const char *p = given + (*given == '\\'), *end; p; p = *end ? end + 1 : NULL) {
		end = strchrnul(p, '\\');
		snprintf(part, sizeof part, "%.*s", (int)(end - p), p);
		TRY(component_check(part, e));
		strcat(strcat(path, "\\"), part);
		if (p == given + (*given == '\\') && *end) {
			folded = fold_case(part);
			root = folded && strcmp(folded, "application") == 0;
			free(folded);
			if (root)
				path[0] = 0;
		}
	}
	return 0;
}

int pool_path(struct txn *t, int64_t pool, char path[PATH_SIZE], struct err *e)
{
	struct pool p;
	size_t at = PATH_SIZE - 1, n;
	int64_t id = pool;

	if (pool == ROW_ROOT_POOL)
		return strcpy(path, "\\"), 0;
	for (path[at] = 0; id && id != ROW_ROOT_POOL && (id != ROW_APPLICATION || pool == ROW_APPLICATION);
	     id = p.parent) {
		TRY(pool_load(t, id, &p, e));
		n = strlen(p.name);
		if (n + 1 > at)
			return err_set(e, ERROR_DATABASE_FAILURE, "the name of pool \"%s\" is too long",
				       p.name);
		at -= n;
		memcpy(path + at, p.name, n);
		path[--at] = '\\';
	}
	memmove(path, path + at, PATH_SIZE - at);
	return 0;
}

/* The folded path of a child. */
static int child_path(struct txn *t, int64_t parent, const char *name, char **folded, struct err *e)
{
	char path[PATH_SIZE], whole[PATH_SIZE + NAME_SIZE + 2];

	path[0] = 0;
	if (parent && parent != ROW_ROOT_POOL && parent != ROW_APPLICATION)
		TRY(pool_path(t, parent, path, e));
	snprintf(whole, sizeof whole, "%s\\%s", path, name);
	*folded = fold_case(whole);
	return *folded ? 0 : err_set(e, ERROR_INVALID_NAME, "pool name \"%s\" is no valid text", name);
}

/* SQL_NONE: no pool has that path (folded). */
static int path_find(struct txn *t, const char *path, int64_t *id, struct err *e)
{
	auto_free char *folded = fold_case(path);

	return folded ? sql_get(t, e, "SELECT id FROM media_pool WHERE path=?", "t", folded, "i", id)
		      : SQL_NONE;
}

int pool_insert(struct txn *t, int64_t parent, uint32_t pool_type, const char *name, int64_t media_type,
		int64_t *id, struct err *e)
{
	auto_free char *folded = NULL;

	if (parent)
		TRY(child_path(t, parent, name, &folded, e));
	TRY(object_new(t, NTMS_MEDIA_POOL, name, NULL, id, e));
	TRY(sql_do(t, e, "INSERT INTO media_pool(id, parent, pool_type, media_type, path) VALUES(?,?,?,?,?)",
		   "ifuft", *id, parent, pool_type, media_type, folded ? folded : "\\"));
	return parent ? object_changed(t, parent, e) : 0;
}

/* The paths of everything below move with it. */
int pool_rename(struct txn *t, const struct pool *p, const char *name, struct err *e)
{
	auto_free char *old = NULL, *path = NULL;
	char whole[PATH_SIZE];
	int64_t other;
	int rc;

	if (strcmp(p->name, name) == 0)
		return 0;
	if (p->type != NTMS_POOLTYPE_APPLICATION || p->parent == ROW_ROOT_POOL)
		return err_set(e, ERROR_ACCESS_DENIED, "pool \"%s\" was made by RSM: its name stays",
			       p->name);
	TRY(component_check(name, e));
	TRY(child_path(t, p->parent, p->name, &old, e));
	TRY(child_path(t, p->parent, name, &path, e));
	rc = sql_get(t, e, "SELECT id FROM media_pool WHERE path=? AND id<>?", "ti", path, p->id, "i",
		     &other);
	if (rc != SQL_NONE)
		return rc ? rc
			  : err_set(e, ERROR_ALREADY_EXISTS, "there is a pool \"%s\" beside it already",
				    name);
	TRY(pool_path(t, p->id, whole, e));
	if (utf16_length(whole) - utf16_length(p->name) + utf16_length(name) >= NTMS_POOLHIERARCHY_LENGTH)
		return err_set(e, ERROR_INVALID_NAME,
			       "with \"%s\" the full name would have more than %d characters", name,
			       NTMS_POOLHIERARCHY_LENGTH - 1);
	TRY(sql_do(t, e, "UPDATE object SET name=? WHERE id=?", "ti", name, p->id));
	return sql_do(t, e,
		      "UPDATE media_pool SET path=?1||substr(path, length(?2)+1) "
		      "WHERE path=?2 OR substr(path, 1, length(?2)+1)=?2||'\\'",
		      "tt", path, old);
}

int pool_set_media_type(struct txn *t, const struct pool *p, const guid *g, struct err *e)
{
	int64_t type = 0, children;

	if (!guid_is_null(g))
		TRY(lookup(t, g, NTMS_MEDIA_TYPE, ERROR_INVALID_PARAMETER, &type, e));
	if (type == p->media_type)
		return 0;
	if (p->type != NTMS_POOLTYPE_APPLICATION || p->parent == ROW_ROOT_POOL)
		return err_set(e, ERROR_ACCESS_DENIED, "pool \"%s\" was made by RSM: its media type stays",
			       p->name);
	TRY(sql_get(t, e, "SELECT count(*) FROM media_pool WHERE parent=?", "i", p->id, "i", &children));
	if (p->media_count || children)
		return err_set(e, ERROR_NOT_EMPTY,
			       "pool \"%s\" holds %lld media and %lld pools: its media type can be changed "
			       "only while it is empty",
			       p->name, (long long)p->media_count, (long long)children);
	return sql_do(t, e, "UPDATE media_pool SET media_type=? WHERE id=?", "fi", type, p->id);
}

/* ---- system pools ---- */

int pool_system(struct txn *t, uint32_t pool_type, int64_t media_type, int64_t *pool, struct err *e)
{
	static const int64_t tops[] = {[NTMS_POOLTYPE_SCRATCH] = ROW_FREE,
				       [NTMS_POOLTYPE_FOREIGN] = ROW_UNRECOGNIZED,
				       [NTMS_POOLTYPE_IMPORT] = ROW_IMPORT};
	char name[NAME_SIZE];
	int rc = sql_get(t, e, "SELECT id FROM media_pool WHERE parent=? AND media_type=?", "ii",
			 tops[pool_type], media_type, "i", pool);

	if (rc != SQL_NONE)
		return rc;
	TRY(sql_get(t, e, "SELECT name FROM object WHERE id=?", "i", media_type, "T", name, sizeof name));
	TRY(pool_insert(t, tops[pool_type], pool_type, name, media_type, pool, e));
	return security_initial(t, *pool, NTMS_USE_ACCESS, e);
}

int free_pool_of(struct txn *t, int64_t media_type, int64_t *pool, struct err *e)
{
	return sql_get(t, e, "SELECT id FROM media_pool WHERE parent=? AND media_type=?", "ii",
		       (int64_t)ROW_FREE, media_type, "i", pool);
}

int library_add_media_type(struct txn *t, int64_t library, int64_t media_type, struct err *e)
{
	int64_t pool;

	TRY(sql_do(t, e, "INSERT OR IGNORE INTO library_media_type(library, media_type) VALUES(?,?)", "ii",
		   library, media_type));
	if (!sql_changes(t))
		return 0;
	for (uint32_t type = NTMS_POOLTYPE_SCRATCH; type <= NTMS_POOLTYPE_IMPORT; type++)
		TRY(pool_system(t, type, media_type, &pool, e));
	return object_changed(t, library, e);
}

/* ---- the calls ---- */

/* The pool above path, which must be able to hold pools; name: what follows the last backslash. */
static int parent_find(struct txn *t, const char *path, struct pool *parent, const char **name, struct err *e)
{
	const char *last = strrchr(path, '\\');
	char above[PATH_SIZE];
	int64_t id = ROW_APPLICATION;
	int rc = 0;

	*name = last + 1;
	snprintf(above, sizeof above, "%.*s", (int)(last - path), path);
	if (above[0])
		rc = path_find(t, above, &id, e);
	if (rc == SQL_NONE)
		return err_set(e, ERROR_OBJECT_NOT_FOUND,
			       "there is no pool %s to create %s in: create it first", above, path);
	if (rc)
		return rc;
	TRY(pool_load(t, id, parent, e));
	if (parent->type != NTMS_POOLTYPE_APPLICATION)
		return err_set(e, ERROR_INVALID_NAME, "pools in %s are made by RSM itself", above);
	if (parent->media_type)
		return err_set(e, ERROR_INVALID_NAME,
			       "pool %s has a media type, so it holds media and no pools", above);
	return 0;
}

int do_CreateNtmsMediaPool(struct txn *t, const struct caller *who, const struct CreateNtmsMediaPool_in *in,
			   struct CreateNtmsMediaPool_out *out, struct err *e)
{
	char path[PATH_SIZE];
	const char *name;
	int64_t media_type = 0, id = 0;
	struct descriptor d;
	struct pool parent;
	int found;

	if (!in->name)
		return err_set(e, ERROR_INVALID_PARAMETER, "no pool name given");
	if (in->action < NTMS_OPEN_EXISTING || in->action > NTMS_OPEN_ALWAYS)
		return err_set(e, ERROR_INVALID_PARAMETER, "action %u: 1 opens, 2 creates, 3 does either",
			       in->action);
	if (in->descriptor.n)
		TRY(descriptor_parse(in->descriptor.p, in->descriptor.n, &d, e));
	TRY(path_normal(in->name, path, e));
	if (!guid_is_null(&in->mediaType))
		TRY(lookup(t, &in->mediaType, NTMS_MEDIA_TYPE, ERROR_INVALID_MEDIA, &media_type, e));
	found = path_find(t, path, &id, e);
	if (found && found != SQL_NONE)
		return found;
	if (in->action == NTMS_OPEN_EXISTING && found)
		return err_set(e, ERROR_OBJECT_NOT_FOUND, "there is no pool %s", path);
	if (in->action != NTMS_CREATE_NEW && !found)
		return object_guid(t, id, &out->pool, e);
	if (!found && strchr(path + 1, '\\') == NULL && id <= ROW_APPLICATION)
		return err_set(e, ERROR_ALREADY_EXISTS, "%s is one of RSM's own pools", path);
	TRY(parent_find(t, path, &parent, &name, e));
	TRY(access_require(t, who->token, ROW_ROOT_POOL, NTMS_CONTROL_ACCESS, e));
	TRY(access_require(t, who->token, parent.id, NTMS_CONTROL_ACCESS, e));
	if (!found)
		return err_set(e, ERROR_ALREADY_EXISTS, "there is a pool %s already", path);
	TRY(pool_insert(t, parent.id, NTMS_POOLTYPE_APPLICATION, name, media_type, &id, e));
	if (in->descriptor.n)
		TRY(security_explicit(t, id, parent.id, &in->descriptor, who->token, e));
	else
		TRY(security_inherit(t, id, parent.id, who->token, e));
	return object_guid(t, id, &out->pool, e);
}

int do_GetNtmsMediaPoolName(struct txn *t, const struct caller *who, const struct GetNtmsMediaPoolName_in *in,
			    struct GetNtmsMediaPoolName_out *out, struct err *e)
{
	char path[PATH_SIZE];
	struct pool p;

	TRY(pool_lookup(t, &in->pool, &p, e));
	TRY(pool_path(t, p.id, path, e));
	out->name = strdup(path);
	return out->name ? 0 : err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for a pool name");
}

int do_DeleteNtmsMediaPool(struct txn *t, const struct caller *who, const struct DeleteNtmsMediaPool_in *in,
			   struct DeleteNtmsMediaPool_out *out, struct err *e)
{
	int64_t children;
	struct pool p;

	if (guid_is_null(&in->pool))
		return err_set(e, ERROR_INVALID_PARAMETER, "no pool given");
	TRY(pool_lookup(t, &in->pool, &p, e));
	if (p.type != NTMS_POOLTYPE_APPLICATION || p.id <= ROW_APPLICATION)
		return err_set(e, ERROR_INVALID_MEDIA_POOL,
			       "pool \"%s\" was made by RSM and can't be deleted", p.name);
	TRY(access_require(t, who->token, p.id, NTMS_MODIFY_ACCESS, e));
	TRY(sql_get(t, e, "SELECT count(*) FROM media_pool WHERE parent=?", "i", p.id, "i", &children));
	if (p.media_count || children)
		return err_set(e, ERROR_NOT_EMPTY,
			       "pool \"%s\" still holds %lld media and %lld pools: move or delete them first",
			       p.name, (long long)p.media_count, (long long)children);
	TRY(sql_do(t, e, "DELETE FROM media_pool WHERE id=?", "i", p.id));
	TRY(object_delete(t, p.id, e));
	TRY(object_changed(t, p.parent, e));
	return allocations_wake(t, e); /* those that waited for media in it are over */
}
