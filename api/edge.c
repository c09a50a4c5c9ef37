/* SPDX-License-Identifier: GPL-2.0-or-later
 * The calls that this layer answers itself: sessions, polls of calls that wait, status. */
#include "api/exchange.h"

#include "base/clock.h"

#include <ntmstypes.h>

#define ACKNOWLEDGED_MAX 1024 /* then a job of its own */

/* ---- sessions ---- */

static int may_open(struct txn *t, void *arg, struct err *e)
{
	return media_open_session(t, ((struct exchange *)arg)->caller, e);
}

static enum step open_session(struct exchange *x)
{
	const struct OpenNtmsSession_in *in = &x->in.OpenNtmsSession;
	struct OpenNtmsSession_out *out = &x->out.OpenNtmsSession;
	struct connection *c = x->connection;

	if (store_read(x->server->store, may_open, x, &x->err) == 0 &&
	    session_open(&x->server->sessions, &c->carrier, c->who, in->application, in->computer,
			 &out->session, &x->err) == 0)
		x->err.code = 0;
	out->incarnation = x->server->incarnation;
	out->apiVersion = WIRE_API_VERSION;
	return reply_ok(x);
}

static void job_done_resume(void *arg, const struct err *e, int64_t seq)
{
	struct exchange *x = arg;

	x->err = *e;
	exchange_resume(x);
}

static enum step stopping(struct exchange *x)
{
	err_set(&x->err, ERROR_NOT_CONNECTED, "rsmd is stopping");
	return reply_error(x, 0);
}

static enum step close_session(struct exchange *x)
{
	struct sessions *all = &x->server->sessions;
	struct session *s = session_find(all, &x->in.CloseNtmsSession.session, x->connection->who->uid);

	err_set(&x->err, ERROR_INVALID_HANDLE, "no such session of user %s", x->caller->user);
	if (!s)
		return reply_error(x, 0);
	if (!exchange_suspend(x)) {
		session_unref(s);
		return stopping(x);
	}
	if (!session_end(all, s, job_done_resume, x))
		exchange_resume(x); /* by another connection, meanwhile */
	session_unref(s);
	return STEP_SUSPENDED;
}

/* ---- calls that wait ---- */

static int look(struct txn *t, void *arg, struct err *e)
{
	struct exchange *x = arg;

	return media_poll_call(t, x->caller, &x->poll.call, &x->answered, &x->out, e);
}

/* Is it answered? If so, x has the answer. */
static bool answered(struct exchange *x)
{
	int code;

	if (x->session->ended) {
		err_set(&x->err, ERROR_CANCELLED, "the session has ended");
		return true;
	}
	x->answered = CALL_RsmPollCall;
	code = store_read(x->server->store, look, x, &x->err);
	if (!code)
		x->err.code = 0;
	return code != ERROR_IO_PENDING;
}

static struct exchange *exchange_of(struct poll *p)
{
	return (struct exchange *)(void *)((char *)p - offsetof(struct exchange, poll));
}
static bool poll_suspends(struct poll *p) { return exchange_suspend(exchange_of(p)); }
static void poll_resumes(struct poll *p) { exchange_resume(exchange_of(p)); }

static enum step poll_go(struct exchange *x)
{
	struct waits *w = x->server->waits;
	struct poll *p = &x->poll;
	bool known = false;

	while (!p->gone && !(known = answered(x)) && clock_mono() < p->until &&
	       x->server->state == SERVER_READY) {
		x->waited = true;
		if (poll_suspend(w, p, poll_suspends))
			return STEP_SUSPENDED;
	}
	poll_end(w, p);
	if (p->gone)
		return STEP_DROP;
	x->pending = !known;
	if (known && x->waited && x->err.code == ERROR_OBJECT_NOT_FOUND)
		err_set(&x->err, ERROR_CANCELLED,
			"the call was given up"); /* by RsmEndCall, from another connection */
	if (!known)
		x->err.code = 0;
	else if (x->err.code != ERROR_OBJECT_NOT_FOUND) /* its POST may be on its way */
		exchange_last(x, &p->call);
	return reply_ok(x);
}

static enum step poll_call(struct exchange *x)
{
	const struct RsmPollCall_in *in = &x->in.RsmPollCall;
	uint32_t ms = in->wait < POLL_MAX_MS ? in->wait : POLL_MAX_MS;

	x->poll = (struct poll){.call = in->call,
				.session = x->session,
				.fd = x->connection->fd,
				.until = clock_mono() + ms,
				.resume = poll_resumes};
	poll_listen(x->server->waits, &x->poll);
	return poll_go(x);
}

/* Acknowledged answers wait here for the next job that comes along. */
static struct {
	pthread_mutex_t lock;
	VEC(guid) calls;
} acknowledged = {PTHREAD_MUTEX_INITIALIZER, {0}};

void acknowledged_forget(struct txn *t)
{
	__typeof__(acknowledged.calls) calls;
	struct err e;

	pthread_mutex_lock(&acknowledged.lock);
	memcpy(&calls, &acknowledged.calls, sizeof calls);
	memset(&acknowledged.calls, 0, sizeof acknowledged.calls);
	pthread_mutex_unlock(&acknowledged.lock);
	vec_each(c, &calls)
		media_end_call(t, c, &e); /* what fails stays until its session ends */
	vec_free(&calls);
}

static int forget_job(struct txn *t, void *arg, struct err *e)
{
	acknowledged_forget(t);
	return 0;
}

static int cancel_job(struct txn *t, void *arg, struct err *e)
{
	return media_end_call(t, &((struct exchange *)arg)->in.RsmEndCall.call, e);
}

static enum step end_call(struct exchange *x)
{
	size_t n;

	x->poll.call = x->in.RsmEndCall.call;
	if (!answered(x)) {
		if (!exchange_suspend(x))
			return stopping(x);
		store_submit(x->server->store, cancel_job, job_done_resume, x);
		return STEP_SUSPENDED;
	}
	wire_clear(wire_calls[x->answered].out, &x->out);
	x->answered = x->number;
	if (x->err.code == ERROR_OBJECT_NOT_FOUND)
		return reply_error(x, 0);
	x->err.code = 0; /* whatever the call ended with */
	pthread_mutex_lock(&acknowledged.lock);
	*vec_add(&acknowledged.calls) = x->in.RsmEndCall.call;
	n = acknowledged.calls.n;
	pthread_mutex_unlock(&acknowledged.lock);
	if (n >= ACKNOWLEDGED_MAX)
		store_submit(x->server->store, forget_job, NULL, NULL);
	return reply_ok(x);
}

/* ---- status ---- */

static enum step status(struct exchange *x)
{
	struct RsmGetStatus_out *out = &x->out.RsmGetStatus;

	out->version = strdup(RSM_VERSION);
	out->apiVersion = WIRE_API_VERSION;
	out->ready = x->server->state == SERVER_READY;
	if (out->ready)
		out->incarnation = x->server->incarnation;
	out->uptime = (uint32_t)((clock_mono() - x->server->started) / 1000);
	return reply_ok(x);
}

enum step edge_run(struct exchange *x)
{
	switch (x->number) {
	case CALL_OpenNtmsSession:
		return open_session(x);
	case CALL_CloseNtmsSession:
		return close_session(x);
	case CALL_RsmPollCall:
		return poll_call(x);
	case CALL_RsmEndCall:
		return end_call(x);
	default:
		return status(x);
	}
}

/* After a suspension. */
enum step edge_go(struct exchange *x)
{
	if (x->number == CALL_RsmPollCall)
		return poll_go(x);
	x->answered = x->number;
	return reply_ok(x);
}
