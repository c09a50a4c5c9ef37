/* SPDX-License-Identifier: GPL-2.0-or-later
 * One format of what can be written at the beginning of a medium: a row in label.c and a file of its own. */
#ifndef LABEL_FORMAT_H
#define LABEL_FORMAT_H

#include "label/label.h"

/* True: it is this format, and *l is filled in but for its type. n is never 0. */
typedef bool label_claim(const uint8_t *bytes, size_t n, struct label *l);

label_claim free_claim, tar_claim;

/* Printable text out of a fixed field, trimmed at its end; what isn't ASCII becomes '?'. */
void label_text(char *out, size_t size, const uint8_t *field, size_t n);

#endif
