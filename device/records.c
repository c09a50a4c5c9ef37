/* SPDX-License-Identifier: GPL-2.0-or-later
 * The first records of a medium: read for identification, written as a label. The tape is left rewound. */
#include "device/drive_priv.h"

#include <ntmstypes.h>
#include <stdlib.h>
#include <string.h>

void records_free(struct records *r)
{
	free(r->bytes);
	*r = (struct records){0};
}

/* Variable block mode, whatever the last user of the drive has set. */
static enum outcome set_variable(struct drive *d, struct verdict *v)
{
	struct mode_header h;
	uint8_t list[12] = {0};
	struct scsi_cmd c = {.cdb = {0x15, 0x10, 0, 0, sizeof list},
			     .cdb_len = 6,
			     .dir = SCSI_DATA_OUT,
			     .data = list,
			     .len = sizeof list,
			     .timeout_ms = QUICK_MS};

	if (drive_mode_header(d, &h, v) != OUTCOME_DONE || !h.block_length)
		return v->outcome;
	list[2] = h.specific & 0x7F;
	list[3] = 8;
	list[4] = h.density;
	return device_run(d->d, &c, "mode select: variable blocks", v);
}

/* The largest block the drive takes, at most RECORD_MAX. */
static size_t block_limit(struct drive *d)
{
	uint8_t buf[6];
	struct scsi_cmd c = {.cdb = {0x05},
			     .cdb_len = 6,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = sizeof buf,
			     .timeout_ms = QUICK_MS};
	struct verdict v;
	size_t most = RECORD_MAX;

	if (device_run(d->d, &c, "read block limits", &v) == OUTCOME_DONE && c.done == 6 && be24(buf + 1) &&
	    be24(buf + 1) < most)
		most = be24(buf + 1);
	return most;
}

static enum outcome space_back(struct drive *d, struct verdict *v)
{
	struct scsi_cmd c = {
		.cdb = {0x11, 0, 0xFF, 0xFF, 0xFF}, .cdb_len = 6, .timeout_ms = LIMIT_MS(d, space)};

	return device_run(d->d, &c, "space one block back", v);
}

enum outcome drive_read_block(struct drive *d, void *buf, size_t size, size_t *got, struct verdict *v)
{
	for (bool again = false;; again = true) {
		struct scsi_cmd c = {.cdb = {0x08},
				     .cdb_len = 6,
				     .dir = SCSI_DATA_IN,
				     .data = buf,
				     .len = size,
				     .timeout_ms = LIMIT_MS(d, io)};

		put24(c.cdb + 2, (unsigned)size);
		*got = 0;
		if (device_run(d->d, &c, "read", v) != OUTCOME_DONE)
			return v->outcome;
		/* INFORMATION is believed before the transport's count, which some targets get wrong */
		if (v->flags & VF_ILI && v->info_valid)
			*got = v->info <= 0 ? size : (size_t)v->info < size ? size - (size_t)v->info : 0;
		else if (!(v->flags & (VF_FILEMARK | VF_BLANK | VF_EOM)))
			*got = c.done;
		/* The block is longer than what came of it (tgt): read it once more with its own length. */
		if (*got <= c.done || *got == size || again)
			return OUTCOME_DONE;
		size = *got;
		if (space_back(d, v) != OUTCOME_DONE)
			return v->outcome;
	}
}

static enum outcome read_tape(struct drive *d, struct records *r, struct verdict *v)
{
	size_t most, got;

	if (drive_rewind(d, v) != OUTCOME_DONE || set_variable(d, v) != OUTCOME_DONE)
		return v->outcome;
	most = block_limit(d);
	while (r->count < RECORDS_MAX) {
		if (drive_read_block(d, r->bytes + r->n, most, &got, v) != OUTCOME_DONE)
			return v->outcome;
		if (!got) {
			r->blank = !r->n && v->flags & VF_BLANK;
			break;
		}
		r->n += got;
		r->len[r->count++] = got;
		if (v->flags & VF_ILI &&
		    v->info < 0) { /* longer than we read: enough for an identification */
			r->more = true;
			break;
		}
	}
	r->more |= r->count == RECORDS_MAX;
	return OUTCOME_DONE;
}

static enum outcome read_disk(struct drive *d, struct records *r, struct verdict *v)
{
	uint8_t cap[8];
	struct scsi_cmd size = {.cdb = {0x25},
				.cdb_len = 10,
				.dir = SCSI_DATA_IN,
				.data = cap,
				.len = sizeof cap,
				.timeout_ms = QUICK_MS};
	struct scsi_cmd read = {
		.cdb = {0x28}, .cdb_len = 10, .dir = SCSI_DATA_IN, .data = r->bytes, .timeout_ms = QUICK_MS};
	uint32_t block, blocks;

	if (device_run(d->d, &size, "read capacity", v) != OUTCOME_DONE)
		return v->outcome;
	block = be32(cap + 4);
	if (size.done < 8 || block < 256 || block > RECORD_MAX)
		return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_DATA, "%s: a block size of %u bytes",
				    device_name(d->d), block);
	blocks = RECORD_MAX / block;
	if (be32(cap) < blocks - 1)
		blocks = be32(cap) + 1;
	put16(read.cdb + 7, blocks);
	read.len = (size_t)blocks * block;
	if (device_run(d->d, &read, "read", v) != OUTCOME_DONE)
		return v->outcome;
	r->blank = v->flags & VF_BLANK;
	if (!r->blank) {
		r->n = r->len[0] = read.done;
		r->count = 1;
		r->more = be32(cap) >= blocks;
	}
	return OUTCOME_DONE;
}

enum outcome drive_read_records(struct drive *d, struct records *r, struct verdict *v)
{
	struct verdict after;

	for (int turn = 0;; turn++) {
		*r = (struct records){.bytes = calloc(RECORDS_MAX, RECORD_MAX)};
		if (!r->bytes)
			return verdict_fail(v, REACT_CANNOT, ERROR_NOT_ENOUGH_MEMORY, "no memory");
		if ((drive_is_tape(d) ? read_tape(d, r, v) : read_disk(d, r, v)) == OUTCOME_DONE)
			break;
		records_free(r);
		/* the position was lost on the way (a reset, a new session): once more from the beginning */
		if (turn || !(v->flags & VF_POSITION) ||
		    (v->reaction != REACT_NOW && v->reaction != REACT_PATH))
			return v->outcome;
	}
	if (drive_rewind(d, &after) != OUTCOME_DONE) {
		*v = after;
		records_free(r);
	}
	v->flags &= ~(uint32_t)(VF_BLANK | VF_FILEMARK | VF_ILI | VF_EOM);
	return v->outcome;
}

enum outcome drive_write_records(struct drive *d, const uint8_t *bytes, const size_t *len, size_t count,
				 int marks, struct verdict *v)
{
	if (!drive_is_tape(d))
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_SUPPORTED,
				    "%s: labels are written on tape only", device_name(d->d));
	/* nothing here is repeated after a unit attention: the medium might be another one by now */
	if (drive_rewind(d, v) != OUTCOME_DONE || set_variable(d, v) != OUTCOME_DONE)
		return v->outcome;
	for (size_t i = 0; i < count; bytes += len[i++]) {
		struct scsi_cmd c = {.cdb = {0x0A},
				     .cdb_len = 6,
				     .dir = SCSI_DATA_OUT,
				     .data = (void *)(uintptr_t)bytes,
				     .len = len[i],
				     .timeout_ms = LIMIT_MS(d, io)};

		put24(c.cdb + 2, (unsigned)len[i]);
		if (device_run(d->d, &c, "write", v) != OUTCOME_DONE)
			return v->outcome;
	}
	struct scsi_cmd mark = {.cdb = {0x10}, .cdb_len = 6, .timeout_ms = LIMIT_MS(d, io)};
	put24(mark.cdb + 2, (unsigned)marks);
	if (device_run(d->d, &mark, "write filemarks", v) != OUTCOME_DONE)
		return v->outcome;
	return drive_rewind(d, v);
}
