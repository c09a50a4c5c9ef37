/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/discover.h"

#include "base/cleanup.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

/* A device that may be one of the drives. */
struct candidate {
	char *url;
	int element; /* given; -1: to be found */
	bool is_drive, is_other;
	struct identity id;
	char *path, why[200];
};
typedef VEC(struct candidate) candidate_vec;

static void candidates_free(candidate_vec *v)
{
	vec_each(c, v) {
		free(c->url);
		free(c->path);
	}
	vec_free(v);
}

void drive_site_vec_free(drive_site_vec *v)
{
	vec_each(s, v) {
		free(s->url);
		free(s->path);
	}
	vec_free(v);
}

/* Whoever uses the drive opens it for himself; here it is closed at once. */
static void identify(struct candidate *c)
{
	struct device *d;
	struct verdict v;

	if (device_open(c->url, KIND_ANY, &d, &v) != OUTCOME_DONE) {
		snprintf(c->why, sizeof c->why, "%.*s", (int)sizeof c->why - 1, v.err.why);
		return;
	}
	c->id = *device_identity(d);
	c->is_drive = type_is_drive(c->id.type, c->id.removable);
	c->is_other = !c->is_drive;
	c->path = device_path(d) ? strdup(device_path(d)) : NULL;
	if (c->is_other)
		snprintf(c->why, sizeof c->why, "%.100s: %s %s is no drive", c->url, c->id.vendor,
			 c->id.product);
	device_close(d);
}

static enum outcome candidates(struct changer *c, const given_drive_vec *given, candidate_vec *out,
			       struct verdict *v)
{
	CLEANUP(url_vec_free) url_vec urls = {0};
	struct device *changer = changer_device(c);

	*v = (struct verdict){.progress = -1};
	vec_each(g, given)
		*vec_add(out) = (struct candidate){.url = strdup(g->url), .element = g->element};
	if (!given->n && device_siblings(changer, &urls, v) != OUTCOME_DONE)
		return v->outcome;
	vec_each(u, &urls)
		if (strcmp(*u, device_url(changer)) != 0)
			*vec_add(out) = (struct candidate){.url = strdup(*u), .element = -1};
	vec_each(it, out) {
		if (!device_sleep(changer, 0))
			return verdict_fail(v, REACT_PATH, ERROR_OPERATION_ABORTED, "stopped");
		identify(it);
	}
	return OUTCOME_DONE;
}

/* Why no device is known for an element: what is in the way of the devices that might be it. */
static void say_missing(const struct element *el, const candidate_vec *found, struct drive_site *s)
{
	const char *cause = "";

	vec_each(c, found)
		if (!c->is_drive && !c->is_other)
			cause = c->why;
	snprintf(s->why, sizeof s->why, "no device found for the drive with serial number %s%s%.120s",
		 el->id_serial[0] ? el->id_serial : "(not told)", *cause ? "; " : "", cause);
}

static void settle(struct drive_site *s, struct candidate *c, enum match_way way)
{
	s->url = c->url, s->path = c->path; /* handed over: a device is in one element only */
	c->url = c->path = NULL;
	s->present = c->is_drive;
	s->way = way;
	s->id = c->id;
	memcpy(s->why, c->why, sizeof s->why);
}

static void place_given(candidate_vec *found, drive_site_vec *out)
{
	vec_each(s, out)
		vec_each(c, found)
			if (c->element == s->element && c->url)
				settle(s, c, MATCH_NONE);
}

static void place_matched(const element_vec *drives, candidate_vec *found, drive_site_vec *out)
{
	auto_free struct match_id *elements = calloc(drives->n + 1, sizeof *elements),
				  *devices = calloc(found->n + 1, sizeof *devices);
	auto_free struct candidate **which = calloc(found->n + 1, sizeof(struct candidate *));
	auto_free struct match *m = calloc(drives->n + 1, sizeof *m);
	size_t n = 0, answering = 0;

	vec_each(el, drives)
		elements[n++] =
			(struct match_id){el->id_vendor, el->id_product, el->id_serial, el->id_unique};
	vec_each(c, found)
		if (c->is_drive) {
			which[answering] = c;
			devices[answering++] =
				(struct match_id){c->id.vendor, c->id.product, c->id.serial, c->id.unique};
		}
	match_drives(elements, n, devices, answering, m);
	for (size_t i = 0; i < n; i++)
		if (m[i].device >= 0)
			settle(&out->v[i], which[m[i].device], m[i].way);
}

enum outcome discover_drives(struct changer *c, const element_vec *elements, const given_drive_vec *given,
			     drive_site_vec *out, struct verdict *v)
{
	CLEANUP(candidates_free) candidate_vec found = {0};
	element_vec drives = {0};

	if (candidates(c, given, &found, v) != OUTCOME_DONE)
		return v->outcome;
	vec_each(el, elements)
		if (el->type == ELEMENT_DRIVE) {
			*vec_add(&drives) = *el;
			*vec_add(out) = (struct drive_site){.element = el->address};
		}
	if (given->n)
		place_given(&found, out);
	else
		place_matched(&drives, &found, out);
	for (size_t i = 0; i < drives.n; i++)
		if (!out->v[i].url)
			say_missing(&drives.v[i], &found, &out->v[i]);
	vec_free(&drives);
	return OUTCOME_DONE;
}
