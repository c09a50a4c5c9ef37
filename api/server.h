/* SPDX-License-Identifier: GPL-2.0-or-later
 * The running daemon: what its parts share, and the order in which they start and stop. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "api/caller.h"
#include "api/config.h"
#include "api/session.h"
#include "api/tokens.h"
#include "api/wait.h"
#include "library/library.h"

enum server_state { SERVER_STARTING, SERVER_READY, SERVER_STOPPING };

struct executor;
struct http;
struct ticker;
struct watch;

struct server {
	struct config *config;
	_Atomic enum server_state state;
	guid incarnation;
	int64_t started; /* clock_mono() */
	struct callers callers;
	struct tokens *tokens;
	struct sessions sessions;
	struct waits *waits;
	struct http *http;
	char *mark; /* path of what is known of the store outside of it */
	struct store *store;
	struct library_world world;
	struct executor *executor;
	struct ticker *ticker;
	struct watch *watch;
};

/* Listens (answering ERROR_NOT_READY), opens, settles, begins; returns when callers are served. After an
 * error: server_stop() all the same. */
int server_start(struct server *s, struct config *c, struct err *e);
/* In seconds, whatever robots do: actions that run keep their open rows. */
void server_stop(struct server *s);

#endif
