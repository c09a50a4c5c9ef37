/* SPDX-License-Identifier: GPL-2.0-or-later
 * What is written at the beginning of a medium, and whose it is. Bytes in, answer out; nothing else. */
#ifndef LABEL_LABEL_H
#define LABEL_LABEL_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum label_kind {
	LABEL_BLANK,   /* nothing is written */
	LABEL_FREE,    /* our own free label: id is what we wrote */
	LABEL_FOREIGN, /* a format we recognise (type) */
	LABEL_UNKNOWN, /* something is written, and we don't know what */
};

struct label {
	enum label_kind kind;
	const char *type; /* "RSM", "tar", ...; "" for blank and unknown; static */
	uint8_t id[255];  /* the on-media identifier (OMID); id_len 0: none */
	size_t id_len;
	char info[128]; /* for a person: volume name, first file */
};

/* bytes: the records one after the other, as drive_read_records() gives them; a flat file's beginning will
 * do as well. */
void label_identify(const uint8_t *bytes, size_t n, struct label *l);

/* The free label: 80-byte records. */
#define LABEL_RECORD 80
#define LABEL_RECORDS 3
#define LABEL_ID 32 /* hex digits */
/* volume: up to 6 characters for VOL1 (of the bar code), NULL or "" if unknown; other characters than ANSI's
 * are left out. id: LABEL_ID hex digits. */
int label_make_free(const char id[LABEL_ID + 1], const char *volume,
		    uint8_t out[LABEL_RECORDS * LABEL_RECORD], struct err *e);

#endif
