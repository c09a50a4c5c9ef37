/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The request of a call: its path, query and body, made from its _in struct by the table. */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "base/cleanup.h"
#include "client/json.h"
#include "wire/wire.h"

struct request {
	enum wire_call call;
	struct out path; /* with the query */
	struct out body; /* .s NULL: none */
};

/* False: no memory. */
bool request_make(struct request *, enum wire_call, const void *in);
void request_free(struct request *);
#define auto_request CLEANUP(request_free) struct request

#endif
