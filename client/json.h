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

struct doc_token;
struct doc {
	const char *text;
	struct doc_token *tokens;
	size_t n;
};

/* A value in a document; 0 is none, and every function takes none. */
typedef size_t doc_at;
#define DOC_NONE ((doc_at)-1)

/* The text must live as long as the document. False: it is no JSON object (or there is no memory). */
bool doc_parse(struct doc *, const char *text, size_t n);
void doc_free(struct doc *);

doc_at doc_get(const struct doc *, doc_at object, const char *key); /* root: 0 */
/* The same for keys that are looked up in the order in which they stand there, or nearly so. *hint: 0 to
 * begin with. */
doc_at doc_get_near(const struct doc *, doc_at object, const char *key, doc_at *hint);
bool doc_is_null(const struct doc *, doc_at); /* also: it isn't there */
bool doc_number(const struct doc *, doc_at, int64_t *);
bool doc_bool(const struct doc *, doc_at, bool *);
/* Strings come malloc'ed and unescaped; NULL: it isn't one. */
char *doc_copy_string(const struct doc *, doc_at);
/* The raw characters of a string between its quotes; NULL: it isn't one. */
const char *doc_raw(const struct doc *, doc_at, size_t *n);
/* Elements of an array; 0 if it isn't one. Step through them with doc_next from the first. */
size_t doc_size(const struct doc *, doc_at array);
doc_at doc_first(const struct doc *, doc_at array);
doc_at doc_next(const struct doc *, doc_at element);

#endif
