/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Epochs and incarnations: each run of rsmd has its own. The mark (mark.h) hears of them before they are
 * used; so a store that comes with an older one was put back from a copy. */
#include "store/impl.h"

#include "base/log.h"

#include <ntmsapi.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Marks began with this schema: an older store never had one. */
enum { SCHEMA_WITH_MARK = 11 };

/* What nobody has counted (the last seconds before the power was lost, or all of it without a mark) isn't
 * more than this. */
enum { LEAP = 1 << 20 };

static void restored(struct store *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void restored(struct store *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->restored, sizeof s->restored, fmt, ap);
	va_end(ap);
	log_warn("store: %s was restored from a copy: %s", s->path, s->restored);
}

bool epoch_left_so(const struct store *s, const struct mark *now)
{
	return s->mark.found == MARK_READ && now->size == s->mark.size && now->written == s->mark.written;
}

int epoch_compare(struct store *s, const struct look *l, bool left_so, struct err *e)
{
	const struct mark *m = &s->mark;
	bool begun = !guid_is_null(&l->incarnation), same;

	if (!m->path || !begun)
		return 0;
	if (m->found == MARK_NONE && l->schema < SCHEMA_WITH_MARK)
		return 0;
	same = guid_eq(&l->incarnation, &m->incarnation) || guid_eq(&l->incarnation, &m->next);
	if (m->found == MARK_READ && same && l->sequence >= m->sequence)
		return 0;
	if (left_so)
		return store_refused(s->path, e,
				     "lacks its last %lld changes: its log %s-wal %s. If you have that file, "
				     "put it back",
				     (long long)(m->sequence - l->sequence), s->path,
				     l->log > 0 ? "is damaged or not its own" : "is missing");
	if (m->found == MARK_NONE)
		restored(s, "there is no %s, which tells how far it had come", m->path);
	else if (m->found == MARK_GARBAGE)
		restored(s, "%s, which tells how far it had come, can't be understood", m->path);
	else if (!same)
		restored(s, "its last start isn't the one that %s tells", m->path);
	else
		restored(s, "it lacks the last %lld changes", (long long)(m->sequence - l->sequence));
	return 0;
}

/* ---- a new epoch ---- */

struct begun {
	struct post post;
	struct store *store;
};

/* The commit has taken place. */
static void confirm(struct post *p)
{
	struct store *s = ((struct begun *)p)->store;
	struct err e;

	s->mark.incarnation = s->mark.next;
	s->mark.next = guid_null;
	s->restored[0] = '\0'; /* now it is the one that the mark tells */
	s->mark.sequence = s->seq;
	mark_look(&s->mark, s->path);
	if (mark_write(&s->mark, &e)) /* then the mark still tells both */
		log_warn("store: %s", e.why);
	free(p);
}

static void forget(struct post *p) { free(p); }

/* The past that this store doesn't know has used epochs and numbers of changes: none is given twice. */
static int leap(struct txn *t, int64_t *epoch, struct err *e)
{
	struct store *s = t->store;

	if (s->mark.found != MARK_READ)
		*epoch += LEAP;
	s->seq = (s->mark.sequence > s->seq ? s->mark.sequence : s->seq) + LEAP;
	return sql_do(t, e,
		      "INSERT INTO change(seq, type, op, object) VALUES(?1, "
		      "?2, ?3, coalesce((SELECT guid FROM object WHERE type=?2 LIMIT 1), zeroblob(16)))",
		      "iuu", s->seq, (uint32_t)NTMS_COMPUTER, (uint32_t)NTMS_OBJ_UPDATE);
}

int store_begin(struct txn *t, char why[300], struct err *e)
{
	struct store *s = t->store;
	struct begun *b = calloc(1, sizeof *b);
	int64_t epoch = 0;
	int rc;

	if (!b)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory to begin an epoch");
	*b = (struct begun){{confirm, forget}, s};
	txn_post(t, &b->post);
	rc = sql_get(t, e, "SELECT value FROM meta WHERE key='epoch'", "", "i", &epoch);
	if (rc && rc != SQL_NONE)
		return rc;
	if (s->mark.epoch > epoch)
		epoch = s->mark.epoch;
	if (s->restored[0])
		TRY(leap(t, &epoch, e));
	s->mark.epoch = epoch + 1;
	s->mark.next = guid_new();
	TRY(mark_write(&s->mark, e));
	snprintf(why, 300, "%s", s->restored);
	TRY(sql_do(t, e,
		   "INSERT INTO meta(key, value) "
		   "VALUES('incarnation', ?1) ON CONFLICT(key) DO UPDATE SET value=?1",
		   "g", &s->mark.next));
	return sql_do(t, e,
		      "INSERT INTO meta(key, value) "
		      "VALUES('epoch', ?1) ON CONFLICT(key) DO UPDATE SET value=?1",
		      "i", s->mark.epoch);
}
