/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The structures of ntmsapi.h that hold text, written once for both of their forms. Included only by
 * ntmsapi.h, twice: NTMS_T(name) appends A, then W; NTMS_CHAR is CHAR (UTF-8), then WCHAR (UTF-16). Lengths
 * are in units, including the terminator. A text that the server knows to be longer is cut on a whole
 * character. */

/* NTMS_DRIVE */
typedef struct NTMS_T(_NTMS_DRIVEINFORMATION) {
	DWORD Number; /* counted as the library counts, from LIBRARY.FirstDriveNumber */
	DWORD State;  /* enum NtmsDriveState */
	NTMS_GUID DriveType;
	NTMS_CHAR szDeviceName[NTMS_DEVICENAME_LENGTH]; /* a path that leads to the device */
	NTMS_CHAR szSerialNumber[NTMS_SERIALNUMBER_LENGTH];
	NTMS_CHAR szRevision[NTMS_REVISION_LENGTH]; /* of the firmware */
	WORD ScsiPort;
	WORD ScsiBus;
	WORD ScsiTarget;
	WORD ScsiLun;
	DWORD dwMountCount;
	SYSTEMTIME LastCleanedTs;
	NTMS_GUID SavedPartitionId; /* the side in the drive; null in a full drive: not identified yet */
	NTMS_GUID Library;
	GUID Reserved;
	DWORD dwDeferDismountDelay; /* settable: least seconds that a medium stays after a deferred dismount
				     */
} NTMS_T(NTMS_DRIVEINFORMATION);

/* NTMS_CHANGER */
typedef struct NTMS_T(_NTMS_CHANGERINFORMATION) {
	DWORD Number;
	NTMS_GUID ChangerType;
	NTMS_CHAR szSerialNumber[NTMS_SERIALNUMBER_LENGTH];
	NTMS_CHAR szRevision[NTMS_REVISION_LENGTH];
	NTMS_CHAR szDeviceName[NTMS_DEVICENAME_LENGTH];
	WORD ScsiPort;
	WORD ScsiBus;
	WORD ScsiTarget;
	WORD ScsiLun;
	NTMS_GUID Library;
} NTMS_T(NTMS_CHANGERINFORMATION);

/* NTMS_PHYSICAL_MEDIA */
typedef struct NTMS_T(_NTMS_PMIDINFORMATION) {
	NTMS_GUID CurrentLibrary; /* the offline library, if the medium is in none */
	NTMS_GUID MediaPool;
	NTMS_GUID Location; /* slot, drive or port */
	DWORD LocationType; /* its object type; offline media count as in a slot */
	NTMS_GUID MediaType;
	NTMS_GUID HomeSlot;
	NTMS_CHAR szBarCode[NTMS_BARCODE_LENGTH];
	DWORD BarCodeState;				  /* enum NtmsBarCodeState */
	NTMS_CHAR szSequenceNumber[NTMS_SEQUENCE_LENGTH]; /* to be written on the cartridge by hand */
	DWORD MediaState;				  /* enum NtmsMediaState */
	DWORD dwNumberOfPartitions;			  /* sides */
	DWORD dwMediaTypeCode;				  /* SCSI medium type, refreshed by each mount */
	DWORD dwDensityCode;				  /* SCSI density code, likewise */
	NTMS_GUID MountedPartition;
} NTMS_T(NTMS_PMIDINFORMATION);

/* NTMS_PARTITION: one side of a medium */
typedef struct NTMS_T(_NTMS_PARTITIONINFORMATION) {
	NTMS_GUID PhysicalMedia;
	NTMS_GUID LogicalMedia;	   /* null while the side isn't allocated */
	DWORD State;		   /* enum NtmsPartitionState */
	WORD Side;		   /* from 0 */
	DWORD dwOmidLabelIdLength; /* bytes of OmidLabelId that count */
	BYTE OmidLabelId[NTMS_OMIDLABELID_LENGTH];
	NTMS_CHAR szOmidLabelType[NTMS_OMIDLABELTYPE_LENGTH];
	NTMS_CHAR szOmidLabelInfo[NTMS_OMIDLABELINFO_LENGTH];
	DWORD dwMountCount;
	DWORD dwAllocateCount;
	LARGE_INTEGER Capacity; /* bytes, refreshed by each mount */
} NTMS_T(NTMS_PARTITIONINFORMATION);

/* NTMS_DRIVE_TYPE: one object for each drive model */
typedef struct NTMS_T(_NTMS_DRIVETYPEINFORMATION) {
	NTMS_CHAR szVendor[NTMS_VENDORNAME_LENGTH];
	NTMS_CHAR szProduct[NTMS_PRODUCTNAME_LENGTH];
	DWORD NumberOfHeads; /* unused, 0 */
	DWORD DeviceType;    /* FILE_DEVICE_ value: ntmsmedia.h */
} NTMS_T(NTMS_DRIVETYPEINFORMATION);

/* NTMS_CHANGER_TYPE: one object for each changer model */
typedef struct NTMS_T(_NTMS_CHANGERTYPEINFORMATION) {
	NTMS_CHAR szVendor[NTMS_VENDORNAME_LENGTH];
	NTMS_CHAR szProduct[NTMS_PRODUCTNAME_LENGTH];
	DWORD DeviceType; /* FILE_DEVICE_CHANGER */
} NTMS_T(NTMS_CHANGERTYPEINFORMATION);

/* NTMS_LIBREQUEST. The identifiers may outlive what they name. */
typedef struct NTMS_T(_NTMS_LIBREQUESTINFORMATION) {
	DWORD OperationCode;   /* enum NtmsLmOperation */
	DWORD OperationOption; /* mount, dismount, eject: 0 immediate, 1 deferred, 2 and 3 the same though
				  open handles; inject: 4 many; inventory: 0 full, 1 slots only */
	DWORD State;	       /* enum NtmsLmState */
	NTMS_GUID PartitionId;
	NTMS_GUID DriveId;
	NTMS_GUID PhysMediaId;
	NTMS_GUID Library;
	NTMS_GUID SlotId;
	SYSTEMTIME TimeQueued;
	SYSTEMTIME TimeCompleted;
	NTMS_CHAR szApplication[NTMS_APPLICATIONNAME_LENGTH];
	NTMS_CHAR szUser[NTMS_USERNAME_LENGTH];
	NTMS_CHAR szComputer[NTMS_COMPUTERNAME_LENGTH];
	DWORD dwErrorCode;    /* why, in state NTMS_LM_FAILED */
	NTMS_GUID WorkItemId; /* NTMS_LM_REMOVE: the request to cancel */
	DWORD dwPriority;     /* a signed number: cast to int */
} NTMS_T(NTMS_LIBREQUESTINFORMATION);

/* NTMS_OPREQUEST */
typedef struct NTMS_T(_NTMS_OPREQUESTINFORMATION) {
	DWORD Request; /* enum NtmsOpreqCommand: says what Arg1 and Arg2 are */
	SYSTEMTIME Submitted;
	DWORD State; /* enum NtmsOpreqState */
	NTMS_CHAR szMessage[NTMS_MESSAGE_LENGTH];
	DWORD Arg1Type; /* object type */
	NTMS_GUID Arg1;
	DWORD Arg2Type;
	NTMS_GUID Arg2;
	NTMS_CHAR szApplication[NTMS_APPLICATIONNAME_LENGTH];
	NTMS_CHAR szUser[NTMS_USERNAME_LENGTH];
	NTMS_CHAR szComputer[NTMS_COMPUTERNAME_LENGTH];
} NTMS_T(NTMS_OPREQUESTINFORMATION);

/* Every object. The caller sets dwSize and dwType before each call. */
typedef struct NTMS_T(_NTMS_OBJECTINFORMATION) {
	DWORD dwSize; /* bytes: sizeof the whole, or up to the end of the member of Info that dwType selects
		       */
	DWORD dwType; /* enum NtmsObjectsTypes; NTMS_UNKNOWN in a Get: tell me */
	SYSTEMTIME Created;
	SYSTEMTIME Modified;
	NTMS_GUID ObjectGuid;
	BOOL Enabled;		  /* changed by EnableNtmsObject, DisableNtmsObject */
	DWORD dwOperationalState; /* enum NtmsOperationalState */
	NTMS_CHAR szName[NTMS_OBJECTNAME_LENGTH];
	NTMS_CHAR szDescription[NTMS_DESCRIPTION_LENGTH];
	union {
		NTMS_T(NTMS_DRIVEINFORMATION) Drive;
		NTMS_T(NTMS_DRIVETYPEINFORMATION) DriveType;
		NTMS_LIBRARYINFORMATION Library;
		NTMS_T(NTMS_CHANGERINFORMATION) Changer;
		NTMS_T(NTMS_CHANGERTYPEINFORMATION) ChangerType;
		NTMS_STORAGESLOTINFORMATION StorageSlot;
		NTMS_IEDOORINFORMATION IEDoor;
		NTMS_IEPORTINFORMATION IEPort;
		NTMS_T(NTMS_PMIDINFORMATION) PhysicalMedia;
		NTMS_LMIDINFORMATION LogicalMedia;
		NTMS_T(NTMS_PARTITIONINFORMATION) Partition;
		NTMS_MEDIAPOOLINFORMATION MediaPool;
		NTMS_MEDIATYPEINFORMATION MediaType;
		NTMS_T(NTMS_LIBREQUESTINFORMATION) LibRequest;
		NTMS_T(NTMS_OPREQUESTINFORMATION) OpRequest;
		NTMS_COMPUTERINFORMATION Computer;
	} Info;
} NTMS_T(NTMS_OBJECTINFORMATION), *NTMS_T(LPNTMS_OBJECTINFORMATION);

/* ---- the first release's layouts: the members added later are missing; the server tells them by dwSize ----
 */

typedef struct NTMS_T(_NTMS_I1_LIBREQUESTINFORMATION) {
	DWORD OperationCode;
	DWORD OperationOption;
	DWORD State;
	NTMS_GUID PartitionId;
	NTMS_GUID DriveId;
	NTMS_GUID PhysMediaId;
	NTMS_GUID Library;
	NTMS_GUID SlotId;
	SYSTEMTIME TimeQueued;
	SYSTEMTIME TimeCompleted;
	NTMS_CHAR szApplication[NTMS_APPLICATIONNAME_LENGTH];
	NTMS_CHAR szUser[NTMS_USERNAME_LENGTH];
	NTMS_CHAR szComputer[NTMS_COMPUTERNAME_LENGTH];
} NTMS_T(NTMS_I1_LIBREQUESTINFORMATION);

typedef struct NTMS_T(_NTMS_I1_PMIDINFORMATION) {
	NTMS_GUID CurrentLibrary;
	NTMS_GUID MediaPool;
	NTMS_GUID Location;
	DWORD LocationType;
	NTMS_GUID MediaType;
	NTMS_GUID HomeSlot;
	NTMS_CHAR szBarCode[NTMS_BARCODE_LENGTH];
	DWORD BarCodeState;
	NTMS_CHAR szSequenceNumber[NTMS_SEQUENCE_LENGTH];
	DWORD MediaState;
	DWORD dwNumberOfPartitions;
} NTMS_T(NTMS_I1_PMIDINFORMATION);

typedef struct NTMS_T(_NTMS_I1_PARTITIONINFORMATION) {
	NTMS_GUID PhysicalMedia;
	NTMS_GUID LogicalMedia;
	DWORD State;
	WORD Side;
	DWORD dwOmidLabelIdLength;
	BYTE OmidLabelId[NTMS_OMIDLABELID_LENGTH];
	NTMS_CHAR szOmidLabelType[NTMS_OMIDLABELTYPE_LENGTH];
	NTMS_CHAR szOmidLabelInfo[NTMS_OMIDLABELINFO_LENGTH];
	DWORD dwMountCount;
	DWORD dwAllocateCount;
} NTMS_T(NTMS_I1_PARTITIONINFORMATION);

typedef struct NTMS_T(_NTMS_I1_OPREQUESTINFORMATION) {
	DWORD Request;
	SYSTEMTIME Submitted;
	DWORD State;
	NTMS_CHAR szMessage[NTMS_I1_MESSAGE_LENGTH];
	DWORD Arg1Type;
	NTMS_GUID Arg1;
	DWORD Arg2Type;
	NTMS_GUID Arg2;
	NTMS_CHAR szApplication[NTMS_APPLICATIONNAME_LENGTH];
	NTMS_CHAR szUser[NTMS_USERNAME_LENGTH];
	NTMS_CHAR szComputer[NTMS_COMPUTERNAME_LENGTH];
} NTMS_T(NTMS_I1_OPREQUESTINFORMATION);

typedef struct NTMS_T(_NTMS_I1_OBJECTINFORMATION) {
	DWORD dwSize;
	DWORD dwType;
	SYSTEMTIME Created;
	SYSTEMTIME Modified;
	NTMS_GUID ObjectGuid;
	BOOL Enabled;
	DWORD dwOperationalState;
	NTMS_CHAR szName[NTMS_OBJECTNAME_LENGTH];
	NTMS_CHAR szDescription[NTMS_DESCRIPTION_LENGTH];
	union {
		NTMS_T(NTMS_DRIVEINFORMATION) Drive;
		NTMS_T(NTMS_DRIVETYPEINFORMATION) DriveType;
		NTMS_I1_LIBRARYINFORMATION Library;
		NTMS_T(NTMS_CHANGERINFORMATION) Changer;
		NTMS_T(NTMS_CHANGERTYPEINFORMATION) ChangerType;
		NTMS_STORAGESLOTINFORMATION StorageSlot;
		NTMS_IEDOORINFORMATION IEDoor;
		NTMS_IEPORTINFORMATION IEPort;
		NTMS_T(NTMS_I1_PMIDINFORMATION) PhysicalMedia;
		NTMS_LMIDINFORMATION LogicalMedia;
		NTMS_T(NTMS_I1_PARTITIONINFORMATION) Partition;
		NTMS_MEDIAPOOLINFORMATION MediaPool;
		NTMS_MEDIATYPEINFORMATION MediaType;
		NTMS_T(NTMS_I1_LIBREQUESTINFORMATION) LibRequest;
		NTMS_T(NTMS_I1_OPREQUESTINFORMATION) OpRequest;
	} Info;
} NTMS_T(NTMS_I1_OBJECTINFORMATION), *NTMS_T(LPNTMS_I1_OBJECTINFORMATION);
