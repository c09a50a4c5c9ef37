/* SPDX-License-Identifier: GPL-2.0-or-later
 * `fence = yes`: robot and local drives are reserved for this host's paths. A drive over iSCSI isn't: its
 * application comes by a session of its own, and would be shut out. */
#include "device/fence.h"
#include "base/log.h"
#include "executor/impl.h"

enum outcome fence(struct robot *r, struct device *d, const char *name, struct verdict *v)
{
	*v = (struct verdict){.progress = -1};
	if (!r->fence || !device_has(d, 0x5F))
		return OUTCOME_DONE;
	if (device_fence(d, r->fence, v) == OUTCOME_FAILED && v->flags & VF_UNSUPPORTED) {
		log_warn("%s: can't be fenced: it has no persistent reservations", name);
		*v = (struct verdict){.progress = -1};
	}
	return v->outcome;
}
