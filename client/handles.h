/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The registry: which handles are alive in this process, and what they name. */
#ifndef CLIENT_HANDLES_H
#define CLIENT_HANDLES_H

#include <ntmstypes.h>

/* A new handle for what, or NULL: no memory. */
HANDLE handle_new(void *what);
/* What a live handle names, or NULL; hold() is called on it before anybody else can take it away. */
void *handle_get(HANDLE, void (*hold)(void *));
/* The same, and the handle dies; the reference that it held is the caller's now. */
void *handle_take(HANDLE);

#endif
