/* SPDX-License-Identifier: GPL-2.0-or-later
 * See vpd.h. */
#include "device/vpd.h"

#include "device/scsi.h"

#include <stdio.h>
#include <string.h>

void vpd_text(const uint8_t *p, size_t n, char *out, size_t size)
{
	size_t used = 0;

	while (n && (p[n - 1] == ' ' || !p[n - 1]))
		n--;
	while (n && *p == ' ')
		p++, n--;
	for (; n && used + 1 < size; p++, n--)
		out[used++] = (char)(*p >= 0x20 && *p < 0x7F ? *p : '?');
	out[used] = 0;
}

void vpd_serial(const uint8_t *b, size_t n, char *out, size_t size)
{
	*out = 0;
	if (n > 4 && b[1] == 0x80)
		vpd_text(b + 4, be16(b + 2) < n - 4 ? be16(b + 2) : n - 4, out, size);
}

void vpd_unique(const uint8_t *b, size_t n, char *out, size_t size)
{
	static const char *const prefix[] = {[1] = "t10.", [2] = "eui.", [3] = "naa."};
	unsigned best = 0;

	*out = 0;
	if (n < 4 || b[1] != 0x83)
		return;
	if (4u + be16(b + 2) < n)
		n = 4u + be16(b + 2);
	for (size_t at = 4; at + 4 <= n && at + 4 + b[at + 3] <= n; at += 4u + b[at + 3]) {
		unsigned type = b[at + 1] & 0x0F, set = b[at] & 0x0F;
		size_t len = b[at + 3];

		if ((b[at + 1] & 0x30) || type < 1 || type > 3 || type <= best || !len)
			continue;
		best = type;
		snprintf(out, size, "%s", prefix[type]);
		if (set == 1)
			for (size_t i = 0; i < len && strlen(out) + 2 < size; i++)
				snprintf(out + strlen(out), size - strlen(out), "%02x", b[at + 4 + i]);
		else
			vpd_text(b + at + 4, len, out + 4, size - 4);
	}
}
