/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Operators. They come by now and then, not at night, and look at what is asked of them: most of it they do,
 * some they refuse, some they say is done when it isn't. They take out what lies ejected in the mail slots,
 * and put in what is wanted from the shelf. */
#include "sim/sim.h"

#include "base/cleanup.h"

#include <math.h>
#include <string.h>

#define HAND_MS (30 * S_MS) /* from the screen to the mail slot */

struct asked {
	guid request, arg1;
	uint32_t kind, arg1_type;
	bool out; /* of the library, rather than into it */
	char tag[33];
};
typedef VEC(struct asked) asked_vec;

static int read_requests(struct txn *t, void *arg, struct err *e)
{
	asked_vec *out = arg;
	auto_rows struct rows *q = sql_rows(t, e,
					    "SELECT o.guid, r.arg1, r.request, r.arg1_type, "
					    "coalesce(l.key='',0), coalesce(m.barcode,'') FROM oprequest r "
					    "JOIN object o ON o.id=r.id LEFT JOIN object a ON a.guid=r.arg1 "
					    "LEFT JOIN physical_media m ON m.id=a.id "
					    "LEFT JOIN object b ON b.guid=r.arg2 LEFT JOIN library l ON "
					    "l.id=b.id WHERE r.open=1 ORDER BY r.id",
					    "");

	while (rows_next(q)) {
		struct asked *a = vec_add(out);

		*a = (struct asked){.request = rows_guid(q, 0),
				    .arg1 = rows_guid(q, 1),
				    .kind = rows_u32(q, 2),
				    .arg1_type = rows_u32(q, 3),
				    .out = rows_i64(q, 4) != 0};
		snprintf(a->tag, sizeof a->tag, "%s", rows_text(q, 5));
	}
	return rows_failed(q) ? (int)e->code : 0;
}

/* ---- mail slots ---- */

struct port_row {
	uint16_t element;
	bool ours;
};

static int ejected(struct txn *t, void *arg, struct err *e)
{
	struct port_row *p = arg;
	int64_t n = 0;
	int rc = sql_get(
		t, e, "SELECT count(*) FROM ieport p JOIN physical_media m ON m.place=p.id WHERE p.element=?",
		"u", (uint32_t)p->element, "i", &n);

	p->ours = n > 0;
	return rc;
}

/* What the rows have in a port was put there by an eject; the rest waits for an insert. */
static void empty_ports(struct sim *s, bool all)
{
	for (size_t i = 0; i < s->w.ports; i++) {
		struct place *p = place_at(&s->w, (uint16_t)(PORT + i));
		struct port_row row = {.element = p->cell.address};

		if (p->cartridge < 0 || s->w.now < s->moving || sim_read(s, ejected, &row) ||
		    !(row.ours || all))
			continue;
		*vec_add(&s->shelf) = p->cartridge;
		p->cartridge = -1;
	}
}

static void put_in(struct sim *s, void *cartridge)
{
	int *k = cartridge;

	for (size_t i = 0; *k >= 0 && i < s->w.ports; i++) {
		struct place *p = place_at(&s->w, (uint16_t)(PORT + i));

		if (p->cartridge >= 0)
			continue;
		p->cartridge = *k;
		*k = -1;
	}
	if (*k >= 0)
		*vec_add(&s->shelf) = *k; /* no room: back to the shelf */
	free(k);
}

static int inserting(struct txn *t, void *arg, struct err *e)
{
	return sql_get(t, e, "SELECT count(*) FROM librequest WHERE open=1 AND op=?", "u",
		       (uint32_t)NTMS_LM_INJECT, "i", (int64_t *)arg);
}

void people_stock(struct sim *s, size_t n)
{
	while (n-- && s->shelf.n) {
		int *k = malloc(sizeof *k);

		if (!k)
			abort();
		*k = s->shelf.v[--s->shelf.n];
		due_add(&s->line, s->w.now + (int64_t)(n + 1) * HAND_MS, put_in, k);
	}
}

void people_insert(struct sim *s, const char *tag)
{
	struct InjectNtmsMedia_in in = {.library = s->library, .action = NTMS_INJECT_START};
	struct InjectNtmsMedia_out out = {0};
	size_t found = tag ? s->shelf.n : dice_below(&s->people, s->shelf.n);
	int64_t others = 0;
	int *k;

	for (size_t i = 0; tag && i < s->shelf.n; i++)
		if (!strcmp(s->w.cartridges.v[s->shelf.v[i]].tag, tag))
			found = i;
	if (tag && s->shelf.n > 1 && dice_chance(&s->people, s->sc.v[SC_WRONG_MEDIUM])) {
		found = dice_below(&s->people, s->shelf.n);
		s->report.wrong_media += strcmp(s->w.cartridges.v[s->shelf.v[found]].tag, tag) != 0;
	}
	if (found >= s->shelf.n || sim_read(s, inserting, &others) ||
	    others) /* one person at the mail slot at a time */
		return;
	if (SIM_CALL(s, guid_new(), InjectNtmsMedia, &in, &out))
		return;
	if (dice_chance(&s->people, s->sc.v[SC_EMPTY_PORT])) { /* and goes away again */
		s->report.empty_ports++;
		return;
	}
	k = malloc(sizeof *k);
	if (!k)
		abort();
	*k = s->shelf.v[found];
	s->shelf.v[found] = s->shelf.v[--s->shelf.n];
	due_add(&s->line, s->w.now + HAND_MS, put_in, k);
}

/* ---- one request ---- */

/* A cleaning cartridge is good for so many cleanings; then it is thrown away. */
static bool cleaner_at_hand(struct sim *s)
{
	if (!s->cleanings && s->cleaners) {
		s->cleaners--;
		s->cleanings = (int)s->sc.v[SC_CLEANER_USES];
	}
	if (!s->cleanings)
		return false;
	if (!--s->cleanings)
		s->report.cleaners_spent++;
	return true;
}

/* False: it stays dirty. */
static bool clean(struct sim *s, struct sim_drive *d)
{
	if (s->sc.v[SC_CLEANERS] > 0) {
		if (!cleaner_at_hand(s))
			return false;
		d->cleans_until = s->w.now + llround(s->sc.v[SC_CLEAN_TIME] * S_MS);
	}
	d->dirty = false, d->dirty_in = 0;
	s->report.cleanings++;
	return true;
}

static bool service(struct sim *s, const struct asked *a)
{
	bool clean_all = true;

	vec_each(d, &s->drives)
		clean_all &= !d->dirty || clean(s, d);
	if (a->arg1_type == NTMS_LIBRARY)
		empty_ports(s, true);
	if (s->w.picker.door)
		door_shut(s);
	else if (dice_chance(&s->people, s->sc.v[SC_OPENS]))
		door_open(s);
	else if (robot_ready(s))
		world_probe(&s->w); /* the library is switched off and on */
	return clean_all || a->arg1_type == NTMS_LIBRARY;
}

/* False: it can't be done. */
static bool do_it(struct sim *s, const struct asked *a)
{
	switch (a->kind) {
	case NTMS_OPREQ_DEVICESERVICE:
		return service(s, a);
	case NTMS_OPREQ_MOVEMEDIA:
		if (a->out) /* whatever lies there, whether the rows know it or not */
			empty_ports(s, true);
		else
			people_insert(s, a->tag);
		break;
	case NTMS_OPREQ_NEWMEDIA:
		people_insert(s, NULL);
		break;
	default:
		break;
	}
	return true;
}

static void answer(struct sim *s, const struct asked *a)
{
	struct CancelNtmsOperatorRequest_in refuse = {.request = a->request};
	struct SatisfyNtmsOperatorRequest_in done = {.request = a->request};

	s->report.answers++;
	/* at the end whoever waits for a medium that is nowhere hears of it */
	if (s->ending ? a->kind == NTMS_OPREQ_NEWMEDIA || (a->kind == NTMS_OPREQ_MOVEMEDIA && !a->out) ||
				!do_it(s, a)
		      : dice_chance(&s->people, s->sc.v[SC_REFUSE]) ||
				(!dice_chance(&s->people, s->sc.v[SC_WRONG]) && !do_it(s, a))) {
		SIM_CALL(s, guid_new(), CancelNtmsOperatorRequest, &refuse, NULL);
		return;
	}
	/* one that asks for a medium closes by itself when the medium comes */
	if (a->kind != NTMS_OPREQ_MOVEMEDIA && a->kind != NTMS_OPREQ_NEWMEDIA)
		SIM_CALL(s, guid_new(), SatisfyNtmsOperatorRequest, &done, NULL);
}

void people_come(struct sim *s)
{
	double hour = (double)((s->w.now - s->start) % DAY_MS) / HOUR_MS;
	asked_vec all = {0};

	if (hour < s->sc.v[SC_NIGHT] && !s->ending)
		return;
	empty_ports(s, s->ending); /* at the end, what nobody inserts any more, too: ejects wait for room */
	if (!sim_read(s, read_requests, &all))
		vec_each(a, &all)
			answer(s, a);
	vec_free(&all);
}

static void come_by(struct sim *s, void *unused)
{
	due_add(&s->line, s->w.now + 1 + llround(dice_exponential(&s->people, s->sc.v[SC_OPERATOR]) * S_MS),
		come_by, NULL);
	people_come(s);
}

void people_start(struct sim *s)
{
	due_add(&s->line, s->w.now + llround(dice_exponential(&s->people, s->sc.v[SC_OPERATOR]) * S_MS),
		come_by, NULL);
}
