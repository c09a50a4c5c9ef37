/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm pool: application media pools. */
#include "cli/cli.h"

#include <string.h>

static const char *media_type;
static bool from_free, to_free, not_from_free, not_to_free, exist_ok;
static long max_allocates = -1;

#define POLICIES                                                                                             \
	{"from-free", 0, OPT_FLAG, &from_free, NULL, "an allocation may take a medium from the free pool"},  \
		{"to-free", 0, OPT_FLAG, &to_free, NULL, "a deallocated medium goes back to the free pool"}, \
	{                                                                                                    \
		"max-allocates", 0, OPT_NUMBER, &max_allocates, "N",                                         \
			"decommission a side after N allocations (0: no limit)"                              \
	}

static const struct opt create_opts[] = {
	{"type", 't', OPT_TEXT, &media_type, "TYPE",
	 "media type, as LTO-8; without it the pool holds other pools"},
	POLICIES,
	{"exist-ok", 0, OPT_FLAG, &exist_ok, NULL, "no error if the pool is there already"},
	{NULL},
};
static const struct opt set_opts[] = {
	POLICIES,
	{"no-from-free", 0, OPT_FLAG, &not_from_free, NULL, "... may not"},
	{"no-to-free", 0, OPT_FLAG, &not_to_free, NULL, "... stays in the pool"},
	{"type", 't', OPT_TEXT, &media_type, "TYPE", "media type; the pool must be empty"},
	{NULL},
};

/* \Backup\Daily from Backup/Daily, /Backup/Daily ... */
static void path_of(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s%s", *name == '\\' || *name == '/' ? "" : "\\", name);
	for (char *p = path; *p; p++)
		if (*p == '/')
			*p = '\\';
}

static void flip(DWORD *policy, DWORD flag, bool on, bool off)
{
	if (on)
		*policy |= flag;
	if (off)
		*policy &= ~flag;
}

static int apply(GUID *pool, const char *name)
{
	struct object *o = object_again(pool);
	NTMS_MEDIAPOOLINFORMATION *p = &o->info.Info.MediaPool;
	if (o->code)
		return failed(o->code, "%s", name);
	flip(&p->AllocationPolicy, NTMS_ALLOCATE_FROMSCRATCH, from_free, not_from_free);
	flip(&p->DeallocationPolicy, NTMS_DEALLOCATE_TOSCRATCH, to_free, not_to_free);
	if (max_allocates >= 0)
		p->dwMaxAllocates = (DWORD)max_allocates;
	DWORD code = SetNtmsObjectInformationA(session(), pool, &o->info);
	return code ? failed(code, "%s", name) : EXIT_OK;
}

static int create(int n, char **operands)
{
	char path[NTMS_POOLHIERARCHY_LENGTH], id[GUID_CHARS];
	GUID pool, type = {0};
	path_of(operands[0], path, sizeof path);
	if (media_type)
		type = resolve(media_type, NTMS_MEDIA_TYPE);
	DWORD code = CreateNtmsMediaPoolA(session(), path, media_type ? &type : NULL,
					  exist_ok ? NTMS_OPEN_ALWAYS : NTMS_CREATE_NEW, NULL, &pool);
	if (code)
		return failed(code, "%s", path);
	if ((from_free || to_free || max_allocates >= 0) && apply(&pool, path))
		return EXIT_FAILED;
	if (set.quiet)
		puts(guid_format(&pool, id));
	else
		printf("pool %s: %s\n", path, guid_format(&pool, id));
	return EXIT_OK;
}

static int delete (int n, char **operands)
{
	int status = EXIT_OK;
	for (int i = 0; i < n; i++) {
		GUID pool = resolve(operands[i], NTMS_MEDIA_POOL);
		DWORD code = DeleteNtmsMediaPool(session(), &pool);
		if (code)
			status = failed(code, "%s", operands[i]);
	}
	return status;
}

static int change(int n, char **operands)
{
	GUID pool = resolve(operands[0], NTMS_MEDIA_POOL);
	if (media_type)
		object_again(&pool)->info.Info.MediaPool.MediaType = resolve(media_type, NTMS_MEDIA_TYPE);
	return apply(&pool, operands[0]);
}

const struct command cmd_pool_create = {
	.name = "pool create",
	.operands = "NAME",
	.min = 1,
	.max = 1,
	.opts = create_opts,
	.run = create,
	.summary = "Make an application media pool",
	.help = "NAME: Backup, or Backup/Daily for a pool in the pool Backup, which must be there.",
};
const struct command cmd_pool_delete = {
	.name = "pool delete",
	.operands = "POOL...",
	.min = 1,
	.max = -1,
	.run = delete,
	.summary = "Delete empty application media pools",
};
const struct command cmd_pool_set = {
	.name = "pool set",
	.operands = "POOL",
	.min = 1,
	.max = 1,
	.opts = set_opts,
	.run = change,
	.summary = "Change the policies of a media pool",
};
