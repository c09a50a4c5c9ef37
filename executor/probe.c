/* SPDX-License-Identifier: GPL-2.0-or-later
 * Looking at a whole library: what the changer is and can, and which device is in which drive element. */
#include "base/log.h"
#include "base/str.h"
#include "device/match.h"
#include "device/sysfs.h"
#include "executor/impl.h"

#include <ntmsmedia.h>
#include <ntmstypes.h>
#include <string.h>

/* A device that may be one of the library's drives. */
struct candidate {
	char *url;
	uint16_t element; /* of the configuration; 0: to be found */
	bool open;
	struct identity id;
	char *path; /* for applications; NULL: the URL */
	char why[200];
};
typedef VEC(struct candidate) candidate_vec;

static void candidates_free(candidate_vec *c)
{
	vec_each(it, c) {
		free(it->url);
		free(it->path);
	}
	vec_free(c);
}

static bool is_drive(const struct identity *id)
{
	return id->type == TYPE_TAPE || id->type == TYPE_CD || id->type == TYPE_OPTICAL ||
	       id->type == TYPE_WORM || (id->type == TYPE_DISK && id->removable);
}

static uint32_t device_type(uint8_t type)
{
	return type == TYPE_TAPE ? FILE_DEVICE_TAPE : type == TYPE_CD ? FILE_DEVICE_CD_ROM : FILE_DEVICE_DISK;
}

/* The drives' own threads have handles of their own; these are closed at once. */
static void identify(struct robot *r, struct candidate *c)
{
	struct device *d;
	struct verdict v;

	if (device_open(c->url, KIND_ANY, &d, &v) != OUTCOME_DONE) {
		snprintf(c->why, sizeof c->why, "%.*s", (int)sizeof c->why - 1, v.err.why);
		return;
	}
	c->open = is_drive(device_identity(d));
	c->id = *device_identity(d);
	c->path = device_path(d) ? strdup(device_path(d)) : NULL;
	if (!c->open)
		snprintf(c->why, sizeof c->why, "%.100s: %s %s is no drive", c->url, c->id.vendor,
			 c->id.product);
	device_close(d);
}

static enum outcome find_candidates(struct robot *r, candidate_vec *out, struct verdict *v)
{
	CLEANUP(url_vec_free) url_vec urls = {0};

	if (r->given.n) {
		vec_each(g, &r->given)
			*vec_add(out) = (struct candidate){.url = strdup(g->url), .element = g->element};
	} else {
		if (device_siblings(changer_device(r->changer), &urls, v) != OUTCOME_DONE)
			return v->outcome;
		vec_each(u, &urls)
			if (strcmp(*u, r->url))
				*vec_add(out) = (struct candidate){.url = strdup(*u)};
	}
	vec_each(c, out) {
		if (lane_stopped(&r->lane))
			return verdict_fail(v, REACT_PATH, ERROR_OPERATION_ABORTED, "stopped");
		identify(r, c);
	}
	return OUTCOME_DONE;
}

/* which[i]: the candidate in the i-th drive element, or -1. */
static void match(const struct robot *r, const element_vec *drives, const candidate_vec *c, int *which)
{
	struct match_id *elements = calloc(drives->n + 1, sizeof *elements),
			*devices = calloc(c->n + 1, sizeof *devices);
	struct match *found = calloc(drives->n + 1, sizeof *found);
	int *index = calloc(c->n + 1, sizeof *index);
	size_t m = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].open) {
			index[m] = (int)i;
			devices[m++] = (struct match_id){c->v[i].id.vendor, c->v[i].id.product,
							 c->v[i].id.serial, c->v[i].id.unique};
		}
	for (size_t i = 0; i < drives->n; i++)
		elements[i] = (struct match_id){drives->v[i].id_vendor, drives->v[i].id_product,
						drives->v[i].id_serial, drives->v[i].id_unique};
	if (!r->given.n)
		match_drives(elements, drives->n, devices, m, found);
	for (size_t i = 0; i < drives->n; i++) {
		which[i] = -1;
		if (!r->given.n && found[i].device >= 0)
			which[i] = index[found[i].device];
		for (size_t k = 0; r->given.n && k < c->n; k++)
			if (c->v[k].element == drives->v[i].address)
				which[i] = (int)k;
	}
	free(elements), free(devices), free(found), free(index);
}

/* Why no device is known for an element: what is in the way of the devices that might be it. */
static void say_missing(const struct element *el, const candidate_vec *c, struct probe_drive *d)
{
	const char *cause = "";

	vec_each(it, c)
		if (!it->open && !(it->id.vendor[0] && !is_drive(&it->id)))
			cause = it->why;
	snprintf(d->why, sizeof d->why, "no device found for the drive with serial number %s%s%.120s",
		 el->id_serial[0] ? el->id_serial : "(not told)", *cause ? "; " : "", cause);
}

static void describe(struct robot *r, int number, const struct element *el, const struct candidate *c,
		     struct probe_drive *d)
{
	char name[NAME_MAX_DEVICE];
	struct scsi_node n;
	struct err e;

	if (!c->open) {
		snprintf(d->why, sizeof d->why, "%s", c->why);
		return;
	}
	memcpy(d->vendor, c->id.vendor, sizeof d->vendor);
	memcpy(d->product, c->id.product, sizeof d->product);
	snprintf(d->revision, sizeof d->revision, "%s", c->id.revision);
	snprintf(d->serial, sizeof d->serial, "%.*s", (int)sizeof d->serial - 1, c->id.serial);
	generation_of(d->product, d->generation);
	d->device_type = device_type(c->id.type);
	snprintf(d->url, sizeof d->url, "%s", c->url);
	if (c->path && !sysfs_find(c->path, &n, &e)) {
		snprintf(d->node, sizeof d->node, "%s", n.node);
		snprintf(d->sg, sizeof d->sg, "%s", n.sg);
		sysfs_by_id(&n, d->by_id, sizeof d->by_id);
	}
	snprintf(name, sizeof name, "%.50s-%d", r->name, number);
	if (name_publish(r->executor->devices, name, c->url, c->path, d->device, &e))
		snprintf(d->why, sizeof d->why, "%.*s", (int)sizeof d->why - 1, e.why);
	else
		d->present = true;
	if (c->element && el->id_serial[0] && c->id.serial[0] && strcmp(el->id_serial, c->id.serial))
		log_warn("library %s: drive element %u: the robot tells serial number %s, %s has %s: is the "
			 "line "
			 "'drive = %u ...' right?",
			 r->name, el->address, el->id_serial, c->url, c->id.serial, el->address);
}

static enum outcome probe_drives(struct robot *r, const element_vec *all, struct probe *p, struct verdict *v)
{
	CLEANUP(candidates_free) candidate_vec candidates = {0};
	element_vec drives = {0};
	int *which;

	if (find_candidates(r, &candidates, v) != OUTCOME_DONE)
		return v->outcome;
	vec_each(el, all)
		if (el->type == ELEMENT_DRIVE)
			*vec_add(&drives) = *el;
	which = calloc(drives.n + 1, sizeof *which);
	match(r, &drives, &candidates, which);
	p->drives = calloc(drives.n + 1, sizeof *p->drives);
	p->n_drives = drives.n;
	for (size_t i = 0; i < drives.n; i++) {
		p->drives[i].element = drives.v[i].address;
		if (which[i] < 0 || !candidates.v)
			say_missing(&drives.v[i], &candidates, &p->drives[i]);
		else
			describe(r, (int)i + 1, &drives.v[i], &candidates.v[which[i]], &p->drives[i]);
	}
	free(which);
	vec_free(&drives);
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
