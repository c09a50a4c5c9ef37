/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * AllocateNtmsMedia and DeallocateNtmsMedia: every way to a medium, every refusal, and what is left of it
 * afterwards. */
#include "media_world.h"

#include <ntmsapi.h>
#include <string.h>

#define AVAILABLE NTMS_PARTSTATE_AVAILABLE
#define ALLOCATED NTMS_PARTSTATE_ALLOCATED
#define RESERVED NTMS_PARTSTATE_RESERVED
#define FREE NTMS_POOLTYPE_SCRATCH
#define FROMSCRATCH NTMS_ALLOCATE_FROMSCRATCH
#define TOSCRATCH NTMS_DEALLOCATE_TOSCRATCH
#define NOT_WAITING NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE

static struct AllocateNtmsMedia_out got;

#define ALLOCATE(who, ...)                                                                                   \
	(got = (struct AllocateNtmsMedia_out){0},                                                            \
	 CALL(who, AllocateNtmsMedia, &got, .call = guid_new(), __VA_ARGS__))

/* The medium behind what was got. */
static int64_t medium_got(void)
{
	return number("SELECT medium FROM side WHERE lmid=?", row_of(&got.medium));
}
static guid side_guid(int64_t medium, uint32_t n) { return guid_of(side_of(medium, n)); }
static int64_t pool_of(int64_t medium)
{
	return number("SELECT pool FROM physical_media WHERE id=?", medium);
}

static void own_media_come_before_free_ones(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);
	int64_t free1 = a_medium("F00001L8", lto, 0, FREE, AVAILABLE),
		own = a_medium("O00001L8", lto, 1, FREE, AVAILABLE);

	assert_int_equal(DO(root, MoveToNtmsMediaPool, .medium = guid_of(own), .pool = pool), 0);
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_true(medium_got() == own);
	assert_true(guid_eq(&got.allocatedFrom, &pool));
	assert_int_equal(side_state(side_of(own, 0)), ALLOCATED);
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_true(medium_got() == free1);
	assert_true(row_of(&got.allocatedFrom) == system_pool(FREE, lto));
	assert_true(pool_of(free1) == row_of(&pool));
	assert_int_equal(number("SELECT logical_count FROM media_pool WHERE id=?", row_of(&pool)), 2);
	assert_int_equal(number("SELECT media_count FROM media_pool WHERE id=?", row_of(&pool)), 2);
}

static void policy_decides_about_the_free_pool(void **state)
{
	guid pool = app_pool("\\A", lto, 0, 0, 0);

	a_medium("F00001L8", lto, 0, FREE, AVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
	assert_non_null(strstr(err.why, "policy"));
}

static void least_used_then_oldest(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);
	int64_t a = a_medium("A00001L8", lto, 0, FREE, AVAILABLE),
		b = a_medium("B00001L8", lto, 1, FREE, AVAILABLE),
		c = a_medium("C00001L8", lto, 2, FREE, AVAILABLE);

	OK(sql_do(t, e, "UPDATE side SET allocate_count=1 WHERE medium=?", "i", a));
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_true(medium_got() == b);
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_true(medium_got() == c);
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_true(medium_got() == a);
	assert_int_equal(number("SELECT allocate_count FROM side WHERE id=?", side_of(a, 0)), 2);
}

static void only_reachable_media_count(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	a_medium("B00001L8", lto, -1, FREE, AVAILABLE);
	OK(object_set_state(t, lib, NTMS_NOT_PRESENT, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
	OK(object_set_state(t, lib, NTMS_NEEDS_SERVICE, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
	OK(object_set_state(t, lib, NTMS_READY, e));
	OK(object_enable(t, lib, false, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
	OK(object_enable(t, lib, true, e));
	OK(medium_enable(t, m, false, "a test", e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
	OK(medium_enable(t, m, true, NULL, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), 0);
	assert_true(medium_got() == m);
}

static void arguments(void **state)
{
	guid pool = app_pool("\\A", lto, 0, 0, 0), upper = app_pool("\\U", 0, 0, 0, 0);

	assert_int_equal(ALLOCATE(root, .pool = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, AllocateNtmsMedia, .pool = pool), ERROR_INVALID_PARAMETER); /* no call */
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = 8), ERROR_INVALID_PARAMETER);
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_NEXT),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEXT),
			 ERROR_INVALID_PARAMETER); /* no medium */
	assert_int_equal(ALLOCATE(root, .pool = guid_new()), ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(ALLOCATE(root, .pool = guid_of(lib)), ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(ALLOCATE(root, .pool = upper), ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(ALLOCATE(root, .pool = guid_of(system_pool(FREE, lto))), ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(ALLOCATE(root, .pool = guid_of(system_pool(NTMS_POOLTYPE_IMPORT, lto))),
			 ERROR_INVALID_MEDIA_POOL);
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = guid_new()), ERROR_INVALID_MEDIA);
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = pool), ERROR_INVALID_MEDIA);
}

static void rights(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE),
		n = a_medium("B00001L8", lto, 1, NTMS_POOLTYPE_IMPORT, NTMS_PARTSTATE_IMPORT);

	grant(row_of(&pool), &user, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	assert_int_equal(ALLOCATE(user, .pool = pool), ERROR_ACCESS_DENIED);
	grant(row_of(&pool), &user, NTMS_CONTROL_ACCESS);
	grant(system_pool(FREE, lto), &other, NTMS_USE_ACCESS);
	assert_int_equal(ALLOCATE(user, .pool = pool), ERROR_ACCESS_DENIED);
	assert_non_null(strstr(err.why, "NTMS_USE_ACCESS"));
	assert_int_equal(ALLOCATE(user, .pool = pool, .side = side_guid(m, 0)), ERROR_ACCESS_DENIED);
	assert_int_equal(ALLOCATE(user, .pool = pool, .side = side_guid(n, 0)),
			 ERROR_ACCESS_DENIED); /* C on the import pool */
	grant(system_pool(FREE, lto), &user, NTMS_USE_ACCESS);
	assert_int_equal(ALLOCATE(user, .pool = pool), 0);
	grant(system_pool(NTMS_POOLTYPE_IMPORT, lto), &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(ALLOCATE(user, .pool = pool, .side = side_guid(n, 0)), 0);
}

static void a_free_pool_that_does_not_exist(void **state)
{
	int64_t dds = 0;
	guid pool;

	OK(media_type_find(t, "DDS", &dds, e));
	pool = app_pool("\\A", dds, FROMSCRATCH, 0, 0);
	assert_int_equal(ALLOCATE(root, .pool = pool), ERROR_DEVICE_NOT_AVAILABLE);
}

static void a_given_side(void **state)
{
	guid pool = app_pool("\\A", lto, 0, 0, 0), second = app_pool("\\B", lto, 0, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE),
		off = a_medium("B00001L8", lto, -1, FREE, AVAILABLE),
		odd = a_medium("C00001L8", lto, 1, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_FOREIGN),
		disc = a_medium("D00001", mo, 2, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(off, 0)), ERROR_MEDIA_OFFLINE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(odd, 0)), ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(disc, 0)), ERROR_MEDIA_INCOMPATIBLE);
	OK(medium_enable(t, m, false, "a test", e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), ERROR_MEDIA_NOT_AVAILABLE);
	OK(medium_enable(t, m, true, "", e));
	OK(object_enable(t, lib, false, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), ERROR_DEVICE_NOT_AVAILABLE);
	OK(object_enable(t, lib, true, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)),
			 0); /* whatever the policy says */
	assert_true(medium_got() == m);
	assert_true(row_of(&got.allocatedFrom) == system_pool(FREE, lto));
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), ERROR_MEDIA_UNAVAILABLE);
	assert_true(guid_is_null(&got.medium));
	assert_int_equal(DO(root, DeallocateNtmsMedia,
			    .medium = guid_of(number("SELECT lmid FROM side WHERE id=?", side_of(m, 0)))),
			 0);
	assert_int_equal(ALLOCATE(root, .pool = second, .side = side_guid(m, 0)),
			 0); /* from one application pool to another */
	assert_true(pool_of(m) == row_of(&second));
}

static void import_in_one_step(void **state)
{
	guid pool = app_pool("\\A", mo, 0, 0, 0);
	int64_t m = a_medium("M00001", mo, 0, NTMS_POOLTYPE_IMPORT, NTMS_PARTSTATE_IMPORT);

	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 1)), 0);
	assert_true(row_of(&got.allocatedFrom) == system_pool(NTMS_POOLTYPE_IMPORT, mo));
	assert_true(pool_of(m) == row_of(&pool));
	assert_int_equal(side_state(side_of(m, 1)), ALLOCATED);
	assert_int_equal(side_state(side_of(m, 0)),
			 NTMS_PARTSTATE_IMPORT); /* the flip side, until it is imported, too */
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), 0);
	assert_true(guid_eq(&got.allocatedFrom, &pool));
	assert_int_equal(side_state(side_of(m, 0)), ALLOCATED);
}

static void the_flip_side_stays_with_its_pool(void **state)
{
	guid pool = app_pool("\\A", mo, 0, 0, 0), second = app_pool("\\B", mo, 0, 0, 0);
	int64_t m = a_medium("M00001", mo, 0, NTMS_POOLTYPE_IMPORT, NTMS_PARTSTATE_IMPORT);

	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), 0);
	assert_int_equal(ALLOCATE(root, .pool = second, .side = side_guid(m, 1)), ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 1), .options = NTMS_ALLOCATE_NEW),
			 ERROR_MEDIA_UNAVAILABLE);
}

static void new_reserves_and_next_walks(void **state)
{
	guid pool = app_pool("\\A", mo, FROMSCRATCH, 0, 0), lmid;
	int64_t m = a_medium("M00001", mo, 0, FREE, AVAILABLE),
		lto_medium = a_medium("A00001L8", lto, 1, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW), 0);
	assert_true(medium_got() == m);
	assert_int_equal(side_state(side_of(m, 0)), ALLOCATED);
	assert_int_equal(side_state(side_of(m, 1)), RESERVED);
	lmid = got.medium;
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING),
			 ERROR_MEDIA_UNAVAILABLE); /* reserved is not available */
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = guid_new(), .options = NTMS_ALLOCATE_NEXT),
			 ERROR_INVALID_MEDIA);
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = guid_of(m), .options = NTMS_ALLOCATE_NEXT),
			 ERROR_INVALID_MEDIA);
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = lmid, .side = side_guid(lto_medium, 0),
				  .options = NTMS_ALLOCATE_NEXT),
			 ERROR_INVALID_MEDIA);
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = lmid, .options = NTMS_ALLOCATE_NEXT), 0);
	assert_true(medium_got() == m);
	assert_false(guid_eq(&got.medium, &lmid));
	assert_int_equal(side_state(side_of(m, 1)), ALLOCATED);
	lmid = got.medium;
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = lmid, .options = NTMS_ALLOCATE_NEXT),
			 ERROR_MEDIA_UNAVAILABLE);
}

static void next_needs_the_same_pool_online_and_enabled(void **state)
{
	guid pool = app_pool("\\A", mo, FROMSCRATCH, 0, 0), second = app_pool("\\B", mo, 0, 0, 0), lmid;
	int64_t m = a_medium("M00001", mo, 0, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW), 0);
	lmid = got.medium;
	assert_int_equal(ALLOCATE(root, .pool = second, .medium = lmid, .options = NTMS_ALLOCATE_NEXT),
			 ERROR_INVALID_MEDIA);
	OK(medium_enable(t, m, false, "a test", e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = lmid, .options = NTMS_ALLOCATE_NEXT),
			 ERROR_MEDIA_NOT_AVAILABLE);
	OK(medium_enable(t, m, true, "", e));
	OK(medium_lost(t, m, e));
	assert_int_equal(ALLOCATE(root, .pool = pool, .medium = lmid, .options = NTMS_ALLOCATE_NEXT),
			 ERROR_MEDIA_OFFLINE);
}

static void new_wants_a_medium_nobody_shares(void **state)
{
	guid pool = app_pool("\\A", mo, FROMSCRATCH, 0, 0);
	int64_t m = a_medium("M00001", mo, 0, FREE, AVAILABLE), n;

	assert_int_equal(ALLOCATE(root, .pool = pool), 0); /* one side only */
	assert_int_equal(side_state(side_of(m, 1)), AVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW | NOT_WAITING),
			 ERROR_MEDIA_UNAVAILABLE);
	n = a_medium("M00002", mo, 1, FREE, AVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW), 0);
	assert_true(medium_got() == n);
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_true(medium_got() == m);
}

static void the_same_call_twice_allocates_once(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0), call = guid_new(), first;
	struct AllocateNtmsMedia_out again = {0};
	enum wire_call which = CALL_COUNT;

	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	a_medium("B00001L8", lto, 1, FREE, AVAILABLE);
	assert_int_equal(CALL(root, AllocateNtmsMedia, &got, .pool = pool, .call = call), 0);
	first = got.medium;
	assert_int_equal(CALL(root, AllocateNtmsMedia, &again, .pool = pool, .call = call), 0);
	assert_true(guid_eq(&first, &again.medium));
	assert_true(guid_eq(&got.allocatedFrom, &again.allocatedFrom));
	again = (struct AllocateNtmsMedia_out){0};
	assert_int_equal(JOB(media_poll_call(t, &root, &call, &which, &again, e)), 0);
	assert_int_equal(which, CALL_AllocateNtmsMedia);
	assert_true(guid_eq(&first, &again.medium));
	assert_int_equal(JOB(media_poll_call(t, &user, &call, &which, &again, e)),
			 ERROR_OBJECT_NOT_FOUND); /* another's session */
	OK(media_end_call(t, &call, e));
	assert_int_equal(JOB(media_poll_call(t, &root, &call, &which, &again, e)), ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(number("SELECT count(*) FROM logical_media WHERE id<>?", 0), 1);
}

/* ---- giving back ---- */

static void deallocate_arguments_and_rights(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);

	a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium, .options = 1),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = guid_new()), ERROR_INVALID_MEDIA);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = guid_of(lib)), ERROR_INVALID_MEDIA);
	grant(row_of(&pool), &user, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	assert_int_equal(DO(user, DeallocateNtmsMedia, .medium = got.medium), ERROR_ACCESS_DENIED);
	grant(row_of(&pool), &user, NTMS_CONTROL_ACCESS);
	assert_int_equal(DO(user, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_int_equal(DO(user, DeallocateNtmsMedia, .medium = got.medium), ERROR_INVALID_MEDIA);
}

static void stays_in_its_pool_without_policy(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_int_equal(side_state(side_of(m, 0)), AVAILABLE);
	assert_true(pool_of(m) == row_of(&pool));
	assert_int_equal(number("SELECT logical_count FROM media_pool WHERE id=?", row_of(&pool)), 0);
}

static void returns_to_the_free_pool_through_a_label(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, TOSCRATCH, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	grant(row_of(&pool), &user, NTMS_CONTROL_ACCESS);
	grant(system_pool(FREE, lto), &other, NTMS_USE_ACCESS);
	assert_int_equal(DO(user, DeallocateNtmsMedia, .medium = got.medium), ERROR_ACCESS_DENIED);
	grant(system_pool(FREE, lto), &user, NTMS_USE_ACCESS);
	assert_int_equal(DO(user, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_int_equal(side_state(side_of(m, 0)), NTMS_PARTSTATE_UNPREPARED);
	assert_true(pool_of(m) == system_pool(FREE, lto));
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE op=18 AND state=0 AND medium=?", m),
			 1);
}

static void the_other_side_postpones_the_return(void **state)
{
	guid pool = app_pool("\\A", mo, FROMSCRATCH, TOSCRATCH, 0), first;
	int64_t m = a_medium("M00001", mo, 0, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW), 0);
	first = got.medium;
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEXT, .medium = first), 0);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = first), 0);
	assert_int_equal(side_state(side_of(m, 0)), AVAILABLE);
	assert_true(pool_of(m) == row_of(&pool));
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_true(pool_of(m) == system_pool(FREE, mo));
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE op=18 AND medium=?", m),
			 2); /* a label for each side */
}

static void reserved_sides_are_freed_with_the_last(void **state)
{
	guid pool = app_pool("\\A", mo, FROMSCRATCH, 0, 0);
	int64_t m = a_medium("M00001", mo, 0, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NTMS_ALLOCATE_NEW), 0);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_int_equal(side_state(side_of(m, 0)), AVAILABLE);
	assert_int_equal(side_state(side_of(m, 1)), AVAILABLE);
}

static void an_import_on_the_flip_side_is_never_given_away(void **state)
{
	guid pool = app_pool("\\A", mo, 0, TOSCRATCH, 0);
	int64_t m = a_medium("M00001", mo, 0, NTMS_POOLTYPE_IMPORT, NTMS_PARTSTATE_IMPORT);

	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), 0);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_true(pool_of(m) == row_of(&pool));
	assert_int_equal(side_state(side_of(m, 1)), NTMS_PARTSTATE_IMPORT);
}

static void decommissioned_after_so_many_allocations(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, TOSCRATCH, 2);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	OK(sql_do(t, e, "UPDATE side SET allocate_count=1 WHERE medium=?", "i", m));
	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0);
	assert_int_equal(side_state(side_of(m, 0)), NTMS_PARTSTATE_DECOMMISSIONED);
	assert_true(pool_of(m) == row_of(&pool)); /* where it was used up */
	assert_int_equal(ALLOCATE(root, .pool = pool, .side = side_guid(m, 0)), ERROR_MEDIA_UNAVAILABLE);
	assert_int_equal(ALLOCATE(root, .pool = pool, .options = NOT_WAITING), ERROR_MEDIA_UNAVAILABLE);
}

static void complete_and_only_complete_once(void **state)
{
	guid pool = app_pool("\\A", lto, FROMSCRATCH, 0, 0);
	int64_t m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);

	assert_int_equal(ALLOCATE(root, .pool = pool), 0);
	grant(row_of(&pool), &user, NTMS_USE_ACCESS);
	assert_int_equal(DO(root, SetNtmsMediaComplete, .medium = guid_null), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, SetNtmsMediaComplete, .medium = guid_new()), ERROR_INVALID_MEDIA);
	assert_int_equal(DO(user, SetNtmsMediaComplete, .medium = got.medium), ERROR_ACCESS_DENIED);
	OK(medium_state(t, m, NTMS_MEDIASTATE_LOADED, e));
	assert_int_equal(DO(root, SetNtmsMediaComplete, .medium = got.medium), ERROR_INVALID_STATE);
	OK(medium_state(t, m, NTMS_MEDIASTATE_IDLE, e));
	assert_int_equal(DO(root, SetNtmsMediaComplete, .medium = got.medium), 0);
	assert_int_equal(DO(root, SetNtmsMediaComplete, .medium = got.medium), ERROR_INVALID_STATE);
	assert_int_equal(DO(root, DeallocateNtmsMedia, .medium = got.medium), 0); /* the one way back */
	assert_int_equal(side_state(side_of(m, 0)), AVAILABLE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(own_media_come_before_free_ones),
		TEST(policy_decides_about_the_free_pool),
		TEST(least_used_then_oldest),
		TEST(only_reachable_media_count),
		TEST(arguments),
		TEST(rights),
		TEST(a_free_pool_that_does_not_exist),
		TEST(a_given_side),
		TEST(import_in_one_step),
		TEST(the_flip_side_stays_with_its_pool),
		TEST(new_reserves_and_next_walks),
		TEST(next_needs_the_same_pool_online_and_enabled),
		TEST(new_wants_a_medium_nobody_shares),
		TEST(the_same_call_twice_allocates_once),
		TEST(deallocate_arguments_and_rights),
		TEST(stays_in_its_pool_without_policy),
		TEST(returns_to_the_free_pool_through_a_label),
		TEST(the_other_side_postpones_the_return),
		TEST(reserved_sides_are_freed_with_the_last),
		TEST(an_import_on_the_flip_side_is_never_given_away),
		TEST(decommissioned_after_so_many_allocations),
		TEST(complete_and_only_complete_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
