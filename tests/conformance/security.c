/* SPDX-License-Identifier: GPL-2.0-or-later
 * Security descriptors, byte by byte. */
#include "rsm_test.h"

/* ---- SIDs ---- */

static struct sid sid(BYTE authority, BYTE n, const DWORD *sub)
{
	struct sid s = {.bytes = {SID_REVISION, n, 0, 0, 0, 0, 0, authority}, .n = 8 + 4u * n};

	memcpy(s.bytes + 8, sub, 4u * n);
	return s;
}

struct sid sid_of_user(uid_t uid) { return sid(22, 2, (DWORD[]){1, uid}); }

struct sid sid_of_group(gid_t gid) { return sid(22, 2, (DWORD[]){2, gid}); }

struct sid sid_administrators(void) { return sid(5, 2, (DWORD[]){32, 544}); }

struct sid sid_system(void) { return sid(5, 1, (DWORD[]){18}); }

struct sid sid_everyone(void) { return sid(1, 1, (DWORD[]){0}); }

/* ---- descriptors ---- */

static DWORD append(struct descriptor *d, const void *bytes, size_t n)
{
	DWORD at = d->n;

	assert_true(d->n + n <= sizeof d->bytes);
	memcpy(d->bytes + at, bytes, n);
	d->n += (DWORD)n;
	return at;
}

struct descriptor descriptor(const struct sid *owner, const struct ace *aces, size_t n)
{
	struct descriptor d = {.n = sizeof(SECURITY_DESCRIPTOR_RELATIVE)};
	struct sid group = sid_administrators();
	SECURITY_DESCRIPTOR_RELATIVE head = {.Revision = SECURITY_DESCRIPTOR_REVISION,
					     .Control = SE_SELF_RELATIVE | SE_DACL_PRESENT};
	ACL acl = {.AclRevision = ACL_REVISION, .AceCount = (WORD)n};

	head.Owner = append(&d, owner->bytes, owner->n);
	head.Group = append(&d, group.bytes, group.n);
	head.Dacl = append(&d, &acl, sizeof acl);
	for (size_t i = 0; i < n; i++) {
		ACE_HEADER h = {aces[i].type, aces[i].flags, (WORD)(8 + aces[i].sid.n)};
		append(&d, &h, sizeof h);
		append(&d, &aces[i].mask, 4);
		append(&d, aces[i].sid.bytes, aces[i].sid.n);
	}
	acl.AclSize = (WORD)(d.n - head.Dacl);
	memcpy(d.bytes + head.Dacl, &acl, sizeof acl);
	memcpy(d.bytes, &head, sizeof head);
	return d;
}

DWORD rights_of(const struct descriptor *d, const struct sid *who)
{
	SECURITY_DESCRIPTOR_RELATIVE head;
	ACL acl;
	DWORD at, rights = 0;

	memcpy(&head, d->bytes, sizeof head);
	if (!head.Dacl)
		return 0;
	memcpy(&acl, d->bytes + head.Dacl, sizeof acl);
	at = head.Dacl + (DWORD)sizeof acl;
	for (int i = 0; i < acl.AceCount; i++) {
		ACE_HEADER h;
		DWORD mask;
		memcpy(&h, d->bytes + at, sizeof h);
		memcpy(&mask, d->bytes + at + 4, 4);
		assert_true(h.AceSize >= 8 && at + h.AceSize <= d->n);
		if (h.AceType == ACCESS_ALLOWED_ACE_TYPE && h.AceSize == 8 + who->n &&
		    memcmp(d->bytes + at + 8, who->bytes, who->n) == 0)
			rights |= mask;
		at += h.AceSize;
	}
	return rights;
}

struct descriptor get_security(HANDLE s, NTMS_GUID id, DWORD type, SECURITY_INFORMATION parts)
{
	struct descriptor d = {0};

	OK(GetNtmsObjectSecurity(s, &id, type, parts, d.bytes, sizeof d.bytes, &d.n));
	if (!d.n || d.n > sizeof d.bytes)
		d.n = sizeof d.bytes; /* a call that succeeds need not say the length */
	return d;
}

void grant(HANDLE s, NTMS_GUID id, DWORD type, uid_t user, DWORD mask)
{
	struct sid owner = sid_administrators();
	struct ace aces[] = {{.mask = FULL_ACCESS, .sid = owner}, {.mask = mask, .sid = sid_of_user(user)}};
	struct descriptor d = descriptor(&owner, aces, mask ? 2 : 1);

	OK(SetNtmsObjectSecurity(s, &id, type, DACL_SECURITY_INFORMATION, d.bytes));
}
