/* SPDX-License-Identifier: GPL-2.0-or-later
 * The virtual tape drive: SSC commands on a flat file. READ gives the next bytes, the file's end is blank,
 * WRITE overwrites and truncates, filemarks only flush. */
#include "device/virtual/commands.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_MAX 0x800000

static const struct {
	uint8_t density;
	uint32_t gigabytes;
} lto[] = {{0, 0},	 {0x40, 100},  {0x42, 200},   {0x44, 400},   {0x46, 800},  {0x58, 1500},
	   {0x5A, 2500}, {0x5C, 6000}, {0x5E, 12000}, {0x60, 18000}, {0x62, 30000}};

const char *vdrive_serial(const struct vlib *lib, const struct place *drive, char buf[40])
{
	snprintf(buf, 40, "%.28sD%02u", lib->set.serial,
		 (drive->cell.address - (unsigned)lib->set.first[ELEMENT_DRIVE] + 1) % 1000);
	return buf;
}

const char *vdrive_product(const struct vlib *lib, const struct place *drive, char buf[24])
{
	snprintf(buf, 24, "%.16s", lib->set.drive_product);
	if (!*buf)
		snprintf(buf, 24, lib->set.sides == 1 ? "VIRTUAL LTO-%d" : "VIRTUAL MO", drive->generation);
	return buf;
}

static enum outcome good(struct scsi_cmd *c) { return answer_data(c, "", 0); }

/* What the drive says instead of executing a command that needs a loaded medium. */
static bool not_ready(struct user *u, struct scsi_cmd *c, struct cartridge *m)
{
	uint32_t why;
	int64_t left;

	switch (vdrive_state(u->lib, u->drive, m)) {
	case FILL_LOADED:
		return false;
	case FILL_EMPTY:
		answer_sense(c, 0x2, 0x3A, 0x00);
		break;
	case FILL_LOADING:
		left = u->drive->ready_at - clock_mono();
		answer_sense(c, 0x2, 0x04, 0x01);
		if (left >= 0 && left <= u->drive->load_ms && u->drive->load_ms > 0) {
			c->sense[15] = 0x80;
			put16(c->sense + 16,
			      (unsigned)(65535 * (u->drive->load_ms - left) / u->drive->load_ms));
		}
		break;
	case FILL_SEATED:
		why = drive_refuses(u->drive->generation, &m->tape);
		answer_rule(c, why ? why : SENSE(0x2, 0x04, 0x02));
		break;
	default:
		answer_sense(c, 0x2, 0x04, 0x03);
	}
	return true;
}

static enum outcome ready(struct user *u, struct scsi_cmd *c)
{
	struct cartridge m;

	return not_ready(u, c, &m) ? OUTCOME_DONE : good(c);
}

static enum outcome rewind_tape(struct user *u, struct scsi_cmd *c)
{
	struct cartridge m;

	if (not_ready(u, c, &m))
		return OUTCOME_DONE;
	u->drive->position = 0;
	return good(c);
}

static enum outcome block_limits(struct user *u, struct scsi_cmd *c)
{
	uint8_t b[6] = {0};

	put24(b + 1, BLOCK_MAX);
	put16(b + 4, 1);
	return answer_data(c, b, sizeof b);
}

static int open_side(struct user *u, const struct cartridge *m, int flags)
{
	char path[PATH_MAX + CARTRIDGE_NAME + 16];

	snprintf(path, sizeof path, "%s/%s/%s/side%d", u->lib->dir, u->drive->name, m->name, m->tape.up);
	return open(path, flags | O_CLOEXEC);
}

/* A short or absent block: CHECK CONDITION with the residual in INFORMATION. */
static enum outcome short_block(struct scsi_cmd *c, unsigned key, unsigned asc, unsigned ascq, uint8_t bits,
				size_t missing)
{
	answer_sense(c, key, asc, ascq);
	c->sense[0] |= 0x80;
	c->sense[2] |= bits;
	put32(c->sense + 3, (uint32_t)missing);
	return OUTCOME_DONE;
}

static enum outcome read_tape(struct user *u, struct scsi_cmd *c)
{
	size_t want = be24(c->cdb + 2);
	struct cartridge m;
	auto_fd int fd = -1;
	ssize_t n;

	if (not_ready(u, c, &m))
		return OUTCOME_DONE;
	if (c->cdb[1] & 1 || want > BLOCK_MAX || c->dir != SCSI_DATA_IN)
		return answer_sense(c, 0x5, 0x24, 0x00);
	if (!want)
		return good(c);
	if (want > c->len)
		want = c->len;
	fd = open_side(u, &m, O_RDONLY);
	n = fd < 0 ? -1 : pread(fd, c->data, want, u->drive->position);
	if (n < 0)
		return answer_sense(c, 0x3, 0x11, 0x00);
	u->drive->position += n;
	c->done = (size_t)n;
	c->status = SCSI_GOOD;
	if (!n)
		return short_block(c, 0x8, 0x00, 0x05, 0, want);
	if ((size_t)n < want && !(c->cdb[1] & 2))
		return short_block(c, 0x0, 0x00, 0x00, 0x20, want - (size_t)n);
	return OUTCOME_DONE;
}

static enum outcome write_tape(struct user *u, struct scsi_cmd *c)
{
	size_t n = be24(c->cdb + 2);
	struct cartridge m;
	uint32_t why;
	auto_fd int fd = -1;

	if (not_ready(u, c, &m))
		return OUTCOME_DONE;
	if (c->cdb[1] & 1 || n > BLOCK_MAX || n > c->len || c->dir != SCSI_DATA_OUT)
		return answer_sense(c, 0x5, 0x24, 0x00);
	why = drive_protects(u->drive->generation, &m.tape);
	if (why)
		return answer_rule(c, why);
	fd = open_side(u, &m, O_WRONLY);
	if (fd >= 0 && m.tape.worm && u->drive->position < lseek(fd, 0, SEEK_END))
		return answer_sense(c, 0x7, 0x30, 0x0C);
	if (fd < 0 || pwrite(fd, c->data, n, u->drive->position) != (ssize_t)n ||
	    ftruncate(fd, u->drive->position + (off_t)n))
		return errno == ENOSPC ? short_block(c, 0xD, 0x00, 0x02, 0x40, n)
				       : answer_sense(c, 0x3, 0x0C, 0x00);
	u->drive->position += (int64_t)n;
	c->done = n;
	c->status = SCSI_GOOD;
	return OUTCOME_DONE;
}

static enum outcome write_marks(struct user *u, struct scsi_cmd *c)
{
	struct cartridge m;
	auto_fd int fd = -1;

	if (not_ready(u, c, &m))
		return OUTCOME_DONE;
	if (be24(c->cdb + 2) && m.tape.write_protected)
		return answer_sense(c, 0x7, 0x27, 0x00);
	fd = open_side(u, &m, O_RDONLY);
	return fd < 0 || fdatasync(fd) ? answer_sense(c, 0x3, 0x0C, 0x00) : good(c);
}

/* There are no records: only the end of data can be spaced to. */
static enum outcome space(struct user *u, struct scsi_cmd *c)
{
	struct cartridge m;
	auto_fd int fd = -1;

	if (not_ready(u, c, &m))
		return OUTCOME_DONE;
	if ((c->cdb[1] & 7) != 3)
		return answer_sense(c, 0x5, 0x24, 0x00);
	fd = open_side(u, &m, O_RDONLY);
	u->drive->position = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	return good(c);
}

static enum outcome inquiry(struct user *u, struct scsi_cmd *c)
{
	char serial[40], product[24];

	return answer_inquiry(u, c, TYPE_TAPE, u->lib->set.drive_vendor,
			      vdrive_product(u->lib, u->drive, product),
			      vdrive_serial(u->lib, u->drive, serial));
}

static enum outcome mode_select(struct user *u, struct scsi_cmd *c)
{
	const uint8_t *b = c->data;

	/* nothing but variable blocks */
	if (c->dir != SCSI_DATA_OUT || c->len < 4 || (b[3] && (b[3] != 8 || c->len < 12 || be24(b + 9))))
		return answer_sense(c, 0x5, 0x26, 0x00);
	return good(c);
}

static enum outcome mode_sense(struct user *u, struct scsi_cmd *c)
{
	uint8_t b[12] = {sizeof b - 1, 0, 0x10, 8};
	struct cartridge m;

	if ((c->cdb[2] & 0x3F) != 0 && (c->cdb[2] & 0x3F) != 0x3F)
		return answer_sense(c, 0x5, 0x24, 0x00);
	if (vdrive_state(u->lib, u->drive, &m) == FILL_LOADED && m.tape.generation >= 1 &&
	    m.tape.generation <= 10) {
		b[1] = (uint8_t)(m.tape.generation << 4 | (m.tape.worm ? 0x0C : 0x08));
		b[4] = lto[m.tape.generation].density;
		if (drive_protects(u->drive->generation, &m.tape))
			b[2] |= 0x80;
	}
	return answer_data(c, b, sizeof b);
}

static enum outcome load_unload(struct user *u, struct scsi_cmd *c)
{
	bool load = c->cdb[4] & 1;
	enum drive_fill fill;
	struct cartridge m;
	struct err e;

	fill = vdrive_state(u->lib, u->drive, &m);
	if (fill == FILL_WRONG || fill == FILL_EMPTY || fill == FILL_LOADING ||
	    (load && fill == FILL_SEATED && m.tape.cleaner))
		return not_ready(u, c, &m) ? OUTCOME_DONE : good(c);
	if ((load && fill == FILL_LOADED) || (!load && fill == FILL_SEATED))
		return good(c);
	if (!load && vlib_prevented(u->lib, u->drive))
		return answer_sense(c, 0x5, 0x53, 0x02);
	if (!pass_time(u, c, load ? u->lib->set.load_ms : u->lib->set.unload_ms))
		return OUTCOME_UNKNOWN;
	fill = vdrive_state(u->lib, u->drive, &m);
	if (fill == FILL_WRONG || fill == FILL_EMPTY)
		return not_ready(u, c, &m) ? OUTCOME_DONE : good(c);
	if (!load)
		return vdrive_unload(u->lib, u->drive, &m, &e) ? answer_sense(c, 0x5, 0x53, 0x02) : good(c);
	if (!lto_reads(u->drive->generation, m.tape.generation))
		return answer_sense(c, 0x3, 0x30, 0x00);
	vdrive_start(u->lib, u->drive, &m, 0);
	if (u->drive->calibrating)
		return good(c);
	return vdrive_load(u->lib, u->drive, &m, &e) ? answer_sense(c, 0x4, 0x53, 0x00) : good(c);
}

static enum outcome prevent(struct user *u, struct scsi_cmd *c)
{
	u->prevents = c->cdb[4] & 1;
	return good(c);
}

static enum outcome report_density(struct user *u, struct scsi_cmd *c)
{
	auto_str out = {0};

	str_add(&out, "\0\0\0\0", 4);
	for (int g = 1; g <= 10; g++) {
		uint8_t d[52] = {lto[g].density, lto[g].density, 0};
		char name[16];

		if (!lto_reads(u->drive->generation, g))
			continue;
		d[2] = lto_writes(u->drive->generation, g) ? 0x80 : 0;
		put32(d + 12, lto[g].gigabytes * 1000u);
		memcpy(d + 16, "LTO-CVE ", 8);
		memset(d + 24, ' ', 28);
		memcpy(d + 24, name, (size_t)snprintf(name, sizeof name, "LTO-%d", g));
		memcpy(d + 32, name, (size_t)snprintf(name, sizeof name, "Ultrium %d", g));
		str_add(&out, d, sizeof d);
	}
	put16(out.s, (unsigned)out.n - 2);
	return answer_data(c, out.s, out.n);
}

static void put_attribute(struct str *out, unsigned id, uint8_t format, const void *value, size_t n)
{
	uint8_t head[5] = {(uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(0x80 | format)};

	put16(head + 3, (unsigned)n);
	str_add(out, head, sizeof head);
	str_add(out, value, n);
}

/* Numbers of eight bytes; which of them the answer holds decides add(). */
struct attributes {
	unsigned first;
	bool list; /* identifiers alone */
	struct str *out;
};

static void add(struct attributes *a, unsigned id, uint8_t format, const void *value, size_t n)
{
	uint8_t two[2];

	put16(two, id);
	if (id < a->first)
		return;
	if (a->list)
		str_add(a->out, two, 2);
	else
		put_attribute(a->out, id, format, value, n);
}

static void add_number(struct attributes *a, unsigned id, uint64_t value)
{
	uint8_t n[8];

	put64(n, value);
	add(a, id, 0, n, 8);
}

static void add_capacity(struct user *u, const struct cartridge *m, struct attributes *a)
{
	uint64_t all = lto[m->tape.generation].gigabytes * 1000000000ull >> 20, used = 0;
	auto_fd int fd = open_side(u, m, O_RDONLY);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);

	if (size > 0)
		used = (uint64_t)size >> 20;
	add_number(a, 0x0000, used < all ? all - used : 0);
	add_number(a, 0x0001, all);
}

/* The cartridge memory can be read as soon as a cartridge sits in the drive. */
static enum outcome read_attribute(struct user *u, struct scsi_cmd *c)
{
	unsigned action = c->cdb[1] & 0x1F, head = action < 2 ? 4 : 0;
	struct attributes a = {.first = be16(c->cdb + 8), .list = action == 1};
	bool cleaner;
	auto_str out = {0};
	struct cartridge m;
	char text[33];
	uint8_t kind;

	switch (vdrive_state(u->lib, u->drive, &m)) {
	case FILL_EMPTY:
	case FILL_WRONG:
		return not_ready(u, c, &m) ? OUTCOME_DONE : good(c);
	default:
		break;
	}
	if (!head)
		return answer_sense(c, 0x5, 0x24, 0x00);
	a.out = &out;
	cleaner = m.tape.cleaner;
	kind = cleaner ? 0x01 : m.tape.worm ? 0x80 : 0x00;
	str_add(&out, "\0\0\0\0", 4);
	if (m.tape.generation >= 1 && m.tape.generation <= 10 && !cleaner) {
		add_capacity(u, &m, &a);
		add(&a, 0x0006, 0, &lto[m.tape.generation].density, 1);
	}
	add(&a, 0x0400, 1, "OPENRSM ", 8);
	snprintf(text, sizeof text, "%-32s", m.serial);
	if (*m.serial)
		add(&a, 0x0401, 1, text, 32);
	if (m.tape.generation >= 1 && m.tape.generation <= 10)
		add(&a, 0x0405, 0, &lto[m.tape.generation].density, 1);
	add(&a, 0x0408, 0, &kind, 1);
	put32(out.s, (uint32_t)out.n - 4);
	return answer_data(c, out.s, out.n);
}

static const struct command commands[] = {
	{0x00, "tur", ready},
	{0x01, "rewind", rewind_tape},
	{0x03, "", virtual_request_sense, .quiet = true},
	{0x05, "", block_limits},
	{0x08, "read", read_tape},
	{0x0A, "write", write_tape},
	{0x10, "mark", write_marks},
	{0x11, "", space},
	{0x12, "inquiry", inquiry, .quiet = true},
	{0x15, "mode", mode_select},
	{0x1A, "mode", mode_sense},
	{0x1B, "load", load_unload},
	{0x1E, "prevent", prevent},
	{0x44, "", report_density},
	{0x4D, "", answer_log},
	{0x8C, "attribute", read_attribute},
};

enum outcome vdrive_execute(struct user *u, struct scsi_cmd *c)
{
	return virtual_execute(u, c, commands, countof(commands));
}
