/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Polls: connections that stay suspended until the call they ask for is answered, or their time is over. No
 * thread waits for one; a single thread watches all of them, because libmicrohttpd doesn't notice that the
 * peer of a suspended connection died.
 *
 * A poll listens first, then looks, then suspends, so that an answer that comes between isn't missed:
 *     poll_listen(); [read: not answered yet]; poll_suspend() or, woken meanwhile, look again; ... poll_end()
 */
#ifndef API_WAIT_H
#define API_WAIT_H

#include "api/session.h"

#define POLL_MAX_MS 30000

struct waits;

struct poll {
	guid call;
	const struct session *session;
	int fd;
	int64_t until; /* clock_mono() */
	void (*resume)(struct poll *);
	bool listening;
	/* of wait.c, under its lock */
	TAILQ_ENTRY(poll) in_bucket, by_deadline;
	uint64_t number;
	bool suspended, woken;
	bool gone; /* the peer died while it was suspended */
};

struct waits *waits_new(void);
int waits_start(struct waits *w,
		struct err *e);	  /* and makes waiting_answered() and session_ended() lead here */
void waits_stop(struct waits *w); /* nothing is suspended any more */
void waits_free(struct waits *w);
void waits_wake_all(struct waits *w);

void poll_listen(struct waits *w, struct poll *p);
/* True: it is suspended, and resume(p) will be called once, by any thread. False: it was woken, or suspend(p)
 * refused: look again. */
bool poll_suspend(struct waits *w, struct poll *p, bool (*suspend)(struct poll *));
/* In any case, and again does no harm: libmicrohttpd may close a connection that was resumed without asking
 * us again. */
void poll_end(struct waits *w, struct poll *p);

#endif
