/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SetNtmsMediaComplete: an application promises to write no more. */
#include "media/impl.h"

#include <ntmsapi.h>

int do_SetNtmsMediaComplete(struct txn *t, const struct caller *who, const struct SetNtmsMediaComplete_in *in,
			    struct SetNtmsMediaComplete_out *out, struct err *e)
{
	struct medium m;
	struct side s;

	if (guid_is_null(&in->medium))
		return err_set(e, ERROR_INVALID_PARAMETER, "no logical medium given");
	TRY(logical_lookup(t, &in->medium, &s, e));
	TRY(access_require(t, who->token, s.pool, NTMS_CONTROL_ACCESS, e));
	TRY(medium_load(t, s.medium, &m, e));
	if (s.state != NTMS_PARTSTATE_ALLOCATED)
		return err_set(e, ERROR_INVALID_STATE, "side %u of medium %s is complete already", s.number,
			       m.name);
	if (m.mounted_side || m.state != NTMS_MEDIASTATE_IDLE)
		return err_set(e, ERROR_INVALID_STATE, "medium %s is mounted or in use: dismount it first",
			       m.name);
	return side_set_state(t, s.id, NTMS_PARTSTATE_COMPLETE, e);
}
