/* SPDX-License-Identifier: GPL-2.0-or-later
 * SatisfyNtmsOperatorRequest: the operator has done it. What allocations and mounts do then stands in their
 * tests. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 2}})

static NTMS_GUID pool, medium;

/* An operator request that RSM posts: to bring a medium that is offline. */
static NTMS_GUID a_request(struct mount *m)
{
	NTMS_GUID request = null_guid;

	*m = (struct mount){
		S, {side_of(S, medium, 0)}, .count = 1, .options = NTMS_MOUNT_READ, .timeout = INFINITE};
	mount_start(m);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request));
	return request;
}

/* Ends the mount, whichever request it waits for now. */
static void end(struct mount *m)
{
	NTMS_GUID request;

	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_MOVEMEDIA, medium, &request) &&
		   CancelNtmsOperatorRequest(S, &request) == 0);
	assert_int_equal(ERROR_REQUEST_REFUSED, mount_end(m));
}

static void it_needs_a_session_and_a_request(void **state)
{
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_INVALID_HANDLE, NULL, &unknown);
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_INVALID_PARAMETER, S, NULL);
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &unknown);
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, LIB);
}

static void it_is_complete_and_that_once(void **state)
{
	struct mount m;
	NTMS_GUID request = a_request(&m);

	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_SUCCESS, S, &request);
	assert_true(oprequest_state(S, request) == NTMS_OPSTATE_COMPLETE ||
		    oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &request);
	end(&m);
}

static void a_refused_one_cannot_be_satisfied(void **state)
{
	struct mount m;
	NTMS_GUID request = a_request(&m);

	OK(CancelNtmsOperatorRequest(S, &request));
	assert_int_equal(ERROR_REQUEST_REFUSED, mount_end(&m));
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &request);
}

static void it_is_for_administrators(void **state)
{
	NTMS_GUID pc = computer(S), request;
	struct descriptor before = get_security(S, pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	struct mount m;

	request = a_request(&m);
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_ACCESS_DENIED, guest, &request);
	grant(S, pc, NTMS_COMPUTER, 65534, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	OUTCOME(SatisfyNtmsOperatorRequest, ERROR_SUCCESS, guest, &request);
	OK(SetNtmsObjectSecurity(S, &pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
	end(&m);
}

static int start_with_an_offline_medium(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Away");
	medium = rig_available(&rig, LIBRARY, pool);
	operator_takes_out(&rig, LIBRARY, medium);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_a_request),
		cmocka_unit_test(it_is_complete_and_that_once),
		cmocka_unit_test(a_refused_one_cannot_be_satisfied),
		cmocka_unit_test(it_is_for_administrators),
	};

	return RSM_TESTS(tests, start_with_an_offline_medium, stop);
}
