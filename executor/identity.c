/* SPDX-License-Identifier: GPL-2.0-or-later
 * A robot is known by its own name, not by the path that leads to it: after a reboot or a pulled cable the
 * kernel may call it otherwise, and call something else what it was called. */
#include "base/log.h"
#include "device/sysfs.h"
#include "executor/impl.h"

#include <string.h>

bool robot_is_local(const struct robot *r)
{
	return r->url && (r->url[0] == '/' || !strncmp(r->url, "scsi:", 5));
}

static const char *name_of(const struct changer *c)
{
	const struct identity *id = device_identity(changer_device((struct changer *)c));

	return id->unique[0] ? id->unique : id->serial;
}

/* The robot with the name we know, elsewhere on this machine; NULL: it isn't there. */
static struct changer *elsewhere(const struct robot *r)
{
	struct changer *c = NULL;
	struct scsi_node n;
	struct verdict v;
	char url[160];
	struct err e;

	snprintf(url, sizeof url, "scsi:%s", r->identity);
	if (!robot_is_local(r) || !r->identity[0] || sysfs_find(url, &n, &e) || n.type != TYPE_CHANGER ||
	    changer_attach(url, &c, &v) != OUTCOME_DONE)
		return NULL;
	if (strcmp(name_of(c), r->identity) == 0)
		return c;
	changer_close(c);
	return NULL;
}

/* Remembers what it is called and where it is now, and says what has changed. */
static void remember(struct robot *r)
{
	const char *name = name_of(r->changer), *at = device_path(changer_device(r->changer));

	if (r->identity[0] && name[0] && strcmp(name, r->identity) != 0)
		log_warn("library %s: at %s there is another robot: %s, not %s; its elements are read before "
			 "anything "
			 "moves",
			 r->name, device_name(changer_device(r->changer)), name, r->identity);
	if (r->at[0] && at && strcmp(at, r->at) != 0)
		log_note("library %s: its robot %s is now %s, and was %s", r->name, name, at, r->at);
	if (name[0])
		snprintf(r->identity, sizeof r->identity, "%s", name);
	if (at && robot_is_local(r))
		snprintf(r->at, sizeof r->at, "%s", at);
}

enum outcome robot_find(struct robot *r, struct verdict *v)
{
	struct changer *other;
	bool stranger = false;

	if (changer_attach(r->url, &r->changer, v) == OUTCOME_DONE)
		stranger = r->identity[0] && name_of(r->changer)[0] &&
			   strcmp(name_of(r->changer), r->identity) != 0;
	if ((v->outcome != OUTCOME_DONE || stranger) && (other = elsewhere(r))) {
		changer_close(r->changer);
		r->changer = other;
		*v = (struct verdict){.progress = -1};
	}
	if (v->outcome == OUTCOME_DONE)
		remember(r);
	return v->outcome;
}
