/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What always holds (docs/architecture.md), asked of the rows; and, when nothing is under way, that the rows
 * agree with the robot. What the schema's own constraints hold is asked as well: a check that can't fail
 * costs little. */
#include "sim/sim.h"

#include "base/cleanup.h"

/* Each counts violations. */
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
	{"two open requests that hold one drive",
	 "SELECT count(*) FROM drive d JOIN librequest r ON r.id=d.request WHERE r.state NOT IN (0,1,5)",
	 true},
	{"a medium that two requests have",
	 "SELECT count(*) FROM physical_media m JOIN librequest r ON r.id=m.request WHERE r.state NOT IN "
	 "(0,1,5)",
	 true},
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
	 "r.call=w.call) AND NOT EXISTS(SELECT 1 FROM librequest r WHERE r.call=w.call AND r.state IN "
	 "(0,1,5))",
	 false},
	{"a request that waits for an action that isn't under way",
	 "SELECT count(*) FROM librequest r WHERE state IN (0,1,5) AND waits=-1 AND NOT EXISTS(SELECT 1 FROM "
	 "action a WHERE a.request=r.id AND a.state IN (0,3))",
	 false},
	{"a request that could begin a second action",
	 "SELECT count(*) FROM librequest r WHERE state IN (0,1,5) AND waits<>-1 AND EXISTS(SELECT 1 FROM "
	 "action a WHERE a.request=r.id AND a.state IN (0,3))",
	 false},
	{"a request that waits for a medium that nobody uses",
	 "SELECT count(*) FROM librequest r LEFT JOIN physical_media m ON m.id=r.waits WHERE r.state IN "
	 "(0,1,5) AND r.waits>2 AND m.mounted_side IS NULL AND NOT EXISTS(SELECT 1 FROM librequest u WHERE "
	 "u.id=m.request AND u.id<>r.id AND u.state IN (0,1,5))",
	 false},
	{"a request that waits for a robot that does nothing",
	 "SELECT count(*) FROM librequest r WHERE state IN (0,1,5) AND waits=1 AND NOT EXISTS(SELECT 1 FROM "
	 "action a WHERE a.library=r.library AND a.state IN (0,3) AND a.state=0 AND a.drive IS NULL)",
	 false},
	{"an action left open", "SELECT count(*) FROM action WHERE state IN (0,3)", true},
};

struct count {
	const char *sql;
	int64_t n;
};

static int run(struct txn *t, void *arg, struct err *e)
{
	struct count *c = arg;

	return sql_get(t, e, c->sql, "", "i", &c->n);
}

/* One row each element: its address and the bar code of the medium that the rows have there. */
static int compare(struct txn *t, void *arg, struct err *e)
{
	struct sim *s = arg;
	auto_rows struct rows *q = sql_rows(t, e,
					    "SELECT e.element, m.id IS NOT NULL, coalesce(m.barcode,'') FROM "
					    "(SELECT id, element FROM slot UNION ALL "
					    "SELECT id, element FROM drive UNION ALL SELECT id, element FROM "
					    "changer) e LEFT JOIN physical_media m ON "
					    "m.place=e.id",
					    "");

	while (rows_next(q)) {
		const struct place *p = place_at(&s->w, (uint16_t)rows_u32(q, 0));
		const char *tag = p->cartridge < 0 ? "" : s->w.cartridges.v[p->cartridge].tag,
			   *row = rows_text(q, 2);

		if ((p->cartridge >= 0) == (rows_i64(q, 1) != 0) && (!tag[0] || !row[0] || !strcmp(tag, row)))
			continue;
		s->violations++;
		fprintf(s->tell, "%s: at %lld ms: element %u has \"%s\", the rows say \"%s\"\n", s->sc.name,
			(long long)(s->w.now - s->start), p->cell.address, p->cartridge < 0 ? "(empty)" : tag,
			rows_i64(q, 1) ? row : "(empty)");
	}
	return rows_failed(q) ? (int)e->code : 0;
}

int sim_check(struct sim *s, bool quiet)
{
	uint64_t before = s->violations;

	for (size_t i = 0; i < countof(rules); i++) {
		struct count c = {rules[i].sql, 0};

		if (rules[i].quiet && !quiet)
			continue;
		if (sim_read(s, run, &c))
			world_fail("check: %s can't be asked", rules[i].what);
		if (!c.n)
			continue;
		s->violations++;
		fprintf(s->tell, "%s: at %lld ms: %s (%lld)\n", s->sc.name, (long long)(s->w.now - s->start),
			rules[i].what, (long long)c.n);
	}
	if (quiet)
		sim_read(s, compare, s);
	return (int)(s->violations - before);
}
