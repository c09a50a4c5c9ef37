/* SPDX-License-Identifier: GPL-2.0-or-later
 * Persistent reservations: a robot is one host's. */
#include "device/fence.h"
#include "tests/unit/device_fixture.h"

#define KEY 0x52534d1122330005
#define KEY_OUT "00*8 52 53 4d 11 22 33 00 05 00*8"
#define HOLDER_OUT "52 53 4d 11 22 33 00 05 00*16"
#define UNREGISTER_OUT HOLDER_OUT
#define NO_KEYS                                                                                              \
	{                                                                                                    \
		"5e 00", "00 00 00 07 00 00 00 00"                                                           \
	}
#define READ_RESERVATION(key)                                                                                \
	{                                                                                                    \
		"5e 01", "00 00 00 07 00 00 00 10 " key " 00 00 00 00 00 06 00 00"                           \
	}
#define FOREIGN "ca fe 00*5 01"

static uint64_t retaken;

static void a_fence(void **state)
{
	MOCK(NO_KEYS, {"5f 06 00 00 00 00 00 00 18", KEY_OUT}, {"5f 01 06 00 00 00 00 00 18", HOLDER_OUT});
	done(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_true(!retaken);
}

static void a_key_tells_whose_it_is(void **state)
{
	guid installation;

	assert_true(guid_parse("112233aa-0000-0000-0000-000000000000", &installation));
	assert_true(fence_key(&installation, 5) == KEY);
	assert_true(fence_key(&installation, 0x10006) == KEY + 1);
}

/* The last run's key is on a path that is no more: it is taken back, what it had sent is aborted. */
static void a_fence_of_an_earlier_run(void **state)
{
	MOCK({"5e 00", "00 00 00 07 00 00 00 10 52 53 4d 11 22 33 00 04 52 53 4d 11 22 33 00 03"},
	     {"5f 06", KEY_OUT},
	     {"5f 05 06 00 00 00 00 00 18", "52 53 4d 11 22 33 00 05 52 53 4d 11 22 33 00 04 00*8"},
	     {"5f 05 06", "52 53 4d 11 22 33 00 05 52 53 4d 11 22 33 00 03 00*8", .status = SCSI_CONFLICT},
	     {"5f 01 06", HOLDER_OUT});
	done(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_true(retaken == KEY - 2);
}

/* A session of this very run was lost, and the new one is another path with the same key. */
static void a_fence_of_a_lost_session(void **state)
{
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 52 53 4d 11 22 33 00 05"}, {"5f 06", KEY_OUT},
	     {"5f 01", HOLDER_OUT, .status = SCSI_CONFLICT}, READ_RESERVATION("52 53 4d 11 22 33 00 05"),
	     {"5f 05 06", "52 53 4d 11 22 33 00 05 52 53 4d 11 22 33 00 05 00*8"});
	done(device_fence(changer_device(c), KEY, &retaken, &v));
}

static void refused_for(const char *text)
{
	fails(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_int_equal(v.err.code, ERROR_BUSY);
	assert_int_equal(v.reaction, REACT_LATER);
	assert_int_equal(v.status, SCSI_CONFLICT);
	if (!strstr(v.err.why, text))
		fail_msg("%s", v.err.why);
	assert_non_null(strstr(v.err.why, "sg_persist"));
}

/* Asked before anything is registered: nothing of ours has to be taken away again. */
static void a_fence_of_another_host(void **state)
{
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 " FOREIGN}, READ_RESERVATION(FOREIGN));
	refused_for("reserved by another host with the key cafe000000000001 (exclusive access, registrants "
		    "only, type 6)");
	/* registered, and nothing is reserved: it is somebody who may come in at any time */
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 " FOREIGN}, {"5e 01", "00 00 00 07 00*4"});
	refused_for("in use by another host with the key cafe000000000001;");
	/* another rsmd, of another store */
	MOCK({"5e 00", "00 00 00 07 00 00 00 08 52 53 4d 99 99 99 00 05"},
	     READ_RESERVATION("52 53 4d 99 99 99 00 05"));
	refused_for("another rsmd with the key 52534d9999990005");
}

static void a_fence_that_another_host_got_first(void **state)
{
	MOCK(NO_KEYS, {"5f 06", KEY_OUT}, {"5f 01", HOLDER_OUT, .status = SCSI_CONFLICT},
	     READ_RESERVATION(FOREIGN), {"5f 00", UNREGISTER_OUT}, READ_RESERVATION(FOREIGN));
	refused_for("key cafe000000000001");
	/* ... which doesn't tell its key */
	MOCK(NO_KEYS, {"5f 06", KEY_OUT, .status = SCSI_CONFLICT}, {"5e 01", .status = SCSI_CONFLICT});
	refused_for("in use by another host;");
}

static void a_robot_that_has_no_fence(void **state)
{
	MOCK({"5e 00", .sense = SENSE("05", "20", "00")});
	fails(device_fence(changer_device(c), KEY, &retaken, &v));
	assert_true(v.flags & VF_UNSUPPORTED);
}

/* 6/2A/03..05 and 6/29: what we held is gone; the command is sent again, and whoever fences hears of it. */
static void a_fence_that_is_taken_away(void **state)
{
	MOCK({"00", .sense = SENSE("06", "2a", "03")}, {"00"}, {"00", .sense = SENSE("06", "2a", "05")},
	     {"00"}, {"00", .sense = SENSE("06", "29", "00")}, {"00"});
	for (int i = 0; i < 3; i++) {
		done(device_ready(changer_device(c), &v));
		assert_true(v.flags & VF_RESERVATION);
	}
	MOCK({"00", .status = SCSI_CONFLICT});
	fails(device_ready(changer_device(c), &v));
	assert_true(v.flags & VF_RESERVATION);
	assert_non_null(strstr(v.err.why, "another host has reserved the device"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_fence, with_changer),
		T(a_key_tells_whose_it_is, with_changer),
		T(a_fence_of_an_earlier_run, with_changer),
		T(a_fence_of_a_lost_session, with_changer),
		T(a_fence_of_another_host, with_changer),
		T(a_fence_that_another_host_got_first, with_changer),
		T(a_robot_that_has_no_fence, with_changer),
		T(a_fence_that_is_taken_away, with_changer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
