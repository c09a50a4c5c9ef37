/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * JSON written as it goes, for the reads that must be fast: no tree, no allocation. */
#ifndef MEDIA_JSON_H
#define MEDIA_JSON_H

#include "media/calls.h"

struct json {
	emit_fn *emit;
	void *arg;
	size_t n;
	char buf[4096];
};

void json_raw(struct json *, const char *text, size_t n);
#define json_lit(j, text) json_raw(j, text, sizeof(text) - 1)
void json_number(struct json *, int64_t);
void json_text(struct json *, const char *); /* quoted and escaped; what isn't UTF-8 becomes U+FFFD */
void json_guid(struct json *, const void *bytes, size_t n); /* null unless it is a guid */
void json_time(struct json *, int64_t ms);		    /* null for 0 */
void json_base64(struct json *, const void *bytes, size_t n);
void json_flush(struct json *);
/* The members of a struct of the wire, without the braces. */
void json_members(struct json *, const struct wire_member *, const void *values);
/* "info":{...}; nothing is written when it fails for want of rights. */
int object_info(struct json *, struct txn *, const struct caller *, const guid *, uint32_t type,
		struct err *);

#endif
