/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Media: allocate, mount, label, and give back. */
#include "client/api.h"
#include "client/list.h"

#define MOUNT_MAX 4096 /* media in one call: what a million bytes of request hold, with room */

DWORD WINAPI AllocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaPool, LPNTMS_GUID lpPartition,
			       LPNTMS_GUID lpMediaId, DWORD dwOptions, DWORD dwTimeout,
			       LPNTMS_ALLOCATION_INFORMATION lpAllocateInformation)
{
	struct AllocateNtmsMedia_in in = {.call = guid_new(), .options = dwOptions, .timeout = dwTimeout};
	struct AllocateNtmsMedia_out out = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpMediaPool);
	NEEDS(lpMediaId);
	if (lpAllocateInformation && (lpAllocateInformation->dwSize != sizeof *lpAllocateInformation ||
				      lpAllocateInformation->lpReserved))
		return fail(ERROR_INVALID_PARAMETER,
			    "lpAllocateInformation: dwSize isn't %zu or lpReserved isn't NULL",
			    sizeof *lpAllocateInformation);
	in.pool = guid_in(lpMediaPool);
	if (lpPartition)
		in.side = guid_in(lpPartition);
	if (dwOptions & NTMS_ALLOCATE_NEXT)
		in.medium = guid_in(lpMediaId);
	rc = call(s, CALL_AllocateNtmsMedia, &in, &out);
	if (!rc || !(dwOptions & NTMS_ALLOCATE_NEXT))
		*lpMediaId = guid_out(&out.medium); /* null after a failure */
	if (!rc && lpAllocateInformation)
		lpAllocateInformation->AllocatedFrom = guid_out(&out.allocatedFrom);
	return rc;
}

static DWORD mount(struct session *s, struct MountNtmsMedia_in *in, LPNTMS_GUID lpMediaId,
		   LPNTMS_GUID lpDriveId, DWORD dwCount)
{
	struct MountNtmsMedia_out out = {0};
	DWORD rc = list_in(lpMediaId, dwCount, MOUNT_MAX, &in->media);

	if (!rc && in->options & NTMS_MOUNT_SPECIFIC_DRIVE)
		rc = list_in(lpDriveId, dwCount, MOUNT_MAX, &in->drives);
	if (!rc)
		rc = call(s, CALL_MountNtmsMedia, in, &out);
	for (DWORD i = 0; !rc && i < dwCount && i < out.drives.n; i++)
		lpDriveId[i] = guid_out(&out.drives.v[i]);
	wire_clear(wire_calls[CALL_MountNtmsMedia].in, in);
	wire_clear(wire_calls[CALL_MountNtmsMedia].out, &out);
	return rc;
}

DWORD WINAPI MountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpDriveId, DWORD dwCount,
			    DWORD dwOptions, int dwPriority, DWORD dwTimeout,
			    LPNTMS_MOUNT_INFORMATION lpMountInformation)
{
	struct MountNtmsMedia_in in = {
		.call = guid_new(), .options = dwOptions, .priority = dwPriority, .timeout = dwTimeout};

	IN_SESSION(hSession);
	NEEDS(lpMediaId);
	NEEDS(lpDriveId);
	if (lpMountInformation &&
	    (lpMountInformation->dwSize != sizeof *lpMountInformation || lpMountInformation->lpReserved))
		return fail(ERROR_INVALID_PARAMETER, "lpMountInformation is reserved: pass NULL");
	return mount(s, &in, lpMediaId, lpDriveId, dwCount);
}

DWORD WINAPI DismountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwCount, DWORD dwOptions)
{
	struct DismountNtmsMedia_in in = {.options = dwOptions};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpMediaId);
	rc = list_in(lpMediaId, dwCount, MOUNT_MAX, &in.media);
	if (!rc)
		rc = call(s, CALL_DismountNtmsMedia, &in, NULL);
	wire_clear(wire_calls[CALL_DismountNtmsMedia].in, &in);
	return rc;
}

DWORD WINAPI DeallocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwOptions)
{
	struct DeallocateNtmsMedia_in in = {.options = dwOptions};

	CALL_ABOUT(DeallocateNtmsMedia, hSession, in.medium, lpMediaId);
}

DWORD WINAPI SetNtmsMediaComplete(HANDLE hSession, LPNTMS_GUID lpMediaId)
{
	struct SetNtmsMediaComplete_in in;

	CALL_ABOUT(SetNtmsMediaComplete, hSession, in.medium, lpMediaId);
}

DWORD WINAPI MoveToNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId)
{
	struct MoveToNtmsMediaPool_in in;

	IN_SESSION(hSession);
	NEEDS(lpMediaId);
	NEEDS(lpPoolId);
	in.medium = guid_in(lpMediaId);
	in.pool = guid_in(lpPoolId);
	return call(s, CALL_MoveToNtmsMediaPool, &in, NULL);
}

DWORD WINAPI UpdateNtmsOmidInfo(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD labelType, DWORD numberOfBytes,
				LPVOID lpBuffer)
{
	struct UpdateNtmsOmidInfo_in in = {.labelType = labelType, .label = {lpBuffer, numberOfBytes}};

	IN_SESSION(hSession);
	NEEDS(lpMediaId);
	NEEDS(lpBuffer);
	if (!numberOfBytes || numberOfBytes > 512 * 1024)
		return fail(ERROR_INVALID_PARAMETER, "numberOfBytes %u isn't from 1 to 524288",
			    numberOfBytes);
	in.medium = guid_in(lpMediaId);
	return call(s, CALL_UpdateNtmsOmidInfo, &in, NULL);
}
