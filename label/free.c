/* SPDX-License-Identifier: GPL-2.0-or-later
 * Our label on a free medium: VOL1, HDR1 and HDR2 of 80 bytes each as ANSI X3.27 lays them out, so that other
 * programs see a labelled, empty volume. The owner field says OPENRSM; our identifier takes the user part of
 * HDR2. */
#include "label/format.h"

#include <ctype.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

#define OWNER "OPENRSM"
#define VOL1_VOLUME 4 /* 6 characters */
#define VOL1_OWNER 37 /* 14 characters */
#define HDR2_ID 15    /* 35 characters reserved for the system that wrote it */

/* The characters that the standard allows in a volume identifier. */
static bool allowed(char c) { return isupper((unsigned char)c) || isdigit((unsigned char)c); }

static void put(uint8_t *record, size_t at, const char *text) { memcpy(record + at, text, strlen(text)); }

int label_make_free(const char id[LABEL_ID + 1], const char *volume,
		    uint8_t out[LABEL_RECORDS * LABEL_RECORD], struct err *e)
{
	uint8_t *vol1 = out, *hdr1 = out + LABEL_RECORD, *hdr2 = hdr1 + LABEL_RECORD;
	char name[7] = "      ";
	size_t n = 0;

	if (strlen(id) != LABEL_ID || strspn(id, "0123456789abcdefABCDEF") != LABEL_ID)
		return err_set(e, ERROR_INVALID_PARAMETER, "\"%s\" can't be the identifier of a label", id);
	for (; volume && *volume && n < 6; volume++)
		if (allowed(*volume))
			name[n++] = *volume;
	memset(out, ' ', LABEL_RECORDS * LABEL_RECORD);
	put(vol1, 0, "VOL1");
	put(vol1, VOL1_VOLUME, name);
	put(vol1, VOL1_OWNER, OWNER);
	put(vol1, 79, "4"); /* label standard version */
	put(hdr1, 0, "HDR1FREE");
	put(hdr1, 21, name);
	/* section 1, file 1, generation 1.0, no dates, anyone may read, no blocks */
	put(hdr1, 27, "00010001000100");
	put(hdr1, 41, " 00000 00000 000000OPENRSM");
	put(hdr2, 0, "HDR2F0008000080"); /* fixed, blocks of 80, records of 80 */
	put(hdr2, HDR2_ID, id);
	put(hdr2, 50, "00"); /* no buffer offset */
	return 0;
}

bool free_claim(const uint8_t *b, size_t n, struct label *l)
{
	const uint8_t *hdr2 = b + 2 * LABEL_RECORD;

	if (n < LABEL_RECORDS * LABEL_RECORD || memcmp(b, "VOL1", 4) != 0 ||
	    memcmp(b + VOL1_OWNER, OWNER "       ", 14) != 0 || memcmp(hdr2, "HDR2", 4) != 0)
		return false;
	for (int i = 0; i < LABEL_ID; i++)
		if (!isxdigit(hdr2[HDR2_ID + i]))
			return false;
	memcpy(l->id, hdr2 + HDR2_ID, LABEL_ID);
	l->id_len = LABEL_ID;
	label_text(l->info, sizeof l->info, b + VOL1_VOLUME, 6);
	return true;
}
