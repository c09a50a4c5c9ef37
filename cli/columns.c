/* SPDX-License-Identifier: GPL-2.0-or-later
 * What there is to say about each type of object: one table of columns for each. `list`, `show`, --json and --help all
 * come from here. */
#include "cli/cli.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

/* ---- the words for states ---- */

#define WORDS(name, ...) static const char *const name[] = { __VA_ARGS__, NULL }
WORDS(operational, [NTMS_READY] = "ready", [1] = "", "", "", "", "", "", "", "", "", [NTMS_INITIALIZING] = "initializing", "",
      "", "", "", "", "", "", "", "", [NTMS_NEEDS_SERVICE] = "needs service", [NTMS_NOT_PRESENT] = "not present");
WORDS(library_types, "unknown", "offline", "robotic", "stand-alone");
WORDS(inventory_methods, "none", "fast", "full", "default", "slots", "stop");
WORDS(drive_states, "empty", "mounted", "loaded", "", "", "unloaded", "being cleaned", "dismountable");
WORDS(slot_states, "unknown", "full", "empty", "not present", "needs inventory");
WORDS(port_contents, "unknown", "full", "empty");
WORDS(port_positions, "unknown", "extended", "retracted");
WORDS(medium_states, "idle", "in use", "mounted", "loaded", "unloaded", "error", "waits for operator");
WORDS(side_states, "unknown", "unprepared", "incompatible", "decommissioned", "available", "allocated", "complete",
      "unrecognized", "import", "reserved");
WORDS(bar_code_states, "", "ok", "unreadable");
WORDS(characteristics, "unknown", "rewritable", "write once", "read only");
WORDS(operations, "cancel", "disable library", "enable library", "disable drive", "enable drive", "disable medium",
      "enable medium", "update label", "inventory", "door access", "eject", "eject cleaner", "inject", "inject cleaner",
      "identify", "clean drive", "dismount", "mount", "write free label", "classify", "reserve cleaner slot",
      "release cleaner slot");
WORDS(request_states, "queued", "in process", "passed", "failed", "invalid", "waiting", "deferred", "cancelled", "stopped");
WORDS(operator_commands, "unknown", "new media", "cleaner", "service", "move medium", "message");
WORDS(operator_states, "unknown", "submitted", "seen", "in progress", "refused", "complete");

static const char *word(const char *const *words, DWORD n)
{
	for (DWORD i = 0; words[i]; i++)
		if (i == n)
			return words[i];
	return "";
}

/* ---- columns that are more than a member of a structure ---- */

#define INFO(o, member) ((o)->info.Info.member)

static void get_where(struct object *o, struct str *to)
{
	str_puts(to, guid_null(&INFO(o, PhysicalMedia.Location)) ? "offline" : object_name(&INFO(o, PhysicalMedia.Location)));
}

/* One word for each side: "allocated, available" */
static void each_side(struct object *o, struct str *to, void (*one)(struct object *side, struct str *))
{
	guid_vec sides = { 0 };
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
static void one_state(struct object *s, struct str *to) { str_puts(to, word(side_states, INFO(s, Partition.State))); }
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
static void get_priority(struct object *o, struct str *to) { str_printf(to, "%d", (int)INFO(o, LibRequest.dwPriority)); }
static void get_progress(struct object *o, struct str *to)
{
	const RSM_OBJECTDETAIL *d = object_detail(o);
	if (d->dwTotal)
		str_printf(to, "%u/%u", d->dwDone, d->dwTotal);
}
static void get_about(struct object *o, struct str *to) { str_puts(to, object_name(&INFO(o, OpRequest.Arg1))); }
static void get_about2(struct object *o, struct str *to) { str_puts(to, object_name(&INFO(o, OpRequest.Arg2))); }

static void get_label_id(struct object *o, struct str *to)
{
	DWORD n = INFO(o, Partition.dwOmidLabelIdLength);
	bool printable = true;
	for (DWORD i = 0; i < n && i < NTMS_OMIDLABELID_LENGTH; i++)
		printable &= INFO(o, Partition.OmidLabelId)[i] >= ' ' && INFO(o, Partition.OmidLabelId)[i] < 127;
	for (DWORD i = 0; i < n && i < NTMS_OMIDLABELID_LENGTH; i++)
		str_printf(to, printable ? "%c" : "%02x", INFO(o, Partition.OmidLabelId)[i]);
}

static void get_logical_side(struct object *o, struct str *to)
{
	guid_vec sides = { 0 };
	enumerate(&o->id, NTMS_PARTITION, &sides);
	if (sides.n)
		one_state(object(&sides.v[0]), to);
	vec_free(&sides);
}
static void get_logical_medium(struct object *o, struct str *to)
{
	guid_vec sides = { 0 };
	enumerate(&o->id, NTMS_PARTITION, &sides);
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
		{ RSM_DETAIL_UNVERIFIED, "unverified" }, { RSM_DETAIL_QUARANTINED, "quarantined" },
		{ RSM_DETAIL_UNCLAIMED, "unclaimed" },	 { RSM_DETAIL_CLEANER, "cleaner" },
		{ RSM_DETAIL_ALWAYSOPEN, "always open" }, { RSM_DETAIL_INUSE, "in use" },
	};
	DWORD set_flags = object_detail(o)->dwFlags;
	for (size_t i = 0; i < countof(flags); i++)
		if (set_flags & flags[i].flag)
			str_printf(to, "%s%s", to->n ? ", " : "", flags[i].word);
}

/* ---- the tables ---- */

#define AT(member) offsetof(NTMS_OBJECTINFORMATIONA, member)
#define DETAIL(member) .of_detail = true, .offset = offsetof(RSM_OBJECTDETAIL, member)
#define LIST .list = true
#define RIGHT .right = true

/* what every type has; R: is the reason shown by `list` */
#define COMMON                                                                                                     \
	{ "REASON", "why it isn't ready, waits, or failed", COL_TEXT, DETAIL(szReason) },                          \
	{ "FLAGS", "unverified, quarantined, unclaimed, cleaner, always open, in use", COL_FN, .get = get_flags }, \
	{ "ENABLED", "may be used; see enable and disable", COL_BOOL, .offset = AT(Enabled) },                     \
	{ "DESCRIPTION", "free text", COL_TEXT, .offset = AT(szDescription) },                                     \
	{ "CREATED", "when it was first known", COL_TIME, .offset = AT(Created) },                                 \
	{ "MODIFIED", "last change", COL_TIME, .offset = AT(Modified) },                                           \
	{ "ID", "identifier (GUID)", COL_GUID, .offset = AT(ObjectGuid) }
#define NAME { "NAME", "name", COL_FN, LIST, .get = get_name }
#define READY { "READY", "ready, initializing, needs service or not present", COL_ENUM, .offset = AT(dwOperationalState), .words = operational }

static const struct column library_columns[] = {
	NAME,
	{ "TYPE", "robotic, stand-alone or offline", COL_ENUM, LIST, .offset = AT(Info.Library.LibraryType), .words = library_types },
	{ "STATE", "ready, initializing, needs service or not present", COL_ENUM, LIST, .offset = AT(dwOperationalState), .words = operational },
	{ "DRIVES", "number of drives", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.Library.dwNumberOfDrives) },
	{ "SLOTS", "number of slots", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.Library.dwNumberOfSlots) },
	{ "PORTS", "number of insert/eject ports", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.Library.dwNumberOfPorts) },
	{ "MEDIA", "number of media in it", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.Library.dwNumberOfMedia) },
	{ "REQUESTS", "number of library requests, finished ones included", COL_NUMBER, RIGHT, .offset = AT(Info.Library.dwNumberOfLibRequests) },
	{ "INVENTORY", "usual inventory: fast, full or none", COL_ENUM, .offset = AT(Info.Library.InventoryMethod), .words = inventory_methods },
	{ "BARCODES", "has a bar-code reader", COL_BOOL, .offset = AT(Info.Library.BarCodeReaderInstalled) },
	{ "RECOVERY", "a failed mount starts a full inventory", COL_BOOL, .offset = AT(Info.Library.AutoRecovery) },
	{ "CLEANER", "slot of the cleaner", COL_REF, .offset = AT(Info.Library.CleanerSlot) },
	{ "DEVICE", "how the robot is reached", COL_TEXT, DETAIL(szDevice) },
	{ "SERIAL", "serial number of the robot", COL_TEXT, DETAIL(szSerialNumber) },
	COMMON,
};
static const struct column drive_columns[] = {
	NAME,
	{ "STATE", "empty, mounted, loaded, unloaded, dismountable, being cleaned", COL_ENUM, LIST, .offset = AT(Info.Drive.State), .words = drive_states },
	READY,
	{ "MEDIUM", "medium in it", COL_REF, LIST, DETAIL(Medium) },
	{ "HOLDER", "user and application that have it mounted", COL_TEXT, LIST, DETAIL(szHolder) },
	{ "TYPE", "generation or model", COL_FN, LIST, .get = get_generation },
	{ "PATH", "what an application opens", COL_TEXT, LIST, .offset = AT(Info.Drive.szDeviceName) },
	{ "LIBRARY", "library it is part of", COL_REF, .offset = AT(Info.Drive.Library) },
	{ "NUMBER", "number in the library", COL_NUMBER, RIGHT, .offset = AT(Info.Drive.Number) },
	{ "ELEMENT", "element address in the robot", COL_NUMBER, RIGHT, DETAIL(dwAddress) },
	{ "SERIAL", "serial number", COL_TEXT, .offset = AT(Info.Drive.szSerialNumber) },
	{ "REVISION", "firmware", COL_TEXT, .offset = AT(Info.Drive.szRevision) },
	{ "MODEL", "drive model", COL_REF, .offset = AT(Info.Drive.DriveType) },
	{ "DEVICE", "what the server opens", COL_TEXT, DETAIL(szDevice) },
	{ "MOUNTS", "number of mounts", COL_NUMBER, RIGHT, .offset = AT(Info.Drive.dwMountCount) },
	{ "CLEANED", "last cleaning", COL_TIME, .offset = AT(Info.Drive.LastCleanedTs) },
	{ "DEFER", "least seconds that a medium stays after a deferred dismount", COL_NUMBER, RIGHT, .offset = AT(Info.Drive.dwDeferDismountDelay) },
	COMMON,
};
static const struct column slot_columns[] = {
	NAME,
	{ "STATE", "full, empty, needs inventory, not present", COL_ENUM, LIST, .offset = AT(Info.StorageSlot.State), .words = slot_states },
	{ "MEDIUM", "medium in it", COL_REF, LIST, DETAIL(Medium) },
	{ "LIBRARY", "library it is part of", COL_REF, LIST, .offset = AT(Info.StorageSlot.Library) },
	{ "NUMBER", "number in the library", COL_NUMBER, RIGHT, .offset = AT(Info.StorageSlot.Number) },
	{ "ELEMENT", "element address in the robot", COL_NUMBER, RIGHT, DETAIL(dwAddress) },
	READY,
	COMMON,
};
static const struct column port_columns[] = {
	NAME,
	{ "CONTENT", "full or empty", COL_ENUM, LIST, .offset = AT(Info.IEPort.Content), .words = port_contents },
	{ "POSITION", "extended (open to people) or retracted", COL_ENUM, LIST, .offset = AT(Info.IEPort.Position), .words = port_positions },
	{ "MEDIUM", "medium in it", COL_REF, LIST, DETAIL(Medium) },
	{ "LIBRARY", "library it is part of", COL_REF, LIST, .offset = AT(Info.IEPort.Library) },
	{ "NUMBER", "number in the library", COL_NUMBER, RIGHT, .offset = AT(Info.IEPort.Number) },
	{ "TIMEOUT", "seconds that an inject or eject waits for people", COL_SHORT, RIGHT, .offset = AT(Info.IEPort.MaxExtendSecs) },
	{ "ELEMENT", "element address in the robot", COL_NUMBER, RIGHT, DETAIL(dwAddress) },
	READY,
	COMMON,
};
static const struct column medium_columns[] = {
	NAME,
	{ "POOL", "media pool", COL_REF, LIST, .offset = AT(Info.PhysicalMedia.MediaPool) },
	{ "STATE", "state of each side: available, allocated, ...", COL_FN, LIST, .get = get_side_states },
	{ "WHERE", "slot, drive or port", COL_FN, LIST, .get = get_where },
	{ "LIBRARY", "library it is in", COL_REF, LIST, .offset = AT(Info.PhysicalMedia.CurrentLibrary) },
	{ "LABEL", "label read on each side", COL_FN, LIST, .get = get_labels },
	{ "USE", "idle, in use, mounted, loaded, unloaded, error", COL_ENUM, .offset = AT(Info.PhysicalMedia.MediaState), .words = medium_states },
	{ "BARCODE", "bar code", COL_TEXT, .offset = AT(Info.PhysicalMedia.szBarCode) },
	{ "CODE", "bar code ok or unreadable", COL_ENUM, .offset = AT(Info.PhysicalMedia.BarCodeState), .words = bar_code_states },
	{ "SEQUENCE", "number to write on the cartridge", COL_TEXT, .offset = AT(Info.PhysicalMedia.szSequenceNumber) },
	{ "TYPE", "media type", COL_REF, .offset = AT(Info.PhysicalMedia.MediaType) },
	{ "HOME", "home slot", COL_REF, .offset = AT(Info.PhysicalMedia.HomeSlot) },
	{ "HOLDER", "user and application that have it mounted", COL_TEXT, DETAIL(szHolder) },
	{ "SERIAL", "serial number in the cartridge memory", COL_TEXT, DETAIL(szSerialNumber) },
	{ "NSIDES", "number of sides", COL_NUMBER, RIGHT, .offset = AT(Info.PhysicalMedia.dwNumberOfPartitions) },
	{ "SIDES", "identifier of each side", COL_FN, .get = get_sides },
	{ "LMID", "logical medium of each allocated side", COL_FN, .get = get_logical },
	READY,
	COMMON,
};
static const struct column logical_columns[] = {
	NAME,
	{ "POOL", "media pool", COL_REF, LIST, .offset = AT(Info.LogicalMedia.MediaPool) },
	{ "MEDIUM", "physical medium behind it", COL_FN, LIST, .get = get_logical_medium },
	{ "STATE", "allocated or complete", COL_FN, LIST, .get = get_logical_side },
	{ "HOLDER", "user and application that have it mounted", COL_TEXT, DETAIL(szHolder) },
	COMMON,
};
static const struct column side_columns[] = {
	NAME,
	{ "SIDE", "number, from 0", COL_SHORT, LIST, RIGHT, .offset = AT(Info.Partition.Side) },
	{ "STATE", "available, allocated, ...", COL_ENUM, LIST, .offset = AT(Info.Partition.State), .words = side_states },
	{ "MEDIUM", "physical medium", COL_REF, LIST, .offset = AT(Info.Partition.PhysicalMedia) },
	{ "LABEL", "type of the label on it", COL_TEXT, LIST, .offset = AT(Info.Partition.szOmidLabelType) },
	{ "LABELINFO", "what the label says", COL_TEXT, LIST, .offset = AT(Info.Partition.szOmidLabelInfo) },
	{ "LABELID", "identifier in the label", COL_FN, .get = get_label_id },
	{ "LMID", "logical medium", COL_GUID, .offset = AT(Info.Partition.LogicalMedia) },
	{ "MOUNTS", "number of mounts", COL_NUMBER, RIGHT, .offset = AT(Info.Partition.dwMountCount) },
	{ "ALLOCATIONS", "number of allocations", COL_NUMBER, RIGHT, .offset = AT(Info.Partition.dwAllocateCount) },
	{ "CAPACITY", "bytes", COL_SIZE, RIGHT, .offset = AT(Info.Partition.Capacity) },
	COMMON,
};
static const struct column pool_columns[] = {
	NAME,
	{ "KIND", "free, import, unrecognized or application", COL_FN, LIST, .get = get_pool_type },
	{ "TYPE", "media type; none: a pool of pools", COL_REF, LIST, .offset = AT(Info.MediaPool.MediaType) },
	{ "MEDIA", "number of physical media", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.MediaPool.dwNumberOfPhysicalMedia) },
	{ "ALLOCATED", "number of logical media", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.MediaPool.dwNumberOfLogicalMedia) },
	{ "POOLS", "number of pools in it", COL_NUMBER, RIGHT, .offset = AT(Info.MediaPool.dwNumberOfMediaPools) },
	{ "FROMFREE", "an allocation may take a medium from the free pool", COL_FN, .get = get_from_free },
	{ "TOFREE", "a deallocated medium goes back to the free pool", COL_FN, .get = get_to_free },
	{ "MAXALLOCATES", "allocations before a side is decommissioned; 0: no limit", COL_NUMBER, RIGHT, .offset = AT(Info.MediaPool.dwMaxAllocates) },
	{ "PARENT", "pool it is in", COL_REF, .offset = AT(Info.MediaPool.Parent) },
	COMMON,
};
static const struct column media_type_columns[] = {
	NAME,
	{ "SIDES", "sides of a medium", COL_NUMBER, LIST, RIGHT, .offset = AT(Info.MediaType.NumberOfSides) },
	{ "WRITING", "rewritable, write once or read only", COL_ENUM, LIST, .offset = AT(Info.MediaType.ReadWriteCharacteristics), .words = characteristics },
	{ "CODE", "STORAGE_MEDIA_TYPE of ntmsmedia.h", COL_NUMBER, RIGHT, .offset = AT(Info.MediaType.MediaType) },
	COMMON,
};
static const struct column request_columns[] = {
	{ "REQUEST", "beginning of its identifier", COL_FN, LIST, .get = get_short },
	{ "OPERATION", "what is to be done", COL_ENUM, LIST, .offset = AT(Info.LibRequest.OperationCode), .words = operations },
	{ "STATE", "queued, in process, waiting, passed, failed, ...", COL_ENUM, LIST, .offset = AT(Info.LibRequest.State), .words = request_states },
	{ "MEDIUM", "medium concerned", COL_REF, LIST, .offset = AT(Info.LibRequest.PhysMediaId) },
	{ "DRIVE", "drive concerned", COL_REF, LIST, .offset = AT(Info.LibRequest.DriveId) },
	{ "LIBRARY", "library that does it", COL_REF, LIST, .offset = AT(Info.LibRequest.Library) },
	{ "WHY", "what it waits for, or why it failed", COL_TEXT, LIST, DETAIL(szReason) },
	{ "PROGRESS", "done of total", COL_FN, .get = get_progress },
	{ "ERROR", "code of the failure", COL_FN, .get = get_error },
	{ "PRIORITY", "-15 to 15", COL_FN, RIGHT, .get = get_priority, .number = true },
	{ "SIDE", "side concerned", COL_REF, .offset = AT(Info.LibRequest.PartitionId) },
	{ "SLOT", "slot of the medium", COL_REF, .offset = AT(Info.LibRequest.SlotId) },
	{ "QUEUED", "when it was asked for", COL_TIME, .offset = AT(Info.LibRequest.TimeQueued) },
	{ "COMPLETED", "when it was finished", COL_TIME, .offset = AT(Info.LibRequest.TimeCompleted) },
	{ "USER", "who asked", COL_TEXT, .offset = AT(Info.LibRequest.szUser) },
	{ "APPLICATION", "by which application", COL_TEXT, .offset = AT(Info.LibRequest.szApplication) },
	{ "COMPUTER", "from where", COL_TEXT, .offset = AT(Info.LibRequest.szComputer) },
	COMMON,
};
static const struct column operator_columns[] = {
	{ "REQUEST", "beginning of its identifier", COL_FN, LIST, .get = get_short },
	{ "KIND", "new media, cleaner, service, move medium, message", COL_ENUM, LIST, .offset = AT(Info.OpRequest.Request), .words = operator_commands },
	{ "STATE", "submitted, seen, in progress, refused, complete", COL_ENUM, LIST, .offset = AT(Info.OpRequest.State), .words = operator_states },
	{ "MESSAGE", "what is asked of the operator", COL_TEXT, LIST, .offset = AT(Info.OpRequest.szMessage) },
	{ "ABOUT", "pool, medium, device or library it is about", COL_FN, .get = get_about },
	{ "TO", "library a medium is wanted in", COL_FN, .get = get_about2 },
	{ "SUBMITTED", "when", COL_TIME, .offset = AT(Info.OpRequest.Submitted) },
	{ "USER", "for whom", COL_TEXT, .offset = AT(Info.OpRequest.szUser) },
	{ "APPLICATION", "for which application", COL_TEXT, .offset = AT(Info.OpRequest.szApplication) },
	{ "COMPUTER", "where", COL_TEXT, .offset = AT(Info.OpRequest.szComputer) },
	COMMON,
};
static const struct column changer_columns[] = {
	NAME,
	{ "LIBRARY", "library it is part of", COL_REF, LIST, .offset = AT(Info.Changer.Library) },
	{ "SERIAL", "serial number", COL_TEXT, LIST, .offset = AT(Info.Changer.szSerialNumber) },
	{ "REVISION", "firmware", COL_TEXT, LIST, .offset = AT(Info.Changer.szRevision) },
	{ "PATH", "device", COL_TEXT, LIST, .offset = AT(Info.Changer.szDeviceName) },
	{ "MODEL", "changer model", COL_REF, .offset = AT(Info.Changer.ChangerType) },
	READY,
	COMMON,
};
static const struct column computer_columns[] = {
	NAME,
	{ "LIBPURGE", "seconds that a finished library request is kept", COL_NUMBER, RIGHT, .offset = AT(Info.Computer.dwLibRequestPurgeTime) },
	{ "OPPURGE", "seconds that a finished operator request is kept", COL_NUMBER, RIGHT, .offset = AT(Info.Computer.dwOpRequestPurgeTime) },
	COMMON,
};
static const struct column other_columns[] = { NAME, COMMON };

#define KIND(type, plural, title, columns) { type, plural, title, columns, countof(columns) }
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

const struct kind *kind_of(DWORD type)
{
	for (size_t i = 0; i < n_kinds; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

/* ---- a column of an object as text ---- */

static void put_time(const SYSTEMTIME *t, bool machine, struct str *to)
{
	struct tm tm = { .tm_year = t->wYear - 1900, .tm_mon = t->wMonth - 1, .tm_mday = t->wDay, .tm_hour = t->wHour,
			 .tm_min = t->wMinute, .tm_sec = t->wSecond };
	if (!t->wYear)
		return;
	if (machine) {
		str_printf(to, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", t->wYear, t->wMonth, t->wDay, t->wHour, t->wMinute,
			   t->wSecond, t->wMilliseconds);
		return;
	}
	char text[40];
	time_t at = timegm(&tm);
	if (localtime_r(&at, &tm) && strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm))
		str_puts(to, text);
}

static void put_size(LONGLONG bytes, bool machine, struct str *to)
{
	static const char units[] = "BKMGTPE";
	int unit = 0;
	double v = (double)bytes;
	for (; v >= 1024 && units[unit + 1]; unit++)
		v /= 1024;
	if (machine)
		str_printf(to, "%lld", bytes);
	else if (bytes)
		str_printf(to, unit ? "%.1f%c" : "%.0f%c", v, units[unit]);
}

/* machine: for programs; times in UTC, plain numbers */
void column_text(const struct column *c, struct object *o, bool machine, struct str *to)
{
	const char *base = c->of_detail ? (const char *)object_detail(o) : (const char *)&o->info;
	const void *at = base + c->offset;
	char text[GUID_CHARS];
	switch (c->kind) {
	case COL_TEXT:
		str_puts(to, at);
		return;
	case COL_NUMBER:
		str_printf(to, "%u", *(const DWORD *)at);
		return;
	case COL_SHORT:
		str_printf(to, "%u", *(const WORD *)at);
		return;
	case COL_BOOL:
		str_puts(to, *(const BOOL *)at ? "yes" : "no");
		return;
	case COL_ENUM:
		if (*word(c->words, *(const DWORD *)at))
			str_puts(to, word(c->words, *(const DWORD *)at));
		else
			str_printf(to, "%u", *(const DWORD *)at);
		return;
	case COL_REF:
		str_puts(to, object_name(at));
		return;
	case COL_TIME:
		put_time(at, machine, to);
		return;
	case COL_GUID:
		if (!guid_null(at))
			str_puts(to, guid_format(at, text));
		return;
	case COL_SIZE:
		put_size(((const LARGE_INTEGER *)at)->QuadPart, machine, to);
		return;
	case COL_FN:
		c->get(o, to);
		return;
	}
}
