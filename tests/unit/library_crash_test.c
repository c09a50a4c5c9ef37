/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rsmd dies at every device action of every scene, before the robot did it and after; starts again; and dies
 * a second time at every action of the recovery. Whatever happened, afterwards the rows agree with the robot,
 * nothing is left open, no side has been given away or forgotten, and the library works on.
 *
 * RSM_CRASH_SECOND=N: the most second crashes for each first one (0: none). RSM_CRASH_PART=K/N: only every
 * N-th scene, from the K-th. The count is printed.
 */
#include "library/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct scene {
	const char *name;
	int media; /* free ones in the pool beforehand */
	void (*before)(struct world *, const guid *pool);
	void (*act)(struct world *, const guid *pool);
	bool full; /* the library inventories in full when it comes up: a long recovery */
};

static guid lmid[3];

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
	struct InventoryNtmsLibrary_in in = {
		.library = ask_guid(
			w, "SELECT o.guid FROM library l JOIN object o ON o.id=l.id WHERE l.key='test'"),
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

static void disable_in_work(struct world *w, const guid *pool)
{
	struct DisableNtmsObject_in off = {.type = NTMS_DRIVE};
	struct EnableNtmsObject_in on = {.type = NTMS_DRIVE};

	off.object = on.object =
		ask_guid(w, "SELECT o.guid FROM drive d JOIN object o ON o.id=d.id ORDER BY d.id LIMIT 1");
	mount(w, lmid, 1, NTMS_MOUNT_READ);
	dismount(w, lmid, NTMS_DISMOUNT_DEFERRED);
	CALL(w, DisableNtmsObject, &off, NULL);
	world_run(w);
	CALL(w, EnableNtmsObject, &on, NULL);
	world_run(w);
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

static const struct scene scenes[] = {
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
	{"a long day", 3, allocate_two, long_day},
	{"mount, dismount; then all is read", 3, allocate_one, mount_one, true},
	{"insert of two; then all is read", 2, allocate_one, inject_two, true},
	{"eject; then all is read", 3, allocate_two, eject_one, true},
	{"robot and drive fail; then all is read", 2, allocate_one, robot_fails, true},
};

static void never_two_of_one(struct world *w)
{
	assert_int_equal(ask(w, "SELECT count(*) FROM (SELECT 1 FROM physical_media WHERE barcode<>'' GROUP "
				"BY barcode HAVING count(*)>1)"),
			 0);
	assert_int_equal(ask(w, "SELECT count(*) FROM logical_media l WHERE (SELECT count(*) FROM side s "
				"WHERE s.lmid=l.id)<>1"),
			 0);
}

static void works_on(struct world *w, const struct scene *s)
{
	int64_t online;

	if (s->before != allocate_one && s->before != allocate_two)
		return;
	/* the ejected one may be on the shelf */
	online = ask(w, "SELECT m.place IS NOT NULL AND m.place NOT IN (SELECT id FROM ieport) FROM "
			"physical_media m JOIN side s ON s.medium=m.id "
			"WHERE s.lmid=(SELECT min(id) FROM logical_media)");
	if (!online)
		return;
	/* a mount that had ended before rsmd died still holds its drive */
	if (ask(w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"))
		return;
	assert_int_equal(mount(w, lmid, 1, NTMS_MOUNT_READ), 0);
}

/* One run: dies at action `first` (done or not), and at action `second` of the recovery. False: it never came
 * to `first`. */
static bool run(const struct scene *s, int first, bool first_done, int second, bool second_done,
		bool *second_came)
{
	struct world w = {0};
	guid pool;

	start_with(&w, s->media, &pool);
	s->before(&w, &pool);
	if (s->full)
		world_set(&w, "UPDATE library SET inventory_method=2 WHERE key='test'");
	w.dies_at = first, w.dies_done = first_done;
	s->act(&w, &pool);
	*second_came = false;
	if (!w.dead) {
		world_end(&w);
		return false;
	}
	world_restart(&w);
	w.dies_at = second, w.dies_done = second_done;
	world_up(&w);
	if (w.dead) {
		*second_came = true;
		world_restart(&w);
		world_up(&w);
	}
	w.dies_at = 0;
	world_pass(&w, 1000);
	check_at_rest(&w);
	never_two_of_one(&w);
	/* nothing may wait, unless it is for a drive that an application holds */
	if (ask(&w,
		"SELECT count(*) FROM librequest WHERE state IN (0,1,5) AND NOT (reason LIKE '%in use' AND "
		"EXISTS(SELECT 1 FROM physical_media WHERE mounted_side IS NOT NULL))"))
		fail_msg("%s: first %d %d, second %d %d: request %lld of op %lld, phase %lld still open",
			 s->name, first, first_done, second, second_done,
			 (long long)ask(&w, "SELECT id FROM librequest WHERE state IN (0,1,5)"),
			 (long long)ask(&w, "SELECT op FROM librequest WHERE state IN (0,1,5)"),
			 (long long)ask(&w, "SELECT phase FROM librequest WHERE state IN (0,1,5)"));
	assert_int_equal(ask(&w, "SELECT count(*) FROM side WHERE state=1 AND library<>2"),
			 0); /* no label forgotten */
	works_on(&w, s);
	world_end(&w);
	return true;
}

static void die_everywhere(void **state)
{
	int most = getenv("RSM_CRASH_SECOND") ? atoi(getenv("RSM_CRASH_SECOND")) : 0, runs = 0;
	size_t part = 0, parts = 1;

	if (getenv("RSM_CRASH_PART"))
		assert_int_equal(sscanf(getenv("RSM_CRASH_PART"), "%zu/%zu", &part, &parts), 2);
	for (size_t i = part; i < countof(scenes); i += parts) {
		bool more = true, came;

		for (int first = 1; more; first++)
			for (int done = 0; done < 2 && more; done++) {
				more = run(&scenes[i], first, done, 0, false, &came);
				runs += more;
				came = more;
				for (int second = 1; more && came && second <= most; second++)
					for (int done2 = 0; done2 < 2; done2++) {
						run(&scenes[i], first, done, second, done2, &came);
						runs++;
					}
			}
	}
	print_message("# %d crashes and recoveries, no violation\n", runs);
	assert_true(runs > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(die_everywhere)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
