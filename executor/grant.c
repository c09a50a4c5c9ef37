/* SPDX-License-Identifier: GPL-2.0-or-later
 * ACT_GRANT and ACT_REVOKE, on a drive's thread: who may open its nodes. And on the robot's: no cartridge
 * goes into a drive that somebody has open. */
#include "base/log.h"
#include "device/node.h"
#include "executor/impl.h"

#include <ntmstypes.h>
#include <string.h>

/* Where we don't own the nodes, what the administrator set stands: the mount goes on without. */
static void set_acl(struct unit *u, const struct action *a, const path_vec *nodes)
{
	struct err e;

	if (!node_grant(nodes, a->kind == ACT_GRANT ? a->user : NULL, a->write, &e) || u->told_acl)
		return;
	u->told_acl = true;
	log_warn(
		"%s: who may open it can't be set: %s; the udev rule 60-openrsm.rules makes rsmd their owner",
		u->name, e.why);
}

static bool refuse_held(const struct scsi_node *n, const path_vec *nodes, bool ask, struct verdict *v)
{
	auto_str who = {0};

	if (!node_held(n, nodes, ask, &who))
		return false;
	v->flags = VF_PREVENTED;
	verdict_fail(v, REACT_LATER, ERROR_BUSY, "still open: %s", who.s);
	return true;
}

/* Nobody else may have it open: what they write would be on the next cartridge. */
void unit_grant(struct unit *u, const struct action *a, struct verdict *v)
{
	CLEANUP(path_vec_free) path_vec nodes = {0};
	struct scsi_node n;
	struct err e;

	*v = (struct verdict){.progress = -1};
	if (sysfs_find(u->open_sg, &n, &e) || node_paths(&n, &nodes, &e)) {
		verdict_fail(v, REACT_PATH, e.code, "%s", e.why);
		return;
	}
	if (a->kind == ACT_REVOKE)
		set_acl(u, a, &nodes);
	if ((!a->again && refuse_held(&n, &nodes, true, v)) || a->kind == ACT_REVOKE)
		return;
	if (!a->again && node_refresh(&n, &e))
		log_warn("%s: %s", u->name, e.why);
	set_acl(u, a, &nodes);
}

bool robot_may_fill(struct robot *r, uint16_t element, struct verdict *v)
{
	CLEANUP(path_vec_free) path_vec nodes = {0};
	struct unit *u = robot_unit(r, element);
	char sg[sizeof u->sg] = "";
	struct scsi_node n;
	struct err e;

	if (u) {
		pthread_mutex_lock(&u->lane.lock);
		memcpy(sg, u->sg, sizeof sg);
		pthread_mutex_unlock(&u->lane.lock);
	}
	*v = (struct verdict){.progress = -1};
	/* one that isn't ours to see is open to nobody here; and the robot mustn't wait for a drive */
	return !sg[0] || sysfs_find(sg, &n, &e) || node_paths(&n, &nodes, &e) ||
	       !refuse_held(&n, &nodes, false, v);
}
