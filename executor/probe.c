/* SPDX-License-Identifier: GPL-2.0-or-later
 * Looking at a whole library: what the changer is and can, and which device is in which drive element. */
#include "base/log.h"
#include "base/str.h"
#include "device/discover.h"
#include "device/sysfs.h"
#include "executor/impl.h"

#include <ntmsmedia.h>
#include <ntmstypes.h>
#include <string.h>

static uint32_t device_type(uint8_t type)
{
	return type == TYPE_TAPE ? FILE_DEVICE_TAPE : type == TYPE_CD ? FILE_DEVICE_CD_ROM : FILE_DEVICE_DISK;
}

static void describe(struct robot *r, int number, const struct element *el, const struct drive_site *s,
		     struct probe_drive *d)
{
	char name[NAME_MAX_DEVICE];
	struct scsi_node n;
	struct err e;

	d->element = s->element;
	snprintf(d->why, sizeof d->why, "%s", s->why);
	if (el->disabled || el->trouble == TROUBLE_UNUSABLE)
		snprintf(d->why, sizeof d->why, "the robot reports: %s", el->why ? el->why : "disabled");
	if (!s->present || el->disabled || el->trouble == TROUBLE_UNUSABLE)
		return;
	memcpy(d->vendor, s->id.vendor, sizeof d->vendor);
	memcpy(d->product, s->id.product, sizeof d->product);
	snprintf(d->revision, sizeof d->revision, "%s", s->id.revision);
	snprintf(d->serial, sizeof d->serial, "%.*s", (int)sizeof d->serial - 1, s->id.serial);
	generation_of(d->product, d->generation);
	d->device_type = device_type(s->id.type);
	snprintf(d->url, sizeof d->url, "%s", s->url);
	if (s->path && !sysfs_find(s->path, &n, &e)) {
		snprintf(d->node, sizeof d->node, "%s", n.node);
		snprintf(d->sg, sizeof d->sg, "%s", n.sg);
		sysfs_by_id(&n, d->by_id, sizeof d->by_id);
	}
	snprintf(name, sizeof name, "%.50s-%d", r->name, number);
	if (name_publish(r->executor->devices, name, s->url, s->path, d->device, &e))
		snprintf(d->why, sizeof d->why, "%.*s", (int)sizeof d->why - 1, e.why);
	else
		d->present = true;
	if (r->given.n && el->id_serial[0] && s->id.serial[0] && strcmp(el->id_serial, s->id.serial))
		log_warn("library %s: drive element %u: the robot tells serial number %s, %s has %s: is the "
			 "line "
			 "'drive = %u ...' right?",
			 r->name, el->address, el->id_serial, s->url, s->id.serial, el->address);
}

static enum outcome probe_drives(struct robot *r, const element_vec *all, struct probe *p, struct verdict *v)
{
	CLEANUP(drive_site_vec_free) drive_site_vec sites = {0};

	if (discover_drives(r->changer, all, &r->given, &sites, v) != OUTCOME_DONE)
		return v->outcome;
	p->drives = calloc(sites.n + 1, sizeof *p->drives);
	vec_each(el, all)
		if (el->type == ELEMENT_DRIVE) {
			size_t i = p->n_drives++;

			describe(r, (int)i + 1, el, &sites.v[i], &p->drives[i]);
		}
	return OUTCOME_DONE;
}

static enum outcome read_all(struct robot *r, element_vec *all, struct verdict *v)
{
	struct device *d = changer_device(r->changer);

	if (device_ready(d, v) != OUTCOME_DONE) {
		if (!(v->flags & VF_INITIALIZE))
			return v->outcome;
		if (changer_initialize(r->changer, 0, 0, v) != OUTCOME_DONE ||
		    device_ready(d, v) != OUTCOME_DONE)
			return v->outcome;
	}
	return changer_inventory(r->changer, all, v);
}

static void probe_changer(struct robot *r, const element_vec *all, struct probe *p)
{
	const struct identity *id = device_identity(changer_device(r->changer));
	const struct changer_shape *shape = changer_shape(r->changer);
	bool full = false, tag = false;
	struct verdict v;
	struct err e;

	memcpy(p->vendor, id->vendor, sizeof p->vendor);
	memcpy(p->product, id->product, sizeof p->product);
	snprintf(p->revision, sizeof p->revision, "%s", id->revision);
	snprintf(p->serial, sizeof p->serial, "%.*s", (int)sizeof p->serial - 1, id->serial);
	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++) {
		p->first[t] = shape->of[t].first;
		p->count[t] = shape->of[t].count;
	}
	p->rotates = shape->rotates;
	/* A new session has forgotten our lock; and only asking tells whether the robot knows the command. */
	changer_prevent(r->changer, r->locked, &v);
	p->can_lock = changer_can_prevent(r->changer);
	p->can_extend = changer_can_open_ie(r->changer);
	vec_each(el, all) {
		full |= el->full;
		tag |= el->tag[0] != 0;
	}
	p->barcode_reader = tag || !full;
	snprintf(p->identity, sizeof p->identity, "%s", id->unique[0] ? id->unique : id->serial);
	if (name_publish(r->executor->devices, r->name, r->url,
			 robot_is_local(r) ? device_path(changer_device(r->changer)) : NULL, p->device, &e))
		log_warn("library %s: %s", r->name, e.why);
}

int probe_library(struct robot *r, struct probe *p, struct verdict *v)
{
	element_vec all = {0};

	*p = (struct probe){0};
	if (read_all(r, &all, v) == OUTCOME_DONE && probe_drives(r, &all, p, v) == OUTCOME_DONE)
		probe_changer(r, &all, p);
	vec_free(&all);
	return v->outcome != OUTCOME_DONE;
}

/* All that makes a difference. Not the bar code reader: it is guessed from what lies there. */
static void describe_probe(const struct probe *p, struct str *out)
{
	str_printf(out, "%s|%s|%s|%s|%s|%s|%d%d%d", p->vendor, p->product, p->revision, p->serial,
		   p->identity, p->device, p->rotates, p->can_lock, p->can_extend);
	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++)
		str_printf(out, "|%u+%u", p->first[t], p->count[t]);
	for (size_t i = 0; i < p->n_drives; i++) {
		const struct probe_drive *d = &p->drives[i];

		str_printf(out, "|%u|%d|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s|%s", d->element, d->present, d->vendor,
			   d->product, d->revision, d->serial, d->generation, d->url, d->device, d->why,
			   d->node, d->sg, d->by_id);
	}
}

bool probe_equal(const struct probe *a, const struct probe *b)
{
	auto_str x = {0}, y = {0};

	describe_probe(a, &x);
	describe_probe(b, &y);
	return !strcmp(x.s, y.s);
}
