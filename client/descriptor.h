/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Security descriptors as programs pass them: absolute or self-relative, without a length. */
#ifndef CLIENT_DESCRIPTOR_H
#define CLIENT_DESCRIPTOR_H

#include "wire/wire.h"

/* A malloc'ed self-relative copy. ERROR_INVALID_PARAMETER: its revisions or lengths make no sense. */
DWORD descriptor_pack(const void *descriptor, struct wire_blob *out);

#endif
