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

static void match_sites(const element_vec *elements, const candidate_vec *found, drive_site_vec *out)
{
	struct match_id *els = calloc(elements->n + 1, sizeof *els),
			*devs = calloc(found->n + 1, sizeof *devs);
	const char **urls = calloc(found->n + 1, sizeof *urls);
	struct match *m = calloc(elements->n + 1, sizeof *m), *next = m;
	size_t n = 0, devices = 0;

	if (els && devs && urls && m) {
		vec_each(f, found) {
			urls[devices] = f->url;
			devs[devices++] =
				(struct match_id){f->id.vendor, f->id.product, f->id.serial, f->id.unique};
		}
		vec_each(el, elements)
			if (el->type == ELEMENT_DRIVE)
				els[n++] = (struct match_id){el->id_vendor, el->id_product, el->id_serial,
							     el->id_unique};
		match_drives(els, n, devs, devices, m);
		vec_each(el, elements)
			if (el->type == ELEMENT_DRIVE) {
				char *url = next->device < 0 ? NULL : strdup(urls[next->device]);

				*vec_add(out) = (struct drive_site){el->address, url, next++->way};
			}
	}
	free(els);
	free(devs);
	free(urls);
	free(m);
}

enum outcome discover_drives(struct changer *c, const element_vec *elements, drive_site_vec *out,
			     struct verdict *v)
{
	candidate_vec found = {0};

	if (candidates(c, &found, v) == OUTCOME_DONE)
		match_sites(elements, &found, out);
	vec_each(f, &found)
		free(f->url);
	vec_free(&found);
	return v->outcome;
}
