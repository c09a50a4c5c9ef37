/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The media types that RSM knows, as tables: their codes on Windows, the media identifiers of bar codes, and
 * which drive generation reads and writes what. */
#include "media/impl.h"

#include <ntmsapi.h>
#include <ntmsmedia.h>

#include <stdio.h>

#define RW NTMS_MEDIARW_REWRITABLE
#define WO NTMS_MEDIARW_WRITEONCE
#define RO NTMS_MEDIARW_READONLY
#define LTO(key, rw)                                                                                         \
	{                                                                                                    \
		key, LTO_Ultrium, 1, rw, FILE_DEVICE_TAPE                                                    \
	}
#define TAPE(key, code, rw)                                                                                  \
	{                                                                                                    \
		key, code, 1, rw, FILE_DEVICE_TAPE                                                           \
	}
#define DISK(key, code, sides, rw)                                                                           \
	{                                                                                                    \
		key, code, sides, rw, FILE_DEVICE_DISK                                                       \
	}
#define DISC(key, code, sides, rw)                                                                           \
	{                                                                                                    \
		key, code, sides, rw, FILE_DEVICE_CD_ROM                                                     \
	}

const struct media_type_row media_types[] = {
	LTO("LTO-1", RW),
	LTO("LTO-2", RW),
	LTO("LTO-3", RW),
	LTO("LTO-4", RW),
	LTO("LTO-5", RW),
	LTO("LTO-6", RW),
	LTO("LTO-7", RW),
	LTO("LTO-7 M8", RW),
	LTO("LTO-8", RW),
	LTO("LTO-9", RW),
	LTO("LTO-10", RW),
	LTO("LTO-3 WORM", WO),
	LTO("LTO-4 WORM", WO),
	LTO("LTO-5 WORM", WO),
	LTO("LTO-6 WORM", WO),
	LTO("LTO-7 WORM", WO),
	LTO("LTO-8 WORM", WO),
	LTO("LTO-9 WORM", WO),
	LTO("LTO-10 WORM", WO),
	TAPE("Cleaner", CLEANER_CARTRIDGE, NTMS_MEDIARW_UNKNOWN),
	TAPE("3480", IBM_3480, RW),
	TAPE("3490E", IBM_3490E, RW),
	TAPE("3590", IBM_Magstar_3590, RW),
	TAPE("3592 JA", IBM_Magstar_3590, RW),
	TAPE("3592 JB", IBM_Magstar_3590, RW),
	TAPE("3592 JC", IBM_Magstar_3590, RW),
	TAPE("3592 JD", IBM_Magstar_3590, RW),
	TAPE("3592 JE", IBM_Magstar_3590, RW),
	TAPE("3592 JF", IBM_Magstar_3590, RW),
	TAPE("3592 JA WORM", IBM_Magstar_3590, WO),
	TAPE("3592 JB WORM", IBM_Magstar_3590, WO),
	TAPE("3592 JC WORM", IBM_Magstar_3590, WO),
	TAPE("3592 JD WORM", IBM_Magstar_3590, WO),
	TAPE("3592 JE WORM", IBM_Magstar_3590, WO),
	TAPE("9840", STK_9840, RW),
	TAPE("9940", STK_9940, RW),
	TAPE("T10000 T1", STK_9940, RW),
	TAPE("T10000 T2", STK_9940, RW),
	TAPE("DLT", DLT, RW),
	TAPE("SDLT", DLT, RW),
	TAPE("DLT-S4", DLT, RW),
	TAPE("DDS", DDS_4mm, RW),
	TAPE("AIT-1", AIT1_8mm, RW),
	TAPE("AIT", AIT_8mm, RW),
	TAPE("SAIT", SAIT, RW),
	TAPE("8mm", MP_8mm, RW),
	TAPE("8mm AME", AME_8mm, RW),
	TAPE("VXA", VXATape_1, RW),
	TAPE("QIC", QIC, RW),
	TAPE("Travan", Travan, RW),
	TAPE("ADR", ADR_1, RW),
	TAPE("Tape", MP_8mm, RW), /* of a kind we can't tell */
	DISK("MO 3.5\"", MO_3_RW, 1, RW),
	DISK("MO", MO_5_RW, 2, RW),
	DISK("MO WORM", MO_5_WO, 2, WO),
	DISK("MO LIMDOW", MO_5_LIMDOW, 2, RW),
	DISK("UDO", MO_5_RW, 2, RW),
	DISK("UDO WORM", MO_5_WO, 2, WO),
	DISK("Optical two-sided", MO_5_RW, 2, RW),
	DISC("CD-ROM", CD_ROM, 1, RO),
	DISC("CD-R", CD_R, 1, WO),
	DISC("CD-RW", CD_RW, 1, RW),
	DISC("DVD-ROM", DVD_ROM, 1, RO),
	DISC("DVD-R", DVD_R, 1, WO),
	DISC("DVD-RW", DVD_RW, 1, RW),
	DISC("DVD-RAM", DVD_RAM, 2, RW),
	DISC("BD-ROM", DVD_ROM, 1, RO),
	DISC("BD-R", DVD_R, 1, WO),
	DISC("BD-RE", DVD_RW, 1, RW),
};
const size_t n_media_types = countof(media_types);

/* ---- bar codes: six characters of volume, two of media identifier ---- */

static const struct {
	char id[3];
	const char *key;
} barcode_ids[] = {
	{"L1", "LTO-1"},	{"L2", "LTO-2"},	{"L3", "LTO-3"},	{"L4", "LTO-4"},
	{"L5", "LTO-5"},	{"L6", "LTO-6"},	{"L7", "LTO-7"},	{"M8", "LTO-7 M8"},
	{"L8", "LTO-8"},	{"L9", "LTO-9"},	{"LA", "LTO-10"},	{"LT", "LTO-3 WORM"},
	{"LU", "LTO-4 WORM"},	{"LV", "LTO-5 WORM"},	{"LW", "LTO-6 WORM"},	{"LX", "LTO-7 WORM"},
	{"LY", "LTO-8 WORM"},	{"LZ", "LTO-9 WORM"},	{"JA", "3592 JA"},	{"JB", "3592 JB"},
	{"JC", "3592 JC"},	{"JD", "3592 JD"},	{"JE", "3592 JE"},	{"JF", "3592 JF"},
	{"JJ", "3592 JA"},	{"JK", "3592 JC"},	{"JL", "3592 JD"},	{"JM", "3592 JE"},
	{"JW", "3592 JA WORM"}, {"JR", "3592 JA WORM"}, {"JX", "3592 JB WORM"}, {"JY", "3592 JC WORM"},
	{"JZ", "3592 JD WORM"}, {"JV", "3592 JE WORM"}, {"T1", "T10000 T1"},	{"T2", "T10000 T2"},
};

bool media_is_cleaner_barcode(const char *barcode) { return strncmp(barcode, "CLN", 3) == 0; }

const char *media_type_of_barcode(const char *barcode)
{
	if (media_is_cleaner_barcode(barcode))
		return "Cleaner";
	if (strlen(barcode) != 8)
		return NULL;
	for (size_t i = 0; i < countof(barcode_ids); i++)
		if (strcmp(barcode + 6, barcode_ids[i].id) == 0)
			return barcode_ids[i].key;
	return NULL;
}

/* ---- what drives tell ---- */

static const struct {
	uint8_t density, type; /* of the rewritable cartridge; the type of a WORM cartridge is 4 more */
	const char *key, *worm;
} lto_codes[] = {
	{0x40, 0x18, "LTO-1", NULL},
	{0x42, 0x28, "LTO-2", NULL},
	{0x44, 0x38, "LTO-3", "LTO-3 WORM"},
	{0x46, 0x48, "LTO-4", "LTO-4 WORM"},
	{0x58, 0x58, "LTO-5", "LTO-5 WORM"},
	{0x5A, 0x68, "LTO-6", "LTO-6 WORM"},
	{0x5C, 0x78, "LTO-7", "LTO-7 WORM"},
	{0x5D, 0, "LTO-7 M8", NULL}, /* the cartridge of LTO-7, type and all */
	{0x5E, 0x88, "LTO-8", "LTO-8 WORM"},
	{0x60, 0x98, "LTO-9", "LTO-9 WORM"},
	{0x62, 0xA8, "LTO-10", "LTO-10 WORM"},
};

const char *media_type_of_lto(uint32_t medium_type, uint32_t density, bool worm)
{
	for (size_t i = 0; i < countof(lto_codes); i++) {
		if (density ? lto_codes[i].density != density
			    : !medium_type || (lto_codes[i].type | 4u) != (medium_type | 4u))
			continue;
		return (worm || medium_type & 4) && lto_codes[i].worm ? lto_codes[i].worm : lto_codes[i].key;
	}
	return NULL;
}

bool media_same_barcode(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (n > m)
		return media_same_barcode(b, a);
	if (n == m)
		return strcmp(a, b) == 0;
	return n == 6 && m == 8 && strncmp(a, b, 6) == 0 && media_type_of_barcode(b);
}

int media_type_find(struct txn *t, const char *key, int64_t *id, struct err *e)
{
	int rc = sql_get(t, e, "SELECT id FROM media_type WHERE key=?", "t", key, "i", id);

	return rc == SQL_NONE ? err_set(e, ERROR_INVALID_MEDIA, "RSM knows no media type \"%s\"", key) : rc;
}

/* ---- which drive takes what ---- */

/* LTO: a row per drive generation, a letter per cartridge: W reads and writes, R reads. Cartridges: 1 to 7,
 * M8, 8, 9, 10. */
static const char *const lto_matrix[] = {
	[1] = "W..........", [2] = "WW.........",  [3] = "RWW........", [4] = ".RWW.......",
	[5] = "..RWW......", [6] = "...RWW.....",  [7] = "....RWW....", [8] = "......WWW..",
	[9] = "........WW.", [10] = "..........W",
};

/* Column of a cartridge in the matrix; -1: it is no LTO cartridge. */
static int lto_column(const char *key)
{
	unsigned n;
	int end = 0;

	if (sscanf(key, "LTO-%u%n", &n, &end) != 1 || n < 1)
		return -1;
	if (strcmp(key + end, " M8") == 0)
		return 7;
	return n <= 7 ? (int)n - 1 : (int)n;
}

bool drive_can(const char *generation, const char *key, bool write)
{
	int column = lto_column(key);
	unsigned drive;
	char have;

	if (strcmp(key, "Cleaner") == 0)
		return !write;
	if (sscanf(generation, "LTO-%u", &drive) != 1 || strcmp(key, "Tape") == 0)
		return true; /* a drive or cartridge of a kind we have no table for: trying tells */
	if (column < 0)
		return false;
	if (drive >= countof(lto_matrix)) /* newer than the table: its own generation at least */
		return column == (int)drive;
	have = drive && (size_t)column < strlen(lto_matrix[drive]) ? lto_matrix[drive][column] : '.';
	return have == 'W' || (have == 'R' && !write);
}
