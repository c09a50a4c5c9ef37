/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/lasterror.h"

#include "wire/wire.h"

#include <rsmext.h>
#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_text[1024];

const char *RsmLastErrorText(void) { return last_text; }
const char *RsmErrorName(DWORD dwError) { return wire_code_name(dwError); }

void fail_clear(void) { last_text[0] = 0; }

DWORD fail(DWORD code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last_text, sizeof last_text, fmt, ap);
	va_end(ap);
	return code;
}

DWORD fail_handle(HANDLE h) { return fail(ERROR_INVALID_HANDLE, "%p is no open session of this process", h); }
DWORD fail_missing(const char *param) { return fail(ERROR_INVALID_PARAMETER, "%s is NULL", param); }
DWORD fail_memory(void) { return fail(ERROR_NOT_ENOUGH_MEMORY, "out of memory"); }
