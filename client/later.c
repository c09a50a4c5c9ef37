/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The functions of the API that aren't there yet. They check the session and say so. */
#include "client/api.h"

static DWORD later(const char *name) { return fail(ERROR_CALL_NOT_IMPLEMENTED, "%s isn't there yet", name); }

#define LATER(name, params)                                                                                  \
	DWORD WINAPI name params                                                                             \
	{                                                                                                    \
		IN_SESSION(hSession);                                                                        \
		return later(#name);                                                                         \
	}
/* Those that take no session */
#define LATER_ALONE(name, params)                                                                            \
	DWORD WINAPI name params                                                                             \
	{                                                                                                    \
		fail_clear();                                                                                \
		return later(#name);                                                                         \
	}

/* media */
LATER(SwapNtmsMedia, (HANDLE hSession, LPNTMS_GUID a, LPNTMS_GUID b))
LATER(AddNtmsMediaType, (HANDLE hSession, LPNTMS_GUID type, LPNTMS_GUID library))
LATER(DeleteNtmsMediaType, (HANDLE hSession, LPNTMS_GUID type, LPNTMS_GUID library))
LATER(ChangeNtmsMediaType, (HANDLE hSession, LPNTMS_GUID medium, LPNTMS_GUID pool))
LATER(DecommissionNtmsMedia, (HANDLE hSession, LPNTMS_GUID side))
LATER(DeleteNtmsMedia, (HANDLE hSession, LPNTMS_GUID medium))
LATER(CreateNtmsMediaA,
      (HANDLE hSession, LPNTMS_OBJECTINFORMATIONA medium, LPNTMS_OBJECTINFORMATIONA sides, DWORD options))
LATER(CreateNtmsMediaW,
      (HANDLE hSession, LPNTMS_OBJECTINFORMATIONW medium, LPNTMS_OBJECTINFORMATIONW sides, DWORD options))

/* libraries */
LATER(DeleteNtmsLibrary, (HANDLE hSession, LPNTMS_GUID library))
LATER(DeleteNtmsDrive, (HANDLE hSession, LPNTMS_GUID drive))
LATER(AccessNtmsLibraryDoor, (HANDLE hSession, LPNTMS_GUID library, DWORD action))
LATER(CleanNtmsDrive, (HANDLE hSession, LPNTMS_GUID drive))
LATER(DismountNtmsDrive, (HANDLE hSession, LPNTMS_GUID drive))
LATER(IdentifyNtmsSlot, (HANDLE hSession, LPNTMS_GUID slot, DWORD option))
LATER(CancelNtmsLibraryRequest, (HANDLE hSession, LPNTMS_GUID request))
LATER(GetNtmsRequestOrder, (HANDLE hSession, LPNTMS_GUID request, LPDWORD order))
LATER(SetNtmsRequestOrder, (HANDLE hSession, LPNTMS_GUID request, DWORD order))
LATER(DeleteNtmsRequests, (HANDLE hSession, LPNTMS_GUID requests, DWORD type, DWORD count))

/* cleaners */
LATER(ReserveNtmsCleanerSlot, (HANDLE hSession, LPNTMS_GUID library, LPNTMS_GUID slot))
LATER(ReleaseNtmsCleanerSlot, (HANDLE hSession, LPNTMS_GUID library))
LATER(InjectNtmsCleaner,
      (HANDLE hSession, LPNTMS_GUID library, LPNTMS_GUID operation, DWORD cleans, DWORD action))
LATER(EjectNtmsCleaner, (HANDLE hSession, LPNTMS_GUID library, LPNTMS_GUID operation, DWORD action))

/* attributes */
LATER(GetNtmsObjectAttributeA,
      (HANDLE hSession, LPNTMS_GUID object, DWORD type, LPCSTR name, LPVOID data, LPDWORD size))
LATER(GetNtmsObjectAttributeW,
      (HANDLE hSession, LPNTMS_GUID object, DWORD type, LPCWSTR name, LPVOID data, LPDWORD size))
LATER(SetNtmsObjectAttributeA,
      (HANDLE hSession, LPNTMS_GUID object, DWORD type, LPCSTR name, LPVOID data, DWORD size))
LATER(SetNtmsObjectAttributeW,
      (HANDLE hSession, LPNTMS_GUID object, DWORD type, LPCWSTR name, LPVOID data, DWORD size))

/* operators */
LATER(GetNtmsUIOptionsA, (HANDLE hSession, const LPNTMS_GUID object, DWORD type, LPSTR names, LPDWORD size))
LATER(GetNtmsUIOptionsW, (HANDLE hSession, const LPNTMS_GUID object, DWORD type, LPWSTR names, LPDWORD size))
LATER(SetNtmsUIOptionsA,
      (HANDLE hSession, const LPNTMS_GUID object, DWORD type, DWORD operation, LPCSTR name))
LATER(SetNtmsUIOptionsW,
      (HANDLE hSession, const LPNTMS_GUID object, DWORD type, DWORD operation, LPCWSTR name))
LATER(SubmitNtmsOperatorRequestA,
      (HANDLE hSession, DWORD kind, LPCSTR message, LPNTMS_GUID arg1, LPNTMS_GUID arg2, LPNTMS_GUID request))
LATER(SubmitNtmsOperatorRequestW,
      (HANDLE hSession, DWORD kind, LPCWSTR message, LPNTMS_GUID arg1, LPNTMS_GUID arg2, LPNTMS_GUID request))

/* the database */
LATER(ExportNtmsDatabase, (HANDLE hSession))
LATER(ImportNtmsDatabase, (HANDLE hSession))

/* media changed by hand */
LATER(BeginNtmsDeviceChangeDetection, (HANDLE hSession, LPHANDLE detection))
LATER(SetNtmsDeviceChangeDetection,
      (HANDLE hSession, HANDLE detection, LPNTMS_GUID objects, DWORD type, DWORD count))
LATER(EndNtmsDeviceChangeDetection, (HANDLE hSession, HANDLE detection))

LATER_ALONE(EjectDiskFromSADriveA, (LPCSTR computer, LPCSTR application, LPCSTR device, HWND window,
				    LPCSTR title, LPCSTR message, DWORD options))
LATER_ALONE(EjectDiskFromSADriveW, (LPCWSTR computer, LPCWSTR application, LPCWSTR device, HWND window,
				    LPCWSTR title, LPCWSTR message, DWORD options))
LATER_ALONE(DoEjectFromSADriveW, (LPCWSTR computer, LPCWSTR application, LPCWSTR device, HWND window,
				  LPCWSTR title, LPCWSTR message, DWORD options))
LATER_ALONE(GetVolumesFromDriveA, (LPSTR drive, LPSTR *volume, LPSTR *letter))
LATER_ALONE(GetVolumesFromDriveW, (LPWSTR drive, LPWSTR *volume, LPWSTR *letter))

/* notification: there can be no channel yet, so only NULL is worth a code of its own */
HANDLE WINAPI OpenNtmsNotification(HANDLE hSession, DWORD dwType)
{
	auto_session struct session *s = (fail_clear(), session_get(hSession));

	SetLastError(s ? later("OpenNtmsNotification") : fail_handle(hSession));
	return INVALID_HANDLE_VALUE;
}

DWORD WINAPI WaitForNtmsNotification(HANDLE hNotification, LPNTMS_NOTIFICATIONINFORMATION info, DWORD timeout)
{
	fail_clear();
	return hNotification ? later("WaitForNtmsNotification") : fail_handle(hNotification);
}

DWORD WINAPI CloseNtmsNotification(HANDLE hNotification)
{
	fail_clear();
	NEEDS(hNotification);
	return later("CloseNtmsNotification");
}
