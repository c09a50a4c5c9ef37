/* SPDX-License-Identifier: GPL-2.0-or-later
 * What an application needs besides the API itself: it finds things, and waits for them. Whatever goes wrong
 * ends the program with 1 and says why. */
#ifndef TESTS_CRASH_APPLICATION_H
#define TESTS_CRASH_APPLICATION_H

#include <ntmsapi.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX 256

extern HANDLE session;
extern NTMS_GUID pool;	      /* after open_pool() */
extern const char *directory; /* of the virtual library */

void log_in(void);
void check(DWORD code, const char *what);
/* Lets time pass, and notices a server that is gone. what: that is waited for in vain in the end */
void tick(const char *what);
void settle(void); /* until the library is up and has nothing to do */

bool same(const NTMS_GUID *a, const NTMS_GUID *b);
DWORD list(DWORD type, NTMS_GUID *in, NTMS_GUID out[MAX]);
NTMS_OBJECTINFORMATIONA info(NTMS_GUID *id, DWORD type);
NTMS_GUID library(void); /* the one with a robot */
NTMS_GUID named(DWORD type, const char *barcode);
void open_pool(void);
NTMS_GUID free_pool(void);
NTMS_GUID owned(DWORD n); /* the pool's n-th logical medium */
/* How many there are of an operation (0: any), unfinished ones or all. */
DWORD requests(DWORD operation, bool ended);

/* ---- as an operator ---- */
void entry(const char *place, char *out, size_t size); /* the directory's one, or "" */
void take_out(const char *place);		       /* as soon as something lies there */

#endif
