/* SPDX-License-Identifier: GPL-2.0-or-later
 * What there is to say about each type of object: one table of columns for each. `list`, `show`, --json and
 * --help all come from here. */
#include "cli/cli.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

/* ---- the words for states ---- */

#define WORDS(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}
WORDS(operational, [NTMS_READY] = "ready", [1] = "", "", "", "", "", "", "", "",
      "", [NTMS_INITIALIZING] = "initializing", "", "", "", "", "", "", "", "",
      "", [NTMS_NEEDS_SERVICE] = "needs service", [NTMS_NOT_PRESENT] = "not present");
WORDS(library_types, "unknown", "offline", "robotic", "stand-alone");
WORDS(inventory_methods, "none", "fast", "full", "default", "slots", "stop");
WORDS(drive_states, "empty", "mounted", "loaded", "", "", "unloaded", "being cleaned", "dismountable");
WORDS(slot_states, "unknown", "full", "empty", "not present", "needs inventory");
WORDS(port_contents, "unknown", "full", "empty");
WORDS(port_positions, "unknown", "extended", "retracted");
WORDS(medium_states, "idle", "in use", "mounted", "loaded", "unloaded", "error", "waits for operator");
WORDS(side_states, "unknown", "unprepared", "incompatible", "decommissioned", "available", "allocated",
      "complete", "unrecognized", "import", "reserved");
WORDS(bar_code_states, "", "ok", "unreadable");
WORDS(characteristics, "unknown", "rewritable", "write once", "read only");
WORDS(operations, "cancel", "disable library", "enable library", "disable drive", "enable drive",
      "disable medium", "enable medium", "update label", "inventory", "door access", "eject", "eject cleaner",
      "inject", "inject cleaner", "identify", "clean drive", "dismount", "mount", "write free label",
      "classify", "reserve cleaner slot", "release cleaner slot");
WORDS(request_states, "queued", "in process", "passed", "failed", "invalid", "waiting", "deferred",
      "cancelled", "stopped");
WORDS(operator_commands, "unknown", "new media", "cleaner", "service", "move medium", "message");
WORDS(operator_states, "unknown", "submitted", "seen", "in progress", "refused", "complete");

/* ---- columns that are more than a member of a structure ---- */

#define INFO(o, member) ((o)->info.Info.member)

static void get_where(struct object *o, struct str *to)
{
	str_puts(to, guid_null(&INFO(o, PhysicalMedia.Location))
			     ? "offline"
			     : object_name(&INFO(o, PhysicalMedia.Location)));
}

/* One word for each side: "allocated, available" */
static void each_side(struct object *o, struct str *to, void (*one)(struct object *side, struct str *))
{
	guid_vec sides = {0};
	sides_of(&o->id, &sides);
	vec_each(s, &sides) {
		struct object *side = object(s);
		size_t before = to->n;
		if (before)
			str_puts(to, ", ");
		size_t start = to->n;
		if (!side->code)
			one(side, to);
		if (to->n == start && before)
			to->s[to->n = before] = 0;
	}
	vec_free(&sides);
}
static void one_state(struct object *s, struct str *to)
{
	str_puts(to, column_word(side_states, INFO(s, Partition.State)));
}
static void one_label(struct object *s, struct str *to)
{
	str_puts(to, INFO(s, Partition.szOmidLabelType));
	if (INFO(s, Partition.szOmidLabelInfo)[0])
		str_printf(to, " '%s'", INFO(s, Partition.szOmidLabelInfo));
}
static void one_logical(struct object *s, struct str *to)
{
	char text[GUID_CHARS];
	if (!guid_null(&INFO(s, Partition.LogicalMedia)))
		str_puts(to, guid_format(&INFO(s, Partition.LogicalMedia), text));
}
static void one_id(struct object *s, struct str *to)
{
	char text[GUID_CHARS];
	str_puts(to, guid_format(&s->id, text));
}
static void get_side_states(struct object *o, struct str *to) { each_side(o, to, one_state); }
static void get_labels(struct object *o, struct str *to) { each_side(o, to, one_label); }
static void get_logical(struct object *o, struct str *to) { each_side(o, to, one_logical); }
static void get_sides(struct object *o, struct str *to) { each_side(o, to, one_id); }

static void get_name(struct object *o, struct str *to) { str_puts(to, object_name(&o->id)); }
static void get_short(struct object *o, struct str *to)
{
	char text[GUID_CHARS];
	str_add(to, guid_format(&o->id, text), 8);
}

static void get_generation(struct object *o, struct str *to)
{
	const RSM_OBJECTDETAIL *d = object_detail(o);
	str_puts(to, d->szGeneration[0] ? d->szGeneration : object_name(&INFO(o, Drive.DriveType)));
}

static void get_from_free(struct object *o, struct str *to)
{
	str_puts(to, INFO(o, MediaPool.AllocationPolicy) & NTMS_ALLOCATE_FROMSCRATCH ? "yes" : "no");
}
static void get_to_free(struct object *o, struct str *to)
{
	str_puts(to, INFO(o, MediaPool.DeallocationPolicy) & NTMS_DEALLOCATE_TOSCRATCH ? "yes" : "no");
}
static void get_pool_type(struct object *o, struct str *to)
{
	DWORD t = INFO(o, MediaPool.PoolType);
	str_puts(to, t == NTMS_POOLTYPE_SCRATCH	      ? "free"
		     : t == NTMS_POOLTYPE_FOREIGN     ? "unrecognized"
		     : t == NTMS_POOLTYPE_IMPORT      ? "import"
		     : t == NTMS_POOLTYPE_APPLICATION ? "application"
						      : "unknown");
}

static void get_error(struct object *o, struct str *to)
{
	if (INFO(o, LibRequest.dwErrorCode))
		str_puts(to, RsmErrorName(INFO(o, LibRequest.dwErrorCode)));
}
static void get_priority(struct object *o, struct str *to)
{
	str_printf(to, "%d", (int)INFO(o, LibRequest.dwPriority));
}
static void get_progress(struct object *o, struct str *to)
{
	const RSM_OBJECTDETAIL *d = object_detail(o);
	if (d->dwTotal)
		str_printf(to, "%u/%u", d->dwDone, d->dwTotal);
}
/* "1200 an hour" */
static void get_rate(struct object *o, struct str *to)
{
	const RSM_OBJECTDETAIL *d = object_detail(o);
	if (d->dwSecondsLeft && d->dwTotal > d->dwDone)
		str_printf(to, "%llu an hour", (d->dwTotal - d->dwDone) * 3600ull / d->dwSecondsLeft);
}
/* "14:20 (in 35 min)" */
static void get_end(struct object *o, struct str *to)
{
	DWORD left = object_detail(o)->dwSecondsLeft;
	time_t at = time(NULL) + left;
	struct tm tm;
	char text[40];
	if (!left || !localtime_r(&at, &tm) ||
	    !strftime(text, sizeof text, left < 72000 ? "%H:%M" : "%Y-%m-%d %H:%M", &tm))
		return;
	if (left < 90)
		str_printf(to, "%s (in %u s)", text, left);
	else
		str_printf(to, "%s (in %u min)", text, (left + 30) / 60);
}

static void get_label_id(struct object *o, struct str *to)
{
	DWORD n = INFO(o, Partition.dwOmidLabelIdLength);
	bool printable = true;
	for (DWORD i = 0; i < n && i < NTMS_OMIDLABELID_LENGTH; i++)
		printable &=
			INFO(o, Partition.OmidLabelId)[i] >= ' ' && INFO(o, Partition.OmidLabelId)[i] < 127;
	for (DWORD i = 0; i < n && i < NTMS_OMIDLABELID_LENGTH; i++)
		str_printf(to, printable ? "%c" : "%02x", INFO(o, Partition.OmidLabelId)[i]);
}

static void get_logical_side(struct object *o, struct str *to)
{
	guid_vec sides = {0};
	sides_of(&o->id, &sides);
	if (sides.n)
		one_state(object(&sides.v[0]), to);
	vec_free(&sides);
}
static void get_logical_medium(struct object *o, struct str *to)
{
	guid_vec sides = {0};
	sides_of(&o->id, &sides);
	if (sides.n)
		str_puts(to, object_name(&INFO(object(&sides.v[0]), Partition.PhysicalMedia)));
	vec_free(&sides);
}

static void get_flags(struct object *o, struct str *to)
{
	static const struct {
		DWORD flag;
		const char *word;
	} flags[] = {
		{RSM_DETAIL_UNVERIFIED, "unverified"},
		{RSM_DETAIL_QUARANTINED, "quarantined"},
		{RSM_DETAIL_UNCLAIMED, "unclaimed"},
		{RSM_DETAIL_CLEANER, "cleaner"},
		{RSM_DETAIL_ALWAYSOPEN, "always open"},
		{RSM_DETAIL_INUSE, "in use"},
		{RSM_DETAIL_WRITEPROTECTED, "write-protected"},
		{RSM_DETAIL_WORM, "WORM"},
		{RSM_DETAIL_PAUSED, "identification paused"},
	};
	DWORD set_flags = object_detail(o)->dwFlags;
	for (size_t i = 0; i < countof(flags); i++)
		if (set_flags & flags[i].flag)
			str_printf(to, "%s%s", to->n ? ", " : "", flags[i].word);
}

/* ---- the tables: USUAL ones are shown by `list`, OTHER ones by -o and `show` ---- */

#define USUAL .list = true
#define OTHER .list = false
#define INFO_AT(m) .offset = offsetof(NTMS_OBJECTINFORMATIONA, Info.m)
#define HEAD_AT(m) .offset = offsetof(NTMS_OBJECTINFORMATIONA, m)
#define DETAIL_AT(m) .of_detail = true, .offset = offsetof(RSM_OBJECTDETAIL, m)

#define COLUMN(u, n, h, kind, ...)                                                                           \
	{                                                                                                    \
		n, h, kind, u, __VA_ARGS__                                                                   \
	}
#define RIGHT .right = true
#define TEXT_(u, n, m, h) COLUMN(u, n, h, COL_TEXT, INFO_AT(m))
#define NUMBER(u, n, m, h) COLUMN(u, n, h, COL_NUMBER, RIGHT, INFO_AT(m))
#define SHORT_(u, n, m, h) COLUMN(u, n, h, COL_SHORT, RIGHT, INFO_AT(m))
#define SIZE(u, n, m, h) COLUMN(u, n, h, COL_SIZE, RIGHT, INFO_AT(m))
#define BOOL_(u, n, m, h) COLUMN(u, n, h, COL_BOOL, INFO_AT(m))
#define REF(u, n, m, h) COLUMN(u, n, h, COL_REF, INFO_AT(m))
#define TIME(u, n, m, h) COLUMN(u, n, h, COL_TIME, INFO_AT(m))
#define GUID_(u, n, m, h) COLUMN(u, n, h, COL_GUID, INFO_AT(m))
#define ENUM(u, n, m, w, h) COLUMN(u, n, h, COL_ENUM, INFO_AT(m), .words = w)
#define D_TEXT(u, n, m, h) COLUMN(u, n, h, COL_TEXT, DETAIL_AT(m))
#define D_NUMBER(u, n, m, h) COLUMN(u, n, h, COL_NUMBER, RIGHT, DETAIL_AT(m))
#define D_REF(u, n, m, h) COLUMN(u, n, h, COL_REF, DETAIL_AT(m))
#define FN(u, n, f, h) COLUMN(u, n, h, COL_FN, .get = f)
#define FN_NUMBER(u, n, f, h) COLUMN(u, n, h, COL_FN, RIGHT, .get = f, .json = JSON_NUMBER)
#define FN_BOOL(u, n, f, h) COLUMN(u, n, h, COL_FN, .get = f, .json = JSON_BOOL)

/* what every type has */
#define COMMON                                                                                               \
	D_TEXT(OTHER, "REASON", szReason, "why it isn't ready, waits, or failed"),                           \
		FN(OTHER, "FLAGS", get_flags,                                                                \
		   "unverified, quarantined, unclaimed, cleaner, always open, in use, write-protected, "     \
		   "WORM, paused"),                                                                          \
		COLUMN(OTHER, "ENABLED", "may be used; see enable and disable", COL_BOOL, HEAD_AT(Enabled)), \
		COLUMN(OTHER, "DESCRIPTION", "free text", COL_TEXT, HEAD_AT(szDescription)),                 \
		COLUMN(OTHER, "CREATED", "when it was first known", COL_TIME, HEAD_AT(Created)),             \
		COLUMN(OTHER, "MODIFIED", "last change", COL_TIME, HEAD_AT(Modified)),                       \
		COLUMN(OTHER, "ID", "identifier (GUID)", COL_GUID, HEAD_AT(ObjectGuid))
#define NAME FN(USUAL, "NAME", get_name, "name")
#define STATE_OF(u, n)                                                                                       \
	COLUMN(u, n, "ready, initializing, needs service or not present", COL_ENUM,                          \
	       HEAD_AT(dwOperationalState), .words = operational)
#define READY STATE_OF(OTHER, "READY")

static const struct column library_columns[] = {
	NAME,
	ENUM(USUAL, "TYPE", Library.LibraryType, library_types, "robotic, stand-alone or offline"),
	STATE_OF(USUAL, "STATE"),
	NUMBER(USUAL, "DRIVES", Library.dwNumberOfDrives, "number of drives"),
	NUMBER(USUAL, "SLOTS", Library.dwNumberOfSlots, "number of slots"),
	NUMBER(USUAL, "PORTS", Library.dwNumberOfPorts, "number of insert/eject ports"),
	NUMBER(USUAL, "MEDIA", Library.dwNumberOfMedia, "number of media in it"),
	NUMBER(OTHER, "REQUESTS", Library.dwNumberOfLibRequests,
	       "number of library requests, finished ones included"),
	ENUM(OTHER, "INVENTORY", Library.InventoryMethod, inventory_methods,
	     "usual inventory: fast, full or none"),
	BOOL_(OTHER, "BARCODES", Library.BarCodeReaderInstalled, "has a bar-code reader"),
	FN(OTHER, "PROGRESS", get_progress, "media identified, of those to be identified"),
	FN(OTHER, "RATE", get_rate, "media identified in an hour, since the last pause"),
	FN(OTHER, "UNTIL", get_end, "expected end of the identifications"),
	BOOL_(OTHER, "RECOVERY", Library.AutoRecovery, "a failed mount starts a full inventory"),
	REF(OTHER, "CLEANER", Library.CleanerSlot, "slot of the cleaner"),
	D_TEXT(OTHER, "DEVICE", szDevice, "how the robot is reached"),
	D_TEXT(OTHER, "SERIAL", szSerialNumber, "serial number of the robot"),
	COMMON,
};
static const struct column drive_columns[] = {
	NAME,
	ENUM(USUAL, "STATE", Drive.State, drive_states,
	     "empty, mounted, loaded, unloaded, dismountable, being cleaned"),
	READY,
	D_REF(USUAL, "MEDIUM", Medium, "medium in it"),
	D_TEXT(USUAL, "HOLDER", szHolder, "user and application that have it mounted"),
	FN(USUAL, "TYPE", get_generation, "generation or model"),
	TEXT_(USUAL, "PATH", Drive.szDeviceName, "what an application opens"),
	REF(USUAL, "LIBRARY", Drive.Library, "library it is part of"),
	NUMBER(OTHER, "NUMBER", Drive.Number, "number in the library"),
	D_NUMBER(OTHER, "ELEMENT", dwAddress, "element address in the robot"),
	TEXT_(OTHER, "SERIAL", Drive.szSerialNumber, "serial number"),
	TEXT_(OTHER, "REVISION", Drive.szRevision, "firmware"),
	REF(OTHER, "MODEL", Drive.DriveType, "drive model"),
	FN(OTHER, "PROGRESS", get_progress, "how far it has come with what takes long, as a calibration"),
	FN(OTHER, "UNTIL", get_end, "expected end of that"),
	D_TEXT(OTHER, "DEVICE", szDevice, "what the server opens"),
	D_TEXT(OTHER, "NODE", szNode, "the kernel's name of it now, as /dev/nst0"),
	D_TEXT(OTHER, "SG", szPassThrough, "its pass-through node, as /dev/sg3"),
	D_TEXT(OTHER, "BY-ID", szById, "its lasting name made by udev"),
	NUMBER(OTHER, "MOUNTS", Drive.dwMountCount, "number of mounts"),
	TIME(OTHER, "CLEANED", Drive.LastCleanedTs, "last cleaning"),
	NUMBER(OTHER, "DEFER", Drive.dwDeferDismountDelay,
	       "least seconds that a medium stays after a deferred dismount"),
	COMMON,
};
static const struct column slot_columns[] = {
	NAME,
	ENUM(USUAL, "STATE", StorageSlot.State, slot_states, "full, empty, needs inventory, not present"),
	D_REF(USUAL, "MEDIUM", Medium, "medium in it"),
	REF(USUAL, "LIBRARY", StorageSlot.Library, "library it is part of"),
	NUMBER(OTHER, "NUMBER", StorageSlot.Number, "number in the library"),
	D_NUMBER(OTHER, "ELEMENT", dwAddress, "element address in the robot"),
	READY,
	COMMON,
};
static const struct column port_columns[] = {
	NAME,
	ENUM(USUAL, "CONTENT", IEPort.Content, port_contents, "full or empty"),
	ENUM(USUAL, "POSITION", IEPort.Position, port_positions, "extended (open to people) or retracted"),
	D_REF(USUAL, "MEDIUM", Medium, "medium in it"),
	REF(USUAL, "LIBRARY", IEPort.Library, "library it is part of"),
	NUMBER(OTHER, "NUMBER", IEPort.Number, "number in the library"),
	SHORT_(OTHER, "TIMEOUT", IEPort.MaxExtendSecs, "seconds that an inject or eject waits for people"),
	D_NUMBER(OTHER, "ELEMENT", dwAddress, "element address in the robot"),
	READY,
	COMMON,
};
static const struct column medium_columns[] = {
	NAME,
	REF(USUAL, "POOL", PhysicalMedia.MediaPool, "media pool"),
	FN(USUAL, "STATE", get_side_states, "state of each side: available, allocated, ..."),
	FN(USUAL, "WHERE", get_where, "slot, drive or port"),
	REF(USUAL, "LIBRARY", PhysicalMedia.CurrentLibrary, "library it is in"),
	FN(USUAL, "LABEL", get_labels, "label read on each side"),
	ENUM(OTHER, "USE", PhysicalMedia.MediaState, medium_states,
	     "idle, in use, mounted, loaded, unloaded, error"),
	TEXT_(OTHER, "BARCODE", PhysicalMedia.szBarCode, "bar code"),
	ENUM(OTHER, "CODE", PhysicalMedia.BarCodeState, bar_code_states, "bar code ok or unreadable"),
	TEXT_(OTHER, "SEQUENCE", PhysicalMedia.szSequenceNumber, "number to write on the cartridge"),
	REF(OTHER, "TYPE", PhysicalMedia.MediaType, "media type"),
	REF(OTHER, "HOME", PhysicalMedia.HomeSlot, "home slot"),
	D_TEXT(OTHER, "HOLDER", szHolder, "user and application that have it mounted"),
	D_TEXT(OTHER, "SERIAL", szSerialNumber, "serial number in the cartridge memory"),
	NUMBER(OTHER, "NSIDES", PhysicalMedia.dwNumberOfPartitions, "number of sides"),
	FN(OTHER, "SIDES", get_sides, "identifier of each side"),
	FN(OTHER, "LMID", get_logical, "logical medium of each allocated side"),
	READY,
	COMMON,
};
static const struct column logical_columns[] = {
	NAME,
	REF(USUAL, "POOL", LogicalMedia.MediaPool, "media pool"),
	FN(USUAL, "MEDIUM", get_logical_medium, "physical medium behind it"),
	FN(USUAL, "STATE", get_logical_side, "allocated or complete"),
	D_TEXT(OTHER, "HOLDER", szHolder, "user and application that have it mounted"),
	COMMON,
};
static const struct column side_columns[] = {
	NAME,
	SHORT_(USUAL, "SIDE", Partition.Side, "number, from 0"),
	ENUM(USUAL, "STATE", Partition.State, side_states, "available, allocated, ..."),
	REF(USUAL, "MEDIUM", Partition.PhysicalMedia, "physical medium"),
	TEXT_(USUAL, "LABEL", Partition.szOmidLabelType, "type of the label on it"),
	TEXT_(USUAL, "LABELINFO", Partition.szOmidLabelInfo, "what the label says"),
	FN(OTHER, "LABELID", get_label_id, "identifier in the label"),
	GUID_(OTHER, "LMID", Partition.LogicalMedia, "logical medium"),
	NUMBER(OTHER, "MOUNTS", Partition.dwMountCount, "number of mounts"),
	NUMBER(OTHER, "ALLOCATIONS", Partition.dwAllocateCount, "number of allocations"),
	SIZE(OTHER, "CAPACITY", Partition.Capacity, "bytes"),
	COMMON,
};
static const struct column pool_columns[] = {
	NAME,
	FN(USUAL, "KIND", get_pool_type, "free, import, unrecognized or application"),
	REF(USUAL, "TYPE", MediaPool.MediaType, "media type; none: a pool of pools"),
	NUMBER(USUAL, "MEDIA", MediaPool.dwNumberOfPhysicalMedia, "number of physical media"),
	NUMBER(USUAL, "ALLOCATED", MediaPool.dwNumberOfLogicalMedia, "number of logical media"),
	NUMBER(OTHER, "POOLS", MediaPool.dwNumberOfMediaPools, "number of pools in it"),
	FN_BOOL(OTHER, "FROMFREE", get_from_free, "an allocation may take a medium from the free pool"),
	FN_BOOL(OTHER, "TOFREE", get_to_free, "a deallocated medium goes back to the free pool"),
	NUMBER(OTHER, "MAXALLOCATES", MediaPool.dwMaxAllocates,
	       "allocations before a side is decommissioned; 0: no limit"),
	REF(OTHER, "PARENT", MediaPool.Parent, "pool it is in"),
	COMMON,
};
static const struct column media_type_columns[] = {
	NAME,
	NUMBER(USUAL, "SIDES", MediaType.NumberOfSides, "sides of a medium"),
	ENUM(USUAL, "WRITING", MediaType.ReadWriteCharacteristics, characteristics,
	     "rewritable, write once or read only"),
	NUMBER(OTHER, "CODE", MediaType.MediaType, "STORAGE_MEDIA_TYPE of ntmsmedia.h"),
	COMMON,
};
static const struct column request_columns[] = {
	FN(USUAL, "REQUEST", get_short, "beginning of its identifier"),
	ENUM(USUAL, "OPERATION", LibRequest.OperationCode, operations, "what is to be done"),
	ENUM(USUAL, "STATE", LibRequest.State, request_states,
	     "queued, in process, waiting, passed, failed, ..."),
	REF(USUAL, "MEDIUM", LibRequest.PhysMediaId, "medium concerned"),
	REF(USUAL, "DRIVE", LibRequest.DriveId, "drive concerned"),
	REF(USUAL, "LIBRARY", LibRequest.Library, "library that does it"),
	D_TEXT(USUAL, "WHY", szReason, "what it waits for, or why it failed"),
	FN(OTHER, "PROGRESS", get_progress, "done of total"),
	FN(OTHER, "UNTIL", get_end, "expected end of what takes long"),
	FN(OTHER, "ERROR", get_error, "code of the failure"),
	FN_NUMBER(OTHER, "PRIORITY", get_priority, "-15 to 15"),
	REF(OTHER, "SIDE", LibRequest.PartitionId, "side concerned"),
	REF(OTHER, "SLOT", LibRequest.SlotId, "slot of the medium"),
	TIME(OTHER, "QUEUED", LibRequest.TimeQueued, "when it was asked for"),
	TIME(OTHER, "COMPLETED", LibRequest.TimeCompleted, "when it was finished"),
	TEXT_(OTHER, "USER", LibRequest.szUser, "who asked"),
	TEXT_(OTHER, "APPLICATION", LibRequest.szApplication, "by which application"),
	TEXT_(OTHER, "COMPUTER", LibRequest.szComputer, "from where"),
	COMMON,
};
static const struct column operator_columns[] = {
	FN(USUAL, "REQUEST", get_short, "beginning of its identifier"),
	ENUM(USUAL, "KIND", OpRequest.Request, operator_commands,
	     "new media, cleaner, service, move medium, message"),
	ENUM(USUAL, "STATE", OpRequest.State, operator_states,
	     "submitted, seen, in progress, refused, complete"),
	TEXT_(USUAL, "MESSAGE", OpRequest.szMessage, "what is asked of the operator"),
	REF(OTHER, "ABOUT", OpRequest.Arg1, "pool, medium, device or library it is about"),
	REF(OTHER, "TO", OpRequest.Arg2, "library a medium is wanted in"),
	TIME(OTHER, "SUBMITTED", OpRequest.Submitted, "when"),
	TEXT_(OTHER, "USER", OpRequest.szUser, "for whom"),
	TEXT_(OTHER, "APPLICATION", OpRequest.szApplication, "for which application"),
	TEXT_(OTHER, "COMPUTER", OpRequest.szComputer, "where"),
	COMMON,
};
static const struct column changer_columns[] = {
	NAME,
	REF(USUAL, "LIBRARY", Changer.Library, "library it is part of"),
	TEXT_(USUAL, "SERIAL", Changer.szSerialNumber, "serial number"),
	TEXT_(USUAL, "REVISION", Changer.szRevision, "firmware"),
	TEXT_(USUAL, "PATH", Changer.szDeviceName, "device"),
	REF(OTHER, "MODEL", Changer.ChangerType, "changer model"),
	READY,
	COMMON,
};
static const struct column computer_columns[] = {
	NAME,
	NUMBER(OTHER, "LIBPURGE", Computer.dwLibRequestPurgeTime,
	       "seconds that a finished library request is kept"),
	NUMBER(OTHER, "OPPURGE", Computer.dwOpRequestPurgeTime,
	       "seconds that a finished operator request is kept"),
	COMMON,
};
static const struct column other_columns[] = {NAME, COMMON};

#define KIND(type, plural, title, columns)                                                                   \
	{                                                                                                    \
		type, plural, title, columns, countof(columns)                                               \
	}
const struct kind kinds[] = {
	KIND(NTMS_LIBRARY, "libraries", "Libraries", library_columns),
	KIND(NTMS_DRIVE, "drives", "Drives", drive_columns),
	KIND(NTMS_STORAGESLOT, "slots", "Slots", slot_columns),
	KIND(NTMS_IEPORT, "ports", "Insert/eject ports", port_columns),
	KIND(NTMS_PHYSICAL_MEDIA, "media", "Media", medium_columns),
	KIND(NTMS_LOGICAL_MEDIA, "logical-media", "Logical media", logical_columns),
	KIND(NTMS_PARTITION, "sides", "Sides", side_columns),
	KIND(NTMS_MEDIA_POOL, "pools", "Media pools", pool_columns),
	KIND(NTMS_MEDIA_TYPE, "types", "Media types", media_type_columns),
	KIND(NTMS_LIBREQUEST, "library-requests", "Library requests", request_columns),
	KIND(NTMS_OPREQUEST, "operator-requests", "Operator requests", operator_columns),
	KIND(NTMS_CHANGER, "changers", "Robots", changer_columns),
	KIND(NTMS_COMPUTER, "computers", "Server", computer_columns),
	KIND(NTMS_DRIVE_TYPE, "drive-types", "Drive models", other_columns),
	KIND(NTMS_CHANGER_TYPE, "changer-types", "Robot models", other_columns),
};
const size_t n_kinds = countof(kinds);

const struct column *column_named(const struct kind *k, const char *name)
{
	for (size_t i = 0; i < k->n; i++)
		if (!strcmp(k->columns[i].name, name))
			return &k->columns[i];
	return NULL;
}

const struct kind *kind_of(DWORD type)
{
	for (size_t i = 0; i < n_kinds; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}
