/* SPDX-License-Identifier: GPL-2.0-or-later
 * The formats we recognise, in the order in which they are asked. */
#include "label/format.h"

#include <string.h>

static const struct {
	const char *type;
	enum label_kind kind;
	label_claim *claim;
} formats[] = {
	{"RSM", LABEL_FREE, free_claim},
	{"tar", LABEL_FOREIGN, tar_claim},
};

void label_text(char *out, size_t size, const uint8_t *field, size_t n)
{
	size_t used = 0;

	n = strnlen((const char *)field, n);
	while (n && field[n - 1] == ' ')
		n--;
	for (size_t i = 0; i < n && used + 1 < size; i++)
		out[used++] = (char)(field[i] >= 0x20 && field[i] < 0x7F ? field[i] : '?');
	out[used] = 0;
}

void label_identify(const uint8_t *bytes, size_t n, struct label *l)
{
	*l = (struct label){.kind = LABEL_BLANK, .type = ""};
	if (!n)
		return;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		*l = (struct label){.kind = formats[i].kind, .type = formats[i].type};
		if (formats[i].claim(bytes, n, l))
			return;
	}
	*l = (struct label){.kind = LABEL_UNKNOWN, .type = ""};
}
