/* SPDX-License-Identifier: GPL-2.0-or-later
 * Opening and identifying a device, and running one command with all that goes wrong with it. */
#include "device/device.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "device/vpd.h"

#include <errno.h>
#include <ntmstypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>

#define QUICK_MS 60000	  /* commands that move nothing */
#define ATTENTIONS_MAX 10 /* unit attentions in a row */
#define REPEATS_MAX 3	  /* of a command that says "repeat" */
#define BUSY_MAX_MS 60000 /* how long BUSY is borne */

struct device {
	char *url, name[300];
	struct transport *t;
	int stop_fd;
	enum device_kind kind;
	struct identity id;
	struct quirk quirk;
	uint8_t missing[256 / 8]; /* opcodes answered with "unknown command" */
};

const char *device_url(const struct device *d) { return d->url; }
const char *device_name(const struct device *d) { return d->name; }
const struct identity *device_identity(const struct device *d) { return &d->id; }
const struct quirk *device_quirk(const struct device *d) { return &d->quirk; }
const char *device_path(const struct device *d) { return d->t->ops->path ? d->t->ops->path(d->t) : NULL; }
bool device_has(const struct device *d, uint8_t op) { return !(d->missing[op / 8] & 1 << op % 8); }

void device_stop(struct device *d)
{
	uint64_t one = 1;

	while (write(d->stop_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
}

bool device_sleep(struct device *d, int ms)
{
	struct pollfd p = {.fd = d->stop_fd, .events = POLLIN};

	return poll(&p, 1, ms) <= 0;
}

enum outcome verdict_fail(struct verdict *v, enum reaction r, uint32_t code, const char *fmt, ...)
{
	uint32_t flags = v->flags;
	va_list ap;

	memset(v, 0, sizeof *v);
	v->flags = flags;
	v->outcome = OUTCOME_FAILED;
	v->reaction = r;
	v->progress = -1;
	v->err.code = code;
	va_start(ap, fmt);
	vsnprintf(v->err.why, sizeof v->err.why, fmt, ap);
	va_end(ap);
	return OUTCOME_FAILED;
}

/* Commands that can be sent again when nobody knows whether they were executed. */
static bool harmless(uint8_t op)
{
	static const uint8_t list[] = {0x00, 0x01, 0x03, 0x05, 0x12, 0x1A, 0x1E, 0x25, 0x28,
				       0x34, 0x44, 0x4D, 0x5A, 0x5E, 0x8C, 0xA0, 0xA3, 0xB8};

	return memchr(list, op, sizeof list) != NULL;
}

/* Commands whose meaning depends on where the tape stands. */
static bool positional(const struct device *d, uint8_t op)
{
	return d->kind == KIND_DRIVE && (op == 0x08 || op == 0x0A || op == 0x10 || op == 0x11);
}

static void path_verdict(struct device *d, const struct scsi_cmd *c, enum outcome o, const char *what,
			 struct verdict *v)
{
	*v = (struct verdict){.outcome = o, .reaction = REACT_PATH, .progress = -1};
	if (o == OUTCOME_UNKNOWN || c->same_session)
		v->flags = VF_INVENTORY | VF_POSITION | VF_CONFIG | VF_RESERVATION;
	err_set(&v->err, ERROR_DEVICE_NOT_AVAILABLE, "%s: %s: %s%s", d->name, what,
		c->lost[0] ? c->lost : "no answer",
		o == OUTCOME_UNKNOWN ? "; nobody knows whether it was done" : "");
}

/* The verdict on an answer that has come. */
static void judge(struct device *d, const struct scsi_cmd *c, const char *what, struct verdict *v)
{
	*v = (struct verdict){.outcome = OUTCOME_FAILED, .status = c->status, .progress = -1};
	switch (c->status) {
	case SCSI_GOOD:
		v->outcome = OUTCOME_DONE;
		v->reaction = REACT_DONE;
		return;
	case SCSI_CHECK:
		sense_decode(c->sense, c->sense_len, d->kind, d->id.vendor, d->id.product, v);
		break;
	case SCSI_BUSY:
	case SCSI_TASK_SET_FULL:
	case SCSI_ACA:
		v->reaction = REACT_LATER, v->name = "device is busy";
		break;
	case SCSI_CONFLICT:
		v->reaction = REACT_LATER, v->name = "another host has reserved the device";
		v->flags = VF_RESERVATION;
		break;
	default:
		v->reaction = REACT_NOW, v->name = "the command was aborted";
	}
	if (v->flags & VF_UNSUPPORTED)
		d->missing[c->cdb[0] / 8] |= (uint8_t)(1 << c->cdb[0] % 8);
	verdict_explain(v, d->name, what);
}

struct patience {
	int attentions, repeats, lost, busy_ms;
};

/* Whether the command is to be sent again now. */
static bool again(struct device *d, const struct scsi_cmd *c, struct verdict *v, struct patience *p)
{
	uint8_t op = c->cdb[0];
	int wait = p->busy_ms ? p->busy_ms * 2 : 50;

	if (v->outcome == OUTCOME_UNKNOWN)
		return harmless(op) && !p->lost++ && device_sleep(d, 0);
	if (v->outcome == OUTCOME_DONE)
		return false;
	if (v->reaction == REACT_NOW && v->key == 0x6) /* it was not executed */
		return p->attentions++ < ATTENTIONS_MAX && !(positional(d, op) && v->flags & VF_POSITION);
	if (v->reaction == REACT_NOW && !harmless(op)) {
		if (v->key == 0xB || !v->key) { /* aborted on the way: perhaps half done */
			v->outcome = OUTCOME_UNKNOWN;
			v->flags |= VF_INVENTORY | VF_POSITION;
		}
		return false;
	}
	if (v->reaction == REACT_NOW)
		return p->repeats++ < REPEATS_MAX;
	if (v->status == SCSI_BUSY || v->status == SCSI_TASK_SET_FULL) {
		p->busy_ms += wait;
		return p->busy_ms < BUSY_MAX_MS && p->busy_ms < c->timeout_ms && device_sleep(d, wait);
	}
	return false;
}

enum outcome device_run(struct device *d, struct scsi_cmd *c, const char *what, struct verdict *v)
{
	struct patience p = {0};
	uint32_t met = 0;

	c->same_session = positional(d, c->cdb[0]);
	do {
		enum outcome o;

		c->status = 0, c->sense_len = 0, c->done = 0, c->new_session = false, c->lost[0] = 0;
		if (c->dir == SCSI_DATA_IN)
			memset(c->data, 0, c->len);
		o = d->t->ops->execute(d->t, c);
		if (c->done > c->len)
			c->done = c->len;
		if (o == OUTCOME_DONE)
			judge(d, c, what, v);
		else
			path_verdict(d, c, o, what, v);
		if (c->new_session)
			met |= VF_RESERVATION | VF_POSITION | VF_CONFIG | VF_INVENTORY;
		if (v->key == 0x6 || v->outcome == OUTCOME_UNKNOWN)
			met |= v->flags;
	} while (again(d, c, v, &p));
	v->flags |= met;
	return v->outcome;
}

enum outcome device_ready(struct device *d, struct verdict *v)
{
	struct scsi_cmd c = {.cdb_len = 6, .timeout_ms = QUICK_MS};

	return device_run(d, &c, "test unit ready", v);
}

enum outcome device_wait(struct device *d, int64_t limit_ms, device_told *told, void *arg, struct verdict *v)
{
	int64_t start = clock_mono(), left;
	uint32_t met = 0;
	int wait = 20;

	for (;;) {
		enum outcome o = device_ready(d, v);

		met |= v->flags & (VF_INVENTORY | VF_IE | VF_CONFIG | VF_POSITION | VF_RESERVATION);
		v->flags |= met;
		if (o != OUTCOME_FAILED || (v->reaction != REACT_WAIT && v->reaction != REACT_LATER))
			return o;
		if (told)
			told(arg, v);
		left = limit_ms - (clock_mono() - start);
		if (left <= 0) {
			err_in(&v->err, "not ready after %lld s", (long long)(limit_ms / 1000));
			v->err.code = ERROR_TIMEOUT;
			return o;
		}
		/* quick at first (virtual drives, optical), then rarely: a calibration lasts hours */
		wait = wait < 5000 ? wait * 3 / 2 : 10000;
		if (!device_sleep(d, (int)(wait < left ? wait : left)))
			return verdict_fail(v, REACT_PATH, ERROR_OPERATION_ABORTED,
					    "%s: stopped while waiting", d->name);
	}
}

enum outcome device_prevent(struct device *d, bool prevent, struct verdict *v)
{
	struct scsi_cmd c = {.cdb = {0x1E, 0, 0, 0, prevent}, .cdb_len = 6, .timeout_ms = QUICK_MS};

	if (d->quirk.no_prevent) {
		v->flags = VF_UNSUPPORTED;
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_SUPPORTED, "%s: a quirk says it can't lock",
				    d->name);
	}
	return device_run(d, &c, prevent ? "prevent medium removal" : "allow medium removal", v);
}

enum outcome device_mode_page(struct device *d, uint8_t page, uint8_t *buf, size_t size, const uint8_t **data,
			      size_t *n, struct verdict *v)
{
	size_t end, at;

	for (int turn = 0;; turn++) {
		bool dbd = turn ^ (d->quirk.dbd != 0);
		struct scsi_cmd c = {
			.cdb = {0x1A, dbd ? 0x08 : 0, page, 0, (uint8_t)(size > 255 ? 255 : size)},
			.cdb_len = 6,
			.dir = SCSI_DATA_IN,
			.data = buf,
			.timeout_ms = QUICK_MS};
		char what[40];

		c.len = c.cdb[4];
		snprintf(what, sizeof what, "mode sense page %02Xh", page);
		if (device_run(d, &c, what, v) == OUTCOME_DONE) {
			end = buf[0] + 1u < c.done ? buf[0] + 1u : c.done;
			break;
		}
		/* some refuse DBD, some insist on it */
		if (turn || v->key != 0x5 || v->asc != 0x24)
			return v->outcome;
	}
	for (at = 4u + buf[3]; at + 2 <= end; at += 2u + buf[at + 1]) {
		if (buf[at] & 0x40 || at + 2 + buf[at + 1] > end)
			break;
		if ((buf[at] & 0x3F) == page) {
			*data = buf + at, *n = 2u + buf[at + 1];
			return OUTCOME_DONE;
		}
	}
	return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_DATA,
			    "%s: mode sense page %02Xh: the answer of %zu bytes doesn't hold that page whole",
			    d->name, page, end);
}

static enum outcome inquiry(struct device *d, int page, uint8_t *buf, uint8_t size, size_t *n,
			    struct verdict *v)
{
	struct scsi_cmd c = {.cdb = {0x12, page >= 0, (uint8_t)(page >= 0 ? page : 0), 0, size},
			     .cdb_len = 6,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = size,
			     .timeout_ms = QUICK_MS};
	enum outcome o = device_run(d, &c, "inquiry", v);

	*n = c.done;
	return o;
}

static bool kind_fits(enum device_kind kind, uint8_t type)
{
	switch (kind) {
	case KIND_CHANGER:
		return type == TYPE_CHANGER;
	case KIND_DRIVE:
		return type == TYPE_TAPE || type == TYPE_DISK || type == TYPE_CD || type == TYPE_OPTICAL ||
		       type == TYPE_WORM;
	default:
		return true;
	}
}

static enum outcome identify(struct device *d, struct verdict *v)
{
	uint8_t buf[255];
	struct verdict ignored;
	size_t n;

	if (inquiry(d, -1, buf, 96, &n, v) != OUTCOME_DONE)
		return v->outcome;
	if (n < 36)
		return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_DATA,
				    "%s: INQUIRY answered %zu bytes; 36 are the least", d->name, n);
	if (buf[0] >> 5)
		return verdict_fail(v, REACT_PATH, ERROR_DEVICE_NOT_AVAILABLE,
				    "%s: there is no device at this LUN", d->name);
	d->id.type = buf[0] & 0x1F;
	d->id.removable = buf[1] & 0x80;
	d->id.version = buf[2];
	vpd_text(buf + 8, 8, d->id.vendor, sizeof d->id.vendor);
	vpd_text(buf + 16, 16, d->id.product, sizeof d->id.product);
	vpd_text(buf + 32, 4, d->id.revision, sizeof d->id.revision);
	if (!kind_fits(d->kind, d->id.type))
		return verdict_fail(v, REACT_CANNOT, ERROR_INVALID_PARAMETER,
				    "%s: %s %s (device type %02Xh) is not a %s", d->name, d->id.vendor,
				    d->id.product, d->id.type,
				    d->kind == KIND_CHANGER ? "medium changer" : "drive");
	quirk_find(d->id.vendor, d->id.product, &d->quirk);
	if (inquiry(d, 0x80, buf, 255, &n, &ignored) == OUTCOME_DONE)
		vpd_serial(buf, n, d->id.serial, sizeof d->id.serial);
	if (inquiry(d, 0x83, buf, 255, &n, &ignored) == OUTCOME_DONE)
		vpd_unique(buf, n, d->id.unique, sizeof d->id.unique);
	*v = (struct verdict){.progress = -1};
	return OUTCOME_DONE;
}

enum outcome device_open(const char *url, enum device_kind kind, struct device **out, struct verdict *v)
{
	struct device *d = calloc(1, sizeof *d);
	struct err e;

	*v = (struct verdict){.progress = -1};
	*out = NULL;
	if (!d)
		return verdict_fail(v, REACT_CANNOT, ERROR_NOT_ENOUGH_MEMORY, "%s: no memory", url);
	d->kind = kind;
	d->url = strdup(url);
	url_shown(url, d->name, sizeof d->name);
	d->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	quirk_find("", "", &d->quirk);
	if (d->stop_fd < 0 || !d->url) {
		verdict_fail(v, REACT_CANNOT, ERROR_NOT_ENOUGH_MEMORY, "%s: eventfd: %s", url,
			     strerror(errno));
	} else if (transport_open(url, d->stop_fd, &d->t, &e)) {
		verdict_fail(v, e.code == ERROR_INVALID_PARAMETER ? REACT_CANNOT : REACT_PATH, e.code, "%s",
			     e.why);
	} else if (identify(d, v) == OUTCOME_DONE) {
		*out = d;
		return OUTCOME_DONE;
	}
	if (v->outcome == OUTCOME_UNKNOWN) /* nothing was changed: it just isn't open */
		v->outcome = OUTCOME_FAILED;
	device_close(d);
	return v->outcome;
}

void device_close(struct device *d)
{
	if (!d)
		return;
	if (d->t)
		d->t->ops->close(d->t);
	if (d->stop_fd >= 0)
		close(d->stop_fd);
	free(d->url);
	free(d);
}

enum outcome device_siblings(struct device *d, url_vec *urls, struct verdict *v)
{
	struct err e;

	*v = (struct verdict){.progress = -1};
	if (d->t->ops->siblings && d->t->ops->siblings(d->t, urls, &e))
		return verdict_fail(v, REACT_PATH, e.code, "%s", e.why);
	return OUTCOME_DONE;
}
