/* SPDX-License-Identifier: GPL-2.0-or-later
 * A robot refuses a move since one of its elements is disabled, and doesn't tell which. What the element
 * status doesn't tell either is found out: an end that is refused with another partner, too, is the one. */
#include "library/controller.h"

#define BARRED_MS 600000 /* then it is tried again */

static int bar(struct ctl *c, int64_t slot, const char *why)
{
	c->troubled = true;
	return sql_do(c->t, c->e,
		      "UPDATE slot SET barred_until=max(barred_until,?), reason=?, "
		      "state=CASE state WHEN 2 THEN 3 ELSE state END WHERE id=?",
		      "iti", c->now + BARRED_MS, why, slot);
}

/* Its slots were suspected wrongly; the elements, which are read now, say how they are. */
static int blame_drive(struct ctl *c, int64_t drive, const char *why)
{
	TRY(sql_do(
		c->t, c->e,
		"UPDATE slot SET barred_until=0, refused_with=0, reason='' WHERE library=? AND refused_with=?",
		"ii", c->id, drive));
	return drive_needs_service(c, drive, why);
}

static int blame_slot(struct ctl *c, int64_t slot, const char *why)
{
	TRY(sql_do(c->t, c->e, "UPDATE drive SET refused_with=0 WHERE library=? AND refused_with=?", "ii",
		   c->id, slot));
	return bar(c, slot, why);
}

/* The two ends of a move, a drive and a slot: with whom each was refused before. */
struct ends {
	int64_t drive, slot, drives_last, slots_last;
	uint32_t drive_state;
	int64_t others; /* other drives in order */
};

static int load_ends(struct ctl *c, int64_t source, int64_t destination, struct ends *x)
{
	int rc = sql_get(
		c->t, c->e,
		"SELECT d.id, s.id, d.refused_with, s.refused_with, o.opstate, (SELECT count(*) FROM drive e "
		"JOIN object p ON p.id=e.id WHERE e.library=d.library AND e.id<>d.id AND p.enabled=1 "
		"AND p.opstate=0) FROM drive d JOIN object o ON o.id=d.id CROSS JOIN slot s "
		"WHERE d.id IN (?1,?2) AND s.id IN (?1,?2)",
		"ii", source, destination, "iiiiui", &x->drive, &x->slot, &x->drives_last, &x->slots_last,
		&x->drive_state, &x->others);

	if (rc == SQL_NONE)
		*x = (struct ends){0};
	return rc == SQL_NONE ? 0 : rc;
}

int move_refused(struct ctl *c, int64_t source, int64_t destination, const char *why)
{
	struct ends x;

	TRY(load_ends(c, source, destination, &x));
	if (!x.drive) { /* between others than drives: the one it was to come to, which has a choice */
		TRY(bar(c, destination, why));
		return sql_changes(c->t) ? 0 : bar(c, source, why);
	}
	if (x.drive_state != NTMS_READY)
		return 0;
	if (x.drives_last && x.drives_last != x.slot)
		return blame_drive(c, x.drive, why);
	if (x.slots_last && x.slots_last != x.drive)
		return blame_slot(c, x.slot, why);
	TRY(sql_do(c->t, c->e, "UPDATE drive SET refused_with=? WHERE id=?", "ii", x.slot, x.drive));
	TRY(sql_do(c->t, c->e, "UPDATE slot SET refused_with=? WHERE id=?", "ii", x.drive, x.slot));
	/* another partner is tried, if there is one: another slot, or another drive */
	if (destination == x.slot || !x.others || x.drives_last)
		return bar(c, x.slot, why);
	return 0;
}

int move_accepted(struct ctl *c, int64_t source, int64_t destination)
{
	int64_t blamed = 0;

	/* nearly always none is, and an UPDATE of what may be several rows costs ten times this question */
	TRY(sql_get(c->t, c->e,
		    "SELECT coalesce((SELECT barred_until>0 OR refused_with>0 FROM slot WHERE id=?1),0) "
		    "OR coalesce((SELECT barred_until>0 OR refused_with>0 FROM slot WHERE id=?2),0) "
		    "OR coalesce((SELECT refused_with>0 FROM drive WHERE id=?1),0) "
		    "OR coalesce((SELECT refused_with>0 FROM drive WHERE id=?2),0)",
		    "ii", source, destination, "i", &blamed));
	if (!blamed)
		return 0;
	TRY(sql_do(c->t, c->e,
		   "UPDATE slot SET barred_until=0, refused_with=0, reason='' "
		   "WHERE id IN (?,?) AND (barred_until>0 OR refused_with>0)",
		   "ii", source, destination));
	return sql_do(c->t, c->e, "UPDATE drive SET refused_with=0 WHERE id IN (?,?) AND refused_with>0",
		      "ii", source, destination);
}
