/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What users of OpenRSM need and the NTMS API can't say: why something failed, objects by their names, what
 * stands behind an object. Functions are called Rsm...; text is UTF-8 and ends with a NUL; the rules at the
 * top of ntmsapi.h hold here, too. */
#ifndef RSMEXT_H
#define RSMEXT_H

#include <ntmsapi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ---- */

/* Why this thread's last call failed, for a person: which object or device, and what to do. "" after success
 * or when there is no more to say than the code. Valid until the thread's next call. */
const char *RsmLastErrorText(void);

/* "ERROR_MEDIA_UNAVAILABLE" for 4308; "ERROR_12345" for a code that the API doesn't use, in a buffer of the
 * thread. */
const char *RsmErrorName(DWORD dwError);

/* ---- the service ---- */

#define RSM_VERSION_LENGTH 64

typedef struct _RSM_STATUS {
	DWORD dwSize; /* in: sizeof this */
	DWORD dwApiVersion;
	BOOL bReady;	       /* FALSE: still starting */
	DWORD dwUptime;	       /* seconds */
	NTMS_GUID Incarnation; /* another one after each start */
	CHAR szVersion[RSM_VERSION_LENGTH];
} RSM_STATUS, *LPRSM_STATUS;

/* Asks a service how it is; needs no session. lpServer: as in OpenNtmsSession. Returns that function's codes.
 */
DWORD RsmGetStatus(LPCSTR lpServer, LPRSM_STATUS lpStatus);

/* ---- objects ---- */

/* Finds objects whose name, bar code, sequence number, full pool name, serial number or GUID is lpText; when
 * none is equal, those that begin with it. dwType: NTMS_UNKNOWN finds any type. lpList and *lpdwListSize: as
 * in EnumerateNtmsObject. Finding nothing is no error: *lpdwListSize is 0. */
DWORD RsmFindObject(HANDLE hSession, LPCSTR lpText, DWORD dwType, LPNTMS_GUID lpList, LPDWORD lpdwListSize);

enum RsmDetailFlags {
	RSM_DETAIL_UNVERIFIED = 0x01,	  /* where the medium is was not proven */
	RSM_DETAIL_QUARANTINED = 0x02,	  /* bar code, label or serial number contradicted the catalogue:
					     EnableNtmsObject frees it */
	RSM_DETAIL_UNCLAIMED = 0x04,	  /* allocated, but its application was gone before it could know */
	RSM_DETAIL_CLEANER = 0x08,	  /* a cleaning cartridge, or the slot of one */
	RSM_DETAIL_ALWAYSOPEN = 0x10,	  /* a port that the library can't lock */
	RSM_DETAIL_INUSE = 0x20,	  /* an application still holds the drive's device */
	RSM_DETAIL_WRITEPROTECTED = 0x40, /* when it was last loaded */
	RSM_DETAIL_WORM = 0x80,		  /* can be written once */
	RSM_DETAIL_PAUSED = 0x100	  /* a library: its identification of media is paused */
};

#define RSM_REASON_LENGTH 1024
#define RSM_DEVICE_LENGTH 512
#define RSM_SERIAL_LENGTH 64
#define RSM_GENERATION_LENGTH 32
#define RSM_HOLDER_LENGTH 256
#define RSM_NODE_LENGTH 256

/* What doesn't apply to the object is 0 or empty. */
typedef struct _RSM_OBJECTDETAIL {
	DWORD dwSize;	 /* in: sizeof this */
	DWORD dwType;	 /* enum NtmsObjectsTypes */
	DWORD dwFlags;	 /* enum RsmDetailFlags */
	DWORD dwAddress; /* element address in the library */
	DWORD dwDone;	 /* progress: dwDone of dwTotal */
	DWORD dwTotal;
	DWORD dwSecondsLeft;		  /* until the expected end of what takes long; 0: unknown */
	NTMS_GUID Medium;		  /* the physical medium that is in the slot, drive or port */
	NTMS_GUID Session;		  /* whose call it is */
	CHAR szReason[RSM_REASON_LENGTH]; /* why it needs service, waits, failed or is quarantined */
	CHAR szDevice[RSM_DEVICE_LENGTH]; /* the path or URL that the service uses */
	CHAR szSerialNumber[RSM_SERIAL_LENGTH];
	CHAR szGeneration[RSM_GENERATION_LENGTH]; /* of the medium or drive, as in LTO-8 */
	CHAR szHolder[RSM_HOLDER_LENGTH];	  /* who has the drive or the medium */
	/* of a drive on the service's own machine */
	CHAR szNode[RSM_NODE_LENGTH];	     /* /dev/nst0 */
	CHAR szPassThrough[RSM_NODE_LENGTH]; /* /dev/sg3 */
	CHAR szById[RSM_NODE_LENGTH];	     /* /dev/tape/by-id/...; empty where udev made none */
} RSM_OBJECTDETAIL, *LPRSM_OBJECTDETAIL;

/* Fills *lpDetail. Needs U on the object. Also ERROR_OBJECT_NOT_FOUND. */
DWORD RsmGetObjectDetail(HANDLE hSession, const NTMS_GUID *lpObjectId, LPRSM_OBJECTDETAIL lpDetail);

/* One object of RsmReadObjects; FALSE: no more. Both structures are valid during the call. lpDetail NULL: the
 * caller has no right to see it, and lpInfo tells type and id alone. */
typedef BOOL(CALLBACK *LPRSM_OBJECT_CALLBACK)(const NTMS_OBJECTINFORMATIONA *lpInfo,
					      const RSM_OBJECTDETAIL *lpDetail, LPVOID lpContext);

/* Reads all objects of a type in a container (NULL: all there are), in the order of EnumerateNtmsObject and
 * with its codes: for each what GetNtmsObjectInformation and RsmGetObjectDetail tell, in a few calls for
 * thousands. It isn't one moment's picture: an object may come or go between two of them. */
DWORD RsmReadObjects(HANDLE hSession, const NTMS_GUID *lpContainerId, DWORD dwType,
		     LPRSM_OBJECT_CALLBACK lpCallback, LPVOID lpContext);

/* ---- first contact with a library of many media ---- */

/* Identification (mounting each unknown medium to read its label) takes idle drives only and gives way to
 * mounts. TRUE: none begins until FALSE is said; those that run end. Needs C on the library. Also
 * ERROR_INVALID_LIBRARY. */
DWORD RsmPauseIdentification(HANDLE hSession, const NTMS_GUID *lpLibraryId, BOOL bPause);

/* Takes a medium that was never identified as known, without mounting it: its sides become Import, as those
 * that hold somebody's data. What really is on it shows at its first mount. Nothing happens to a medium that
 * is identified. Needs C on its library. Also ERROR_INVALID_MEDIA. */
DWORD RsmAdoptMedium(HANDLE hSession, const NTMS_GUID *lpPhysicalMedia);

/* The same for dwCount media, at most 20,000: for all, or with an error for none. */
DWORD RsmAdoptMedia(HANDLE hSession, const NTMS_GUID *lpPhysicalMedia, DWORD dwCount);

#ifdef __cplusplus
}
#endif
#endif
