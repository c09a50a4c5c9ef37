/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/match.h"

#include <stdbool.h>
#include <string.h>

static const char *const names[] = {"none", "serial number", "end of the serial number", "cut serial number",
				    "elimination"};

const char *match_way_name(enum match_way w) { return w <= MATCH_ELIMINATION ? names[w] : "?"; }

static bool ends(const char *text, const char *tail)
{
	size_t n = strlen(text), m = strlen(tail);

	return m && m < n && strcmp(text + n - m, tail) == 0;
}

static bool begins(const char *text, const char *head)
{
	size_t m = strlen(head);

	return m && m < strlen(text) && strncmp(text, head, m) == 0;
}

/* Whether what the element tells of vendor and product speaks against the device. */
static bool contradicts(const struct match_id *el, const struct match_id *dev)
{
	return (*el->vendor && *dev->vendor && strcmp(el->vendor, dev->vendor) != 0) ||
	       (*el->product && *dev->product && strcmp(el->product, dev->product) != 0 &&
		!begins(dev->product, el->product));
}

static bool same_name(const struct match_id *el, const struct match_id *dev)
{
	return el->unique && *el->unique && dev->unique && strcmp(el->unique, dev->unique) == 0;
}

static bool fits(const struct match_id *el, const struct match_id *dev, enum match_way way)
{
	switch (way) {
	case MATCH_SERIAL:
		return (*el->serial && strcmp(el->serial, dev->serial) == 0) || same_name(el, dev);
	case MATCH_TAIL:
		return ends(dev->serial, el->serial) && !contradicts(el, dev);
	case MATCH_CUT:
		return begins(dev->serial, el->serial) && !contradicts(el, dev);
	case MATCH_ELIMINATION:
		return !contradicts(el, dev) &&
		       (!*el->serial || !*dev->serial || begins(dev->serial, el->serial) ||
			ends(dev->serial, el->serial));
	default:
		return false;
	}
}

static bool taken(const struct match *out, size_t n, int device)
{
	for (size_t i = 0; i < n; i++)
		if (out[i].device == device)
			return true;
	return false;
}

/* The one free device that fits; -1 none, -2 several. */
static int only(const struct match_id *el, const struct match_id *devices, size_t m, const struct match *out,
		size_t n, enum match_way way)
{
	int found = -1;

	for (size_t j = 0; j < m; j++)
		if (!taken(out, n, (int)j) && fits(el, &devices[j], way)) {
			if (found >= 0)
				return -2;
			found = (int)j;
		}
	return found;
}

/* The number of elements without a device that this device would fit. */
static size_t suitors(const struct match_id *elements, size_t n, const struct match_id *dev,
		      const struct match *out, enum match_way way)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += out[i].device < 0 && fits(&elements[i], dev, way);
	return count;
}

void match_drives(const struct match_id *elements, size_t n, const struct match_id *devices, size_t m,
		  struct match *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (struct match){.device = -1};
	for (enum match_way way = MATCH_SERIAL; way <= MATCH_ELIMINATION; way++) {
		for (size_t i = 0; i < n; i++) {
			int j = out[i].device < 0 ? only(&elements[i], devices, m, out, n, way) : -1;

			if (j >= 0 && suitors(elements, n, &devices[j], out, way) == 1)
				out[i] = (struct match){j, way};
		}
	}
}
