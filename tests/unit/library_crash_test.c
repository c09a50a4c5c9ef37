/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * rsmd dies at every point of every scene, starts again, and dies a second time at the points of the
 * recovery. Whatever happened, afterwards the rows agree with the robot, nothing is left open, no side has
 * been given away or forgotten, no label is where it mustn't be, what was mounted still is, and the library
 * works on.
 *
 * Points are each commit, and each outcome of a command that changes something outside: the robot or drive
 * did it, did half of it, or did something else. (That it did nothing is the commit before. A command that
 * changes nothing, a reading, gives no point of its own.) With each commit somebody, in turn, does something
 * to the library while rsmd is down. Besides, each job finds the disk full once, with no crash at all.
 *
 * At each point the process forks: the child is the one that dies there, so no scene is played twice.
 *
 * RSM_CRASH_SECOND=N: a second crash at each N-th point of the recoveries (0: none). RSM_CRASH_PART=K/N: only
 * each N-th of the points, from the K-th. RSM_CRASH_SCENE=TEXT: only scenes with that in their names. The
 * counts are printed.
 */
#include "library/scenes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	size_t second, part, parts; /* of the environment */
	const struct scene *scene;
	int crashes;   /* rsmd's, in this process's past */
	bool touched;  /* somebody or something put cartridges elsewhere than rsmd had wanted */
	size_t point;  /* of the scene, or of the recovery */
	size_t copies; /* of the store, one after each commit of the scene */
	bool restored; /* one of them was put back */
} now;

/* ---- what is done to the world when rsmd dies ---- */

static struct place *full_slot(struct world *w, size_t nth)
{
	for (size_t i = 0; i < w->slots; i++)
		if (place_at(w, (uint16_t)(SLOT + i))->cartridge >= 0 && nth-- == 0)
			return place_at(w, (uint16_t)(SLOT + i));
	return NULL;
}

static struct place *free_place(struct world *w)
{
	for (size_t i = w->slots; i-- > 0;)
		if (place_at(w, (uint16_t)(SLOT + i))->cartridge < 0)
			return place_at(w, (uint16_t)(SLOT + i));
	return NULL;
}

static void carry(struct place *from, struct place *to)
{
	if (!from || !to || from == to)
		return;
	to->cartridge = from->cartridge;
	to->inverted = from->inverted;
	from->cartridge = -1;
}

static void nothing(struct world *w, const struct action *a) {}

/* Half: in the hand, or with a label that the drive hadn't finished. */
static void half(struct world *w, const struct action *a)
{
	if (a->kind == ACT_MOVE)
		carry(place_at(w, a->destination), place_at(w, HAND));
	else
		w->cartridges.v[action_drive_at(w, a)->cartridge].label[action_drive_at(w, a)->inverted] =
			LABEL_UNKNOWN;
}

static void something_else(struct world *w, const struct action *a)
{
	if (a->kind == ACT_MOVE)
		carry(place_at(w, a->destination), free_place(w));
}

static void swap(struct world *w, const struct action *a)
{
	struct place *one = full_slot(w, 0), *other = full_slot(w, 1);
	int was;

	if (!other)
		return;
	was = one->cartridge;
	one->cartridge = other->cartridge;
	other->cartridge = was;
}

static void rearrange(struct world *w, const struct action *a) { carry(full_slot(w, 0), free_place(w)); }

static void bring(struct world *w, const struct action *a)
{
	if (free_place(w))
		cartridge_add(w, (uint16_t)(free_place(w)->cell.address), "BROUGHL8", LABEL_FOREIGN, "tar 7");
}

static void take_away(struct world *w, const struct action *a)
{
	if (full_slot(w, 1))
		full_slot(w, 1)->cartridge = -1;
}

static void swap_drive(struct world *w, const struct action *a) { w->serial = "SWAPPED"; }

static void note_kept(struct world *w);

/* Whoever was given a side since has written on it, and the copy may not know. */
static void applications_write(struct world *w)
{
	vec_each(k, &w->cartridges)
		for (int side = 0; side < 2; side++) {
			char sql[200];

			snprintf(sql, sizeof sql,
				 "SELECT count(*) FROM side s JOIN physical_media m ON m.id=s.medium WHERE "
				 "s.lmid IS NOT NULL AND s.number=%d AND m.barcode='%s'",
				 side, k->tag);
			if (k->tag[0] && ask(w, sql))
				k->label[side] = LABEL_UNKNOWN;
		}
}

static void back_to_copy(struct world *w, const struct action *a)
{
	struct err e = {0};

	note_kept(w); /* by what is true, not by the copy */
	applications_write(w);
	assert_int_equal(store_put_back(w->store, 1 + now.point * 7 % now.copies, &e), 0);
	now.restored = true;
}

struct fate {
	const char *what;
	void (*happens)(struct world *, const struct action *);
	bool touches; /* cartridges lie where no action has put them */
};
static const struct fate done = {"rsmd dies", nothing};
static const struct fate outcomes[] = {
	{"done, rsmd dies", nothing},
	{"half done, rsmd dies", half},
	{"something else done, rsmd dies", something_else, true},
};
static const struct fate meanwhile[] = {
	{"rsmd dies, two are swapped", swap, true},    {"rsmd dies, one is put elsewhere", rearrange, true},
	{"rsmd dies, a new one comes", bring, true},   {"rsmd dies, one is taken away", take_away, true},
	{"rsmd dies, a drive is swapped", swap_drive},
};
static const struct fate put_back = {"rsmd dies, a copy of the store is put back", back_to_copy, true};
static const struct fate full_disk = {"the disk is full", NULL};

/* ---- what must outlive it ---- */

struct promise {
	int64_t allocated, mounted;
	enum label_kind label[16][2];
};

static bool keeps[16];

/* Media that aren't to be labelled: what stands on their tapes is somebody's. */
static bool is_kept(struct world *w, const struct cartridge *k)
{
	char sql[200];

	snprintf(sql, sizeof sql,
		 "SELECT count(*)=0 FROM side s JOIN physical_media m ON m.id=s.medium WHERE s.state=1 AND "
		 "m.barcode='%s'",
		 k->tag);
	return k->tag[0] && ask(w, sql);
}

static struct promise promised(struct world *w)
{
	struct promise p = {
		ask(w, "SELECT coalesce(sum(s.id*l.id*s.state),0) FROM logical_media l JOIN side s ON "
		       "s.lmid=l.id"),
		/* whose application has asked for the dismount, or waits for another medium of the same call,
		 * is nobody's after a restart */
		ask(w,
		    "SELECT coalesce(sum(id*place),0) FROM physical_media m WHERE mounted_side IS NOT NULL "
		    "AND NOT EXISTS(SELECT 1 FROM librequest r WHERE r.open=1 AND r.medium=m.id AND "
		    "r.op=16 AND r.session IS NOT NULL) AND NOT EXISTS(SELECT 1 FROM librequest r JOIN librequest "
		    "o ON o.call=r.call WHERE r.open=1 AND r.op=17 AND o.op=17 AND o.medium=m.id AND "
		    "o.state=2)"),
		{{0}}};

	assert_true(w->cartridges.n <= countof(p.label));
	for (size_t i = 0; i < w->cartridges.n; i++)
		memcpy(p.label[i], w->cartridges.v[i].label, sizeof p.label[i]);
	return p;
}

static void note_kept(struct world *w)
{
	memset(keeps, 0, sizeof keeps);
	for (size_t i = 0; i < w->cartridges.n; i++)
		keeps[i] = is_kept(w, &w->cartridges.v[i]);
}

static void labels_kept(struct world *w, const struct promise *before)
{
	for (size_t i = 0; i < w->cartridges.n; i++)
		if (keeps[i])
			assert_memory_equal(w->cartridges.v[i].label, before->label[i],
					    sizeof before->label[i]);
}

static void promise_kept(struct world *w, const struct promise *before)
{
	struct promise p = promised(w);

	assert_int_equal(p.allocated, before->allocated);
	if (!now.restored) /* else nobody knows whose they have become since */
		assert_int_equal(p.mounted, before->mounted);
	labels_kept(w, before);
}

/* ---- afterwards ---- */

static int show_requests(struct txn *t, void *unused, struct err *e)
{
	auto_rows struct rows *q = sql_rows(
		t, e,
		"SELECT r.id, r.op, r.state, r.phase, m.barcode, r.reason FROM librequest r LEFT JOIN "
		"physical_media m ON m.id=r.medium WHERE r.state<>2",
		"");

	while (rows_next(q))
		print_message("# request %lld: operation %lld, state %lld, phase %lld, medium %s: %s\n",
			      (long long)rows_i64(q, 0), (long long)rows_i64(q, 1), (long long)rows_i64(q, 2),
			      (long long)rows_i64(q, 3), rows_null(q, 4) ? "none" : rows_text(q, 4),
			      rows_text(q, 5));
	return rows_failed(q) ? (int)e->code : 0;
}

static void invariants(struct world *w)
{
	static const char *const none[] = {
		"SELECT count(*) FROM (SELECT 1 FROM physical_media WHERE barcode<>'' GROUP BY barcode "
		"HAVING "
		"count(*)>1)",
		"SELECT count(*) FROM logical_media l WHERE (SELECT count(*) FROM side s WHERE "
		"s.lmid=l.id)<>1",
		/* a label forgotten */
		"SELECT count(*) FROM side s JOIN object o ON o.id=s.medium WHERE s.state=1 AND s.library<>2 AND "
		"o.enabled=1",
		"SELECT count(*) FROM action x WHERE x.kind=6 AND NOT EXISTS(SELECT 1 FROM action r WHERE "
		"r.request=x.request AND r.kind=5 AND r.state=1 AND r.id<x.id)", /* written unread */
		"SELECT count(*) FROM media_pool p WHERE media_count<>(SELECT count(*) FROM physical_media m "
		"WHERE "
		"m.pool=p.id)",
		"SELECT count(*) FROM librequest WHERE state IN (0,1,5,6)",
		"SELECT count(*) FROM physical_media m JOIN changer c ON m.place=c.id",
		/* moved before an rsmd of that epoch had read the elements, or since the last doubt: an
		 * undone move */
		"SELECT count(*) FROM action m WHERE kind=3 AND NOT EXISTS(SELECT 1 FROM action s WHERE s.kind IN "
		"(1,2) AND s.state=1 AND s.epoch=m.epoch AND s.id<m.id AND s.id>coalesce((SELECT max(id) FROM "
		"action u WHERE u.kind=3 AND u.state<>1 AND u.epoch=m.epoch AND u.id<m.id),0))",
		/* in use or in a drive for ever: no call would touch it any more */
		"SELECT count(*) FROM physical_media WHERE state IN (1,2,3,4) AND coalesce(place,0) NOT IN "
		"(SELECT id "
		"FROM drive)",
	};

	struct err e = {0};

	check_at_rest(w);
	if (!now.touched) /* none is taken for another one */
		assert_true(ask(w, "SELECT count(*) FROM physical_media") <= (int64_t)w->cartridges.n);
	for (size_t i = 0; i < countof(none); i++)
		if (ask(w, none[i])) {
			store_read(w->store, show_requests, NULL, &e);
			fail_msg("%lld: %s", (long long)ask(w, none[i]), none[i]);
		}
}

static guid disabled(struct world *w, uint32_t type)
{
	char sql[120];

	snprintf(sql, sizeof sql, "SELECT guid FROM object WHERE enabled=0 AND type=%u", type);
	return ask_guid(w, sql);
}

/* The administrator lets the library do everything again. Who enables a medium that a restored store has put
 * into quarantine has decided that its data may go. */
static void enable_all(struct world *w)
{
	static const uint32_t types[] = {NTMS_LIBRARY, NTMS_DRIVE, NTMS_PHYSICAL_MEDIA};
	size_t n = countof(types) - now.restored;
	struct RsmPauseIdentification_in on = {.library =
						       ask_guid(w, "SELECT guid FROM object o JOIN library l "
								   "ON l.id=o.id WHERE l.key='test'")};

	CALL(w, RsmPauseIdentification, &on, NULL);
	for (size_t i = 0; i < n; i++) {
		struct EnableNtmsObject_in in = {.type = types[i], .object = disabled(w, types[i])};

		if (!guid_is_null(&in.object))
			CALL(w, EnableNtmsObject, &in, NULL);
	}
	world_run(w);
}

/* An application that never stopped is done with its medium; then another one is mounted. */
static void works_on(struct world *w)
{
	int code;

	enable_all(w);
	for (size_t i = 0; i < w->drives; i++) {
		guid held = ask_guid(
			w, "SELECT o.guid FROM physical_media m JOIN drive d ON d.id=m.place JOIN side s "
			   "ON s.medium=m.id JOIN object o ON o.id=s.lmid ORDER BY s.id IS m.mounted_side "
			   "DESC, s.number=m.inverted DESC");

		if (!guid_is_null(&held))
			dismount(w, &held, NTMS_DISMOUNT_IMMEDIATE);
	}
	world_pass(w, 300000);
	invariants(w);
	/* the ejected one may be on the shelf, or still in the port */
	if (ask(w, "SELECT count(*) FROM physical_media m JOIN side s ON s.medium=m.id JOIN object o ON "
		   "o.id=m.id "
		   "WHERE s.lmid=(SELECT min(id) FROM logical_media) AND m.place IS NOT NULL AND o.enabled=1 "
		   "AND "
		   "m.place NOT IN (SELECT id FROM ieport)") != 1)
		return;
	lmid[0] = ask_guid(w, "SELECT guid FROM object WHERE id=(SELECT min(id) FROM logical_media)");
	code = mount(w, lmid, 1, NTMS_MOUNT_READ);
	/* it was another one, or was given back after the copy and got a new label */
	if (code != ERROR_INVALID_STATE || !(now.restored || (now.scene->unmarked && now.touched)))
		assert_int_equal(code, 0);
}

/* What a restored store gives away isn't what somebody was given since the copy: no mount of it is answered
 * with another one's data. */
static void gives_no_data_away(struct world *w, const guid *pool)
{
	struct AllocateNtmsMedia_in in = {.pool = *pool, .options = NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE};

	w->fault.kind = 0; /* of the scene */
	if (ask(w, "SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL"))
		dismount(w, lmid, NTMS_DISMOUNT_IMMEDIATE);
	for (int code = 0; !code;) {
		struct AllocateNtmsMedia_out out = {0};
		const struct place *p;

		in.call = guid_new();
		code = CALL(w, AllocateNtmsMedia, &in, &out);
		if (code) {
			assert_int_equal(code, ERROR_MEDIA_UNAVAILABLE);
			return;
		}
		code = mount(w, &out.medium, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE);
		if (code) {
			assert_int_equal(code, ERROR_INVALID_STATE); /* it is in quarantine */
			code = 0;
			continue;
		}
		p = place_at(w, (uint16_t)ask(w, "SELECT element FROM drive d JOIN physical_media m ON "
						 "m.place=d.id WHERE m.mounted_side=(SELECT s.id FROM side s "
						 "WHERE s.lmid=(SELECT max(id) FROM logical_media))"));
		assert_int_equal(w->cartridges.v[p->cartridge].label[p->inverted], LABEL_FREE);
		dismount(w, &out.medium, NTMS_DISMOUNT_IMMEDIATE);
	}
}

/* ---- the points ---- */

/* Of all processes. */
static struct {
	size_t points, pairs, full, violations;
} * count;
enum { VIOLATIONS_MAX = 20 };

static void watch(struct world *w, enum moment m, const struct action *a);

/* Goes on in a child, where it happens. False: this is the parent, and nothing has. */
static bool elsewhere(const struct fate *f)
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	fflush(stderr);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO); /* what it says is no TAP */
		return true;
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!status)
		return false;
	print_message("# %s: point %zu of the %s: %s: violated\n", now.scene->name, now.point,
		      now.crashes ? "recovery" : "scene", f->what);
	if (now.crashes || ++count->violations == VIOLATIONS_MAX)
		fail_msg("violated");
	return false;
}

static void die(struct world *w, const struct fate *f, const struct action *a)
{
	if (!elsewhere(f))
		return;
	++*(now.crashes++ ? &count->pairs : &count->points);
	f->happens(w, a);
	now.touched |= f->touches;
	w->dead = true;
	w->watch = NULL;
}

static void find_disk_full(struct world *w)
{
	if (now.crashes || !elsewhere(&full_disk))
		return;
	count->full++;
	w->disk_full = true;
	w->watch = NULL;
	now.crashes = 2;
}

/* Of the points of the scene each N-th is this part's; of those of a recovery, each N-th, and another one in
 * each. */
static bool chosen(void)
{
	static size_t first;

	if (now.crashes)
		return now.second && (first + now.point) % now.second == 0;
	first = now.point / now.parts;
	return now.point % now.parts == now.part;
}

static void copy(struct world *w)
{
	struct err e = {0};

	assert_int_equal(store_mark(w->store, &e), 0);
	now.copies++;
}

static void try_moment(struct world *w, enum moment m, const struct action *a)
{
	bool changes = m == MOMENT_OUTCOME && (a->kind == ACT_MOVE || a->kind == ACT_WRITE_LABEL);

	if (m == MOMENT_OUTCOME && !changes)
		return;
	now.point++;
	if (!chosen())
		return;
	if (m == MOMENT_JOB)
		find_disk_full(w);
	else if (m == MOMENT_COMMIT)
		die(w, &done, NULL);
	if (m == MOMENT_COMMIT && !now.crashes)
		die(w, &meanwhile[now.point / 2 % countof(meanwhile)], NULL);
	if (m == MOMENT_COMMIT && !now.crashes)
		die(w, &put_back, NULL);
	for (size_t i = 0; changes && !w->dead && i < countof(outcomes); i++)
		die(w, &outcomes[i], a);
}

static void watch(struct world *w, enum moment m, const struct action *a)
{
	try_moment(w, m, a);
	if (m == MOMENT_COMMIT && !now.crashes)
		copy(w);
}

/* ---- a scene ---- */

static void recover(struct world *w)
{
	w->watch = now.crashes < 2 ? watch : NULL;
	now.point = 0;
	world_restart(w);
	world_up(w);
	world_pass(w, 1000);
}

static void play(const struct scene *s)
{
	struct world w = {
		.rotates = s->two_sided, .generation = s->two_sided ? "MO" : NULL, .ports = s->ports};
	struct promise before;
	guid pool;

	now.scene = s;
	now.point = 0;
	start_with(&w, s->media, &pool);
	s->before(&w, &pool);
	if (s->full)
		world_set(&w, "UPDATE library SET inventory_method=2 WHERE key='test'");
	now.copies = 0;
	copy(&w);
	w.watch = watch;
	s->act(&w, &pool);
	before = promised(&w);
	if (!now.restored)
		note_kept(&w);
	while (w.dead)
		recover(&w);
	promise_kept(&w, &before);
	w.watch = NULL;
	works_on(&w);
	if (now.restored)
		gives_no_data_away(&w, &pool), labels_kept(&w, &before);
	if (now.crashes)
		_exit(0);
	world_end(&w);
}

static size_t number(const char *name)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : 0;
}

static void die_everywhere(void **state)
{
	const char *only = getenv("RSM_CRASH_SCENE"), *part = getenv("RSM_CRASH_PART");

	count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(count, MAP_FAILED);
	now.second = number("RSM_CRASH_SECOND");
	now.parts = 1;
	if (part)
		assert_int_equal(sscanf(part, "%zu/%zu", &now.part, &now.parts), 2);
	for (size_t i = 0; i < n_scenes; i++)
		if (!only || strstr(scenes[i].name, only))
			play(&scenes[i]);
	print_message("# %zu scenes: %zu points, %zu pairs of points, %zu full disks: %zu violations\n",
		      n_scenes, count->points, count->pairs, count->full, count->violations);
	assert_true(!count->violations && (only || count->points > 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(die_everywhere)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
