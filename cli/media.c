/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm media: media between pools, free, allocated, complete. */
#include "cli/cli.h"

#include <string.h>

static const char *wanted, *next_of, *new_name;
static long side_number = -1;
static bool whole, no_request, wait_too;
static DWORD timeout = INFINITE;

#define SIDE                                                                                                 \
	{                                                                                                    \
		"side", 's', OPT_NUMBER, &side_number, "N", "side of a medium that has several, from 0"      \
	}

/* ---- allocate ---- */

static const struct opt allocate_opts[] = {
	{"medium", 'm', OPT_TEXT, &wanted, "MEDIUM", "that very medium: available, or in an import pool"},
	SIDE,
	{"new", 0, OPT_FLAG, &whole, NULL, "a medium whose other sides are kept for me"},
	{"next", 0, OPT_TEXT, &next_of, "MEDIUM", "the next side of the medium that I allocated with --new"},
	{"no-request", 0, OPT_FLAG, &no_request, NULL,
	 "fail if there is none, without asking an operator for media"},
	{"timeout", 't', OPT_TIME, &timeout, "TIME",
	 "wait at most so long for media (default: never give up)"},
	{"name", 0, OPT_TEXT, &new_name, "NAME", "name of the logical medium"},
	{NULL},
};

struct allocation {
	GUID pool, side, medium;
	DWORD options;
	NTMS_ALLOCATION_INFORMATION from;
};

static DWORD do_allocate(void *p)
{
	struct allocation *a = p;
	return AllocateNtmsMedia(session(), &a->pool, guid_null(&a->side) ? NULL : &a->side, &a->medium,
				 a->options, timeout, &a->from);
}

static void rename_logical(GUID *id)
{
	struct object *o = object_again(id);
	snprintf(o->info.szName, sizeof o->info.szName, "%s", new_name);
	DWORD code = o->code ? o->code : SetNtmsObjectInformationA(session(), id, &o->info);
	if (code)
		failed(code, "%s", new_name); /* it is allocated all the same */
}

static int allocate(int n, char **operands)
{
	struct allocation a = {.pool = resolve(operands[0], NTMS_MEDIA_POOL),
			       .from = {.dwSize = sizeof a.from}};
	if (whole && next_of)
		usage(&cmd_media_allocate, "--new and --next exclude each other");
	if (wanted)
		a.side = resolve_medium(wanted, (int)side_number, true).side;
	if (next_of)
		a.medium = resolve_medium(next_of, (int)side_number, true).logical;
	a.options = (whole ? NTMS_ALLOCATE_NEW : 0) | (next_of ? NTMS_ALLOCATE_NEXT : 0) |
		    (no_request ? NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE : 0);
	session(); /* opened by this thread */
	DWORD code = call_watched(do_allocate, &a, &a.pool);
	if (code)
		return failed(code, "%s", operands[0]);
	if (new_name)
		rename_logical(&a.medium);
	char id[GUID_CHARS];
	guid_format(&a.medium, id);
	if (set.quiet) {
		puts(id);
		return EXIT_OK;
	}
	struct medium m = resolve_medium(id, -1, false);
	printf("%s  %s", id, object_name(&m.physical));
	if (!guid_null(&a.from.AllocatedFrom) && !guid_same(&a.from.AllocatedFrom, &a.pool))
		printf(", taken from %s", object_name(&a.from.AllocatedFrom));
	putchar('\n');
	return EXIT_OK;
}

const struct command cmd_media_allocate = {
	.name = "media allocate",
	.operands = "POOL",
	.min = 1,
	.max = 1,
	.opts = allocate_opts,
	.run = allocate,
	.summary = "Allocate a medium from an application media pool",
	.help = "Prints the identifier of the logical medium and the name of the physical one; with --quiet "
		"the\n"
		"identifier alone. When there is none, an operator is asked for media, and the command "
		"waits.",
};

/* ---- into the free pool, into another pool ---- */

static const struct opt free_opts[] = {
	{"wait", 'w', OPT_FLAG, &wait_too, NULL, "until the free labels are written"},
	{"timeout", 't', OPT_TIME, &timeout, "TIME", "wait at most so long"},
	{NULL},
};

/* The free pool of the medium's type */
static GUID free_pool(const GUID *medium)
{
	guid_vec pools = {0};
	GUID found = {0};
	enumerate(NULL, NTMS_MEDIA_POOL, &pools);
	vec_each(p, &pools) {
		const NTMS_MEDIAPOOLINFORMATION *pool = &object(p)->info.Info.MediaPool;
		if (!object(p)->code && pool->PoolType == NTMS_POOLTYPE_SCRATCH &&
		    guid_same(&pool->MediaType, &object(medium)->info.Info.PhysicalMedia.MediaType))
			found = *p;
	}
	vec_free(&pools);
	return found;
}

static int free_media(int n, char **operands)
{
	int status = EXIT_OK;
	VEC(struct medium) moved = {0};
	for (int i = 0; i < n; i++) {
		struct medium m = resolve_medium(operands[i], -1, false);
		GUID pool = free_pool(&m.physical);
		if (wait_too && !i)
			work_before();
		DWORD code = MoveToNtmsMediaPool(session(), &m.physical, &pool);
		if (code)
			status = failed(code, "%s", operands[i]);
		else
			*vec_add(&moved) = m;
	}
	vec_each(m, &moved)
		if (wait_too && wait_work(&(GUID){0}, 1u << NTMS_LM_WRITESCRATCH, &m->physical, timeout))
			status = EXIT_FAILED;
	vec_free(&moved);
	return status;
}

const struct command cmd_media_free = {
	.name = "media free",
	.operands = "MEDIUM...",
	.min = 1,
	.max = -1,
	.opts = free_opts,
	.run = free_media,
	.summary = "Move media to the free pool of their type, erasing what is on them",
	.help = "A free label is written at their beginning, queued in the library. Allocated media are "
		"refused:\n"
		"deallocate them first.",
};

static int move(int n, char **operands)
{
	int status = EXIT_OK;
	GUID pool = resolve(operands[n - 1], NTMS_MEDIA_POOL);
	for (int i = 0; i < n - 1; i++) {
		struct medium m = resolve_medium(operands[i], -1, false);
		DWORD code = MoveToNtmsMediaPool(session(), &m.physical, &pool);
		if (code)
			status = failed(code, "%s", operands[i]);
	}
	return status;
}

const struct command cmd_media_move = {
	.name = "media move",
	.operands = "MEDIUM... POOL",
	.min = 2,
	.max = -1,
	.run = move,
	.summary = "Move media to another media pool",
};

/* ---- what the owner of a logical medium does ---- */

static const struct opt side_opts[] = {SIDE, {NULL}};

static int each_logical(int n, char **operands, DWORD (*call)(GUID *))
{
	int status = EXIT_OK;
	for (int i = 0; i < n; i++) {
		struct medium m = resolve_medium(operands[i], (int)side_number, true);
		if (guid_null(&m.logical)) {
			fprintf(stderr, "rsm: %s: %s is not allocated\n", command_name, operands[i]);
			status = EXIT_FAILED;
			continue;
		}
		DWORD code = call(&m.logical);
		if (code)
			status = failed(code, "%s", operands[i]);
	}
	return status;
}

static DWORD call_deallocate(GUID *id) { return DeallocateNtmsMedia(session(), id, 0); }
static DWORD call_complete(GUID *id) { return SetNtmsMediaComplete(session(), id); }
static int deallocate(int n, char **operands) { return each_logical(n, operands, call_deallocate); }
static int complete(int n, char **operands) { return each_logical(n, operands, call_complete); }

const struct command cmd_media_deallocate = {
	.name = "media deallocate",
	.operands = "MEDIUM...",
	.min = 1,
	.max = -1,
	.opts = side_opts,
	.run = deallocate,
	.summary = "Give allocated media back to their pool",
};
const struct command cmd_media_complete = {
	.name = "media complete",
	.operands = "MEDIUM...",
	.min = 1,
	.max = -1,
	.opts = side_opts,
	.run = complete,
	.summary = "Mark allocated media as fully written: they can't be mounted for writing any more",
};
