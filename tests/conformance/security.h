/* SPDX-License-Identifier: GPL-2.0-or-later
 * Security descriptors as Windows lays them out, made and read by hand: what a program ported from Windows
 * does. */
#ifndef SECURITY_H
#define SECURITY_H

#include <ntmsapi.h>
#include <stddef.h>
#include <sys/types.h>

#define FULL_ACCESS (NTMS_GENERIC_ALL | READ_CONTROL | WRITE_DAC | WRITE_OWNER | DELETE)

struct sid {
	BYTE bytes[28];
	DWORD n;
};
struct sid sid_of_user(uid_t);	     /* S-1-22-1-UID */
struct sid sid_of_group(gid_t);	     /* S-1-22-2-GID */
struct sid sid_administrators(void); /* S-1-5-32-544 */
struct sid sid_system(void);	     /* S-1-5-18 */
struct sid sid_everyone(void);	     /* S-1-1-0 */

struct descriptor {
	BYTE bytes[1024];
	DWORD n;
};
struct ace {
	BYTE type; /* ACCESS_ALLOWED_ACE_TYPE, ACCESS_DENIED_ACE_TYPE */
	DWORD mask;
	struct sid sid;
	BYTE flags;
};
/* Self-relative, with that owner and DACL; the primary group is the administrators'. */
struct descriptor descriptor(const struct sid *owner, const struct ace *aces, size_t n);

/* The rights that a descriptor's DACL gives the SID by allowing entries, those with the SID alone. */
DWORD rights_of(const struct descriptor *, const struct sid *);
struct descriptor get_security(HANDLE, NTMS_GUID, DWORD type, SECURITY_INFORMATION);
/* Administrators everything, the user that mask, nobody else anything. */
void grant(HANDLE, NTMS_GUID, DWORD type, uid_t user, DWORD mask);

#endif
