/* SPDX-License-Identifier: GPL-2.0-or-later
 * SCSI over iSCSI from user space (libiscsi). One context for each device, driven by the thread that uses
 * the device. libiscsi must not reconnect by itself: it would send again what was under way, a MOVE MEDIUM
 * too. A session that ends under a command leaves its outcome unknown; the next command logs in anew. */
#include "device/scsi.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>
#include <ntmstypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define LOGIN_MS 15000

/* What a callback of libiscsi leaves behind. */
struct answer {
	bool came;
	int status;
};

struct session {
	struct transport base;
	char *url;
	int lun;
	struct iscsi_context *ctx; /* NULL: not logged in */
	struct answer login; /* lives as long as ctx: the callback comes once more when the session ends */
	bool was_up;
};

static void on_answer(struct iscsi_context *ctx, int status, void *data, void *arg)
{
	struct answer *a = arg;

	a->came = true;
	a->status = status;
}

static void drop(struct session *s)
{
	if (s->ctx)
		iscsi_destroy_context(s->ctx);
	s->ctx = NULL;
}

/* Serves the context until the answer has come. NULL, or why it can't come any more. */
static const char *serve(struct session *s, struct answer *a, int64_t deadline)
{
	int broken = 0;
	socklen_t size = sizeof broken;

	while (!a->came) {
		struct pollfd p[2] = {
			{.fd = iscsi_get_fd(s->ctx), .events = (short)iscsi_which_events(s->ctx)},
			{.fd = s->base.stop_fd, .events = POLLIN}};
		int64_t left = deadline - clock_mono();

		if (left <= 0)
			return "no answer in time";
		/* libiscsi keeps time itself for its own PDUs: look in at least once a second */
		if (poll(p, 2, left < 1000 ? (int)left : 1000) < 0 && errno != EINTR)
			return strerror(errno);
		if (p[1].revents)
			return "stopped";
		/* libiscsi would tell of its attempt to connect again instead */
		if (p[0].revents & POLLERR && !getsockopt(p[0].fd, SOL_SOCKET, SO_ERROR, &broken, &size) &&
		    broken)
			return strerror(broken);
		if (iscsi_service(s->ctx, p[0].revents) < 0 && !a->came)
			return "the session was lost";
	}
	return NULL;
}

/* Connects and logs in. Not iscsi_full_connect: that sends a TEST UNIT READY of its own, which would eat a
 * unit attention, and leaks when it fails. NULL, or why not ("" if libiscsi says why). */
static const char *log_in(struct session *s, const struct iscsi_url *u, int64_t deadline)
{
	const char *lost;

	iscsi_set_noautoreconnect(s->ctx, 1);
	iscsi_set_session_type(s->ctx, ISCSI_SESSION_NORMAL);
	iscsi_set_header_digest(s->ctx, ISCSI_HEADER_DIGEST_NONE_CRC32C);
	iscsi_set_targetname(s->ctx, u->target);
	if (u->user[0])
		iscsi_set_initiator_username_pwd(s->ctx, u->user, u->passwd);
	if (u->target_user[0])
		iscsi_set_target_username_pwd(s->ctx, u->target_user, u->target_passwd);
	s->login = (struct answer){0};
	if (iscsi_connect_async(s->ctx, u->portal, on_answer, &s->login))
		return "";
	lost = serve(s, &s->login, deadline);
	if (lost || s->login.status != SCSI_STATUS_GOOD)
		return lost ? lost : "";
	s->login = (struct answer){0};
	if (iscsi_login_async(s->ctx, on_answer, &s->login))
		return "";
	lost = serve(s, &s->login, deadline);
	return lost ? lost : s->login.status == SCSI_STATUS_GOOD ? NULL : "";
}

static bool login_fails(struct session *s, int limit_ms, char *why, size_t size)
{
	int64_t deadline = clock_mono() + (limit_ms < LOGIN_MS ? limit_ms : LOGIN_MS);
	char name[128] = "iqn.2026-11.org.openrsm:";
	struct iscsi_url *u;
	const char *lost;

	gethostname(name + strlen(name), sizeof name - strlen(name) - 1);
	s->ctx = iscsi_create_context(name);
	if (!s->ctx) {
		snprintf(why, size, "no memory for an iSCSI session");
		return true;
	}
	u = iscsi_parse_full_url(s->ctx, s->url);
	if (u)
		s->lun = u->lun;
	lost = u ? log_in(s, u, deadline) : "";
	if (u)
		iscsi_destroy_url(u);
	if (!lost)
		return false;
	if (!*lost)
		lost = iscsi_get_error(s->ctx);
	snprintf(why, size, "can't log in: %.*s", (int)strcspn(lost, "\n"), lost);
	drop(s);
	return true;
}

/* Whether an idle session is still there: serves what came meanwhile (pings), sees its end. */
static bool alive(struct session *s)
{
	struct pollfd p = {.fd = iscsi_get_fd(s->ctx), .events = POLLIN};

	while (poll(&p, 1, 0) > 0)
		if (iscsi_service(s->ctx, p.revents) < 0 || p.revents & (POLLHUP | POLLERR))
			return false;
	return iscsi_is_logged_in(s->ctx);
}

static void take_answer(const struct scsi_task *t, struct scsi_cmd *c)
{
	c->status = (uint8_t)t->status;
	c->done = c->len;
	if (t->residual_status == SCSI_RESIDUAL_UNDERFLOW)
		c->done = t->residual < c->len ? c->len - t->residual : 0;
	if (t->status == SCSI_STATUS_CHECK_CONDITION && t->datain.data && t->datain.size >= 2) {
		size_t n = be16(t->datain.data);

		if (n > (size_t)t->datain.size - 2)
			n = (size_t)t->datain.size - 2;
		c->sense_len = n < sizeof c->sense ? n : sizeof c->sense;
		memcpy(c->sense, t->datain.data + 2, c->sense_len);
	}
}

static enum outcome send_and_wait(struct session *s, struct scsi_cmd *c)
{
	static const int directions[] = {[SCSI_NO_DATA] = SCSI_XFER_NONE,
					 [SCSI_DATA_IN] = SCSI_XFER_READ,
					 [SCSI_DATA_OUT] = SCSI_XFER_WRITE};
	int64_t deadline = clock_mono() + c->timeout_ms;
	struct iscsi_data out = {.data = c->data, .size = (size_t)c->len};
	struct answer a = {0};
	struct scsi_task *t = scsi_create_task(c->cdb_len, c->cdb, directions[c->dir], (int)c->len);
	enum outcome o = OUTCOME_FAILED;
	const char *lost;

	if (!t || (c->dir == SCSI_DATA_IN && scsi_task_add_data_in_buffer(t, (int)c->len, c->data))) {
		snprintf(c->lost, sizeof c->lost, "no memory");
	} else if (iscsi_scsi_command_async(s->ctx, s->lun, t, on_answer,
					    c->dir == SCSI_DATA_OUT ? &out : NULL, &a)) {
		snprintf(c->lost, sizeof c->lost, "not sent: %s", iscsi_get_error(s->ctx));
	} else {
		lost = serve(s, &a, deadline);
		if (!lost && a.status != SCSI_STATUS_CANCELLED && a.status != SCSI_STATUS_ERROR &&
		    a.status != SCSI_STATUS_TIMEOUT) {
			take_answer(t, c);
			scsi_free_scsi_task(t);
			return OUTCOME_DONE;
		}
		if (!lost)
			lost = iscsi_get_error(s->ctx);
		snprintf(c->lost, sizeof c->lost, "the session ended: %.*s", (int)strcspn(lost, "\n"), lost);
		o = OUTCOME_UNKNOWN;
	}
	/* With the session goes the command: a late answer can't be taken for that of a later one. */
	drop(s);
	if (t)
		scsi_free_scsi_task(t);
	return o;
}

static enum outcome iscsi_execute(struct transport *t, struct scsi_cmd *c)
{
	struct session *s = (struct session *)t;

	if (s->ctx && !alive(s))
		drop(s);
	if (!s->ctx && s->was_up && c->same_session) {
		snprintf(c->lost, sizeof c->lost, "the session was lost before");
		return OUTCOME_FAILED;
	}
	if (!s->ctx) {
		if (login_fails(s, c->timeout_ms, c->lost, sizeof c->lost))
			return OUTCOME_FAILED;
		c->new_session = s->was_up;
		s->was_up = true;
	}
	return send_and_wait(s, c);
}

static bool url_is_sound(const char *url)
{
	struct iscsi_context *ctx = iscsi_create_context("iqn.2026-11.org.openrsm:parse");
	struct iscsi_url *u = ctx ? iscsi_parse_full_url(ctx, url) : NULL;
	bool sound = u;

	if (u)
		iscsi_destroy_url(u);
	if (ctx)
		iscsi_destroy_context(ctx);
	return sound;
}

static int iscsi_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	struct session *s;
	char shown[300];

	if (!url_is_sound(url))
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "%s: expected iscsi://[USER[%%PASSWORD]@]HOST[:PORT]/TARGET/LUN",
			       url_shown(url, shown, sizeof shown));
	s = calloc(1, sizeof *s);
	if (!s || !(s->url = strdup(url))) {
		free(s);
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory");
	}
	s->base.stop_fd = stop_fd;
	*t = &s->base;
	return 0;
}

static int iscsi_siblings(struct transport *t, url_vec *urls, struct err *e)
{
	struct session *s = (struct session *)t;
	uint8_t buf[8 + 8 * 512];
	char shown[300];
	struct scsi_cmd c = {.cdb = {0xA0},
			     .cdb_len = 12,
			     .dir = SCSI_DATA_IN,
			     .data = buf,
			     .len = sizeof buf,
			     .timeout_ms = 60000};
	int base = (int)(strrchr(s->url, '/') - s->url);
	size_t end;

	memset(buf, 0, sizeof buf);
	url_shown(s->url, shown, sizeof shown);
	put32(c.cdb + 6, sizeof buf);
	if (iscsi_execute(t, &c) != OUTCOME_DONE)
		return err_set(e, ERROR_DEVICE_NOT_AVAILABLE, "%s: report luns: %s", shown, c.lost);
	if (c.status != SCSI_GOOD)
		return err_set(e, ERROR_IO_DEVICE, "%s: report luns: status %02Xh", shown, c.status);
	end = 8 + (size_t)be32(buf);
	if (end > c.done)
		end = c.done;
	for (size_t at = 8; at + 8 <= end; at += 8) {
		char *url;

		/* peripheral (00b) and flat (01b) addressing */
		if (buf[at] >> 6 < 2 && asprintf(&url, "%.*s/%u", base, s->url, be16(buf + at) & 0x3FFF) > 0)
			*vec_add(urls) = url;
	}
	return 0;
}

static void iscsi_close(struct transport *t)
{
	struct session *s = (struct session *)t;

	if (s->ctx) {
		struct answer a = {0};

		/* politely, if that is quick; a stopped device isn't waited for */
		if (iscsi_is_logged_in(s->ctx) && !iscsi_logout_async(s->ctx, on_answer, &a))
			serve(s, &a, clock_mono() + 1000);
		drop(s);
	}
	free(s->url);
	free(s);
}

const struct transport_ops iscsi_transport = {
	.prefix = "iscsi://",
	.open = iscsi_open,
	.execute = iscsi_execute,
	.siblings = iscsi_siblings,
	.close = iscsi_close,
};
