/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Makes the calls of wire/calls.def over HTTP as docs/http.md says: arguments from the _in struct, results
 * into the _out struct, both by the table. */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include "client/json.h"
#include "client/session.h"
#include "wire/wire.h"

/* Makes a call in a session and waits for its end, however long it takes. in: the call's _in struct (nothing
 * of it is freed). out: its _out struct, all zero, which the caller clears with wire_clear(); NULL if nobody
 * wants it. Returns the call's code; RsmLastErrorText tells more. */
DWORD call(struct session *, enum wire_call, const void *in, void *out);

/* An answer for those who read it themselves. */
struct answer {
	struct http_reply reply;
	struct doc json;
};
DWORD call_answer(struct session *, enum wire_call, const void *in, struct answer *);
void answer_free(struct answer *);
#define auto_answer CLEANUP(answer_free) struct answer

/* One request on a connection; for the calls that make and end a session, and those that need none (session
 * NULL). */
DWORD call_on(struct connection *, const char *session, enum wire_call, const void *in, void *out);

/* The value of a member or field; false: the wrong kind. Absent and null are zero. */
bool call_read(const struct doc *, doc_at, enum wire_kind, void *);
/* A struct's members from an object's; the caller clears it with wire_clear(). */
DWORD call_fill(const struct doc *, doc_at object, const struct wire_member *members, void *out);

#endif
