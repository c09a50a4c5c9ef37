/* SPDX-License-Identifier: GPL-2.0-or-later
 * SetNtmsMediaComplete: the application will write no more. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 1, 1, .cartridges = 3}})

static NTMS_GUID pool;

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), side = side_of_logical(S, lmid);

	OUTCOME(SetNtmsMediaComplete, ERROR_INVALID_HANDLE, NULL, &lmid);
	OUTCOME(SetNtmsMediaComplete, ERROR_INVALID_PARAMETER, S, NULL);
	OUTCOME(SetNtmsMediaComplete, ERROR_INVALID_MEDIA, S, &unknown);
	OUTCOME(SetNtmsMediaComplete, ERROR_INVALID_MEDIA, S, &side);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void allocated_becomes_complete_once(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), drive;

	OUTCOME(SetNtmsMediaComplete, ERROR_SUCCESS, S, &lmid);
	assert_int_equal(NTMS_PARTSTATE_COMPLETE, side_state(S, side_of_logical(S, lmid)));
	OUTCOME(SetNtmsMediaComplete, ERROR_INVALID_STATE, S, &lmid);
	assert_int_equal(ERROR_WRITE_PROTECT,
			 MountNtmsMedia(S, &lmid, &drive, 1, NTMS_MOUNT_WRITE, 0, 1000, NULL));
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void not_while_it_is_mounted(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);

	mount_medium(S, lmid);
	OUTCOME(SetNtmsMediaComplete, ERROR_INVALID_STATE, S, &lmid);
	dismount_medium(S, lmid);
	OUTCOME(SetNtmsMediaComplete, ERROR_SUCCESS, S, &lmid);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void it_needs_control_on_the_pool(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(SetNtmsMediaComplete, ERROR_ACCESS_DENIED, guest, &lmid);
	grant(S, pool, NTMS_MEDIA_POOL, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(SetNtmsMediaComplete, ERROR_SUCCESS, guest, &lmid);
	OK(CloseNtmsSession(guest));
}

static int start_with_a_pool(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Complete");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(allocated_becomes_complete_once),
		cmocka_unit_test(not_while_it_is_mounted),
		cmocka_unit_test(it_needs_control_on_the_pool),
	};

	return RSM_TESTS(tests, start_with_a_pool, stop);
}
