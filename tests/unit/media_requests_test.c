/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The calls that queue library requests: mount, dismount, inject, eject, inventory, enable and disable. What
 * they refuse at once, and what they leave for the controllers. */
#include "media_world.h"

#include <ntmsapi.h>
#include <string.h>

#define FREE NTMS_POOLTYPE_SCRATCH
#define AVAILABLE NTMS_PARTSTATE_AVAILABLE
#define OFFLINE model_offline_library(NULL)

static guid pool;
static int64_t m; /* allocated, in slot 0 */
static guid lmid; /* its logical medium */
static guid call;

static guid allocate(guid from)
{
	struct AllocateNtmsMedia_out got = {0};

	if (CALL(root, AllocateNtmsMedia, &got, .pool = from, .call = guid_new()))
		fail_msg("%s", err.why);
	return got.medium;
}

static int open_world(void **state)
{
	if (world_open(state))
		return -1;
	pool = app_pool("\\A", lto, NTMS_ALLOCATE_FROMSCRATCH, 0, 0);
	m = a_medium("A00001L8", lto, 0, FREE, AVAILABLE);
	lmid = allocate(pool);
	return 0;
}

static int64_t last_request(void) { return number("SELECT max(id) FROM librequest WHERE ?=0", 0); }
static int64_t field(const char *sql) { return number(sql, last_request()); }

#define MOUNT(who, list, ...)                                                                                \
	({                                                                                                   \
		guid media_[] = list;                                                                        \
		call = guid_new();                                                                           \
		DO(who, MountNtmsMedia, .call = call, .media = {media_, countof(media_)}, __VA_ARGS__);      \
	})
#define ONE(...)                                                                                             \
	{                                                                                                    \
		__VA_ARGS__                                                                                  \
	}

/* ---- mount ---- */

static void mount_arguments(void **state)
{
	guid drive = guid_of(drives[0]), side = guid_of(side_of(m, 0));

	assert_int_equal(DO(root, MountNtmsMedia, .call = guid_new()), ERROR_INVALID_PARAMETER);
	assert_int_equal(MOUNT(root, ONE(lmid), .options = 0x40), ERROR_INVALID_PARAMETER);
	assert_int_equal(MOUNT(root, ONE(lmid), .priority = 16), ERROR_INVALID_PARAMETER);
	assert_int_equal(MOUNT(root, ONE(lmid), .priority = -16), ERROR_INVALID_PARAMETER);
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(MOUNT(root, ONE(guid_new())), ERROR_INVALID_MEDIA);
	assert_int_equal(MOUNT(root, ONE(guid_of(m))),
			 ERROR_INVALID_MEDIA); /* neither a logical medium nor a side */
	assert_int_equal(MOUNT(root, ONE(lmid, lmid)), ERROR_INVALID_MEDIA);
	assert_int_equal(MOUNT(root, ONE(lmid, side)), ERROR_INVALID_MEDIA); /* the same under two names */
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE, .drives = {&side, 1}),
			 ERROR_INVALID_DRIVE);
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE ?=0", 0), 0);
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE, .drives = {&drive, 1},
			       .timeout = INFINITE),
			 ERROR_IO_PENDING);
	assert_true(field("SELECT drive FROM librequest WHERE id=?") == drives[0]);
}

static void mount_queues_a_request(void **state)
{
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_READ | NTMS_MOUNT_WRITE, .priority = -7,
			       .timeout = 9000),
			 ERROR_IO_PENDING);
	assert_true(world_woken(lib));
	assert_int_equal(field("SELECT op FROM librequest WHERE id=?"), NTMS_LM_MOUNT);
	assert_int_equal(field("SELECT priority FROM librequest WHERE id=?"), -7);
	assert_true(field("SELECT deadline FROM librequest WHERE id=?") == now_ms + 9000);
	assert_int_equal(field("SELECT wanted FROM librequest WHERE id=?"), 3);
	assert_true(field("SELECT side FROM librequest WHERE id=?") == side_of(m, 0));
	assert_int_equal(field("SELECT user='root' FROM librequest WHERE id=?"), 1);
	guid again[] = {lmid};
	assert_int_equal(DO(root, MountNtmsMedia, .call = call, .media = {again, 1}),
			 ERROR_IO_PENDING); /* sent again */
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE ?=0", 0), 1);
}

static void mount_ends_when_its_last_request_does(void **state)
{
	struct MountNtmsMedia_out out = {0};
	int64_t n = a_medium("B00001L8", lto, 1, FREE, AVAILABLE), second;
	enum wire_call which = CALL_COUNT;
	guid other_lmid = allocate(pool);

	assert_int_equal(MOUNT(root, ONE(lmid, other_lmid), .timeout = INFINITE), ERROR_IO_PENDING);
	second = last_request();
	OK(sql_do(t, e, "UPDATE librequest SET drive=? WHERE id=?", "ii", drives[1], second));
	OK(sql_do(t, e, "UPDATE librequest SET drive=? WHERE id<>?", "ii", drives[0], second));
	OK(request_finish(t, second, NTMS_LM_PASSED, 0, "", e));
	assert_int_equal(JOB(media_poll_call(t, &root, &call, &which, &out, e)), ERROR_IO_PENDING);
	second = number("SELECT min(id) FROM librequest WHERE ?=0", 0);
	OK(request_finish(t, second, NTMS_LM_PASSED, 0, "", e));
	assert_int_equal(JOB(media_poll_call(t, &root, &call, &which, &out, e)), 0);
	assert_int_equal(which, CALL_MountNtmsMedia);
	assert_int_equal(out.drives.n, 2);
	assert_true(row_of(&out.drives.v[0]) == drives[0] &&
		    row_of(&out.drives.v[1]) == drives[1]); /* in the order given */
	wire_clear(wire_calls[CALL_MountNtmsMedia].out, &out);
	assert_true(n != 0);
}

static void a_failed_mount_tells_a_documented_code(void **state)
{
	static const struct {
		uint32_t state, code, told;
	} rows[] = {
		{NTMS_LM_FAILED, ERROR_UNEXPECTED_OMID, ERROR_INVALID_STATE},
		{NTMS_LM_FAILED, ERROR_MEDIUM_NOT_ACCESSIBLE, ERROR_INVALID_STATE},
		{NTMS_LM_FAILED, ERROR_DEVICE_NOT_AVAILABLE, ERROR_RESOURCE_NOT_AVAILABLE},
		{NTMS_LM_CANCELLED, ERROR_TIMEOUT, ERROR_TIMEOUT},
		{NTMS_LM_CANCELLED, ERROR_REQUEST_REFUSED, ERROR_REQUEST_REFUSED},
		{NTMS_LM_FAILED, ERROR_BUSY, ERROR_BUSY},
	};

	for (size_t i = 0; i < countof(rows); i++) {
		struct MountNtmsMedia_out out = {0};
		enum wire_call which;
		int64_t id;

		assert_int_equal(MOUNT(root, ONE(lmid), .timeout = INFINITE), ERROR_IO_PENDING);
		id = last_request();
		OK(request_finish(t, id, rows[i].state, rows[i].code, "because", e));
		assert_int_equal(number("SELECT error FROM librequest WHERE id=?", id), rows[i].code);
		assert_int_equal(JOB(media_poll_call(t, &root, &call, &which, &out, e)), rows[i].told);
		assert_string_equal(err.why, "because");
		OK(media_end_call(t, &call, e));
	}
}

static void mount_rights(void **state)
{
	grant(row_of(&pool), &user, NTMS_USE_ACCESS);
	assert_int_equal(MOUNT(other, ONE(lmid), .timeout = 1), ERROR_ACCESS_DENIED);
	assert_int_equal(MOUNT(user, ONE(lmid), .timeout = 1), ERROR_IO_PENDING);
	grant(lib, &other, NTMS_USE_ACCESS);
	assert_int_equal(MOUNT(user, ONE(lmid), .timeout = 1), ERROR_ACCESS_DENIED);
}

static void mount_states(void **state)
{
	int64_t side = side_of(m, 0),
		fresh = a_medium("N00001L8", lto, 2, NTMS_POOLTYPE_FOREIGN, NTMS_PARTSTATE_NEW);

	assert_int_equal(MOUNT(root, ONE(guid_of(side_of(fresh, 0))), .timeout = 1), ERROR_INVALID_STATE);
	OK(side_set_state(t, side, NTMS_PARTSTATE_COMPLETE, e));
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_WRITE, .timeout = 1),
			 ERROR_WRITE_PROTECT);
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_READ, .timeout = 1), ERROR_IO_PENDING);
	OK(medium_enable(t, m, false, "", e));
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 1), ERROR_RESOURCE_DISABLED);
	OK(medium_enable(t, m, true, "", e));
	OK(object_set_state(t, lib, NTMS_NOT_PRESENT, e));
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 1), ERROR_RESOURCE_NOT_AVAILABLE);
	OK(object_enable(t, lib, false, e));
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 1), ERROR_RESOURCE_DISABLED);
}

static void mount_drives(void **state)
{
	guid drive = guid_of(drives[0]), both[] = {drive, drive}, elsewhere, old;
	int64_t second = 0, foreign = 0;
	guid other_lmid;

	a_medium("B00001L8", lto, 1, FREE, AVAILABLE);
	other_lmid = allocate(pool);
	assert_int_equal(
		MOUNT(root, ONE(lmid, other_lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE, .drives = {both, 2}),
		ERROR_INVALID_DRIVE);
	OK(object_new(t, NTMS_LIBRARY, "L2", NULL, &second, e));
	OK(sql_do(t, e, "INSERT INTO library(id, key, library_type) VALUES(?,'l2',2)", "i", second));
	OK(object_new(t, NTMS_DRIVE, "Drive 9", &(guid){{9}}, &foreign, e));
	OK(sql_do(t, e, "INSERT INTO drive(id, library, number, element) VALUES(?,?,9,9)", "ii", foreign,
		  second));
	elsewhere = guid_of(foreign);
	assert_int_equal(
		MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE, .drives = {&elsewhere, 1}),
		ERROR_DRIVE_MEDIA_MISMATCH);
	OK(object_enable(t, drives[0], false, e));
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE, .drives = {&drive, 1}),
			 ERROR_RESOURCE_DISABLED);
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 1), ERROR_IO_PENDING); /* there is another */
	assert_int_equal(MOUNT(root, ONE(lmid, other_lmid), .timeout = 1), ERROR_RESOURCE_DISABLED);
	sql_run("UPDATE drive SET generation='LTO-5'");
	old = guid_of(drives[1]);
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 1),
			 ERROR_RESOURCE_NOT_AVAILABLE); /* none ever takes it */
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_SPECIFIC_DRIVE, .drives = {&old, 1}),
			 ERROR_DRIVE_MEDIA_MISMATCH);
	sql_run("UPDATE drive SET generation='LTO-9'");
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_WRITE, .timeout = 1), ERROR_IO_PENDING);
}

static void all_in_one_library(void **state)
{
	int64_t second = 0, slot = 0, n = a_medium("B00001L8", lto, 1, FREE, AVAILABLE);
	guid other_lmid = allocate(pool);

	OK(object_new(t, NTMS_LIBRARY, "L2", NULL, &second, e));
	OK(sql_do(t, e, "INSERT INTO library(id, key, library_type) VALUES(?,'l2',2)", "i", second));
	OK(object_new(t, NTMS_STORAGESLOT, "Slot", NULL, &slot, e));
	OK(sql_do(t, e, "INSERT INTO slot(id, library, number, element) VALUES(?,?,0,0)", "ii", slot,
		  second));
	OK(medium_move(t, n, slot, false, true, e));
	assert_int_equal(MOUNT(root, ONE(lmid, other_lmid), .timeout = 1), ERROR_INVALID_LIBRARY);
}

static void sides_of_one_medium_exclude_each_other(void **state)
{
	int64_t disc = a_medium("M00001", mo, 4, NTMS_POOLTYPE_IMPORT, NTMS_PARTSTATE_IMPORT);
	guid a = guid_of(side_of(disc, 0)), b = guid_of(side_of(disc, 1));

	sql_run("UPDATE drive SET generation=''");
	assert_int_equal(MOUNT(root, ONE(a, b), .timeout = 1), ERROR_INVALID_MEDIA);
	assert_non_null(strstr(err.why, "sides"));
	assert_int_equal(MOUNT(root, ONE(b), .timeout = 1),
			 ERROR_IO_PENDING); /* media not allocated can be looked at */
}

static void offline_media_ask_an_operator(void **state)
{
	int64_t op;

	OK(medium_lost(t, m, e));
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_ERROR_OFFLINE, .timeout = INFINITE),
			 ERROR_MEDIA_OFFLINE);
	assert_int_equal(
		MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_ERROR_NOT_AVAILABLE, .timeout = INFINITE),
		ERROR_MEDIA_OFFLINE);
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 0), ERROR_MEDIA_OFFLINE);
	assert_int_equal(number("SELECT count(*) FROM oprequest WHERE ?=0", 0), 0);
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = INFINITE), ERROR_IO_PENDING);
	assert_true(field("SELECT library FROM librequest WHERE id=?") == OFFLINE);
	op = field("SELECT oprequest FROM librequest WHERE id=?");
	assert_int_equal(number("SELECT request FROM oprequest WHERE id=?", op), NTMS_OPREQ_MOVEMEDIA);
	assert_int_equal(number("SELECT message LIKE '%A00001L8%L1%' FROM oprequest WHERE id=?", op), 1);
	assert_int_equal(DO(root, CancelNtmsOperatorRequest, .request = guid_of(op)), 0);
	assert_true(world_woken(OFFLINE)); /* its controller ends the mount */
}

static void one_offline_medium_holds_the_others_back(void **state)
{
	guid other_lmid;
	int64_t n = a_medium("B00001L8", lto, 1, FREE, AVAILABLE);

	other_lmid = allocate(pool);
	OK(medium_lost(t, n, e));
	assert_int_equal(MOUNT(root, ONE(lmid, other_lmid), .timeout = INFINITE), ERROR_IO_PENDING);
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE library=?", OFFLINE), 2);
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE oprequest IS NOT NULL AND ?=0", 0), 1);
	assert_int_equal(number("SELECT arg2=(SELECT guid FROM object WHERE id=?) FROM oprequest", lib),
			 1); /* to the other one */
}

static void mount_without_waiting(void **state)
{
	assert_int_equal(MOUNT(root, ONE(lmid), .options = NTMS_MOUNT_NOWAIT), 0);
	assert_int_equal(number("SELECT count(*) FROM waiting WHERE ?=0", 0), 0);
	assert_int_equal(field("SELECT wanted & 0x200000 FROM librequest WHERE id=?"), 0);
	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = 0), ERROR_IO_PENDING);
	assert_int_equal(field("SELECT wanted & 0x200000 FROM librequest WHERE id=?"), WANTED_ONCE);
}

static void a_session_that_ends_stops_its_mounts(void **state)
{
	struct session_end end = {.session = root.session};

	assert_int_equal(MOUNT(root, ONE(lmid), .timeout = INFINITE), ERROR_IO_PENDING);
	OK(media_session_ended(t, &end, e));
	assert_true(world_woken(lib));
	assert_int_equal(field("SELECT wanted & 0x10000 FROM librequest WHERE id=?"), WANTED_STOP);
}

/* ---- dismount ---- */

#define DISMOUNT(who, list, ...)                                                                             \
	({                                                                                                   \
		guid media_[] = list;                                                                        \
		DO(who, DismountNtmsMedia, .media = {media_, countof(media_)}, __VA_ARGS__);                 \
	})

static void dismount(void **state)
{
	assert_int_equal(DO(root, DismountNtmsMedia, .options = 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(DISMOUNT(root, ONE(lmid), .options = 3), ERROR_INVALID_PARAMETER);
	assert_int_equal(DISMOUNT(root, ONE(guid_new())), ERROR_INVALID_MEDIA);
	assert_int_equal(DISMOUNT(root, ONE(lmid, lmid)), ERROR_INVALID_MEDIA);
	assert_int_equal(DISMOUNT(root, ONE(lmid)), ERROR_INVALID_STATE);
	assert_int_equal(DISMOUNT(user, ONE(lmid)), ERROR_ACCESS_DENIED);
	OK(medium_enable(t, m, false, "", e));
	assert_int_equal(DISMOUNT(root, ONE(lmid)), ERROR_MEDIA_NOT_AVAILABLE);
	OK(medium_enable(t, m, true, "", e));
	OK(medium_move(t, m, drives[0], false, true, e));
	OK(sql_do(t, e,
		  "UPDATE physical_media SET mounted_side=(SELECT id FROM side WHERE medium=?1) WHERE id=?1",
		  "i", m));
	OK(object_enable(t, lib, false, e));
	assert_int_equal(DISMOUNT(root, ONE(lmid)), ERROR_DEVICE_NOT_AVAILABLE);
	OK(object_enable(t, lib, true, e));
	assert_int_equal(DISMOUNT(root, ONE(lmid), .options = NTMS_DISMOUNT_DEFERRED), 0);
	assert_int_equal(field("SELECT op FROM librequest WHERE id=?"), NTMS_LM_DISMOUNT);
	assert_int_equal(field("SELECT option FROM librequest WHERE id=?"), 1);
	assert_true(field("SELECT drive FROM librequest WHERE id=?") == drives[0]);
	int64_t id = last_request();
	OK(request_finish(t, id, NTMS_LM_PASSED, 0, "", e));
	OK(sql_do(t, e, "UPDATE physical_media SET mounted_side=NULL WHERE id=?", "i", m));
	OK(sql_do(t, e, "UPDATE drive SET state=7 WHERE id=?", "i", drives[0]));
	assert_int_equal(DISMOUNT(root, ONE(lmid), .options = NTMS_DISMOUNT_DEFERRED),
			 ERROR_INVALID_STATE); /* it is already */
	assert_int_equal(DISMOUNT(root, ONE(lmid)), 0);
	OK(medium_lost(t, m, e));
	assert_int_equal(DISMOUNT(root, ONE(lmid)), ERROR_MEDIA_OFFLINE);
}

/* ---- inject ---- */

static int inject(uint32_t action, guid *operation)
{
	struct InjectNtmsMedia_out out = {0};
	int rc = CALL(root, InjectNtmsMedia, &out, .library = guid_of(lib), .operation = *operation,
		      .action = action);

	*operation = out.operation;
	return rc;
}

static void inject_and_its_refusals(void **state)
{
	guid op = {0}, many = {0}, none = {0}, unknown = guid_new();

	assert_int_equal(DO(root, InjectNtmsMedia, .action = NTMS_INJECT_START), ERROR_INVALID_PARAMETER);
	assert_int_equal(inject(4, &op), ERROR_INVALID_PARAMETER);
	assert_int_equal(inject(NTMS_INJECT_STOP, &none), ERROR_INVALID_PARAMETER);
	assert_int_equal(inject(NTMS_INJECT_STOP, &unknown), ERROR_INVALID_OPERATION);
	assert_int_equal(DO(root, InjectNtmsMedia, .library = guid_of(OFFLINE)), ERROR_LIBRARY_OFFLINE);
	assert_int_equal(DO(root, InjectNtmsMedia, .library = guid_of(m)), ERROR_INVALID_LIBRARY);
	assert_int_equal(DO(user, InjectNtmsMedia, .library = guid_of(lib)), ERROR_ACCESS_DENIED);
	assert_int_equal(inject(NTMS_INJECT_START, &op), 0);
	assert_true(row_of(&op) == last_request());
	assert_int_equal(inject(NTMS_INJECT_STARTMANY, &many), 0); /* queued behind it */
	assert_int_equal(field("SELECT wanted FROM librequest WHERE id=?"), WANTED_MANY);
	assert_int_equal(inject(NTMS_INJECT_RETRACT, &op),
			 ERROR_INVALID_OPERATION); /* an id of START can only be stopped */
	guid again = many;
	assert_int_equal(inject(NTMS_INJECT_RETRACT, &again), 0);
	assert_int_equal(field("SELECT wanted FROM librequest WHERE id=?"), WANTED_MANY | WANTED_RETRACT);
}

static void a_stop_before_the_start_ends_it_here(void **state)
{
	guid op = {0}, same;
	int64_t id;

	assert_int_equal(inject(NTMS_INJECT_START, &op), 0);
	same = op;
	assert_int_equal(inject(NTMS_INJECT_STOP, &same), 0);
	id = row_of(&op);
	assert_int_equal(number("SELECT state FROM librequest WHERE id=?", id), NTMS_LM_STOPPED);
	assert_int_equal(inject(NTMS_INJECT_STOP, &op), ERROR_INVALID_OPERATION);
	op = guid_null;
	assert_int_equal(inject(NTMS_INJECT_START, &op), 0);
	id = row_of(&op);
	OK(request_state(t, id, NTMS_LM_INPROCESS, "", e));
	assert_int_equal(inject(NTMS_INJECT_STOP, &op), 0);
	assert_true(world_woken(lib));
	assert_int_equal(number("SELECT wanted FROM librequest WHERE id=?", id), WANTED_STOP);
}

static void inject_needs_a_port_a_slot_and_a_library(void **state)
{
	guid op = {0};

	OK(object_enable(t, lib, false, e));
	assert_int_equal(inject(NTMS_INJECT_START, &op), ERROR_DEVICE_NOT_AVAILABLE);
	OK(object_enable(t, lib, true, e));
	OK(object_set_state(t, lib, NTMS_NOT_PRESENT, e));
	assert_int_equal(inject(NTMS_INJECT_START, &op), ERROR_DEVICE_NOT_AVAILABLE);
	OK(object_set_state(t, lib, NTMS_READY, e));
	sql_run("UPDATE slot SET state=1");
	assert_int_equal(inject(NTMS_INJECT_START, &op), ERROR_LIBRARY_FULL);
	OK(medium_move(t, m, drives[0], false, true, e)); /* its slot is empty, but it is its home */
	assert_int_equal(inject(NTMS_INJECT_START, &op), ERROR_LIBRARY_FULL);
	OK(sql_do(t, e, "UPDATE slot SET state=2 WHERE id=?", "i", slots[5]));
	assert_int_equal(inject(NTMS_INJECT_START, &op), 0);
	OK(sql_do(t, e, "UPDATE library SET cleaner_slot=? WHERE id=?", "ii", slots[5], lib));
	op = guid_null;
	assert_int_equal(inject(NTMS_INJECT_START, &op), ERROR_LIBRARY_FULL); /* kept for the cleaner */
	sql_run("DELETE FROM ieport");
	assert_int_equal(inject(NTMS_INJECT_START, &op), ERROR_RESOURCE_NOT_PRESENT);
}

/* ---- eject ---- */

static int eject(int64_t medium, uint32_t action, guid *operation)
{
	struct EjectNtmsMedia_out out = {0};
	guid g = medium ? guid_of(medium) : guid_null;
	int rc = CALL(root, EjectNtmsMedia, &out, .medium = g, .operation = *operation, .action = action);

	*operation = out.operation;
	return rc;
}

static void eject_and_its_refusals(void **state)
{
	guid op = {0}, none = {0}, unknown = guid_new();

	assert_int_equal(eject(m, 4, &op), ERROR_INVALID_PARAMETER);
	assert_int_equal(eject(0, NTMS_EJECT_START, &none), ERROR_INVALID_PARAMETER);
	assert_int_equal(eject(0, NTMS_EJECT_QUEUE, &none), ERROR_INVALID_PARAMETER);
	assert_int_equal(eject(0, NTMS_EJECT_STOP, &none), ERROR_INVALID_PARAMETER);
	assert_int_equal(eject(0, NTMS_EJECT_STOP, &unknown), ERROR_INVALID_OPERATION);
	assert_int_equal(DO(root, EjectNtmsMedia, .medium = guid_of(lib)), ERROR_INVALID_MEDIA);
	assert_int_equal(DO(user, EjectNtmsMedia, .medium = guid_of(m)), ERROR_ACCESS_DENIED);
	OK(medium_state(t, m, NTMS_MEDIASTATE_LOADED, e));
	assert_int_equal(eject(m, NTMS_EJECT_START, &op), ERROR_BUSY);
	assert_int_equal(eject(m, NTMS_EJECT_FORCE, &op), 0);
	assert_int_equal(field("SELECT wanted FROM librequest WHERE id=?"), WANTED_FORCE);
	assert_int_equal(eject(m, NTMS_EJECT_FORCE, &none), ERROR_BUSY); /* it is on its way */
	guid same = op;
	assert_int_equal(eject(0, NTMS_EJECT_STOP, &same), 0);
	assert_int_equal(eject(0, NTMS_EJECT_STOP, &op), ERROR_INVALID_OPERATION);
	OK(medium_state(t, m, NTMS_MEDIASTATE_IDLE, e));
	OK(medium_enable(t, m, false, "", e));
	assert_int_equal(eject(m, NTMS_EJECT_START, &op), ERROR_MEDIA_NOT_AVAILABLE);
	OK(object_enable(t, lib, false, e));
	assert_int_equal(eject(m, NTMS_EJECT_START, &op), ERROR_DEVICE_NOT_AVAILABLE);
	OK(object_enable(t, lib, true, e));
	sql_run("DELETE FROM ieport");
	assert_int_equal(eject(m, NTMS_EJECT_START, &op), ERROR_RESOURCE_NOT_PRESENT);
	OK(medium_lost(t, m, e));
	assert_int_equal(eject(m, NTMS_EJECT_START, &op), ERROR_LIBRARY_OFFLINE);
}

static void a_batch_begins_with_start(void **state)
{
	int64_t a = a_medium("B00001L8", lto, 1, FREE, AVAILABLE),
		b = a_medium("C00001L8", lto, 2, FREE, AVAILABLE), more = 0;
	guid op = {0};

	OK(object_new(t, NTMS_IEPORT, "Port 1", NULL, &more, e));
	OK(sql_do(t, e, "INSERT INTO ieport(id, library, number, element) VALUES(?,?,1,77)", "ii", more,
		  lib));
	assert_int_equal(eject(a, NTMS_EJECT_QUEUE, &op), 0);
	assert_true(guid_is_null(&op));
	assert_int_equal(field("SELECT state FROM librequest WHERE id=?"), NTMS_LM_DEFERRED);
	assert_int_equal(eject(b, NTMS_EJECT_QUEUE, &op), 0);
	assert_int_equal(eject(m, NTMS_EJECT_QUEUE, &op), ERROR_BUSY); /* more than the port holds */
	assert_int_equal(DO(user, EjectNtmsMedia, .action = NTMS_EJECT_START),
			 ERROR_INVALID_PARAMETER); /* another session's batch */
	assert_int_equal(eject(0, NTMS_EJECT_START, &op), 0);
	assert_false(guid_is_null(&op));
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE op=10 AND state=0 AND ?=0", 0), 2);
	assert_int_equal(eject(0, NTMS_EJECT_STOP, &op), 0);
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE op=10 AND state=8 AND ?=0", 0),
			 2); /* all of it */
	op = guid_null;
	assert_int_equal(eject(a, NTMS_EJECT_QUEUE, &op), 0);
	assert_int_equal(eject(b, NTMS_EJECT_START, &op), 0); /* with the last medium */
	assert_int_equal(number("SELECT count(*) FROM librequest WHERE op=10 AND state=0 AND ?=0", 0), 2);
}

static void a_batch_goes_with_its_session(void **state)
{
	struct session_end end = {.session = root.session};
	guid op = {0};

	assert_int_equal(eject(m, NTMS_EJECT_QUEUE, &op), 0);
	OK(media_session_ended(t, &end, e));
	assert_int_equal(field("SELECT state FROM librequest WHERE id=?"), NTMS_LM_CANCELLED);
}

/* ---- inventory, enable ---- */

static void inventory(void **state)
{
	guid g = guid_of(lib);

	assert_int_equal(DO(root, InventoryNtmsLibrary, .action = NTMS_INVENTORY_FAST),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_NONE),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_SLOT),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = guid_new(), .action = NTMS_INVENTORY_FAST),
			 ERROR_INVALID_LIBRARY);
	assert_int_equal(
		DO(root, InventoryNtmsLibrary, .library = guid_of(OFFLINE), .action = NTMS_INVENTORY_FAST),
		ERROR_INVALID_LIBRARY);
	assert_int_equal(DO(user, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_FAST),
			 ERROR_ACCESS_DENIED);
	sql_run("UPDATE library SET inventory_method=2 WHERE key='l1'");
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_DEFAULT), 0);
	assert_int_equal(field("SELECT option FROM librequest WHERE id=?"), NTMS_INVENTORY_OMID);
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_STOP), 0);
	assert_int_equal(field("SELECT state FROM librequest WHERE id=?"), NTMS_LM_STOPPED);
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_FAST), 0);
	int64_t id = last_request();
	OK(request_state(t, id, NTMS_LM_INPROCESS, "", e));
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_STOP), 0);
	assert_int_equal(field("SELECT wanted FROM librequest WHERE id=?"), WANTED_STOP);
	OK(object_enable(t, lib, false, e));
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_FAST),
			 ERROR_RESOURCE_DISABLED);
	OK(object_enable(t, lib, true, e));
	OK(object_set_state(t, lib, NTMS_NOT_PRESENT, e));
	assert_int_equal(DO(root, InventoryNtmsLibrary, .library = g, .action = NTMS_INVENTORY_FAST),
			 ERROR_DEVICE_NOT_AVAILABLE);
}

static void enabling_is_queued(void **state)
{
	guid drive = guid_of(drives[0]), medium = guid_of(m);

	assert_int_equal(DO(root, DisableNtmsObject, .object = guid_of(slots[0]), .type = NTMS_STORAGESLOT),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, DisableNtmsObject, .type = NTMS_DRIVE), ERROR_INVALID_PARAMETER);
	assert_int_equal(DO(root, DisableNtmsObject, .object = drive, .type = NTMS_LIBRARY),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(DO(root, DisableNtmsObject, .object = guid_of(OFFLINE), .type = NTMS_LIBRARY),
			 ERROR_LIBRARY_OFFLINE);
	assert_int_equal(DO(user, DisableNtmsObject, .object = drive, .type = NTMS_DRIVE),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(DO(root, EnableNtmsObject, .object = drive, .type = NTMS_DRIVE),
			 ERROR_INVALID_STATE);
	assert_int_equal(DO(root, DisableNtmsObject, .object = drive, .type = NTMS_DRIVE), 0);
	assert_int_equal(field("SELECT op FROM librequest WHERE id=?"), NTMS_LM_DISABLEDRIVE);
	assert_true(field("SELECT drive FROM librequest WHERE id=?") == drives[0]);
	assert_int_equal(DO(root, DisableNtmsObject, .object = medium, .type = NTMS_PHYSICAL_MEDIA), 0);
	assert_int_equal(field("SELECT op FROM librequest WHERE id=?"), NTMS_LM_DISABLEMEDIA);
	OK(medium_enable(t, m, false, "", e));
	assert_int_equal(DO(root, DisableNtmsObject, .object = medium, .type = NTMS_PHYSICAL_MEDIA),
			 ERROR_INVALID_STATE);
	assert_int_equal(DO(root, EnableNtmsObject, .object = medium, .type = NTMS_PHYSICAL_MEDIA), 0);
	OK(medium_lost(t, m, e));
	assert_int_equal(DO(root, EnableNtmsObject, .object = medium, .type = NTMS_PHYSICAL_MEDIA), 0);
	assert_int_equal(number("SELECT enabled FROM object WHERE id=?", m), 1); /* on the shelf: at once */
	assert_int_equal(field("SELECT state FROM librequest WHERE id=?"), NTMS_LM_PASSED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, open_world, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mount_arguments),
		TEST(mount_queues_a_request),
		TEST(mount_ends_when_its_last_request_does),
		TEST(a_failed_mount_tells_a_documented_code),
		TEST(mount_rights),
		TEST(mount_states),
		TEST(mount_drives),
		TEST(all_in_one_library),
		TEST(sides_of_one_medium_exclude_each_other),
		TEST(offline_media_ask_an_operator),
		TEST(one_offline_medium_holds_the_others_back),
		TEST(mount_without_waiting),
		TEST(a_session_that_ends_stops_its_mounts),
		TEST(dismount),
		TEST(inject_and_its_refusals),
		TEST(a_stop_before_the_start_ends_it_here),
		TEST(inject_needs_a_port_a_slot_and_a_library),
		TEST(eject_and_its_refusals),
		TEST(a_batch_begins_with_start),
		TEST(a_batch_goes_with_its_session),
		TEST(inventory),
		TEST(enabling_is_queued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
