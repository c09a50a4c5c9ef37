/* SPDX-License-Identifier: GPL-2.0-or-later
 * `fence = yes`: robot and drives are reserved for this host's paths. A drive over iSCSI isn't: its
 * application comes by a session of its own, and would be shut out. */
#include "device/fence.h"
#include "base/log.h"
#include "executor/impl.h"

#include <inttypes.h>

static enum outcome fence(const struct robot *r, struct device *d, const char *name, struct verdict *v)
{
	uint64_t retaken;

	*v = (struct verdict){.progress = -1};
	if (!r->fence || !device_has(d, 0x5E) || !device_has(d, 0x5F))
		return OUTCOME_DONE;
	if (device_fence(d, r->fence, &retaken, v) == OUTCOME_FAILED && v->flags & VF_UNSUPPORTED) {
		log_warn("%s: can't be fenced: it has no persistent reservations", name);
		*v = (struct verdict){.progress = -1};
	}
	if (retaken)
		log_note("%s: its reservation was still that of an earlier run (key %016" PRIx64
			 "); it is ours again",
			 name, retaken);
	return v->outcome;
}

enum outcome fence_robot(struct robot *r, struct verdict *v)
{
	char name[60];

	snprintf(name, sizeof name, "library %.45s", r->name);
	return fence(r, changer_device(r->changer), name, v);
}

/* Applications come by the same path: through this host's tape driver, or to a virtual drive's files. */
static bool path_is_shared(const struct unit *u)
{
	return u->open_sg[0] || device_path(drive_device(u->drive));
}

enum outcome fence_drive(struct unit *u, struct verdict *v)
{
	if (!path_is_shared(u) || fence(u->robot, drive_device(u->drive), u->name, v) == OUTCOME_DONE)
		return OUTCOME_DONE;
	if (v->status == SCSI_CONFLICT) /* this drive serves nobody; the others do */
		v->reaction = REACT_DRIVE;
	return v->outcome;
}
