/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The NTMS API: Microsoft's Removable Storage Manager (RSM), rebuilt. An application opens a session, creates
 * media pools, allocates sides of media from them as logical media, mounts these, reads and writes through
 * the drive's device, dismounts and deallocates. Sizes, offsets and values are those of 64-bit Windows.
 *
 * What holds for every function, so that the comments need not repeat it:
 *  - It returns ERROR_SUCCESS (0) or a code from ntmstypes.h. Those that return a HANDLE return
 * INVALID_HANDLE_VALUE and leave the code to GetLastError.
 *  - Any of them may return: ERROR_INVALID_HANDLE (the session or other handle is NULL or not alive; checked
 * first), ERROR_INVALID_PARAMETER (a NULL pointer not called optional, a number out of range; checked
 * second), ERROR_ACCESS_DENIED (the right named after "needs"), ERROR_NOT_CONNECTED (the service is gone),
 *    ERROR_NOT_ENOUGH_MEMORY, ERROR_DATABASE_FAILURE, ERROR_DATABASE_FULL. Listed are the others.
 *  - Rights: U, M, C are NTMS_USE_, NTMS_MODIFY_ and NTMS_CONTROL_ACCESS.
 *  - Objects are named by GUIDs, passed by pointer. The null GUID means none.
 *  - Time-outs are in milliseconds; INFINITE never expires. Sizes of text are in characters (A: bytes of
 * UTF-8, W: units of UTF-16) with the terminator. Times are UTC.
 *  - "Queued": success means that the library has the request. How it ended stands in its library request
 * object (State, dwErrorCode), and a notification tells when.
 *  - OpenRSM so far: what is not marked "later" is there; the others return ERROR_CALL_NOT_IMPLEMENTED.
 * Sources are named in brackets: [API] the RSM API reference, [RSMP] the remote protocol specification
 * MS-RSMP, [header] Debian's public-domain mingw-w64 header. Structures, enumerations and constants are from
 * [header]. */
#ifndef NTMSAPI_H
#define NTMSAPI_H

#include <ntmstypes.h>

#pragma pack(push, 8)

#ifdef __cplusplus
extern "C" {
#endif

typedef GUID NTMS_GUID;
typedef GUID *LPNTMS_GUID;
typedef BYTE *PSECURITY_DESCRIPTOR_NTMS;
typedef ULONG_PTR NTMS_HANDLE;

#define NTMS_NULLGUID                                                                                        \
	{                                                                                                    \
		0, 0, 0, { 0, 0, 0, 0, 0, 0, 0, 0 }                                                          \
	}
#define NTMS_IS_NULLGUID(id)                                                                                 \
	(((id).Data1 == 0) && ((id).Data2 == 0) && ((id).Data3 == 0) && ((id).Data4[0] == 0) &&              \
	 ((id).Data4[1] == 0) && ((id).Data4[2] == 0) && ((id).Data4[3] == 0) && ((id).Data4[4] == 0) &&     \
	 ((id).Data4[5] == 0) && ((id).Data4[6] == 0) && ((id).Data4[7] == 0))

/* ---- lengths, with the terminator ---- */

#define NTMS_OBJECTNAME_LENGTH 64
#define NTMS_DESCRIPTION_LENGTH 127
#define NTMS_DEVICENAME_LENGTH 64
#define NTMS_SERIALNUMBER_LENGTH 32
#define NTMS_REVISION_LENGTH 32
#define NTMS_BARCODE_LENGTH 64
#define NTMS_SEQUENCE_LENGTH 32
#define NTMS_VENDORNAME_LENGTH 128
#define NTMS_PRODUCTNAME_LENGTH 128
#define NTMS_USERNAME_LENGTH 64
#define NTMS_APPLICATIONNAME_LENGTH 64
#define NTMS_COMPUTERNAME_LENGTH 64
#define NTMS_I1_MESSAGE_LENGTH 127
#define NTMS_MESSAGE_LENGTH 256
#define NTMS_POOLHIERARCHY_LENGTH 512
#define NTMS_OMIDLABELID_LENGTH 255 /* bytes, no terminator */
#define NTMS_OMIDLABELTYPE_LENGTH 64
#define NTMS_OMIDLABELINFO_LENGTH 256
#define NTMS_MAXATTR_LENGTH 0x10000 /* an attribute's data must be smaller than this */
#define NTMS_MAXATTR_NAMELEN 32

/* ---- enumerations ---- */

/* The types of objects; in brackets what may contain them, for EnumerateNtmsObject. */
enum NtmsObjectsTypes {
	NTMS_UNKNOWN = 0,
	NTMS_OBJECT = 1,	  /* internal */
	NTMS_CHANGER = 2,	  /* a library's robot [library] */
	NTMS_CHANGER_TYPE = 3,	  /* changer model */
	NTMS_COMPUTER = 4,	  /* the server */
	NTMS_DRIVE = 5,		  /* [library] */
	NTMS_DRIVE_TYPE = 6,	  /* drive model */
	NTMS_IEDOOR = 7,	  /* door [library] */
	NTMS_IEPORT = 8,	  /* insert/eject port [library] */
	NTMS_LIBRARY = 9,	  /* the offline library is one, too */
	NTMS_LIBREQUEST = 10,	  /* work of a library [library] */
	NTMS_LOGICAL_MEDIA = 11,  /* what an application allocated [media pool, side] */
	NTMS_MEDIA_POOL = 12,	  /* [media pool] */
	NTMS_MEDIA_TYPE = 13,	  /* [library] */
	NTMS_PARTITION = 14,	  /* a side of a medium [physical medium, logical medium, media pool] */
	NTMS_PHYSICAL_MEDIA = 15, /* [library, media pool] */
	NTMS_STORAGESLOT = 16,	  /* [library] */
	NTMS_OPREQUEST = 17,	  /* something asked of an operator */
	NTMS_UI_DESTINATION = 18,
	NTMS_NUMBER_OF_OBJECT_TYPES = 19
};

enum NtmsAsyncStatus {
	NTMS_ASYNCSTATE_QUEUED = 0,
	NTMS_ASYNCSTATE_WAIT_RESOURCE = 1,
	NTMS_ASYNCSTATE_WAIT_OPERATOR = 2,
	NTMS_ASYNCSTATE_INPROCESS = 3,
	NTMS_ASYNCSTATE_COMPLETE = 4
};

enum NtmsAsyncOperations { NTMS_ASYNCOP_MOUNT = 1 };

enum NtmsSessionOptions {
	NTMS_SESSION_QUERYEXPEDITE = 0x1 /* undocumented; accepted, means nothing */
};

enum NtmsMountOptions {
	NTMS_MOUNT_READ = 0x0001,
	NTMS_MOUNT_WRITE = 0x0002, /* refused for Complete sides */
	NTMS_MOUNT_ERROR_NOT_AVAILABLE = 0x0004,
	NTMS_MOUNT_ERROR_IF_UNAVAILABLE = 0x0004, /* medium or drive not free: fail instead of waiting */
	NTMS_MOUNT_ERROR_OFFLINE = 0x0008,
	NTMS_MOUNT_ERROR_IF_OFFLINE =
		0x0008,			    /* medium not in a library: fail instead of asking an operator */
	NTMS_MOUNT_SPECIFIC_DRIVE = 0x0010, /* lpDriveId names the drives to use */
	NTMS_MOUNT_NOWAIT = 0x0020	    /* return as soon as the mount is queued */
};

enum NtmsDismountOptions {
	NTMS_DISMOUNT_DEFERRED = 0x0001, /* leave it in the drive until the drive is needed */
	NTMS_DISMOUNT_IMMEDIATE = 0x0002
};

enum NtmsMountPriority {
	NTMS_PRIORITY_DEFAULT = 0,
	NTMS_PRIORITY_HIGHEST = 15,
	NTMS_PRIORITY_HIGH = 7,
	NTMS_PRIORITY_NORMAL = 0,
	NTMS_PRIORITY_LOW = -7,
	NTMS_PRIORITY_LOWEST = -15
};

enum NtmsAllocateOptions {
	NTMS_ALLOCATE_NEW = 0x0001,  /* a medium whose other sides stay reserved for me */
	NTMS_ALLOCATE_NEXT = 0x0002, /* the next side of the medium that I allocated with NEW */
	NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE = 0x0004 /* no operator request: fail */
};

enum NtmsCreateOptions {
	NTMS_OPEN_EXISTING = 0x0001,
	NTMS_CREATE_NEW = 0x0002,
	NTMS_OPEN_ALWAYS = 0x0003 /* open, or create what isn't there */
};

enum NtmsDriveState {
	NTMS_DRIVESTATE_DISMOUNTED = 0, /* empty */
	NTMS_DRIVESTATE_MOUNTED = 1,	/* a medium is in, not ready yet */
	NTMS_DRIVESTATE_LOADED = 2,	/* ready to read and write */
	NTMS_DRIVESTATE_UNLOADED = 5,	/* the medium may be taken out */
	NTMS_DRIVESTATE_BEING_CLEANED = 6,
	NTMS_DRIVESTATE_DISMOUNTABLE = 7 /* after a deferred dismount: a mount may use medium or drive */
};

enum NtmsLibraryType {
	NTMS_LIBRARYTYPE_UNKNOWN = 0,
	NTMS_LIBRARYTYPE_OFFLINE = 1,	/* the shelf */
	NTMS_LIBRARYTYPE_ONLINE = 2,	/* with a robot */
	NTMS_LIBRARYTYPE_STANDALONE = 3 /* one drive, seen as a library */
};

enum NtmsLibraryFlags {
	NTMS_LIBRARYFLAG_FIXEDOFFLINE = 0x01, /* the offline library, not one that is absent */
	NTMS_LIBRARYFLAG_CLEANERPRESENT = 0x02,
	NTMS_LIBRARYFLAG_AUTODETECTCHANGE = 0x04, /* undocumented */
	NTMS_LIBRARYFLAG_IGNORECLEANERUSESREMAINING =
		0x08,					/* follows from dwCleanerUsesRemaining 0xFFFFFFFF */
	NTMS_LIBRARYFLAG_RECOGNIZECLEANERBARCODE = 0x10 /* bar codes CLN... are cleaners */
};

enum NtmsInventoryMethod {
	NTMS_INVENTORY_NONE = 0,
	NTMS_INVENTORY_FAST = 1,    /* by bar code; without a reader by what changed in the slots */
	NTMS_INVENTORY_OMID = 2,    /* mount each side and read its label */
	NTMS_INVENTORY_DEFAULT = 3, /* as the library's InventoryMethod says */
	NTMS_INVENTORY_SLOT = 4,
	NTMS_INVENTORY_STOP = 5,
	NTMS_INVENTORY_MAX = 6
};

enum NtmsSlotState {
	NTMS_SLOTSTATE_UNKNOWN = 0,
	NTMS_SLOTSTATE_FULL = 1,
	NTMS_SLOTSTATE_EMPTY = 2,
	NTMS_SLOTSTATE_NOTPRESENT = 3, /* its magazine is missing */
	NTMS_SLOTSTATE_NEEDSINVENTORY = 4
};

enum NtmsDoorState { NTMS_DOORSTATE_UNKNOWN = 0, NTMS_DOORSTATE_CLOSED = 1, NTMS_DOORSTATE_OPEN = 2 };

enum NtmsPortPosition {
	NTMS_PORTPOSITION_UNKNOWN = 0,
	NTMS_PORTPOSITION_EXTENDED = 1,
	NTMS_PORTPOSITION_RETRACTED = 2
};

enum NtmsPortContent { NTMS_PORTCONTENT_UNKNOWN = 0, NTMS_PORTCONTENT_FULL = 1, NTMS_PORTCONTENT_EMPTY = 2 };

enum NtmsBarCodeState {
	NTMS_BARCODESTATE_OK = 1,
	NTMS_BARCODESTATE_UNREADABLE = 2 /* or there is none */
};

enum NtmsMediaState {
	NTMS_MEDIASTATE_IDLE = 0,
	NTMS_MEDIASTATE_INUSE = 1,    /* a request for it was accepted */
	NTMS_MEDIASTATE_MOUNTED = 2,  /* in a drive */
	NTMS_MEDIASTATE_LOADED = 3,   /* ready to read and write */
	NTMS_MEDIASTATE_UNLOADED = 4, /* may be taken out of the drive */
	NTMS_MEDIASTATE_OPERROR = 5,  /* an error that needs no operator */
	NTMS_MEDIASTATE_OPREQ = 6     /* waits for an operator */
};

enum NtmsPartitionState {
	NTMS_PARTSTATE_UNKNOWN = 0,
	NTMS_PARTSTATE_UNPREPARED = 1, /* waits for its free label */
	NTMS_PARTSTATE_INCOMPATIBLE = 2,
	NTMS_PARTSTATE_DECOMMISSIONED = 3, /* never to be used again */
	NTMS_PARTSTATE_AVAILABLE = 4,
	NTMS_PARTSTATE_ALLOCATED = 5,
	NTMS_PARTSTATE_COMPLETE = 6, /* its application has written all it will */
	NTMS_PARTSTATE_FOREIGN = 7,  /* in an unrecognized pool */
	NTMS_PARTSTATE_IMPORT = 8,   /* in an import pool */
	NTMS_PARTSTATE_RESERVED = 9  /* kept for the owner of another side */
};
#define NTMS_PARTSTATE_NEW NTMS_PARTSTATE_UNKNOWN

enum NtmsPoolType {
	NTMS_POOLTYPE_UNKNOWN = 0,
	NTMS_POOLTYPE_SCRATCH = 1, /* free media */
	NTMS_POOLTYPE_FOREIGN = 2, /* unrecognized media */
	NTMS_POOLTYPE_IMPORT = 3,  /* known label format, unknown label */
	NTMS_POOLTYPE_APPLICATION = 1000
};

enum NtmsAllocationPolicy { NTMS_ALLOCATE_FROMSCRATCH = 1 };
enum NtmsDeallocationPolicy { NTMS_DEALLOCATE_TOSCRATCH = 1 };

enum NtmsReadWriteCharacteristics {
	NTMS_MEDIARW_UNKNOWN = 0,
	NTMS_MEDIARW_REWRITABLE = 1,
	NTMS_MEDIARW_WRITEONCE = 2,
	NTMS_MEDIARW_READONLY = 3
};

enum NtmsLmOperation {
	NTMS_LM_REMOVE = 0, /* cancel a library request */
	NTMS_LM_DISABLECHANGER = 1,
	NTMS_LM_DISABLELIBRARY = 1,
	NTMS_LM_ENABLECHANGER = 2,
	NTMS_LM_ENABLELIBRARY = 2,
	NTMS_LM_DISABLEDRIVE = 3,
	NTMS_LM_ENABLEDRIVE = 4,
	NTMS_LM_DISABLEMEDIA = 5,
	NTMS_LM_ENABLEMEDIA = 6,
	NTMS_LM_UPDATEOMID = 7,
	NTMS_LM_INVENTORY = 8,
	NTMS_LM_DOORACCESS = 9,
	NTMS_LM_EJECT = 10,
	NTMS_LM_EJECTCLEANER = 11,
	NTMS_LM_INJECT = 12,
	NTMS_LM_INJECTCLEANER = 13,
	NTMS_LM_PROCESSOMID = 14, /* read a label and act on it */
	NTMS_LM_CLEANDRIVE = 15,
	NTMS_LM_DISMOUNT = 16,
	NTMS_LM_MOUNT = 17,
	NTMS_LM_WRITESCRATCH = 18, /* write the free label */
	NTMS_LM_CLASSIFY = 19,
	NTMS_LM_RESERVECLEANER = 20,
	NTMS_LM_RELEASECLEANER = 21,
	NTMS_LM_MAXWORKITEM = 22
};

enum NtmsLmState {
	NTMS_LM_QUEUED = 0,
	NTMS_LM_INPROCESS = 1,
	NTMS_LM_PASSED = 2,
	NTMS_LM_FAILED = 3, /* see dwErrorCode */
	NTMS_LM_INVALID = 4,
	NTMS_LM_WAITING = 5,
	NTMS_LM_DEFERRED = 6,
	NTMS_LM_DEFFERED = 6,
	NTMS_LM_CANCELLED = 7,
	NTMS_LM_STOPPED = 8
};

enum NtmsOpreqCommand {
	NTMS_OPREQ_UNKNOWN = 0,
	NTMS_OPREQ_NEWMEDIA = 1,      /* Arg1 media pool, Arg2 library (optional) */
	NTMS_OPREQ_CLEANER = 2,	      /* Arg1 library */
	NTMS_OPREQ_DEVICESERVICE = 3, /* Arg1 the device */
	NTMS_OPREQ_MOVEMEDIA = 4,     /* Arg1 physical medium, Arg2 library to move it to */
	NTMS_OPREQ_MESSAGE = 5
};

enum NtmsOpreqState {
	NTMS_OPSTATE_UNKNOWN = 0,
	NTMS_OPSTATE_SUBMITTED = 1,
	NTMS_OPSTATE_ACTIVE = 2,     /* seen */
	NTMS_OPSTATE_INPROGRESS = 3, /* acknowledged */
	NTMS_OPSTATE_REFUSED = 4,
	NTMS_OPSTATE_COMPLETE = 5
};

enum NtmsLibRequestFlags {
	NTMS_LIBREQFLAGS_NOAUTOPURGE = 0x01,  /* keep finished library requests */
	NTMS_LIBREQFLAGS_NOFAILEDPURGE = 0x02 /* keep failed ones */
};

enum NtmsOpRequestFlags {
	NTMS_OPREQFLAGS_NOAUTOPURGE = 0x01,
	NTMS_OPREQFLAGS_NOFAILEDPURGE = 0x02,
	NTMS_OPREQFLAGS_NOALERTS = 0x10,
	NTMS_OPREQFLAGS_NOTRAYICON = 0x20
};

enum NtmsMediaPoolPolicy {
	NTMS_POOLPOLICY_PURGEOFFLINESCRATCH = 0x01, /* forget free media when they are ejected */
	NTMS_POOLPOLICY_KEEPOFFLINEIMPORT = 0x02    /* remember import media when they are ejected */
};

enum NtmsOperationalState {
	NTMS_READY = 0,
	NTMS_INITIALIZING = 10,
	NTMS_NEEDS_SERVICE = 20,
	NTMS_NOT_PRESENT = 21
};

enum NtmsCreateNtmsMediaOptions { NTMS_ERROR_ON_DUPLICATE = 0x0001 };

enum NtmsEnumerateOption { NTMS_ENUM_DEFAULT = 0, NTMS_ENUM_ROOTPOOL = 1 };

enum NtmsEjectOperation {
	NTMS_EJECT_START = 0,
	NTMS_EJECT_STOP = 1,
	NTMS_EJECT_QUEUE = 2, /* collect for a batch that a START begins */
	NTMS_EJECT_FORCE = 3,
	NTMS_EJECT_IMMEDIATE = 4, /* this and the next only for EjectDiskFromSADrive */
	NTMS_EJECT_ASK_USER = 5
};

enum NtmsInjectOperation {
	NTMS_INJECT_START = 0,
	NTMS_INJECT_STOP = 1,
	NTMS_INJECT_RETRACT = 2,  /* look into the port now */
	NTMS_INJECT_STARTMANY = 3 /* open the port again after each find */
};

enum NtmsDriveType { NTMS_UNKNOWN_DRIVE = 0 };

/* Rights on objects, beside the standard ones. (MS-RSMP prints CONTROL as 3, which would be USE and MODIFY.)
 */
enum NtmsAccessMask { NTMS_USE_ACCESS = 0x1, NTMS_MODIFY_ACCESS = 0x2, NTMS_CONTROL_ACCESS = 0x4 };

#define NTMS_GENERIC_READ NTMS_USE_ACCESS
#define NTMS_GENERIC_WRITE (NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS)
#define NTMS_GENERIC_EXECUTE (NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | NTMS_CONTROL_ACCESS)
#define NTMS_GENERIC_ALL (NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | NTMS_CONTROL_ACCESS)

enum NtmsUITypes {
	NTMS_UITYPE_INVALID = 0,
	NTMS_UITYPE_INFO = 1, /* progress */
	NTMS_UITYPE_REQ = 2,  /* operator requests that ask for media */
	NTMS_UITYPE_ERR = 3,  /* operator requests that report an error */
	NTMS_UITYPE_MAX = 4
};

enum NtmsUIOperations {
	NTMS_UIDEST_ADD = 1,
	NTMS_UIDEST_DELETE = 2,
	NTMS_UIDEST_DELETEALL = 3,
	NTMS_UIOPERATION_MAX = 4
};

enum NtmsNotificationOperations {
	NTMS_OBJ_UPDATE = 1,
	NTMS_OBJ_INSERT = 2,
	NTMS_OBJ_DELETE = 3,
	NTMS_EVENT_SIGNAL = 4,
	NTMS_EVENT_COMPLETE = 5
};

#define NTMS_OMID_TYPE_RAW_LABEL 0x01
#define NTMS_OMID_TYPE_FILESYSTEM_INFO 0x02

/* ---- structures ---- */

/* Named by the protocol as what NTMS_MOUNT_INFORMATION.lpReserved would point to; no call uses it. */
typedef struct _NTMS_ASYNC_IO {
	NTMS_GUID OperationId;
	NTMS_GUID EventId;
	DWORD dwOperationType; /* enum NtmsAsyncOperations */
	DWORD dwResult;
	DWORD dwAsyncState; /* enum NtmsAsyncStatus */
	HANDLE hEvent;
	BOOL bOnStateChange;
} NTMS_ASYNC_IO, *LPNTMS_ASYNC_IO;

typedef struct _NTMS_MOUNT_INFORMATION {
	DWORD dwSize;
	LPVOID lpReserved; /* NULL */
} NTMS_MOUNT_INFORMATION, *LPNTMS_MOUNT_INFORMATION;

typedef struct _NTMS_ALLOCATION_INFORMATION {
	DWORD dwSize;		 /* in: sizeof this */
	LPVOID lpReserved;	 /* in: NULL */
	NTMS_GUID AllocatedFrom; /* out: the pool that the medium came from */
} NTMS_ALLOCATION_INFORMATION, *LPNTMS_ALLOCATION_INFORMATION;

/* NTMS_LIBRARY. Of the offline library only LibraryType and dwNumberOfMedia mean something. "Settable" here
 * and below: written by SetNtmsObjectInformation. */
typedef struct _NTMS_LIBRARYINFORMATION {
	DWORD LibraryType;	      /* enum NtmsLibraryType */
	NTMS_GUID CleanerSlot;	      /* null: none reserved */
	NTMS_GUID CleanerSlotDefault; /* null: none */
	BOOL LibrarySupportsDriveCleaning;
	BOOL BarCodeReaderInstalled;
	DWORD InventoryMethod;	      /* settable: NTMS_INVENTORY_NONE, _FAST or _OMID */
	DWORD dwCleanerUsesRemaining; /* settable; 0xFFFFFFFF: don't count */
	DWORD FirstDriveNumber;
	DWORD dwNumberOfDrives;
	DWORD FirstSlotNumber;
	DWORD dwNumberOfSlots; /* 0: a stand-alone drive */
	DWORD FirstDoorNumber;
	DWORD dwNumberOfDoors;
	DWORD FirstPortNumber;
	DWORD dwNumberOfPorts;
	DWORD FirstChangerNumber;
	DWORD dwNumberOfChangers;
	DWORD dwNumberOfMedia;
	DWORD dwNumberOfMediaTypes;
	DWORD dwNumberOfLibRequests;
	GUID Reserved;
	BOOL AutoRecovery; /* settable: a mount that fails by hardware or label starts a full inventory */
	DWORD dwFlags;	   /* settable: enum NtmsLibraryFlags */
} NTMS_LIBRARYINFORMATION;

/* NTMS_STORAGESLOT */
typedef struct _NTMS_STORAGESLOTINFORMATION {
	DWORD Number;
	DWORD State; /* enum NtmsSlotState */
	NTMS_GUID Library;
} NTMS_STORAGESLOTINFORMATION;

/* NTMS_IEDOOR */
typedef struct _NTMS_IEDOORINFORMATION {
	DWORD Number;
	DWORD State;	  /* enum NtmsDoorState */
	WORD MaxOpenSecs; /* settable: then the operator is asked to close it; 0: as soon as it opens */
	NTMS_GUID Library;
} NTMS_IEDOORINFORMATION;

/* NTMS_IEPORT */
typedef struct _NTMS_IEPORTINFORMATION {
	DWORD Number;
	DWORD Content;	    /* enum NtmsPortContent */
	DWORD Position;	    /* enum NtmsPortPosition */
	WORD MaxExtendSecs; /* settable: time-out of inject and eject, in seconds */
	NTMS_GUID Library;
} NTMS_IEPORTINFORMATION;

/* NTMS_LOGICAL_MEDIA */
typedef struct _NTMS_LMIDINFORMATION {
	NTMS_GUID MediaPool;
	DWORD dwNumberOfPartitions;
} NTMS_LMIDINFORMATION;

/* NTMS_MEDIA_POOL */
typedef struct _NTMS_MEDIAPOOLINFORMATION {
	DWORD PoolType;		  /* enum NtmsPoolType */
	NTMS_GUID MediaType;	  /* settable; null: a pool of pools */
	NTMS_GUID Parent;	  /* null at the top */
	DWORD AllocationPolicy;	  /* settable: NTMS_ALLOCATE_FROMSCRATCH or 0 */
	DWORD DeallocationPolicy; /* settable: NTMS_DEALLOCATE_TOSCRATCH or 0 */
	DWORD dwMaxAllocates;	  /* settable: allocations of a side before it is decommissioned */
	DWORD dwNumberOfPhysicalMedia;
	DWORD dwNumberOfLogicalMedia;
	DWORD dwNumberOfMediaPools;
} NTMS_MEDIAPOOLINFORMATION;

/* NTMS_MEDIA_TYPE */
typedef struct _NTMS_MEDIATYPEINFORMATION {
	DWORD MediaType; /* STORAGE_MEDIA_TYPE: ntmsmedia.h */
	DWORD NumberOfSides;
	DWORD ReadWriteCharacteristics; /* enum NtmsReadWriteCharacteristics */
	DWORD DeviceType;		/* FILE_DEVICE_ value: ntmsmedia.h */
} NTMS_MEDIATYPEINFORMATION;

/* NTMS_COMPUTER. All settable. */
typedef struct _NTMS_COMPUTERINFORMATION {
	DWORD dwLibRequestPurgeTime; /* seconds that a finished library request is kept */
	DWORD dwOpRequestPurgeTime;  /* seconds that a finished operator request is kept */
	DWORD dwLibRequestFlags;     /* enum NtmsLibRequestFlags */
	DWORD dwOpRequestFlags;	     /* enum NtmsOpRequestFlags */
	DWORD dwMediaPoolPolicy;     /* enum NtmsMediaPoolPolicy */
} NTMS_COMPUTERINFORMATION;

typedef struct _NTMS_I1_LIBRARYINFORMATION {
	DWORD LibraryType;
	NTMS_GUID CleanerSlot;
	NTMS_GUID CleanerSlotDefault;
	BOOL LibrarySupportsDriveCleaning;
	BOOL BarCodeReaderInstalled;
	DWORD InventoryMethod;
	DWORD dwCleanerUsesRemaining;
	DWORD FirstDriveNumber;
	DWORD dwNumberOfDrives;
	DWORD FirstSlotNumber;
	DWORD dwNumberOfSlots;
	DWORD FirstDoorNumber;
	DWORD dwNumberOfDoors;
	DWORD FirstPortNumber;
	DWORD dwNumberOfPorts;
	DWORD FirstChangerNumber;
	DWORD dwNumberOfChangers;
	DWORD dwNumberOfMedia;
	DWORD dwNumberOfMediaTypes;
	DWORD dwNumberOfLibRequests;
	GUID Reserved;
} NTMS_I1_LIBRARYINFORMATION;

/* A message of the remote protocol to an operator's console; no call uses it. */
typedef struct _RSM_MESSAGE {
	LPGUID lpguidOperation;
	DWORD dwNtmsType;
	DWORD dwState; /* enum NtmsLmState */
	DWORD dwFlags;
	DWORD dwPriority;
	DWORD dwErrorCode;
	LPWSTR lpszComputerName;
	LPWSTR lpszApplication;
	LPWSTR lpszUser;
	LPWSTR lpszTimeSubmitted;
	LPWSTR lpszMessage;
} RSM_MESSAGE, *LPRSM_MESSAGE;

/* What UpdateNtmsOmidInfo takes for a medium with a file system. */
typedef struct {
	WCHAR FileSystemType[64];
	WCHAR VolumeName[256];
	DWORD SerialNumber;
} NTMS_FILESYSTEM_INFO;

typedef struct _NTMS_NOTIFICATIONINFORMATION {
	DWORD dwOperation; /* enum NtmsNotificationOperations */
	NTMS_GUID ObjectId;
} NTMS_NOTIFICATIONINFORMATION, *LPNTMS_NOTIFICATIONINFORMATION;

#define NTMS_T(name) name##A
#define NTMS_CHAR CHAR
#include <ntmsapi_aw.h>
#undef NTMS_T
#undef NTMS_CHAR
#define NTMS_T(name) name##W
#define NTMS_CHAR WCHAR
#include <ntmsapi_aw.h>
#undef NTMS_T
#undef NTMS_CHAR

/* ---- session ---- */

/* Opens a session. lpServer: optional; unix:/path, https://host:port, or http://127.0.0.1:port; else the
 * environment variable RSM_SERVER, else the local service. lpApplication: optional; recorded with requests,
 * cut to NTMS_APPLICATIONNAME_LENGTH; "RSM" if NULL. dwOptions: 0 or NTMS_SESSION_QUERYEXPEDITE. The session
 * may be used by several threads at once, not by another process. Needs U on the computer. Also
 * ERROR_INVALID_COMPUTERNAME (malformed lpServer), ERROR_NO_NETWORK, ERROR_NOT_READY (the service is still
 * starting: try again), RPC_S_NO_INTERFACES (the service is older than this library). [API; codes and
 * application name: RSMP; QUERYEXPEDITE: header] */
HANDLE WINAPI OpenNtmsSessionA(LPCSTR lpServer, LPCSTR lpApplication, DWORD dwOptions);
HANDLE WINAPI OpenNtmsSessionW(LPCWSTR lpServer, LPCWSTR lpApplication, DWORD dwOptions);

/* Closes a session. Calls of it that still block in other threads are rolled back and return ERROR_CANCELLED.
 * Mounted media stay mounted and allocated media allocated. Also ERROR_CONNECTION_UNAVAIL (the connection was
 * gone already; the handle is closed all the same). [API, RSMP] */
DWORD WINAPI CloseNtmsSession(HANDLE hSession);

/* ---- media ---- */

/* Mounts dwCount (at least 1) logical media or sides, all or none, all from one library, and waits until they
 * are ready or dwTimeout has passed (then the request is cancelled). lpMediaId, lpDriveId: arrays of dwCount;
 * lpDriveId receives the drives, or names them with NTMS_MOUNT_SPECIFIC_DRIVE. dwOptions: NtmsMountOptions.
 * dwPriority: -15 to 15. lpMountInformation: NULL. An offline medium raises an operator request unless
 * NTMS_MOUNT_ERROR_OFFLINE. The drive's mode (block size) is undefined afterwards. Needs U on the pools and
 * the library. Also ERROR_BUSY, ERROR_CANCELLED (session closed), ERROR_DRIVE_MEDIA_MISMATCH,
 * ERROR_INVALID_DRIVE, ERROR_INVALID_LIBRARY, ERROR_INVALID_MEDIA (or named twice), ERROR_INVALID_STATE,
 * ERROR_MEDIA_OFFLINE, ERROR_REQUEST_REFUSED (by the operator), ERROR_RESOURCE_DISABLED,
 * ERROR_RESOURCE_NOT_AVAILABLE, ERROR_TIMEOUT, ERROR_WRITE_PROTECT (Complete side). [API; dwCount 0, NULLs,
 * NTMS_MOUNT_NOWAIT: RSMP] */
DWORD WINAPI MountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpDriveId, DWORD dwCount,
			    DWORD dwOptions, int dwPriority, DWORD dwTimeout,
			    LPNTMS_MOUNT_INFORMATION lpMountInformation);

/* Queued. Gives the drives of dwCount (at least 1) logical media or sides back. dwOptions:
 * NtmsDismountOptions; 0 is immediate. Needs U on the pools and the library. Also ERROR_DEVICE_NOT_AVAILABLE,
 * ERROR_INVALID_LIBRARY, ERROR_INVALID_MEDIA, ERROR_INVALID_STATE (not mounted), ERROR_MEDIA_NOT_AVAILABLE,
 * ERROR_MEDIA_OFFLINE, ERROR_TIMEOUT. [API; NULLs and duplicates: RSMP] */
DWORD WINAPI DismountNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwCount, DWORD dwOptions);

/* Allocates one side from application pool lpMediaPool and stores its new logical media id in *lpMediaId (the
 * null GUID if nothing was allocated). lpPartition: optional, the very side wanted, Available or in Import.
 * dwOptions: NtmsAllocateOptions; with NTMS_ALLOCATE_NEXT *lpMediaId holds on entry the logical medium whose
 * next side is wanted. Looks in the pool, then, if its policy says so, in the free pool; then an operator is
 * asked for media and the call waits up to dwTimeout (0 waits, too, unless the service is set otherwise).
 * lpAllocateInformation: optional; receives the pool that the medium came from. Needs C on the pool, and on
 * an Import side's pool; U on the free pool. Also ERROR_CANCELLED (the operator refused),
 * ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_MEDIA (what NEXT starts from), ERROR_INVALID_MEDIA_POOL,
 * ERROR_MEDIA_INCOMPATIBLE, ERROR_MEDIA_NOT_AVAILABLE, ERROR_MEDIA_OFFLINE, ERROR_MEDIA_UNAVAILABLE,
 * ERROR_TIMEOUT. [API; unsuitable side: RSMP] */
DWORD WINAPI AllocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaPool, LPNTMS_GUID lpPartition,
			       LPNTMS_GUID lpMediaId, DWORD dwOptions, DWORD dwTimeout,
			       LPNTMS_ALLOCATION_INFORMATION lpAllocateInformation);

/* Gives a logical medium back: its side becomes Available (Decommissioned after the pool's dwMaxAllocates)
 * and the medium returns to the free pool if the pool's policy says so. dwOptions: 0. Needs C on the pool, U
 * on the free pool. Also ERROR_INVALID_MEDIA. [API] */
DWORD WINAPI DeallocateNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD dwOptions);

/* Later. Exchanges the sides behind two logical media of one pool. Needs M on the pool. Also
 * ERROR_BAD_FORMAT, ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_INVALID_STATE. [API, RSMP] */
DWORD WINAPI SwapNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId1, LPNTMS_GUID lpMediaId2);

/* Later. Relates a media type to a library and makes the type's free, import and unrecognized pools. Needs M
 * on the library. Also ERROR_INVALID_LIBRARY, ERROR_INVALID_MEDIA, ERROR_LIBRARY_OFFLINE. [API] */
DWORD WINAPI AddNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaTypeId, LPNTMS_GUID lpLibId);

/* Later. Ends that relation; the library may hold no medium of the type. Needs M on the library. Also
 * ERROR_INVALID_LIBRARY, ERROR_NOT_EMPTY. [API; NOT_EMPTY: RSMP] */
DWORD WINAPI DeleteNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaTypeId, LPNTMS_GUID lpLibId);

/* Later. Moves physical medium lpMediaId to a pool and gives it the pool's media type. Needs M on its pool
 * and on the computer. Also ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_LIBRARY_OFFLINE. [API, RSMP]
 */
DWORD WINAPI ChangeNtmsMediaType(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId);

/* Later. Retires a side (lpMediaId is a side's id) for good; it must be Available. Needs C on the pool. Also
 * ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_INVALID_STATE. [API] */
DWORD WINAPI DecommissionNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId);

/* Marks an allocated logical medium as fully written: mounts for writing are refused from now on. Needs C on
 * the pool. Also ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_INVALID_STATE (not Allocated, or
 * mounted). [API] */
DWORD WINAPI SetNtmsMediaComplete(HANDLE hSession, LPNTMS_GUID lpMediaId);

/* Later. Forgets an offline physical medium of which no side is Allocated, Complete or Reserved. Needs M on
 * the pool and on the computer. Also ERROR_INVALID_MEDIA, ERROR_INVALID_MEDIA_POOL, ERROR_INVALID_STATE.
 * [API] */
DWORD WINAPI DeleteNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId);

/* Later. Enters a medium that is on the shelf: lpMedia describes it (NTMS_PHYSICAL_MEDIA), lpList its
 * dwNumberOfPartitions sides (NTMS_PARTITION); both are completed. dwOptions: 0 or NTMS_ERROR_ON_DUPLICATE.
 * Needs M on the pool and on the computer. Also ERROR_INVALID_MEDIA (known bar code or label),
 * ERROR_INVALID_MEDIA_POOL, ERROR_MEDIA_INCOMPATIBLE (number of sides). [API; duplicates: RSMP] */
DWORD WINAPI CreateNtmsMediaA(HANDLE hSession, LPNTMS_OBJECTINFORMATIONA lpMedia,
			      LPNTMS_OBJECTINFORMATIONA lpList, DWORD dwOptions);
DWORD WINAPI CreateNtmsMediaW(HANDLE hSession, LPNTMS_OBJECTINFORMATIONW lpMedia,
			      LPNTMS_OBJECTINFORMATIONW lpList, DWORD dwOptions);

/* ---- media pools ---- */

/* Opens or creates (dwAction: NtmsCreateOptions) an application pool and stores its id. lpPoolName: its full
 * name, each part after a backslash, as in \Backup\Daily, at most NTMS_POOLHIERARCHY_LENGTH; parents are
 * created first, each by its own call. lpMediaType: optional; NULL makes a pool of pools.
 * lpSecurityAttributes: optional; NULL inherits from the parent. To create needs C on the parent and the
 * root. Also ERROR_ALREADY_EXISTS, ERROR_INVALID_MEDIA (no such type), ERROR_INVALID_NAME,
 * ERROR_OBJECT_NOT_FOUND (no such pool or parent). [API; parent: RSMP] */
DWORD WINAPI CreateNtmsMediaPoolA(HANDLE hSession, LPCSTR lpPoolName, LPNTMS_GUID lpMediaType, DWORD dwAction,
				  LPSECURITY_ATTRIBUTES lpSecurityAttributes, LPNTMS_GUID lpPoolId);
DWORD WINAPI CreateNtmsMediaPoolW(HANDLE hSession, LPCWSTR lpPoolName, LPNTMS_GUID lpMediaType,
				  DWORD dwAction, LPSECURITY_ATTRIBUTES lpSecurityAttributes,
				  LPNTMS_GUID lpPoolId);

/* Stores a pool's full name. *lpdwBufSize: in, the size of lpNameBuf; out, the size of the name, also with
 * ERROR_INSUFFICIENT_BUFFER. Also ERROR_INVALID_MEDIA_POOL (and for a NULL lpPoolId). [API] */
DWORD WINAPI GetNtmsMediaPoolNameA(HANDLE hSession, LPNTMS_GUID lpPoolId, LPSTR lpNameBuf,
				   LPDWORD lpdwBufSize);
DWORD WINAPI GetNtmsMediaPoolNameW(HANDLE hSession, LPNTMS_GUID lpPoolId, LPWSTR lpNameBuf,
				   LPDWORD lpdwBufSize);

/* Moves a whole physical medium to another pool of its media type. Into a free pool the library first writes
 * the free label, queued; no side may be Allocated, Complete or Reserved. Import and unrecognized media can
 * only become free. Needs C on both pools, U on a free one. Also ERROR_BUSY, ERROR_INVALID_MEDIA,
 * ERROR_INVALID_MEDIA_POOL (a move that isn't allowed), ERROR_MEDIA_INCOMPATIBLE (media type). [API] */
DWORD WINAPI MoveToNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpPoolId);

/* Deletes an empty application pool. Needs M on it. Also ERROR_INVALID_MEDIA_POOL, ERROR_NOT_EMPTY. [API] */
DWORD WINAPI DeleteNtmsMediaPool(HANDLE hSession, LPNTMS_GUID lpPoolId);

/* ---- libraries ---- */

/* Later. Forgets a library that is no longer there; its media move to the offline library. Needs M on it.
 * Also ERROR_INVALID_LIBRARY, ERROR_INVALID_STATE. [API; state: RSMP] */
DWORD WINAPI DeleteNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId);

/* Later. Forgets a drive that is NTMS_NOT_PRESENT. Needs M on the library. Also ERROR_INVALID_DRIVE,
 * ERROR_INVALID_LIBRARY, ERROR_INVALID_STATE. [API; stand-alone drives: RSMP] */
DWORD WINAPI DeleteNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId);

/* Queued. Ejects a physical medium through a port; it then is offline (import, unrecognized and incompatible
 * media are forgotten). dwAction: START stores the operation's id in *lpEjectOperation; STOP ends that
 * operation; QUEUE collects media for a batch that START begins, and START with a NULL lpMediaId begins it
 * with what was collected; FORCE ejects though in use. The time-out is the port's MaxExtendSecs. Needs C on
 * the library. Also ERROR_BUSY (in use, or more than the port holds), ERROR_DEVICE_NOT_AVAILABLE (library
 * disabled), ERROR_INVALID_MEDIA, ERROR_INVALID_OPERATION (STOP of no running eject), ERROR_LIBRARY_OFFLINE
 * (medium isn't in a library), ERROR_MEDIA_NOT_AVAILABLE (disabled). [API; FORCE: RSMP] */
DWORD WINAPI EjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpMediaId, LPNTMS_GUID lpEjectOperation,
			    DWORD dwAction);

/* Queued. Takes media in through a port until the port's MaxExtendSecs have passed or STOP. dwAction: START
 * and STARTMANY store the operation's id in *lpInjectOperation; STOP and RETRACT take it from there. Each
 * cartridge moves to a slot and is identified; those without a slot stay in the port and an operator is asked
 * to take them. Needs C on the library. Also ERROR_DEVICE_NOT_AVAILABLE (library disabled),
 * ERROR_INVALID_LIBRARY, ERROR_INVALID_OPERATION (STOP of no running inject), ERROR_LIBRARY_FULL (no slot
 * free), ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_NOT_PRESENT (no port). [API; LIBRARY_FULL, use of ids: RSMP]
 */
DWORD WINAPI InjectNtmsMedia(HANDLE hSession, LPNTMS_GUID lpLibraryId, LPNTMS_GUID lpInjectOperation,
			     DWORD dwAction);

/* Later. Queued. Unlocks a library's door; dwAction: the NtmsInventoryMethod to run after it is closed. Needs
 * C on the library. Also ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_PRESENT (no
 * door). [API] */
DWORD WINAPI AccessNtmsLibraryDoor(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction);

/* Later. Queued. Cleans a drive with the library's cleaner. Needs C on the library. Also
 * ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_DRIVE, ERROR_INVALID_LIBRARY, ERROR_RESOURCE_DISABLED,
 * ERROR_RESOURCE_NOT_PRESENT. [API, RSMP] */
DWORD WINAPI CleanNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId);

/* Later. Queued. Sends whatever a drive holds back to its slot. Needs M on the library. Also
 * ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_DRIVE, ERROR_INVALID_LIBRARY, ERROR_INVALID_STATE (empty, or
 * open), ERROR_LIBRARY_OFFLINE. [API, RSMP] */
DWORD WINAPI DismountNtmsDrive(HANDLE hSession, LPNTMS_GUID lpDriveId);

/* Queued. Compares a library with the database. dwAction: NTMS_INVENTORY_FAST, _OMID, _DEFAULT, or _STOP for
 * the one that runs. Needs C on the library. Also ERROR_DEVICE_NOT_AVAILABLE (not connected),
 * ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED. [API, RSMP] */
DWORD WINAPI InventoryNtmsLibrary(HANDLE hSession, LPNTMS_GUID lpLibraryId, DWORD dwAction);

/* Later. Identifies the medium in a slot. dwOption: NtmsDismountOptions for what follows. Needs C on the
 * library. Also ERROR_LIBRARY_OFFLINE, ERROR_OBJECT_NOT_FOUND. [API, RSMP] */
DWORD WINAPI IdentifyNtmsSlot(HANDLE hSession, LPNTMS_GUID lpSlotId, DWORD dwOption);

/* Later. Queued. Cancels a library request. Needs C on the library; ERROR_ACCESS_DENIED also for a request
 * that is being carried out. Also ERROR_OBJECT_NOT_FOUND (or finished). [API] */
DWORD WINAPI CancelNtmsLibraryRequest(HANDLE hSession, LPNTMS_GUID lpRequestId);

/* Later. A library request's place among those of its kind: 1 is next, 0 no order. Needs C on the computer.
 * Also ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI GetNtmsRequestOrder(HANDLE hSession, LPNTMS_GUID lpRequestId, LPDWORD lpdwOrderNumber);

/* Later. Gives it another place; a very large number is the last. Needs C on the computer. Also
 * ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI SetNtmsRequestOrder(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwOrderNumber);

/* Later. Deletes those of dwCount requests that are finished. dwType: NTMS_LIBREQUEST or NTMS_OPREQUEST.
 * Unknown ids are no error. Needs M on the computer. [API] */
DWORD WINAPI DeleteNtmsRequests(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwType, DWORD dwCount);

/* Later. Ejects a disk from a stand-alone drive named by its device; opens its own session (lpComputerName
 * and lpAppName as in OpenNtmsSession). hWnd, lpTitle, lpMessage: for the question to the user. dwOptions:
 * NtmsEjectOperation. Needs C on the library. Also ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_OPERATION,
 * ERROR_LIBRARY_OFFLINE, ERROR_MEDIA_NOT_AVAILABLE. [API] */
DWORD WINAPI EjectDiskFromSADriveA(LPCSTR lpComputerName, LPCSTR lpAppName, LPCSTR lpDeviceName, HWND hWnd,
				   LPCSTR lpTitle, LPCSTR lpMessage, DWORD dwOptions);
DWORD WINAPI EjectDiskFromSADriveW(LPCWSTR lpComputerName, LPCWSTR lpAppName, LPCWSTR lpDeviceName, HWND hWnd,
				   LPCWSTR lpTitle, LPCWSTR lpMessage, DWORD dwOptions);

/* Later. Exported by the Windows library beside EjectDiskFromSADriveW and documented nowhere; taken to have
 * the same parameters. [RSMP lists nothing; exported names] */
DWORD WINAPI DoEjectFromSADriveW(LPCWSTR lpComputerName, LPCWSTR lpAppName, LPCWSTR lpDeviceName, HWND hWnd,
				 LPCWSTR lpTitle, LPCWSTR lpMessage, DWORD dwOptions);

/* Later. The volume name and drive letter of the one partition of a removable disk; local, no session. [API]
 */
DWORD WINAPI GetVolumesFromDriveA(LPSTR pszDriveName, LPSTR *VolumeNameBufferPtr,
				  LPSTR *DriveLetterBufferPtr);
DWORD WINAPI GetVolumesFromDriveW(LPWSTR pszDriveName, LPWSTR *VolumeNameBufferPtr,
				  LPWSTR *DriveLetterBufferPtr);

/* ---- the cleaner of a library ---- */

/* Later. Queued. Keeps an empty slot for the cleaner. Needs C on the library. Also ERROR_CLEANER_SLOT_SET,
 * ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE, ERROR_OBJECT_NOT_FOUND (no such
 * slot), ERROR_RESOURCE_NOT_AVAILABLE (full or missing slot). [API, RSMP] */
DWORD WINAPI ReserveNtmsCleanerSlot(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpSlot);

/* Later. Queued. Gives that slot back to data; it must be empty. Needs C on the library. Also
 * ERROR_CLEANER_SLOT_NOT_SET, ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE,
 * ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_AVAILABLE, ERROR_RESOURCE_NOT_PRESENT. [API, RSMP] */
DWORD WINAPI ReleaseNtmsCleanerSlot(HANDLE hSession, LPNTMS_GUID lpLibrary);

/* Later. Queued. Takes a cleaner in. dwNumberOfCleansLeft: 0xFFFFFFFF doesn't count. dwAction:
 * NTMS_INJECT_START stores the operation's id, NTMS_INJECT_STOP takes it. Needs C on the library. Also
 * ERROR_CLEANER_SLOT_NOT_SET, ERROR_DEVICE_NOT_AVAILABLE, ERROR_INVALID_LIBRARY, ERROR_LIBRARY_OFFLINE,
 * ERROR_NOT_SUPPORTED, ERROR_RESOURCE_DISABLED, ERROR_RESOURCE_NOT_AVAILABLE, ERROR_RESOURCE_NOT_PRESENT.
 * [API, RSMP] */
DWORD WINAPI InjectNtmsCleaner(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpInjectOperation,
			       DWORD dwNumberOfCleansLeft, DWORD dwAction);

/* Later. Queued. Lets the cleaner out and forgets it. dwAction: NTMS_EJECT_START stores the operation's id,
 * NTMS_EJECT_STOP takes it. Needs C on the library. Also ERROR_CLEANER_SLOT_NOT_SET, ERROR_EMPTY,
 * ERROR_INVALID_LIBRARY, ERROR_INVALID_OPERATION, ERROR_LIBRARY_OFFLINE, ERROR_RESOURCE_DISABLED,
 * ERROR_RESOURCE_NOT_PRESENT. [API, RSMP] */
DWORD WINAPI EjectNtmsCleaner(HANDLE hSession, LPNTMS_GUID lpLibrary, LPNTMS_GUID lpEjectOperation,
			      DWORD dwAction);

/* ---- objects ---- */

/* Fills *lpInfo, whose dwSize and dwType are set; dwType NTMS_UNKNOWN is replaced by the object's. Needs U on
 * the object, its library, its medium's pool or the computer. Also ERROR_OBJECT_NOT_FOUND. [API;
 * NTMS_UNKNOWN, older layouts: RSMP] */
DWORD WINAPI GetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONA lpInfo);
DWORD WINAPI GetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONW lpInfo);

/* Writes every settable member of *lpInfo: get it first. szDescription is settable for each type, szName for
 * libraries, pools, logical and physical media, sides; the others say so in their structure. Needs M on the
 * object, its library (C for a library itself), its medium's pool or the computer. Also
 * ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI SetNtmsObjectInformationA(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONA lpInfo);
DWORD WINAPI SetNtmsObjectInformationW(HANDLE hSession, LPNTMS_GUID lpObjectId,
				       LPNTMS_OBJECTINFORMATIONW lpInfo);

/* Lists the objects of a type. lpContainerId: optional, see NtmsObjectsTypes; NULL lists all (of pools those
 * at the top). *lpdwListSize: in, room in lpList, counted in GUIDs; out, how many there are, also with
 * ERROR_INSUFFICIENT_BUFFER, when the list holds as many as fit. lpList: may be NULL if there is no room.
 * dwOptions: NTMS_ENUM_ROOTPOOL puts the root pool first. Also ERROR_OBJECT_NOT_FOUND (no such container).
 * [API] */
DWORD WINAPI EnumerateNtmsObject(HANDLE hSession, const LPNTMS_GUID lpContainerId, LPNTMS_GUID lpList,
				 LPDWORD lpdwListSize, DWORD dwType, DWORD dwOptions);

/* Queued. Takes a library, drive or physical medium (dwType) out of service. Needs M on the library. Also
 * ERROR_INVALID_STATE (already so), ERROR_LIBRARY_OFFLINE, ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI DisableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId);

/* Queued. Puts it back; likewise. [API] */
DWORD WINAPI EnableNtmsObject(HANDLE hSession, DWORD dwType, LPNTMS_GUID lpObjectId);

/* Stores the parts named by RequestedInformation of the descriptor that governs an object, self-relative, in
 * nLength bytes. *lpnLengthNeeded receives the bytes needed with ERROR_INSUFFICIENT_BUFFER. Needs
 * READ_CONTROL, for the SACL ACCESS_SYSTEM_SECURITY. Also ERROR_NO_SECURITY_ON_OBJECT,
 * ERROR_OBJECT_NOT_FOUND. [API, RSMP] */
DWORD WINAPI GetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				   SECURITY_INFORMATION RequestedInformation,
				   PSECURITY_DESCRIPTOR lpSecurityDescriptor, DWORD nLength,
				   LPDWORD lpnLengthNeeded);

/* Replaces those parts. Needs WRITE_DAC or ownership for the DACL, WRITE_OWNER for owner and group. Also
 * ERROR_NO_SECURITY_ON_OBJECT, ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI SetNtmsObjectSecurity(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				   SECURITY_INFORMATION SecurityInformation,
				   PSECURITY_DESCRIPTOR lpSecurityDescriptor);

/* Later. Copies a named attribute that an application has put on an object. *lpAttributeSize: bytes, in and
 * out. Needs U. Also ERROR_INSUFFICIENT_BUFFER, ERROR_NO_DATA, ERROR_OBJECT_NOT_FOUND. [API; NO_DATA: RSMP]
 */
DWORD WINAPI GetNtmsObjectAttributeA(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				     LPCSTR lpAttributeName, LPVOID lpAttributeData, LPDWORD lpAttributeSize);
DWORD WINAPI GetNtmsObjectAttributeW(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				     LPCWSTR lpAttributeName, LPVOID lpAttributeData,
				     LPDWORD lpAttributeSize);

/* Later. Puts one there: a name of at most NTMS_MAXATTR_NAMELEN, fewer than NTMS_MAXATTR_LENGTH bytes; 0
 * bytes deletes it. Needs M. Also ERROR_INVALID_NAME, ERROR_NO_DATA (too long), ERROR_OBJECT_NOT_FOUND. [API]
 */
DWORD WINAPI SetNtmsObjectAttributeA(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				     LPCSTR lpAttributeName, LPVOID lpAttributeData, DWORD dwAttributeSize);
DWORD WINAPI SetNtmsObjectAttributeW(HANDLE hSession, LPNTMS_GUID lpObjectId, DWORD dwType,
				     LPCWSTR lpAttributeName, LPVOID lpAttributeData, DWORD AttributeSize);

/* Records the label that the application has just written on a logical medium. labelType:
 * NTMS_OMID_TYPE_RAW_LABEL (lpBuffer: the label's bytes, which a label library must recognise) or
 * NTMS_OMID_TYPE_FILESYSTEM_INFO (lpBuffer: an NTMS_FILESYSTEM_INFO). Needs C on the library. Also
 * ERROR_BAD_FORMAT, ERROR_INVALID_MEDIA. [API] */
DWORD WINAPI UpdateNtmsOmidInfo(HANDLE hSession, LPNTMS_GUID lpMediaId, DWORD labelType, DWORD numberOfBytes,
				LPVOID lpBuffer);

/* ---- operators ---- */

/* Later. The machines that show messages of class dwType (NtmsUITypes) about a library, the computer, or
 * (lpObjectId NULL) this session, as a list of strings that an empty one ends. *lpdwBufSize: characters, in
 * and out. Needs U. Also ERROR_INSUFFICIENT_BUFFER, ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI GetNtmsUIOptionsA(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType,
			       LPSTR lpszDestination, LPDWORD lpdwBufSize);
DWORD WINAPI GetNtmsUIOptionsW(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType,
			       LPWSTR lpszDestination, LPDWORD lpdwBufSize);

/* Later. Adds or deletes such a machine (dwOperation: NtmsUIOperations). Needs U and M. Also
 * ERROR_ALREADY_EXISTS, ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI SetNtmsUIOptionsA(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, DWORD dwOperation,
			       LPCSTR lpszDestination);
DWORD WINAPI SetNtmsUIOptionsW(HANDLE hSession, const LPNTMS_GUID lpObjectId, DWORD dwType, DWORD dwOperation,
			       LPCWSTR lpszDestination);

/* Later. Asks the operators for something: dwRequest and the ids it takes: NtmsOpreqCommand. lpMessage:
 * optional, cut to NTMS_MESSAGE_LENGTH. Stores the request's id. Needs C on the pool or library named, U on
 * the computer for a message. Also ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI SubmitNtmsOperatorRequestA(HANDLE hSession, DWORD dwRequest, LPCSTR lpMessage,
					LPNTMS_GUID lpArg1Id, LPNTMS_GUID lpArg2Id, LPNTMS_GUID lpRequestId);
DWORD WINAPI SubmitNtmsOperatorRequestW(HANDLE hSession, DWORD dwRequest, LPCWSTR lpMessage,
					LPNTMS_GUID lpArg1Id, LPNTMS_GUID lpArg2Id, LPNTMS_GUID lpRequestId);

/* Waits up to dwTimeout (0: just looks) for an operator request: ERROR_SUCCESS it is satisfied,
 * ERROR_CANCELLED it was refused, ERROR_TIMEOUT. Also ERROR_OBJECT_NOT_FOUND (finished requests go after a
 * while). [API] */
DWORD WINAPI WaitForNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId, DWORD dwTimeout);

/* Refuses an operator request; who waits for it gets ERROR_CANCELLED, a mount ERROR_REQUEST_REFUSED. Needs C
 * on the computer. Also ERROR_INVALID_STATE (already finished), ERROR_OBJECT_NOT_FOUND. [API] */
DWORD WINAPI CancelNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId);

/* Marks an operator request as done. Needs C on the computer. Also ERROR_OBJECT_NOT_FOUND (or finished).
 * [API] */
DWORD WINAPI SatisfyNtmsOperatorRequest(HANDLE hSession, LPNTMS_GUID lpRequestId);

/* ---- notification ---- */

/* Later. Opens a channel that tells of changes to objects of a type. Needs U on the computer. [API] */
HANDLE WINAPI OpenNtmsNotification(HANDLE hSession, DWORD dwType);

/* Later. Waits for the channel's next change. Also ERROR_NO_DATA (the channel broke: open another),
 * ERROR_TIMEOUT. [API] */
DWORD WINAPI WaitForNtmsNotification(HANDLE hNotification,
				     LPNTMS_NOTIFICATIONINFORMATION lpNotificationInformation,
				     DWORD dwTimeout);

/* Later. Closes it. [API] */
DWORD WINAPI CloseNtmsNotification(HANDLE hNotification);

/* ---- the database ---- */

/* Later. Writes a consistent copy of the database into its export directory. Needs C on the computer. Also
 * ERROR_SHARING_VIOLATION. [API] */
DWORD WINAPI ExportNtmsDatabase(HANDLE hSession);

/* Later. Makes the service take the export directory's database when it next starts. Needs C on the computer.
 * [API] */
DWORD WINAPI ImportNtmsDatabase(HANDLE hSession);

/* ---- media changed by hand in stand-alone drives ---- */

/* Later. Begins to watch; a session's end ends it. Also ERROR_CALL_NOT_IMPLEMENTED. [API, RSMP] */
DWORD WINAPI BeginNtmsDeviceChangeDetection(HANDLE hSession, LPHANDLE lpDetectHandle);

/* Later. Adds dwCount libraries, media types or physical media (dwType) to what is watched; with a NULL
 * DetectHandle looks once, now. Also ERROR_INVALID_LIBRARY, ERROR_INVALID_MEDIA. [API] */
DWORD WINAPI SetNtmsDeviceChangeDetection(HANDLE hSession, HANDLE DetectHandle, LPNTMS_GUID lpRequestId,
					  DWORD dwType, DWORD dwCount);

/* Later. Ends it and closes DetectHandle. [API] */
DWORD WINAPI EndNtmsDeviceChangeDetection(HANDLE hSession, HANDLE DetectHandle);

/* ---- A or W, as UNICODE says ---- */

#ifdef UNICODE
#define NTMS_AW_(name) name##W
#else
#define NTMS_AW_(name) name##A
#endif

#define _NTMS_DRIVEINFORMATION NTMS_AW_(_NTMS_DRIVEINFORMATION)
#define NTMS_DRIVEINFORMATION NTMS_AW_(NTMS_DRIVEINFORMATION)
#define _NTMS_CHANGERINFORMATION NTMS_AW_(_NTMS_CHANGERINFORMATION)
#define NTMS_CHANGERINFORMATION NTMS_AW_(NTMS_CHANGERINFORMATION)
#define _NTMS_PMIDINFORMATION NTMS_AW_(_NTMS_PMIDINFORMATION)
#define NTMS_PMIDINFORMATION NTMS_AW_(NTMS_PMIDINFORMATION)
#define _NTMS_PARTITIONINFORMATION NTMS_AW_(_NTMS_PARTITIONINFORMATION)
#define NTMS_PARTITIONINFORMATION NTMS_AW_(NTMS_PARTITIONINFORMATION)
#define _NTMS_DRIVETYPEINFORMATION NTMS_AW_(_NTMS_DRIVETYPEINFORMATION)
#define NTMS_DRIVETYPEINFORMATION NTMS_AW_(NTMS_DRIVETYPEINFORMATION)
#define _NTMS_CHANGERTYPEINFORMATION NTMS_AW_(_NTMS_CHANGERTYPEINFORMATION)
#define NTMS_CHANGERTYPEINFORMATION NTMS_AW_(NTMS_CHANGERTYPEINFORMATION)
#define _NTMS_LIBREQUESTINFORMATION NTMS_AW_(_NTMS_LIBREQUESTINFORMATION)
#define NTMS_LIBREQUESTINFORMATION NTMS_AW_(NTMS_LIBREQUESTINFORMATION)
#define _NTMS_OPREQUESTINFORMATION NTMS_AW_(_NTMS_OPREQUESTINFORMATION)
#define NTMS_OPREQUESTINFORMATION NTMS_AW_(NTMS_OPREQUESTINFORMATION)
#define _NTMS_OBJECTINFORMATION NTMS_AW_(_NTMS_OBJECTINFORMATION)
#define NTMS_OBJECTINFORMATION NTMS_AW_(NTMS_OBJECTINFORMATION)
#define LPNTMS_OBJECTINFORMATION NTMS_AW_(LPNTMS_OBJECTINFORMATION)
#define NTMS_I1_LIBREQUESTINFORMATION NTMS_AW_(NTMS_I1_LIBREQUESTINFORMATION)
#define NTMS_I1_PMIDINFORMATION NTMS_AW_(NTMS_I1_PMIDINFORMATION)
#define NTMS_I1_PARTITIONINFORMATION NTMS_AW_(NTMS_I1_PARTITIONINFORMATION)
#define NTMS_I1_OPREQUESTINFORMATION NTMS_AW_(NTMS_I1_OPREQUESTINFORMATION)
#define NTMS_I1_OBJECTINFORMATION NTMS_AW_(NTMS_I1_OBJECTINFORMATION)

#define OpenNtmsSession NTMS_AW_(OpenNtmsSession)
#define GetNtmsObjectInformation NTMS_AW_(GetNtmsObjectInformation)
#define SetNtmsObjectInformation NTMS_AW_(SetNtmsObjectInformation)
#define CreateNtmsMedia NTMS_AW_(CreateNtmsMedia)
#define CreateNtmsMediaPool NTMS_AW_(CreateNtmsMediaPool)
#define GetNtmsMediaPoolName NTMS_AW_(GetNtmsMediaPoolName)
#define GetNtmsObjectAttribute NTMS_AW_(GetNtmsObjectAttribute)
#define SetNtmsObjectAttribute NTMS_AW_(SetNtmsObjectAttribute)
#define GetNtmsUIOptions NTMS_AW_(GetNtmsUIOptions)
#define SetNtmsUIOptions NTMS_AW_(SetNtmsUIOptions)
#define SubmitNtmsOperatorRequest NTMS_AW_(SubmitNtmsOperatorRequest)
#define EjectDiskFromSADrive NTMS_AW_(EjectDiskFromSADrive)
#define GetVolumesFromDrive NTMS_AW_(GetVolumesFromDrive)

#ifdef __cplusplus
}
#endif

#pragma pack(pop)
#endif
