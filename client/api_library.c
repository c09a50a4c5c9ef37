/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Libraries and their operators: insert, eject, inventory, operator requests. */
#include "client/api.h"

DWORD WINAPI InjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpLibraryId, LPNTMS_GUID lpInjectOperation,
			     DWORD dwAction)
{
	struct InjectNtmsMedia_in in = {.action = dwAction};
	struct InjectNtmsMedia_out out = {0};
	bool starts = dwAction == NTMS_INJECT_START || dwAction == NTMS_INJECT_STARTMANY;
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpLibraryId);
	NEEDS(lpInjectOperation);
	in.library = guid_in(lpLibraryId);
	if (!starts)
		in.operation = guid_in(lpInjectOperation);
	rc = call(s, CALL_InjectNtmsMedia, &in, &out);
	if (!rc && starts)
		*lpInjectOperation = guid_out(&out.operation);
	return rc;
}

DWORD WINAPI EjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpEjectOperation,
			    DWORD dwAction)
{
	struct EjectNtmsMedia_in in = {.action = dwAction};
	struct EjectNtmsMedia_out out = {0};
	bool starts = dwAction == NTMS_EJECT_START || dwAction == NTMS_EJECT_FORCE;
	DWORD rc;

	IN_SESSION(hSession);
	if (dwAction != NTMS_EJECT_START) /* there it begins the batch that was collected */
		NEEDS(lpMediaId);
	if (dwAction != NTMS_EJECT_QUEUE)
		NEEDS(lpEjectOperation);
	if (lpMediaId)
		in.medium = guid_in(lpMediaId);
	if (dwAction == NTMS_EJECT_STOP)
		in.operation = guid_in(lpEjectOperation);
	rc = call(s, CALL_EjectNtmsMedia, &in, &out);
	if (!rc && starts)
		*lpEjectOperation = guid_out(&out.operation);
	return rc;
}

DWORD WINAPI InventoryNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction)
{
	struct InventoryNtmsLibrary_in in = {.action = dwAction};

	CALL_ABOUT(InventoryNtmsLibrary, hSession, in.library, lpLibraryId);
}

DWORD WINAPI SatisfyNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId)
{
	struct SatisfyNtmsOperatorRequest_in in;

	CALL_ABOUT(SatisfyNtmsOperatorRequest, hSession, in.request, lpRequestId);
}

DWORD WINAPI CancelNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId)
{
	struct CancelNtmsOperatorRequest_in in;

	CALL_ABOUT(CancelNtmsOperatorRequest, hSession, in.request, lpRequestId);
}

DWORD WINAPI WaitForNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwTimeout)
{
	struct WaitForNtmsOperatorRequest_in in = {.call = guid_new(), .timeout = dwTimeout};

	CALL_ABOUT(WaitForNtmsOperatorRequest, hSession, in.request, lpRequestId);
}
