/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The codes that RSM objects borrow from the storage drivers' headers: FILE_DEVICE_ of the DeviceType fields
 * and STORAGE_MEDIA_TYPE of NTMS_MEDIATYPEINFORMATION.MediaType. In a header of their own, because names like
 * DLT and CD_ROM are nobody's to take unasked. On Windows this is <winioctl.h>. */
#ifndef NTMSMEDIA_H
#define NTMSMEDIA_H

#include <ntmstypes.h>

#ifdef _WIN32
#include <winioctl.h>
#else

#define FILE_DEVICE_CD_ROM 0x00000002
#define FILE_DEVICE_DISK 0x00000007
#define FILE_DEVICE_TAPE 0x0000001f
#define FILE_DEVICE_CHANGER 0x00000030
#define FILE_DEVICE_DVD 0x00000033

typedef enum _STORAGE_MEDIA_TYPE {
	DDS_4mm = 0x20, /* DAT and DDS */
	MiniQic,
	Travan,
	QIC,
	MP_8mm,	 /* 8 mm metal particle */
	AME_8mm, /* 8 mm advanced metal evaporated */
	AIT1_8mm,
	DLT,
	NCTP, /* Philips NCTP */
	IBM_3480,
	IBM_3490E,
	IBM_Magstar_3590,
	IBM_Magstar_MP,
	STK_DATA_D3,
	SONY_DTF,
	DV_6mm, /* 6 mm digital video */
	DMI,	/* Exabyte DMI */
	SONY_D2,
	CLEANER_CARTRIDGE, /* any drive's */
	CD_ROM,
	CD_R,
	CD_RW,
	DVD_ROM,
	DVD_R,
	DVD_RW,
	MO_3_RW, /* magneto-optical 3.5", rewritable */
	MO_5_WO,
	MO_5_RW,
	MO_5_LIMDOW,
	PC_5_WO, /* phase change 5.25" */
	PC_5_RW,
	PD_5_RW,
	ABL_5_WO, /* ablative 5.25" */
	PINNACLE_APEX_5_RW,
	SONY_12_WO,
	PHILIPS_12_WO,
	HITACHI_12_WO,
	CYGNET_12_WO,
	KODAK_14_WO,
	MO_NFR_525, /* near field recording */
	NIKON_12_RW,
	IOMEGA_ZIP,
	IOMEGA_JAZ,
	SYQUEST_EZ135,
	SYQUEST_EZFLYER,
	SYQUEST_SYJET,
	AVATAR_F2,
	MP2_8mm,
	DST_S, /* Ampex DST small, medium, large */
	DST_M,
	DST_L,
	VXATape_1,
	VXATape_2,
	STK_9840,
	LTO_Ultrium, /* every generation; the object's name tells which */
	LTO_Accelis,
	DVD_RAM,
	AIT_8mm, /* AIT-2 and later */
	ADR_1,
	ADR_2,
	STK_9940,
	SAIT,
	VXATape
} STORAGE_MEDIA_TYPE,
	*PSTORAGE_MEDIA_TYPE;

#endif /* _WIN32 */
#endif
