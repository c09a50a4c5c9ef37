/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every column of every table counts, but for those that are left out here: whoever adds one to the schema
 * needn't think of this file, unless it is a time, a row id of what comes and goes, or decides nothing (then
 * equal states count as different, and a mix becomes longer than it has to be).
 *
 * Row ids, guids and label identifiers differ with the order of events: they are replaced by what they stand
 * for (a bar code, the how-manieth open request, which caller). Of times only the order counts, and whether
 * they are past. The rows of libraries, elements and pools are there from the beginning: their ids stay. */
#include "rows.h"

#include "base/cleanup.h"
#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN "open=1"
/* a request that has ended has nothing any more */
#define NTH(r)                                                                                               \
	"(SELECT count(*) FROM librequest n JOIN librequest h ON h.id=" r " AND h." OPEN " WHERE n." OPEN    \
	" AND n.id<=h.id)"
#define CODE(m) "(SELECT barcode FROM physical_media WHERE id=" m ")"
#define SIDE(s)                                                                                              \
	"(SELECT m.barcode||'/'||x.number FROM side x JOIN physical_media m ON m.id=x.medium WHERE x.id=" s  \
	")"

/* Of which tables which rows, in which order. */
static const struct {
	const char *table, *rows;
} tables[] = {
	{"library", "1 ORDER BY t.id"},
	{"drive", "1 ORDER BY t.id"},
	{"slot", "1 ORDER BY t.id"},
	{"ieport", "1 ORDER BY t.id"},
	{"iedoor", "1 ORDER BY t.id"},
	{"physical_media", "1 ORDER BY t.barcode, t.place"},
	{"side", "1 ORDER BY " SIDE("t.id")},
	{"logical_media", "1 ORDER BY " SIDE("(SELECT s.id FROM side s WHERE s.lmid=t.id)")},
	{"librequest", "t." OPEN " ORDER BY t.id"}, /* the order of the queue */
	{"oprequest", ANSWERABLE("t") " ORDER BY t.id"},
	{"waiting", "1 ORDER BY t.call"},
	{"action", "t.state IN (0,3) ORDER BY t.id"},
};

static const struct {
	const char *table, *why;
} no_tables[] = {
	{"meta", "numbers that only grow"},
	{"change", "what is told to others"},
	{"object", "read with the table of its type"},
	{"security", "nobody is refused anything"},
	{"computer", "settings"},
	{"changer", "stays as it is"},
	{"changer_type", "stays as it is"},
	{"drive_type", "stays as it is"},
	{"media_type", "stays as it is"},
	{"media_pool", "stays as it is, but for counts of what is read by itself"},
	{"library_media_type", "follows from the media"},
	{"sqlite_sequence", "numbers that only grow"},
};

/* v value, t time, g guid of a caller's, l label identifier; 0: left out. expr: what is read instead. */
static const struct rule {
	const char *table, *column;
	char kind;
	const char *expr;
} rules[] = {
	{"object", "id", 0, "names the row"},
	{"object", "guid", 0, "names the row"},
	{"object", "created", 0, "told, asked by nobody"},
	{"object", "modified", 0, "told, asked by nobody"},
	{"library", "poll_at", 't', NULL},
	{"library", "media_count", 0, "kept by triggers"},
	{"library", "identify_since", 0, "a rate that is told"},
	{"library", "identify_done", 0, "a rate that is told"},
	{"library", "identify_base", 0, "a rate that is told"},
	{"drive", "request", 'v', NTH("t.request")},
	{"drive", "held_look", 't', NULL},
	/* unloaded, dismountable: which of the others it is nobody asks */
	{"drive", "state", 'v', "CASE WHEN t.state IN (5,7) THEN t.state ELSE 0 END"},
	{"drive", "holder", 0, "told, asked by nobody"},
	{"drive", "reason", 0, "told, asked by nobody"},
	{"drive", "last_cleaned", 0, "told, asked by nobody"},
	{"drive", "dismountable_since", 't',
	 "CASE WHEN t.dismountable_since>0 THEN t.dismountable_since+t.defer_delay*1000 ELSE 0 END"},
	/* of the drives that can, the least used one is taken; no mix comes near the difference (play.c) */
	{"drive", "mount_count", 'v', "t.mount_count>(SELECT min(x.mount_count) FROM drive x)"},
	{"slot", "barred_until", 't', NULL},
	{"ieport", "tag", 'v', "CASE t.content WHEN 1 THEN t.tag END"}, /* empty, it had it before */
	{"physical_media", "id", 0, "the bar code says which"},
	{"physical_media", "sequence", 0, "a number that only grows"},
	/* mounted, loaded, unloaded: asked is only whether it is one of these */
	{"physical_media", "state", 'v', "CASE WHEN t.state BETWEEN 2 AND 4 THEN 2 ELSE t.state END"},
	{"physical_media", "reason", 'v', "t.reason<>''"},
	{"physical_media", "mounted_side", 'v', SIDE("t.mounted_side")},
	{"physical_media", "request", 'v', NTH("t.request")},
	{"side", "id", 'v', SIDE("t.id")},
	{"side", "medium", 0, "in its id"},
	{"side", "lmid", 'v', "t.lmid IS NOT NULL"},
	{"side", "omid_id", 'l', NULL},
	{"side", "mount_count", 0, "told, asked by nobody"},
	{"logical_media", "id", 'v', SIDE("(SELECT s.id FROM side s WHERE s.lmid=t.id)")},
	{"logical_media", "call", 'g', NULL},
	{"logical_media", "session", 'g', NULL},
	{"librequest", "id", 'v', NTH("t.id")},
	{"librequest", "side", 'v', SIDE("t.side")},
	{"librequest", "medium", 'v', CODE("t.medium")},
	{"librequest", "side_guid", 0, "told; may be stale"},
	{"librequest", "drive_guid", 0, "told; may be stale"},
	{"librequest", "medium_guid", 0, "told; may be stale"},
	{"librequest", "slot_guid", 0, "told; may be stale"},
	{"librequest", "queued", 'v', "t.deadline>t.queued"},
	{"librequest", "completed", 0, "of those that have ended"},
	{"librequest", "expected", 0, "told, asked by nobody"},
	{"librequest", "work_item", 'g', NULL},
	{"librequest", "call", 'g', NULL},
	{"librequest", "session", 'g', NULL},
	{"librequest", "deadline", 't', NULL},
	{"librequest", "poll_at", 't', NULL},
	{"librequest", "waits", 'v', "CASE WHEN t.waits>2 THEN " CODE("t.waits") " ELSE t.waits END"},
	{"librequest", "reason", 0, "told, asked by nobody"},
	{"librequest", "tries", 0, "in play.c"},
	/* one that a fault asked for: once it is answered, it goes with the request */
	{"librequest", "oprequest", 'v',
	 "(SELECT q.state FROM oprequest q WHERE q.id=t.oprequest AND (q.request<>3 OR q.state<4))"},
	{"oprequest", "id", 0, "their order stays"},
	{"oprequest", "submitted", 0, "told, asked by nobody"},
	{"oprequest", "completed", 0, "of those that have ended"},
	{"oprequest", "arg1", 'v',
	 "coalesce((SELECT m.barcode FROM object a JOIN physical_media m ON "
	 "m.id=a.id WHERE a.guid=t.arg1),t.arg1)"},
	{"oprequest", "arg2", 'v',
	 "coalesce((SELECT m.barcode FROM object a JOIN physical_media m ON "
	 "m.id=a.id WHERE a.guid=t.arg2),t.arg2)"},
	{"waiting", "call", 'g', NULL},
	{"waiting", "session", 'g', NULL},
	{"waiting", "side", 'v', SIDE("t.side")},
	{"waiting", "lmid", 'v', SIDE("(SELECT s.id FROM side s WHERE s.lmid=t.lmid)")},
	{"waiting", "deadline", 't', "CASE WHEN t.code IS NULL THEN t.deadline ELSE 0 END"},
	{"waiting", "oprequest", 'v', "(SELECT q.state FROM oprequest q WHERE q.id=t.oprequest)"},
	{"waiting", "result", 'v', "t.result IS NOT NULL"},
	{"action", "id", 0, "their order stays"},
	{"action", "request", 'v', NTH("t.request")},
	{"action", "epoch", 'v', "t.epoch=(SELECT value FROM meta WHERE key='epoch')"},
	{"action", "medium", 'v', CODE("t.medium")},
	{"action", "reason", 0, "told, asked by nobody"},
	{"action", "started", 0, "asked of moves that have failed: below"},
	{"action", "ended", 0, "of those that have ended"},
};

/* What is asked of requests and actions that have ended. */
static const struct {
	const char *sql, *kinds; /* ?: the time */
} history[] = {
	/* hand.c and trouble.c: the robot's own moves of a medium that have failed in the last ten minutes,
	 * and until when each counts */
	{"SELECT " CODE("medium") ", started+600000 FROM action WHERE request IS NULL AND state=2 AND "
				  "medium IS NOT NULL AND started>?-600000 ORDER BY id",
	 "vt"},
	/* drives_tidy(): has a dismount out of this drive failed already? */
	{"SELECT r.drive||'|'||" CODE(
		 "r.medium") " FROM librequest r WHERE r.op=16 AND r.state=3 AND r.id=(SELECT max(n.id) FROM "
			     "librequest n WHERE n.op=16 AND n.drive=r.drive AND n.medium=r.medium) ORDER BY "
			     "1",
	 "v"},
	/* read_outcome(): the serial number in the cartridge that it has loaded */
	{"SELECT " NTH("a.request") "||'|'||coalesce(a.detail,'') FROM action a JOIN librequest r ON "
				    "r.id=a.request AND r." OPEN " WHERE a.kind=4 AND a.id=(SELECT max(n.id) "
				    "FROM action n WHERE n.request=a.request AND n.kind=4) ORDER BY 1",
	 "v"},
	/* was_handled(): did its last move end well? */
	{"SELECT " CODE("a.medium") " FROM action a WHERE a.kind=3 AND a.state NOT IN (0,1) AND "
				    "a.id=(SELECT max(n.id) FROM action n WHERE n.medium=a.medium AND "
				    "n.kind=3) ORDER BY 1",
	 "v"},
};

/* ---- the queries, from the schema ---- */

enum { TABLES = countof(tables), COLUMNS = 80 };

static struct query {
	char *sql, kinds[COLUMNS];
} queries[TABLES];
static bool used[countof(rules)];

static const struct rule *rule_of(const char *table, const char *column)
{
	for (size_t i = 0; i < countof(rules); i++)
		if (!strcmp(rules[i].table, table) && !strcmp(rules[i].column, column)) {
			used[i] = true;
			return &rules[i];
		}
	return NULL;
}

static void add_columns(struct txn *t, FILE *f, struct query *q, const char *table, char as)
{
	struct err e = {0};
	auto_rows struct rows *r = sql_rows(t, &e, "SELECT name FROM pragma_table_info(?)", "t", table);

	while (rows_next(r)) {
		const char *name = rows_text(r, 0);
		const struct rule *rule = rule_of(table, name);
		size_t n = strlen(q->kinds);

		if (rule && !rule->kind)
			continue;
		if (n + 1 >= COLUMNS)
			world_fail("%s has too many columns", table);
		q->kinds[n] = rule ? rule->kind : 'v';
		if (rule && rule->expr)
			fprintf(f, "%s%s", n ? "," : "", rule->expr);
		else
			fprintf(f, "%s%c.%s", n ? "," : "", as, name);
	}
}

static int is_object(struct txn *t, const char *table)
{
	struct err e = {0};

	return sql_get(t, &e,
		       "SELECT 1 FROM pragma_foreign_key_list(?) WHERE \"from\"='id' AND \"table\"='object'",
		       "t", table, "i", &(int64_t){0}) == 0;
}

static void compose(struct txn *t, size_t i)
{
	const char *table = tables[i].table;
	size_t n;
	FILE *f = open_memstream(&queries[i].sql, &n);
	bool object = is_object(t, table);

	if (!f)
		abort();
	fprintf(f, "SELECT ");
	add_columns(t, f, &queries[i], table, 't');
	if (object)
		add_columns(t, f, &queries[i], "object", 'o');
	fprintf(f, " FROM %s t%s WHERE %s", table, object ? " JOIN object o ON o.id=t.id" : "",
		tables[i].rows);
	fclose(f);
}

static bool table_known(const char *name)
{
	for (size_t i = 0; i < TABLES; i++)
		if (!strcmp(tables[i].table, name))
			return true;
	for (size_t i = 0; i < countof(no_tables); i++)
		if (!strcmp(no_tables[i].table, name))
			return true;
	return false;
}

/* A table that is neither read nor left out, a rule for what isn't there: this file must follow the schema.
 */
static void compose_all(struct txn *t)
{
	struct err e = {0};
	auto_rows struct rows *r =
		sql_rows(t, &e, "SELECT name FROM sqlite_schema WHERE type='table' ORDER BY 1", "");

	if (queries[0].sql)
		return;
	while (rows_next(r))
		if (!table_known(rows_text(r, 0)))
			world_fail("states are told apart without table %s: see rows.c", rows_text(r, 0));
	for (size_t i = 0; i < TABLES; i++)
		compose(t, i);
	for (size_t i = 0; i < countof(rules); i++)
		if (!used[i])
			world_fail("rows.c: there is no column %s.%s", rules[i].table, rules[i].column);
}

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
	struct ids times, sorted; /* as they were read; each once */
};

static int64_t nth_time(const struct reading *x, int64_t at)
{
	int64_t n = 0;

	if (!at)
		return -2;
	if (at <= x->w->now)
		return -1;
	vec_each(t, &x->sorted)
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

static void add_column(struct reading *x, struct rows *q, char kind, int column)
{
	const void *bytes;
	size_t n = 0;
	guid g;

	switch (kind) {
	case 't':
		*vec_add(&x->times) = rows_i64(q, column);
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
		bytes = rows_blob(q, column, &n);
		add_number(x->d, (int64_t)n);
		digest_add(x->d, bytes, n);
	}
}

static int read_rows(struct reading *x, struct txn *t, const char *sql, const char *kinds, struct err *e)
{
	auto_rows struct rows *q =
		strchr(sql, '?') ? sql_rows(t, e, sql, "i", x->w->now) : sql_rows(t, e, sql, "");

	for (add_number(x->d, -3); rows_next(q);)
		for (int c = 0; kinds[c]; c++)
			add_column(x, q, kinds[c], c);
	return rows_failed(q) ? (int)e->code : 0;
}

static int later(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Sorted, each once. */
static void sort(struct ids *v)
{
	size_t n = 0;

	if (v->n)
		qsort(v->v, v->n, sizeof *v->v, later);
	for (size_t i = 0; i < v->n; i++)
		if (!n || v->v[n - 1] != v->v[i])
			v->v[n++] = v->v[i];
	v->n = n;
}

static int read_all(struct txn *t, void *arg, struct err *e)
{
	struct reading *x = arg;

	compose_all(t);
	for (size_t i = 0; i < TABLES; i++)
		TRY(read_rows(x, t, queries[i].sql, queries[i].kinds, e));
	for (size_t i = 0; i < countof(history); i++)
		TRY(read_rows(x, t, history[i].sql, history[i].kinds, e));
	return 0;
}

/* Where each stands among all of them. */
static void add_times(struct reading *x)
{
	vec_each(at, &x->times)
		*vec_add(&x->sorted) = *at;
	sort(&x->sorted);
	vec_each(at, &x->times)
		add_number(x->d, nth_time(x, *at));
}

void digest_rows(struct digest *d, struct world *w, const guid *names, size_t n)
{
	struct reading x = {.d = d, .w = w, .names = names, .n = n};
	struct err e = {0};

	if (store_read(w->store, read_all, &x, &e))
		world_fail("the rows can't be read: %s", e.why);
	add_times(&x);
	ids_free(&x.times);
	ids_free(&x.sorted);
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
