/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * First contact with a library of many unknown cartridges: identification can be paused, and media that the
 * administrator vouches for are taken as known without mounting each. What really is on them shows when they
 * are mounted for the first time. */
#include "media/impl.h"

#include <ntmsapi.h>

int do_RsmPauseIdentification(struct txn *t, const struct caller *who,
			      const struct RsmPauseIdentification_in *in,
			      struct RsmPauseIdentification_out *out, struct err *e)
{
	struct library l;

	if (guid_is_null(&in->library))
		return err_set(e, ERROR_INVALID_PARAMETER, "no library given");
	TRY(library_lookup(t, &in->library, ERROR_INVALID_LIBRARY, &l, e));
	TRY(access_require(t, who->token, l.id, NTMS_CONTROL_ACCESS, e));
	if (is_offline(l.id))
		return err_set(e, ERROR_INVALID_LIBRARY, "the offline library identifies nothing");
	TRY(sql_do(t, e, "UPDATE library SET identify_paused=?1 WHERE id=?2 AND identify_paused<>?1", "ui",
		   (uint32_t)(in->pause != 0), l.id));
	if (!sql_changes(t))
		return 0;
	TRY(sql_do(t, e,
		   "UPDATE library "
		   "SET identify_since=?, identify_base=identify_done WHERE id=? AND identify_since>0",
		   "ii", txn_now(t), l.id));
	txn_wake(t, l.id);
	return object_changed(t, l.id, e);
}

/* Identifications that haven't begun have nothing left to find. */
static int cancel_identifications(struct txn *t, int64_t medium, struct err *e)
{
	auto_ids struct ids queued = {0};

	TRY(ids_of(sql_rows(t, e,
			    "SELECT id "
			    "FROM librequest WHERE medium=? AND op=14 AND phase=0 AND open=1",
			    "i", medium),
		   &queued, e));
	vec_each(id, &queued)
		TRY(request_finish(t, *id, NTMS_LM_CANCELLED, ERROR_SUCCESS, "adopted by an administrator",
				   e));
	return 0;
}

static int adopt(struct txn *t, const struct caller *who, const guid *id, struct err *e)
{
	auto_ids struct ids sides = {0};
	int64_t pool, type;
	struct medium m;

	if (guid_is_null(id))
		return err_set(e, ERROR_INVALID_PARAMETER, "no medium given");
	TRY(medium_lookup(t, id, &m, e));
	TRY(access_require(t, who->token, m.library, NTMS_CONTROL_ACCESS, e));
	if (m.cleaner)
		return err_set(e, ERROR_INVALID_MEDIA, "%s is a cleaning cartridge", m.name);
	TRY(ids_of(sql_rows(t, e, "SELECT id FROM side WHERE medium=? AND state=0", "i", m.id), &sides, e));
	if (!sides.n)
		return 0; /* identified already */
	TRY(cancel_identifications(t, m.id, e));
	TRY(sql_get(t, e, "SELECT media_type FROM physical_media WHERE id=?", "i", m.id, "i", &type));
	TRY(pool_system(t, NTMS_POOLTYPE_IMPORT, type, &pool, e));
	TRY(medium_set_pool(t, m.id, pool, e));
	vec_each(side, &sides)
		TRY(side_set_state(t, *side, NTMS_PARTSTATE_IMPORT, e));
	return 0;
}

int do_RsmAdoptMedium(struct txn *t, const struct caller *who, const struct RsmAdoptMedium_in *in,
		      struct RsmAdoptMedium_out *out, struct err *e)
{
	return adopt(t, who, &in->medium, e);
}

int do_RsmAdoptMedia(struct txn *t, const struct caller *who, const struct RsmAdoptMedia_in *in,
		     struct RsmAdoptMedia_out *out, struct err *e)
{
	for (size_t i = 0; i < in->media.n; i++)
		TRY(adopt(t, who, &in->media.v[i], e)); /* the job is undone as a whole */
	return 0;
}
