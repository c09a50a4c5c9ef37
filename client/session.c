/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/session.h"

#include "client/call.h"
#include "client/handles.h"
#include "client/lasterror.h"

#include <stdlib.h>

static void hold(void *what) { atomic_fetch_add(&((struct session *)what)->refs, 1); }

struct session *session_get(HANDLE h) { return handle_get(h, hold); }

void session_put(struct session *s)
{
	if (atomic_fetch_sub(&s->refs, 1) > 1)
		return;
	for (size_t i = 0; i < s->n_idle; i++)
		connection_free(s->idle[i]);
	connection_free(s->carrier);
	lock_free(s->lock);
	free(s);
}

DWORD session_connection(struct session *s, struct connection **out)
{
	*out = NULL;
	lock_take(s->lock);
	if (s->n_idle)
		*out = s->idle[--s->n_idle];
	lock_give(s->lock);
	return *out ? ERROR_SUCCESS : connection_new(&s->server, out);
}

void session_give_back(struct session *s, struct connection *c)
{
	lock_take(s->lock);
	if (s->n_idle < countof(s->idle)) {
		s->idle[s->n_idle++] = c;
		c = NULL;
	}
	lock_give(s->lock);
	connection_free(c);
}

static struct session *session_new(const struct server *server)
{
	struct session *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->server = *server;
	atomic_init(&s->refs, 1);
	s->lock = lock_new();
	if (s->lock)
		return s;
	free(s);
	return NULL;
}

/* POST /v1/sessions on the carrier */
static DWORD begin(struct session *s, const char *application, DWORD options)
{
	char computer[NTMS_COMPUTERNAME_LENGTH * 4], user[NTMS_USERNAME_LENGTH * 4];
	struct OpenNtmsSession_in in = {
		.application = (char *)application, .computer = computer, .user = user, .options = options};
	struct OpenNtmsSession_out out = {0};
	DWORD rc = connection_new(&s->server, &s->carrier);

	if (rc)
		return rc;
	platform_host_name(computer, sizeof computer);
	platform_user_name(user, sizeof user);
	rc = call_on(s->carrier, NULL, CALL_OpenNtmsSession, &in, &out);
	if (rc)
		return rc;
	if (out.apiVersion < WIRE_API_VERSION)
		return fail(RPC_S_NO_INTERFACES,
			    "the service at %s speaks version %u of the API, this library %d", s->server.name,
			    out.apiVersion, WIRE_API_VERSION);
	if (guid_is_null(&out.session))
		return fail(ERROR_NOT_CONNECTED, "what answers at %s is not rsmd", s->server.name);
	s->id = out.session;
	guid_text(&s->id, s->id_text);
	return ERROR_SUCCESS;
}

DWORD session_open(const struct server *server, const char *application, DWORD options, HANDLE *h)
{
	auto_session struct session *s = session_new(server);
	DWORD rc = s ? begin(s, application, options) : fail_memory();

	if (rc)
		return rc;
	*h = handle_new(s);
	if (!*h)
		return fail_memory();
	s = NULL; /* the registry's */
	return ERROR_SUCCESS;
}

DWORD session_close(HANDLE h)
{
	auto_session struct session *s = handle_take(h);
	struct CloseNtmsSession_in in;
	DWORD rc;

	if (!s)
		return fail_handle(h);
	atomic_store(&s->closing, true);
	in.session = s->id;
	rc = call_on(s->carrier, s->id_text, CALL_CloseNtmsSession, &in, NULL);
	if (rc)
		return fail(ERROR_CONNECTION_UNAVAIL, "the connection to the service at %s was gone",
			    s->server.name);
	return ERROR_SUCCESS;
}
