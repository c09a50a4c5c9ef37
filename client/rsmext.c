/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The functions of rsmext.h, but those on errors: lasterror.c. */
#include "client/api.h"
#include "client/list.h"
#include "client/object.h"

#include <rsmext.h>
#include <stdlib.h>

#define ADOPT_MAX 20000 /* what a request can hold */

static void copy(const char *text, char *field, size_t size)
{
	text_out(TEXT_A, text ? text : "", field, size);
}

DWORD RsmGetStatus(LPCSTR lpServer, LPRSM_STATUS lpStatus)
{
	struct RsmGetStatus_in in = {0};
	struct RsmGetStatus_out out = {0};
	struct server server;
	struct connection *c;
	DWORD rc;

	fail_clear();
	NEEDS(lpStatus);
	if (lpStatus->dwSize != sizeof *lpStatus)
		return fail(ERROR_INVALID_PARAMETER, "dwSize isn't %zu", sizeof *lpStatus);
	rc = server_find(lpServer, &server);
	if (!rc)
		rc = connection_new(&server, &c);
	if (rc)
		return rc;
	rc = call_on(c, NULL, CALL_RsmGetStatus, &in, &out);
	connection_free(c);
	if (!rc) {
		lpStatus->dwApiVersion = out.apiVersion;
		lpStatus->bReady = out.ready != 0;
		lpStatus->dwUptime = out.uptime;
		lpStatus->Incarnation = guid_out(&out.incarnation);
		copy(out.version, lpStatus->szVersion, sizeof lpStatus->szVersion);
	}
	wire_clear(wire_calls[CALL_RsmGetStatus].out, &out);
	return rc;
}

DWORD RsmFindObject(HANDLE hSession, LPCSTR lpText, DWORD dwType, LPNTMS_GUID lpList, LPDWORD lpdwListSize)
{
	struct RsmFindObject_in in = {.type = dwType};
	auto_answer a = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpText);
	NEEDS(lpdwListSize);
	if (*lpdwListSize)
		NEEDS(lpList);
	rc = text_in(TEXT_A, lpText, TEXT_UNLIMITED, &in.text);
	if (rc)
		return rc;
	in.limit = *lpdwListSize;
	rc = call_answer(s, CALL_RsmFindObject, &in, &a);
	free(in.text);
	return rc ? rc : list_out(&a.json, lpList, lpdwListSize);
}

static void detail_out(const struct RsmGetObjectDetail_out *from, LPRSM_OBJECTDETAIL to)
{
	*to = (RSM_OBJECTDETAIL){
		.dwSize = sizeof *to,
		.dwType = from->type,
		.dwFlags = from->flags,
		.dwAddress = from->address,
		.dwDone = from->done,
		.dwTotal = from->total,
		.dwSecondsLeft = from->left,
		.Medium = guid_out(&from->medium),
		.Session = guid_out(&from->session),
	};
	copy(from->reason, to->szReason, sizeof to->szReason);
	copy(from->device, to->szDevice, sizeof to->szDevice);
	copy(from->serial, to->szSerialNumber, sizeof to->szSerialNumber);
	copy(from->generation, to->szGeneration, sizeof to->szGeneration);
	copy(from->holder, to->szHolder, sizeof to->szHolder);
	copy(from->node, to->szNode, sizeof to->szNode);
	copy(from->passThrough, to->szPassThrough, sizeof to->szPassThrough);
	copy(from->byId, to->szById, sizeof to->szById);
}

DWORD RsmGetObjectDetail(HANDLE hSession, const NTMS_GUID *lpObjectId, LPRSM_OBJECTDETAIL lpDetail)
{
	struct RsmGetObjectDetail_in in;
	struct RsmGetObjectDetail_out out = {0};
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpObjectId);
	NEEDS(lpDetail);
	if (lpDetail->dwSize != sizeof *lpDetail)
		return fail(ERROR_INVALID_PARAMETER, "dwSize isn't %zu", sizeof *lpDetail);
	in.object = guid_in(lpObjectId);
	rc = call(s, CALL_RsmGetObjectDetail, &in, &out);
	if (!rc)
		detail_out(&out, lpDetail);
	wire_clear(wire_calls[CALL_RsmGetObjectDetail].out, &out);
	return rc;
}

DWORD RsmPauseIdentification(HANDLE hSession, const NTMS_GUID *lpLibraryId, BOOL bPause)
{
	struct RsmPauseIdentification_in in = {.pause = bPause != FALSE};

	CALL_ABOUT(RsmPauseIdentification, hSession, in.library, lpLibraryId);
}

DWORD RsmAdoptMedium(HANDLE hSession, const NTMS_GUID *lpPhysicalMedia)
{
	struct RsmAdoptMedium_in in;

	CALL_ABOUT(RsmAdoptMedium, hSession, in.medium, lpPhysicalMedia);
}

DWORD RsmAdoptMedia(HANDLE hSession, const NTMS_GUID *lpPhysicalMedia, DWORD dwCount)
{
	struct RsmAdoptMedia_in in;
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpPhysicalMedia);
	rc = list_in(lpPhysicalMedia, dwCount, ADOPT_MAX, &in.media);
	if (!rc)
		rc = call(s, CALL_RsmAdoptMedia, &in, NULL);
	free(in.media.v);
	return rc;
}

/* ---- many objects ---- */

/* One of which nothing may be told but its id. */
static DWORD read_hidden(const struct doc *j, doc_at at, DWORD type, NTMS_OBJECTINFORMATIONA *info)
{
	guid id = {0};

	if (!call_read(j, doc_get(j, at, "id"), W_GUID, &id))
		return fail(ERROR_NOT_CONNECTED, "an answer of the service makes no sense: \"id\"");
	info->dwType = type;
	info->ObjectGuid = guid_out(&id);
	return ERROR_SUCCESS;
}

static DWORD read_detail(const struct doc *j, doc_at at, RSM_OBJECTDETAIL *detail)
{
	const struct wire_member *members = wire_calls[CALL_RsmGetObjectDetail].out;
	struct RsmGetObjectDetail_out out = {0};
	DWORD rc = call_fill(j, at, members, &out);

	if (!rc)
		detail_out(&out, detail);
	wire_clear(members, &out);
	return rc;
}

static DWORD read_one(const struct doc *j, doc_at at, DWORD type, LPRSM_OBJECT_CALLBACK callback,
		      void *context, bool *more)
{
	NTMS_OBJECTINFORMATIONA info = {.dwSize = sizeof info};
	doc_at there = doc_get(j, at, "info");
	bool hidden = doc_is_null(j, there);
	RSM_OBJECTDETAIL detail;
	DWORD rc = hidden ? read_hidden(j, at, type, &info) : object_read(TEXT_A, &info, j, there);

	if (!rc && !hidden)
		rc = read_detail(j, doc_get(j, at, "detail"), &detail);
	if (!rc)
		*more = callback(&info, hidden ? NULL : &detail, context);
	return rc;
}

static DWORD read_page(struct session *s, struct RsmReadObjects_in *in, LPRSM_OBJECT_CALLBACK callback,
		       void *context, bool *more)
{
	auto_answer a = {0};
	DWORD rc = call_answer(s, CALL_RsmReadObjects, in, &a);
	doc_at objects = doc_get(&a.json, 0, "objects"), at = doc_first(&a.json, objects);

	if (!rc && !call_read(&a.json, doc_get(&a.json, 0, "next"), W_U32, &in->after))
		return fail(ERROR_NOT_CONNECTED, "an answer of the service makes no sense: \"next\"");
	for (size_t left = rc ? 0 : doc_size(&a.json, objects); !rc && *more && left; left--) {
		rc = read_one(&a.json, at, in->type, callback, context, more);
		at = doc_next(&a.json, at);
	}
	return rc;
}

DWORD RsmReadObjects(HANDLE hSession, const NTMS_GUID *lpContainerId, DWORD dwType,
		     LPRSM_OBJECT_CALLBACK lpCallback, LPVOID lpContext)
{
	struct RsmReadObjects_in in = {.type = dwType};
	bool more = true;
	DWORD rc;

	IN_SESSION(hSession);
	NEEDS(lpCallback);
	if (lpContainerId)
		in.container = guid_in(lpContainerId);
	do
		rc = read_page(s, &in, lpCallback, lpContext, &more);
	while (!rc && more && in.after);
	return rc;
}
