/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Which drive a request gets, and what becomes of a drive that nobody holds any more.
 *
 * A drive is held by a request while it works with it (drive.request), by an application from the end of its
 * mount to its dismount (its medium's mounted_side), or left alone after a deferred dismount (DISMOUNTABLE)
 * until somebody needs it.
 */
#include "library/controller.h"

#include <stdio.h>
#include <string.h>

int drive_set_state(struct ctl *c, int64_t drive, uint32_t state)
{
	TRY(sql_do(c->t, c->e, "UPDATE drive SET state=? WHERE id=? AND state<>?", "uiu", state, drive,
		   state));
	return sql_changes(c->t) ? object_changed(c->t, drive, c->e) : 0;
}

int drive_release(struct ctl *c, int64_t drive)
{
	return drive ? sql_do(c->t, c->e, "UPDATE drive SET request=NULL WHERE id=?", "i", drive) : 0;
}

int drive_needs_service(struct ctl *c, int64_t drive, const char *why)
{
	TRY(sql_do(c->t, c->e, "UPDATE drive SET reason=? WHERE id=?", "ti", why, drive));
	c->troubled = true;
	return object_set_state(c->t, drive, NTMS_NEEDS_SERVICE, c->e);
}

int put_away(struct ctl *c, int64_t drive, int64_t medium)
{
	struct request_new n = {.library = c->id, .op = NTMS_LM_DISMOUNT, .drive = drive, .medium = medium};
	int64_t open = 0;

	TRY(request_open(c, NTMS_LM_DISMOUNT, medium, 0, &open));
	return open ? 0 : request_new(c->t, &n, &open, NULL, c->e);
}

int drives_tidy(struct ctl *c)
{
	VEC(struct { int64_t drive, medium; }) idle = {0};
	int rc = 0;

	{
		auto_rows struct rows *q = sql_rows(
			c->t, c->e,
			"SELECT d.id, m.id FROM physical_media m CROSS JOIN drive d ON d.id=m.place "
			"JOIN object o ON o.id=d.id WHERE m.in_drive=1 AND m.mounted_side IS NULL "
			"AND d.library=? AND d.request IS NULL AND d.state<>7 AND (o.opstate=0 OR o.opstate=20 AND "
			/* out of a drive that fails, too, unless that has failed already */
			"coalesce((SELECT r.state FROM librequest r "
			"WHERE r.library=d.library AND r.op=16 AND r.drive=d.id AND r.medium=m.id "
			"ORDER BY r.id DESC LIMIT 1),2)<>3) ORDER BY d.element",
			"i", c->id);

		while (rows_next(q)) {
			vec_add(&idle);
			idle.v[idle.n - 1].drive = rows_i64(q, 0);
			idle.v[idle.n - 1].medium = rows_i64(q, 1);
		}
		rc = rows_failed(q) ? (int)c->e->code : 0;
	}
	for (size_t i = 0; !rc && i < idle.n; i++)
		if (!drive_acting(c, idle.v[i].drive, &rc))
			rc = put_away(c, idle.v[i].drive, idle.v[i].medium);
	vec_free(&idle);
	return rc;
}

/* State 7: dismounted deferred. */
bool drive_free(struct ctl *c, int *rc)
{
	int64_t n = 0;
	int got = sql_get(c->t, c->e,
			  "SELECT EXISTS(SELECT 1 FROM drive d CROSS JOIN object o ON o.id=d.id "
			  "WHERE d.library=? AND d.request IS NULL AND d.held_look=0 "
			  "AND o.enabled=1 AND o.opstate=0 AND NOT EXISTS(SELECT 1 FROM physical_media m "
			  "WHERE m.place=d.id AND (d.state<>7 OR m.mounted_side IS NOT NULL)))",
			  "i", c->id, "i", &n);

	if (got)
		*rc = got;
	return n > 0;
}

/* ---- choice ---- */

struct candidate {
	int64_t drive, medium, mounted, request, since, delay;
	uint32_t state;
	bool held; /* by a stranger: no cartridge goes there */
	char generation[16];
};

struct wish {
	int64_t request, medium, specific;
	bool in_use;   /* the medium is */
	bool inside;   /* it is in some drive */
	bool in_drive; /* it is in one of those that may be used */
	bool write;
	char type[32];	       /* media type key */
	char unfit[128];       /* drives that have refused it */
	char barred[400];      /* why the robot can't use its slot */
	int64_t chosen, evict; /* the drive; one whose dismountable medium has to leave first */
	bool fits;	       /* some drive of the library, enabled, can take it */
	bool held;	       /* ... but a program has it open */
	int64_t until;	       /* nothing to evict: when a deferred dismount's time is over */
};

typedef VEC(struct wish) wish_vec;

/* Read one by one, as far as a choice has to look: mostly the first empty one will do. */
struct candidates {
	struct rows *q;
	bool all; /* have been read: SQLite would begin anew */
	VEC(struct candidate) v;
};

enum which { ALL_DRIVES, USABLE_DRIVES, IDLE_DRIVES };

static void candidates_begin(struct ctl *c, struct candidates *all, enum which which)
{
	static const char sql[] =
		"SELECT d.id, coalesce(m.id,0), coalesce(m.mounted_side,0), "
		"coalesce(d.request,0), d.dismountable_since, d.defer_delay, "
		"d.state, d.held_look<>0, d.generation FROM drive d CROSS JOIN object o ON o.id=d.id "
		"LEFT JOIN physical_media m ON m.place=d.id WHERE d.library=? "
		"AND (?=0 OR (o.enabled=1 AND o.opstate=0)) ORDER BY d.refused_with>0, d.mount_count, d.number";
	static const char idle[] =
		"SELECT d.id, 0, 0, 0, 0, 0, d.state, 0, d.generation FROM drive d CROSS JOIN object o ON o.id=d.id "
		"WHERE d.library=? AND d.request IS NULL AND d.held_look=0 AND o.enabled=1 AND o.opstate=0 "
		"AND NOT EXISTS(SELECT 1 FROM physical_media m WHERE m.place=d.id) "
		"ORDER BY d.refused_with>0, d.mount_count, d.number";

	all->q = which == IDLE_DRIVES ? sql_rows(c->t, c->e, idle, "i", c->id)
				      : sql_rows(c->t, c->e, sql, "iu", c->id, (uint32_t)which);
}

/* Valid until the next is asked for. NULL: there are no more, or they can't be read. */
static const struct candidate *candidate_at(struct candidates *all, size_t i)
{
	while (all->v.n <= i && !all->all) {
		struct candidate *d;

		all->all = !rows_next(all->q);
		if (all->all)
			break;
		d = vec_add(&all->v);
		*d = (struct candidate){rows_i64(all->q, 0), rows_i64(all->q, 1),      rows_i64(all->q, 2),
					rows_i64(all->q, 3), rows_i64(all->q, 4),      rows_i64(all->q, 5),
					rows_u32(all->q, 6), rows_u32(all->q, 7) != 0, ""};
		snprintf(d->generation, sizeof d->generation, "%s", rows_text(all->q, 8));
	}
	return i < all->v.n ? &all->v.v[i] : NULL;
}

static int candidates_end(struct ctl *c, struct candidates *all)
{
	bool failed = rows_failed(all->q);

	rows_done(&all->q);
	vec_free(&all->v);
	return failed ? (int)c->e->code : 0;
}

static int wishes(struct ctl *c, const struct request *r, wish_vec *out)
{
	auto_rows struct rows *q = sql_rows(
		c->t, c->e,
		"SELECT r.id, m.id, CASE WHEN r.wanted & 16 THEN coalesce(r.drive,0) ELSE 0 END, "
		"m.mounted_side IS NOT NULL OR EXISTS(SELECT 1 FROM librequest o WHERE o.id=m.request "
		"AND o.id<>r.id AND o.open=1), (r.wanted & 2)<>0 OR r.op=18, "
		/* refused, its type proves to be a mere guess, unless a drive has told it */
		"CASE WHEN m.unfit<>'' AND m.density_code=0 THEN 'Tape' ELSE t.key END, m.unfit, m.in_drive, "
		"coalesce((SELECT o.name||': '||s.reason FROM slot s JOIN object o ON o.id=s.id "
		"WHERE s.id=m.place AND s.barred_until>?3),'') FROM librequest r "
		"JOIN physical_media m ON m.id=r.medium JOIN media_type t ON t.id=m.media_type "
		"WHERE r.id=?1 OR (?2 IS NOT NULL AND r.call=?2 AND r.open=1 "
		"AND NOT EXISTS(SELECT 1 FROM drive d WHERE d.request=r.id)) ORDER BY r.id",
		"igi", r->id, &r->call, c->now);

	while (rows_next(q)) {
		struct wish *w = vec_add(out);

		*w = (struct wish){.request = rows_i64(q, 0),
				   .medium = rows_i64(q, 1),
				   .specific = rows_i64(q, 2),
				   .in_use = rows_i64(q, 3) != 0,
				   .write = rows_i64(q, 4) != 0,
				   .inside = rows_i64(q, 7) != 0};
		snprintf(w->type, sizeof w->type, "%s", rows_text(q, 5));
		snprintf(w->unfit, sizeof w->unfit, "%s", rows_text(q, 6));
		snprintf(w->barred, sizeof w->barred, "%s", rows_text(q, 8));
	}
	return rows_failed(q) ? (int)c->e->code : 0;
}

static bool takes(const struct candidate *d, const struct wish *w)
{
	char mark[24];

	if (d->generation[0])
		snprintf(mark, sizeof mark, "%s;", d->generation);
	else
		snprintf(mark, sizeof mark, "#%lld;", (long long)d->drive);
	return (!w->specific || d->drive == w->specific) && !strstr(w->unfit, mark) &&
	       drive_can(d->generation, w->type, w->write);
}

static bool claimed(const wish_vec *all, int64_t drive)
{
	vec_each(w, all)
		if (w->chosen == drive || w->evict == drive)
			return true;
	return false;
}

/* One wish: its own drive if it is in one, else an empty one, else one whose medium may leave. */
static void choose(struct ctl *c, struct wish *w, struct candidates *drives, const wish_vec *all, int *rc)
{
	const struct candidate *d;

	for (size_t i = 0; !(w->chosen && !w->inside) && (d = candidate_at(drives, i)); i++) {
		bool evictable = d->medium && d->state == NTMS_DRIVESTATE_DISMOUNTABLE && !w->evict;

		if (!takes(d, w))
			continue;
		w->fits = true;
		if (w->in_use || d->request || d->mounted || claimed(all, d->drive))
			continue;
		if (d->held) {
			w->held = true;
			continue;
		}
		if (d->medium != w->medium && (d->medium || w->chosen) && !evictable)
			continue;
		if (drive_acting(c, d->drive, rc))
			continue;
		if (d->medium == w->medium) {
			w->chosen = d->drive, w->evict = 0;
			return;
		}
		if (!d->medium && !w->chosen)
			w->chosen = d->drive;
		if (evictable) {
			int64_t until = d->since + d->delay * 1000;

			if (until <= c->now)
				w->evict = d->drive;
			else if (!w->until || until < w->until)
				w->until = until;
		}
	}
	/* in a drive already, but not one it may use now: it must come out first */
	for (size_t i = 0; w->inside && (d = candidate_at(drives, i)); i++)
		if (d->medium == w->medium)
			w->in_drive = true, w->chosen = w->evict = 0;
	if (w->chosen)
		w->evict = 0;
	if (w->evict)
		w->until = 0;
}

/* Waits that have been queued before keep the drives they could use: nobody overtakes a mount of several
 * media for ever. Before identifications and free labels they go in any case: those take what is left.
 * One that couldn't use a drive now, since its media are in use or out of reach, keeps none. */
static int older_waits(struct ctl *c, const struct request *r, const wish_vec *mine, bool *blocked)
{
	int64_t n = 0;
	int rc = sql_get(
		c->t, c->e,
		"SELECT count(*) FROM librequest o WHERE o.library=? "
		"AND o.op=17 AND o.open=1 AND o.state=5 AND o.phase=0 AND (?<>17 OR +o.id<? "
		"AND o.priority>=(SELECT priority FROM librequest WHERE id=?)) AND o.call IS NOT NULL "
		"AND o.call IS NOT ? AND (SELECT count(*) FROM librequest g WHERE g.call=o.call)>? "
		"AND NOT EXISTS(SELECT 1 FROM librequest g JOIN physical_media m ON m.id=g.medium "
		"LEFT JOIN slot s ON s.id=m.place WHERE g.call=o.call AND (m.mounted_side IS NOT NULL "
		"OR s.barred_until>? OR EXISTS(SELECT 1 FROM librequest u WHERE u.id=m.request "
		"AND u.call IS NOT g.call AND u.open=1)))",
		"iuiigii", c->id, r->op, r->id, r->id, &r->call, (int64_t)mine->n, c->now, "i", &n);

	*blocked = n > 0;
	return rc;
}

static int reserve(struct ctl *c, const struct wish *w)
{
	TRY(sql_one(
		c->t, c->e,
		"UPDATE drive SET request=?, dismountable_since=0, reason='' WHERE id=? AND request IS NULL",
		"ii", w->request, w->chosen));
	TRY(sql_do(c->t, c->e,
		   "UPDATE librequest "
		   "SET drive=?, drive_guid=(SELECT guid FROM object WHERE id=?), waits=0 WHERE id=?",
		   "iii", w->chosen, w->chosen, w->request));
	TRY(sql_do(c->t, c->e, "UPDATE physical_media SET request=? WHERE id=?", "ii", w->request,
		   w->medium));
	return medium_state(c->t, w->medium, NTMS_MEDIASTATE_INUSE, c->e);
}

/* "tried at once or not at all": NTMS_MOUNT_ERROR_NOT_AVAILABLE, and dwTimeout 0 */
int mount_waits(struct ctl *c, struct request *r, int64_t again_ms, const char *why)
{
	if (r->op == NTMS_LM_MOUNT && (r->wanted & NTMS_MOUNT_ERROR_NOT_AVAILABLE))
		return request_end(c, r, NTMS_LM_FAILED, ERROR_BUSY, "%s", why);
	if (r->op == NTMS_LM_MOUNT && (r->wanted & WANTED_ONCE))
		return request_end(c, r, NTMS_LM_FAILED, ERROR_TIMEOUT, "%s", why);
	return request_wait(c, r, again_ms, "%s", why);
}

/* Enabled and in order or not. */
static int any_takes(struct ctl *c, const struct wish *w, bool *exists)
{
	struct candidates every = {0};
	const struct candidate *d;

	*exists = false;
	candidates_begin(c, &every, ALL_DRIVES);
	for (size_t i = 0; !*exists && (d = candidate_at(&every, i)); i++)
		*exists = takes(d, w);
	return candidates_end(c, &every);
}

int drive_exists(struct ctl *c, const struct request *r, bool *exists)
{
	wish_vec all = {0};
	int rc = wishes(c, r, &all);

	*exists = false;
	vec_each(w, &all)
		if (!rc && w->request == r->id)
			rc = any_takes(c, w, exists);
	vec_free(&all);
	return rc;
}

static int no_drive(struct ctl *c, struct request *r, const struct wish *w)
{
	bool exists = false;

	TRY(any_takes(c, w, &exists));
	if (!exists)
		return request_end(c, r, NTMS_LM_FAILED, ERROR_NO_SUPPORTING_DRIVES,
				   "no drive of this library can take %s media%s", w->type,
				   w->write ? " for writing" : "");
	if (r->op != NTMS_LM_MOUNT)
		return request_wait(c, r, 0, "every drive that takes %s media is disabled or needs service",
				    w->type);
	return request_end(c, r, NTMS_LM_FAILED, ERROR_RESOURCE_DISABLED,
			   "every drive that takes %s media is disabled or needs service", w->type);
}

static int evict(struct ctl *c, int64_t drive)
{
	int64_t medium = 0;
	int rc = medium_at(c->t, drive, &medium, c->e);

	return rc == SQL_NONE ? 0 : rc ? rc : put_away(c, drive, medium);
}

/* What it waits for: its medium, or any drive; until a time, or to be put away, it must look by itself (and
 * is looked at when a drive is let go empty: a trigger of the schema). */
static int64_t lacks(const struct wish *w)
{
	if (w->in_use)
		return w->medium;
	return w->until || w->in_drive ? WAITS_NOTHING : WAITS_DRIVE;
}

#define LOOK_AGAIN_MS 60000 /* by then somebody may have told that the slot can be used */

/* A drive for each, as far as there are any. *usable: drives, as far as they are counted. */
static int choose_among(struct ctl *c, enum which which, wish_vec *all, size_t *usable)
{
	struct candidates drives = {0};
	int rc = 0, failed;

	candidates_begin(c, &drives, which);
	vec_each(w, all)
		if (!rc)
			choose(c, w, &drives, all, &rc);
	candidate_at(&drives, all->n - 1); /* are there as many as media? */
	*usable = drives.v.n;
	failed = candidates_end(c, &drives);
	return rc ? rc : failed;
}

static int choose_usable(struct ctl *c, wish_vec *all, size_t *usable)
{
	vec_each(w, all) {
		w->chosen = w->evict = w->until = 0;
		w->fits = w->held = false;
	}
	return choose_among(c, USABLE_DRIVES, all, usable);
}

/* Mostly there are empty ones for all, and nobody has to know what the others do. */
static int choose_all(struct ctl *c, wish_vec *all, size_t *usable)
{
	bool idle = true;

	vec_each(w, all)
		idle = idle && !w->inside && !w->in_use;
	if (idle)
		TRY(choose_among(c, IDLE_DRIVES, all, usable));
	vec_each(w, all)
		idle = idle && w->chosen;
	return idle ? 0 : choose_usable(c, all, usable);
}

/* Usable drives that other media of the same call have, mounted or on their way: none of them is let go
 * before the call has all. */
static int drives_of_call(struct ctl *c, const struct request *r, size_t *n)
{
	int64_t own = 0;

	TRY(sql_get(c->t, c->e,
		    "SELECT count(*) FROM librequest g CROSS JOIN drive d ON d.id=g.drive "
		    "JOIN object o ON o.id=d.id JOIN physical_media m ON m.id=g.medium "
		    "WHERE g.call=? AND g.id<>? AND o.enabled=1 AND o.opstate=0 "
		    "AND (d.request=g.id OR (m.place=d.id AND m.mounted_side=g.side))",
		    "gi", &r->call, r->id, "i", &own));
	*n = (size_t)own;
	return 0;
}

/* There is none for one of them now. */
static bool one_lacks(const wish_vec *all)
{
	vec_each(w, all)
		if (!w->chosen)
			return true;
	return false;
}

static int reserve_all(struct ctl *c, struct request *r, wish_vec *all)
{
	bool blocked = false;
	size_t usable = 0, own = 0;

	TRY(choose_all(c, all, &usable));
	vec_each(w, all)
		if (!w->fits)
			return no_drive(c, r, w);
	if (!guid_is_null(&r->call) && one_lacks(all))
		TRY(drives_of_call(c, r, &own));
	if (all->n + own > usable)
		return request_end(
			c, r, NTMS_LM_FAILED, ERROR_RESOURCE_NOT_AVAILABLE,
			"%zu media are to be mounted at once, and the library has %zu usable drives",
			all->n + own, usable);
	vec_each(w, all)
		if (w->barred[0])
			return mount_waits(c, r, LOOK_AGAIN_MS, w->barred);
	TRY(older_waits(c, r, all, &blocked));
	if (blocked) {
		TRY(choose_usable(c, all, &usable)); /* to know what it lacks */
		vec_each(w, all)
			if (w->request == r->id)
				r->waits = lacks(w);
		return mount_waits(c, r, 0, "a mount of several media waits for drives");
	}
	vec_each(w, all)
		if (!w->chosen) {
			if (w->evict)
				TRY(evict(c, w->evict));
			r->waits = lacks(w);
			return mount_waits(c, r, w->until ? w->until - c->now : 0,
					   w->in_use ? "a medium of the call is in use"
					   : w->held ? "a drive that this medium could have is held open by "
						       "another program"
					   : w->specific ? "the drive asked for is in use"
							 : "all drives that take this medium are in use");
		}
	vec_each(w, all)
		TRY(reserve(c, w));
	vec_each(w, all)
		if (w->request == r->id)
			r->drive = w->chosen;
	return STEP_NEXT;
}

int drives_reserve(struct ctl *c, struct request *r)
{
	wish_vec all = {0};
	int rc = wishes(c, r, &all);

	if (!rc)
		rc = reserve_all(c, r, &all);
	vec_free(&all);
	return rc;
}
