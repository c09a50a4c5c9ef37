/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define OBJECT(what) "SELECT o.guid FROM " what " JOIN object o ON o.id=x.id "
#define A_LIBRARY OBJECT("library x") "WHERE x.key='test'"
#define A_DRIVE OBJECT("drive x") "ORDER BY x.id LIMIT 1"
#define MEDIUM(tag) OBJECT("physical_media x") "WHERE x.barcode='" tag "'"
#define SIDE(tag)                                                                                            \
	OBJECT("side x")                                                                                     \
	"WHERE x.medium=(SELECT id FROM physical_media WHERE barcode='" tag "') ORDER BY x.number"
#define POOL(type, media)                                                                                    \
	OBJECT("media_pool x")                                                                               \
	"WHERE x.pool_type=" #type " AND x.media_type=(SELECT id FROM media_type WHERE "                     \
	"key='" media "')"

guid lmid[3];

static void allocate_one(struct world *w, const guid *pool) { lmid[0] = allocate(w, pool); }
static void allocate_two(struct world *w, const guid *pool)
{
	lmid[0] = allocate(w, pool);
	lmid[1] = allocate(w, pool);
}

static void mount_one(struct world *w, const guid *pool)
{
	mount(w, lmid, 1, NTMS_MOUNT_READ);
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
}

static void mount_two(struct world *w, const guid *pool) { mount(w, lmid, 2, NTMS_MOUNT_READ); }

static void new_media(struct world *w, const guid *pool)
{
	cartridge_add(w, SLOT + 4, "UNKNOWL8", LABEL_FOREIGN, "tar");
	cartridge_add(w, SLOT + 5, "", LABEL_BLANK, NULL);
}

static void find_them(struct world *w, const guid *pool)
{
	struct event ev = {.kind = EV_ATTENTION, .types = 30};

	world_tell(w, &ev);
	world_run(w);
}

static void blank_there(struct world *w, const guid *pool)
{
	cartridge_add(w, SLOT + 4, "BLANK0L8", LABEL_BLANK, NULL);
	find_them(w, pool);
}

static void free_it(struct world *w, const guid *pool) { free_medium(w, "BLANK0L8"); }

static void inject_two(struct world *w, const guid *pool)
{
	int code;
	guid op = inject(w, NTMS_INJECT_STARTMANY, guid_null, &code);

	world_run(w);
	cartridge_add(w, PORT, "NEW001L8", LABEL_BLANK, NULL);
	world_pass(w, 1000);
	if (place_at(w, PORT)->cartridge < 0)
		cartridge_add(w, PORT, "NEW002L8", LABEL_FOREIGN, "tar 2");
	world_pass(w, 1000);
	inject(w, NTMS_INJECT_STOP, op, &code);
	world_pass(w, 1000);
}

static void eject_one(struct world *w, const guid *pool)
{
	int code;

	eject(w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(w);
	place_at(w, PORT)->cartridge = -1; /* taken */
	world_pass(w, 1000);
}

static void inventory_full(struct world *w, const guid *pool)
{
	struct InventoryNtmsLibrary_in in = {.library = ask_guid(w, A_LIBRARY),
					     .action = NTMS_INVENTORY_OMID};

	CALL(w, InventoryNtmsLibrary, &in, NULL);
	world_run(w);
}

static void leave_and_come_back(struct world *w, const guid *pool)
{
	mount(w, lmid, 1, NTMS_MOUNT_READ);
	dismount(w, lmid, NTMS_DISMOUNT_DEFERRED);
	mount(w, &lmid[1], 1, NTMS_MOUNT_READ);
	mount(w, lmid, 1, NTMS_MOUNT_READ);
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
}

static void session_dies(struct world *w, const guid *pool)
{
	int code;

	mount_begin(w, lmid, 2, NTMS_MOUNT_READ, INFINITE, &code);
	if (!w->dead)
		world_step(w);
	session_end(w);
	world_run(w);
}

static void wait_for_the_shelf(struct world *w, const guid *pool)
{
	int code, cartridge;
	guid call;

	eject_one(w, pool);
	if (w->dead)
		return;
	cartridge = 0; /* TAPE00L8 */
	call = mount_begin(w, lmid, 1, NTMS_MOUNT_READ, INFINITE, &code);
	inject(w, NTMS_INJECT_START, guid_null, &code);
	world_run(w);
	if (!w->dead && place_at(w, PORT)->cartridge < 0)
		place_at(w, PORT)->cartridge = cartridge;
	world_pass(w, 1000);
	mount_end(w, &call);
}

static void move_by_hand(struct world *w, const guid *pool)
{
	struct place *a = place_at(w, SLOT), *b = place_at(w, SLOT + 1);
	int was = a->cartridge;

	a->cartridge = b->cartridge;
	b->cartridge = was;
	find_them(w, pool);
	mount_one(w, pool);
}

static void off_and_on(struct world *w, uint32_t type, const char *sql)
{
	struct DisableNtmsObject_in off = {.type = type, .object = ask_guid(w, sql)};
	struct EnableNtmsObject_in on = {.type = type, .object = off.object};

	CALL(w, DisableNtmsObject, &off, NULL);
	world_run(w);
	CALL(w, EnableNtmsObject, &on, NULL);
	world_run(w);
}

static void disable_in_work(struct world *w, const guid *pool)
{
	mount(w, lmid, 1, NTMS_MOUNT_READ);
	dismount(w, lmid, NTMS_DISMOUNT_DEFERRED);
	off_and_on(w, NTMS_DRIVE, A_DRIVE);
}

static void robot_fails(struct world *w, const guid *pool)
{
	if (!w->fault.kind)
		w->fault.kind = ACT_MOVE, w->fault.outcome = OUTCOME_UNKNOWN, w->fault.fault = FAULT_PATH,
		w->fault.happens = true;
	mount_one(w, pool);
	w->fault.kind = ACT_LOAD, w->fault.outcome = OUTCOME_FAILED, w->fault.fault = FAULT_DRIVE,
	w->fault.happens = false;
	mount_one(w, pool);
}

/* The robot calls failed what it did; at first it is to be asked again. */
static void robot_lies(struct world *w, const guid *pool)
{
	int code;
	guid call;

	w->fault.kind = ACT_MOVE, w->fault.outcome = OUTCOME_FAILED, w->fault.fault = FAULT_LATER,
	w->fault.happens = true;
	call = mount_begin(w, lmid, 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(w);
	world_pass(w, 6000);
	mount_end(w, &call);
	w->fault.kind = ACT_MOVE, w->fault.fault = FAULT_CANNOT, w->fault.happens = true;
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	if (w->dead)
		w->fault.kind = 0;
}

static void long_day(struct world *w, const guid *pool)
{
	leave_and_come_back(w, pool);
	dismount(w, &lmid[1], NTMS_DISMOUNT_IMMEDIATE);
	inject_two(w, pool);
	mount_two(w, pool);
	session_end(w);
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	dismount(w, &lmid[1], NTMS_DISMOUNT_IMMEDIATE);
	inventory_full(w, pool);
	eject_one(w, pool);
}

/* ---- several media, several drives ---- */

static void allocate_three(struct world *w, const guid *pool)
{
	allocate_two(w, pool);
	lmid[2] = allocate(w, pool);
}

static void exchange(struct world *w, const guid *pool)
{
	mount_two(w, pool);
	dismount(w, lmid, NTMS_DISMOUNT_DEFERRED);
	dismount(w, &lmid[1], NTMS_DISMOUNT_DEFERRED);
	world_pass(w, 300000);
	mount(w, &lmid[2], 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE);
	mount(w, lmid, 1, NTMS_MOUNT_READ);
}

static void mount_late(struct world *w, const guid *pool)
{
	int code;
	guid call;

	mount_two(w, pool);
	call = mount_begin(w, &lmid[2], 1, NTMS_MOUNT_READ, 5000, &code);
	world_pass(w, 5000);
	mount_end(w, &call); /* timed out */
	call = mount_begin(w, &lmid[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(w);
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	mount_end(w, &call);
}

/* A session ends when its mount has done that many steps; and while it waits for a drive. */
static void cancel_everywhere(struct world *w, const guid *pool)
{
	int code;

	for (int steps = 0; steps < 5; steps++) {
		mount_begin(w, lmid, 1, NTMS_MOUNT_READ, INFINITE, &code);
		for (int i = 0; i < steps; i++)
			world_step(w);
		session_end(w);
		world_run(w);
		if (ask(w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"))
			dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	}
	mount(w, lmid, 2, NTMS_MOUNT_READ);
	mount_begin(w, &lmid[2], 1, NTMS_MOUNT_READ, INFINITE, &code);
	world_run(w);
	session_end(w);
	world_run(w);
}

/* ---- ports ---- */

static void inject_one(struct world *w, const guid *pool)
{
	int code;

	inject(w, NTMS_INJECT_START, guid_null, &code);
	world_run(w);
	cartridge_add(w, PORT, "NEW003L8", LABEL_FOREIGN, "tar 3");
	world_pass(w, 1000);
}

static void inject_nothing(struct world *w, const guid *pool)
{
	int code;
	guid op = inject(w, NTMS_INJECT_START, guid_null, &code);

	inject(w, NTMS_INJECT_STOP, op, &code);
	world_run(w);
	inject(w, NTMS_INJECT_START, guid_null, &code);
	world_run(w);
	world_pass(w, 301000);
}

static void eject_two(struct world *w, const guid *pool)
{
	int code;

	eject(w, "TAPE00L8", NTMS_EJECT_QUEUE, &code);
	eject(w, "TAPE01L8", NTMS_EJECT_QUEUE, &code);
	eject(w, "", NTMS_EJECT_START, &code);
	world_run(w);
	place_at(w, PORT)->cartridge = -1;
	world_pass(w, 1000);
	place_at(w, PORT + 1)->cartridge = -1;
	world_pass(w, 1000);
}

/* Nobody takes it; after its time it is fetched back. */
static void eject_late(struct world *w, const guid *pool)
{
	int code;

	eject(w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(w);
	world_pass(w, 301000);
	inject(w, NTMS_INJECT_START, guid_null, &code);
	world_run(w);
	world_pass(w, 1000);
}

static void eject_stopped(struct world *w, const guid *pool)
{
	struct EjectNtmsMedia_in in = {.action = NTMS_EJECT_STOP};
	struct EjectNtmsMedia_out out = {0};
	int code;

	in.operation = eject(w, "TAPE00L8", NTMS_EJECT_START, &code);
	world_run(w);
	CALL(w, EjectNtmsMedia, &in, &out);
	world_run(w);
	world_pass(w, 1000);
}

static void eject_by_force(struct world *w, const guid *pool)
{
	int code;

	mount(w, lmid, 1, NTMS_MOUNT_READ);
	eject(w, "TAPE00L8", NTMS_EJECT_FORCE, &code);
	world_run(w);
	place_at(w, PORT)->cartridge = -1;
	world_pass(w, 1000);
}

/* ---- pools and labels ---- */

static void to_free_pool_after(struct world *w, const guid *pool)
{
	world_set(w, "UPDATE media_pool SET deallocation_policy=1");
	allocate_one(w, pool);
}

static void give_back(struct world *w, const guid *pool)
{
	struct DeallocateNtmsMedia_in in = {.medium = lmid[0]};
	struct SetNtmsMediaComplete_in complete = {.medium = lmid[0]};

	mount_one(w, pool);
	CALL(w, SetNtmsMediaComplete, &complete, NULL);
	CALL(w, DeallocateNtmsMedia, &in, NULL);
	world_run(w);
}

static void foreign_there(struct world *w, const guid *pool)
{
	cartridge_add(w, SLOT + 4, "OTHER0L8", LABEL_FOREIGN, "tar");
	cartridge_add(w, SLOT + 5, "OTHER1L8", LABEL_UNKNOWN, NULL);
	find_them(w, pool);
}

/* An import is taken as it is, another is made free. */
static void import(struct world *w, const guid *pool)
{
	struct AllocateNtmsMedia_in in = {
		.pool = *pool, .call = guid_new(), .side = ask_guid(w, SIDE("OTHER0L8"))};
	struct AllocateNtmsMedia_out out = {0};
	guid imported;

	CALL(w, AllocateNtmsMedia, &in, &out);
	imported = out.medium;
	mount(w, &imported, 1, NTMS_MOUNT_READ);
	free_medium(w, "OTHER1L8");
	dismount(w, &imported, NTMS_DISMOUNT_IMMEDIATE);
}

/* Nobody has looked at it, and the administrator vouches for it. */
static void adopt(struct world *w, const guid *pool)
{
	struct RsmPauseIdentification_in pause = {.library = ask_guid(w, A_LIBRARY), .pause = 1};
	struct RsmAdoptMedium_in in;

	CALL(w, RsmPauseIdentification, &pause, NULL);
	new_media(w, pool);
	find_them(w, pool);
	in.medium = ask_guid(w, MEDIUM("UNKNOWL8"));
	CALL(w, RsmAdoptMedium, &in, NULL);
	world_run(w);
	pause.pause = 0;
	CALL(w, RsmPauseIdentification, &pause, NULL);
	world_run(w);
}

/* The pool is empty: the call waits for an operator, who first refuses, and then brings a medium. */
static void allocate_waits(struct world *w, const guid *pool)
{
	struct AllocateNtmsMedia_in in = {.pool = *pool, .call = guid_new(), .timeout = INFINITE};
	struct AllocateNtmsMedia_out out = {0};
	struct CancelNtmsOperatorRequest_in refuse;
	struct MoveToNtmsMediaPool_in into = {.pool = *pool};

	CALL(w, AllocateNtmsMedia, &in, &out);
	refuse.request = ask_guid(w, OBJECT("oprequest x") "WHERE x.state=1");
	CALL(w, CancelNtmsOperatorRequest, &refuse, NULL);
	world_run(w);
	in.call = guid_new();
	CALL(w, AllocateNtmsMedia, &in, &out);
	inject_one(w, pool);
	free_medium(w, "NEW003L8");
	into.medium = ask_guid(w, MEDIUM("NEW003L8"));
	CALL(w, MoveToNtmsMediaPool, &into, NULL);
	world_run(w);
	if (!w->dead)
		assert_int_equal(world_poll(w, &in.call, &out), 0);
}

/* ---- devices ---- */

static void drive_swapped(struct world *w, const guid *pool)
{
	mount_one(w, pool);
	w->serial = "NEW1";
	world_probe(w);
	world_run(w);
	mount_one(w, pool);
}

static void all_disabled(struct world *w, const guid *pool)
{
	off_and_on(w, NTMS_PHYSICAL_MEDIA, MEDIUM("TAPE00L8"));
	mount(w, lmid, 1, NTMS_MOUNT_READ);
	off_and_on(w, NTMS_LIBRARY, A_LIBRARY);
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
}

/* A program that the user started still has the drive open when its medium is dismounted. */
static void drive_stays_open(struct world *w, const guid *pool)
{
	mount(w, lmid, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE);
	w->fault.kind = ACT_REVOKE, w->fault.outcome = OUTCOME_FAILED, w->fault.fault = FAULT_HELD;
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	world_pass(w, 2000);
}

static void left_in_the_hand(struct world *w, const guid *pool)
{
	struct place *slot = place_at(w, SLOT);

	place_at(w, HAND)->cartridge = slot->cartridge;
	slot->cartridge = -1;
	find_them(w, pool);
}

/* The robot reads no bar code any more; one of the media has no label either. */
static void barcodes_fall_off(struct world *w, const guid *pool)
{
	allocate_two(w, pool);
	cartridge_add(w, SLOT + 5, "", LABEL_BLANK, NULL);
	find_them(w, pool);
	vec_each(k, &w->cartridges)
		k->tag[0] = '\0';
}

static void without_barcodes(struct world *w, const guid *pool)
{
	mount_two(w, pool);
	dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	dismount(w, &lmid[1], NTMS_DISMOUNT_IMMEDIATE);
	inventory_full(w, pool);
}

/* ---- two sides ---- */

static void two_sides_there(struct world *w, const guid *pool)
{
	cartridge_add(w, SLOT + 4, "DISC01", LABEL_BLANK, NULL);
	w->cartridges.v[w->cartridges.n - 1].tape.sides = 2;
	find_them(w, pool);
}

static void two_sides(struct world *w, const guid *pool)
{
	guid discs = pool_new(w, "\\Discs", "Optical two-sided");
	struct MoveToNtmsMediaPool_in into = {.pool = discs};
	struct AllocateNtmsMedia_in in = {.pool = discs, .call = guid_new(), .options = NTMS_ALLOCATE_NEW};
	struct AllocateNtmsMedia_out first = {0}, second = {0};

	free_medium(w, "DISC01");
	into.medium = ask_guid(w, MEDIUM("DISC01"));
	CALL(w, MoveToNtmsMediaPool, &into, NULL);
	CALL(w, AllocateNtmsMedia, &in, &first);
	in.options = NTMS_ALLOCATE_NEXT, in.call = guid_new(), in.medium = first.medium;
	CALL(w, AllocateNtmsMedia, &in, &second);
	mount(w, &second.medium, 1, NTMS_MOUNT_READ);
	dismount(w, &second.medium, NTMS_DISMOUNT_DEFERRED);
	mount(w, &first.medium, 1, NTMS_MOUNT_READ);
	dismount(w, &first.medium, NTMS_DISMOUNT_IMMEDIATE);
}

const struct scene scenes[] = {
	{"mount, dismount", 1, allocate_one, mount_one},
	{"mount of two", 2, allocate_two, mount_two},
	{"new media found", 1, new_media, find_them},
	{"medium freed", 1, blank_there, free_it},
	{"insert of two", 1, allocate_one, inject_two},
	{"eject", 2, allocate_two, eject_one},
	{"full inventory", 2, allocate_two, inventory_full},
	{"deferred dismounts", 2, allocate_two, leave_and_come_back},
	{"a session dies", 2, allocate_two, session_dies},
	{"a mount waits for the shelf", 2, allocate_two, wait_for_the_shelf},
	{"moved by hand", 2, allocate_two, move_by_hand},
	{"a drive is disabled", 1, allocate_one, disable_in_work},
	{"robot and drive fail", 1, allocate_one, robot_fails},
	{"the robot calls failed what it did", 1, allocate_one, robot_lies},
	{"a long day", 3, allocate_two, long_day},
	{"exchange", 3, allocate_three, exchange},
	{"a mount waits, and comes too late", 3, allocate_three, mount_late},
	{"mounts cancelled in every state", 3, allocate_three, cancel_everywhere},
	{"insert of one", 1, allocate_one, inject_one},
	{"insert of nothing", 1, allocate_one, inject_nothing},
	{"eject of two", 2, allocate_two, eject_two, .ports = 2},
	{"eject that nobody takes", 2, allocate_two, eject_late},
	{"eject stopped", 2, allocate_two, eject_stopped},
	{"eject by force", 2, allocate_two, eject_by_force},
	{"given back to the free pool", 1, to_free_pool_after, give_back},
	{"import", 1, foreign_there, import},
	{"adoption", 1, allocate_one, adopt},
	{"an allocation waits for an operator", 1, allocate_one, allocate_waits},
	{"a drive is swapped", 1, allocate_one, drive_swapped},
	{"medium and library are disabled", 1, allocate_one, all_disabled},
	{"the drive stays open", 1, allocate_one, drive_stays_open},
	{"left in the hand", 2, allocate_two, left_in_the_hand},
	{"no bar codes", 2, barcodes_fall_off, without_barcodes, .unmarked = true},
	{"two sides", 1, two_sides_there, two_sides, .two_sided = true},
	{"mount, dismount; then all is read", 3, allocate_one, mount_one, true},
	{"insert of two; then all is read", 2, allocate_one, inject_two, true},
	{"eject; then all is read", 3, allocate_two, eject_one, true},
	{"robot and drive fail; then all is read", 2, allocate_one, robot_fails, true},
};
const size_t n_scenes = countof(scenes);
