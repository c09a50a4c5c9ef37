/* SPDX-License-Identifier: GPL-2.0-or-later
 * Arguments, from the path, the query or the JSON body into a call's _in struct. Strict: what is unknown,
 * given twice, missing or of the wrong type is ERROR_INVALID_PARAMETER, and the text names it. */
#ifndef API_ARGS_H
#define API_ARGS_H

#include "base/err.h"
#include "wire/wire.h"

struct args {
	const struct wire_call_desc *call;
	void *in;      /* zeroed; freed by wire_clear(call->in, in), also after an error */
	uint32_t seen; /* bit i: member i of call->in was given */
};

/* One argument as text: of the path or the query. */
int args_text(struct args *a, const char *key, size_t key_n, const char *text, size_t n, struct err *e);
/* A body: one JSON object, or nothing. */
int args_body(struct args *a, const char *body, size_t n, struct err *e);
/* In the end: nothing required is missing. */
int args_complete(const struct args *a, struct err *e);

#endif
