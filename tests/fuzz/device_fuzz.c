/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Arbitrary answers for the changer and drive code: a transport whose every answer (status, sense data, data,
 * residual, lost paths) is the fuzzer's. Time stands still for nobody: waits end at once and the clock runs,
 * so that what waits for minutes is over in microseconds.
 *
 * Whatever comes: no crash, no read beyond what came (AddressSanitizer), an end, and a verdict with a text
 * unless it is done; elements in order and within their addresses. */
#include "device/changer.h"
#include "device/drive.h"
#include "device/fence.h"
#include "device/health.h"
#include "label/label.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t *at;
static size_t left;
static unsigned commands;
static int64_t now;

/* ---- time ---- */

int __wrap_poll(struct pollfd *p, nfds_t n, int ms);
int __wrap_poll(struct pollfd *p, nfds_t n, int ms)
{
	now += ms > 0 ? ms : 0;
	return 0;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	now += 10;
	*ts = (struct timespec){.tv_sec = now / 1000, .tv_nsec = now % 1000 * 1000000};
	return 0;
}

/* ---- the transport ---- */

static size_t take(void *out, size_t n)
{
	size_t got = n < left ? n : left;

	memcpy(out, at, got);
	at += got, left -= got;
	return got;
}

static uint8_t byte(void)
{
	uint8_t b = 0;

	take(&b, 1);
	return b;
}

static int fuzz_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	*t = calloc(1, sizeof **t);
	return 0;
}

/* An answer is: kind, then what the kind wants. Without any input left: GOOD with zeros, or not ready for
 * ever. */
static enum outcome fuzz_execute(struct transport *t, struct scsi_cmd *c)
{
	static const uint8_t statuses[] = {SCSI_GOOD,	       SCSI_CHECK, SCSI_BUSY,	 SCSI_CONFLICT,
					   SCSI_TASK_SET_FULL, SCSI_ACA,   SCSI_ABORTED, 0x77};
	uint8_t kind = byte(), size[2] = {0};

	if (++commands > 5000) { /* it may ask for hours, but not without end */
		fprintf(stderr, "no end: opcode %02X\n", c->cdb[0]);
		abort();
	}
	if ((kind & 0x0F) == 0x0E)
		return OUTCOME_UNKNOWN;
	if ((kind & 0x0F) == 0x0F)
		return OUTCOME_FAILED;
	c->new_session = kind & 0x40;
	c->status = kind & 0x08 ? statuses[kind & 7] : SCSI_GOOD;
	if (c->status == SCSI_CHECK)
		c->sense_len = take(c->sense, kind & 0x80 ? byte() % sizeof c->sense : 18);
	if (c->dir != SCSI_DATA_IN)
		return OUTCOME_DONE;
	take(size, 2);
	/* what a transport tells of the length may be wrong, too */
	c->done = be16(size) & 0x8000 ? c->len + 7 : be16(size) & 0x4000 ? c->len : be16(size) & 0x0FFF;
	take(c->data, c->done < c->len ? c->done : c->len);
	return OUTCOME_DONE;
}

static void fuzz_close(struct transport *t) { free(t); }

static const struct transport_ops ops = {
	.prefix = "fuzz:", .open = fuzz_open, .execute = fuzz_execute, .close = fuzz_close};

/* Those that scsi.c lists; nobody opens them here. */
extern const struct transport_ops iscsi_transport, sg_transport, sg_named_transport, virtual_transport;
const struct transport_ops iscsi_transport = {.prefix = "iscsi://"}, sg_transport = {.prefix = "/dev/"},
			   sg_named_transport = {.prefix = "scsi:"},
			   virtual_transport = {.prefix = "virtual:"};

/* ---- what is asked ---- */

#define FENCE_KEY 0x52534D0102030004

static void sound(const struct verdict *v)
{
	if (v->outcome != OUTCOME_DONE && !v->err.why[0])
		abort();
	if (v->progress < -1 || v->progress > 100)
		abort();
}

static void check_elements(struct changer *c, const element_vec *els)
{
	const struct changer_shape *s = changer_shape(c);

	for (size_t i = 0; i < els->n; i++) {
		const struct element *e = &els->v[i];

		if (e->type < 1 || e->type > 4 || e->address < s->of[e->type].first ||
		    e->address >= s->of[e->type].first + s->of[e->type].count)
			abort();
		if (strlen(e->tag) > 32 || strlen(e->id_serial) > 64)
			abort();
	}
}

static void robot(void)
{
	element_vec els = {0};
	struct changer *c;
	struct verdict v;
	uint64_t flags, retaken;
	char text[400];

	if (changer_open("fuzz:", &c, &v) != OUTCOME_DONE) {
		sound(&v);
		return;
	}
	for (int i = 0; i < 12 && left; i++) {
		v = (struct verdict){.progress = -1};
		switch (byte() % 10) {
		case 0:
			if (changer_inventory(c, &els, &v) == OUTCOME_DONE)
				check_elements(c, &els);
			els.n = 0;
			break;
		case 1:
			changer_move(c, 0, 1024, 256, false, &v);
			break;
		case 2:
			changer_initialize(c, 1024, 3, &v);
			break;
		case 3:
			changer_prevent(c, true, &v);
			break;
		case 4:
			changer_open_ie(c, 16, &v);
			break;
		case 5:
			changer_reshape(c, &v);
			break;
		case 6:
			if (device_alerts(changer_device(c), &flags, &v) == OUTCOME_DONE)
				alerts_text(flags, KIND_CHANGER, text, sizeof text);
			break;
		case 7:
			changer_exchange(c, 1024, 256, 1025, &v);
			break;
		case 8:
			device_fence(changer_device(c), FENCE_KEY, &retaken, &v);
			if (retaken && (retaken >> 16 != FENCE_KEY >> 16 || retaken == FENCE_KEY))
				abort(); /* somebody else's */
			break;
		default:
			device_wait(changer_device(c), 60000, NULL, NULL, &v);
		}
		sound(&v);
	}
	vec_free(&els);
	changer_close(c);
}

static void told(void *arg, const struct verdict *v) { sound(v); }

static void tape(void)
{
	static const size_t len[] = {80, 80};
	uint8_t block[512] = {0};
	struct drive_medium m;
	format_vec f = {0};
	struct records r = {0};
	struct label l;
	struct drive *d;
	struct verdict v;
	size_t got;

	if (drive_open("fuzz:", &d, &v) != OUTCOME_DONE) {
		sound(&v);
		return;
	}
	for (int i = 0; i < 12 && left; i++) {
		v = (struct verdict){.progress = -1};
		switch (byte() % 9) {
		case 0:
			drive_wait_ready(d, 0, told, NULL, &v);
			break;
		case 1:
			drive_medium(d, &m, &v);
			break;
		case 2:
			if (drive_read_records(d, &r, &v) == OUTCOME_DONE)
				label_identify(r.bytes, r.n, &l);
			records_free(&r);
			r = (struct records){0};
			break;
		case 3:
			drive_write_records(d, block, len, 2, 2, &v);
			break;
		case 4:
			drive_unload(d, &v);
			break;
		case 5:
			drive_formats(d, &f, &v);
			break;
		case 6:
			drive_status(d, &v);
			break;
		case 7:
			drive_read_block(d, block, sizeof block, &got, &v);
			if (got > sizeof block)
				abort();
			break;
		default:
			drive_memory(d, &(struct drive_medium){0});
			drive_calibrates(d);
		}
		sound(&v);
	}
	vec_free(&f);
	drive_close(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (!n)
		return 0;
	transport_set_mock(&ops);
	at = data + 1, left = n - 1;
	commands = 0;
	if (*data & 1)
		tape();
	else
		robot();
	return 0;
}
