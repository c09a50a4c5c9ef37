/* SPDX-License-Identifier: LGPL-2.1-or-later
 * NTMS_OBJECTINFORMATION, in its A and W forms and the older I1 layouts, to and from the keys of
 * wire/objects.def. */
#ifndef CLIENT_OBJECT_H
#define CLIENT_OBJECT_H

#include "client/json.h"
#include "client/utf16.h"
#include "wire/wire.h"

/* dwSize and dwType of *info are such as a caller may pass; type NTMS_UNKNOWN (Get only): any size that some
 * type has. */
bool object_size_valid(enum text_form, const void *info, DWORD type);

/* Fills *info, dwSize bytes of it, from the answer's object. ERROR_INVALID_PARAMETER: too small for its type.
 */
DWORD object_read(enum text_form, void *info, const struct doc *, doc_at object);

/* What SetNtmsObjectInformation writes: the settable fields of *info. Freed by wire_object_clear(). */
DWORD object_write(enum text_form, const void *info, struct wire_object *);

#endif
