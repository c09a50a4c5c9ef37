/* SPDX-License-Identifier: LGPL-2.1-or-later
 * JSON as the API uses it: text is written by appending, answers are parsed by jsmn and looked up by key. */
#ifndef CLIENT_JSON_H
#define CLIENT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- writing ---- */

/* Text that grows. Once memory ran out it stays failed, so only the end needs a check. */
struct out {
	char *s; /* NUL-terminated once something was added */
	size_t n, room;
	bool failed;
};

void out_free(struct out *);
void out_add(struct out *, const char *bytes, size_t n);
void out_puts(struct out *, const char *text);
void out_number(struct out *, int64_t);
/* as a JSON string, with its quotes */
void out_string(struct out *, const char *text);
/* "bytes in base64" */
void out_base64(struct out *, const uint8_t *bytes, size_t n);
/* for a path or a query: all but the unreserved characters as %XX */
void out_escaped(struct out *, const char *text);

/* ---- reading ---- */

struct json_token;
struct json {
	const char *text;
	struct json_token *tokens;
	size_t n;
};

/* A value in a document; 0 is none, and every function takes none. */
typedef size_t json_at;
#define JSON_NONE ((json_at)-1)

/* The text must live as long as the document. False: it is no JSON object (or there is no memory). */
bool json_parse(struct json *, const char *text, size_t n);
void json_free(struct json *);

json_at json_get(const struct json *, json_at object, const char *key); /* root: 0 */
/* The same for keys that are looked up in the order in which they stand there, or nearly so. *hint: 0 to
 * begin with. */
json_at json_get_near(const struct json *, json_at object, const char *key, json_at *hint);
bool json_is_null(const struct json *, json_at); /* also: it isn't there */
bool json_number(const struct json *, json_at, int64_t *);
bool json_bool(const struct json *, json_at, bool *);
/* Strings come malloc'ed and unescaped; NULL: it isn't one. */
char *json_copy_string(const struct json *, json_at);
/* The raw characters of a string between its quotes; NULL: it isn't one. */
const char *json_raw(const struct json *, json_at, size_t *n);
/* Elements of an array; 0 if it isn't one. Step through them with json_next from the first. */
size_t json_size(const struct json *, json_at array);
json_at json_first(const struct json *, json_at array);
json_at json_next(const struct json *, json_at element);

#endif
