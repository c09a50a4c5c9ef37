/* SPDX-License-Identifier: GPL-2.0-or-later
 * Objects: finding them, their states, common changes. */
#include "rsm_test.h"

object_info info(HANDLE s, NTMS_GUID id, DWORD type)
{
	object_info i = {.dwSize = sizeof i, .dwType = type};

	OK(GetNtmsObjectInformationA(s, &id, &i));
	return i;
}

void set_info(HANDLE s, object_info *i) { OK(SetNtmsObjectInformationA(s, &i->ObjectGuid, i)); }

struct guid_list list(HANDLE s, NTMS_GUID container, DWORD type)
{
	struct guid_list l = {.n = sizeof l.v / sizeof *l.v};

	OK(EnumerateNtmsObject(s, same(container, null_guid) ? NULL : &container, l.v, &l.n, type, 0));
	return l;
}

bool contains(const struct guid_list *l, NTMS_GUID id)
{
	for (DWORD i = 0; i < l->n; i++)
		if (same(l->v[i], id))
			return true;
	return false;
}

/* ---- finding ---- */

static NTMS_GUID named(HANDLE s, DWORD type, const char *name)
{
	struct guid_list l = list(s, null_guid, type);

	for (DWORD i = 0; i < l.n; i++)
		if (!strcmp(info(s, l.v[i], type).szName, name))
			return l.v[i];
	fail_msg("no object of type %u is named %s", type, name);
	return null_guid;
}

NTMS_GUID library_named(HANDLE s, const char *name) { return named(s, NTMS_LIBRARY, name); }

NTMS_GUID media_type_named(HANDLE s, const char *name) { return named(s, NTMS_MEDIA_TYPE, name); }

NTMS_GUID offline_library(HANDLE s)
{
	struct guid_list l = list(s, null_guid, NTMS_LIBRARY);

	for (DWORD i = 0; i < l.n; i++)
		if (info(s, l.v[i], NTMS_LIBRARY).Info.Library.dwFlags & NTMS_LIBRARYFLAG_FIXEDOFFLINE)
			return l.v[i];
	fail_msg("there is no offline library");
	return null_guid;
}

NTMS_GUID computer(HANDLE s)
{
	struct guid_list l = list(s, null_guid, NTMS_COMPUTER);

	assert_int_equal(1, l.n);
	return l.v[0];
}

NTMS_GUID root_pool(HANDLE s)
{
	struct guid_list l = {.n = sizeof l.v / sizeof *l.v};

	OK(EnumerateNtmsObject(s, NULL, l.v, &l.n, NTMS_MEDIA_POOL, NTMS_ENUM_ROOTPOOL));
	assert_true(l.n > 0);
	return l.v[0];
}

NTMS_GUID top_pool(HANDLE s, DWORD pool_type)
{
	struct guid_list l = list(s, null_guid, NTMS_MEDIA_POOL);

	for (DWORD i = 0; i < l.n; i++)
		if (info(s, l.v[i], NTMS_MEDIA_POOL).Info.MediaPool.PoolType == pool_type)
			return l.v[i];
	fail_msg("there is no top-level pool of type %u", pool_type);
	return null_guid;
}

NTMS_GUID system_pool(HANDLE s, DWORD pool_type, NTMS_GUID media_type)
{
	NTMS_GUID top = top_pool(s, pool_type);
	struct guid_list l = list(s, top, NTMS_MEDIA_POOL);

	for (DWORD i = 0; i < l.n; i++)
		if (same(info(s, l.v[i], NTMS_MEDIA_POOL).Info.MediaPool.MediaType, media_type))
			return l.v[i];
	fail_msg("there is no pool of type %u for that media type", pool_type);
	return null_guid;
}

bool find_medium(HANDLE s, const char *barcode, NTMS_GUID *pmid)
{
	struct guid_list l = list(s, null_guid, NTMS_PHYSICAL_MEDIA);

	for (DWORD i = 0; i < l.n; i++) {
		object_info o = {.dwSize = sizeof o, .dwType = NTMS_PHYSICAL_MEDIA};
		if (GetNtmsObjectInformationA(s, &l.v[i], &o) == 0 &&
		    !strcmp(o.Info.PhysicalMedia.szBarCode, barcode)) {
			*pmid = l.v[i];
			return true;
		}
	}
	return false;
}

NTMS_GUID medium_named(HANDLE s, const char *barcode)
{
	NTMS_GUID id = null_guid;

	if (!find_medium(s, barcode, &id))
		fail_msg("no medium has the bar code %s", barcode);
	return id;
}

NTMS_GUID side_of(HANDLE s, NTMS_GUID pmid, DWORD number)
{
	struct guid_list l = list(s, pmid, NTMS_PARTITION);

	for (DWORD i = 0; i < l.n; i++)
		if (info(s, l.v[i], NTMS_PARTITION).Info.Partition.Side == number)
			return l.v[i];
	fail_msg("the medium has no side %u", number);
	return null_guid;
}

NTMS_GUID side_of_logical(HANDLE s, NTMS_GUID lmid)
{
	struct guid_list l = list(s, lmid, NTMS_PARTITION);

	assert_int_equal(1, l.n);
	return l.v[0];
}

NTMS_GUID medium_of_logical(HANDLE s, NTMS_GUID lmid)
{
	NTMS_GUID side = side_of_logical(s, lmid);

	return info(s, side, NTMS_PARTITION).Info.Partition.PhysicalMedia;
}

NTMS_GUID drive_of(HANDLE s, NTMS_GUID library, DWORD index)
{
	struct guid_list l = list(s, library, NTMS_DRIVE);

	assert_true(index < l.n);
	return l.v[index];
}

NTMS_GUID port_of(HANDLE s, NTMS_GUID library, DWORD index)
{
	struct guid_list l = list(s, library, NTMS_IEPORT);

	assert_true(index < l.n);
	return l.v[index];
}

/* ---- states ---- */

DWORD side_state(HANDLE s, NTMS_GUID side) { return info(s, side, NTMS_PARTITION).Info.Partition.State; }

DWORD medium_side_state(HANDLE s, NTMS_GUID pmid, DWORD number)
{
	NTMS_GUID side = side_of(s, pmid, number);

	return side_state(s, side);
}

NTMS_GUID pool_of(HANDLE s, NTMS_GUID pmid)
{
	return info(s, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaPool;
}

NTMS_GUID library_of(HANDLE s, NTMS_GUID pmid)
{
	return info(s, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.CurrentLibrary;
}

DWORD media_state(HANDLE s, NTMS_GUID pmid)
{
	return info(s, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.MediaState;
}

bool is_enabled(HANDLE s, NTMS_GUID id, DWORD type) { return info(s, id, type).Enabled; }

DWORD operational_state(HANDLE s, NTMS_GUID id, DWORD type) { return info(s, id, type).dwOperationalState; }

bool exists(HANDLE s, NTMS_GUID id, DWORD type)
{
	object_info i = {.dwSize = sizeof i, .dwType = type};
	DWORD code = GetNtmsObjectInformationA(s, &id, &i);

	assert_true(code == 0 || code == ERROR_OBJECT_NOT_FOUND);
	return code == 0;
}

/* ---- library requests ---- */

DWORD request_state(HANDLE s, NTMS_GUID request)
{
	return info(s, request, NTMS_LIBREQUEST).Info.LibRequest.State;
}

static bool ended(DWORD state)
{
	return state == NTMS_LM_PASSED || state == NTMS_LM_FAILED || state == NTMS_LM_CANCELLED ||
	       state == NTMS_LM_STOPPED;
}

bool request_ended(HANDLE s, NTMS_GUID request) { return ended(request_state(s, request)); }

bool find_request(HANDLE s, NTMS_GUID library, DWORD operation, NTMS_GUID pmid, NTMS_GUID *request)
{
	struct guid_list l = list(s, library, NTMS_LIBREQUEST);

	for (DWORD i = l.n; i-- > 0;) { /* in the order of their creation */
		object_info o = info(s, l.v[i], NTMS_LIBREQUEST);
		if (o.Info.LibRequest.OperationCode == operation &&
		    (same(pmid, null_guid) || same(o.Info.LibRequest.PhysMediaId, pmid))) {
			*request = l.v[i];
			return true;
		}
	}
	return false;
}

bool library_idle(HANDLE s, NTMS_GUID library)
{
	struct guid_list l = list(s, library, NTMS_LIBREQUEST);

	for (DWORD i = 0; i < l.n; i++)
		if (!request_ended(s, l.v[i]))
			return false;
	return true;
}

bool medium_idle(HANDLE s, NTMS_GUID pmid) { return media_state(s, pmid) == NTMS_MEDIASTATE_IDLE; }

/* ---- operator requests ---- */

bool find_oprequest(HANDLE s, DWORD request, NTMS_GUID arg1, NTMS_GUID *id)
{
	struct guid_list l = list(s, null_guid, NTMS_OPREQUEST);

	for (DWORD i = 0; i < l.n; i++) {
		object_info o = {.dwSize = sizeof o, .dwType = NTMS_OPREQUEST};
		if (GetNtmsObjectInformationA(s, &l.v[i], &o) != 0) /* gone meanwhile */
			continue;
		if (o.Info.OpRequest.State >= NTMS_OPSTATE_REFUSED || o.Info.OpRequest.Request != request)
			continue;
		if (same(arg1, null_guid) || same(o.Info.OpRequest.Arg1, arg1)) {
			*id = l.v[i];
			return true;
		}
	}
	return false;
}

DWORD oprequest_state(HANDLE s, NTMS_GUID id)
{
	object_info i = {.dwSize = sizeof i, .dwType = NTMS_OPREQUEST};
	DWORD code = GetNtmsObjectInformationA(s, &id, &i);

	assert_true(code == 0 || code == ERROR_OBJECT_NOT_FOUND);
	return code ? NTMS_OPSTATE_UNKNOWN : i.Info.OpRequest.State;
}

/* ---- changing ---- */

void set_pool_policy(HANDLE s, NTMS_GUID pool, DWORD allocation, DWORD deallocation, DWORD max_allocates)
{
	object_info i = info(s, pool, NTMS_MEDIA_POOL);

	i.Info.MediaPool.AllocationPolicy = allocation;
	i.Info.MediaPool.DeallocationPolicy = deallocation;
	i.Info.MediaPool.dwMaxAllocates = max_allocates;
	set_info(s, &i);
}

void set_max_extend(HANDLE s, NTMS_GUID library, WORD seconds)
{
	struct guid_list ports = list(s, library, NTMS_IEPORT);

	for (DWORD p = 0; p < ports.n; p++) {
		object_info i = info(s, ports.v[p], NTMS_IEPORT);
		i.Info.IEPort.MaxExtendSecs = seconds;
		set_info(s, &i);
	}
}

void set_defer_delay(HANDLE s, NTMS_GUID library, DWORD seconds)
{
	struct guid_list drives = list(s, library, NTMS_DRIVE);

	for (DWORD d = 0; d < drives.n; d++) {
		object_info i = info(s, drives.v[d], NTMS_DRIVE);
		i.Info.Drive.dwDeferDismountDelay = seconds;
		set_info(s, &i);
	}
}

NTMS_GUID allocate_from(HANDLE s, NTMS_GUID pool)
{
	NTMS_GUID lmid = null_guid;

	OK(AllocateNtmsMedia(s, &pool, NULL, &lmid, NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE, 0, NULL));
	assert_differ(lmid, null_guid);
	return lmid;
}

NTMS_GUID mount_medium(HANDLE s, NTMS_GUID id)
{
	NTMS_GUID drive = null_guid, what = id;

	OK(MountNtmsMedia(s, &what, &drive, 1, NTMS_MOUNT_READ | NTMS_MOUNT_WRITE, NTMS_PRIORITY_NORMAL,
			  60000, NULL));
	assert_differ(drive, null_guid);
	return drive;
}

void dismount_medium(HANDLE s, NTMS_GUID id)
{
	NTMS_GUID what = id, medium;
	object_info side = {.dwSize = sizeof side, .dwType = NTMS_PARTITION};

	medium = GetNtmsObjectInformationA(s, &what, &side) == 0 ? side.Info.Partition.PhysicalMedia
								 : medium_of_logical(s, what);
	OK(DismountNtmsMedia(s, &what, 1, NTMS_DISMOUNT_IMMEDIATE));
	WAIT_UNTIL(medium_idle(s, medium) &&
		   info(s, medium, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.LocationType == NTMS_STORAGESLOT);
}

void disable_object(HANDLE s, DWORD type, NTMS_GUID id)
{
	OK(DisableNtmsObject(s, type, &id));
	WAIT_UNTIL(!is_enabled(s, id, type));
}

void enable_object(HANDLE s, DWORD type, NTMS_GUID id)
{
	OK(EnableNtmsObject(s, type, &id));
	WAIT_UNTIL(is_enabled(s, id, type));
}
