/* SPDX-License-Identifier: GPL-2.0-or-later
 * A call's _out struct as JSON. (The two largest answers are written by media/ itself: media_emit_object(),
 * media_emit_list().) */
#ifndef API_ANSWER_H
#define API_ANSWER_H

#include "base/str.h"
#include "wire/wire.h"

void answer_write(struct str *out, const struct wire_member *members, const void *answer);

/* An emit_fn that adds to a struct str. */
void answer_emit(void *str, const char *bytes, size_t n);

#endif
