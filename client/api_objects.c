/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Objects of any type: list, read, write, secure, enable. */
#include "client/api.h"
#include "client/descriptor.h"
#include "client/list.h"
#include "client/object.h"

DWORD WINAPI EnumerateNtmsObject(HANDLE hSession, const LPNTMS_GUID lpContainerId, LPNTMS_GUID lpList,
				 LPDWORD lpdwListSize, DWORD dwType, DWORD dwOptions)
{
	struct EnumerateNtmsObject_in in = {.type = dwType, .options = dwOptions};
	auto_answer a = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpdwListSize);
	if (*lpdwListSize)
		NEEDS(lpList);
	if (lpContainerId)
		in.container = guid_in(lpContainerId);
	in.limit = *lpdwListSize;
	in.countOnly = !*lpdwListSize;
	rc = call_answer(s, CALL_EnumerateNtmsObject, &in, &a);
	return rc ? rc : list_out(&a.json, lpList, lpdwListSize);
}

static DWORD get_information(enum text_form form, HANDLE hSession, LPNTMS_GUID lpObjectId, void *lpInfo)
{
	struct GetNtmsObjectInformation_in in;
	const NTMS_OBJECTINFORMATIONA *head = lpInfo; /* dwSize and dwType are first in both forms */
	auto_answer a = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpObjectId);
	NEEDS(lpInfo);
	if (!object_size_valid(form, lpInfo, head->dwType))
		return fail(ERROR_INVALID_PARAMETER, "dwSize %u is not the size of an object of type %u",
			    head->dwSize, head->dwType);
	in.object = guid_in(lpObjectId);
	in.type = head->dwType;
	rc = call_answer(s, CALL_GetNtmsObjectInformation, &in, &a);
	return rc ? rc : object_read(form, lpInfo, &a.json, doc_get(&a.json, 0, "info"));
}

DWORD WINAPI GetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONA lpInfo)
{
	return get_information(TEXT_A, hSession, lpObjectId, lpInfo);
}

DWORD WINAPI GetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONW lpInfo)
{
	return get_information(TEXT_W, hSession, lpObjectId, lpInfo);
}

static DWORD set_information(enum text_form form, HANDLE hSession, LPNTMS_GUID lpObjectId, const void *lpInfo)
{
	struct SetNtmsObjectInformation_in in = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpObjectId);
	NEEDS(lpInfo);
	rc = object_write(form, lpInfo, &in.info);
	if (rc)
		return rc;
	in.object = guid_in(lpObjectId);
	in.type = ((const NTMS_OBJECTINFORMATIONA *)lpInfo)->dwType;
	rc = call(s, CALL_SetNtmsObjectInformation, &in, NULL);
	wire_object_clear(&in.info);
	return rc;
}

DWORD WINAPI SetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONA lpInfo)
{
	return set_information(TEXT_A, hSession, lpObjectId, lpInfo);
}

DWORD WINAPI SetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONW lpInfo)
{
	return set_information(TEXT_W, hSession, lpObjectId, lpInfo);
}

DWORD WINAPI GetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				   SECURITY_INFORMATION RequestedInformation,
				   PSECURITY_DESCRIPTOR lpSecurityDescriptor, DWORD nLength,
				   LPDWORD lpnLengthNeeded)
{
	struct GetNtmsObjectSecurity_in in = {.type = dwType, .parts = RequestedInformation};
	struct GetNtmsObjectSecurity_out out = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpObjectId);
	if (nLength)
		NEEDS(lpSecurityDescriptor);
	NEEDS(lpnLengthNeeded);
	in.object = guid_in(lpObjectId);
	rc = call(s, CALL_GetNtmsObjectSecurity, &in, &out);
	auto_free uint8_t *bytes = out.descriptor.p;
	if (rc)
		return rc;
	*lpnLengthNeeded = (DWORD)out.descriptor.n;
	if (out.descriptor.n > nLength)
		return fail(ERROR_INSUFFICIENT_BUFFER, "the descriptor takes %zu bytes", out.descriptor.n);
	if (bytes)
		memcpy(lpSecurityDescriptor, bytes, out.descriptor.n);
	return ERROR_SUCCESS;
}

DWORD WINAPI SetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				   SECURITY_INFORMATION SecurityInformation,
				   PSECURITY_DESCRIPTOR lpSecurityDescriptor)
{
	struct SetNtmsObjectSecurity_in in = {.type = dwType, .parts = SecurityInformation};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpObjectId);
	NEEDS(lpSecurityDescriptor);
	in.object = guid_in(lpObjectId);
	rc = descriptor_pack(lpSecurityDescriptor, &in.descriptor);
	if (!rc)
		rc = call(s, CALL_SetNtmsObjectSecurity, &in, NULL);
	wire_clear(wire_calls[CALL_SetNtmsObjectSecurity].in, &in);
	return rc;
}

DWORD WINAPI EnableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId)
{
	struct EnableNtmsObject_in in = {.type = dwType};

	CALL_ABOUT(EnableNtmsObject, hSession, in.object, lpObjectId);
}

DWORD WINAPI DisableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId)
{
	struct DisableNtmsObject_in in = {.type = dwType};

	CALL_ABOUT(DisableNtmsObject, hSession, in.object, lpObjectId);
}
