/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The interface of a media label library (MLL): a module that recognises one on-tape label format. The
 * service asks every module for the largest label it may need, reads that much from the start of a tape, and
 * offers the bytes to each module until one claims them. Only tapes are identified this way; file systems are
 * known by their volume data. Sources: the RSM API reference; CLAIMMEDIALABELEX: the mingw-w64 header alone.
 */
#ifndef NTMSMLI_H
#define NTMSMLI_H

#include <ntmstypes.h>

#pragma pack(push, 8)

#ifdef __cplusplus
extern "C" {
#endif

#define NTMSMLI_MAXTYPE 64
#define NTMSMLI_MAXIDSIZE 256 /* one byte more than NTMS_OMIDLABELID_LENGTH: the last one can't be stored */
#define NTMSMLI_MAXAPPDESCR 256

typedef struct {
	WCHAR LabelType[NTMSMLI_MAXTYPE]; /* where the label comes from: an application or format name */
	DWORD LabelIDSize;		  /* bytes of LabelID that count */
	BYTE LabelID[NTMSMLI_MAXIDSIZE];  /* unique identity of the label */
	WCHAR LabelAppDescr[NTMSMLI_MAXAPPDESCR]; /* what the label says about the medium */
} MediaLabelInfo, *pMediaLabelInfo;

/* Exported as MaxMediaLabel. Stores the number of bytes that ClaimMediaLabel wants to see; a format without a
 * limit reports the largest label that its application writes. Always returns NO_ERROR. */
typedef DWORD(WINAPI *MAXMEDIALABEL)(DWORD *const pMaxSize);

/* Exported as ClaimMediaLabel. pBuffer holds the first nBufferSize bytes of the medium. NO_ERROR: the label
 * is this module's and *pLabelInfo is complete; ERROR_BAD_FORMAT: not ours, *pLabelInfo untouched. */
typedef DWORD(WINAPI *CLAIMMEDIALABEL)(const BYTE *const pBuffer, const DWORD nBufferSize,
				       MediaLabelInfo *const pLabelInfo);

/* The same with an identifier of the label; undocumented. */
typedef DWORD(WINAPI *CLAIMMEDIALABELEX)(const BYTE *const pBuffer, const DWORD nBufferSize,
					 MediaLabelInfo *const pLabelInfo, GUID *LabelGuid);

#ifdef __cplusplus
}
#endif

#pragma pack(pop)
#endif
