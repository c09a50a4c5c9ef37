/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Row ids, guids and label identifiers differ with the order of events: they are replaced by what they stand
 * for (a bar code, an element address, the how-manieth open request, which caller). Of times only the order
 * counts, and whether they are past. Finished requests and actions, the change feed, counts of mounts and
 * times of changes are left out, but for those of them that controllers ask for. */
#include "rows.h"

#include "base/cleanup.h"
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>

#define OPEN "state IN (0,1,5)"
/* a request that has ended has nothing any more */
#define NTH(r)                                                                                               \
	"(SELECT count(*) FROM librequest n JOIN librequest h ON h.id=" r " AND h." OPEN " WHERE n." OPEN    \
	" AND n.id<=h.id)"
#define PLACE(p)                                                                                             \
	"coalesce((SELECT element FROM slot WHERE id=" p "),(SELECT element FROM drive WHERE id=" p          \
	"),(SELECT element FROM ieport WHERE id=" p "),(SELECT element FROM changer WHERE id=" p "))"
#define CODE(m) "(SELECT barcode FROM physical_media WHERE id=" m ")"

static const char times[] =
	"SELECT poll_at FROM librequest WHERE " OPEN " UNION SELECT deadline FROM librequest WHERE " OPEN
	" UNION SELECT poll_at FROM library UNION SELECT dismountable_since+defer_delay*1000 FROM drive "
	"WHERE "
	"dismountable_since>0 UNION SELECT deadline FROM waiting WHERE code IS NULL ORDER BY 1";

/* columns: v value, t time, g guid, l label identifier */
static const struct {
	const char *columns, *sql;
} tables[] = {
	{"vvvvvvvvvt", "SELECT l.key, l.ready, l.doubt, l.reason, l.probed, l.identify_paused, "
		       "l.identify_since>0, o.opstate, "
		       "o.enabled, l.poll_at FROM library l JOIN object o ON o.id=l.id ORDER BY l.key"},
	{"vvvvvvvvt", "SELECT d.element, d.state, d.reason, d.holder, d.granted, o.opstate, o.enabled, " NTH(
			      "d.request") ", CASE WHEN dismountable_since>0 THEN "
					   "dismountable_since+defer_delay*1000 ELSE 0 END FROM drive d JOIN "
					   "object o ON o.id=d.id ORDER BY d.element"},
	{"vvvv",
	 "SELECT s.element, s.state, s.reason, o.enabled FROM slot s JOIN object o ON o.id=s.id ORDER "
	 "BY s.element"},
	{"vvvvvv", "SELECT p.element, p.content, p.position, p.tag, p.reason, o.enabled FROM ieport p JOIN "
		   "object o ON o.id=p.id ORDER BY p.element"},
	{"vvvvvvvvvvvvv",
	 "SELECT m.barcode, l.key, p.path, " PLACE("m.place") ", m.inverted, m.verified, " PLACE(
		 "m.home_slot") ", m.state, "
				"m.write_protected, m.mounted_side IS NOT NULL, " NTH(
					"m.request") ", m.reason, m.missing_from>0 FROM "
						     "physical_media m JOIN library l ON l.id=m.library JOIN "
						     "media_pool p ON p.id=m.pool ORDER BY 1,4"},
	{"vvvvvvvvl",
	 "SELECT m.barcode, " PLACE(
		 "m.place") ", s.number, s.state, s.usable, s.used, s.lmid IS NOT NULL, o.enabled, "
			    "s.omid_id FROM side s JOIN physical_media m ON m.id=s.medium JOIN object o ON "
			    "o.id=s.id ORDER BY 1,2,3"},
	{"vvvvvvvvvvvvvvvttg",
	 "SELECT r.op, r.option, r.state, r.phase, r.reason, " CODE("r.medium") ", " PLACE("r.drive") ", " PLACE("r.slot") ", " PLACE(
		 "r.port") ", r.priority, r.ord, r.wanted, CASE WHEN r.waits>2 THEN " CODE("r.waits") " ELSE r.waits END, "
												      "r.tries, (SELECT q.state FROM oprequest q WHERE q.id=r.oprequest), r.poll_at, r.deadline, r.call FROM librequest r "
												      "WHERE r." OPEN
												      " ORDER BY r.id"},
	{"vvvvv", "SELECT q.request, q.state, q.message, q.trouble, q.arg1_type FROM oprequest q WHERE "
		  "q.state IN (1,2,3) "
		  "ORDER BY q.id"},
	{"vvtgg", "SELECT kind, coalesce(code,-1), CASE WHEN code IS NULL THEN deadline ELSE 0 END, call, "
		  "session FROM "
		  "waiting ORDER BY call"},
	{"vvvvvvvvv",
	 "SELECT kind, types, state, " PLACE("source") ", " PLACE("destination") ", " PLACE(
		 "drive") ", " CODE("medium") ", invert, " NTH("request") " FROM "
									  "action WHERE state IN (0,3) "
									  "ORDER BY id"},
	/* what hand.c and trouble.c ask: how often the robot's own moves of a medium have failed */
	{"vv", "SELECT " CODE("medium") ", min(count(*),3) FROM action WHERE request IS NULL AND state=2 AND "
					"medium IS NOT NULL GROUP BY medium ORDER BY 1"},
	/* what drives_tidy() asks: has a dismount out of this drive failed already? */
	{"vvv", "SELECT " PLACE("r.drive") ", " CODE(
			"r.medium") ", r.state FROM librequest r WHERE r.op=16 AND r.id=(SELECT "
				    "max(n.id) FROM librequest n WHERE n.op=16 AND n.drive=r.drive AND "
				    "n.medium=r.medium) "
				    "AND r.state=3 ORDER BY 1,2"},
};

void digest_add(struct digest *d, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n; i++) {
		d->a = (d->a ^ p[i]) * 0x100000001b3;
		d->b = (d->b + p[i] + 1) * 0x9e3779b97f4a7c15;
		d->b ^= d->b >> 29;
	}
}

static void add_number(struct digest *d, int64_t n) { digest_add(d, &n, sizeof n); }

struct reading {
	struct digest *d;
	struct world *w;
	const guid *names;
	size_t n;
	struct ids times;
};

static int64_t nth_time(const struct reading *x, int64_t at)
{
	int64_t n = 0;

	if (!at)
		return -2;
	if (at <= x->w->now)
		return -1;
	vec_each(t, &x->times)
		n += *t > x->w->now && *t < at;
	return n;
}

static int64_t nth_name(const struct reading *x, const guid *g)
{
	for (size_t i = 0; i < x->n; i++)
		if (guid_eq(&x->names[i], g))
			return (int64_t)i;
	return guid_is_null(g) ? -1 : -2;
}

/* Whose tape has it. */
static int64_t nth_label(const struct reading *x, const char *id, size_t n)
{
	for (size_t i = 0; n && i < x->w->cartridges.n; i++)
		for (int side = 0; side < 2; side++)
			if (strlen(x->w->cartridges.v[i].id[side]) == n &&
			    !memcmp(x->w->cartridges.v[i].id[side], id, n))
				return (int64_t)i * 2 + side;
	return n ? -2 : -1;
}

static void add_column(struct reading *x, struct rows *q, char type, int column)
{
	const void *bytes;
	size_t n = 0;
	guid g;

	switch (type) {
	case 't':
		add_number(x->d, nth_time(x, rows_i64(q, column)));
		return;
	case 'g':
		g = rows_guid(q, column);
		add_number(x->d, nth_name(x, &g));
		return;
	case 'l':
		bytes = rows_blob(q, column, &n);
		add_number(x->d, nth_label(x, bytes, n));
		return;
	default:
		digest_add(x->d, rows_text(q, column), strlen(rows_text(q, column)) + 1);
	}
}

static int read_all(struct txn *t, void *arg, struct err *e)
{
	struct reading *x = arg;

	TRY(ids_of(sql_rows(t, e, times, ""), &x->times, e));
	for (size_t i = 0; i < countof(tables); i++) {
		auto_rows struct rows *q = sql_rows(t, e, tables[i].sql, "");

		for (add_number(x->d, (int64_t)i); rows_next(q);)
			for (int c = 0; tables[i].columns[c]; c++)
				add_column(x, q, tables[i].columns[c], c);
		if (rows_failed(q))
			return (int)e->code;
	}
	return 0;
}

void digest_rows(struct digest *d, struct world *w, const guid *names, size_t n)
{
	struct reading x = {d, w, names, n, {0}};
	struct err e = {0};

	if (store_read(w->store, read_all, &x, &e))
		world_fail("the rows can't be read: %s", e.why);
	ids_free(&x.times);
}

void digest_robot(struct digest *d, const struct world *w)
{
	for (size_t i = 0; i < w->places.n; i++) {
		add_number(d, w->places.v[i].cartridge);
		add_number(d, w->places.v[i].inverted);
	}
	for (size_t i = 0; i < w->cartridges.n; i++)
		add_number(d, w->cartridges.v[i].label[0]);
	for (size_t i = 0; i < w->queue.n; i++) { /* those that are not for the rows any more, too */
		add_number(d, w->queue.v[i].kind);
		add_number(d, w->queue.v[i].source);
		add_number(d, w->queue.v[i].destination);
	}
}
