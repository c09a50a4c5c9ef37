/* SPDX-License-Identifier: GPL-2.0-or-later
 * Errors as problem documents (RFC 9457). */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "base/err.h"
#include "base/str.h"

/* The status that goes with a Win32 code. */
unsigned problem_status(uint32_t code);
void problem_write(struct str *out, unsigned status, const struct err *e);

#endif
