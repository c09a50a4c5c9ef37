/* SPDX-License-Identifier: GPL-2.0-or-later
 * What each call says when the database fails, the disk is full, or memory runs out; and that it works once
 * that is over. One table for all functions, because the ways to bring it about are the same and cost a
 * daemon each. */
#include "rsm_test.h"

#include <errno.h>
#include <unistd.h>

enum { LIBRARY };

static struct rig rig;

/* Objects with which each call below would succeed. */
static NTMS_GUID pool, empty_pool, available, idle, mounted, medium, free_pool, disabled_drive, drive,
	changer;

static void prepare(bool small_disk)
{
	rig_start(&rig, &(struct rig_options){.library = {{"lib", 12, 3, 1, .cartridges = 6}},
					      .small_disk = small_disk});
	pool = rig_pool(&rig, "\\Full");
	empty_pool = rig_pool(&rig, "\\Empty");
	mounted = rig_allocated(&rig, LIBRARY, pool);
	mount_medium(S, mounted);
	idle = rig_allocated(&rig, LIBRARY, pool);
	available = rig_available(&rig, LIBRARY, pool);
	medium = rig_free(&rig, LIBRARY);
	free_pool = pool_of(S, medium);
	disabled_drive = drive_of(S, *LIB, 2);
	drive = drive_of(S, *LIB, 1);
	changer = list(S, *LIB, NTMS_CHANGER).v[0];
	disable_object(S, NTMS_DRIVE, disabled_drive);
	WAIT_UNTIL(library_idle(S, *LIB));
}

/* ---- the calls ---- */

static DWORD allocate(void)
{
	NTMS_GUID lmid;

	return AllocateNtmsMedia(S, &pool, NULL, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
}

static DWORD create(void)
{
	NTMS_GUID id;

	return CreateNtmsMediaPoolA(S, "\\New", NULL, NTMS_CREATE_NEW, NULL, &id);
}

static DWORD deallocate(void) { return DeallocateNtmsMedia(S, &idle, 0); }

static DWORD delete_pool(void) { return DeleteNtmsMediaPool(S, &empty_pool); }

static DWORD dismount(void) { return DismountNtmsMedia(S, &mounted, 1, 0); }

static DWORD mount_media(void)
{
	NTMS_GUID d;

	return MountNtmsMedia(S, &idle, &d, 1, NTMS_MOUNT_READ, 0, 30000, NULL);
}

static DWORD move(void) { return MoveToNtmsMediaPool(S, &medium, &empty_pool); }

static DWORD complete(void) { return SetNtmsMediaComplete(S, &idle); }

static DWORD eject(void)
{
	NTMS_GUID operation;

	return EjectNtmsMedia(S, &medium, &operation, NTMS_EJECT_START);
}

static DWORD inject(void)
{
	NTMS_GUID operation;

	return InjectNtmsMedia(S, LIB, &operation, NTMS_INJECT_START);
}

static DWORD disable(void) { return DisableNtmsObject(S, NTMS_DRIVE, &drive); }

static DWORD enable(void) { return EnableNtmsObject(S, NTMS_DRIVE, &disabled_drive); }

static DWORD get_information(void)
{
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_LIBRARY};

	return GetNtmsObjectInformationA(S, LIB, &i);
}

static DWORD set_information(void)
{
	static int n;
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_CHANGER};

	snprintf(i.szDescription, sizeof i.szDescription, "description number %d", n++);
	return SetNtmsObjectInformationA(S, &changer, &i);
}

static struct descriptor kept;

static DWORD set_security(void)
{
	return SetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, kept.bytes);
}

static DWORD read_security(void)
{
	BYTE b[1000];
	DWORD n;

	return GetNtmsObjectSecurity(S, &pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, b, sizeof b, &n);
}

static DWORD update_label(void)
{
	NTMS_FILESYSTEM_INFO fs = {u"UDF", u"Archive", 1};

	return UpdateNtmsOmidInfo(S, &idle, NTMS_OMID_TYPE_FILESYSTEM_INFO, sizeof fs, &fs);
}

static DWORD enumerate(void)
{
	NTMS_GUID v[50];
	DWORD n = 50;

	return EnumerateNtmsObject(S, LIB, v, &n, NTMS_STORAGESLOT, 0);
}

static DWORD pool_name(void)
{
	char name[100];
	DWORD n = sizeof name;

	return GetNtmsMediaPoolNameA(S, &pool, name, &n);
}

/* Harmless to repeat: reads, and writes of the same. */
enum { REPEATABLE = 1, FAILURE = 2, FULL = 4, MEMORY = 8 };

static const struct {
	const char *function;
	DWORD (*call)(void);
	int rows;
} calls[] = {
	{"SetNtmsObjectInformation", set_information, REPEATABLE | FAILURE | FULL | MEMORY},
	{"SetNtmsObjectSecurity", set_security, REPEATABLE | FAILURE | FULL},
	{"GetNtmsObjectInformation", get_information, REPEATABLE | MEMORY},
	{"EnumerateNtmsObject", enumerate, REPEATABLE | MEMORY},
	{"GetNtmsMediaPoolName", pool_name, REPEATABLE | MEMORY},
	{"UpdateNtmsOmidInfo", update_label, REPEATABLE | FAILURE},
	{"CreateNtmsMediaPool", create, FAILURE | FULL},
	{"AllocateNtmsMedia", allocate, FAILURE | FULL | MEMORY},
	{"InjectNtmsMedia", inject, FAILURE | FULL | MEMORY},
	{"EjectNtmsMedia", eject, FAILURE | FULL | MEMORY},
	{"MountNtmsMedia", mount_media, FAILURE | FULL | MEMORY},
	{"DismountNtmsMedia", dismount, FAILURE | FULL | MEMORY},
	{"MoveToNtmsMediaPool", move, FAILURE | FULL | MEMORY},
	{"DisableNtmsObject", disable, FAILURE},
	{"EnableNtmsObject", enable, FAILURE},
	{"SetNtmsMediaComplete", complete, FAILURE | FULL | MEMORY},
	{"DeallocateNtmsMedia", deallocate, FAILURE | FULL | MEMORY},
	{"DeleteNtmsMediaPool", delete_pool, FAILURE | MEMORY},
};
enum { CALLS = sizeof calls / sizeof *calls };

static void proves(const char *function, const char *name, DWORD want, DWORD got)
{
	outcome_(function, name, want, got, __FILE__, __LINE__);
}

/* Nothing was changed by what failed, and the daemon does its work. */
static void all_is_well_again(void)
{
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, side_state(S, side_of_logical(S, idle)));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, available, 0));
	assert_int_equal(NTMS_MEDIASTATE_LOADED, media_state(S, medium_of_logical(S, mounted)));
	assert_same(free_pool, pool_of(S, medium));
	assert_true(exists(S, empty_pool, NTMS_MEDIA_POOL));
	assert_true(is_enabled(S, drive, NTMS_DRIVE));
	assert_false(is_enabled(S, disabled_drive, NTMS_DRIVE));
	OK(create());
	OK(move());
	OK(allocate());
	dismount_medium(S, mounted);
	OK(deallocate());
	enable_object(S, NTMS_DRIVE, disabled_drive);
}

/* ---- the database ---- */

static void the_database_fails(void **state)
{
	prepare(false);
	kept = get_security(S, pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	rig_damage(&rig);
	for (int i = 0; i < CALLS; i++)
		if (calls[i].rows & FAILURE)
			proves(calls[i].function, "ERROR_DATABASE_FAILURE", ERROR_DATABASE_FAILURE,
			       calls[i].call());
	rig_repair(&rig);
	all_is_well_again();
	rig_stop(&rig);
}

static void a_query_fails(void **state)
{
	prepare(false);
	rig_sql(&rig, "PRAGMA legacy_alter_table=ON; ALTER TABLE security RENAME TO lost");
	OUTCOME_OF(GetNtmsObjectSecurity, ERROR_DATABASE_FAILURE, read_security());
	rig_sql(&rig, "PRAGMA legacy_alter_table=ON; ALTER TABLE lost RENAME TO security");
	OK(read_security());
	rig_stop(&rig);
}

static void the_disk_is_full(void **state)
{
	if (geteuid() != 0) {
		for (int i = 0; i < CALLS; i++)
			if (calls[i].rows & FULL)
				outcome_skipped_(calls[i].function, "ERROR_DATABASE_FULL",
						 "only root can mount a small disk");
		return;
	}
	prepare(true);
	kept = get_security(S, pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	rig_fill_disk(&rig);
	for (int i = 0; i < CALLS; i++) {
		DWORD code = 0;
		if (!(calls[i].rows & FULL))
			continue;
		while (set_information() == 0) /* what room is left in the log */
			;
		for (int n = 0; !code && n < (calls[i].rows & REPEATABLE ? 1000 : 1); n++)
			code = calls[i].call();
		proves(calls[i].function, "ERROR_DATABASE_FULL", ERROR_DATABASE_FULL, code);
	}
	rig_clear_disk(&rig);
	WAIT_UNTIL(set_information() == 0);
	all_is_well_again();
	rig_stop(&rig);
}

/* ---- memory of the client ---- */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
static void fail_allocation(long n) {}
#else
#define SANITIZED 0

/* The allocator of the whole program, the library's calls included. */
static _Thread_local long left = -1; /* allocations of this thread before one fails; -1: none does */
static _Thread_local bool failed;

static bool refuse(void)
{
	if (left < 0 || left-- > 0)
		return false;
	errno = ENOMEM;
	return failed = true;
}

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

void *malloc(size_t n) { return refuse() ? NULL : __libc_malloc(n); }

void *calloc(size_t n, size_t size) { return refuse() ? NULL : __libc_calloc(n, size); }

void *realloc(void *p, size_t n) { return refuse() ? NULL : __libc_realloc(p, n); }

static void fail_allocation(long n)
{
	left = n;
	failed = false;
}
#endif

static void memory_runs_out(void **state)
{
	if (SANITIZED) {
		for (int i = 0; i < CALLS; i++)
			if (calls[i].rows & MEMORY)
				outcome_skipped_(calls[i].function, "ERROR_NOT_ENOUGH_MEMORY",
						 "the sanitizer has the allocator");
		return;
	}
	prepare(false);
	for (int i = 0; i < CALLS; i++) {
		if (!(calls[i].rows & MEMORY))
			continue;
		/* The first allocation is before the server hears of the call. */
		fail_allocation(0);
		DWORD code = calls[i].call();
		fail_allocation(-1);
		proves(calls[i].function, "ERROR_NOT_ENOUGH_MEMORY", ERROR_NOT_ENOUGH_MEMORY, code);
	}
	all_is_well_again();
	rig_stop(&rig);
}

#if !SANITIZED
/* Each allocation of a call that may be repeated fails in turn: an error each time, never a crash or a lie.
 * (libcurl 7.88 forgets the query of a URL when its copy fails, so rsmd may miss a parameter.) */
static void memory_runs_out_anywhere(void **state)
{
	prepare(false);
	kept = get_security(S, pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	for (int i = 0; i < CALLS; i++) {
		if (!(calls[i].rows & REPEATABLE))
			continue;
		for (long n = 0;; n++) {
			DWORD code;
			bool hit;
			fail_allocation(n);
			code = calls[i].call();
			hit = failed;
			fail_allocation(-1);
			if (!hit) {
				assert_int_equal(0, code);
				break;
			}
			if (code != 0 && code != ERROR_NOT_ENOUGH_MEMORY && code != ERROR_NOT_CONNECTED &&
			    code != ERROR_INVALID_PARAMETER)
				fail_msg("%s: %u when allocation %ld fails", calls[i].function, code, n);
		}
	}
	rig_stop(&rig);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_database_fails),
		cmocka_unit_test(a_query_fails),
		cmocka_unit_test(the_disk_is_full),
		cmocka_unit_test(memory_runs_out),
#if !SANITIZED
		cmocka_unit_test(memory_runs_out_anywhere),
#endif
	};

	return RSM_TESTS(tests, NULL, NULL);
}
