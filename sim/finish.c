/* SPDX-License-Identifier: GPL-2.0-or-later
 * The end of a run: no new load, nothing goes wrong any more, operators do what they are asked; applications
 * dismount what they have. Then every call has ended, nothing is open, and the rows are what the robot has.
 */
#include "sim/sim.h"

#include "base/cleanup.h"

#define STEP_MS (HOUR_MS / 4)
#define STEPS 96 /* a day: applications have left by then, deadlines have passed */

/* A label for a medium that is offline waits for it, and an identification for a drive that is empty, however
 * long that takes: media may stay in drives after a deferred dismount. */
#define PATIENT                                                                                              \
	"(op=18 AND reason='the medium is offline' OR op=14 AND EXISTS(SELECT 1 FROM drive WHERE state=7))"

static void visit(struct sim *s, void *unused)
{
	people_come(s);
	due_add(&s->line, s->w.now + HOUR_MS / 6, visit, NULL);
}

static int enable_all(struct txn *t, void *arg, struct err *e)
{
	VEC(struct EnableNtmsObject_in) *out = arg;
	auto_rows struct rows *q =
		sql_rows(t, e,
			 "SELECT guid, type FROM object WHERE enabled=0 AND type IN (5,9) "
			 "OR opstate=20 AND type=5", /* whose service was reported, but not done */
			 "");

	while (rows_next(q)) {
		struct EnableNtmsObject_in *in = vec_add(out);

		*in = (struct EnableNtmsObject_in){.object = rows_guid(q, 0), .type = rows_u32(q, 1)};
	}
	return rows_failed(q) ? (int)e->code : 0;
}

/* An administrator looks after drives and libraries that somebody or something has disabled or set aside. */
static void administer(struct sim *s, void *unused)
{
	VEC(struct EnableNtmsObject_in) all = {0};

	sim_read(s, enable_all, &all);
	vec_each(in, &all)
		CALL(&s->w, EnableNtmsObject, in, NULL);
	vec_free(&all);
	due_add(&s->line, s->w.now + HOUR_MS / 2, administer, NULL);
}

static void run_for(struct sim *s, int64_t ms)
{
	s->end = s->w.now + ms;
	sim_run(s);
}

static int still_open(struct txn *t, void *arg, struct err *e)
{
	return sql_get(
		t, e,
		"SELECT (SELECT count(*) FROM librequest WHERE open=1 AND reason<>'the medium is "
		"offline') + (SELECT count(*) FROM "
		"waiting "
		"WHERE code IS NULL) + (SELECT count(*) FROM physical_media WHERE mounted_side IS NOT NULL)",
		"", "i", (int64_t *)arg);
}

static void come_to_rest(struct sim *s)
{
	int64_t open = 1;

	for (int i = 0; i < STEPS && (open || s->jobs_open.n || !s->reachable); i++) {
		run_for(s, STEP_MS);
		sim_read(s, still_open, &open);
	}
}

static int open_ends(struct txn *t, void *arg, struct err *e)
{
	struct sim *s = arg;
	auto_rows struct rows *q = sql_rows(
		t, e,
		"SELECT 'a request is left open: op '||op||', phase '||phase||': '||reason FROM librequest "
		"WHERE "
		"open=1 AND NOT " PATIENT " UNION ALL SELECT 'a "
		"call is left waiting: kind '||kind FROM waiting WHERE "
		"code IS "
		"NULL UNION ALL SELECT 'a medium is mounted by nobody: '||barcode FROM physical_media WHERE "
		"mounted_side IS NOT NULL",
		"");

	while (rows_next(q))
		sim_violated(s, rows_text(q, 0));
	return rows_failed(q) ? (int)e->code : 0;
}

static int owned(struct txn *t, void *arg, struct err *e)
{
	return sql_get(t, e,
		       "SELECT 1 FROM logical_media l JOIN object o ON o.id=l.id JOIN side s ON s.lmid=l.id "
		       "WHERE o.guid=?",
		       "g", (const guid *)arg, "i", &(int64_t){0});
}

void sim_finish(struct sim *s)
{
	struct event look = {.kind = EV_ATTENTION, .types = 30};

	s->ending = true;
	visit(s, NULL);
	administer(s, NULL);
	come_to_rest(s);
	if (load_waiting(s))
		sim_violated(s, "an application waits for ever");
	world_tell(&s->w, &look); /* of hands in the mail slots, too, that nobody has reported */
	run_for(s, STEP_MS);
	come_to_rest(s);
	sim_read(s, open_ends, s);
	vec_each(m, &s->media)
		if (sim_read(s, owned, m))
			sim_violated(s, "a logical medium is lost");
	sim_check(s, true);
}
