/* SPDX-License-Identifier: GPL-2.0-or-later
 * DeallocateNtmsMedia: a logical medium is given back. */
#include "rsm_test.h"

enum { LIBRARY, TURNING };
RSM_RIG(.library = {{"lib", 12, 2, 1, .cartridges = 7}, {"turn", 4, 1, 0, .sides = 2, .cartridges = 2}})

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, rig_pool(&rig, "\\Session"));

	OUTCOME(DeallocateNtmsMedia, ERROR_INVALID_HANDLE, NULL, &lmid, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_INVALID_PARAMETER, S, NULL, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_INVALID_PARAMETER, S, &lmid, 1); /* reserved */
}

static void it_needs_a_logical_medium(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, rig_pool(&rig, "\\Logical")),
		  side = side_of_logical(S, lmid);

	OUTCOME(DeallocateNtmsMedia, ERROR_INVALID_MEDIA, S, &unknown, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_INVALID_MEDIA, S, &side, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &lmid, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_INVALID_MEDIA, S, &lmid, 0); /* gone */
}

static void the_side_becomes_available_and_stays_in_the_pool(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Stays"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  side = side_of_logical(S, lmid);
	NTMS_GUID medium = medium_of_logical(S, lmid);

	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &lmid, 0);
	assert_false(exists(S, lmid, NTMS_LOGICAL_MEDIA));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, side_state(S, side));
	assert_same(null_guid, info(S, side, NTMS_PARTITION).Info.Partition.LogicalMedia);
	assert_same(pool, pool_of(S, medium));
	assert_int_equal(0, info(S, pool, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfLogicalMedia);
}

static void with_the_policy_it_returns_to_the_free_pool(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Returns"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  medium = medium_of_logical(S, lmid);
	NTMS_GUID type = info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaType;

	set_pool_policy(S, pool, 0, NTMS_DEALLOCATE_TOSCRATCH, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &lmid, 0);
	assert_same(system_pool(S, NTMS_POOLTYPE_SCRATCH, type), pool_of(S, medium));
	WAIT_UNTIL(medium_side_state(S, medium, 0) == NTMS_PARTSTATE_AVAILABLE); /* with a fresh label */
	WAIT_UNTIL(library_idle(S, *LIB));
}

static void it_returns_when_its_last_side_does(void **state)
{
	NTMS_GUID medium = rig_free(&rig, TURNING),
		  type = info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaType;
	NTMS_GUID pool = rig_pool_of(&rig, "\\LastSide", type), a, b;

	OK(MoveToNtmsMediaPool(S, &medium, &pool));
	set_pool_policy(S, pool, 0, NTMS_DEALLOCATE_TOSCRATCH, 0);
	a = allocate_from(S, pool);
	b = allocate_from(S, pool);
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &a, 0);
	assert_same(pool, pool_of(S, medium));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, medium, 0));
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &b, 0);
	assert_same(system_pool(S, NTMS_POOLTYPE_SCRATCH, type), pool_of(S, medium));
}

static void used_up_it_is_decommissioned(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\UsedUp"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  side = side_of_logical(S, lmid);
	DWORD count = info(S, side, NTMS_PARTITION).Info.Partition.dwAllocateCount;

	set_pool_policy(S, pool, 0, NTMS_DEALLOCATE_TOSCRATCH, count + 1);
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &lmid, 0); /* one more is allowed */
	set_pool_policy(S, pool, 0, 0, count);
	WAIT_UNTIL(side_state(S, side) == NTMS_PARTSTATE_AVAILABLE && library_idle(S, *LIB));
	OK(MoveToNtmsMediaPool(S, (NTMS_GUID[]){info(S, side, NTMS_PARTITION).Info.Partition.PhysicalMedia},
			       &pool));
	OK(AllocateNtmsMedia(S, &pool, &side, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL));
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &lmid, 0);
	assert_int_equal(NTMS_PARTSTATE_DECOMMISSIONED, side_state(S, side));
	/* never again */
	assert_int_equal(
		ERROR_MEDIA_UNAVAILABLE,
		AllocateNtmsMedia(S, &pool, &side, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL));
	assert_same(pool, pool_of(S, info(S, side, NTMS_PARTITION).Info.Partition.PhysicalMedia));
}

static void complete_media_are_given_back_too(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Completed"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  side = side_of_logical(S, lmid);

	OK(SetNtmsMediaComplete(S, &lmid));
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, S, &lmid, 0);
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, side_state(S, side));
}

static void it_needs_control_on_the_pool_and_use_on_the_free_one(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Rights"), lmid = rig_allocated(&rig, LIBRARY, pool),
		  medium = medium_of_logical(S, lmid);
	NTMS_GUID free_pool = system_pool(S, NTMS_POOLTYPE_SCRATCH,
					  info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaType);
	struct descriptor before = get_security(S, free_pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(DeallocateNtmsMedia, ERROR_ACCESS_DENIED, guest, &lmid, 0);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	set_pool_policy(S, pool, 0, NTMS_DEALLOCATE_TOSCRATCH, 0);
	grant(S, free_pool, NTMS_MEDIA_POOL, 65534, 0);
	OUTCOME(DeallocateNtmsMedia, ERROR_ACCESS_DENIED, guest, &lmid, 0);
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, medium_side_state(S, medium, 0));
	grant(S, free_pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	OUTCOME(DeallocateNtmsMedia, ERROR_SUCCESS, guest, &lmid, 0);
	OK(SetNtmsObjectSecurity(S, &free_pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(it_needs_a_logical_medium),
		cmocka_unit_test(the_side_becomes_available_and_stays_in_the_pool),
		cmocka_unit_test(with_the_policy_it_returns_to_the_free_pool),
		cmocka_unit_test(it_returns_when_its_last_side_does),
		cmocka_unit_test(used_up_it_is_decommissioned),
		cmocka_unit_test(complete_media_are_given_back_too),
		cmocka_unit_test(it_needs_control_on_the_pool_and_use_on_the_free_one),
	};

	return RSM_TESTS(tests, start, stop);
}
