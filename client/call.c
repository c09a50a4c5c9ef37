/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/call.h"

#include "client/lasterror.h"
#include "client/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_SLICE 30000 /* milliseconds that the service may hold a poll */

void answer_free(struct answer *a)
{
	doc_free(&a->json);
	free(a->reply.body);
	*a = (struct answer){0};
}

/* ---- answers ---- */

static bool read_blob(const struct doc *j, doc_at at, struct wire_blob *blob)
{
	size_t n = 0;
	const char *text = doc_raw(j, at, &n);

	return text && !wire_base64_decode(text, n, blob);
}

static bool read_guid(const struct doc *j, doc_at at, guid *g)
{
	char text[GUID_TEXT + 2];
	size_t n = 0;
	const char *raw = doc_raw(j, at, &n);

	if (!raw || n >= sizeof text)
		return false;
	memcpy(text, raw, n);
	text[n] = 0;
	return guid_parse(text, g);
}

static bool read_guids(const struct doc *j, doc_at at, struct wire_guids *list)
{
	size_t n = doc_size(j, at);
	doc_at element = doc_first(j, at);

	*list = (struct wire_guids){.v = calloc(n + 1, sizeof *list->v)};
	if (!list->v)
		return false;
	for (; list->n < n; list->n++, element = doc_next(j, element))
		if (!doc_is_null(j, element) && !read_guid(j, element, &list->v[list->n]))
			return false;
	return true;
}

static bool read_time(const struct doc *j, doc_at at, int64_t *ms)
{
	auto_free char *text = doc_copy_string(j, at);

	return text && wire_time_parse(text, ms);
}

bool call_read(const struct doc *j, doc_at at, enum wire_kind kind, void *p)
{
	int64_t number = 0;
	bool flag = false;

	if (doc_is_null(j, at))
		return true;
	switch (kind) {
	case W_GUID:
		return read_guid(j, at, p);
	case W_GUIDS:
		return read_guids(j, at, p);
	case W_TEXT:
		return (*(char **)p = doc_copy_string(j, at)) != NULL;
	case W_BLOB:
	case W_BYTES:
		return read_blob(j, at, p);
	case W_TIME:
		return read_time(j, at, p);
	case W_I64:
		return doc_number(j, at, p);
	case W_U32:
	case W_I32:
	case W_U16:
	case W_BOOL:
		if (!doc_number(j, at, &number) && !doc_bool(j, at, &flag))
			return false;
		*(uint32_t *)p = (uint32_t)(flag ? 1 : number);
		return true;
	case W_OBJECT:
	case W_JSON:
		return true; /* its reader walks the answer itself: object.c */
	}
	return false;
}

DWORD call_fill(const struct doc *j, doc_at object, const struct wire_member *members, void *out)
{
	for (const struct wire_member *m = members; m->key; m++) {
		doc_at at = doc_get(j, object, m->key);

		if (!call_read(j, at, m->kind, (char *)out + m->offset))
			return fail(ERROR_NOT_CONNECTED, "an answer of the service makes no sense: \"%s\"",
				    m->key);
	}
	return ERROR_SUCCESS;
}

/* A problem document, or what stands in for one when something else answers. */
static DWORD problem(const struct answer *a)
{
	auto_free char *detail = doc_copy_string(&a->json, doc_get(&a->json, 0, "detail"));
	int64_t code = 0;

	if (doc_number(&a->json, doc_get(&a->json, 0, "code"), &code) && code > 0 && code <= UINT32_MAX)
		return fail((DWORD)code, "%s", detail ? detail : "");
	switch (a->reply.status) {
	case 401:
	case 403:
		return fail(ERROR_ACCESS_DENIED, "the service doesn't accept this caller");
	case 404:
	case 405:
		return fail(ERROR_CALL_NOT_IMPLEMENTED, "the service doesn't know this call");
	case 413:
		return fail(ERROR_INVALID_PARAMETER, "the arguments are too long for the service");
	default:
		return fail(ERROR_NOT_CONNECTED, "what answers there is not rsmd (HTTP status %ld)",
			    a->reply.status);
	}
}

/* ERROR_IO_PENDING: 202 */
static DWORD verdict(struct answer *a)
{
	bool json = a->reply.body && doc_parse(&a->json, a->reply.body, a->reply.size);

	if (a->reply.status == 202)
		return ERROR_IO_PENDING;
	if (a->reply.status == 204 || (a->reply.status == 200 && json))
		return ERROR_SUCCESS;
	return problem(a);
}

/* ---- requests ---- */

static DWORD send_once(struct connection *c, const struct request *r, const char *session, struct answer *a)
{
	struct http_request http = {.method = wire_calls[r->call].method,
				    .path = r->path.s,
				    .session = session,
				    .body = r->body.s,
				    .body_size = r->body.n};
	char why[400];
	DWORD rc = connection_do(c, &http, &a->reply, why, sizeof why);

	return rc ? fail(rc, "%s", why) : verdict(a);
}

DWORD call_on(struct connection *c, const char *session, enum wire_call which, const void *in, void *out)
{
	auto_request r = {0};
	auto_answer a = {0};

	if (!request_make(&r, which, in))
		return fail_memory();
	DWORD rc = send_once(c, &r, session, &a);

	return rc || !out ? rc : call_fill(&a.json, 0, wire_calls[which].out, out);
}

static DWORD send_in(struct session *s, const struct request *r, struct answer *a)
{
	struct connection *c;
	DWORD rc = session_connection(s, &c);

	if (rc)
		return rc;
	rc = send_once(c, r, s->id_text, a);
	if (a->reply.status)
		session_give_back(s, c);
	else
		connection_free(c);
	return rc;
}

/* What may be sent twice is: the service knows a waiting call by its id. */
static DWORD send_again(struct session *s, const struct request *r, struct answer *a)
{
	DWORD rc = send_in(s, r, a);

	if (a->reply.status || rc == ERROR_NOT_ENOUGH_MEMORY)
		return rc;
	answer_free(a);
	return send_in(s, r, a);
}

/* The service doesn't know the session: it was closed by another thread, or the service is no longer the one
 * that opened it. */
static DWORD session_lost(const struct session *s, enum wire_mode mode, DWORD rc)
{
	bool lost = rc == ERROR_INVALID_HANDLE || rc == ERROR_NOT_CONNECTED || rc == ERROR_OBJECT_NOT_FOUND;

	if (lost && mode == M_WAIT && atomic_load(&s->closing))
		return fail(ERROR_CANCELLED, "the session was closed");
	if (rc == ERROR_INVALID_HANDLE && !atomic_load(&s->closing))
		return fail(
			ERROR_NOT_CONNECTED,
			"the service at %s has ended the session: it was restarted, or the connection broke",
			s->server.name);
	return rc;
}

/* The kept answer of a call may go. Whether this arrives doesn't matter. */
static void acknowledge(struct session *s, const guid *id)
{
	struct RsmEndCall_in in = {.call = *id};
	auto_request r = {0};
	struct http_reply reply = {0};
	struct connection *c;
	char why[8];

	if (!request_make(&r, CALL_RsmEndCall, &in) || session_connection(s, &c))
		return;
	struct http_request http = {
		.method = wire_calls[r.call].method, .path = r.path.s, .session = s->id_text};

	if (connection_do(c, &http, &reply, why, sizeof why))
		connection_free(c);
	else
		session_give_back(s, c);
	free(reply.body);
}

/* Long polls until the answer is there. */
static DWORD poll_call(struct session *s, const guid *id, struct answer *a)
{
	struct RsmPollCall_in in = {.call = *id, .wait = POLL_SLICE};
	auto_request r = {0};
	DWORD rc;

	if (!request_make(&r, CALL_RsmPollCall, &in))
		return fail_memory();
	do {
		answer_free(a);
		rc = send_again(s, &r, a);
	} while (rc == ERROR_IO_PENDING);
	if (a->reply.status && !atomic_load(&s->closing))
		acknowledge(s, id);
	return rc;
}

static const guid *call_id(enum wire_call which, const void *in)
{
	for (const struct wire_member *m = wire_calls[which].in; m->key; m++)
		if (!strcmp(m->key, "call"))
			return (const guid *)(const void *)((const char *)in + m->offset);
	return NULL;
}

DWORD call_answer(struct session *s, enum wire_call which, const void *in, struct answer *a)
{
	enum wire_mode mode = wire_calls[which].mode;
	auto_request r = {0};
	DWORD rc;

	if (!request_make(&r, which, in))
		return fail_memory();
	rc = mode == M_WAIT ? send_again(s, &r, a) : send_in(s, &r, a);
	if (rc == ERROR_IO_PENDING)
		rc = poll_call(s, call_id(which, in), a);
	return rc ? session_lost(s, mode, rc) : ERROR_SUCCESS;
}

DWORD call(struct session *s, enum wire_call which, const void *in, void *out)
{
	auto_answer a = {0};
	DWORD rc = call_answer(s, which, in, &a);

	return rc || !out ? rc : call_fill(&a.json, 0, wire_calls[which].out, out);
}
