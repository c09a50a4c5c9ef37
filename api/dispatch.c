/* SPDX-License-Identifier: GPL-2.0-or-later
 * From a request to its answer: route, caller, session, arguments, then by the call's mode. */
#include "api/answer.h"
#include "api/args.h"
#include "api/exchange.h"
#include "api/problem.h"
#include "api/route.h"

#include <ntmstypes.h>

#include <stdio.h>

/* ---- answers ---- */

enum step reply_error(struct exchange *x, unsigned status)
{
	x->status = status ? status : problem_status(x->err.code);
	x->reply.n = 0;
	problem_write(&x->reply, x->status, &x->err);
	return STEP_REPLY;
}

enum step reply_ok(struct exchange *x)
{
	const struct wire_member *out = wire_calls[x->answered].out;

	if (x->err.code)
		return reply_error(x, 0);
	x->status = x->pending ? 202 : out->key ? 200 : 204;
	if (x->pending)
		str_puts(&x->reply, "{\"pending\":true}");
	else if (out->key && !x->reply.n)
		answer_write(&x->reply, out, &x->out);
	return STEP_REPLY;
}

/* ---- what is asked for, and by whom ---- */

static int find_caller(struct exchange *x)
{
	struct connection *c = x->connection;
	const struct callers *all = &x->server->callers;
	const char *header;
	char user[TOKENS_USER_MAX];

	if (c->local)
		return c->who ? 0 : who_of_socket(all, c->fd, &c->who, &x->err);
	header = exchange_header(x, "Authorization");
	if (!header || strncasecmp(header, "Bearer ", 7) != 0)
		return err_set(&x->err, ERROR_ACCESS_DENIED,
			       "over TCP, `Authorization: Bearer TOKEN` tells who calls");
	header += 7 + strspn(header + 7, " ");
	if (tokens_user(x->server->tokens, header, user, &x->err))
		return (int)x->err.code;
	if (c->who && strcmp(c->who->caller.user, user) == 0)
		return 0;
	who_unref(steal(&c->who));
	return who_of_user(all, user, &c->who, &x->err);
}

static int find_session(struct exchange *x)
{
	const char *header = exchange_header(x, "RSM-Session");
	bool needed =
		x->call->mode == M_WAIT || x->number == CALL_RsmPollCall || x->number == CALL_RsmEndCall;
	struct who *w = x->connection->who;
	guid id;

	x->caller = &w->caller;
	if (!header && needed)
		return err_set(&x->err, ERROR_INVALID_HANDLE, "%s needs a session: header RSM-Session",
			       x->call->name);
	if (!header)
		return 0;
	if (guid_parse(header, &id))
		x->session = session_find(&x->server->sessions, &id, w->uid);
	if (!x->session)
		return err_set(&x->err, ERROR_INVALID_HANDLE,
			       "no session %.40s of user %s: it has ended, or rsmd was "
			       "started again",
			       header, w->caller.user);
	x->caller = &x->session->caller;
	return 0;
}

struct query {
	struct args *args;
	struct err *e;
};

static int query_argument(void *arg, const char *key, size_t key_n, const char *value, size_t value_n)
{
	struct query *q = arg;

	return args_text(q->args, key, key_n, value, value_n, q->e);
}

static int find_arguments(struct exchange *x, const struct route *r)
{
	struct args a = {.call = x->call, .in = &x->in};
	struct query q = {&a, &x->err};
	bool takes_body = *x->call->method == 'P'; /* POST, PUT */

	if (r->member && args_text(&a, r->member->key, strlen(r->member->key), r->value, r->length, &x->err))
		return (int)x->err.code;
	if (!takes_body && x->body.n)
		return err_set(&x->err, ERROR_INVALID_PARAMETER,
			       "%s takes no body: its arguments stand in the query", x->call->name);
	if (takes_body)
		args_body(&a, x->body.s, x->body.n, &x->err);
	else
		exchange_query(x, query_argument, &q);
	return x->err.code ? (int)x->err.code : args_complete(&a, &x->err);
}

/* ---- doing it ---- */

static int read_job(struct txn *t, void *arg, struct err *e) { return calls_run(t, arg, e); }

static int write_job(struct txn *t, void *arg, struct err *e)
{
	struct exchange *x = arg;
	int code = calls_run(t, x, e);

	if (code == ERROR_IO_PENDING && x->call->mode == M_WAIT) {
		x->pending = true; /* its row must stay */
		code = 0;
	}
	if (!code)
		acknowledged_forget(t);
	return code;
}

static void write_done(void *arg, const struct err *e, int64_t seq)
{
	struct exchange *x = arg;

	x->err = *e;
	exchange_resume(x);
}

static const guid *call_of(const struct exchange *x)
{
	for (const struct wire_member *m = x->call->in; m->key; m++) {
		if (strcmp(m->key, "call") == 0)
			return (const guid *)((const char *)&x->in + m->offset);
	}
	return &guid_null;
}

static enum step submit(struct exchange *x)
{
	struct server *s = x->server;

	if (!exchange_suspend(x)) {
		err_set(&x->err, ERROR_NOT_CONNECTED, "rsmd is stopping");
		return reply_error(x, 0);
	}
	if (x->call->mode != M_WAIT)
		store_submit(s->store, write_job, write_done, x);
	else if (session_submit(&s->sessions, x->session, call_of(x), write_job, write_done, x, &x->err))
		exchange_resume(x);
	return STEP_SUSPENDED;
}

static enum step perform(struct exchange *x)
{
	switch (x->call->mode) {
	case M_EDGE:
		return edge_run(x);
	case M_READ:
		if (store_read(x->server->store, read_job, x, &x->err) == 0)
			x->err.code = 0;
		return reply_ok(x);
	default:
		return submit(x);
	}
}

enum step dispatch_begin(struct exchange *x, const char *method, const char *path)
{
	enum server_state state = x->server->state;
	struct route r;
	unsigned found = route_find(method, path, &r);

	if (found != 200) {
		memcpy(x->allowed, r.allow, sizeof x->allowed);
		err_set(&x->err, ERROR_CALL_NOT_IMPLEMENTED, "there is no %.20s %.100s", method, path);
		return reply_error(x, found);
	}
	x->number = x->answered = r.call;
	x->call = &wire_calls[r.call];
	if (find_caller(x))
		return reply_error(x, 401);
	if (state != SERVER_READY && r.call != CALL_RsmGetStatus) {
		if (state == SERVER_STARTING)
			err_set(&x->err, ERROR_NOT_READY, "rsmd is starting");
		else
			err_set(&x->err, ERROR_NOT_CONNECTED, "rsmd is stopping");
		return reply_error(x, 0);
	}
	if (find_session(x) || find_arguments(x, &r))
		return reply_error(x, 0);
	return perform(x);
}

/* This is the final answer of that call: its session's end must know whether it arrives. */
void exchange_last(struct exchange *x, const guid *call)
{
	x->last = *call;
	if (!x->session)
		return;
	x->sending = session_sending(&x->server->sessions, x->session);
	if (!x->sending && !x->err.code)
		err_set(&x->err, ERROR_CANCELLED, "the session has ended");
}

enum step dispatch_go(struct exchange *x)
{
	if (x->call->mode == M_EDGE)
		return edge_go(x);
	if (x->call->mode == M_WAIT && (!x->pending || x->err.code))
		exchange_last(x, call_of(x));
	return reply_ok(x);
}
