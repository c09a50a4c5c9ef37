/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/list.h"

#include "client/call.h"
#include "client/guids.h"
#include "client/lasterror.h"

#include <stdlib.h>

DWORD list_in(const NTMS_GUID *ids, DWORD n, DWORD most, struct wire_guids *list)
{
	*list = (struct wire_guids){0};
	if (!n || n > most)
		return fail(ERROR_INVALID_PARAMETER, "dwCount %u isn't from 1 to %u", n, most);
	list->v = calloc(n, sizeof *list->v);
	if (!list->v)
		return fail_memory();
	for (; list->n < n; list->n++)
		list->v[list->n] = guid_in(&ids[list->n]);
	return ERROR_SUCCESS;
}

DWORD list_out(const struct doc *j, LPNTMS_GUID list, DWORD *size)
{
	doc_at objects = doc_get(j, 0, "objects"), element = doc_first(j, objects);
	DWORD room = *size, n = 0;
	int64_t count = 0;

	if (!doc_number(j, doc_get(j, 0, "count"), &count) || count < 0 || count > UINT32_MAX)
		return fail(ERROR_NOT_CONNECTED, "an answer of the service makes no sense: \"count\"");
	for (size_t there = doc_size(j, objects); n < room && n < there;
	     n++, element = doc_next(j, element)) {
		guid g = {0};

		if (!call_read(j, element, W_GUID, &g))
			return fail(ERROR_NOT_CONNECTED,
				    "an answer of the service makes no sense: \"objects\"");
		list[n] = guid_out(&g);
	}
	*size = (DWORD)count;
	return count > room ? fail(ERROR_INSUFFICIENT_BUFFER, "there are %lld, with room for %u",
				   (long long)count, room)
			    : ERROR_SUCCESS;
}
