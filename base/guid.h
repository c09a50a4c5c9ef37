/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Identifiers, kept as the 16 bytes of their text form (so memcmp sorts as the text does).
 * The Windows struct GUID stores its first three fields in host order; only client/ converts. */
#ifndef BASE_GUID_H
#define BASE_GUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct guid {
	uint8_t b[16];
} guid;

#define GUID_TEXT 37 /* 8-4-4-4-12 in lower case, with its NUL */

extern const guid guid_null;

guid guid_new(void);
/* Where guid_new() takes its random bytes from; NULL: the kernel. A simulation gives its own, so that a run
 * can be repeated. */
extern void (*guid_source)(void *bytes, size_t n);
/* Text of a guid; returns buf. */
const char *guid_text(const guid *g, char buf[GUID_TEXT]);
/* Accepts 8-4-4-4-12, the same in braces, and 32 digits; any case. False: not a guid, *g is untouched. */
bool guid_parse(const char *text, guid *g);

static inline bool guid_eq(const guid *a, const guid *b) { return memcmp(a, b, sizeof *a) == 0; }
static inline bool guid_is_null(const guid *g) { return guid_eq(g, &guid_null); }

#endif
