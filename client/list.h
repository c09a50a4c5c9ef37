/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lists of objects, from an answer of {"count", "objects"} straight into the caller's array: a million
 * identifiers shouldn't be copied twice. */
#ifndef CLIENT_LIST_H
#define CLIENT_LIST_H

#include "client/json.h"
#include "wire/wire.h"

#include <ntmsapi.h>

/* An argument that is an array: n elements, from 1 to most. The caller frees list->v. */
DWORD list_in(const NTMS_GUID *ids, DWORD n, DWORD most, struct wire_guids *list);

/* *size: in, room in list; out, how many there are. ERROR_INSUFFICIENT_BUFFER: more than fit; list holds the
 * first. */
DWORD list_out(const struct doc *, LPNTMS_GUID list, DWORD *size);

#endif
