/* SPDX-License-Identifier: GPL-2.0-or-later
 * A drive's generation, from the product name of its INQUIRY. Makers write ULTRIUM-HH8, ULTRIUM-TD5,
 * ULT3580-TD8, Ultrium 8-SCSI, LTO-6 HH, HH LTO Gen 7: the number follows the name of the family, with little
 * between. */
#include "executor/impl.h"

#include <ctype.h>
#include <string.h>

#define GAP_MAX 5

void generation_of(const char *product, char out[16])
{
	static const char *const families[] = {"ULT3580", "ULTRIUM", "LTO"};

	out[0] = 0;
	for (size_t i = 0; i < countof(families); i++) {
		const char *p = strcasestr(product, families[i]);

		if (!p)
			continue;
		p += strlen(families[i]);
		for (int gap = 0; gap < GAP_MAX && *p && !isdigit((unsigned char)*p); gap++)
			p++;
		if (isdigit((unsigned char)*p) && *p != '0') {
			snprintf(out, 16, "LTO-%d", atoi(p) % 100);
			return;
		}
	}
}
