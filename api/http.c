/* SPDX-License-Identifier: GPL-2.0-or-later
 * What libmicrohttpd asks and is told. One of its daemons for each socket, a few threads each; a connection
 * belongs to one thread, so nothing of it is locked. */
#include "api/http.h"

#include "api/accept.h"
#include "api/exchange.h"
#include "base/log.h"

#include <errno.h>
#include <microhttpd.h>
#include <ntmstypes.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#define THREADS_MAX 4
#define ANSWER_SECONDS 2      /* for clients to take their answers when we stop */
#define CONNECTION_BYTES 8192 /* for headers and a piece of the body; idle sessions cost memory */
#define RESERVED_FILES 128    /* descriptors that aren't connections: devices, database, ... */
#define CONNECTIONS_MAX 65536
#define DISCARD_MAX (16 * BODY_MAX) /* of a body that is too long and doesn't say so before */

struct http {
	struct server *server;
	struct MHD_Daemon *mhd;
	struct accept *accept;
	/* what is suspended must be resumed before libmicrohttpd can be stopped */
	pthread_mutex_t lock;
	pthread_cond_t fewer;
	size_t suspended;
	size_t owed; /* exchanges that were suspended and whose answer isn't sent yet */
	bool stopping;
};

/* ---- suspension ---- */

bool exchange_suspend(struct exchange *x)
{
	struct http *h = x->server->http;
	bool ok;

	pthread_mutex_lock(&h->lock);
	ok = !h->stopping;
	if (ok) {
		h->suspended++;
		h->owed += !x->owed;
		x->owed = true;
		MHD_suspend_connection(x->mhd);
	}
	pthread_mutex_unlock(&h->lock);
	return ok;
}

void exchange_resume(struct exchange *x)
{
	struct http *h = x->server->http;

	MHD_resume_connection(x->mhd); /* from here on x is its thread's again */
	pthread_mutex_lock(&h->lock);
	h->suspended--;
	pthread_cond_signal(&h->fewer);
	pthread_mutex_unlock(&h->lock);
}

static void exchange_sent(struct exchange *x)
{
	struct http *h = x->server->http;

	if (!x->owed)
		return;
	pthread_mutex_lock(&h->lock);
	h->owed--;
	pthread_cond_signal(&h->fewer);
	pthread_mutex_unlock(&h->lock);
}

/* ---- what a request says ---- */

const char *exchange_header(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

struct visit {
	query_fn *fn;
	void *arg;
};

static enum MHD_Result visit_one(void *arg, enum MHD_ValueKind kind, const char *key, size_t key_n,
				 const char *value, size_t value_n)
{
	struct visit *v = arg;

	return v->fn(v->arg, key, key_n, value ? value : "", value ? value_n : 0) ? MHD_NO : MHD_YES;
}

void exchange_query(const struct exchange *x, query_fn *fn, void *arg)
{
	struct visit v = {fn, arg};

	MHD_get_connection_values_n(x->mhd, MHD_GET_ARGUMENT_KIND, visit_one, &v);
}

/* ---- a request's life ---- */

static void exchange_init(struct exchange *x, struct connection *c, struct MHD_Connection *mhd)
{
	memset(x, 0, sizeof *x);
	x->server = c->server;
	x->connection = c;
	x->mhd = mhd;
}

static void exchange_clear(struct exchange *x)
{
	poll_end(x->server->waits, &x->poll);
	if (x->call) {
		wire_clear(x->call->in, &x->in);
		wire_clear(wire_calls[x->answered].out, &x->out);
	}
	session_unref(steal(&x->session));
	str_free(&x->body);
	str_free(&x->reply);
}

static enum MHD_Result send_reply(struct exchange *x)
{
	size_t n = x->reply.n;
	struct MHD_Response *r = MHD_create_response_from_buffer(
		n, n ? steal(&x->reply.s) : (char *)"", n ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
	enum MHD_Result rc;

	x->reply = (struct str){0};
	if (!r)
		return MHD_NO;
	if (n)
		MHD_add_response_header(r, "Content-Type",
					x->status >= 400 ? "application/problem+json" : "application/json");
	if (x->status == 401)
		MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
	if (x->status == 405)
		MHD_add_response_header(r, "Allow", x->allowed);
	rc = MHD_queue_response(x->mhd, x->status, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result too_long(struct exchange *x)
{
	err_set(&x->err, ERROR_MESSAGE_EXCEEDS_MAX_SIZE, "a body can have %d bytes", BODY_MAX);
	reply_error(x, 413);
	return send_reply(x);
}

/* The headers are there. Queueing an answer now would close the connection after it, so that is for bodies
 * too long to read. */
static enum MHD_Result begin(struct exchange *x)
{
	const char *length = exchange_header(x, "Content-Length");

	return length && (strlen(length) > 10 || strtoull(length, NULL, 10) > BODY_MAX) ? too_long(x)
											: MHD_YES;
}

static enum MHD_Result take_body(struct exchange *x, const char *data, size_t n)
{
	x->body_seen += n;
	x->too_long |= x->body_seen > BODY_MAX;
	if (!x->too_long)
		str_add(&x->body, data, n);
	return x->body_seen > DISCARD_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
				  const char *version, const char *data, size_t *size, void **ctx)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct connection *c = info->socket_context;
	struct exchange *x = *ctx;

	if (!x) {
		*ctx = x = &c->x;
		exchange_init(x, c, mhd);
		return begin(x);
	}
	if (*size) {
		enum MHD_Result rc = take_body(x, data, *size);

		*size = 0;
		return rc;
	}
	if (x->too_long)
		return too_long(x);
	switch (x->call ? dispatch_go(x) : dispatch_begin(x, method, url)) {
	case STEP_REPLY:
		return send_reply(x);
	case STEP_SUSPENDED:
		return MHD_YES;
	default:
		return MHD_NO;
	}
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **ctx,
			 enum MHD_RequestTerminationCode how)
{
	struct exchange *x = *ctx;

	if (!x)
		return;
	if (x->sending)
		session_sent(&x->server->sessions, x->session, &x->last,
			     how == MHD_REQUEST_TERMINATED_COMPLETED_OK);
	if (log_wants(LOG_L_DEBUG))
		log_debug("%s %s: %u %s", x->caller ? x->caller->user : "?", x->call ? x->call->name : "?",
			  x->status, x->err.code ? x->err.why : "");
	exchange_sent(x);
	exchange_clear(x);
	*ctx = NULL;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **socket_context,
			  enum MHD_ConnectionNotificationCode what)
{
	struct server *s = cls;
	struct connection *c = *socket_context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
		struct sockaddr_storage a = {0};
		socklen_t n = sizeof a;

		c = calloc(1, sizeof *c);
		if (!c)
			abort();
		c->server = s;
		c->fd = info->connect_fd;
		c->local = getsockname(c->fd, (struct sockaddr *)&a, &n) == 0 && a.ss_family == AF_UNIX;
		*socket_context = c;
	} else if (c) {
		carrier_end(&s->sessions, &c->carrier);
		who_unref(c->who);
		free(c);
	}
}

static void on_log(void *cls, const char *fmt, va_list ap)
{
	char text[400];
	size_t n;

	if (!log_wants(LOG_L_DEBUG))
		return;
	vsnprintf(text, sizeof text, fmt, ap);
	n = strlen(text);
	log_debug("http: %.*s", n && text[n - 1] == '\n' ? (int)n - 1 : (int)n, text);
}

/* ---- start and stop ---- */

static unsigned connections_max(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l))
		return 512;
	l.rlim_cur =
		l.rlim_max < CONNECTIONS_MAX + RESERVED_FILES ? l.rlim_max : CONNECTIONS_MAX + RESERVED_FILES;
	setrlimit(RLIMIT_NOFILE, &l);
	return l.rlim_cur > 2 * RESERVED_FILES ? (unsigned)l.rlim_cur - RESERVED_FILES : RESERVED_FILES;
}

static unsigned threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus < 1 ? 1 : cpus > THREADS_MAX ? THREADS_MAX : (unsigned)cpus;
}

static void hand_on(void *server, int fd, const struct sockaddr *peer, socklen_t n)
{
	MHD_add_connection(((struct server *)server)->http->mhd, fd, peer,
			   n); /* closes it if it can't take it */
}

int http_start(struct server *s, struct err *e)
{
	struct http *h = s->http = calloc(1, sizeof *h);
	unsigned pool = threads();

	if (!h)
		abort();
	h->server = s;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->fewer, NULL);
	h->mhd = MHD_start_daemon(MHD_USE_EPOLL_INTERNALLY | MHD_ALLOW_SUSPEND_RESUME |
					  MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG,
				  0, NULL, NULL, on_request, NULL, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
				  MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
				  MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_CONNECTION_LIMIT,
				  connections_max(), pool > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
				  pool, MHD_OPTION_END);
	if (!h->mhd)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "libmicrohttpd could not start");
	return accept_start(s->config, hand_on, s, &h->accept, e);
}

/* Everything suspended must be resumed: jobs end, polls were woken. Then there is a little time to send the
 * answers. */
static void last_answers(struct http *h)
{
	struct timespec until;

	pthread_mutex_lock(&h->lock);
	while (h->suspended)
		pthread_cond_wait(&h->fewer, &h->lock);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ANSWER_SECONDS;
	while (h->owed && pthread_cond_timedwait(&h->fewer, &h->lock, &until) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&h->lock);
}

void http_stop(struct http *h)
{
	if (!h)
		return;
	accept_stop(h->accept);
	pthread_mutex_lock(&h->lock);
	h->stopping = true;
	pthread_mutex_unlock(&h->lock);
	waits_wake_all(h->server->waits);
	last_answers(h);
	if (h->mhd)
		MHD_stop_daemon(h->mhd);
	pthread_mutex_destroy(&h->lock);
	pthread_cond_destroy(&h->fewer);
	free(h);
}
