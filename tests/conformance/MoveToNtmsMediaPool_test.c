/* SPDX-License-Identifier: GPL-2.0-or-later
 * MoveToNtmsMediaPool: a whole medium changes its pool, by the rules. */
#include "rsm_test.h"

enum { LIBRARY, TURNING };
RSM_RIG(.library = {{"lib", 24, 2, 1, .cartridges = 14, .archives = 3},
		    {"turn", 6, 1, 0, .sides = 2, .cartridges = 3}})

static NTMS_GUID type, free_pool, import, foreign;

static DWORD move(NTMS_GUID medium, NTMS_GUID pool) { return MoveToNtmsMediaPool(S, &medium, &pool); }

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID medium = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME(MoveToNtmsMediaPool, ERROR_INVALID_HANDLE, NULL, &medium, &free_pool);
	OUTCOME(MoveToNtmsMediaPool, ERROR_INVALID_PARAMETER, S, NULL, &free_pool);
	OUTCOME(MoveToNtmsMediaPool, ERROR_INVALID_PARAMETER, S, &medium, NULL);
}

static void it_needs_a_medium_and_a_pool(void **state)
{
	NTMS_GUID medium = medium_named(S, rig_barcode(&rig, LIBRARY, 1));

	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA, move(unknown, free_pool));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA, move(side_of(S, medium, 0), free_pool));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(medium, unknown));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(medium, *LIB));
}

static void into_the_free_pool_a_label_is_written_first(void **state)
{
	NTMS_GUID medium = rig_blank(&rig, LIBRARY), side = side_of(S, medium, 0), request;
	object_info o;

	assert_int_equal(NTMS_PARTSTATE_FOREIGN, side_state(S, side));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium, free_pool));
	assert_same(free_pool, pool_of(S, medium));
	assert_true(find_request(S, *LIB, NTMS_LM_WRITESCRATCH, medium, &request));
	WAIT_UNTIL(request_state(S, request) == NTMS_LM_PASSED);
	o = info(S, side, NTMS_PARTITION);
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, o.Info.Partition.State);
	assert_true(o.Info.Partition.dwOmidLabelIdLength > 0);
	assert_true(strlen(o.Info.Partition.szOmidLabelType) > 0);
}

static void until_the_label_is_there_it_is_unprepared(void **state)
{
	NTMS_GUID medium = rig_blank(&rig, LIBRARY), pool = rig_pool(&rig, "\\Early"), lmid,
		  side = side_of(S, medium, 0);
	NTMS_GUID held[2] = {rig_allocated(&rig, LIBRARY, pool), rig_allocated(&rig, LIBRARY, pool)};

	mount_medium(S, held[0]);
	mount_medium(S, held[1]); /* no drive to write it in */
	OK(move(medium, free_pool));
	assert_int_equal(NTMS_PARTSTATE_UNPREPARED, side_state(S, side));
	assert_int_equal(
		ERROR_MEDIA_UNAVAILABLE,
		AllocateNtmsMedia(S, &pool, &side, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL));
	dismount_medium(S, held[0]);
	dismount_medium(S, held[1]);
	WAIT_UNTIL(side_state(S, side) == NTMS_PARTSTATE_AVAILABLE);
}

static void a_write_protected_one_stays_unprepared(void **state)
{
	NTMS_GUID medium, request;

	operator_adds(&rig, "PROTECL8", LIBRARY, "slots/0024", "protected");
	OK(InventoryNtmsLibrary(S, LIB, NTMS_INVENTORY_FAST));
	WAIT_UNTIL(find_medium(S, "PROTECL8", &medium) && library_idle(S, *LIB) && medium_idle(S, medium));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium, free_pool));
	assert_true(find_request(S, *LIB, NTMS_LM_WRITESCRATCH, medium, &request));
	WAIT_UNTIL(request_state(S, request) == NTMS_LM_FAILED);
	assert_int_equal(ERROR_WRITE_PROTECT, info(S, request, NTMS_LIBREQUEST).Info.LibRequest.dwErrorCode);
	assert_int_equal(NTMS_PARTSTATE_UNPREPARED, medium_side_state(S, medium, 0));
}

static void import_media_become_free_too(void **state)
{
	NTMS_GUID medium = rig_import(&rig, LIBRARY);

	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium, free_pool));
	WAIT_UNTIL(medium_side_state(S, medium, 0) == NTMS_PARTSTATE_AVAILABLE);
}

static void both_sides_are_labelled(void **state)
{
	NTMS_GUID medium = rig_free(&rig, TURNING);
	object_info a = info(S, side_of(S, medium, 0), NTMS_PARTITION),
		    b = info(S, side_of(S, medium, 1), NTMS_PARTITION);

	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, a.Info.Partition.State);
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, b.Info.Partition.State);
	assert_memory_not_equal(a.Info.Partition.OmidLabelId, b.Info.Partition.OmidLabelId,
				sizeof a.Info.Partition.OmidLabelId);
}

/* Source and destination, as the table of movement rules has them. */
static void what_is_not_allowed_is_refused(void **state)
{
	NTMS_GUID application = rig_pool(&rig, "\\Taken"),
		  of_pools = rig_pool_of(&rig, "\\OfPools", null_guid);
	NTMS_GUID blank = rig_blank(&rig, LIBRARY), archive = rig_import(&rig, LIBRARY),
		  available = rig_free(&rig, LIBRARY);
	NTMS_GUID taken = medium_of_logical(S, rig_allocated(&rig, LIBRARY, application));

	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(blank, application));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(blank, import));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(archive, application));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(archive, foreign));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(available, import));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(available, foreign));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(available, of_pools));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, move(available, root_pool(S)));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_INVALID_MEDIA_POOL,
		   move(taken, free_pool)); /* a side is Allocated */
	assert_same(application, pool_of(S, taken));
}

static void between_application_pools_and_back_to_free(void **state)
{
	NTMS_GUID one = rig_pool(&rig, "\\One"), two = rig_pool(&rig, "\\Two"),
		  medium = rig_free(&rig, LIBRARY);

	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium, one));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, medium, 0));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium, two));
	assert_same(two, pool_of(S, medium));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, medium, 0));
	assert_int_equal(0, info(S, one, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfPhysicalMedia);
	assert_int_equal(1, info(S, two, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfPhysicalMedia);
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium, free_pool));
	WAIT_UNTIL(medium_side_state(S, medium, 0) == NTMS_PARTSTATE_AVAILABLE && library_idle(S, *LIB));
}

static void its_allocated_sides_go_with_it(void **state)
{
	NTMS_GUID one = rig_pool(&rig, "\\From"), two = rig_pool(&rig, "\\To"),
		  lmid = rig_allocated(&rig, LIBRARY, one);

	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium_of_logical(S, lmid), two));
	assert_same(two, info(S, lmid, NTMS_LOGICAL_MEDIA).Info.LogicalMedia.MediaPool);
	assert_int_equal(0, info(S, one, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfLogicalMedia);
	assert_int_equal(1, info(S, two, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfLogicalMedia);
}

static void the_media_type_must_be_the_pools(void **state)
{
	NTMS_GUID other = rig_pool_of(&rig, "\\OtherType", media_type_named(S, "LTO-1")),
		  medium = rig_free(&rig, LIBRARY);

	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_MEDIA_INCOMPATIBLE, move(medium, other));
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_MEDIA_INCOMPATIBLE, move(rig_blank(&rig, TURNING), free_pool));
}

static void a_side_in_use_is_busy(void **state)
{
	NTMS_GUID one = rig_pool(&rig, "\\Used"), two = rig_pool(&rig, "\\Unused"),
		  lmid = rig_allocated(&rig, LIBRARY, one);

	mount_medium(S, lmid);
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_BUSY, move(medium_of_logical(S, lmid), two));
	dismount_medium(S, lmid);
	OUTCOME_OF(MoveToNtmsMediaPool, ERROR_SUCCESS, move(medium_of_logical(S, lmid), two));
}

static void it_needs_control_on_both_use_on_a_free_pool(void **state)
{
	NTMS_GUID one = rig_pool(&rig, "\\Source"), two = rig_pool(&rig, "\\Destination"),
		  medium = rig_available(&rig, LIBRARY, one);
	HANDLE guest = rig_session_as(&rig, "nobody");
	struct descriptor before = get_security(S, free_pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);

	grant(S, one, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(MoveToNtmsMediaPool, ERROR_ACCESS_DENIED, guest, &medium, &two);
	grant(S, two, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	grant(S, one, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(MoveToNtmsMediaPool, ERROR_ACCESS_DENIED, guest, &medium, &two);
	grant(S, one, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(MoveToNtmsMediaPool, ERROR_SUCCESS, guest, &medium, &two);
	grant(S, free_pool, NTMS_MEDIA_POOL, 65534, 0);
	OUTCOME(MoveToNtmsMediaPool, ERROR_ACCESS_DENIED, guest, &medium, &free_pool);
	grant(S, free_pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	OUTCOME(MoveToNtmsMediaPool, ERROR_SUCCESS, guest, &medium, &free_pool);
	WAIT_UNTIL(medium_side_state(S, medium, 0) == NTMS_PARTSTATE_AVAILABLE && medium_idle(S, medium));
	OUTCOME(MoveToNtmsMediaPool, ERROR_SUCCESS, guest, &medium, &one);
	OK(SetNtmsObjectSecurity(S, &free_pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static int start_with_pools(void **state)
{
	start(state);
	type = info(S, medium_named(S, rig_barcode(&rig, LIBRARY, 1)), NTMS_PHYSICAL_MEDIA)
		       .Info.PhysicalMedia.MediaType;
	free_pool = system_pool(S, NTMS_POOLTYPE_SCRATCH, type);
	import = system_pool(S, NTMS_POOLTYPE_IMPORT, type);
	foreign = system_pool(S, NTMS_POOLTYPE_FOREIGN, type);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(it_needs_a_medium_and_a_pool),
		cmocka_unit_test(into_the_free_pool_a_label_is_written_first),
		cmocka_unit_test(until_the_label_is_there_it_is_unprepared),
		cmocka_unit_test(a_write_protected_one_stays_unprepared),
		cmocka_unit_test(import_media_become_free_too),
		cmocka_unit_test(both_sides_are_labelled),
		cmocka_unit_test(what_is_not_allowed_is_refused),
		cmocka_unit_test(between_application_pools_and_back_to_free),
		cmocka_unit_test(its_allocated_sides_go_with_it),
		cmocka_unit_test(the_media_type_must_be_the_pools),
		cmocka_unit_test(a_side_in_use_is_busy),
		cmocka_unit_test(it_needs_control_on_both_use_on_a_free_pool),
	};

	return RSM_TESTS(tests, start_with_pools, stop);
}
