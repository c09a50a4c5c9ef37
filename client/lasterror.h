/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What each thread remembers of its last call: the text of RsmLastErrorText. (The code of GetLastError is the
 * platform's: Windows has it already.) */
#ifndef CLIENT_LASTERROR_H
#define CLIENT_LASTERROR_H

#include <ntmstypes.h>

/* Sets the thread's text; returns the code: return fail(ERROR_INVALID_NAME, "..."). */
DWORD fail(DWORD code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A call begins: there is no text yet. */
void fail_clear(void);

/* The failures that every function checks for. */
DWORD fail_handle(HANDLE);	       /* ERROR_INVALID_HANDLE */
DWORD fail_missing(const char *param); /* ERROR_INVALID_PARAMETER: a NULL pointer */
DWORD fail_memory(void);	       /* ERROR_NOT_ENOUGH_MEMORY */

#endif
