/* SPDX-License-Identifier: GPL-2.0-or-later
 * A drive, as far as a media manager needs it: is a medium in, which, load, unload, its first records.
 * Tape (SSC) and, for reading labels, disk and optical. Bulk data belong to applications. */
#ifndef DEVICE_DRIVE_H
#define DEVICE_DRIVE_H

#include "device/device.h"

struct drive;

enum outcome drive_open(const char *url, struct drive **d, struct verdict *v);
void drive_close(struct drive *d);
struct device *drive_device(struct drive *d);
bool drive_is_tape(const struct drive *d);

enum drive_status {
	DRIVE_EMPTY,
	DRIVE_LOADING, /* becoming ready, or calibrating */
	DRIVE_READY,
	DRIVE_UNLOADED, /* a medium sits in it, unloaded: the robot may fetch it */
	DRIVE_CLEANING,
	DRIVE_TROUBLE, /* v tells */
};
/* One TEST UNIT READY. The verdict's outcome is OUTCOME_DONE unless the status is DRIVE_TROUBLE. */
enum drive_status drive_status(struct drive *d, struct verdict *v);

/* It prepares a new cartridge, once in the cartridge's life (LTO-9): that takes from 20 minutes to 2 hours.
 */
bool drive_calibrates(struct drive *d);
/* Until the medium is ready, sending LOAD where the drive wants it. limit_ms 0: the drive's usual limit, and
 * a longer one while it calibrates. */
enum outcome drive_wait_ready(struct drive *d, int64_t limit_ms, device_told *told, void *arg,
			      struct verdict *v);
enum outcome drive_load(struct drive *d, struct verdict *v);
/* Done also when the drive was empty or the medium unloaded already. VF_PREVENTED: an application holds it.
 */
enum outcome drive_unload(struct drive *d, struct verdict *v);
enum outcome drive_prevent(struct drive *d, bool prevent, struct verdict *v);

struct drive_medium {
	bool write_protected, worm, cleaner;
	uint8_t medium_type; /* of the mode header: n8h is LTO generation n, nCh its WORM form */
	uint8_t density;
	uint32_t block_length;		  /* 0: variable */
	char manufacturer[9], serial[33]; /* cartridge memory; "" if not to be had */
	char barcode[33];		  /* cartridge memory 0806h: what some host wrote */
	uint64_t capacity, remaining;	  /* bytes; 0 if not told */
};
/* Of the ready medium. What the drive doesn't tell stays zero: only a medium gone is a failure. */
enum outcome drive_medium(struct drive *d, struct drive_medium *m, struct verdict *v);

/* What the cartridge memory alone tells: it can be read before the medium is ready, and when the drive can't
 * take it. */
void drive_memory(struct drive *d, struct drive_medium *m);

struct drive_format {
	uint8_t density;
	bool writable;
	char name[9];
	uint32_t capacity_mb;
};
typedef VEC(struct drive_format) format_vec;
/* REPORT DENSITY SUPPORT; FAILED with VF_UNSUPPORTED where the drive lacks it. */
enum outcome drive_formats(struct drive *d, format_vec *out, struct verdict *v);

enum outcome drive_rewind(struct drive *d, struct verdict *v);

/* One block of at most size bytes from where the tape stands. *got 0: v's flags tell of VF_FILEMARK, VF_BLANK
 * (end of data) or VF_EOM. VF_ILI with a negative v->info: the block is longer by so much, and was cut. */
enum outcome drive_read_block(struct drive *d, void *buf, size_t size, size_t *got, struct verdict *v);

/* The beginning of the medium, for label_identify(). */
#define RECORDS_MAX 8
#define RECORD_MAX 65536
struct records {
	uint8_t *bytes; /* records one after the other */
	size_t n;	/* of all */
	size_t len[RECORDS_MAX];
	size_t count;
	bool blank; /* nothing is written at all */
	bool more;  /* another record follows, or the last one was cut */
};
void records_free(struct records *r);
/* Rewinds, reads up to the first filemark (at most RECORDS_MAX records of RECORD_MAX bytes), rewinds.
 * Disks: the first 64 KiB as one record. */
enum outcome drive_read_records(struct drive *d, struct records *r, struct verdict *v);
/* Rewinds, writes the records and `marks` filemarks, flushes, rewinds. Tape only. */
enum outcome drive_write_records(struct drive *d, const uint8_t *bytes, const size_t *len, size_t count,
				 int marks, struct verdict *v);

#endif
