/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the robot reports becomes what the rows say. This one function is the inventory, the answer to every
 * doubt, and the settling of moves whose outcome nobody knows.
 *
 * Each element that is reported full gets its medium: the one with its bar code; else, without a readable bar
 * code, the one the rows have there, or the one that an unsettled move was to bring. Media that were in the
 * elements read and are in none of them now went elsewhere: to another element of the report, else offline.
 * What isn't proven by a bar code is unverified until a label was read.
 */
#include "library/controller.h"

#include <string.h>

struct place { /* one element: what is reported, what the rows say, what it comes to */
	const struct element_state *s;
	int64_t element, was, now;
	bool verified, inverted_was, doubtful;
	uint8_t type;
	uint32_t state; /* slots: as it was */
	int64_t barred; /* slots: until when */
};
typedef VEC(struct place) place_vec;

static int by_address(const void *a, const void *b)
{
	return (int)((const struct element_state *)a)->address -
	       (int)((const struct element_state *)b)->address;
}

static const struct element_state *reported(const struct event *ev, uint32_t address)
{
	struct element_state key = {.address = (uint16_t)address};

	return bsearch(&key, ev->elements, ev->n_elements, sizeof key, by_address);
}

static int load_places(struct ctl *c, const struct event *ev, uint8_t types, place_vec *out)
{
	static const char sql[] =
		"SELECT e.id, e.element, e.type, e.state, coalesce(m.id,0), coalesce(m.inverted,0), "
		"e.barred_until FROM (SELECT id, element, 2 AS type, state, barred_until "
		"FROM slot WHERE ?2 & 4 AND library=?1 UNION ALL SELECT id, element, 4, 0, 0 "
		"FROM drive WHERE ?2 & 16 AND library=?1 UNION ALL SELECT id, element, 3, 0, 0 "
		"FROM ieport WHERE ?2 & 8 AND library=?1 UNION ALL SELECT id, element, 1, 0, 0 "
		"FROM changer WHERE ?2 & 2 AND library=?1) e LEFT JOIN physical_media m ON m.place=e.id"; /* a
													     look at the port every second must not read thousands of slots */
	auto_rows struct rows *q = sql_rows(c->t, c->e, sql, "iu", c->id, (uint32_t)types);

	while (rows_next(q)) {
		const struct element_state *s = reported(ev, rows_u32(q, 1));
		struct place *p = vec_add(out);

		*p = (struct place){.s = s,
				    .element = rows_i64(q, 0),
				    .type = (uint8_t)rows_u32(q, 2),
				    .state = rows_u32(q, 3),
				    .was = rows_i64(q, 4),
				    .inverted_was = rows_i64(q, 5) != 0,
				    .barred = rows_i64(q, 6)};
		if (!s) /* in the type's range, but not in the answer: nothing is known, nothing changes */
			p->now = p->was;
	}
	return rows_failed(q) ? (int)c->e->code : 0;
}

/* The medium that a move, unsettled, was to bring to this element, or has left in the hand. */
static int64_t expected(struct ctl *c, int64_t element, int *rc)
{
	int64_t medium = 0;
	int got = sql_get(c->t, c->e,
			  "SELECT a.medium FROM action a JOIN physical_media m ON m.id=a.medium "
			  "WHERE a.library=?1 AND a.state=3 AND a.kind=3 "
			  "AND (a.destination=?2 OR EXISTS(SELECT 1 FROM changer WHERE id=?2)) "
			  "AND m.place=a.source ORDER BY a.id DESC LIMIT 1",
			  "ii", c->id, element, "i", &medium);

	if (got && got != SQL_NONE)
		*rc = got;
	return medium;
}

static int barcode_of(struct ctl *c, int64_t medium, char out[65])
{
	out[0] = 0;
	return medium ? sql_get(c->t, c->e, "SELECT barcode FROM physical_media WHERE id=?", "i", medium, "T",
				out, (size_t)65)
		      : 0;
}

/* Known without its media identifier, and now told with it. */
static int fuller_barcode(struct ctl *c, int64_t medium, const char *was, const char *tag)
{
	const char *key = media_type_of_barcode(tag);
	uint32_t density = 0;

	if (strlen(tag) <= strlen(was) || !key)
		return 0;
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET barcode=? WHERE id=?", "ti", tag, medium));
	TRY(object_changed(c->t, medium, c->e));
	TRY(sql_get(c->t, c->e, "SELECT density_code FROM physical_media WHERE id=?", "i", medium, "u",
		    &density));
	return density ? 0 : medium_set_type(c->t, medium, key, c->e); /* a drive knows better */
}

static bool taken(const place_vec *all, int64_t medium)
{
	vec_each(p, all)
		if (p->now == medium)
			return true;
	return false;
}

/* A port's content is not ours to catalogue: what an operator laid there comes in by an insert. */
static int stranger_in_port(struct ctl *c, struct place *p, int64_t medium)
{
	int64_t library = 0;

	if (medium)
		TRY(sql_get(c->t, c->e, "SELECT library FROM physical_media WHERE id=?", "i", medium, "i",
			    &library));
	p->now = library == c->id ? medium : 0; /* one of ours, moved there behind our back */
	p->verified = p->now != 0;
	return 0;
}

static int with_tag(struct ctl *c, const place_vec *all, struct place *p)
{
	int64_t medium = 0;
	char was[65];
	int rc;

	TRY(barcode_of(c, p->was, was));
	if (p->was && media_same_barcode(was, p->s->tag)) {
		p->now = p->was;
		p->verified = !p->s->unlabelled; /* the same bar code twice proves nothing */
		return fuller_barcode(c, p->was, was, p->s->tag);
	}
	rc = medium_by_barcode(c->t, p->s->tag, c->id, &medium, c->e);
	if (rc && rc != SQL_NONE)
		return rc;
	if (medium && taken(all, medium))
		medium = 0; /* the same bar code twice: the other one was first */
	if (p->type == 3)
		return stranger_in_port(c, p, medium);
	if (p->was && !was[0] && !medium) {
		/* it had no readable bar code, and has one now */
		TRY(sql_do(c->t, c->e, "UPDATE physical_media SET barcode=? WHERE id=?", "ti", p->s->tag,
			   p->was));
		TRY(object_changed(c->t, p->was, c->e));
		medium = p->was;
	}
	p->now = medium ? medium : -1;
	p->verified = medium != 0 && !p->s->unlabelled;
	if (!medium)
		return 0;
	TRY(barcode_of(c, medium, was));
	return fuller_barcode(c, medium, was, p->s->tag);
}

static int empty_and_full(struct ctl *c, const place_vec *all, struct place *p)
{
	char was[65];

	TRY(barcode_of(c, p->was, was));
	if (!media_same_barcode(was, p->s->tag) || taken(all, p->was))
		return 0;
	p->now = p->was;
	p->doubtful = true;
	return medium_verified(c->t, p->was, false, c->e);
}

static int without_tag(struct ctl *c, const place_vec *all, struct place *p)
{
	int rc = 0;
	int64_t medium = expected(c, p->element, &rc);

	p->now = medium && !taken(all, medium) ? medium : p->type != 3 ? -1 : 0;
	return rc;
}

/* ---- writing it down ---- */

static uint32_t slot_state(const struct place *p, bool barred)
{
	if (p->s->absent)
		return NTMS_SLOTSTATE_NOTPRESENT;
	if (p->s->full || p->doubtful)
		return NTMS_SLOTSTATE_FULL;
	return barred ? NTMS_SLOTSTATE_NOTPRESENT : NTMS_SLOTSTATE_EMPTY;
}

/* Some robots never set the bit for slots: then it says nothing. */
static bool tells_access(const place_vec *all)
{
	vec_each(p, all)
		if (p->type == 2 && p->s && p->s->access)
			return true;
	return false;
}

static int write_slot(struct ctl *c, const struct place *p, bool heed_access)
{
	const struct element_state *s = p->s;
	bool unusable = !s->absent && (s->disabled || (heed_access && !s->access));
	int64_t until = unusable ? INT64_MAX : p->barred > c->now && p->barred < INT64_MAX ? p->barred : 0;
	const char *why = s->why	? s->why
			  : unusable	? s->disabled ? "disabled" : "out of the robot's reach"
			  : p->doubtful ? "called empty, and yet its bar code is told"
					: "";

	return sql_do(c->t, c->e, /* a refused move is the better reason */
		      "UPDATE slot "
		      "SET state=?1, reason=CASE ?5 WHEN 1 THEN reason ELSE ?2 END, barred_until=?4 "
		      "WHERE id=?3 AND (state<>?1 OR (?5=0 AND reason<>?2) OR barred_until<>?4)",
		      "utiiu", slot_state(p, until > 0), why, p->element, until,
		      (uint32_t)(until && !unusable));
}

static int write_element(struct ctl *c, const struct place *p, bool heed_access)
{
	const char *why = p->s && p->s->why ? p->s->why : "";

	if (!p->s)
		return 0;
	switch (p->type) {
	case 2:
		TRY(write_slot(c, p, heed_access));
		break;
	case 3:
		TRY(sql_do(
			c->t, c->e,
			"UPDATE ieport SET content=?1, position=?2, reason=?3, tag=?5, cleaner=?6 "
			"WHERE id=?4 AND (content<>?1 OR position<>?2 OR reason<>?3 OR tag<>?5)",
			"uutitu", (uint32_t)(p->s->full ? NTMS_PORTCONTENT_FULL : NTMS_PORTCONTENT_EMPTY),
			(uint32_t)(p->s->access ? NTMS_PORTPOSITION_RETRACTED : NTMS_PORTPOSITION_EXTENDED),
			why, p->element, p->s->tag, (uint32_t)p->s->cleaner));
		break;
	default:
		return 0;
	}
	return sql_changes(c->t) ? object_changed(c->t, p->element, c->e) : 0;
}

/* Who is in no element of the report any more. From a port it was taken by an operator, else it is missing.
 */
static int departed(struct ctl *c, const place_vec *all, const struct place *p)
{
	bool forgotten = false;

	if (!p->was || p->was == p->now || taken(all, p->was))
		return 0;
	if (p->type == 3)
		return medium_ejected(c->t, p->was, c->e);
	TRY(phantom_forget(c, p->was, p->now > 0, &forgotten));
	if (forgotten)
		return 0;
	TRY(medium_lost(c->t, p->was, c->e));
	return sql_do(c->t, c->e, "UPDATE physical_media SET missing_from=? WHERE id=?", "ii", c->id, p->was);
}

/* Who had it mounted has lost it: a medium in a slot is in no drive. */
static int mounted_no_more(struct ctl *c, int64_t medium)
{
	TRY(sql_do(c->t, c->e,
		   "UPDATE physical_media SET mounted_side=NULL WHERE id=? AND mounted_side IS NOT NULL", "i",
		   medium));
	return sql_changes(c->t) ? medium_state(c->t, medium, NTMS_MEDIASTATE_IDLE, c->e) : 0;
}

/* Its last move didn't end well: the robot may have turned it over and put it back. (With none such its word
 * on sides counts only where it brought something.) */
static int was_handled(struct ctl *c, int64_t medium, bool *handled)
{
	int64_t state = ACTION_DONE;
	int rc = sql_get(
		c->t, c->e,
		"SELECT state FROM action WHERE library=? AND kind=3 AND medium=? ORDER BY id DESC LIMIT 1",
		"ii", c->id, medium, "i", &state);

	*handled = state != ACTION_DONE;
	return rc == SQL_NONE ? 0 : rc;
}

static int arrived(struct ctl *c, struct place *p)
{
	int64_t place = 0, inverted = 0;
	bool up, moved;

	if (p->now == -1)
		return newcomer(c, p->element, p->s->tag, p->s->cleaner, p->s->inverted, &p->now);
	if (!p->now)
		return 0;
	TRY(medium_place(c, p->now, &place, &inverted));
	up = c->two_sided && p->s ? p->s->inverted : inverted != 0;
	moved = place != p->element;
	if (moved) /* whatever it failed at was there */
		TRY(sql_do(c->t, c->e,
			   "UPDATE physical_media SET missing_from=0, reason='' "
			   "WHERE id=?1 AND (SELECT enabled FROM object WHERE id=?1)",
			   "i", p->now));
	if (!moved && up != (inverted != 0))
		TRY(was_handled(c, p->now, &moved));
	if (moved) {
		TRY(medium_move(c->t, p->now, p->element, up, p->verified, c->e));
		return p->type == 2 ? mounted_no_more(c, p->now) : 0;
	}
	if (p->s && p->verified)
		return medium_verified(c->t, p->now, true, c->e);
	return 0;
}

static int write_places(struct ctl *c, place_vec *all)
{
	bool heed_access = tells_access(all);

	vec_each(p, all)
		TRY(departed(c, all, p));
	/* cycles: whoever changes places leaves the old one first, so that each place is free when its medium
	 * comes */
	vec_each(p, all)
		if (p->was && p->was != p->now)
			TRY(sql_do(c->t, c->e,
				   "UPDATE physical_media SET place=NULL, in_drive=0 WHERE id=? AND place=?",
				   "ii", p->was, p->element));
	vec_each(p, all)
		TRY(arrived(c, p));
	vec_each(p, all)
		TRY(write_element(c, p, heed_access));
	return 0;
}

/* Moves whose outcome nobody knew are known now: the rows say where their media are. */
static int settle_moves(struct ctl *c, uint8_t types)
{
	if (types != BIT_ALL &&
	    (types & (BIT_STORAGE | BIT_DRIVE | BIT_IE)) != (BIT_STORAGE | BIT_DRIVE | BIT_IE))
		return 0;
	TRY(sql_do(c->t, c->e,
		   "UPDATE librequest SET waits=0 WHERE library=?1 AND open=1 AND waits=? "
		   "AND id IN (SELECT request FROM action WHERE library=?1 AND state IN (0,3) AND state=3)",
		   "ii", c->id, (int64_t)WAITS_ACTION));
	return sql_do(c->t, c->e,
		      "UPDATE action SET state=CASE WHEN kind=3 AND EXISTS(SELECT 1 FROM physical_media m "
		      "WHERE m.id=action.medium AND m.place=action.destination) THEN 1 ELSE 2 END, ended=? "
		      "WHERE library=? AND state IN (0,3) AND state=3",
		      "ii", c->now, c->id);
}

static int drive_states(struct ctl *c)
{
	/* an empty drive is dismounted, whatever it was before */
	return sql_do(c->t, c->e,
		      "UPDATE drive SET state=0, holder='' WHERE library=? AND state<>0 "
		      "AND state<>6 AND NOT EXISTS(SELECT 1 FROM physical_media m WHERE m.place=drive.id)",
		      "i", c->id);
}

int reconcile(struct ctl *c, const struct event *ev, uint8_t types)
{
	auto_free struct element_state *sorted = calloc(ev->n_elements + 1, sizeof *sorted);
	struct event copy = {.elements = sorted, .n_elements = ev->n_elements};
	place_vec all = {0};
	int rc;

	if (!sorted)
		return err_set(c->e, ERROR_NOT_ENOUGH_MEMORY, "no memory for %zu elements", ev->n_elements);
	memcpy(sorted, ev->elements, ev->n_elements * sizeof *sorted);
	qsort(sorted, ev->n_elements, sizeof *sorted, by_address);
	rc = load_places(c, &copy, types, &all);

	/* bar codes first: they prove most; then who may be where it was; then who may have come */
	for (struct place *p = all.v; !rc && p < all.v + all.n; p++)
		if (p->s && p->s->full && p->s->tag[0])
			rc = with_tag(c, &all, p);
	for (struct place *p = all.v; !rc && p < all.v + all.n; p++)
		if (p->s && p->s->full && !p->s->tag[0] && p->was && !taken(&all, p->was))
			p->now = p->was;
	for (struct place *p = all.v; !rc && p < all.v + all.n; p++)
		if (p->s && p->s->full && !p->s->tag[0] && !p->now)
			rc = without_tag(c, &all, p);
	/* a bar code in an element called empty: the robot contradicts itself, so nothing changes by its word
	 */
	for (struct place *p = all.v; !rc && p < all.v + all.n; p++)
		if (p->s && !p->s->full && p->s->tag[0] && p->was)
			rc = empty_and_full(c, &all, p);
	if (!rc)
		rc = write_places(c, &all);
	if (!rc)
		rc = settle_moves(c, types);
	if (!rc)
		rc = drive_states(c);
	c->troubled = true;
	vec_free(&all);
	return rc;
}
