/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * EnableNtmsObject and DisableNtmsObject: work items of the library that has the object. Media that are in no
 * library have nobody to wait for: theirs is done at once. */
#include "media/impl.h"

#include <ntmsapi.h>

static const struct {
	uint32_t type, disable, enable;
} kinds[] = {
	{NTMS_LIBRARY, NTMS_LM_DISABLELIBRARY, NTMS_LM_ENABLELIBRARY},
	{NTMS_DRIVE, NTMS_LM_DISABLEDRIVE, NTMS_LM_ENABLEDRIVE},
	{NTMS_PHYSICAL_MEDIA, NTMS_LM_DISABLEMEDIA, NTMS_LM_ENABLEMEDIA},
};

/* The library that contains the object, or is it. */
static int library_of(struct txn *t, uint32_t type, int64_t id, int64_t *library, struct err *e)
{
	switch (type) {
	case NTMS_DRIVE:
		return sql_get(t, e, "SELECT library FROM drive WHERE id=?", "i", id, "i", library);
	case NTMS_PHYSICAL_MEDIA:
		return sql_get(t, e, "SELECT library FROM physical_media WHERE id=?", "i", id, "i", library);
	}
	*library = id;
	return 0;
}

static int set_enabled(struct txn *t, const struct caller *who, const guid *g, uint32_t type, bool enable,
		       struct err *e)
{
	int64_t id, library, request;
	uint32_t op = 0, enabled, failed;

	for (size_t i = 0; i < countof(kinds); i++)
		if (kinds[i].type == type)
			op = enable ? kinds[i].enable : kinds[i].disable;
	if (guid_is_null(g) || !op)
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "only libraries, drives and physical media can be enabled and disabled");
	TRY(lookup(t, g, type, ERROR_OBJECT_NOT_FOUND, &id, e));
	TRY(library_of(t, type, id, &library, e));
	TRY(access_require(t, who->token, library, NTMS_MODIFY_ACCESS, e));
	if (id == ROW_OFFLINE)
		return err_set(e, ERROR_LIBRARY_OFFLINE, "the offline library can't be enabled or disabled");
	TRY(sql_get(t, e, "SELECT enabled FROM object WHERE id=?", "i", id, "u", &enabled));
	/* what failed is enabled as it stands, and may be tried again: that is how a person says it is well
	 */
	TRY(sql_get(t, e,
		    "SELECT coalesce((SELECT opstate FROM object WHERE id=?1 AND type=5),0)=20 "
		    "OR EXISTS(SELECT 1 FROM physical_media WHERE id=?1 AND reason<>'')",
		    "i", id, "u", &failed));
	if (enabled == enable && !(enable && failed))
		return err_set(e, ERROR_INVALID_STATE, "%s is %s already", object_label(t, id).s,
			       enable ? "enabled" : "disabled");
	TRY(request_new(t,
			&(struct request_new){.library = library,
					      .op = op,
					      .medium = type == NTMS_PHYSICAL_MEDIA ? id : 0,
					      .drive = type == NTMS_DRIVE ? id : 0,
					      .session = who->session,
					      .application = who->application,
					      .user = who->user,
					      .computer = who->computer},
			&request, NULL, e));
	if (!is_offline(library))
		return 0;
	TRY(medium_enable(t, id, enable, enable ? NULL : "disabled by an administrator", e));
	return request_finish(t, request, NTMS_LM_PASSED, ERROR_SUCCESS, "", e);
}

int do_EnableNtmsObject(struct txn *t, const struct caller *who, const struct EnableNtmsObject_in *in,
			struct EnableNtmsObject_out *out, struct err *e)
{
	return set_enabled(t, who, &in->object, in->type, true, e);
}

int do_DisableNtmsObject(struct txn *t, const struct caller *who, const struct DisableNtmsObject_in *in,
			 struct DisableNtmsObject_out *out, struct err *e)
{
	return set_enabled(t, who, &in->object, in->type, false, e);
}
