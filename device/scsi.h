/* SPDX-License-Identifier: GPL-2.0-or-later
 * One SCSI command, and the transports that carry it. A transport moves bytes and knows nothing of
 * their meaning; it is used by one thread at a time. */
#ifndef DEVICE_SCSI_H
#define DEVICE_SCSI_H

#include "base/err.h"
#include "base/outcome.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCSI_CDB_MAX 16
#define SCSI_SENSE_MAX 252

enum scsi_direction { SCSI_NO_DATA, SCSI_DATA_IN, SCSI_DATA_OUT };

enum scsi_answer {
	SCSI_GOOD = 0x00,
	SCSI_CHECK = 0x02,
	SCSI_BUSY = 0x08,
	SCSI_CONFLICT = 0x18,
	SCSI_TASK_SET_FULL = 0x28,
	SCSI_ACA = 0x30,
	SCSI_ABORTED = 0x40,
};

struct scsi_cmd {
	uint8_t cdb[SCSI_CDB_MAX];
	uint8_t cdb_len;
	enum scsi_direction dir;
	void *data; /* data in: zeroed before the command is sent */
	size_t len;
	int timeout_ms;
	bool same_session; /* its meaning depends on the one before: fail rather than make a lost path anew */

	/* the answer; status, sense and done are valid when execute returned OUTCOME_DONE */
	uint8_t status;
	uint8_t sense[SCSI_SENSE_MAX];
	size_t sense_len;
	size_t done;	  /* bytes of data transferred, as far as the transport can tell */
	bool new_session; /* the path was made anew for this command: locks, positions, modes are gone */
	char lost[200];	  /* why there is no answer */
};

typedef VEC(char *) url_vec;
void url_vec_free(url_vec *v);

struct transport;
struct transport_ops {
	const char *prefix; /* of the URLs it opens, as "iscsi://" */
	int (*open)(const char *url, int stop_fd, struct transport **t, struct err *e);
	/* OUTCOME_DONE: the device answered, whatever it said. OUTCOME_FAILED: the command was never sent.
	 * OUTCOME_UNKNOWN: sent, but the answer is lost. Waits at most cmd->timeout_ms, and no longer than
	 * until stop_fd (an eventfd) becomes readable. A lost path is made again at the next command. */
	enum outcome (*execute)(struct transport *t, struct scsi_cmd *cmd);
	/* URLs of all devices beside this one (same target, same directory), itself too; may be NULL */
	int (*siblings)(struct transport *t, url_vec *urls, struct err *e);
	/* The path at which an application opens the loaded medium; NULL if there is none. */
	const char *(*path)(struct transport *t);
	void (*close)(struct transport *t);
};

/* The first member of every transport. */
struct transport {
	const struct transport_ops *ops;
	int stop_fd;
};

/* Opens the transport whose prefix the URL has. */
int transport_open(const char *url, int stop_fd, struct transport **t, struct err *e);
/* The URL as it may be shown: without the password that an iSCSI URL can hold. Returns buf. */
const char *url_shown(const char *url, char *buf, size_t size);
/* One more transport, for tests; NULL takes it away. */
void transport_set_mock(const struct transport_ops *ops);

static inline unsigned be16(const void *p)
{
	const uint8_t *b = p;
	return (unsigned)b[0] << 8 | b[1];
}
static inline unsigned be24(const void *p)
{
	const uint8_t *b = p;
	return (unsigned)b[0] << 16 | (unsigned)b[1] << 8 | b[2];
}
static inline uint32_t be32(const void *p) { return (uint32_t)be16(p) << 16 | be16((const uint8_t *)p + 2); }
static inline uint64_t be64(const void *p) { return (uint64_t)be32(p) << 32 | be32((const uint8_t *)p + 4); }

static inline void put16(void *p, unsigned v)
{
	uint8_t *b = p;
	b[0] = (uint8_t)(v >> 8), b[1] = (uint8_t)v;
}
static inline void put24(void *p, unsigned v)
{
	uint8_t *b = p;
	b[0] = (uint8_t)(v >> 16), put16(b + 1, v);
}
static inline void put32(void *p, uint32_t v) { put16(p, v >> 16), put16((uint8_t *)p + 2, v); }
static inline void put64(void *p, uint64_t v)
{
	put32(p, (uint32_t)(v >> 32)), put32((uint8_t *)p + 4, (uint32_t)v);
}

#endif
