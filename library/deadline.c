/* SPDX-License-Identifier: GPL-2.0-or-later
 * When something is to be done by time alone. Deadlines are rows; whoever keeps the clock asks for the
 * earliest. */
#include "library/controller.h"

#define PURGE_LOOK_MS 60000

static void sooner(int64_t *at, int64_t other)
{
	if (other && (!*at || other < *at))
		*at = other;
}

int library_next_deadline(struct txn *t, int64_t *at, struct err *e)
{
	int64_t due[4];

	*at = 0;
	/* a deadline of an insert or eject is looked at when it polls */
	TRY(sql_get(
		t, e,
		"SELECT (SELECT poll_at FROM librequest WHERE open=1 AND poll_at>0 ORDER BY poll_at LIMIT 1), "
		"(SELECT deadline FROM librequest WHERE open=1 AND op=17 AND deadline>0 AND deadline>queued "
		"ORDER BY deadline LIMIT 1), "
		"(SELECT held_look FROM drive WHERE held_look<>0 ORDER BY held_look LIMIT 1), "
		"(SELECT min(poll_at) FROM library WHERE poll_at>0)",
		"", "iiii", &due[0], &due[1], &due[2], &due[3]));
	for (size_t i = 0; i < countof(due); i++)
		sooner(at, due[i]);
	return 0;
}

int deadlines_read(struct txn *t, void *deadlines, struct err *e)
{
	struct deadlines *d = deadlines;
	int64_t waiting = 0, now = txn_now(t), patience;

	TRY(library_next_deadline(t, &d->next, e));
	TRY(waiting_next_deadline(t, &waiting, e));
	TRY(purge_patience(t, &patience, e));
	if (patience > PURGE_LOOK_MS)
		patience = PURGE_LOOK_MS;
	if (now < d->looked || now >= d->looked + patience || (d->purge && d->purge <= now)) {
		TRY(purge_next(t, &d->purge, e));
		d->looked = now;
	}
	sooner(&d->next, waiting);
	sooner(&d->next, d->purge);
	return 0;
}
