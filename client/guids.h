/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Windows keeps the first three fields of a GUID in the host's order; everything else here keeps the 16 bytes
 * as its text shows them. */
#ifndef CLIENT_GUIDS_H
#define CLIENT_GUIDS_H

#include "base/guid.h"

#include <ntmsapi.h>

static inline guid guid_in(const NTMS_GUID *w)
{
	guid g = {{(uint8_t)(w->Data1 >> 24), (uint8_t)(w->Data1 >> 16), (uint8_t)(w->Data1 >> 8),
		   (uint8_t)w->Data1, (uint8_t)(w->Data2 >> 8), (uint8_t)w->Data2, (uint8_t)(w->Data3 >> 8),
		   (uint8_t)w->Data3}};

	memcpy(g.b + 8, w->Data4, 8);
	return g;
}

static inline NTMS_GUID guid_out(const guid *g)
{
	NTMS_GUID w = {.Data1 = (DWORD)g->b[0] << 24 | (DWORD)g->b[1] << 16 | (DWORD)g->b[2] << 8 | g->b[3],
		       .Data2 = (WORD)(g->b[4] << 8 | g->b[5]),
		       .Data3 = (WORD)(g->b[6] << 8 | g->b[7])};

	memcpy(w.Data4, g->b + 8, 8);
	return w;
}

#endif
