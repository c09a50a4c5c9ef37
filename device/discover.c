/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/discover.h"

#include "device/drive.h"

#include <string.h>

struct candidate {
	char *url;
	struct identity id;
};
typedef VEC(struct candidate) candidate_vec;

void drive_site_vec_free(drive_site_vec *v)
{
	vec_each(s, v)
		free(s->url);
	vec_free(v);
}

/* Everything beside the changer that is a drive. What isn't, or doesn't answer, is left out. */
static enum outcome candidates(struct changer *c, candidate_vec *out, struct verdict *v)
{
	url_vec urls = {0};

	if (device_siblings(changer_device(c), &urls, v) == OUTCOME_DONE)
		vec_each(u, &urls) {
			struct verdict ignored;
			struct drive *d;

			if (strcmp(*u, device_url(changer_device(c))) == 0 ||
			    drive_open(*u, &d, &ignored) != OUTCOME_DONE)
				continue;
			*vec_add(out) = (struct candidate){strdup(*u), *device_identity(drive_device(d))};
			drive_close(d);
		}
	url_vec_free(&urls);
	return v->outcome;
}

enum outcome discover_drives(struct changer *c, const element_vec *elements, drive_site_vec *out,
			     struct verdict *v)
{
	VEC(struct match_id) els = {0}, devs = {0};
	candidate_vec found = {0};
	size_t first = out->n;

	if (candidates(c, &found, v) == OUTCOME_DONE) {
		vec_each(el, elements)
			if (el->type == ELEMENT_DRIVE) {
				*vec_add(&els) =
					(struct match_id){el->id_vendor, el->id_product, el->id_serial};
				*vec_add(out) = (struct drive_site){.element = el->address};
			}
		vec_each(f, &found)
			*vec_add(&devs) = (struct match_id){f->id.vendor, f->id.product, f->id.serial};
		struct match *m = calloc(els.n + 1, sizeof *m);
		if (m)
			match_drives(els.v, els.n, devs.v, devs.n, m);
		for (size_t i = 0; m && i < els.n; i++)
			if (m[i].device >= 0) {
				out->v[first + i].url = strdup(found.v[m[i].device].url);
				out->v[first + i].way = m[i].way;
			}
		free(m);
	}
	vec_each(f, &found)
		free(f->url);
	vec_free(&found);
	vec_free(&els);
	vec_free(&devs);
	return v->outcome;
}
