/* SPDX-License-Identifier: GPL-2.0-or-later
 * CancelNtmsOperatorRequest: the operator refuses. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 1}})

static NTMS_GUID pool;

static NTMS_GUID a_request(struct allocation *a)
{
	NTMS_GUID request = null_guid;

	*a = (struct allocation){.session = S, .pool = pool, .timeout = INFINITE};
	allocation_start(a);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &request));
	return request;
}

static void it_needs_a_session_and_a_request(void **state)
{
	OUTCOME(CancelNtmsOperatorRequest, ERROR_INVALID_HANDLE, NULL, &unknown);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_INVALID_PARAMETER, S, NULL);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &unknown);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, LIB);
}

static void it_is_refused_and_stays_for_a_while(void **state)
{
	struct allocation a;
	NTMS_GUID request = a_request(&a);
	struct request_wait w = {.session = S, .request = request, .timeout = INFINITE};

	request_wait_start(&w);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_SUCCESS, S, &request);
	assert_int_equal(ERROR_CANCELLED, allocation_end(&a));
	assert_int_equal(ERROR_CANCELLED, request_wait_end(&w));
	assert_int_equal(NTMS_OPSTATE_REFUSED, oprequest_state(S, request));
	OUTCOME(CancelNtmsOperatorRequest, ERROR_INVALID_STATE, S, &request);
}

static void finished_ones_go_when_their_time_is_over(void **state)
{
	object_info i = info(S, computer(S), NTMS_COMPUTER), was = i;
	struct allocation a;
	NTMS_GUID request = a_request(&a);

	OK(CancelNtmsOperatorRequest(S, &request));
	allocation_end(&a);
	i.Info.Computer.dwOpRequestPurgeTime = 0;
	set_info(S, &i);
	WAIT_UNTIL(oprequest_state(S, request) == NTMS_OPSTATE_UNKNOWN);
	set_info(S, &was);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_OBJECT_NOT_FOUND, S, &request);
}

static void it_is_for_administrators(void **state)
{
	NTMS_GUID pc = computer(S), request;
	struct descriptor before = get_security(S, pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION);
	HANDLE guest = rig_session_as(&rig, "nobody");
	struct allocation a;

	request = a_request(&a);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_ACCESS_DENIED, guest, &request);
	grant(S, pc, NTMS_COMPUTER, 65534, NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	OUTCOME(CancelNtmsOperatorRequest, ERROR_SUCCESS, guest, &request);
	assert_int_equal(ERROR_CANCELLED, allocation_end(&a));
	OK(SetNtmsObjectSecurity(S, &pc, NTMS_COMPUTER, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

static int start_with_a_pool(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Empty");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_a_request),
		cmocka_unit_test(it_is_refused_and_stays_for_a_while),
		cmocka_unit_test(finished_ones_go_when_their_time_is_over),
		cmocka_unit_test(it_is_for_administrators),
	};

	return RSM_TESTS(tests, start_with_a_pool, stop);
}
