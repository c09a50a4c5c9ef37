/* SPDX-License-Identifier: LGPL-2.1-or-later
 * OpenNtmsSession and CloseNtmsSession. */
#include "client/api.h"

static HANDLE failed(DWORD code)
{
	SetLastError(code);
	return INVALID_HANDLE_VALUE;
}

static HANDLE open_session(enum text_form form, const void *lpServer, const void *lpApplication,
			   DWORD dwOptions)
{
	auto_free char *name = NULL, *application = NULL;
	struct server server;
	HANDLE h = NULL;
	DWORD rc;

	fail_clear();
	if (dwOptions & ~(DWORD)NTMS_SESSION_QUERYEXPEDITE)
		return failed(fail(ERROR_INVALID_PARAMETER, "dwOptions 0x%x has unknown bits", dwOptions));
	if (lpServer && text_in(form, lpServer, TEXT_UNLIMITED, &name))
		return failed(ERROR_INVALID_COMPUTERNAME);
	rc = lpApplication ? text_in(form, lpApplication, TEXT_UNLIMITED, &application) : ERROR_SUCCESS;
	if (!rc)
		rc = server_find(name, &server);
	if (!rc)
		rc = session_open(&server, application, dwOptions, &h);
	return rc ? failed(rc) : h;
}

HANDLE WINAPI OpenNtmsSessionA(LPCSTR lpServer, LPCSTR lpApplication, DWORD dwOptions)
{
	return open_session(TEXT_A, lpServer, lpApplication, dwOptions);
}

HANDLE WINAPI OpenNtmsSessionW(LPCWSTR lpServer, LPCWSTR lpApplication, DWORD dwOptions)
{
	return open_session(TEXT_W, lpServer, lpApplication, dwOptions);
}

DWORD WINAPI CloseNtmsSession(HANDLE hSession)
{
	fail_clear();
	return session_close(hSession);
}
