/* SPDX-License-Identifier: GPL-2.0-or-later
 * Objects, shorter to ask for than the API's own way. All of these fail the test when a call fails. */
#ifndef OBJECTS_H
#define OBJECTS_H

#include <ntmsapi.h>
#include <stdbool.h>
#include <stddef.h>

typedef NTMS_OBJECTINFORMATIONA object_info;

object_info info(HANDLE, NTMS_GUID, DWORD type);
void set_info(HANDLE, object_info *); /* SetNtmsObjectInformation */

struct guid_list {
	NTMS_GUID v[400];
	DWORD n;
};
struct guid_list list(HANDLE, NTMS_GUID container, DWORD type);
bool contains(const struct guid_list *, NTMS_GUID);

/* ---- finding ---- */

NTMS_GUID library_named(HANDLE, const char *name);
NTMS_GUID offline_library(HANDLE);
NTMS_GUID computer(HANDLE);
NTMS_GUID root_pool(HANDLE);
/* One of the four at the top. */
NTMS_GUID top_pool(HANDLE, DWORD pool_type);
/* Free, import or unrecognized pool of a media type. */
NTMS_GUID system_pool(HANDLE, DWORD pool_type, NTMS_GUID media_type);
NTMS_GUID media_type_named(HANDLE, const char *name);
bool find_medium(HANDLE, const char *barcode, NTMS_GUID *pmid);
NTMS_GUID medium_named(HANDLE, const char *barcode);
NTMS_GUID side_of(HANDLE, NTMS_GUID pmid, DWORD number);
NTMS_GUID side_of_logical(HANDLE, NTMS_GUID lmid);
NTMS_GUID medium_of_logical(HANDLE, NTMS_GUID lmid);
NTMS_GUID drive_of(HANDLE, NTMS_GUID library, DWORD index);
NTMS_GUID port_of(HANDLE, NTMS_GUID library, DWORD index);

/* ---- states ---- */

DWORD side_state(HANDLE, NTMS_GUID side);
DWORD medium_side_state(HANDLE, NTMS_GUID pmid, DWORD number);
NTMS_GUID pool_of(HANDLE, NTMS_GUID pmid);
NTMS_GUID library_of(HANDLE, NTMS_GUID pmid);
DWORD media_state(HANDLE, NTMS_GUID pmid);
bool is_enabled(HANDLE, NTMS_GUID, DWORD type);
DWORD operational_state(HANDLE, NTMS_GUID, DWORD type);
bool exists(HANDLE, NTMS_GUID, DWORD type);

/* ---- library requests ---- */

DWORD request_state(HANDLE, NTMS_GUID);
bool request_ended(HANDLE, NTMS_GUID); /* PASSED, FAILED, CANCELLED, STOPPED */
/* The newest request of that operation that concerns the medium (null: any); false if there is none. */
bool find_request(HANDLE, NTMS_GUID library, DWORD operation, NTMS_GUID pmid, NTMS_GUID *request);
/* Every library request of the library has ended. */
bool library_idle(HANDLE, NTMS_GUID library);
bool medium_idle(HANDLE, NTMS_GUID pmid);

/* ---- operator requests ---- */

/* An open one of that kind whose Arg1 is the object (null: any); false if there is none. */
bool find_oprequest(HANDLE, DWORD request, NTMS_GUID arg1, NTMS_GUID *id);
DWORD oprequest_state(HANDLE, NTMS_GUID); /* NTMS_OPSTATE_UNKNOWN: it is gone */

/* ---- changing ---- */

void set_pool_policy(HANDLE, NTMS_GUID pool, DWORD allocation, DWORD deallocation, DWORD max_allocates);
void set_max_extend(HANDLE, NTMS_GUID library, WORD seconds);	/* on all its ports */
void set_defer_delay(HANDLE, NTMS_GUID library, DWORD seconds); /* of all its drives */
NTMS_GUID allocate_from(HANDLE, NTMS_GUID pool);		/* without waiting */
NTMS_GUID mount_medium(HANDLE, NTMS_GUID lmid_or_side);		/* the drive */
void dismount_medium(HANDLE, NTMS_GUID lmid_or_side);		/* until it is back in its slot */
void disable_object(HANDLE, DWORD type, NTMS_GUID);		/* until it is */
void enable_object(HANDLE, DWORD type, NTMS_GUID);

#endif
