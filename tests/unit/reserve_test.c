/* SPDX-License-Identifier: GPL-2.0-or-later
 * Persistent reservations of the virtual library, as two hosts see them, and the fence that stands on them.
 */
#include "base/cleanup.h"
#include "device/changer.h"
#include "device/drive.h"
#include "device/fence.h"
#include "device/virtual/virtual.h"

#include <ntmstypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { REGISTER, RESERVE, RELEASE, CLEAR, PREEMPT, PREEMPT_AND_ABORT, REGISTER_AND_IGNORE };
enum { WRITE_EXCLUSIVE = 1, REGISTRANTS_ONLY = 6, ALL_REGISTRANTS = 8 };
#define KEY_A 0x52534D0000010001
#define KEY_B 0x52534D0000020001
#define SLOT 1024
#define DRIVE 256

static char dir[64];
static struct device *a, *b;
static struct verdict v;
static struct err e;

static void done(enum outcome o)
{
	if (o != OUTCOME_DONE)
		fail_msg("%s", v.err.why);
}
static void conflicts(enum outcome o)
{
	assert_int_equal(o, OUTCOME_FAILED);
	assert_int_equal(v.status, SCSI_CONFLICT);
}
static void refused(enum outcome o, uint8_t asc, uint8_t ascq)
{
	assert_int_equal(o, OUTCOME_FAILED);
	assert_int_equal(v.key, 5);
	assert_int_equal(v.asc, asc);
	assert_int_equal(v.ascq, ascq);
}

static struct device *host(const char *what, const char *name)
{
	char url[200];
	struct device *d;

	snprintf(url, sizeof url, "virtual:%s%s?initiator=%s", dir, what, name);
	done(device_open(url, KIND_ANY, &d, &v));
	device_ready(d, &v); /* takes the attention of a new path, whatever the answer */
	return d;
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/reserve_test.XXXXXX");
	if (!mkdtemp(dir) || virtual_create(dir, &(struct virtual_geometry){4, 1, 1, 8, 0, NULL}, &e) ||
	    virtual_add(dir, &(struct virtual_cartridge){.barcode = "TAPE01L8"}, NULL, &e))
		return -1;
	a = host("", "a");
	b = host("", "b");
	return 0;
}

static int tear_down(void **state)
{
	char cmd[100];

	device_close(a);
	device_close(b);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd);
}

static enum outcome out(struct device *d, uint8_t action, uint8_t type, uint64_t key, uint64_t other)
{
	uint8_t parameters[24] = {0};
	struct scsi_cmd c = {.cdb = {0x5F, action, type, [8] = sizeof parameters},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_OUT,
			     .data = parameters,
			     .len = sizeof parameters,
			     .timeout_ms = 1000};

	put64(parameters, key);
	put64(parameters + 8, other);
	return device_run(d, &c, "persistent reserve out", &v);
}

/* Registers and reserves; the type of all that follows. */
static void take(struct device *d, uint64_t key, uint8_t type)
{
	done(out(d, REGISTER, 0, 0, key));
	done(out(d, RESERVE, type, key, 0));
}

static enum outcome in(struct device *d, uint8_t action, uint8_t *buf, uint8_t size)
{
	struct scsi_cmd c = {.cdb = {0x5E, action, [8] = size},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = size,
			     .timeout_ms = 1000};

	return device_run(d, &c, "persistent reserve in", &v);
}

static unsigned keys(struct device *d, uint64_t *first)
{
	uint8_t buf[40];

	done(in(d, 0, buf, sizeof buf));
	*first = be64(buf + 8);
	return be32(buf + 4) / 8;
}

/* Type and key of the reservation; type 0: none. */
static unsigned held(struct device *d, uint64_t *key)
{
	uint8_t buf[24];

	done(in(d, 1, buf, sizeof buf));
	*key = be64(buf + 8);
	return be32(buf + 4) ? buf[21] : 0;
}

static enum outcome move(struct device *d, unsigned from, unsigned to)
{
	struct scsi_cmd c = {.cdb = {0xA5}, .cdb_len = 12, .timeout_ms = 1000};

	put16(c.cdb + 4, from);
	put16(c.cdb + 6, to);
	return device_run(d, &c, "move medium", &v);
}

static enum outcome status(struct device *d, bool current_data)
{
	uint8_t buf[200];
	struct scsi_cmd c = {.cdb = {0xB8, 2, 4, 0, 0, 1, current_data ? 2 : 0, 0, 0, sizeof buf},
			     .cdb_len = 12,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = sizeof buf,
			     .timeout_ms = 1000};

	return device_run(d, &c, "read element status", &v);
}

static enum outcome locks(struct device *d, bool prevent) { return device_prevent(d, prevent, &v); }

/* ---- the library ---- */

static void registrants_alone_are_let_in(void **state)
{
	uint64_t key;

	take(a, KEY_A, REGISTRANTS_ONLY);
	assert_int_equal(held(b, &key), REGISTRANTS_ONLY);
	assert_true(key == KEY_A);
	done(move(a, SLOT, SLOT + 1));
	conflicts(move(b, SLOT + 1, SLOT));
	assert_true(v.flags & VF_RESERVATION);
	conflicts(status(b, false));
	conflicts(locks(b, true));
	conflicts(out(b, RESERVE, REGISTRANTS_ONLY, KEY_B, 0));
	/* what moves nothing and tells nothing is everybody's */
	done(device_ready(b, &v));
	done(status(b, true));
	done(locks(b, false));
	done(out(b, REGISTER, 0, 0, KEY_B));
	done(move(b, SLOT + 1, SLOT));
	conflicts(out(b, RESERVE, REGISTRANTS_ONLY, KEY_B, 0));
	done(out(a, RESERVE, REGISTRANTS_ONLY, KEY_A, 0)); /* again is no error; as another type it is */
	conflicts(out(a, RESERVE, WRITE_EXCLUSIVE, KEY_A, 0));
}

static void the_writer_alone_moves(void **state)
{
	take(a, KEY_A, WRITE_EXCLUSIVE);
	done(out(b, REGISTER, 0, 0, KEY_B));
	done(status(b, false));
	conflicts(move(b, SLOT, SLOT + 1));
	done(out(a, RELEASE, REGISTRANTS_ONLY, KEY_A,
		 0)); /* another type isn't held: that it tells, no more */
	assert_int_equal(v.asc << 8 | v.ascq, 0x2604);
	done(out(b, RELEASE, WRITE_EXCLUSIVE, KEY_B, 0)); /* not its own: nothing happens */
	conflicts(move(b, SLOT, SLOT + 1));
	done(out(a, RELEASE, WRITE_EXCLUSIVE, KEY_A, 0));
	done(move(b, SLOT, SLOT + 1));
}

static void what_all_registrants_hold_goes_with_the_last(void **state)
{
	uint64_t key;

	take(a, KEY_A, ALL_REGISTRANTS);
	done(out(b, REGISTER, 0, 0, KEY_B));
	done(out(a, REGISTER, 0, KEY_A, 0));
	assert_int_equal(held(a, &key), ALL_REGISTRANTS);
	assert_true(key == 0);
	conflicts(move(a, SLOT, SLOT + 1));
	done(out(b, RESERVE, ALL_REGISTRANTS, KEY_B, 0));
	done(out(b, REGISTER, 0, KEY_B, 0));
	assert_int_equal(held(a, &key), 0);
	done(move(a, SLOT, SLOT + 1));
}

static void keys_are_checked(void **state)
{
	uint64_t key;
	uint8_t buf[24];

	conflicts(out(a, REGISTER, 0, KEY_B, KEY_A)); /* it has none yet */
	done(out(a, REGISTER, 0, 0, KEY_A));
	conflicts(out(a, REGISTER, 0, KEY_B, KEY_A));
	done(out(a, REGISTER_AND_IGNORE, 0, 0, KEY_A + 1));
	assert_int_equal(keys(b, &key), 1);
	assert_true(key == KEY_A + 1);
	conflicts(out(a, RESERVE, REGISTRANTS_ONLY, KEY_A, 0));
	conflicts(out(a, PREEMPT, REGISTRANTS_ONLY, KEY_A + 1, KEY_B)); /* nobody has that key */
	refused(out(a, RESERVE, 2, KEY_A + 1, 0), 0x24, 0x00);		/* no such type */
	refused(out(a, RESERVE, 0x16, KEY_A + 1, 0), 0x24, 0x00);	/* no such scope */
	refused(out(a, 7, REGISTRANTS_ONLY, KEY_A + 1, 0), 0x24, 0x00);
	refused(in(a, 7, buf, sizeof buf), 0x24, 0x00);
	done(in(a, 2, buf, sizeof buf));
	assert_int_equal(buf[4], 0xEA); /* the six types */
	assert_int_equal(buf[5], 0x01);
}

/* Who loses its registration hears of it. */
static void preempted(void **state)
{
	uint64_t key;

	take(a, KEY_A, REGISTRANTS_ONLY);
	done(out(b, REGISTER, 0, 0, KEY_B));
	done(out(b, PREEMPT_AND_ABORT, REGISTRANTS_ONLY, KEY_B, KEY_A));
	done(device_ready(a, &v)); /* behind 6/2A/05 */
	assert_true(v.flags & VF_RESERVATION);
	assert_int_equal(held(a, &key), REGISTRANTS_ONLY);
	assert_true(key == KEY_B);
	conflicts(move(a, SLOT, SLOT + 1));
	done(move(b, SLOT, SLOT + 1));
}

static void cleared(void **state)
{
	uint64_t key;

	take(a, KEY_A, REGISTRANTS_ONLY);
	conflicts(out(b, CLEAR, 0, KEY_B, 0));
	done(out(b, REGISTER, 0, 0, KEY_B));
	done(out(b, CLEAR, 0, KEY_B, 0));
	done(device_ready(a, &v));
	assert_true(v.flags & VF_RESERVATION);
	assert_int_equal(keys(a, &key), 0);
	assert_int_equal(held(a, &key), 0);
	done(move(b, SLOT, SLOT + 1));
}

/* A process that dies leaves what it holds; who comes by the same name is the same path. */
static void processes_come_and_go(void **state)
{
	uint64_t key;
	int ended;
	pid_t pid = fork();

	if (!pid) {
		take(host("", "a"), KEY_A, REGISTRANTS_ONLY);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &ended, 0), pid);
	assert_int_equal(ended, 0);
	assert_int_equal(held(b, &key), REGISTRANTS_ONLY);
	conflicts(move(b, SLOT, SLOT + 1));
	done(move(a, SLOT, SLOT + 1));
}

static void each_unit_has_its_own(void **state)
{
	struct device *drive_a = host("/drives/01", "a"), *drive_b = host("/drives/01", "b");
	uint64_t key;

	take(drive_a, KEY_A, REGISTRANTS_ONLY);
	assert_int_equal(keys(b, &key), 0);
	done(move(b, SLOT, DRIVE));
	device_wait(drive_a, 5000, NULL, NULL, &v);
	done(locks(drive_a, true));
	conflicts(locks(drive_b, true));
	done(device_ready(drive_b, &v));
	device_close(drive_a);
	device_close(drive_b);
}

/* ---- the fence ---- */

static void a_fence_between_hosts(void **state)
{
	uint64_t retaken, key;

	done(device_fence(a, KEY_A, &retaken, &v));
	assert_true(!retaken);
	done(device_fence(a, KEY_A, &retaken, &v)); /* again */
	conflicts(device_fence(b, KEY_B, &retaken, &v));
	assert_int_equal(v.err.code, ERROR_BUSY);
	assert_non_null(strstr(v.err.why, "another rsmd with the key 52534d0000010001"));
	assert_int_equal(keys(b, &key), 1); /* the second has left nothing behind, the first lost nothing */
	done(move(a, SLOT, SLOT + 1));
}

static void a_fence_after_a_crash(void **state)
{
	uint64_t retaken, key;

	done(device_fence(a, KEY_A, &retaken, &v));
	done(device_fence(a, KEY_A + 1, &retaken, &v)); /* the same path: it has the new key now */
	assert_int_equal(held(a, &key), REGISTRANTS_ONLY);
	assert_true(key == KEY_A + 1);
	assert_int_equal(keys(a, &key), 1);
	done(device_fence(b, KEY_A + 2, &retaken, &v)); /* by another path */
	assert_true(retaken == KEY_A + 1);
	assert_int_equal(held(a, &key), REGISTRANTS_ONLY);
	assert_true(key == KEY_A + 2);
	assert_int_equal(keys(a, &key), 1);
	conflicts(move(a, SLOT, SLOT + 1));
}

static void a_fence_after_a_lost_session(void **state)
{
	uint64_t retaken, key;

	done(device_fence(a, KEY_A, &retaken, &v));
	done(device_fence(b, KEY_A, &retaken, &v)); /* the same run comes by a new path */
	assert_int_equal(held(a, &key), REGISTRANTS_ONLY);
	assert_int_equal(keys(b, &key), 1);
	done(move(b, SLOT, SLOT + 1));
	conflicts(move(a, SLOT + 1, SLOT));
}

static void names_of_initiators(void **state)
{
	static const char *const wrong[] = {"?initiator=", "?initiator=two words", "?other=a",
					    "?initiator=longer-than-a-name-of-this-kind-may-be"};

	for (size_t i = 0; i < countof(wrong); i++) {
		char url[200];
		struct device *d;

		snprintf(url, sizeof url, "virtual:%s%s", dir, wrong[i]);
		assert_int_equal(device_open(url, KIND_ANY, &d, &v), OUTCOME_FAILED);
		assert_non_null(strstr(v.err.why, "initiator"));
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(registrants_alone_are_let_in),
		T(the_writer_alone_moves),
		T(what_all_registrants_hold_goes_with_the_last),
		T(keys_are_checked),
		T(preempted),
		T(cleared),
		T(processes_come_and_go),
		T(each_unit_has_its_own),
		T(a_fence_between_hosts),
		T(a_fence_after_a_crash),
		T(a_fence_after_a_lost_session),
		T(names_of_initiators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
