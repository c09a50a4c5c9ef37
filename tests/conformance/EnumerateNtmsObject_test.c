/* SPDX-License-Identifier: GPL-2.0-or-later
 * EnumerateNtmsObject: what there is, and in what. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 2, 2, .cartridges = 4, .archives = 1}, {"other", 4, 1, 1, .cartridges = 1}})

static NTMS_GUID pool, lmid, pmid, side, oprequest;

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID v[4];
	DWORD n = 4;

	OUTCOME(EnumerateNtmsObject, ERROR_INVALID_HANDLE, NULL, NULL, v, &n, NTMS_LIBRARY, 0);
	OUTCOME(EnumerateNtmsObject, ERROR_INVALID_PARAMETER, S, NULL, v, NULL, NTMS_LIBRARY, 0);
	OUTCOME(EnumerateNtmsObject, ERROR_INVALID_PARAMETER, S, NULL, NULL, &n, NTMS_LIBRARY, 0);
}

static void types_and_options_have_their_range(void **state)
{
	NTMS_GUID v[4];
	DWORD n = 4;

	OUTCOME(EnumerateNtmsObject, ERROR_INVALID_PARAMETER, S, NULL, v, &n, NTMS_NUMBER_OF_OBJECT_TYPES, 0);
	OUTCOME(EnumerateNtmsObject, ERROR_INVALID_PARAMETER, S, NULL, v, &n, NTMS_UNKNOWN, 0);
	OUTCOME(EnumerateNtmsObject, ERROR_INVALID_PARAMETER, S, NULL, v, &n, NTMS_MEDIA_POOL, 2);
}

static void room_is_counted(void **state)
{
	NTMS_GUID v[3] = {unknown, unknown, unknown};
	DWORD n = 0;

	OUTCOME(EnumerateNtmsObject, ERROR_INSUFFICIENT_BUFFER, S, NULL, NULL, &n, NTMS_STORAGESLOT, 0);
	assert_int_equal(12, n);
	n = 2;
	OUTCOME(EnumerateNtmsObject, ERROR_INSUFFICIENT_BUFFER, S, NULL, v, &n, NTMS_STORAGESLOT, 0);
	assert_int_equal(12, n);
	/* truncated: as many as fit, not one more */
	assert_differ(unknown, v[0]);
	assert_differ(unknown, v[1]);
	assert_same(unknown, v[2]);
}

static void nothing_to_list_is_success(void **state)
{
	NTMS_GUID v[3], empty = rig_pool(&rig, "\\Nothing");
	DWORD n = 3;

	OUTCOME(EnumerateNtmsObject, ERROR_SUCCESS, S, &empty, v, &n, NTMS_PHYSICAL_MEDIA, 0);
	assert_int_equal(0, n);
	OUTCOME(EnumerateNtmsObject, ERROR_SUCCESS, S, &empty, NULL, &n, NTMS_PHYSICAL_MEDIA, 0);
	n = 3;
	OUTCOME(EnumerateNtmsObject, ERROR_SUCCESS, S, NULL, v, &n, NTMS_IEDOOR, 0);
	assert_int_equal(0, n);
}

static void an_unknown_container_is_not_found(void **state)
{
	NTMS_GUID v[3];
	DWORD n = 3;

	OUTCOME(EnumerateNtmsObject, ERROR_OBJECT_NOT_FOUND, S, &unknown, v, &n, NTMS_DRIVE, 0);
}

/* The table of containers, cell by cell. */
static void each_type_has_its_containers(void **state)
{
	enum { NONE, IN_LIBRARY, IN_POOL, IN_SIDE, IN_LOGICAL, IN_PHYSICAL, KINDS };
	static const struct {
		DWORD type;
		bool in[KINDS];
	} table[] = {
		{NTMS_CHANGER, {true, true}},
		{NTMS_DRIVE, {true, true}},
		{NTMS_IEDOOR, {true, true}},
		{NTMS_IEPORT, {true, true}},
		{NTMS_STORAGESLOT, {true, true}},
		{NTMS_LIBREQUEST, {true, true}},
		{NTMS_CHANGER_TYPE, {true}},
		{NTMS_DRIVE_TYPE, {true}},
		{NTMS_COMPUTER, {true}},
		{NTMS_LIBRARY, {true}},
		{NTMS_OPREQUEST, {true}},
		{NTMS_LOGICAL_MEDIA, {true, false, true, true}},
		{NTMS_MEDIA_POOL, {true, false, true}},
		{NTMS_MEDIA_TYPE, {true, true}},
		{NTMS_PARTITION, {true, false, true, false, true, true}},
		{NTMS_PHYSICAL_MEDIA, {true, true, true}},
	};
	NTMS_GUID containers[KINDS] = {null_guid, *LIB, pool, side, lmid, pmid};

	for (size_t t = 0; t < sizeof table / sizeof *table; t++)
		for (int c = 0; c < KINDS; c++) {
			NTMS_GUID v[200];
			DWORD n = 200, code;
			code = EnumerateNtmsObject(S, c == NONE ? NULL : &containers[c], v, &n, table[t].type,
						   0);
			if ((code == 0) != table[t].in[c])
				print_error("type %u in container %d: %u\n", table[t].type, c, code);
			if (table[t].in[c])
				OUTCOME_OF(EnumerateNtmsObject, ERROR_SUCCESS, code);
			else
				OUTCOME_OF(EnumerateNtmsObject, ERROR_INVALID_PARAMETER, code);
		}
}

static void a_container_lists_its_own(void **state)
{
	NTMS_GUID top = top_pool(S, NTMS_POOLTYPE_APPLICATION);
	struct guid_list l;

	assert_int_equal(3, list(S, null_guid, NTMS_DRIVE).n);
	assert_int_equal(2, list(S, *LIB, NTMS_DRIVE).n);
	assert_int_equal(8, list(S, *LIB, NTMS_STORAGESLOT).n);
	assert_int_equal(2, list(S, *LIB, NTMS_IEPORT).n);
	assert_int_equal(1, list(S, *LIB, NTMS_CHANGER).n);
	assert_int_equal(3, list(S, null_guid, NTMS_LIBRARY).n); /* the offline library is one */
	assert_int_equal(5, list(S, *LIB, NTMS_PHYSICAL_MEDIA).n);
	l = list(S, pool, NTMS_PHYSICAL_MEDIA);
	assert_true(l.n == 1 && same(l.v[0], pmid));
	l = list(S, pool, NTMS_LOGICAL_MEDIA);
	assert_true(l.n == 1 && same(l.v[0], lmid));
	l = list(S, side, NTMS_LOGICAL_MEDIA);
	assert_true(l.n == 1 && same(l.v[0], lmid));
	l = list(S, pool, NTMS_PARTITION);
	assert_true(l.n == 1 && same(l.v[0], side));
	l = list(S, lmid, NTMS_PARTITION);
	assert_true(l.n == 1 && same(l.v[0], side));
	l = list(S, pmid, NTMS_PARTITION);
	assert_true(l.n == 1 && same(l.v[0], side));
	l = list(S, top, NTMS_MEDIA_POOL);
	assert_true(contains(&l, pool));
	l = list(S, null_guid, NTMS_OPREQUEST);
	assert_true(contains(&l, oprequest));
}

static void types_of_a_library_are_those_it_takes(void **state)
{
	struct guid_list mine = list(S, *LIB, NTMS_MEDIA_TYPE), all = list(S, null_guid, NTMS_MEDIA_TYPE);

	assert_true(mine.n > 0);
	assert_true(all.n > mine.n); /* all that RSM knows, not just those present */
	assert_int_equal(mine.n, info(S, *LIB, NTMS_LIBRARY).Info.Library.dwNumberOfMediaTypes);
	for (DWORD i = 0; i < mine.n; i++)
		assert_true(contains(&all, mine.v[i]));
}

static void of_the_pools_only_the_top_is_listed(void **state)
{
	struct guid_list l = list(S, null_guid, NTMS_MEDIA_POOL);
	NTMS_GUID root = root_pool(S), v[10];
	DWORD n = 10;

	assert_int_equal(4, l.n);
	assert_false(contains(&l, root));
	assert_false(contains(&l, pool));
	OUTCOME(EnumerateNtmsObject, ERROR_SUCCESS, S, NULL, v, &n, NTMS_MEDIA_POOL, NTMS_ENUM_ROOTPOOL);
	assert_int_equal(5, n);
	assert_same(root, v[0]); /* always the first */
	for (DWORD i = 1; i < n; i++)
		assert_true(contains(&l, v[i]));
}

static void everyone_with_a_session_may_list(void **state)
{
	HANDLE guest = rig_session_as(&rig, "nobody");
	NTMS_GUID v[50];
	DWORD n = 50;

	OUTCOME(EnumerateNtmsObject, ERROR_SUCCESS, guest, NULL, v, &n, NTMS_PHYSICAL_MEDIA, 0);
	assert_int_equal(6, n);
	OK(CloseNtmsSession(guest));
}

static struct allocation waiting;

static int start_with_objects(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Listed");
	lmid = rig_allocated(&rig, LIBRARY, pool);
	side = side_of_logical(S, lmid);
	pmid = medium_of_logical(S, lmid);
	waiting = (struct allocation){.session = S, .pool = pool, .timeout = INFINITE};
	allocation_start(&waiting);
	WAIT_UNTIL(find_oprequest(S, NTMS_OPREQ_NEWMEDIA, pool, &oprequest));
	return 0;
}

static int stop_waiting(void **state)
{
	OK(CancelNtmsOperatorRequest(S, &oprequest));
	assert_int_equal(ERROR_CANCELLED, allocation_end(&waiting));
	return stop(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(types_and_options_have_their_range),
		cmocka_unit_test(room_is_counted),
		cmocka_unit_test(nothing_to_list_is_success),
		cmocka_unit_test(an_unknown_container_is_not_found),
		cmocka_unit_test(each_type_has_its_containers),
		cmocka_unit_test(a_container_lists_its_own),
		cmocka_unit_test(types_of_a_library_are_those_it_takes),
		cmocka_unit_test(of_the_pools_only_the_top_is_listed),
		cmocka_unit_test(everyone_with_a_session_may_list),
	};

	return RSM_TESTS(tests, start_with_objects, stop_waiting);
}
