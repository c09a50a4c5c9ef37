/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Media pools. */
#include "client/api.h"
#include "client/descriptor.h"

static DWORD create(struct session *s, struct CreateNtmsMediaPool_in *in, LPSECURITY_ATTRIBUTES attributes,
		    LPNTMS_GUID lpPoolId)
{
	struct CreateNtmsMediaPool_out out = {0};
	DWORD rc = ERROR_SUCCESS;

	if (attributes && attributes->nLength < sizeof *attributes)
		return fail(ERROR_INVALID_PARAMETER, "lpSecurityAttributes: nLength is %u",
			    attributes->nLength);
	if (attributes && attributes->lpSecurityDescriptor)
		rc = descriptor_pack(attributes->lpSecurityDescriptor, &in->descriptor);
	if (!rc)
		rc = call(s, CALL_CreateNtmsMediaPool, in, &out);
	if (!rc)
		*lpPoolId = guid_out(&out.pool);
	return rc;
}

static DWORD create_pool(enum text_form form, HANDLE hSession, const void *lpPoolName,
			 LPNTMS_GUID lpMediaType, DWORD dwAction, LPSECURITY_ATTRIBUTES lpSecurityAttributes,
			 LPNTMS_GUID lpPoolId)
{
	struct CreateNtmsMediaPool_in in = {.action = dwAction};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpPoolName);
	NEEDS(lpPoolId);
	if (lpMediaType)
		in.mediaType = guid_in(lpMediaType);
	rc = text_in(form, lpPoolName, TEXT_UNLIMITED, &in.name);
	if (rc == ERROR_INVALID_PARAMETER)
		rc = ERROR_INVALID_NAME;
	if (!rc)
		rc = create(s, &in, lpSecurityAttributes, lpPoolId);
	wire_clear(wire_calls[CALL_CreateNtmsMediaPool].in, &in);
	return rc;
}

DWORD WINAPI CreateNtmsMediaPoolA(HANDLE hSession, LPCSTR lpPoolName, LPNTMS_GUID lpMediaType, DWORD dwAction,
				  LPSECURITY_ATTRIBUTES lpSecurityAttributes, LPNTMS_GUID lpPoolId)
{
	return create_pool(TEXT_A, hSession, lpPoolName, lpMediaType, dwAction, lpSecurityAttributes,
			   lpPoolId);
}

DWORD WINAPI CreateNtmsMediaPoolW(HANDLE hSession, LPCWSTR lpPoolName, LPNTMS_GUID lpMediaType,
				  DWORD dwAction, LPSECURITY_ATTRIBUTES lpSecurityAttributes,
				  LPNTMS_GUID lpPoolId)
{
	return create_pool(TEXT_W, hSession, lpPoolName, lpMediaType, dwAction, lpSecurityAttributes,
			   lpPoolId);
}

static DWORD pool_name(enum text_form form, HANDLE hSession, LPNTMS_GUID lpPoolId, void *lpNameBuf,
		       LPDWORD lpdwBufSize)
{
	struct GetNtmsMediaPoolName_in in;
	struct GetNtmsMediaPoolName_out out = {0};
	size_t room, needed;
	DWORD rc;

	IN_SESSION(hSession);
	if (!lpPoolId)
		return fail(ERROR_INVALID_MEDIA_POOL, "lpPoolId is NULL");
	NEEDS(lpNameBuf);
	NEEDS(lpdwBufSize);
	in.pool = guid_in(lpPoolId);
	rc = call(s, CALL_GetNtmsMediaPoolName, &in, &out);
	auto_free char *name = out.name;
	if (rc)
		return rc;
	room = *lpdwBufSize;
	needed = text_units(form, name ? name : "");
	*lpdwBufSize = (DWORD)needed;
	if (needed > room)
		return fail(ERROR_INSUFFICIENT_BUFFER, "the name takes %zu characters", needed);
	text_out(form, name ? name : "", lpNameBuf, room);
	return ERROR_SUCCESS;
}

DWORD WINAPI GetNtmsMediaPoolNameA(HANDLE hSession, LPNTMS_GUID lpPoolId, LPSTR lpNameBuf,
				   LPDWORD lpdwBufSize)
{
	return pool_name(TEXT_A, hSession, lpPoolId, lpNameBuf, lpdwBufSize);
}

DWORD WINAPI GetNtmsMediaPoolNameW(HANDLE hSession, LPNTMS_GUID lpPoolId, LPWSTR lpNameBuf,
				   LPDWORD lpdwBufSize)
{
	return pool_name(TEXT_W, hSession, lpPoolId, lpNameBuf, lpdwBufSize);
}

DWORD WINAPI DeleteNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpPoolId)
{
	struct DeleteNtmsMediaPool_in in;

	CALL_ABOUT(DeleteNtmsMediaPool, hSession, in.pool, lpPoolId);
}
