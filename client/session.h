/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sessions and the handles that name them. A HANDLE is no address but a number that the registry looks up, so
 * that NULL, a stale one, or one from before a fork is an error and never a crash. A session may be used by
 * several threads at once: it lives until it is closed and the last call in it has returned. */
#ifndef CLIENT_SESSION_H
#define CLIENT_SESSION_H

#include "base/cleanup.h"
#include "base/guid.h"
#include "client/platform/platform.h"

#include <stdatomic.h>

struct session {
	struct server server;
	guid id;
	char id_text[GUID_TEXT];
	struct connection
		*carrier; /* its end is the session's end; used to open and to close it, nothing else */
	struct lock *lock;
	struct connection *idle[4]; /* for calls; under the lock */
	size_t n_idle;
	atomic_int refs;
	atomic_bool closing;
};

/* Opens one and names it. application, computer and user may be NULL. */
DWORD session_open(const struct server *, const char *application, DWORD options, HANDLE *);
/* Ends it: its handle is dead at once, its pending calls return ERROR_CANCELLED. */
DWORD session_close(HANDLE);

/* NULL: no live session of this process. */
struct session *session_get(HANDLE);
void session_put(struct session *);
static inline void session_cleanup_(struct session **s)
{
	if (*s)
		session_put(*s);
}
#define auto_session CLEANUP(session_cleanup_)

/* A connection for one call; give it back, or free it after a failure. */
DWORD session_connection(struct session *, struct connection **);
void session_give_back(struct session *, struct connection *);

#endif
