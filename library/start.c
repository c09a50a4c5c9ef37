/* SPDX-License-Identifier: GPL-2.0-or-later
 * A new incarnation: what the last one left unfinished is closed or put up for settling. */
#include "library/controller.h"

#include <string.h>

static int library_row(struct ctl *c, struct library_key *k)
{
	int rc = sql_get(c->t, c->e, "SELECT id, identity FROM library WHERE key=?", "t", k->key, "iT",
			 &k->id, k->identity, sizeof k->identity);

	if (rc == SQL_NONE) {
		TRY(object_new(c->t, NTMS_LIBRARY, k->key, NULL, &k->id, c->e));
		TRY(sql_do(c->t, c->e, "INSERT INTO library(id, key, library_type, flags) VALUES(?,?,?,?)",
			   "ituu", k->id, k->key, k->library_type,
			   (uint32_t)NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE));
		rc = 0;
	}
	TRY(rc);
	TRY(sql_do(c->t, c->e,
		   "UPDATE library SET library_type=?, found=?, reason='not reached yet' WHERE id=?", "uui",
		   k->library_type, (uint32_t)k->found, k->id));
	return object_set_state(c->t, k->id, NTMS_INITIALIZING, c->e);
}

/* Libraries whose section is gone from the configuration. */
static int not_configured(struct ctl *c, const struct library_key *keys, size_t n)
{
	VEC(int64_t) ids = {0};
	int rc;

	{
		auto_rows struct rows *q = sql_rows(c->t, c->e, "SELECT id FROM library WHERE key<>''", "");

		while (rows_next(q)) {
			bool found = false;

			for (size_t i = 0; i < n; i++)
				found |= keys[i].id == rows_i64(q, 0);
			if (!found)
				*vec_add(&ids) = rows_i64(q, 0);
		}
		rc = rows_failed(q) ? (int)c->e->code : 0;
	}
	for (size_t i = 0; !rc && i < ids.n; i++) {
		rc = sql_do(c->t, c->e,
			    "UPDATE library SET reason='not in the configuration any more' WHERE id=?", "i",
			    ids.v[i]);
		if (!rc)
			rc = object_set_state(c->t, ids.v[i], NTMS_NOT_PRESENT, c->e);
	}
	vec_free(&ids);
	return rc;
}

/* Who had asked for a dismount was told that it will be done, and doesn't ask again; who had asked for
 * several media at once was told nothing yet, and hears of none of them. Such a medium is nobody's any more,
 * and drives_tidy() takes it home. */
static int end_holds(struct ctl *c)
{
	TRY(sql_do(c->t, c->e,
		   "UPDATE physical_media SET mounted_side=NULL WHERE mounted_side IS NOT NULL AND id IN ("
		   "SELECT medium FROM librequest WHERE open=1 AND op=?1 AND session IS NOT NULL "
		   "UNION ALL SELECT m.medium FROM librequest r JOIN librequest m ON m.call=r.call "
		   "WHERE r.open=1 AND r.op=?2 AND m.call IS NOT NULL AND m.op=?2 AND m.state=?3)",
		   "uuu", (uint32_t)NTMS_LM_DISMOUNT, (uint32_t)NTMS_LM_MOUNT, (uint32_t)NTMS_LM_PASSED));
	return sql_do(c->t, c->e,
		      "UPDATE drive SET holder='' WHERE holder<>'' AND NOT EXISTS("
		      "SELECT 1 FROM physical_media m WHERE m.place=drive.id AND m.mounted_side IS NOT NULL)",
		      "");
}

/* RSM: unfinished library requests do not survive a start. */
static int cancel_requests(struct ctl *c)
{
	auto_ids struct ids open = {0};

	TRY(ids_of(sql_rows(c->t, c->e, "SELECT id FROM librequest WHERE state IN (0,1,5,6)", ""), &open,
		   c->e));
	vec_each(id, &open)
		TRY(request_finish(c->t, *id, NTMS_LM_CANCELLED, ERROR_CANCELLED, "rsmd was started anew",
				   c->e));
	return 0;
}

/* Free labels that were still to be written are asked for again: their sides would stay Unprepared for ever.
 */
static int requeue_labels(struct ctl *c)
{
	auto_ids struct ids media = {0};

	TRY(ids_of(sql_rows(c->t, c->e, "SELECT DISTINCT medium FROM side WHERE state=1", ""), &media, c->e));
	vec_each(id, &media)
		TRY(medium_order_labels(c->t, *id, NULL, c->e));
	return 0;
}

int library_start(struct txn *t, struct library_key *keys, size_t n, struct err *e)
{
	struct ctl c = {.t = t, .e = e, .now = txn_now(t)};
	char why[300] = "";

	TRY(store_begin(t, why, e));
	TRY(end_holds(&c));
	TRY(cancel_requests(&c));
	TRY(waiting_restart(t, e));
	if (why[0])
		TRY(library_restored(&c, why));
	TRY(sql_do(t, e,
		   "UPDATE action SET state=CASE kind WHEN 3 "
		   "THEN 3 ELSE 2 END, reason='rsmd ended before its outcome was known' WHERE state=0",
		   ""));
	TRY(sql_do(t, e,
		   "UPDATE drive SET request=NULL, held_look=0 WHERE request IS NOT NULL OR held_look<>0",
		   ""));
	TRY(sql_do(t, e,
		   "UPDATE physical_media SET request=NULL, state=CASE state "
		   "WHEN 1 THEN 0 ELSE state END WHERE request IS NOT NULL OR state=1",
		   ""));
	TRY(sql_do(t, e, "UPDATE library SET probed=0, ready=0, poll_at=0, doubt=0, tells_ports=0", ""));
	TRY(sql_do(t, e,
		   "UPDATE library SET identify_since=?, identify_base=identify_done WHERE identify_since>0",
		   "i", c.now));
	for (size_t i = 0; i < n; i++)
		TRY(library_row(&c, &keys[i]));
	TRY(not_configured(&c, keys, n));
	return requeue_labels(&c);
}

int library_add(struct txn *t, struct library_key *key, struct err *e)
{
	struct ctl c = {.t = t, .e = e, .now = txn_now(t)};

	return library_row(&c, key);
}
