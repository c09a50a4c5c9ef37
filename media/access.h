/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who may do what: SIDs, tokens, self-relative security descriptors as Windows lays them out, and the check
 * of one against the other. Bytes only; whose descriptor decides about which object is in security.c. */
#ifndef MEDIA_ACCESS_H
#define MEDIA_ACCESS_H

#include "base/err.h"
#include "media/calls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- SIDs: revision 1, count, six bytes of authority, count little-endian words ---- */

#define SID_SIZE_MAX 68
#define SID_TEXT_MAX 184

extern const uint8_t sid_everyone[12], sid_system[12],
	sid_administrators[16]; /* S-1-1-0, S-1-5-18, S-1-5-32-544 */

size_t sid_size(const uint8_t *p, size_t room); /* 0: no SID fits there */
bool sid_equal(const uint8_t *a, const uint8_t *b);
const char *sid_text(const uint8_t *sid, char buf[SID_TEXT_MAX]);

/* ---- tokens: the caller's SIDs, one after the other, its own first ---- */

struct token {
	size_t n; /* bytes */
	uint8_t sids[];
};

bool token_has(const struct token *, const uint8_t *sid);
bool token_is_administrator(const struct token *);
/* A token kept in a row comes back; NULL when the bytes are none. */
struct token *token_from(const void *bytes, size_t n);

/* ---- descriptors ---- */

#define NTMS_ALL_ACCESS                                                                                      \
	(NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | NTMS_CONTROL_ACCESS | STANDARD_RIGHTS_REQUIRED)
#define DESCRIPTOR_MAX 32768 /* largest one accepted */

/* Its parts, pointing into the bytes it was parsed from. NULL: absent. */
struct descriptor {
	uint16_t control;
	const uint8_t *owner, *group, *sacl, *dacl;
};

/* Checks every length before it is used. ERROR_INVALID_PARAMETER, naming what is wrong. */
int descriptor_parse(const uint8_t *, size_t n, struct descriptor *, struct err *);
struct wire_blob descriptor_build(const struct descriptor *); /* self-relative, owned */

/* Those of the wanted rights that the token gets. No DACL: all; the owner and administrators always get
 * READ_CONTROL and WRITE_DAC, administrators WRITE_OWNER too, so that nobody can lock everybody out. */
uint32_t descriptor_grants(const struct descriptor *, const struct token *, uint32_t wanted);

/* Building a DACL. Generic rights are mapped to NTMS's. */
struct acl {
	uint8_t *p;
	size_t n;
};
void acl_add(struct acl *, uint8_t ace_type, uint8_t flags, uint32_t mask, const uint8_t *sid);
bool acl_append(struct acl *, const uint8_t *acl,
		uint8_t flags); /* all ACEs of another one, with flags added; false: too many */
void acl_free(struct acl *);
size_t acl_size(const uint8_t *acl);
uint32_t rights_map(uint32_t mask); /* GENERIC_READ ... -> NTMS rights */
void acl_map(uint8_t *acl);	    /* the same, in each ACE that isn't only there to be inherited */

#endif
