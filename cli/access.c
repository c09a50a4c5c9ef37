/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm access: security descriptors as lines that people read: who may do what with a library, a pool, the
 * server. */
#include "cli/cli.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

static const struct {
	const char *word;
	DWORD mask;
} rights[] = {
	{"use", NTMS_USE_ACCESS},     {"modify", NTMS_MODIFY_ACCESS}, {"control", NTMS_CONTROL_ACCESS},
	{"see-access", READ_CONTROL}, {"set-access", WRITE_DAC},      {"set-owner", WRITE_OWNER},
	{"delete", DELETE},
};

/* ---- SIDs: S-1-22-1-UID, S-1-22-2-GID, S-1-5-18, S-1-5-32-544, S-1-1-0 ---- */

struct sid {
	BYTE authority, n;
	DWORD sub[SID_MAX_SUB_AUTHORITIES];
};

static const struct {
	const char *word;
	struct sid sid;
} well_known[] = {
	{"everyone", {1, 1, {0}}},
	{"system", {5, 1, {18}}},
	{"administrators", {5, 2, {32, 544}}},
};

static bool sid_same(const struct sid *a, const struct sid *b)
{
	return a->authority == b->authority && a->n == b->n && !memcmp(a->sub, b->sub, a->n * sizeof *a->sub);
}

/* Bytes that it takes, 0 when there aren't that many */
static size_t sid_read(const BYTE *p, size_t room, struct sid *to)
{
	if (room < 8 || p[0] != SID_REVISION || p[1] > SID_MAX_SUB_AUTHORITIES || room < 8u + 4u * p[1])
		return 0;
	*to = (struct sid){.authority = p[7], .n = p[1]};
	memcpy(to->sub, p + 8, 4u * p[1]);
	return 8u + 4u * p[1];
}

static size_t sid_write(BYTE *p, const struct sid *s)
{
	memcpy(p, (BYTE[]){SID_REVISION, s->n, 0, 0, 0, 0, 0, s->authority}, 8);
	memcpy(p + 8, s->sub, 4u * s->n);
	return 8u + 4u * s->n;
}

static void sid_text(const struct sid *s, char *to, size_t size)
{
	for (size_t i = 0; i < countof(well_known); i++)
		if (sid_same(s, &well_known[i].sid)) {
			snprintf(to, size, "%s", well_known[i].word);
			return;
		}
	bool unix_one = s->authority == 22 && s->n == 2;
	const struct passwd *pw = unix_one && s->sub[0] == 1 ? getpwuid(s->sub[1]) : NULL;
	const struct group *gr = unix_one && s->sub[0] == 2 ? getgrgid(s->sub[1]) : NULL;
	if (pw || gr) {
		snprintf(to, size, "%s:%s", pw ? "user" : "group", pw ? pw->pw_name : gr->gr_name);
		return;
	}
	int len = snprintf(to, size, "S-1-%u", s->authority);
	for (int i = 0; i < s->n && (size_t)len < size; i++)
		len += snprintf(to + len, size - (size_t)len, "-%u", s->sub[i]);
}

static struct sid sid_of(const char *text)
{
	for (size_t i = 0; i < countof(well_known); i++)
		if (!strcmp(text, well_known[i].word))
			return well_known[i].sid;
	if (!strcmp(text, "user:root"))
		return (struct sid){5, 1, {18}};
	bool user = !strncmp(text, "user:", 5);
	const char *name = strchr(text, ':') ? strchr(text, ':') + 1 : "";
	const struct passwd *pw = user ? getpwnam(name) : NULL;
	const struct group *gr = !strncmp(text, "group:", 6) ? getgrnam(name) : NULL;
	if (!pw && !gr)
		die_text("'%s' is nobody here; write user:NAME, group:NAME, everyone or administrators",
			 text);
	return (struct sid){22, 2, {pw ? 1 : 2, pw ? pw->pw_uid : gr->gr_gid}};
}

/* ---- access lists ---- */

struct entry {
	struct sid sid;
	BYTE type, flags;
	DWORD mask;
};
typedef VEC(struct entry) entry_vec;

static DWORD mask_of(const char *list)
{
	DWORD mask = 0;
	while (*list) {
		size_t len = strcspn(list, ","), i = 0;
		for (; i < countof(rights); i++)
			if (strlen(rights[i].word) == len && !memcmp(rights[i].word, list, len))
				break;
		if (len == 3 && !memcmp(list, "all", 3))
			for (size_t j = 0; j < countof(rights); j++)
				mask |= rights[j].mask;
		else if (i < countof(rights))
			mask |= rights[i].mask;
		else
			usage(&cmd_access_grant,
			      "no right '%.*s'; there are use, modify, control, see-access, set-access, "
			      "set-owner, delete, all",
			      (int)len, list);
		list += len + (list[len] == ',');
	}
	return mask;
}

static void mask_text(DWORD mask, struct str *to)
{
	for (size_t i = 0; i < countof(rights); i++)
		if (mask & rights[i].mask) {
			str_printf(to, "%s%s", to->n ? "," : "", rights[i].word);
			mask &= ~rights[i].mask;
		}
	if (mask)
		str_printf(to, "%s0x%x", to->n ? "," : "", mask);
}

/* The descriptor's bytes, malloc'ed. */
static BYTE *descriptor_of(const char *name, GUID *id, DWORD *type, DWORD *size)
{
	const SECURITY_INFORMATION parts =
		OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
	static const DWORD first[] = {NTMS_LIBRARY, NTMS_MEDIA_POOL, NTMS_COMPUTER};
	BYTE *p = NULL;
	*id = resolve_any(name, first, countof(first));
	*type = object(id)->info.dwType;
	*size = 1024;
	DWORD code = ERROR_INSUFFICIENT_BUFFER;
	for (int tries = 0; code == ERROR_INSUFFICIENT_BUFFER && tries < 8; tries++) {
		DWORD room = *size;
		p = realloc(p, room);
		if (!p)
			abort();
		code = GetNtmsObjectSecurity(session(), id, *type, parts, p, room, size);
	}
	if (code)
		die(code, "%s", name);
	return p;
}

static void read_list(const BYTE *sd, DWORD size, entry_vec *to)
{
	SECURITY_DESCRIPTOR_RELATIVE head;
	ACL acl;
	if (size < sizeof head)
		return;
	memcpy(&head, sd, sizeof head);
	if (!head.Dacl || head.Dacl > size || size - head.Dacl < sizeof acl)
		return;
	memcpy(&acl, sd + head.Dacl, sizeof acl);
	const BYTE *p = sd + head.Dacl + sizeof acl, *end = sd + size;
	for (int i = 0; i < acl.AceCount && end - p >= (ptrdiff_t)sizeof(ACE_HEADER); i++) {
		ACE_HEADER ace;
		struct entry e = {0};
		memcpy(&ace, p, sizeof ace);
		if (ace.AceSize < 8 || ace.AceSize > end - p)
			return;
		memcpy(&e.mask, p + 4, 4);
		e.type = ace.AceType, e.flags = ace.AceFlags;
		if (sid_read(p + 8, ace.AceSize - 8u, &e.sid))
			*vec_add(to) = e;
		p += ace.AceSize;
	}
}

static void write_list(const char *name, GUID *id, DWORD type, const entry_vec *list)
{
	size_t at = sizeof(SECURITY_DESCRIPTOR_RELATIVE), start = at;
	auto_free BYTE *sd = calloc(1, at + sizeof(ACL) + list->n * (8 + 8 + 4 * SID_MAX_SUB_AUTHORITIES));
	if (!sd)
		abort();
	at += sizeof(ACL);
	vec_each(e, list) {
		size_t len = 8 + sid_write(sd + at + 8, &e->sid);
		memcpy(sd + at, &(ACE_HEADER){e->type, e->flags, (WORD)len}, sizeof(ACE_HEADER));
		memcpy(sd + at + 4, &e->mask, 4);
		at += len;
	}
	memcpy(sd + start, &(ACL){ACL_REVISION, 0, (WORD)(at - start), (WORD)list->n, 0}, sizeof(ACL));
	memcpy(sd,
	       &(SECURITY_DESCRIPTOR_RELATIVE){.Revision = SECURITY_DESCRIPTOR_REVISION,
					       .Dacl = (DWORD)start,
					       .Control = SE_DACL_PRESENT | SE_SELF_RELATIVE},
	       sizeof(SECURITY_DESCRIPTOR_RELATIVE));
	DWORD code = SetNtmsObjectSecurity(session(), id, type, DACL_SECURITY_INFORMATION, sd);
	if (code)
		die(code, "%s", name);
}

/* ---- the commands ---- */

static int show(int n, char **operands)
{
	GUID id;
	DWORD type, size, at;
	entry_vec list = {0};
	struct sid owner;
	char who[100];
	auto_free BYTE *sd = descriptor_of(operands[0], &id, &type, &size);
	memcpy(&at, sd + offsetof(SECURITY_DESCRIPTOR_RELATIVE, Owner), sizeof at);
	if (at && at < size && sid_read(sd + at, size - at, &owner)) {
		sid_text(&owner, who, sizeof who);
		printf("owner  %s\n", who);
	}
	read_list(sd, size, &list);
	vec_each(e, &list) {
		auto_str what = {0};
		sid_text(&e->sid, who, sizeof who);
		mask_text(e->mask, &what);
		printf("%-6s %-20s %s\n", e->type == ACCESS_DENIED_ACE_TYPE ? "deny" : "allow", who,
		       what.s ? what.s : "nothing");
	}
	vec_free(&list);
	return EXIT_OK;
}

static int change(char **operands, DWORD grant, bool revoke)
{
	GUID id;
	DWORD type, size;
	entry_vec list = {0}, to = {0};
	struct sid who = sid_of(operands[1]);
	auto_free BYTE *sd = descriptor_of(operands[0], &id, &type, &size);
	read_list(sd, size, &list);
	vec_each(e, &list)
		if (!sid_same(&e->sid, &who) || (!revoke && e->type != ACCESS_ALLOWED_ACE_TYPE))
			*vec_add(&to) = *e;
		else if (!revoke)
			grant |= e->mask;
	if (revoke && to.n == list.n)
		die_text("%s has no entry for %s", operands[0], operands[1]);
	if (!revoke)
		*vec_add(&to) = (struct entry){who, ACCESS_ALLOWED_ACE_TYPE, 0, grant};
	write_list(operands[0], &id, type, &to);
	vec_free(&list);
	vec_free(&to);
	return EXIT_OK;
}

static int do_grant(int n, char **operands) { return change(operands, mask_of(operands[2]), false); }
static int do_revoke(int n, char **operands) { return change(operands, 0, true); }

#define WHO "WHO: user:NAME, group:NAME, everyone, administrators."
const struct command cmd_access_show = {
	.name = "access show",
	.operands = "OBJECT",
	.min = 1,
	.max = 1,
	.run = show,
	.summary = "Show who may do what with a library, a media pool or the server",
	.help = "Other objects have no list of their own: media obey their pool, drives and slots their "
		"library.",
};
const struct command cmd_access_grant = {
	.name = "access grant",
	.operands = "OBJECT WHO RIGHTS",
	.min = 3,
	.max = 3,
	.run = do_grant,
	.summary = "Give rights",
	.help = WHO
	" RIGHTS: use (mount, read), modify (configure), control\n"
	"(allocate, move, eject), see-access, set-access, set-owner, delete, or all; with commas between.",
};
const struct command cmd_access_revoke = {
	.name = "access revoke",
	.operands = "OBJECT WHO",
	.min = 2,
	.max = 2,
	.run = do_revoke,
	.summary = "Take all rights away",
	.help = WHO,
};
