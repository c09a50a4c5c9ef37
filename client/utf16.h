/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Text between programs and the service. Programs pass UTF-8 (A functions) or UTF-16 (W functions);
 * everything inside is UTF-8. Strict on the way in: what isn't text is refused. On the way out a text that
 * doesn't fit its field is cut on a whole character. */
#ifndef CLIENT_UTF16_H
#define CLIENT_UTF16_H

#include <ntmstypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum text_form { TEXT_A, TEXT_W };

/* Bytes of the well-formed UTF-8 character at s[0..n), 0 if there is none. */
size_t utf8_char(const char *s, size_t n, uint32_t *c);
/* Appends a character; returns the bytes written to out, which has room for 4. */
size_t utf8_put(uint32_t c, char *out);

/* A malloc'ed UTF-8 copy of a terminated text, or of a field of at most max units that must hold its
 * terminator. ERROR_INVALID_PARAMETER: not well-formed (a lone surrogate, say) or not terminated;
 * ERROR_NOT_ENOUGH_MEMORY. */
DWORD text_in(enum text_form form, const void *text, size_t max, char **out);
#define TEXT_UNLIMITED ((size_t)-1)

/* Units that the text takes in that form, with its terminator. */
size_t text_units(enum text_form form, const char *text);
/* Stores it in a field of size units, cut on a whole character, always terminated (size is at least 1). */
void text_out(enum text_form form, const char *text, void *field, size_t size);

#endif
