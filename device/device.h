/* SPDX-License-Identifier: GPL-2.0-or-later
 * A device that answers CDBs, and the running of one command with all that goes wrong with it:
 * unit attentions, busy answers, lost paths. changer.h and drive.h build on it.
 *
 * One thread uses a device; calls block, each within its own time limit. device_stop() alone may be
 * called by other threads: the call in progress returns at once (OUTCOME_UNKNOWN if its command had
 * been sent and changes something), and every later one fails. */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include "device/quirks.h"
#include "device/scsi.h"
#include "device/sense.h"

enum scsi_type {
	TYPE_DISK = 0x00,
	TYPE_TAPE = 0x01,
	TYPE_WORM = 0x04,
	TYPE_CD = 0x05,
	TYPE_OPTICAL = 0x07,
	TYPE_CHANGER = 0x08,
};

/* A drive an application can use. */
static inline bool type_is_drive(uint8_t type, bool removable)
{
	return type == TYPE_TAPE || type == TYPE_CD || type == TYPE_OPTICAL || type == TYPE_WORM ||
	       (type == TYPE_DISK && removable);
}

struct identity {
	uint8_t type, version;
	bool removable;
	char vendor[9], product[17], revision[5];
	char serial[65];  /* VPD page 80h, trimmed; "" if the device has none */
	char unique[130]; /* VPD page 83h: "naa.5000...", "t10.VENDOR...", "eui..."; "" if none */
};

struct device;

/* Opens the URL and identifies the device. A path that is down fails; open again later. */
enum outcome device_open(const char *url, enum device_kind kind, struct device **d, struct verdict *v);
void device_close(struct device *d);
void device_stop(struct device *d);

const char *device_url(const struct device *d);
const char *device_name(const struct device *d); /* the URL as it may be shown */
const struct identity *device_identity(const struct device *d);
const struct quirk *device_quirk(const struct device *d);
/* The plain path an application opens (virtual drives); NULL if applications use the URL. */
const char *device_path(const struct device *d);

/* URLs of everything that answers beside the device at this URL (its target's LUNs, its directory's
 * drives), itself too: where a changer's drives are looked for. */
enum outcome device_siblings(struct device *d, url_vec *urls, struct verdict *v);

/* Runs one command to its end. what names it in texts ("move 1024 to 256"). Data in is zeroed first. */
enum outcome device_run(struct device *d, struct scsi_cmd *c, const char *what, struct verdict *v);
/* False as soon as the device has answered an opcode with "unknown command". */
bool device_has(const struct device *d, uint8_t opcode);
/* TEST UNIT READY, once. */
enum outcome device_ready(struct device *d, struct verdict *v);
/* TEST UNIT READY until it is done, or something other than REACT_WAIT or REACT_LATER comes, or limit_ms
 * are over (OUTCOME_FAILED, ERROR_TIMEOUT). told, if any, hears each answer that isn't ready. */
typedef void device_told(void *arg, const struct verdict *v);
enum outcome device_wait(struct device *d, int64_t limit_ms, device_told *told, void *arg, struct verdict *v);
/* Sleeps; false if device_stop() was called. */
bool device_sleep(struct device *d, int ms);
enum outcome device_prevent(struct device *d, bool prevent, struct verdict *v);
/* MODE SENSE of one page: points into buf; checks all lengths. */
enum outcome device_mode_page(struct device *d, uint8_t page, uint8_t *buf, size_t size, const uint8_t **data,
			      size_t *n, struct verdict *v);
/* Fills v as a failure of ours rather than the device's. */
enum outcome verdict_fail(struct verdict *v, enum reaction r, uint32_t code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
