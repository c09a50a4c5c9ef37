/* SPDX-License-Identifier: GPL-2.0-or-later
 * See elements.h. Layout: header of 8 bytes, then pages, each with a header of 8 bytes that gives the
 * stride of its descriptors. */
#include "device/elements.h"

#include "base/cleanup.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

#define HEADER 8
#define DESCRIPTOR_MIN 12
#define DESCRIPTOR_KNOWN 256 /* bytes of one that we look at */
#define TAG 36

static const char *const type_names[ELEMENT_TYPES] = {"any element", "transport", "storage", "import/export",
						      "drive"};

const char *element_type_name(enum element_type t) { return (size_t)t < ELEMENT_TYPES ? type_names[t] : "?"; }

/* Identifier bytes to text: trimmed, and only what can be printed. */
static void text(const uint8_t *p, size_t n, char *out, size_t size)
{
	size_t used = 0;

	while (n && (p[n - 1] == ' ' || !p[n - 1]))
		n--;
	while (n && *p == ' ')
		p++, n--;
	for (; n && used + 1 < size && *p; p++, n--)
		out[used++] = (char)(*p >= 0x20 && *p < 0x7F ? *p : '?');
	out[used] = 0;
}

/* In the words of vpd_unique(): a name that was cut off is none. */
static void world_wide(unsigned type, const uint8_t *p, size_t n, struct element *el)
{
	if (type == 3 ? n != 8 && n != 16 : type != 2 || (n != 8 && n != 12 && n != 16))
		return;
	strcpy(el->id_unique, type == 3 ? "naa." : "eui.");
	for (size_t i = 0; i < n; i++)
		snprintf(el->id_unique + 4 + 2 * i, 3, "%02x", p[i]);
}

/* The device identifier behind the tags: a world-wide name, or vendor and product and serial, or a serial
 * alone. */
static void identifier(const uint8_t *d, size_t at, size_t stride, struct element *el)
{
	size_t len;

	if (at + 4 > stride)
		return;
	len = d[at + 3];
	if (len > stride - at - 4)
		len = stride - at - 4;
	if ((d[at] & 0x0F) == 1) { /* binary: a world-wide name */
		world_wide(d[at + 1] & 0x0F, d + at + 4, len, el);
		return;
	}
	d += at + 4;
	if (len > 24) {
		text(d, 8, el->id_vendor, sizeof el->id_vendor);
		text(d + 8, 16, el->id_product, sizeof el->id_product);
		text(d + 24, len - 24, el->id_serial, sizeof el->id_serial);
	} else {
		text(d, len, el->id_serial, sizeof el->id_serial);
	}
}

static void descriptor(const uint8_t *d, size_t stride, uint8_t tags, enum element_type type,
		       const char *vendor, struct element *el)
{
	size_t at = DESCRIPTOR_MIN;

	*el = (struct element){
		.address = (uint16_t)be16(d),
		.type = (uint8_t)type,
		.full = d[2] & 0x01,
		.except = d[2] & 0x04,
		.access = type == ELEMENT_TRANSPORT || d[2] & 0x08,
		.medium_type = d[9] & 0x07,
		.disabled = d[9] & 0x08,
		.inverted = d[9] & 0x40,
		.source_valid = d[9] & 0x80,
	};
	if (type == ELEMENT_IE)
		el->impexp = d[2] & 0x02, el->exenab = d[2] & 0x10, el->inenab = d[2] & 0x20;
	if (el->source_valid)
		el->source = (uint16_t)be16(d + 10);
	if (el->except) {
		el->asc = d[4], el->ascq = d[5];
		el->trouble = (uint8_t)exception_decode(el->asc, el->ascq, vendor, &el->why);
	}
	/* a page's tag bits count only where the stride has room for the tags: some robots lie */
	if (tags & 0x80 && at + TAG <= stride)
		text(d + at, 32, el->tag, sizeof el->tag), at += TAG;
	if (tags & 0x40 && at + TAG <= stride)
		text(d + at, 32, el->alternate, sizeof el->alternate), at += TAG;
	if (type == ELEMENT_DRIVE)
		identifier(d, at, stride, el);
}

int elements_parse(const uint8_t *buf, size_t n, bool full, enum element_type type, const char *vendor,
		   element_vec *out, struct elements_answer *a, struct err *e)
{
	const char *name = element_type_name(type);
	size_t at = HEADER, end;

	if (n < HEADER)
		return err_set(e, ERROR_INVALID_DATA, "%zu bytes came; the header alone has 8", n);
	a->announced = be16(buf + 2);
	a->cut = full;
	/* The byte count leaves out the first page header on some robots: one header more is allowed. */
	end = HEADER + (size_t)be24(buf + 5) + HEADER;
	if (end > n)
		end = n;
	while (end - at > HEADER) {
		const uint8_t *page = buf + at;
		size_t stride = be16(page + 2), left = be24(page + 5);

		if (page[0] != type)
			return err_set(e, ERROR_INVALID_DATA,
				       "byte %zu: a page of element type %u; asked was %s", at, page[0],
				       name);
		if (stride < DESCRIPTOR_MIN)
			return err_set(e, ERROR_INVALID_DATA,
				       "byte %zu: a descriptor length of %zu; %d are the least", at, stride,
				       DESCRIPTOR_MIN);
		if (left % stride)
			return err_set(e, ERROR_INVALID_DATA,
				       "byte %zu: a page of %zu bytes with descriptors of %zu", at, left,
				       stride);
		at += HEADER;
		for (; left && at < end; left -= stride, at += stride) {
			uint8_t d[DESCRIPTOR_KNOWN] = {0};
			size_t have = end - at < stride ? end - at : stride;

			if (have < stride && (full || have < 4))
				return 0; /* cut by our buffer: it comes with the next command */
			memcpy(d, buf + at, have < sizeof d ? have : sizeof d);
			descriptor(d, stride < sizeof d ? stride : sizeof d, page[1], type, vendor,
				   vec_add(out));
		}
		if (at >= end)
			break;
	}
	return 0;
}
