/* SPDX-License-Identifier: GPL-2.0-or-later
 * Sessions: in memory, of one user, carried by the connection that opened them. A session's end is a job:
 * calls that wait are cancelled, allocations whose answer was never fully sent are undone.
 */
#ifndef API_SESSION_H
#define API_SESSION_H

#include "api/caller.h"
#include "base/vec.h"
#include "store/store.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/queue.h>

struct session {
	LIST_ENTRY(session) in_table, on_carrier;
	atomic_int refs;
	atomic_bool ended;
	struct who *who;
	struct caller caller;
	VEC(guid) unsent;      /* calls whose answer was never fully sent; under sessions.lock */
	unsigned sending;      /* answers on their way: who they reached isn't known yet */
	struct ending *ending; /* waits for those */
};
LIST_HEAD(session_list, session);

#define SESSIONS_BUCKETS 1024
#define SESSIONS_PER_CONNECTION 1024

struct sessions {
	pthread_mutex_t lock;
	struct session_list table[SESSIONS_BUCKETS];
	struct store *store;
};

/* What a connection carries. */
struct carrier {
	struct session_list sessions;
	size_t n;
};

void sessions_init(struct sessions *all);

/* Names are copied, cut to what NTMS fields hold. computer NULL: ours. */
int session_open(struct sessions *all, struct carrier *carrier, struct who *w, const char *application,
		 const char *computer, guid *id, struct err *e);
/* A reference; NULL: no such session of that user. */
struct session *session_find(struct sessions *all, const guid *id, uid_t uid);
void session_unref(struct session *s);

/* Submits the job of a call that may wait, unless the session has ended. */
int session_submit(struct sessions *all, struct session *s, const guid *call, job_fn *fn, job_done *done,
		   void *arg, struct err *e);
/* The final answer of a call is about to be sent. False: the session has ended, so the call is undone. A
 * session that ends from now on waits for session_sent(): the peer may read the answer and close before we
 * hear that it was sent. */
bool session_sending(struct sessions *all, struct session *s);
/* What became of it: fully sent, or not. */
void session_sent(struct sessions *all, struct session *s, const guid *call, bool fully);

/* Ends it; done (may be NULL) is called after the commit. False: it has ended already, done isn't called. */
bool session_end(struct sessions *all, struct session *s, job_done *done, void *arg);
/* The connection ended, and so do its sessions. */
void carrier_end(struct sessions *all, struct carrier *carrier);

/* Called after the commit of each session's end, before done: whoever polls calls of it must hear. */
extern void (*session_ended)(const struct session *s);

#endif
