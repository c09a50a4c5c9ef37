/* SPDX-License-Identifier: GPL-2.0-or-later
 * library.ini. Keys stand in a table; everything has a default but the counts. */
#include "device/virtual/library.h"

#include "base/cleanup.h"
#include "base/ini.h"

#include <ntmstypes.h>
#include <string.h>

static const struct {
	const char *key;
	size_t offset;
	long min, max;
} numbers[] = {
#define N(key, member, min, max)                                                                             \
	{                                                                                                    \
		key, offsetof(struct settings, member), min, max                                             \
	}
	N("slots", count[ELEMENT_STORAGE], 0, 60000),
	N("mailslots", count[ELEMENT_IE], 0, 255),
	N("drives", count[ELEMENT_DRIVE], 0, 255),
	N("transport_address", first[ELEMENT_TRANSPORT], 0, 65535),
	N("slot_address", first[ELEMENT_STORAGE], 0, 65535),
	N("mailslot_address", first[ELEMENT_IE], 0, 65535),
	N("drive_address", first[ELEMENT_DRIVE], 0, 65535),
	N("generation", generation, 1, 10),
	N("sides", sides, 1, SIDES_MAX),
	N("move_ms", move_ms, 0, 86400000),
	N("load_ms", load_ms, 0, 86400000),
	N("calibrate_ms", calibrate_ms, 0, 86400000),
	N("unload_ms", unload_ms, 0, 86400000),
	N("initialize_ms", initialize_ms, 0, 86400000),
};

static const struct {
	const char *key;
	size_t offset;
} switches[] = {
	{"rotation", offsetof(struct settings, rotation)},
	{"barcodes", offsetof(struct settings, barcodes)},
	{"identifiers", offsetof(struct settings, identifiers)},
	{"autounload", offsetof(struct settings, autounload)},
	{"suffix", offsetof(struct settings, suffix)},
	{"attentions", offsetof(struct settings, attentions)},
};

static const struct {
	const char *key;
	size_t offset, size;
} texts[] = {
#define T(key, member)                                                                                       \
	{                                                                                                    \
		key, offsetof(struct settings, member), sizeof((struct settings *)0)->member                 \
	}
	T("vendor", vendor),
	T("product", product),
	T("serial", serial),
	T("drive_vendor", drive_vendor),
	T("drive_product", drive_product),
	T("generations", generations),
};

struct reading {
	struct settings *s;
	struct faults *f;
};

static int lacks(struct settings *s, const struct ini_entry *entry, struct err *e)
{
	const char *at = entry->value;
	char *end;

	while (*at) {
		unsigned long op = strtoul(at, &end, 16);

		if (end == at || op > 0xFF)
			return ini_wrong(entry, e, "%s: opcodes in hex are wanted, as in 1e 1b",
					 entry->value);
		s->lacks[op / 8] |= (uint8_t)(1 << op % 8);
		at = end + strspn(end, " ,");
	}
	return 0;
}

static int take(void *arg, const struct ini_entry *entry, struct err *e)
{
	struct reading *r = arg;
	char *base = (char *)r->s;
	struct err why;
	int yes, rc;

	if (!entry->key)
		return strcmp(entry->section, "library") == 0
			       ? 0
			       : ini_wrong(entry, e, "[%s] is unknown", entry->section);
	for (size_t i = 0; i < countof(numbers); i++)
		if (strcmp(entry->key, numbers[i].key) == 0)
			return ini_number(entry, numbers[i].min, numbers[i].max,
					  (long *)(base + numbers[i].offset), e);
	for (size_t i = 0; i < countof(switches); i++)
		if (strcmp(entry->key, switches[i].key) == 0) {
			rc = ini_bool(entry, &yes, e);
			if (!rc)
				*(long *)(base + switches[i].offset) = yes;
			return rc;
		}
	for (size_t i = 0; i < countof(texts); i++)
		if (strcmp(entry->key, texts[i].key) == 0) {
			if (strlen(entry->value) >= texts[i].size)
				return ini_wrong(entry, e, "%s: at most %zu characters", entry->key,
						 texts[i].size - 1);
			strcpy(base + texts[i].offset, entry->value);
			return 0;
		}
	if (strcmp(entry->key, "lacks") == 0)
		return lacks(r->s, entry, e);
	if (strcmp(entry->key, "fault") == 0)
		return faults_add(r->f, entry->value, &why) ? ini_wrong(entry, e, "%s", why.why) : 0;
	return ini_wrong(entry, e, "\"%s\" is unknown", entry->key);
}

static int check(const char *file, const struct settings *s, struct err *e)
{
	for (int t = ELEMENT_TRANSPORT; t < ELEMENT_TYPES; t++) {
		if (s->first[t] + s->count[t] > 0x10000)
			return err_set(e, ERROR_INVALID_DATA,
				       "%s: the %s elements leave the 16-bit addresses", file,
				       element_type_name(t));
		for (int u = t + 1; u < ELEMENT_TYPES; u++)
			if (s->first[t] < s->first[u] + s->count[u] &&
			    s->first[u] < s->first[t] + s->count[t])
				return err_set(e, ERROR_INVALID_DATA, "%s: %s and %s elements overlap", file,
					       element_type_name(t), element_type_name(u));
	}
	return 0;
}

int settings_read(const char *dir, struct settings *s, struct faults *f, struct err *e)
{
	char file[PATH_MAX];
	int rc;

	*s = (struct settings){
		.count = {[ELEMENT_TRANSPORT] = 1},
		.first = {0, 1, 1024, 16, 256},
		.generation = 8,
		.sides = 1,
		.barcodes = 1,
		.suffix = 1,
		.attentions = 1,
		.identifiers = 1,
		.vendor = "OPENRSM",
		.product = "VIRTUAL LIBRARY",
		.serial = "VTL00001",
		.drive_vendor = "OPENRSM",
	};
	if (snprintf(file, sizeof file, "%s/library.ini", dir) >= (int)sizeof file)
		return err_set(e, ERROR_INVALID_NAME, "%s: the path is too long", dir);
	rc = ini_read(file, take, &(struct reading){s, f}, e);
	if (!rc)
		rc = check(file, s, e);
	return rc;
}
