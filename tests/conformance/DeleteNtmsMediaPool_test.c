/* SPDX-License-Identifier: GPL-2.0-or-later
 * DeleteNtmsMediaPool: empty application pools only. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 2}})

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Session");

	OUTCOME(DeleteNtmsMediaPool, ERROR_INVALID_HANDLE, NULL, &pool);
	OUTCOME(DeleteNtmsMediaPool, ERROR_INVALID_PARAMETER, S, NULL);
}

static void only_application_pools(void **state)
{
	NTMS_GUID type = info(S, medium_named(S, rig_barcode(&rig, LIBRARY, 1)), NTMS_PHYSICAL_MEDIA)
				 .Info.PhysicalMedia.MediaType;
	NTMS_GUID pools[] = {unknown,
			     *LIB,
			     root_pool(S),
			     top_pool(S, NTMS_POOLTYPE_SCRATCH),
			     top_pool(S, NTMS_POOLTYPE_FOREIGN),
			     top_pool(S, NTMS_POOLTYPE_IMPORT),
			     top_pool(S, NTMS_POOLTYPE_APPLICATION),
			     system_pool(S, NTMS_POOLTYPE_SCRATCH, type),
			     system_pool(S, NTMS_POOLTYPE_FOREIGN, type),
			     system_pool(S, NTMS_POOLTYPE_IMPORT, type)};

	for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
		OUTCOME(DeleteNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, S, &pools[i]);
}

static void only_empty_pools(void **state)
{
	NTMS_GUID parent = rig_pool_of(&rig, "\\Parent", null_guid),
		  child = rig_pool(&rig, "\\Parent\\Child");
	NTMS_GUID medium = rig_available(&rig, LIBRARY, child);
	NTMS_GUID free_pool = system_pool(S, NTMS_POOLTYPE_SCRATCH,
					  info(S, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaType);

	OUTCOME(DeleteNtmsMediaPool, ERROR_NOT_EMPTY, S, &parent);
	OUTCOME(DeleteNtmsMediaPool, ERROR_NOT_EMPTY, S, &child);
	OK(MoveToNtmsMediaPool(S, &medium, &free_pool));
	OUTCOME(DeleteNtmsMediaPool, ERROR_SUCCESS, S, &child);
	assert_false(exists(S, child, NTMS_MEDIA_POOL));
	OUTCOME(DeleteNtmsMediaPool, ERROR_INVALID_MEDIA_POOL, S, &child);
	OUTCOME(DeleteNtmsMediaPool, ERROR_SUCCESS, S, &parent);
	rig_pool(&rig, "\\Parent"); /* the name is free again */
}

static void it_needs_modify(void **state)
{
	HANDLE guest = rig_session_as(&rig, "nobody");
	NTMS_GUID pool = rig_pool(&rig, "\\Rights");

	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	OUTCOME(DeleteNtmsMediaPool, ERROR_ACCESS_DENIED, guest, &pool);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_MODIFY_ACCESS);
	OUTCOME(DeleteNtmsMediaPool, ERROR_SUCCESS, guest, &pool);
	OK(CloseNtmsSession(guest));
}

static void who_waits_for_media_of_it_is_told(void **state)
{
	NTMS_GUID pool = rig_pool(&rig, "\\Awaited"), request;
	struct allocation a = {.session = S, .pool = pool, .timeout = INFINITE};

	allocation_start(&a);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &request));
	if (DeleteNtmsMediaPool(S, &pool) == 0) {
		assert_int_equal(ERROR_INVALID_MEDIA_POOL, allocation_end(&a));
	} else { /* or it counts as in use as long */
		OK(CancelNtmsOperatorRequest(S, &request));
		assert_int_equal(ERROR_CANCELLED, allocation_end(&a));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(only_application_pools),
		cmocka_unit_test(only_empty_pools),
		cmocka_unit_test(it_needs_modify),
		cmocka_unit_test(who_waits_for_media_of_it_is_told),
	};

	return RSM_TESTS(tests, start, stop);
}
