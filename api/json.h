/* SPDX-License-Identifier: GPL-2.0-or-later
 * Answers as JSON, written by hand: the largest are lists of a million GUIDs. */
#ifndef API_JSON_H
#define API_JSON_H

#include "base/str.h"
#include "wire/wire.h"

/* A string with its quotes; NULL: null. */
void json_text(struct str *out, const char *text);
/* The object with the members of an _out struct. */
void json_answer(struct str *out, const struct wire_member *members, const void *answer);

#endif
