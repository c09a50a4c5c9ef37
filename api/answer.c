/* SPDX-License-Identifier: GPL-2.0-or-later
 * Structs to JSON. */
#include "api/answer.h"

#include "media/json.h"

void answer_emit(void *str, const char *bytes, size_t n) { str_add(str, bytes, n); }

void answer_write(struct str *out, const struct wire_member *members, const void *answer)
{
	struct json j = {.emit = answer_emit, .arg = out};

	json_lit(&j, "{");
	json_members(&j, members, answer);
	json_lit(&j, "}");
	json_flush(&j);
}
