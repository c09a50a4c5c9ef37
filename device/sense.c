/* SPDX-License-Identifier: GPL-2.0-or-later
 * Decoding of sense data, fixed and descriptor format, against the table of sense.def. */
#include "device/sense.h"

#include "base/cleanup.h"
#include "device/pattern.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

#define be32s(p) ((int32_t)((uint32_t)(p)[0] << 24 | (uint32_t)(p)[1] << 16 | (uint32_t)(p)[2] << 8 | (p)[3]))

struct row {
	const char *vendor, *product;
	uint8_t kind, key, asc, from, to, reaction;
	uint32_t flags;
	const char *name, *tell;
};

enum { ANY = KIND_ANY, CHG = KIND_CHANGER, DRV = KIND_DRIVE, XX = 0xFF };
/* short names, for sense.def alone */
enum {
	INV = VF_INVENTORY,
	IEF = VF_IE,
	CFG = VF_CONFIG,
	POS = VF_POSITION,
	LOCKS = VF_RESERVATION,
	CLEAN = VF_CLEAN,
	KEYS = VF_CRYPT,
	NOMED = VF_NO_MEDIUM,
	LOAD = VF_NEEDS_LOAD,
	UNLOAD = VF_NEEDS_UNLOAD,
	HELD = VF_PREVENTED,
	INIT = VF_INITIALIZE,
	WP = VF_PROTECTED,
	BLANK = VF_BLANK,
	MARK = VF_FILEMARK,
	EOMF = VF_EOM,
	NOCMD = VF_UNSUPPORTED,
	CLEANER = VF_CLEANER,
	NOSRC = VF_SOURCE_EMPTY,
	FULLF = VF_TARGET_FULL,
	DOOR = VF_DOOR,
	ELEM = VF_ELEMENT,
	USED = VF_IE_USED,
};

static const struct row rows[] = {
#define S(vendor, product, kind, key, asc, from, to, reaction, flags, name, tell)                            \
	{vendor, product, kind, key, asc, from, to, REACT_##reaction, flags, name, tell},
#include "device/sense.def"
#undef S
};

/* What a key means when the code isn't in the table: for a changer, for a drive. */
static const struct {
	const char *name;
	uint8_t changer, drive;
	uint32_t changer_flags, drive_flags;
} keys[16] = {
	[0x0] = {"no sense", REACT_DONE, REACT_DONE},
	[0x1] = {"recovered error", REACT_DONE, REACT_DONE},
	[0x2] = {"not ready", REACT_WAIT, REACT_WAIT},
	[0x3] = {"medium error", REACT_MEDIUM, REACT_MEDIUM, VF_INVENTORY},
	[0x4] = {"hardware error", REACT_ROBOT, REACT_DRIVE, VF_INVENTORY},
	[0x5] = {"illegal request", REACT_CANNOT, REACT_CANNOT},
	[0x6] = {"unit attention", REACT_NOW, REACT_NOW, VF_INVENTORY | VF_CONFIG, VF_POSITION},
	[0x7] = {"data protected", REACT_CANNOT, REACT_CANNOT, 0, VF_PROTECTED},
	[0x8] = {"blank check", REACT_CANNOT, REACT_DONE, 0, VF_BLANK},
	[0x9] = {"vendor specific", REACT_CANNOT, REACT_CANNOT},
	[0xA] = {"copy aborted", REACT_CANNOT, REACT_CANNOT},
	[0xB] = {"aborted command", REACT_NOW, REACT_NOW},
	[0xC] = {"obsolete key", REACT_CANNOT, REACT_CANNOT},
	[0xD] = {"volume overflow", REACT_MEDIUM, REACT_MEDIUM, 0, VF_EOM},
	[0xE] = {"miscompare", REACT_MEDIUM, REACT_MEDIUM},
	[0xF] = {"completed", REACT_DONE, REACT_DONE},
};

static const char *const reaction_names[] = {
	[REACT_DONE] = "done",	       [REACT_NOW] = "repeat now",	[REACT_WAIT] = "wait until ready",
	[REACT_LATER] = "later",       [REACT_MEDIUM] = "medium fault", [REACT_DRIVE] = "drive fault",
	[REACT_ROBOT] = "robot fault", [REACT_OPERATOR] = "operator",	[REACT_CANNOT] = "cannot",
	[REACT_PATH] = "unreachable",
};

const char *reaction_name(enum reaction r)
{
	return (size_t)r < countof(reaction_names) ? reaction_names[r] : "?";
}

/* The bytes of either format, brought together. */
struct decoded {
	uint8_t key, asc, ascq, stream; /* stream: FILEMARK, EOM, ILI as in byte 2 of the fixed format */
	bool deferred, info_valid, sks_valid;
	int32_t info;
	uint16_t sks;
};

static void decode_fixed(const uint8_t *s, size_t n, struct decoded *d)
{
	if (n > 7 && n > 8u + s[7]) /* what lies past the additional length is not sense */
		n = 8u + s[7];
	if (n > 2)
		d->key = s[2] & 0x0F, d->stream = s[2] & 0xE0;
	if (n >= 7 && s[0] & 0x80)
		d->info_valid = true, d->info = be32s(s + 3);
	if (n >= 13)
		d->asc = s[12];
	if (n >= 14)
		d->ascq = s[13];
	if (n >= 18 && s[15] & 0x80)
		d->sks_valid = true, d->sks = (uint16_t)(s[16] << 8 | s[17]);
}

static void decode_descriptors(const uint8_t *s, size_t n, struct decoded *d)
{
	size_t end, at;

	if (n < 4)
		return;
	d->key = s[1] & 0x0F, d->asc = s[2], d->ascq = s[3];
	end = n > 7 && 8u + s[7] < n ? 8u + s[7] : n;
	for (at = 8; at + 2 <= end && at + 2 + s[at + 1] <= end; at += 2u + s[at + 1]) {
		const uint8_t *p = s + at;

		if (p[0] == 0x00 && p[1] >= 10 && p[2] & 0x80)
			d->info_valid = true, d->info = be32s(p + 8);
		else if (p[0] == 0x02 && p[1] >= 6 && p[4] & 0x80)
			d->sks_valid = true, d->sks = (uint16_t)(p[5] << 8 | p[6]);
		else if (p[0] == 0x04 && p[1] >= 2)
			d->stream = p[3] & 0xE0;
	}
}

static const struct row *find(const struct decoded *d, enum device_kind kind, const char *vendor,
			      const char *product)
{
	for (const struct row *r = rows; r < rows + countof(rows); r++)
		if (r->asc == d->asc && d->ascq >= r->from && d->ascq <= r->to &&
		    (r->key == d->key || r->key == XX) && (r->kind == ANY || r->kind == kind) &&
		    pattern_fits(r->vendor, vendor) && pattern_fits(r->product, product))
			return r;
	return NULL;
}

void sense_decode(const uint8_t *s, size_t n, enum device_kind kind, const char *vendor, const char *product,
		  struct verdict *v)
{
	struct decoded d = {0};
	const struct row *r;
	uint8_t code = n ? s[0] & 0x7F : 0;

	memset(v, 0, sizeof *v);
	v->status = 0x02;
	v->progress = -1;
	if (code == 0x70 || code == 0x71)
		decode_fixed(s, n, &d);
	else if (code == 0x72 || code == 0x73)
		decode_descriptors(s, n, &d);
	v->deferred = code == 0x71 || code == 0x73;
	v->key = d.key, v->asc = d.asc, v->ascq = d.ascq;
	v->info_valid = d.info_valid, v->info = d.info;
	if (d.sks_valid && (d.key == 0x0 || d.key == 0x2))
		v->progress = d.sks * 100 / 65536;

	r = find(&d, kind, vendor, product);
	if (r) {
		v->reaction = r->reaction, v->flags = r->flags, v->name = r->name, v->tell = r->tell;
	} else {
		v->reaction = kind == KIND_CHANGER ? keys[d.key].changer : keys[d.key].drive;
		v->flags = kind == KIND_CHANGER ? keys[d.key].changer_flags : keys[d.key].drive_flags;
	}
	if (kind != KIND_CHANGER)
		v->flags |= (d.stream & 0x80 ? VF_FILEMARK : 0) | (d.stream & 0x40 ? VF_EOM : 0) |
			    (d.stream & 0x20 ? VF_ILI : 0);
	if (code < 0x70 || code > 0x73) { /* CHECK CONDITION without sense: we know nothing */
		v->reaction = kind == KIND_CHANGER ? REACT_ROBOT : REACT_DRIVE;
		v->flags = VF_INVENTORY | VF_POSITION;
		v->name = "no sense data came";
	}
	/* A deferred error tells of an earlier write; the present command wasn't executed. */
	if (v->deferred && v->reaction == REACT_DONE && d.key > 1)
		v->reaction = REACT_MEDIUM;
	v->outcome = v->reaction == REACT_DONE ? OUTCOME_DONE : OUTCOME_FAILED;
}

const char *sense_text(const struct verdict *v, char *buf, size_t size)
{
	if (v->name)
		snprintf(buf, size, "%X/%02X/%02X: %s%s", v->key, v->asc, v->ascq, v->name,
			 v->deferred ? " (about an earlier command)" : "");
	else
		snprintf(buf, size, "%X/%02X/%02X: %s, a code unknown to us%s", v->key, v->asc, v->ascq,
			 keys[v->key & 0x0F].name, v->deferred ? " (about an earlier command)" : "");
	return buf;
}

/* The code of the NTMS contract that comes nearest. */
static uint32_t code_of(const struct verdict *v)
{
	if (v->flags & VF_NO_MEDIUM)
		return ERROR_MEDIA_OFFLINE;
	if (v->flags & VF_UNSUPPORTED)
		return ERROR_NOT_SUPPORTED;
	if (v->flags & VF_PROTECTED)
		return ERROR_WRITE_PROTECT;
	switch (v->reaction) {
	case REACT_WAIT:
	case REACT_OPERATOR:
		return ERROR_NOT_READY;
	case REACT_NOW:
	case REACT_LATER:
		return ERROR_BUSY;
	case REACT_MEDIUM:
		return ERROR_INVALID_MEDIA;
	case REACT_CANNOT:
		return ERROR_INVALID_FUNCTION;
	case REACT_PATH:
		return ERROR_DEVICE_NOT_AVAILABLE;
	default:
		return ERROR_IO_DEVICE;
	}
}

void verdict_explain(struct verdict *v, const char *device, const char *what)
{
	char text[200];

	if (v->outcome == OUTCOME_DONE)
		return;
	if (v->status == 0x02)
		sense_text(v, text, sizeof text);
	else
		snprintf(text, sizeof text, "status %02Xh: %s", v->status, v->name);
	err_set(&v->err, code_of(v), "%s: %s: %s%s%s", device, what, text, v->tell ? "; " : "",
		v->tell ? v->tell : "");
}

static const struct {
	const char *vendor;
	uint8_t asc, from, to, trouble;
	const char *text;
} exceptions[] = {
	{"OPENRSM", 0x80, 0x01, 0x01, TROUBLE_CONTENT, "several cartridges lie here: take all but one out"},
	{"OPENRSM", 0x80, 0x02, 0x02, TROUBLE_CONTENT,
	 "a cartridge that isn't complete: finish copying it, or take it out"},
	{"OPENRSM", 0x80, 0x03, 0x03, TROUBLE_CONTENT,
	 "something that isn't a cartridge lies here: take it out"},
	{"*", 0x30, 0x03, 0x03, TROUBLE_CLEANER, "cleaning cartridge"},
	{"*", 0x30, 0x83, 0x83, TROUBLE_CLEANER, "cleaning cartridge without a label"},
	{"*", 0x30, 0x07, 0x07, TROUBLE_CLEANER, "cleaning failed"},
	{"*", 0x30, 0x13, 0x13, TROUBLE_CLEANER, "cleaning cartridge is spent"},
	{"*", 0x3A, 0x00, 0xFF, TROUBLE_ABSENT, "magazine is not there"},
	{"*", 0x3B, 0x12, 0x12, TROUBLE_ABSENT, "magazine removed"},
	{"*", 0x83, 0x02, 0x02, TROUBLE_ABSENT, "no magazine"},
	{"*", 0x3B, 0x11, 0x11, TROUBLE_UNUSABLE, "not accessible"},
	{"*", 0x3B, 0x18, 0x18, TROUBLE_UNUSABLE, "disabled"},
	{"*", 0x3B, 0x1A, 0x1A, TROUBLE_NO_DRIVE, "drive removed"},
	{"*", 0x40, 0x02, 0x02, TROUBLE_NO_DRIVE, "drive bay empty"},
	{"*", 0x83, 0x04, 0x04, TROUBLE_NO_DRIVE, "no drive installed"},
	{"*", 0x53, 0x05, 0x05, TROUBLE_LABEL, "bar code is invalid"},
	{"*", 0x53, 0x06, 0x06, TROUBLE_LABEL, "bar code is missing"},
	{"*", 0x53, 0x07, 0x07, TROUBLE_LABEL, "bar code occurs twice"},
	{"*", 0x83, 0x01, 0x01, TROUBLE_LABEL, "bar code is unreadable or missing"},
	{"*", 0x83, 0x09, 0x09, TROUBLE_LABEL, "bar code is unreadable or missing"},
	{"*", 0x83, 0x0A, 0x0A, TROUBLE_LABEL, "bar code reader failed"},
	{"*", 0x83, 0x00, 0x00, TROUBLE_UNSCANNED, "not scanned yet"},
	{"*", 0x83, 0x03, 0x03, TROUBLE_UNSCANNED, "bar code and contents are in doubt"},
	{"*", 0x80, 0x01, 0x01, TROUBLE_DRIVE, "drive needs cleaning"},
	{"*", 0x80, 0x5D, 0x63, TROUBLE_DRIVE, "drive is too hot, or its fan failed"},
};

enum element_trouble exception_decode(uint8_t asc, uint8_t ascq, const char *vendor, const char **text)
{
	for (size_t i = 0; i < countof(exceptions); i++)
		if (exceptions[i].asc == asc && ascq >= exceptions[i].from && ascq <= exceptions[i].to &&
		    pattern_fits(exceptions[i].vendor, vendor)) {
			*text = exceptions[i].text;
			return exceptions[i].trouble;
		}
	*text = "exception of a kind unknown to us";
	return TROUBLE_UNKNOWN;
}
