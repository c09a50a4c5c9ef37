/* SPDX-License-Identifier: GPL-2.0-or-later
 * AllocateNtmsMedia: a side becomes an application's logical medium. */
#include "rsm_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIBRARY, TURNING }; /* the second one's media have two sides */
RSM_RIG(.library = {{"lib", 40, 2, 2, .cartridges = 30, .archives = 4},
		    {"turn", 12, 1, 0, .sides = 2, .cartridges = 8, .archives = 1}})

/* One search, no operator: what most of the tests want. */
static DWORD allocate(NTMS_GUID pool, NTMS_GUID *lmid)
{
	return AllocateNtmsMedia(S, &pool, NULL, lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
}

static DWORD allocate_side(NTMS_GUID pool, NTMS_GUID side, NTMS_GUID *lmid)
{
	return AllocateNtmsMedia(S, &pool, &side, lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
}

static NTMS_GUID type_of(NTMS_GUID pmid)
{
	return info(S, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaType;
}

static NTMS_GUID turning_pool(const char *name)
{
	return rig_pool_of(&rig, name, type_of(medium_named(S, rig_barcode(&rig, TURNING, 1))));
}

/* ---- arguments ---- */

static void it_needs_a_session(void **state)
{
	NTMS_GUID lmid = unknown, pool = rig_pool(&rig, "\\Session");
	HANDLE closed = OpenNtmsSessionA(rig.server, "gone", 0);

	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_HANDLE, NULL, &pool, NULL, &lmid, 0, 0, NULL);
	OK(CloseNtmsSession(closed));
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_HANDLE, closed, &pool, NULL, &lmid, 0, 0, NULL);
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE, &pool, NULL, &lmid, 0, 0,
		NULL);
}

static void it_needs_its_pointers(void **state)
{
	NTMS_GUID lmid, pool = rig_pool(&rig, "\\Pointers");
	NTMS_ALLOCATION_INFORMATION wrong_size = {.dwSize = sizeof wrong_size - 1};
	NTMS_ALLOCATION_INFORMATION reserved = {.dwSize = sizeof reserved, .lpReserved = &pool};

	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_PARAMETER, S, NULL, NULL, &lmid, 0, 0, NULL);
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_PARAMETER, S, &pool, NULL, NULL, 0, 0, NULL);
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_PARAMETER, S, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, &wrong_size);
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_PARAMETER, S, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, &reserved);
}

static void new_and_next_exclude_each_other(void **state)
{
	NTMS_GUID lmid = unknown, pool = rig_pool(&rig, "\\Options");

	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_PARAMETER, S, &pool, NULL, &lmid,
		NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_NEXT, 0, NULL);
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_PARAMETER, S, &pool, NULL, &lmid, 0x80, 0, NULL);
}

static void only_application_pools_are_acceptable(void **state)
{
	NTMS_GUID type = type_of(medium_named(S, rig_barcode(&rig, LIBRARY, 1))), lmid = unknown;

	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL, allocate(unknown, &lmid));
	assert_same(lmid, null_guid);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL, allocate(*LIB, &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL,
		   allocate(system_pool(S, NTMS_POOLTYPE_SCRATCH, type), &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL,
		   allocate(system_pool(S, NTMS_POOLTYPE_IMPORT, type), &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL,
		   allocate(system_pool(S, NTMS_POOLTYPE_FOREIGN, type), &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL,
		   allocate(top_pool(S, NTMS_POOLTYPE_APPLICATION), &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA_POOL,
		   allocate(rig_pool_of(&rig, "\\OfPools", null_guid), &lmid));
}

/* ---- rights ---- */

static void it_needs_control_on_the_pool(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Rights"), lmid = unknown;
	HANDLE guest = rig_session_as(&rig, "nobody");

	rig_available(&rig, LIBRARY, pool);
	OUTCOME(AllocateNtmsMedia, ERROR_ACCESS_DENIED, guest, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(AllocateNtmsMedia, ERROR_ACCESS_DENIED, guest, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	assert_same(lmid, null_guid);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, guest, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	OK(CloseNtmsSession(guest));
}

static void the_free_pool_needs_only_use(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\FreeRights"), lmid;
	NTMS_GUID medium = rig_free(&rig, LIBRARY), free_pool = pool_of(S, medium);
	struct descriptor before = get_security(S, free_pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	set_pool_policy(S, pool, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	grant(S, free_pool, NTMS_MEDIA_POOL, 65534, 0);
	OUTCOME(AllocateNtmsMedia, ERROR_ACCESS_DENIED, guest, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	grant(S, free_pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS);
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, guest, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	OK(SetNtmsObjectSecurity(S, &free_pool, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static void importing_needs_control_on_both_pools(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\ImportRights"), medium = rig_import(&rig, LIBRARY),
		  import = pool_of(S, medium);
	NTMS_GUID side = side_of(S, medium, 0), lmid;
	struct descriptor before = get_security(S, import, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(AllocateNtmsMedia, ERROR_ACCESS_DENIED, guest, &pool, &side, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	assert_int_equal(NTMS_PARTSTATE_IMPORT, side_state(S, side));
	assert_same(import, pool_of(S, medium));
	grant(S, import, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, guest, &pool, &side, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	OK(SetNtmsObjectSecurity(S, &import, NTMS_MEDIA_POOL, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

/* ---- the search ---- */

static void success_makes_a_logical_medium(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Success"), medium = rig_available(&rig, LIBRARY, pool),
		  side = side_of(S, medium, 0);
	NTMS_GUID lmid = unknown;
	NTMS_ALLOCATION_INFORMATION from = {.dwSize = sizeof from};
	object_info before = info(S, side, NTMS_PARTITION), after, logical;
	struct guid_list in_pool;

	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, NULL, &lmid, 0, 1000, &from);
	after = info(S, side, NTMS_PARTITION);
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, after.Info.Partition.State);
	assert_same(lmid, after.Info.Partition.LogicalMedia);
	assert_int_equal(before.Info.Partition.dwAllocateCount + 1, after.Info.Partition.dwAllocateCount);
	logical = info(S, lmid, NTMS_LOGICAL_MEDIA);
	assert_same(pool, logical.Info.LogicalMedia.MediaPool);
	assert_int_equal(1, logical.Info.LogicalMedia.dwNumberOfPartitions);
	assert_int_equal(1, info(S, pool, NTMS_MEDIA_POOL).Info.MediaPool.dwNumberOfLogicalMedia);
	in_pool = list(S, pool, NTMS_LOGICAL_MEDIA);
	assert_int_equal(1, in_pool.n);
	assert_same(lmid, in_pool.v[0]);
	assert_same(side, side_of_logical(S, lmid));
	assert_same(pool, from.AllocatedFrom);
}

static void the_pools_own_media_come_first_then_free_ones(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Order"), other = rig_free(&rig, LIBRARY),
		  own = rig_available(&rig, LIBRARY, pool);
	NTMS_GUID free_pool = pool_of(S, other), lmid;
	NTMS_ALLOCATION_INFORMATION from = {.dwSize = sizeof from};

	set_pool_policy(S, pool, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, NULL, &lmid, 0, 1000, &from);
	assert_same(own, medium_of_logical(S, lmid));
	assert_same(pool, from.AllocatedFrom);
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, NULL, &lmid, 0, 1000, &from);
	assert_same(free_pool, from.AllocatedFrom);
	assert_same(pool, pool_of(S, medium_of_logical(S, lmid)));
}

static void without_the_policy_the_free_pool_is_not_touched(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\NoDraw"), lmid = unknown, medium = rig_free(&rig, LIBRARY);

	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, allocate(pool, &lmid));
	assert_same(lmid, null_guid);
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, medium, 0));
}

static void the_least_used_then_the_oldest_is_taken(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Wear"), worn = rig_available(&rig, LIBRARY, pool), second, third,
		  lmid;

	lmid = allocate_from(S, pool);
	OK(DeallocateNtmsMedia(S, &lmid, 0)); /* used once now */
	second = rig_available(&rig, LIBRARY, pool);
	third = rig_available(&rig, LIBRARY, pool);
	assert_same(second, medium_of_logical(S, allocate_from(S, pool)));
	assert_same(third, medium_of_logical(S, allocate_from(S, pool)));
	assert_same(worn, medium_of_logical(S, allocate_from(S, pool)));
}

static void disabled_media_are_passed_over(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Disabled"), first = rig_available(&rig, LIBRARY, pool),
		  side = side_of(S, first, 0);
	NTMS_GUID lmid;

	disable_object(S, NTMS_PHYSICAL_MEDIA, first);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, allocate(pool, &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_NOT_AVAILABLE, allocate_side(pool, side, &lmid));
	enable_object(S, NTMS_PHYSICAL_MEDIA, first);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocate(pool, &lmid));
}

static void a_pool_whose_type_has_no_free_pool_cannot_draw(void **state)
{
	NTMS_GUID type = media_type_named(S, "LTO-1"), pool = rig_pool_of(&rig, "\\Discs", type), lmid;

	set_pool_policy(S, pool, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_DEVICE_NOT_AVAILABLE, allocate(pool, &lmid));
}

/* ---- a given side ---- */

static void a_given_side_is_the_one(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Given"), second, side, lmid;

	rig_available(&rig, LIBRARY, pool);
	second = rig_available(&rig, LIBRARY, pool);
	side = side_of(S, second, 0);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocate_side(pool, side, &lmid));
	assert_same(side, side_of_logical(S, lmid));
}

static void a_given_side_may_come_from_the_free_pool(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\GivenFree"), medium = rig_free(&rig, LIBRARY),
		  free_pool = pool_of(S, medium);
	NTMS_GUID side = side_of(S, medium, 0), lmid;
	NTMS_ALLOCATION_INFORMATION from = {.dwSize = sizeof from};

	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, &side, &lmid, 0, 0, &from);
	assert_same(side, side_of_logical(S, lmid));
	assert_same(pool, pool_of(S, medium));
	assert_same(free_pool, from.AllocatedFrom);
}

static void an_unsuitable_side_says_why(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Unsuitable"), foreign = side_of(S, rig_blank(&rig, LIBRARY), 0),
		  lmid = unknown;
	NTMS_GUID taken = rig_allocated(&rig, LIBRARY, pool);

	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, allocate_side(pool, foreign, &lmid));
	assert_same(lmid, null_guid);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE,
		   allocate_side(pool, side_of_logical(S, taken), &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA, allocate_side(pool, unknown, &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_INVALID_MEDIA, allocate_side(pool, *LIB, &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_INCOMPATIBLE,
		   allocate_side(pool, side_of(S, rig_free(&rig, TURNING), 0), &lmid));
}

static void an_offline_side_is_an_error(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Offline"), medium = rig_available(&rig, LIBRARY, pool),
		  side = side_of(S, medium, 0);
	NTMS_GUID lmid = unknown;

	operator_takes_out(&rig, LIBRARY, medium);
	assert_same(rig.offline, library_of(S, medium));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_OFFLINE, allocate_side(pool, side, &lmid));
	/* Only online media count in the search, too. */
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, allocate(pool, &lmid));
	assert_same(lmid, null_guid);
}

static void a_medium_is_imported_in_one_step(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Imported"), medium = rig_import(&rig, LIBRARY),
		  side = side_of(S, medium, 0), lmid;
	NTMS_GUID import = pool_of(S, medium);
	NTMS_ALLOCATION_INFORMATION from = {.dwSize = sizeof from};
	object_info before = info(S, side, NTMS_PARTITION), after;

	assert_int_equal(NTMS_PARTSTATE_IMPORT, before.Info.Partition.State);
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, &side, &lmid, 0, 0, &from);
	after = info(S, side, NTMS_PARTITION);
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, after.Info.Partition.State);
	assert_same(lmid, after.Info.Partition.LogicalMedia);
	assert_same(pool, pool_of(S, medium));
	assert_same(import, from.AllocatedFrom);
	assert_string_equal(before.Info.Partition.szOmidLabelType, after.Info.Partition.szOmidLabelType);
}

/* ---- media with two sides ---- */

static void each_side_can_be_a_logical_medium(void **state)
{
	NTMS_GUID pool = turning_pool("\\TwoSides"), medium = rig_available(&rig, TURNING, pool), a, b;

	a = allocate_from(S, pool);
	b = allocate_from(S, pool);
	assert_differ(a, b);
	assert_same(medium, medium_of_logical(S, a));
	assert_same(medium, medium_of_logical(S, b));
	assert_int_equal(0, info(S, side_of_logical(S, a), NTMS_PARTITION).Info.Partition.Side);
	assert_int_equal(1, info(S, side_of_logical(S, b), NTMS_PARTITION).Info.Partition.Side);
}

static void new_reserves_the_other_side_and_next_walks_to_it(void **state)
{
	NTMS_GUID pool = turning_pool("\\NewNext"), medium = rig_available(&rig, TURNING, pool),
		  first = unknown, walk, other;

	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, NULL, &first,
		NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, medium_side_state(S, medium, 0));
	assert_int_equal(NTMS_PARTSTATE_RESERVED, medium_side_state(S, medium, 1));
	/* Nobody else gets the reserved side, neither by search nor by name. */
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, allocate(pool, &other));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE,
		   allocate_side(pool, side_of(S, medium, 1), &other));
	walk = first;
	OUTCOME(AllocateNtmsMedia, ERROR_SUCCESS, S, &pool, NULL, &walk,
		NTMS_ALLOCATE_NEXT | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	assert_differ(walk, first);
	assert_same(medium, medium_of_logical(S, walk));
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, medium_side_state(S, medium, 1));
	/* No side is left, and the input stays. */
	other = walk;
	OUTCOME(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, S, &pool, NULL, &other,
		NTMS_ALLOCATE_NEXT | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	assert_same(walk, other);
}

static void next_starts_from_a_logical_medium(void **state)
{
	NTMS_GUID pool = turning_pool("\\NextInput"), first = unknown, lmid = unknown, elsewhere;

	rig_available(&rig, TURNING, pool);
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_MEDIA, S, &pool, NULL, &lmid, NTMS_ALLOCATE_NEXT, 0, NULL);
	assert_same(unknown, lmid);
	OK(AllocateNtmsMedia(S, &pool, NULL, &first, NTMS_ALLOCATE_NEW, 0, NULL));
	elsewhere = side_of(S, rig_available(&rig, TURNING, pool), 1);
	lmid = first;
	OUTCOME(AllocateNtmsMedia, ERROR_INVALID_MEDIA, S, &pool, &elsewhere, &lmid, NTMS_ALLOCATE_NEXT, 0,
		NULL);
	assert_same(first, lmid);
}

static void new_wants_a_medium_of_its_own(void **state)
{
	NTMS_GUID pool = turning_pool("\\Own"), shared, lmid;

	shared = rig_available(&rig, TURNING, pool);
	allocate_from(S, pool); /* side A of it, without NEW: B stays Available */
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, shared, 1));
	OUTCOME(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, S, &pool, NULL, &lmid,
		NTMS_ALLOCATE_NEW | NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocate(pool, &lmid));
	assert_same(shared, medium_of_logical(S, lmid));
}

static void reserved_sides_come_back_with_the_last_logical_medium(void **state)
{
	NTMS_GUID pool = turning_pool("\\Back"), medium = rig_available(&rig, TURNING, pool), lmid;

	OK(AllocateNtmsMedia(S, &pool, NULL, &lmid, NTMS_ALLOCATE_NEW, 0, NULL));
	assert_int_equal(NTMS_PARTSTATE_RESERVED, medium_side_state(S, medium, 1));
	OK(DeallocateNtmsMedia(S, &lmid, 0));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, medium, 0));
	assert_int_equal(NTMS_PARTSTATE_AVAILABLE, medium_side_state(S, medium, 1));
}

static void the_other_side_of_an_imported_medium_stays_in_import(void **state)
{
	NTMS_GUID pool = turning_pool("\\Flip"), medium = rig_import(&rig, TURNING),
		  a = side_of(S, medium, 0), lmid;
	NTMS_GUID b = side_of(S, medium, 1);

	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocate_side(pool, a, &lmid));
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, side_state(S, a));
	assert_int_equal(NTMS_PARTSTATE_IMPORT, side_state(S, b));
	/* It can't be used until it is imported, too. */
	OUTCOME_OF(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, allocate(pool, &lmid));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocate_side(pool, b, &lmid));
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, side_state(S, b));
}

/* ---- waiting for an operator ---- */

/* An allocation from an empty pool, which waits: its operator request. */
static struct allocation waiting(HANDLE session, NTMS_GUID pool, DWORD options, DWORD timeout)
{
	return (struct allocation){
		.session = session, .pool = pool, .medium = unknown, .options = options, .timeout = timeout};
}

static NTMS_GUID its_request(NTMS_GUID pool)
{
	NTMS_GUID request = null_guid;

	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &request));
	return request;
}

static void an_operator_is_asked_for_media(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Asked"), request, medium = rig_free(&rig, LIBRARY);
	struct allocation a = waiting(S, pool, 0, INFINITE);
	object_info o;

	allocation_start(&a);
	request = its_request(pool);
	o = info(S, request, NTMS_OPREQUEST);
	assert_int_equal(NTMS_MEDIA_POOL, o.Info.OpRequest.Arg1Type);
	assert_int_equal(NTMS_OPSTATE_SUBMITTED, o.Info.OpRequest.State);
	assert_string_equal("conformance", o.Info.OpRequest.szApplication);
	assert_true(strlen(o.Info.OpRequest.szMessage) > 0);
	OK(MoveToNtmsMediaPool(S, &medium, &pool));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocation_end(&a));
	assert_same(medium, medium_of_logical(S, a.medium));
	assert_same(pool, a.from.AllocatedFrom);
	assert_true(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN ||
		    oprequest_state(S, request) == NTMS_OPSTATE_COMPLETE);
}

static void completing_is_only_a_claim(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Claim"), request, again;
	struct allocation a = waiting(S, pool, 0, INFINITE);

	allocation_start(&a);
	request = its_request(pool);
	OK(SatisfyNtmsOperatorRequest(S, &request)); /* though there is no medium */
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
	again = its_request(pool); /* the search was repeated and asks anew */
	assert_differ(again, request);
	OK(CancelNtmsOperatorRequest(S, &again));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_CANCELLED, allocation_end(&a));
	assert_same(null_guid, a.medium);
}

static void a_medium_that_appears_by_itself_ends_the_wait(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Appears"), held = rig_allocated(&rig, LIBRARY, pool), request;
	NTMS_GUID medium = medium_of_logical(S, held);
	struct allocation a = waiting(S, pool, 0, INFINITE);

	allocation_start(&a);
	request = its_request(pool);
	OK(DeallocateNtmsMedia(S, &held, 0));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocation_end(&a));
	assert_same(medium, medium_of_logical(S, a.medium));
	assert_true(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN ||
		    oprequest_state(S, request) == NTMS_OPSTATE_COMPLETE);
}

static void free_media_end_the_wait_if_the_policy_lets_them(void **state)
{
	NTMS_GUID blank = rig_blank(&rig, TURNING), type = type_of(blank), pool = turning_pool("\\Drawn");
	NTMS_GUID free_pool = system_pool(S, NTMS_POOLTYPE_SCRATCH, type);
	struct allocation a = waiting(S, pool, 0, INFINITE);
	struct guid_list others = list(S, free_pool, NTMS_PHYSICAL_MEDIA);

	for (DWORD i = 0; i < others.n; i++) /* what other tests left there */
		disable_object(S, NTMS_PHYSICAL_MEDIA, others.v[i]);
	set_pool_policy(S, pool, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	allocation_start(&a);
	its_request(pool);
	OK(MoveToNtmsMediaPool(S, &blank, &free_pool)); /* its labels are written, then it is Available */
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocation_end(&a));
	assert_same(blank, medium_of_logical(S, a.medium));
	assert_same(free_pool, a.from.AllocatedFrom);
	for (DWORD i = 0; i < others.n; i++)
		enable_object(S, NTMS_PHYSICAL_MEDIA, others.v[i]);
}

static void a_refusal_is_cancelled(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Refused"), request;
	struct allocation a = waiting(S, pool, 0, INFINITE);

	allocation_start(&a);
	request = its_request(pool);
	OK(CancelNtmsOperatorRequest(S, &request));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_CANCELLED, allocation_end(&a));
	assert_same(null_guid, a.medium);
}

static void a_time_out_removes_the_request(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Late"), request = null_guid;
	struct allocation a = waiting(S, pool, 0, 400);

	allocation_start(&a);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_TIMEOUT, allocation_end(&a));
	assert_same(null_guid, a.medium);
	assert_false(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &request));
}

static void error_if_unavailable_asks_nobody(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Nobody"), request, lmid = unknown;

	OUTCOME(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, S, &pool, NULL, &lmid,
		NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, INFINITE, NULL);
	assert_same(null_guid, lmid);
	assert_false(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &request));
}

static void time_out_zero_waits(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Zero"), request, medium = rig_free(&rig, LIBRARY);
	struct allocation a = waiting(S, pool, 0, 0);

	allocation_start(&a);
	request = its_request(pool);
	assert_int_equal(NTMS_OPSTATE_SUBMITTED, oprequest_state(S, request));
	OK(MoveToNtmsMediaPool(S, &medium, &pool));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocation_end(&a));
}

static void closing_the_session_cancels_the_wait(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Closed"), request;
	struct allocation a = waiting(OpenNtmsSessionA(rig.server, "closing", 0), pool, 0, INFINITE);

	allocation_start(&a);
	request = its_request(pool);
	OK(CloseNtmsSession(a.session));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_CANCELLED, allocation_end(&a));
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
}

static void a_client_that_dies_leaves_no_wait(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Dead"), request;
	pid_t child = fork();

	if (child == 0) {
		NTMS_GUID lmid;
		HANDLE own = OpenNtmsSessionA(rig.server, "dying", 0);
		AllocateNtmsMedia(own, &pool, NULL, &lmid, 0, INFINITE, NULL);
		_exit(0);
	}
	request = its_request(pool);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
	/* What comes now is not given to the dead. */
	rig_available(&rig, LIBRARY, pool);
	allocate_from(S, pool);
}

static void one_medium_satisfies_one_of_two(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Two"), held = rig_allocated(&rig, LIBRARY, pool);
	HANDLE other = OpenNtmsSessionA(rig.server, "other", 0);
	struct allocation a = waiting(S, pool, 0, 3000), b = waiting(other, pool, 0, 3000);

	allocation_start(&a);
	allocation_start(&b);
	its_request(pool);
	OK(DeallocateNtmsMedia(S, &held, 0));
	allocation_end(&a);
	allocation_end(&b);
	assert_true((a.code == 0) != (b.code == 0));
	OUTCOME_OF(AllocateNtmsMedia, ERROR_TIMEOUT, a.code ? a.code : b.code);
	OK(CloseNtmsSession(other));
}

/* Only online media count: the operator may bring an offline one that would do. */
static void an_offline_medium_brought_back_ends_the_wait(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Brought"), medium = rig_available(&rig, LIBRARY, pool);
	object_info o = info(S, medium, NTMS_PHYSICAL_MEDIA);
	struct allocation a = waiting(S, pool, 0, INFINITE);

	operator_takes_out(&rig, LIBRARY, medium);
	allocation_start(&a);
	its_request(pool);
	operator_brings_back(&rig, LIBRARY, o.Info.PhysicalMedia.szBarCode);
	OUTCOME_OF(AllocateNtmsMedia, ERROR_SUCCESS, allocation_end(&a));
	assert_same(medium, medium_of_logical(S, a.medium));
}

/* The other reading of dwTimeout 0, as a setting. */
static void time_out_zero_can_be_set_to_search_once(void **state)
{
	struct rig polls;
	NTMS_GUID pool, lmid = unknown, request;

	rig_start(&polls, &(struct rig_options){.library[0] = {"lib", 4, 1, 1, .cartridges = 1},
						.settings = "zero-timeout = poll"});
	pool = rig_pool(&polls, "\\Zero");
	OUTCOME(AllocateNtmsMedia, ERROR_MEDIA_UNAVAILABLE, polls.session, &pool, NULL, &lmid, 0, 0, NULL);
	assert_same(null_guid, lmid);
	assert_false(find_oprequest(polls.session, NTMS_OPREQ_NEWMEDIA, pool, &request));
	rig_stop(&polls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session),
		cmocka_unit_test(it_needs_its_pointers),
		cmocka_unit_test(new_and_next_exclude_each_other),
		cmocka_unit_test(only_application_pools_are_acceptable),
		cmocka_unit_test(it_needs_control_on_the_pool),
		cmocka_unit_test(the_free_pool_needs_only_use),
		cmocka_unit_test(importing_needs_control_on_both_pools),
		cmocka_unit_test(success_makes_a_logical_medium),
		cmocka_unit_test(the_pools_own_media_come_first_then_free_ones),
		cmocka_unit_test(without_the_policy_the_free_pool_is_not_touched),
		cmocka_unit_test(the_least_used_then_the_oldest_is_taken),
		cmocka_unit_test(disabled_media_are_passed_over),
		cmocka_unit_test(a_pool_whose_type_has_no_free_pool_cannot_draw),
		cmocka_unit_test(a_given_side_is_the_one),
		cmocka_unit_test(a_given_side_may_come_from_the_free_pool),
		cmocka_unit_test(an_unsuitable_side_says_why),
		cmocka_unit_test(an_offline_side_is_an_error),
		cmocka_unit_test(a_medium_is_imported_in_one_step),
		cmocka_unit_test(each_side_can_be_a_logical_medium),
		cmocka_unit_test(new_reserves_the_other_side_and_next_walks_to_it),
		cmocka_unit_test(next_starts_from_a_logical_medium),
		cmocka_unit_test(new_wants_a_medium_of_its_own),
		cmocka_unit_test(reserved_sides_come_back_with_the_last_logical_medium),
		cmocka_unit_test(the_other_side_of_an_imported_medium_stays_in_import),
		cmocka_unit_test(an_operator_is_asked_for_media),
		cmocka_unit_test(completing_is_only_a_claim),
		cmocka_unit_test(a_medium_that_appears_by_itself_ends_the_wait),
		cmocka_unit_test(free_media_end_the_wait_if_the_policy_lets_them),
		cmocka_unit_test(a_refusal_is_cancelled),
		cmocka_unit_test(a_time_out_removes_the_request),
		cmocka_unit_test(error_if_unavailable_asks_nobody),
		cmocka_unit_test(time_out_zero_waits),
		cmocka_unit_test(closing_the_session_cancels_the_wait),
		cmocka_unit_test(a_client_that_dies_leaves_no_wait),
		cmocka_unit_test(one_medium_satisfies_one_of_two),
		cmocka_unit_test(an_offline_medium_brought_back_ends_the_wait),
		cmocka_unit_test(time_out_zero_can_be_set_to_search_once),
	};

	return RSM_TESTS(tests, start, stop);
}
