/* SPDX-License-Identifier: GPL-2.0-or-later
 * GetNtmsMediaPoolName: the way down to a pool. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 4, 1, 1, .cartridges = 1}})

static NTMS_GUID pool;

static void it_needs_a_session_and_its_pointers(void **state)
{
	char name[100];
	DWORD n = sizeof name;

	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INVALID_HANDLE, NULL, &pool, name, &n);
	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INVALID_MEDIA_POOL, S, NULL, name, &n);
	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INVALID_PARAMETER, S, &pool, NULL, &n);
	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INVALID_PARAMETER, S, &pool, name, NULL);
	OUTCOME(GetNtmsMediaPoolNameW, ERROR_INVALID_PARAMETER, S, &pool, NULL, &n);
}

static void it_needs_a_pool(void **state)
{
	char name[100];
	DWORD n = sizeof name;

	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INVALID_MEDIA_POOL, S, &unknown, name, &n);
	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INVALID_MEDIA_POOL, S, LIB, name, &n);
}

static void the_whole_way_is_told(void **state)
{
	char name[100];
	DWORD n = sizeof name;

	OUTCOME(GetNtmsMediaPoolNameA, ERROR_SUCCESS, S, &pool, name, &n);
	assert_string_equal("\\Backup\\T\xc3\xa4glich", name);
	assert_int_equal(strlen(name) + 1, n);
}

static void the_buffer_must_hold_it(void **state)
{
	char name[100] = "untouched";
	DWORD n = 16; /* one less than the name and its terminator: A counts bytes */

	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INSUFFICIENT_BUFFER, S, &pool, name, &n);
	assert_int_equal(17, n);
	OUTCOME(GetNtmsMediaPoolNameA, ERROR_SUCCESS, S, &pool, name, &n);
	n = 0;
	OUTCOME(GetNtmsMediaPoolNameA, ERROR_INSUFFICIENT_BUFFER, S, &pool, name, &n);
	assert_int_equal(17, n);
}

static void the_wide_form_counts_units(void **state)
{
	WCHAR name[100];
	DWORD n = 15;

	OUTCOME(GetNtmsMediaPoolNameW, ERROR_INSUFFICIENT_BUFFER, S, &pool, name, &n);
	assert_int_equal(16, n);
	OUTCOME(GetNtmsMediaPoolNameW, ERROR_SUCCESS, S, &pool, name, &n);
	assert_memory_equal(u"\\Backup\\Täglich", name, 16 * sizeof(WCHAR));
	assert_int_equal(16, n);
}

static void system_pools_have_names(void **state)
{
	static const DWORD types[] = {NTMS_POOLTYPE_SCRATCH, NTMS_POOLTYPE_FOREIGN, NTMS_POOLTYPE_IMPORT};
	NTMS_GUID type = info(S, medium_named(S, rig_barcode(&rig, LIBRARY, 1)), NTMS_PHYSICAL_MEDIA)
				 .Info.PhysicalMedia.MediaType;

	for (int i = 0; i < 3; i++) {
		NTMS_GUID id = system_pool(S, types[i], type), again;
		char name[NTMS_POOLHIERARCHY_LENGTH];
		DWORD n = sizeof name;
		OUTCOME(GetNtmsMediaPoolNameA, ERROR_SUCCESS, S, &id, name, &n);
		assert_true(name[0] == '\\' && strchr(name + 1, '\\'));
		/* what it says opens the pool again */
		OK(CreateNtmsMediaPoolA(S, name, NULL, NTMS_OPEN_EXISTING, NULL, &again));
		assert_same(id, again);
	}
}

static int start_with_a_pool(void **state)
{
	start(state);
	rig_pool_of(&rig, "\\Backup", null_guid);
	pool = rig_pool(&rig, "\\Backup\\T\xc3\xa4glich");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(it_needs_a_pool),
		cmocka_unit_test(the_whole_way_is_told),
		cmocka_unit_test(the_buffer_must_hold_it),
		cmocka_unit_test(the_wide_form_counts_units),
		cmocka_unit_test(system_pools_have_names),
	};

	return RSM_TESTS(tests, start_with_a_pool, stop);
}
