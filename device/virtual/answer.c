/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the virtual changer and drives have in common in answering CDBs. */
#include "device/virtual/library.h"

#include "base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

enum outcome answer_sense(struct scsi_cmd *c, unsigned key, unsigned asc, unsigned ascq)
{
	memset(c->sense, 0, 18);
	c->sense[0] = 0x70;
	c->sense[2] = (uint8_t)key;
	c->sense[7] = 10;
	c->sense[12] = (uint8_t)asc;
	c->sense[13] = (uint8_t)ascq;
	c->sense_len = 18;
	c->status = SCSI_CHECK;
	return OUTCOME_DONE;
}

enum outcome answer_rule(struct scsi_cmd *c, uint32_t sense)
{
	return sense ? answer_sense(c, sense >> 16, sense >> 8 & 0xFF, sense & 0xFF) : answer_data(c, "", 0);
}

enum outcome answer_data(struct scsi_cmd *c, const void *data, size_t n)
{
	if (c->dir != SCSI_DATA_IN)
		n = 0;
	c->done = n < c->len ? n : c->len;
	if (c->done)
		memcpy(c->data, data, c->done);
	c->status = SCSI_GOOD;
	return OUTCOME_DONE;
}

bool answer_attention(struct user *u, struct scsi_cmd *c)
{
	static const struct {
		unsigned bit, asc, ascq;
	} order[] = {{UA_POWER, 0x29, 0x00},
		     {UA_CHANGED, 0x28, 0x00},
		     {UA_IE, 0x28, 0x01},
		     {UA_PREEMPTED, 0x2A, 0x05}};

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (u->attention & order[i].bit) {
			u->attention &= ~order[i].bit;
			answer_sense(c, 0x6, order[i].asc, order[i].ascq);
			return true;
		}
	return false;
}

bool pass_time(struct user *u, struct scsi_cmd *c, long ms)
{
	struct pollfd stop = {.fd = u->base.stop_fd, .events = POLLIN};
	int64_t start = clock_mono();
	bool late = ms > c->timeout_ms;
	int rc;

	if (!ms)
		return true;
	pthread_mutex_unlock(&u->lib->lock);
	rc = poll(&stop, 1, late ? c->timeout_ms : (int)ms);
	pthread_mutex_lock(&u->lib->lock);
	c->timeout_ms -= (int)(clock_mono() - start);
	if (rc > 0)
		snprintf(c->lost, sizeof c->lost, "stopped");
	else if (late)
		snprintf(c->lost, sizeof c->lost, "no answer in time");
	return rc <= 0 && !late;
}

static size_t padded(uint8_t *out, const char *text, size_t n)
{
	size_t len = strnlen(text, n);

	memset(out, ' ', n);
	memcpy(out, text, len);
	return n;
}

static enum outcome vital_page(struct scsi_cmd *c, uint8_t type, const char *vendor, const char *product,
			       const char *serial)
{
	size_t n = strlen(serial);
	uint8_t b[128] = {type, c->cdb[2]};

	switch (c->cdb[2]) {
	case 0x00:
		memcpy(b + 4, "\x00\x80\x83", 3);
		put16(b + 2, 3);
		break;
	case 0x80:
		memcpy(b + 4, serial, n);
		put16(b + 2, (unsigned)n);
		break;
	case 0x83: /* T10 vendor identification of the logical unit, ASCII */
		b[4] = 2, b[5] = 1, b[7] = (uint8_t)(24 + n);
		padded(b + 8, vendor, 8);
		padded(b + 16, product, 16);
		memcpy(b + 32, serial, n);
		put16(b + 2, (unsigned)(4 + 24 + n));
		break;
	default:
		return answer_sense(c, 0x5, 0x24, 0x00);
	}
	return answer_data(c, b, 4u + be16(b + 2));
}

enum outcome answer_inquiry(struct user *u, struct scsi_cmd *c, uint8_t type, const char *vendor,
			    const char *product, const char *serial)
{
	uint8_t b[56] = {type, 0x80, 5, 2, sizeof b - 5};

	if (c->cdb[1] & 1)
		return vital_page(c, type, vendor, product, serial);
	if (c->cdb[2])
		return answer_sense(c, 0x5, 0x24, 0x00);
	padded(b + 8, vendor, 8);
	padded(b + 16, product, 16);
	padded(b + 32, "1.0", 4);
	if (type == TYPE_CHANGER)
		b[55] = u->lib->set.barcodes != 0;
	return answer_data(c, b, sizeof b);
}
