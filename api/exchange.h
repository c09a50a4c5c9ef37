/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One request and its answer. A connection has one at a time. http.c speaks to libmicrohttpd, dispatch.c
 * finds out what is asked for and does it: at once and on libmicrohttpd's own thread (reads), or as a job
 * while the connection is suspended.
 */
#ifndef API_EXCHANGE_H
#define API_EXCHANGE_H

#include "api/server.h"
#include "base/str.h"
#include "wire/wire.h"

#define BODY_MAX (1 << 20)

struct MHD_Connection;
struct connection;

union any_in {
#define IN_MEMBER_(fn, method, path, mode) struct fn##_in fn;
	CALLS(IN_MEMBER_)
};
union any_out {
#define OUT_MEMBER_(fn, method, path, mode) struct fn##_out fn;
	CALLS(OUT_MEMBER_)
};

struct exchange {
	struct server *server;
	struct connection *connection;
	struct MHD_Connection *mhd;
	struct str body;
	size_t body_seen;
	bool too_long; /* the body */

	const struct wire_call_desc *call; /* NULL until it is known */
	enum wire_call number;
	union any_in in;
	union any_out out;
	enum wire_call answered; /* whose members `out` has: the polled call's, not RsmPollCall's */
	const struct caller *caller;
	struct session *session; /* a reference; NULL: none */

	bool pending; /* a call that waits isn't answered yet */
	guid last;    /* this is the final answer of that call; the null GUID: of none */
	struct poll poll;
	bool waited;  /* the poll has seen its call wait */
	bool owed;    /* of http.c */
	bool sending; /* session_sending() said yes */

	struct err err;
	unsigned status;  /* 0: what goes with err.code */
	struct str reply; /* JSON */
	char allowed[32]; /* 405: the methods of the path */
};

/* A client's connection. */
struct connection {
	struct server *server;
	int fd;
	bool local;	 /* a unix socket: the kernel knows who */
	struct who *who; /* NULL: not asked yet */
	struct carrier carrier;
	struct exchange x;
};

enum step {
	STEP_REPLY,	/* status and reply are set */
	STEP_SUSPENDED, /* will be resumed: call dispatch_go() again */
	STEP_DROP,	/* nobody is there to hear */
};

/* dispatch.c */
enum step dispatch_begin(struct exchange *x, const char *method, const char *path);
enum step dispatch_go(struct exchange *x);
enum step reply_ok(struct exchange *x);
enum step reply_error(struct exchange *x,
		      unsigned status); /* x->err; 0: the status that goes with its code */

/* calls.c: the functions of media/, by number */
int calls_run(struct txn *t, struct exchange *x, struct err *e);
/* edge.c: sessions, polls, status */
enum step edge_run(struct exchange *x);
enum step edge_go(struct exchange *x);
void exchange_last(struct exchange *x, const guid *call);
/* Forgets acknowledged answers; within any job. */
void acknowledged_forget(struct txn *t);

/* http.c. False: the daemon is stopping, nothing is suspended. */
bool exchange_suspend(struct exchange *x);
void exchange_resume(struct exchange *x);
const char *exchange_header(const struct exchange *x, const char *name);
/* Each argument of the query, until visit() returns non-zero. */
typedef int query_fn(void *arg, const char *key, size_t key_n, const char *value, size_t value_n);
void exchange_query(const struct exchange *x, query_fn *visit, void *arg);

#endif
