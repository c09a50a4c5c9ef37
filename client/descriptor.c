/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/descriptor.h"

#include "client/lasterror.h"

#include <stdlib.h>
#include <string.h>

enum { OWNER, GROUP, SACL, DACL, PARTS };

/* Bytes of a part, 0 if it can't be one. */
static size_t part_size(int part, const BYTE *p)
{
	ACL acl;

	if (part == OWNER || part == GROUP)
		return p[0] == SID_REVISION && p[1] <= SID_MAX_SUB_AUTHORITIES ? 8 + 4u * p[1] : 0;
	memcpy(&acl, p, sizeof acl);
	return acl.AclRevision >= 2 && acl.AclRevision <= 4 && acl.AclSize >= sizeof acl ? acl.AclSize : 0;
}

/* Where the parts are; NULL: there is none. */
static bool find_parts(const BYTE *d, const BYTE *parts[PARTS])
{
	SECURITY_DESCRIPTOR_RELATIVE relative;
	SECURITY_DESCRIPTOR absolute;

	memcpy(&relative, d, sizeof relative);
	if (relative.Revision != SECURITY_DESCRIPTOR_REVISION)
		return false;
	if (relative.Control & SE_SELF_RELATIVE) {
		const DWORD at[PARTS] = {relative.Owner, relative.Group, relative.Sacl, relative.Dacl};

		for (int i = 0; i < PARTS; i++) {
			if (at[i] && at[i] < sizeof relative)
				return false;
			parts[i] = at[i] ? d + at[i] : NULL;
		}
	} else {
		memcpy(&absolute, d, sizeof absolute);
		parts[OWNER] = absolute.Owner;
		parts[GROUP] = absolute.Group;
		parts[SACL] = (const BYTE *)absolute.Sacl;
		parts[DACL] = (const BYTE *)absolute.Dacl;
	}
	if (!(relative.Control & SE_SACL_PRESENT))
		parts[SACL] = NULL;
	if (!(relative.Control & SE_DACL_PRESENT))
		parts[DACL] = NULL;
	return true;
}

DWORD descriptor_pack(const void *descriptor, struct wire_blob *out)
{
	const BYTE *parts[PARTS] = {NULL};
	size_t sizes[PARTS] = {0};
	SECURITY_DESCRIPTOR_RELATIVE head = {0};
	DWORD *at[PARTS] = {&head.Owner, &head.Group, &head.Sacl, &head.Dacl};

	*out = (struct wire_blob){.n = sizeof head};
	if (!find_parts(descriptor, parts))
		return fail(ERROR_INVALID_PARAMETER, "that is no security descriptor");
	memcpy(&head, descriptor, 4); /* revision and control */
	head.Control |= SE_SELF_RELATIVE;
	for (int i = 0; i < PARTS; i++) {
		if (!parts[i])
			continue;
		sizes[i] = part_size(i, parts[i]);
		if (!sizes[i])
			return fail(ERROR_INVALID_PARAMETER, "the security descriptor holds a malformed %s",
				    i == OWNER || i == GROUP ? "SID" : "ACL");
		*at[i] = (DWORD)out->n;
		out->n += (sizes[i] + 3) & ~(size_t)3;
	}
	out->p = calloc(1, out->n);
	if (!out->p)
		return fail_memory();
	memcpy(out->p, &head, sizeof head);
	for (int i = 0; i < PARTS; i++)
		if (parts[i])
			memcpy(out->p + *at[i], parts[i], sizes[i]);
	return ERROR_SUCCESS;
}
