/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "media/access.h"

#include "base/cleanup.h"

#include <ntmsapi.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const uint8_t sid_everyone[12] = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
const uint8_t sid_system[12] = {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0};
const uint8_t sid_administrators[16] = {1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0};

static uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t le32(const uint8_t *p) { return (uint32_t)le16(p) | (uint32_t)le16(p + 2) << 16; }
static void put16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)v, p[1] = (uint8_t)(v >> 8); }
static void put32(uint8_t *p, uint32_t v) { put16(p, (uint16_t)v), put16(p + 2, (uint16_t)(v >> 16)); }

/* ---- SIDs ---- */

static size_t sid_length(const uint8_t *sid) { return 8 + 4 * (size_t)sid[1]; }

size_t sid_size(const uint8_t *p, size_t room)
{
	if (room < 8 || p[0] != SID_REVISION || p[1] > SID_MAX_SUB_AUTHORITIES || sid_length(p) > room)
		return 0;
	return sid_length(p);
}

bool sid_equal(const uint8_t *a, const uint8_t *b)
{
	return a[1] == b[1] && memcmp(a, b, sid_length(a)) == 0;
}

const char *sid_text(const uint8_t *sid, char buf[SID_TEXT_MAX])
{
	uint64_t authority = 0;
	int n;

	for (int i = 2; i < 8; i++)
		authority = authority << 8 | sid[i];
	n = snprintf(buf, SID_TEXT_MAX, "S-1-%llu", (unsigned long long)authority);
	for (int i = 0; i < sid[1]; i++)
		n += snprintf(buf + n, SID_TEXT_MAX - (size_t)n, "-%u", le32(sid + 8 + 4 * i));
	return buf;
}

/* ---- tokens ---- */

static size_t unix_sid(uint8_t *p, uint32_t kind, uint32_t id)
{
	static const uint8_t head[8] = {1, 2, 0, 0, 0, 0, 0, 22};

	memcpy(p, head, sizeof head);
	put32(p + 8, kind);
	put32(p + 12, id);
	return 16;
}

struct token *token_new(uid_t uid, const gid_t *gids, size_t n, gid_t admin_gid)
{
	struct token *k = malloc(sizeof *k + (n + 4) * 16);
	bool admin = uid == 0 || uid == getuid();
	uint8_t *p;

	if (!k)
		return NULL;
	p = k->sids;
	if (uid == 0) {
		memcpy(p, sid_system, sizeof sid_system);
		p += sizeof sid_system;
	}
	p += unix_sid(p, 1, uid);
	for (size_t i = 0; i < n; i++) {
		p += unix_sid(p, 2, gids[i]);
		admin |= admin_gid != (gid_t)-1 && gids[i] == admin_gid;
	}
	memcpy(p, sid_everyone, sizeof sid_everyone);
	p += sizeof sid_everyone;
	if (admin) {
		memcpy(p, sid_administrators, sizeof sid_administrators);
		p += sizeof sid_administrators;
	}
	k->n = (size_t)(p - k->sids);
	return k;
}

void token_free(struct token *k) { free(k); }

struct token *token_from(const void *bytes, size_t n)
{
	struct token *k;

	for (size_t at = 0, size; at < n; at += size) {
		size = sid_size((const uint8_t *)bytes + at, n - at);
		if (!size)
			return NULL;
	}
	k = n ? malloc(sizeof *k + n) : NULL;
	if (k) {
		k->n = n;
		memcpy(k->sids, bytes, n);
	}
	return k;
}

bool token_has(const struct token *k, const uint8_t *sid)
{
	for (size_t at = 0; at < k->n; at += sid_length(k->sids + at))
		if (sid_equal(k->sids + at, sid))
			return true;
	return false;
}

bool token_is_administrator(const struct token *k) { return token_has(k, sid_administrators); }

/* ---- access control lists ---- */

#define ACL_HEAD sizeof(ACL)
#define ACE_HEAD sizeof(ACE_HEADER)

size_t acl_size(const uint8_t *acl) { return le16(acl + 2); }

static bool ace_has_sid(uint8_t type)
{
	return type == ACCESS_ALLOWED_ACE_TYPE || type == ACCESS_DENIED_ACE_TYPE ||
	       type == SYSTEM_AUDIT_ACE_TYPE;
}

static int acl_check(const uint8_t *p, size_t room, const char *what, struct err *e)
{
	size_t size, at = ACL_HEAD;

	if (room < ACL_HEAD || le16(p + 2) < ACL_HEAD || le16(p + 2) > room)
		return err_set(e, ERROR_INVALID_PARAMETER, "the %s of the security descriptor is cut off",
			       what);
	if (p[0] < 2 || p[0] > 4)
		return err_set(e, ERROR_INVALID_PARAMETER, "the %s has the unknown revision %u", what, p[0]);
	size = le16(p + 2);
	for (unsigned i = 0, n = le16(p + 4); i < n; i++) {
		size_t len = size - at >= ACE_HEAD ? le16(p + at + 2) : 0;

		if (len < ACE_HEAD || len > size - at)
			return err_set(e, ERROR_INVALID_PARAMETER, "entry %u of the %s is cut off", i, what);
		if (ace_has_sid(p[at]) && (len < 8 || !sid_size(p + at + 8, len - 8)))
			return err_set(e, ERROR_INVALID_PARAMETER, "entry %u of the %s has no valid SID", i,
				       what);
		at += len;
	}
	return 0;
}

uint32_t rights_map(uint32_t mask)
{
	uint32_t m = mask & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);

	if (mask & GENERIC_READ)
		m |= NTMS_GENERIC_READ | STANDARD_RIGHTS_READ;
	if (mask & GENERIC_WRITE)
		m |= NTMS_GENERIC_WRITE | STANDARD_RIGHTS_WRITE;
	if (mask & GENERIC_EXECUTE)
		m |= NTMS_GENERIC_EXECUTE | STANDARD_RIGHTS_EXECUTE;
	if (mask & GENERIC_ALL)
		m |= NTMS_ALL_ACCESS;
	return m;
}

void acl_map(uint8_t *acl)
{
	size_t at = ACL_HEAD;

	for (unsigned i = 0, n = le16(acl + 4); i < n; i++) {
		if (ace_has_sid(acl[at]) && !(acl[at + 1] & INHERIT_ONLY_ACE))
			put32(acl + at + 4, rights_map(le32(acl + at + 4)));
		at += le16(acl + at + 2);
	}
}

static uint8_t *acl_room(struct acl *a, size_t n)
{
	size_t had = a->n ? a->n : ACL_HEAD;
	uint8_t *p = realloc(a->p, had + n);

	if (!p)
		abort();
	if (!a->n) {
		memset(p, 0, ACL_HEAD);
		p[0] = ACL_REVISION;
	}
	a->p = p;
	a->n = had + n;
	put16(p + 2, (uint16_t)a->n);
	return p + had;
}

void acl_add(struct acl *a, uint8_t type, uint8_t flags, uint32_t mask, const uint8_t *sid)
{
	size_t len = 8 + sid_length(sid);
	uint8_t *p = acl_room(a, len);

	p[0] = type, p[1] = flags;
	put16(p + 2, (uint16_t)len);
	put32(p + 4, rights_map(mask));
	memcpy(p + 8, sid, len - 8);
	put16(a->p + 4, (uint16_t)(le16(a->p + 4) + 1));
}

bool acl_append(struct acl *a, const uint8_t *from, uint8_t flags)
{
	size_t at = ACL_HEAD;

	if (a->n + acl_size(from) > UINT16_MAX)
		return false;
	for (unsigned i = 0, n = le16(from + 4); i < n; i++) {
		size_t len = le16(from + at + 2);
		uint8_t *p = acl_room(a, len);

		memcpy(p, from + at, len);
		p[1] |= flags;
		put16(a->p + 4, (uint16_t)(le16(a->p + 4) + 1));
		at += len;
	}
	return true;
}

void acl_free(struct acl *a)
{
	free(a->p);
	*a = (struct acl){0};
}

/* ---- descriptors ---- */

#define SD_HEAD sizeof(SECURITY_DESCRIPTOR_RELATIVE)

int descriptor_parse(const uint8_t *p, size_t n, struct descriptor *d, struct err *e)
{
	uint32_t owner, group, sacl, dacl;

	*d = (struct descriptor){0};
	if (n < SD_HEAD || n > DESCRIPTOR_MAX)
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "a security descriptor has %zu to %d bytes, not %zu", SD_HEAD, DESCRIPTOR_MAX,
			       n);
	d->control = le16(p + 2);
	if (p[0] != SECURITY_DESCRIPTOR_REVISION || !(d->control & SE_SELF_RELATIVE))
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "the security descriptor isn't self-relative (revision %u, control %04x)",
			       p[0], d->control);
	owner = le32(p + 4), group = le32(p + 8), sacl = le32(p + 12), dacl = le32(p + 16);
	if (owner && (owner < SD_HEAD || owner > n || !sid_size(p + owner, n - owner)))
		return err_set(e, ERROR_INVALID_PARAMETER, "the owner of the security descriptor is no SID");
	if (group && (group < SD_HEAD || group > n || !sid_size(p + group, n - group)))
		return err_set(e, ERROR_INVALID_PARAMETER, "the group of the security descriptor is no SID");
	if (!(d->control & SE_SACL_PRESENT))
		sacl = 0;
	if (!(d->control & SE_DACL_PRESENT))
		dacl = 0;
	if (sacl && (sacl < SD_HEAD || sacl > n))
		return err_set(e, ERROR_INVALID_PARAMETER, "the SACL lies outside the security descriptor");
	if (dacl && (dacl < SD_HEAD || dacl > n))
		return err_set(e, ERROR_INVALID_PARAMETER, "the DACL lies outside the security descriptor");
	if ((sacl && acl_check(p + sacl, n - sacl, "SACL", e)) ||
	    (dacl && acl_check(p + dacl, n - dacl, "DACL", e)))
		return (int)e->code;
	d->owner = owner ? p + owner : NULL;
	d->group = group ? p + group : NULL;
	d->sacl = sacl ? p + sacl : NULL;
	d->dacl = dacl ? p + dacl : NULL;
	return 0;
}

struct wire_blob descriptor_build(const struct descriptor *d)
{
	const struct part {
		const uint8_t *p;
		size_t n, field;
	} parts[] = {
		{d->owner, d->owner ? sid_length(d->owner) : 0, 4},
		{d->group, d->group ? sid_length(d->group) : 0, 8},
		{d->sacl, d->sacl ? acl_size(d->sacl) : 0, 12},
		{d->dacl, d->dacl ? acl_size(d->dacl) : 0, 16},
	};
	struct wire_blob out = {.n = SD_HEAD};
	size_t at = SD_HEAD;

	for (size_t i = 0; i < countof(parts); i++)
		out.n += (parts[i].n + 3) & ~(size_t)3;
	out.p = calloc(1, out.n);
	if (!out.p)
		abort();
	out.p[0] = SECURITY_DESCRIPTOR_REVISION;
	put16(out.p + 2, d->control | SE_SELF_RELATIVE);
	for (size_t i = 0; i < countof(parts); i++) {
		if (!parts[i].n)
			continue;
		put32(out.p + parts[i].field, (uint32_t)at);
		memcpy(out.p + at, parts[i].p, parts[i].n);
		at += (parts[i].n + 3) & ~(size_t)3;
	}
	return out;
}

uint32_t descriptor_grants(const struct descriptor *d, const struct token *k, uint32_t wanted)
{
	uint32_t granted = 0, denied = 0;
	size_t at = ACL_HEAD;

	if (!d->dacl)
		return wanted;
	if (d->owner && token_has(k, d->owner))
		granted |= READ_CONTROL | WRITE_DAC;
	if (token_is_administrator(k))
		granted |= READ_CONTROL | WRITE_DAC | WRITE_OWNER;
	for (unsigned i = 0, n = le16(d->dacl + 4); i < n && (wanted & ~(granted | denied)); i++) {
		const uint8_t *ace = d->dacl + at;

		at += le16(ace + 2);
		if (!ace_has_sid(ace[0]) || (ace[1] & INHERIT_ONLY_ACE) || !token_has(k, ace + 8))
			continue;
		if (ace[0] == ACCESS_ALLOWED_ACE_TYPE)
			granted |= rights_map(le32(ace + 4)) & ~denied;
		else if (ace[0] == ACCESS_DENIED_ACE_TYPE)
			denied |= rights_map(le32(ace + 4)) & ~granted;
	}
	return granted & wanted;
}
