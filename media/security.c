/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whose security descriptor decides about an object, what descriptors objects begin with, and the calls that
 * read and set them. Pools, libraries and the computer carry descriptors; everything else is governed by one
 * of them. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>
#include <stdlib.h>

/* The descriptor in force for a row; its bytes are owned by *bytes. None: one that grants nothing but to
 * administrators. */
static int descriptor_load(struct txn *t, int64_t owner, struct wire_blob *bytes, struct descriptor *d,
			   struct err *e)
{
	static const uint8_t nobody[] = {ACL_REVISION, 0, sizeof(ACL), 0, 0, 0, 0, 0};
	int rc = sql_get(t, e, "SELECT descriptor FROM security WHERE object=?", "i", owner, "b", &bytes->p,
			 &bytes->n);

	*d = (struct descriptor){.control = SE_DACL_PRESENT, .dacl = nobody, .owner = sid_administrators};
	if (rc == SQL_NONE)
		return 0;
	if (rc)
		return rc;
	if (descriptor_parse(bytes->p, bytes->n, d, e)) {
		err_in(e, "the store's security descriptor of %s is damaged", object_label(t, owner).s);
		return (int)(e->code = ERROR_DATABASE_FAILURE);
	}
	return 0;
}

static const char *right_names(uint32_t rights, char buf[160])
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{NTMS_USE_ACCESS, "NTMS_USE_ACCESS"},
		{NTMS_MODIFY_ACCESS, "NTMS_MODIFY_ACCESS"},
		{NTMS_CONTROL_ACCESS, "NTMS_CONTROL_ACCESS"},
		{READ_CONTROL, "READ_CONTROL"},
		{WRITE_DAC, "WRITE_DAC"},
		{WRITE_OWNER, "WRITE_OWNER"},
	};
	int n = 0;

	buf[0] = 0;
	for (size_t i = 0; i < countof(names); i++)
		if (rights & names[i].bit)
			n += snprintf(buf + n, 160 - (size_t)n, "%s%s", n ? " and " : "", names[i].name);
	return buf;
}

int access_require(struct txn *t, const struct token *k, int64_t owner, uint32_t rights, struct err *e)
{
	auto_free uint8_t *bytes = NULL;
	struct wire_blob blob = {0};
	struct descriptor d;
	char names[160], sid[SID_TEXT_MAX];
	int rc = descriptor_load(t, owner, &blob, &d, e);
	uint32_t missing;

	bytes = blob.p;
	if (rc)
		return rc;
	missing = rights & ~descriptor_grants(&d, k, rights);
	if (!missing)
		return 0;
	return err_set(e, ERROR_ACCESS_DENIED,
		       "%s lacks %s on %s: its owner or an administrator can grant it",
		       sid_text(k->sids, sid), right_names(missing, names), object_label(t, owner).s);
}

int access_pool_control(struct txn *t, const struct token *k, const struct pool *p, struct err *e)
{
	return access_require(t, k, p->id,
			      p->type == NTMS_POOLTYPE_SCRATCH ? NTMS_USE_ACCESS : NTMS_CONTROL_ACCESS, e);
}

int object_owner(struct txn *t, int64_t id, uint32_t type, int64_t *owner, struct err *e)
{
#define IN_LIBRARY(type, table)                                                                              \
	case type:                                                                                           \
		rc = sql_get(t, e, "SELECT library FROM " table " WHERE id=?", "i", id, "i", owner);         \
		break;
#define IN_POOL(type, table)                                                                                 \
	case type:                                                                                           \
		rc = sql_get(t, e, "SELECT pool FROM " table " WHERE id=?", "i", id, "i", owner);            \
		break;
	int rc = 0;

	switch (type) {
	case NTMS_LIBRARY:
	case NTMS_MEDIA_POOL:
		*owner = id;
		break;
		IN_LIBRARY(NTMS_CHANGER, "changer")
		IN_LIBRARY(NTMS_DRIVE, "drive")
		IN_LIBRARY(NTMS_IEDOOR, "iedoor")
		IN_LIBRARY(NTMS_IEPORT, "ieport")
		IN_LIBRARY(NTMS_LIBREQUEST, "librequest")
		IN_LIBRARY(NTMS_STORAGESLOT, "slot")
		IN_POOL(NTMS_LOGICAL_MEDIA, "logical_media")
		IN_POOL(NTMS_PARTITION, "side")
		IN_POOL(NTMS_PHYSICAL_MEDIA, "physical_media")
	default:
		*owner = ROW_COMPUTER;
	}
	return rc == SQL_NONE ? err_set(e, ERROR_DATABASE_FAILURE, "%s has no row", object_label(t, id).s)
			      : rc;
}

/* ---- what objects begin with ---- */

static int store_descriptor(struct txn *t, int64_t id, const struct descriptor *d, struct err *e)
{
	struct wire_blob b = descriptor_build(d);
	auto_free uint8_t *bytes = b.p;

	return sql_do(t, e,
		      "INSERT INTO security(object, descriptor) "
		      "VALUES(?1,?2) ON CONFLICT(object) DO UPDATE SET descriptor=?2",
		      "ib", id, bytes, b.n);
}

int security_initial(struct txn *t, int64_t id, uint32_t everyone, struct err *e)
{
	struct acl acl = {0};
	int rc;

	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, NTMS_ALL_ACCESS, sid_administrators);
	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, NTMS_ALL_ACCESS, sid_system);
	if (everyone)
		acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, everyone, sid_everyone);
	rc = store_descriptor(t, id,
			      &(struct descriptor){.control = SE_DACL_PRESENT,
						   .owner = sid_administrators,
						   .group = sid_administrators,
						   .dacl = acl.p},
			      e);
	acl_free(&acl);
	return rc;
}

/* The creator and the local system get everything, and so do administrators; below another application pool
 * its entries follow. */
int security_inherit(struct txn *t, int64_t pool, int64_t parent, const struct token *creator, struct err *e)
{
	auto_free uint8_t *bytes = NULL;
	struct wire_blob blob = {0};
	struct descriptor above = {0};
	struct acl acl = {0};
	int rc = 0;

	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, NTMS_ALL_ACCESS, creator->sids);
	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, NTMS_ALL_ACCESS, sid_system);
	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, NTMS_ALL_ACCESS, sid_administrators);
	if (parent != ROW_APPLICATION) {
		rc = descriptor_load(t, parent, &blob, &above, e);
		bytes = blob.p;
		if (!rc && above.dacl && !acl_append(&acl, above.dacl, INHERITED_ACE))
			rc = err_set(e, ERROR_INVALID_PARAMETER,
				     "the access list of %s is too long to be inherited",
				     object_label(t, parent).s);
	}
	if (!rc)
		rc = store_descriptor(t, pool,
				      &(struct descriptor){.control = SE_DACL_PRESENT,
							   .owner = creator->sids,
							   .dacl = acl.p},
				      e);
	acl_free(&acl);
	return rc;
}

int security_explicit(struct txn *t, int64_t pool, int64_t parent, const struct wire_blob *given,
		      const struct token *creator, struct err *e)
{
	struct wire_blob copy = {.p = malloc(given->n + 1), .n = given->n};
	auto_free uint8_t *bytes = copy.p;
	struct descriptor d;

	if (!bytes)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for a security descriptor");
	memcpy(bytes, given->p, given->n);
	TRY(descriptor_parse(bytes, copy.n, &d, e));
	if (d.sacl && !token_is_administrator(creator))
		return err_set(e, ERROR_ACCESS_DENIED, "only administrators set a SACL");
	if (!(d.control & SE_DACL_PRESENT))
		return security_inherit(t, pool, parent, creator, e);
	if (d.dacl)
		acl_map(bytes + (d.dacl - bytes));
	if (!d.owner || (!token_is_administrator(creator) && !token_has(creator, d.owner)))
		d.owner = creator->sids;
	return store_descriptor(t, pool, &d, e);
}

/* ---- the calls ---- */

#define ALL_PARTS                                                                                            \
	(OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION |               \
	 SACL_SECURITY_INFORMATION | UNPROTECTED_SACL_SECURITY_INFORMATION |                                 \
	 UNPROTECTED_DACL_SECURITY_INFORMATION | PROTECTED_SACL_SECURITY_INFORMATION |                       \
	 PROTECTED_DACL_SECURITY_INFORMATION)

/* The row that carries the descriptor of in->object, for both calls. */
static int carrier(struct txn *t, const guid *object, uint32_t type, uint32_t parts, int64_t *id,
		   struct err *e)
{
	char text[GUID_TEXT];
	uint32_t found = 0;
	int rc;

	if (guid_is_null(object))
		return err_set(e, ERROR_INVALID_PARAMETER, "no object given");
	if (!parts || (parts & ~ALL_PARTS))
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "security information %08x: owner, group, DACL and SACL are known", parts);
	if (type >= WIRE_TYPES || (type && !wire_types[type].type))
		return err_set(e, ERROR_INVALID_PARAMETER, "%u is no type of object", type);
	rc = object_find(t, object, type, id, &found, e);
	if (rc == SQL_NONE)
		return err_set(e, ERROR_OBJECT_NOT_FOUND, "there is no %s %s", type_name(type),
			       guid_text(object, text));
	if (rc)
		return rc;
	if (found != NTMS_MEDIA_POOL && found != NTMS_LIBRARY && found != NTMS_COMPUTER)
		return err_set(e, ERROR_NO_SECURITY_ON_OBJECT,
			       "%s has no security of its own: media are governed by their pool, devices and "
			       "requests by their "
			       "library, types and operator requests by the computer",
			       object_label(t, *id).s);
	return 0;
}

int do_GetNtmsObjectSecurity(struct txn *t, const struct caller *who,
			     const struct GetNtmsObjectSecurity_in *in, struct GetNtmsObjectSecurity_out *out,
			     struct err *e)
{
	auto_free uint8_t *bytes = NULL;
	struct wire_blob blob = {0};
	struct descriptor d;
	int64_t id;
	int rc;

	TRY(carrier(t, &in->object, in->type, in->parts, &id, e));
	TRY(access_require(t, who->token, id, READ_CONTROL, e));
	if ((in->parts & SACL_SECURITY_INFORMATION) && !token_is_administrator(who->token))
		return err_set(e, ERROR_ACCESS_DENIED, "only administrators read the SACL of %s",
			       object_label(t, id).s);
	rc = descriptor_load(t, id, &blob, &d, e);
	bytes = blob.p;
	if (rc)
		return rc;
	if (!(in->parts & OWNER_SECURITY_INFORMATION))
		d.owner = NULL;
	if (!(in->parts & GROUP_SECURITY_INFORMATION))
		d.group = NULL;
	if (!(in->parts & DACL_SECURITY_INFORMATION))
		d.dacl = NULL, d.control &= (uint16_t) ~(SE_DACL_PRESENT | SE_DACL_PROTECTED);
	if (!(in->parts & SACL_SECURITY_INFORMATION))
		d.sacl = NULL, d.control &= (uint16_t) ~(SE_SACL_PRESENT | SE_SACL_PROTECTED);
	out->descriptor = descriptor_build(&d);
	return 0;
}

/* Rights that the parts to be written ask for; SACL: the privilege, which administrators have. */
static int may_write(struct txn *t, const struct caller *who, int64_t id, uint32_t parts,
		     const struct descriptor *n, struct err *e)
{
	uint32_t need = 0;

	if (parts & (DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION |
		     UNPROTECTED_DACL_SECURITY_INFORMATION))
		need |= WRITE_DAC;
	if (parts & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
		need |= WRITE_OWNER;
	TRY(access_require(t, who->token, id, need, e));
	if (token_is_administrator(who->token))
		return 0;
	if (parts & (SACL_SECURITY_INFORMATION | PROTECTED_SACL_SECURITY_INFORMATION |
		     UNPROTECTED_SACL_SECURITY_INFORMATION))
		return err_set(e, ERROR_ACCESS_DENIED, "only administrators set the SACL of %s",
			       object_label(t, id).s);
	if ((parts & OWNER_SECURITY_INFORMATION) && !token_has(who->token, n->owner))
		return err_set(e, ERROR_ACCESS_DENIED,
			       "only administrators make somebody else the owner of %s",
			       object_label(t, id).s);
	return 0;
}

static void protect(uint16_t *control, uint32_t parts)
{
	static const struct {
		uint32_t set, clear;
		uint16_t bit;
	} bits[] = {
		{PROTECTED_DACL_SECURITY_INFORMATION, UNPROTECTED_DACL_SECURITY_INFORMATION,
		 SE_DACL_PROTECTED},
		{PROTECTED_SACL_SECURITY_INFORMATION, UNPROTECTED_SACL_SECURITY_INFORMATION,
		 SE_SACL_PROTECTED},
	};

	for (size_t i = 0; i < countof(bits); i++) {
		if (parts & bits[i].set)
			*control |= bits[i].bit;
		else if (parts & bits[i].clear)
			*control &= (uint16_t)~bits[i].bit;
	}
}

int do_SetNtmsObjectSecurity(struct txn *t, const struct caller *who,
			     const struct SetNtmsObjectSecurity_in *in, struct SetNtmsObjectSecurity_out *out,
			     struct err *e)
{
	auto_free uint8_t *old_bytes = NULL, *bytes = malloc(in->descriptor.n + 1);
	struct wire_blob blob = {0};
	struct descriptor d, new;
	int64_t id;
	int rc;

	TRY(carrier(t, &in->object, in->type, in->parts, &id, e));
	if (!bytes)
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory for a security descriptor");
	if (in->descriptor.n)
		memcpy(bytes, in->descriptor.p, in->descriptor.n);
	TRY(descriptor_parse(bytes, in->descriptor.n, &new, e));
	if ((in->parts & OWNER_SECURITY_INFORMATION) && !new.owner)
		return err_set(e, ERROR_INVALID_PARAMETER, "the security descriptor names no owner");
	TRY(may_write(t, who, id, in->parts, &new, e));
	rc = descriptor_load(t, id, &blob, &d, e);
	old_bytes = blob.p;
	if (rc)
		return rc;
	if (in->parts & OWNER_SECURITY_INFORMATION)
		d.owner = new.owner;
	if (in->parts & GROUP_SECURITY_INFORMATION)
		d.group = new.group;
	if (in->parts & DACL_SECURITY_INFORMATION) {
		if (new.dacl)
			acl_map(bytes + (new.dacl - bytes));
		d.dacl = new.dacl, d.control |= SE_DACL_PRESENT;
	}
	if (in->parts & SACL_SECURITY_INFORMATION) {
		d.sacl = new.sacl;
		d.control = (uint16_t)(new.sacl ? d.control | SE_SACL_PRESENT : d.control & ~SE_SACL_PRESENT);
	}
	protect(&d.control, in->parts);
	TRY(store_descriptor(t, id, &d, e));
	return object_changed(t, id, e);
}

int media_open_session(struct txn *t, const struct caller *who, struct err *e)
{
	return access_require(t, who->token, ROW_COMPUTER, NTMS_USE_ACCESS, e);
}
