/* SPDX-License-Identifier: GPL-2.0-or-later
 * UpdateNtmsOmidInfo: an application tells which label it has written. */
#include "rsm_test.h"

enum { LIBRARY };
RSM_RIG(.library = {{"lib", 8, 1, 1, .cartridges = 4}})

static NTMS_GUID pool;
static BYTE tar[512];

/* The header of a tar archive, with its checksum. */
static void make_tar(const char *first_file)
{
	unsigned sum = 0;

	memset(tar, 0, sizeof tar);
	strcpy((char *)tar, first_file);
	strcpy((char *)tar + 100, "0000644");
	strcpy((char *)tar + 108, "0000000");
	strcpy((char *)tar + 116, "0000000");
	strcpy((char *)tar + 124, "00000000000");
	strcpy((char *)tar + 136, "00000000000");
	memset(tar + 148, ' ', 8);
	tar[156] = '0';
	memcpy(tar + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += tar[i];
	snprintf((char *)tar + 148, 8, "%06o", sum);
}

static void it_needs_a_session_and_its_pointers(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);

	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_HANDLE, NULL, &lmid, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar,
		tar);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_PARAMETER, S, NULL, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar,
		tar);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_PARAMETER, S, &lmid, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar,
		NULL);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_PARAMETER, S, &lmid, NTMS_OMID_TYPE_RAW_LABEL, 0, tar);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_PARAMETER, S, &lmid, 3, sizeof tar, tar);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void it_needs_a_logical_medium(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), side = side_of_logical(S, lmid);

	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_MEDIA, S, &unknown, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar,
		tar);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_MEDIA, S, &side, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar, tar);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void a_raw_label_is_recognised_and_recorded(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), side = side_of_logical(S, lmid);
	object_info before = info(S, side, NTMS_PARTITION), after;

	OUTCOME(UpdateNtmsOmidInfo, ERROR_SUCCESS, S, &lmid, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar, tar);
	WAIT_UNTIL(library_idle(S, *LIB));
	after = info(S, side, NTMS_PARTITION);
	assert_string_not_equal(before.Info.Partition.szOmidLabelType, after.Info.Partition.szOmidLabelType);
	assert_string_equal("tar", after.Info.Partition.szOmidLabelType);
	assert_true(after.Info.Partition.dwOmidLabelIdLength > 0);
	assert_int_equal(NTMS_PARTSTATE_ALLOCATED, after.Info.Partition.State);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void what_nobody_recognises_is_bad(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), side = side_of_logical(S, lmid);
	object_info before = info(S, side, NTMS_PARTITION), after;

	OUTCOME(UpdateNtmsOmidInfo, ERROR_BAD_FORMAT, S, &lmid, NTMS_OMID_TYPE_RAW_LABEL, 20,
		"this is just words..");
	after = info(S, side, NTMS_PARTITION);
	assert_memory_equal(&before.Info.Partition, &after.Info.Partition, sizeof before.Info.Partition);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void a_file_system_is_told_by_its_numbers(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool), side = side_of_logical(S, lmid);
	NTMS_FILESYSTEM_INFO fs = {u"UDF", u"Archiv größer", 0x1234abcd};
	object_info after;

	OUTCOME(UpdateNtmsOmidInfo, ERROR_INVALID_PARAMETER, S, &lmid, NTMS_OMID_TYPE_FILESYSTEM_INFO,
		sizeof fs - 1, &fs);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_SUCCESS, S, &lmid, NTMS_OMID_TYPE_FILESYSTEM_INFO, sizeof fs, &fs);
	after = info(S, side, NTMS_PARTITION);
	assert_string_equal("UDF", after.Info.Partition.szOmidLabelType);
	assert_non_null(strstr(after.Info.Partition.szOmidLabelInfo, "Archiv gr\xc3\xb6\xc3\x9f"
								     "er"));
	assert_int_equal(4, after.Info.Partition.dwOmidLabelIdLength);
	assert_memory_equal(&fs.SerialNumber, after.Info.Partition.OmidLabelId, 4);
	OK(DeallocateNtmsMedia(S, &lmid, 0));
}

static void it_needs_control_on_the_library(void **state)
{
	struct descriptor before = get_security(S, *LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION);
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);
	HANDLE guest = rig_session_as(&rig, "nobody");

	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_ACCESS_DENIED, guest, &lmid, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar,
		tar);
	grant(S, *LIB, NTMS_LIBRARY, 65534, NTMS_CONTROL_ACCESS);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_SUCCESS, guest, &lmid, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar, tar);
	OK(SetNtmsObjectSecurity(S, LIB, NTMS_LIBRARY, DACL_SECURITY_INFORMATION, before.bytes));
	OK(CloseNtmsSession(guest));
}

/* The last test: the daemon doesn't come back. */
static void the_service_is_gone(void **state)
{
	NTMS_GUID lmid = rig_allocated(&rig, LIBRARY, pool);

	rig_kill(&rig);
	OUTCOME(UpdateNtmsOmidInfo, ERROR_NOT_CONNECTED, S, &lmid, NTMS_OMID_TYPE_RAW_LABEL, sizeof tar, tar);
}

static int start_with_a_pool(void **state)
{
	start(state);
	pool = rig_pool(&rig, "\\Labels");
	make_tar("letter");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_needs_a_session_and_its_pointers),
		cmocka_unit_test(it_needs_a_logical_medium),
		cmocka_unit_test(a_raw_label_is_recognised_and_recorded),
		cmocka_unit_test(what_nobody_recognises_is_bad),
		cmocka_unit_test(a_file_system_is_told_by_its_numbers),
		cmocka_unit_test(it_needs_control_on_the_library),
		cmocka_unit_test(the_service_is_gone),
	};

	return RSM_TESTS(tests, start_with_a_pool, stop);
}
