/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What always holds (docs/architecture.md), asked of the rows; and, when nothing is under way, that the rows
 * agree with the robot. What the schema's own constraints hold is asked as well: a check that can't fail
 * costs little. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <stdarg.h>
#include <string.h>

/* Each counts violations. Asked after each event: an eject that polls its mail slot has thousands of actions,
 * of which few are open. */
static const struct {
	const char *what, *sql;
	bool quiet; /* holds only when nothing is under way */
} rules[] = {
	{"two media in one element",
	 "SELECT count(*) FROM (SELECT 1 FROM physical_media WHERE place IS NOT NULL GROUP BY place HAVING "
	 "count(*)>1)",
	 false},
	{"an online medium in no element",
	 "SELECT count(*) FROM physical_media m JOIN library l ON l.id=m.library WHERE l.key<>'' AND m.place "
	 "IS NULL",
	 false},
	{"an offline medium in an element",
	 "SELECT count(*) FROM physical_media m JOIN library l ON l.id=m.library WHERE l.key='' AND m.place "
	 "IS NOT NULL",
	 false},
	{"a medium in another library's element",
	 "SELECT count(*) FROM physical_media m JOIN slot s ON s.id=m.place WHERE s.library<>m.library",
	 false},
	{"a logical medium without its side, or two",
	 "SELECT count(*) FROM logical_media l WHERE (SELECT count(*) FROM side s WHERE s.lmid=l.id)<>1",
	 false},
	{"a side with a logical medium that is neither Allocated nor Complete",
	 "SELECT count(*) FROM side WHERE (lmid IS NOT NULL)<>(state IN (5,6))", false},
	{"a drive held by a request that has ended",
	 "SELECT count(*) FROM drive d JOIN librequest r ON r.id=d.request WHERE r.open=0", true},
	{"a label written to a side that wasn't read in the same load",
	 "SELECT count(*) FROM action w WHERE w.id>(SELECT max(id)-100 FROM action) AND w.kind=6 AND NOT "
	 "EXISTS(SELECT 1 FROM action r WHERE r.request=w.request AND "
	 "r.kind=5 AND r.state=1 AND r.id<w.id AND r.drive=w.drive)",
	 false},
	{"an open action of an earlier incarnation",
	 "SELECT count(*) FROM action WHERE state IN (0,3) AND state=0 AND epoch<>(SELECT value FROM meta "
	 "WHERE key='epoch')",
	 false},
	{"two actions of the robot at once",
	 "SELECT max(count(*)-1,0) FROM action WHERE state IN (0,3) AND state=0 AND drive IS NULL", false},
	{"counts of media that differ from the media",
	 "SELECT count(*) FROM media_pool p WHERE media_count<>(SELECT count(*) FROM physical_media m WHERE "
	 "m.pool=p.id) OR "
	 "logical_count<>(SELECT count(*) FROM logical_media l WHERE l.pool=p.id)",
	 false},
	{"a call that waits for nothing",
	 "SELECT count(*) FROM waiting w WHERE w.code IS NULL AND EXISTS(SELECT 1 FROM librequest r WHERE "
	 "r.call=w.call) AND NOT EXISTS(SELECT 1 FROM librequest r WHERE r.call=w.call AND r.open=1)",
	 false},
	{"a request that waits for an action that isn't under way",
	 "SELECT count(*) FROM librequest r WHERE open=1 AND waits=-1 AND NOT EXISTS(SELECT 1 FROM "
	 "action a INDEXED BY action_open WHERE a.request=r.id AND a.state IN (0,3))",
	 false},
	{"a request that could begin a second action",
	 "SELECT count(*) FROM librequest r WHERE open=1 AND waits<>-1 AND EXISTS(SELECT 1 FROM "
	 "action a INDEXED BY action_open WHERE a.request=r.id AND a.state IN (0,3))",
	 false},
	{"a request that waits for a medium that nobody uses",
	 "SELECT count(*) FROM librequest r LEFT JOIN physical_media m ON m.id=r.waits WHERE r.open=1 "
	 "AND r.waits>2 AND m.mounted_side IS NULL AND NOT EXISTS(SELECT 1 FROM librequest u WHERE "
	 "u.id=m.request AND u.id<>r.id AND u.open=1)",
	 false},
	{"a request that waits for a robot that does nothing",
	 "SELECT count(*) FROM librequest r WHERE open=1 AND waits=1 AND NOT EXISTS(SELECT 1 FROM "
	 "action a INDEXED BY action_open WHERE a.library=r.library AND a.state IN (0,3) AND a.state=0 AND a.drive IS NULL)",
	 false},
	{"a medium mounted by two, or in no drive",
	 "SELECT count(*) FROM physical_media m WHERE mounted_side IS NOT NULL AND (NOT EXISTS(SELECT 1 FROM "
	 "drive d WHERE d.id=m.place) OR NOT EXISTS(SELECT 1 FROM side s WHERE s.id=m.mounted_side AND "
	 "s.medium=m.id))",
	 false},
	{"a medium whose place is a drive and that doesn't say so, or the other way round",
	 "SELECT count(*) FROM physical_media m WHERE in_drive<>EXISTS(SELECT 1 FROM drive d WHERE d.id=m.place)",
	 false},
	{"a bar code that two media have",
	 "SELECT count(*) FROM (SELECT 1 FROM physical_media WHERE "
	 "barcode<>'' GROUP BY barcode HAVING count(*)>1)",
	 true},
	{"an action left open", "SELECT count(*) FROM action WHERE state IN (0,3)", true},
};

struct checking {
	struct world *w;
	const char *sql;
	int64_t n;
	void (*say)(void *arg, const char *what);
	void *arg;
	int violations;
};

static void violated(struct checking *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void violated(struct checking *c, const char *fmt, ...)
{
	char what[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	c->violations++;
	c->say(c->arg, what);
}

static int count(struct txn *t, void *arg, struct err *e)
{
	struct checking *c = arg;

	return sql_get(t, e, c->sql, "", "i", &c->n);
}

/* One row each element: what the rows have there, against what is there. A bar code that either side doesn't
 * have proves nothing; a medium that counts as verified has to be there all the same. */
static int compare(struct txn *t, void *arg, struct err *e)
{
	struct checking *c = arg;
	auto_rows struct rows *q = sql_rows(
		t, e,
		"SELECT e.element, m.id IS NOT NULL, coalesce(m.barcode,''), coalesce(m.verified,0), "
		"coalesce(m.inverted,0), port FROM (SELECT id, element, 0 AS port FROM slot UNION ALL SELECT "
		"id, element, 0 FROM drive UNION ALL SELECT id, element, 0 FROM changer UNION ALL SELECT id, "
		"element, 1 FROM ieport) e LEFT JOIN physical_media m ON m.place=e.id",
		"");

	while (rows_next(q)) {
		const struct place *p = place_at(c->w, (uint16_t)rows_u32(q, 0));
		bool full = p->cartridge >= 0, row = rows_i64(q, 1) != 0;
		const char *tag = full ? c->w->cartridges.v[p->cartridge].tag : "(empty)",
			   *code = row ? rows_text(q, 2) : "(empty)";

		/* people come and go at the mail slots without asking */
		if (full == row ? !row || !tag[0] || !code[0] || !strcmp(tag, code) : rows_i64(q, 5) != 0) {
			if (full && row && rows_i64(q, 3) && (rows_i64(q, 4) != 0) != p->inverted)
				violated(c, "element %u: %s lies the other way up", p->cell.address, tag);
			continue;
		}
		violated(c, "element %u has \"%s\", the rows say \"%s\"%s", p->cell.address, tag, code,
			 rows_i64(q, 3) ? ", verified" : "");
	}
	return rows_failed(q) ? (int)e->code : 0;
}

int world_check(struct world *w, bool quiet, void (*say)(void *arg, const char *what), void *arg)
{
	struct checking c = {.w = w, .say = say, .arg = arg};
	struct err e = {0};

	for (size_t i = 0; i < countof(rules); i++) {
		if (rules[i].quiet && !quiet)
			continue;
		c.sql = rules[i].sql;
		if (store_read(w->store, count, &c, &e))
			world_fail("check: %s: %s", rules[i].what, e.why);
		if (c.n)
			violated(&c, "%s (%lld)", rules[i].what, (long long)c.n);
	}
	if (quiet && store_read(w->store, compare, &c, &e))
		world_fail("check: %s", e.why);
	return c.violations;
}

/* ---- before a label is written ---- */

struct writing {
	const struct cartridge *k;
	uint32_t side;
	int64_t owned;
};

/* Which row this cartridge is, its label says, or its bar code: never the place. */
static int owned_side(struct txn *t, void *arg, struct err *e)
{
	struct writing *x = arg;

	return sql_get(t, e,
		       "SELECT count(*) FROM side s JOIN physical_media m ON m.id=s.medium WHERE s.state IN "
		       "(5,6) AND s.number=?1 AND (m.barcode<>'' AND m.barcode=?2 OR length(s.omid_id)>0 AND "
		       "s.omid_id=CAST(?3 AS BLOB))",
		       "utt", x->side, x->k->tag, x->k->id[x->side], "i", &x->owned);
}

int world_check_write(struct world *w, const struct action *a, void (*say)(void *arg, const char *what),
		      void *arg)
{
	struct checking c = {.w = w, .say = say, .arg = arg};
	const struct place *at;
	struct writing x = {0};
	struct err e = {0};

	if (a->kind != ACT_WRITE_LABEL)
		return 0;
	at = action_drive_at(w, a);
	if (at->cartridge < 0)
		return 0;
	x.k = &w->cartridges.v[at->cartridge], x.side = at->inverted;
	if (store_read(w->store, owned_side, &x, &e))
		world_fail("check: %s", e.why);
	if (x.owned)
		violated(&c, "a free label goes over a side that somebody owns: \"%s\"", x.k->tag);
	return c.violations;
}

/* ---- of a run ---- */

static void tell(void *arg, const char *what)
{
	struct sim *s = arg;

	s->violations++;
	if (s->violated)
		s->violated(s, what);
	if (s->tell)
		fprintf(s->tell, "%s: at %lld ms: %s\n", s->sc.name, (long long)(s->w.now - s->start), what);
}

int sim_check(struct sim *s, bool quiet) { return world_check(&s->w, quiet, tell, s); }
void sim_check_write(struct sim *s, const struct action *a) { world_check_write(&s->w, a, tell, s); }
void sim_violated(struct sim *s, const char *what) { tell(s, what); }
