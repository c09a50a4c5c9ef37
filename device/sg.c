/* SPDX-License-Identifier: GPL-2.0-or-later
 * SCSI through the kernel's sg driver, by libsgutils2's pass-through calls. Any node of a device is taken
 * (/dev/nst0, /dev/sch0, a by-id link), or its name (scsi:NAME): sysfs leads to its sg node, which no other
 * driver blocks.
 *
 * The kernel's SG_IO waits until the command ends, for minutes if the robot takes minutes, and nothing
 * interrupts it but the death of the process. So each command has an errand: a thread that makes the call on
 * a descriptor and a buffer of its own, while the device's thread waits for it and for stop_fd. When it is
 * stopped it leaves the errand behind, which ends with its command or with the process; the command's outcome
 * is UNKNOWN then.
 *
 * A device that is gone is never looked for again: under its name another one may have come. Whoever uses it
 * has to open it again, which identifies it. */
#include "device/scsi.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "device/sysfs.h"

#include <errno.h>
#include <fcntl.h>
#include <ntmstypes.h>
#include <poll.h>
#include <pthread.h>
#include <scsi/sg_pt.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#define GRACE_MS 60000 /* the kernel's own recovery after a time-out: aborts and resets, by now */

struct sg {
	struct transport base;
	char *url;
	struct scsi_node node;
	int fd; /* -1: gone */
};

/* One command on its way. Whoever of the two threads is last frees it. */
struct errand {
	atomic_int holders;
	int fd, done_fd;
	struct scsi_cmd cmd; /* data: an own buffer */
	int sent;	     /* what do_scsi_pt() returned */
	int category, os_error;
	char why[100];
};

static void errand_release(struct errand *a)
{
	if (atomic_fetch_sub(&a->holders, 1) > 1)
		return;
	close(a->fd);
	close(a->done_fd);
	free(a->cmd.data);
	free(a);
}

static void take_answer(struct sg_pt_base *pt, struct scsi_cmd *c)
{
	int resid = get_scsi_pt_resid(pt), sense = get_scsi_pt_sense_len(pt);

	c->status = (uint8_t)get_scsi_pt_status_response(pt);
	c->sense_len = sense > 0 ? (size_t)sense : 0;
	c->done = resid > 0 ? (size_t)resid < c->len ? c->len - (size_t)resid : 0 : c->len;
}

static void *errand_run(void *arg)
{
	struct errand *a = arg;
	struct scsi_cmd *c = &a->cmd;
	struct sg_pt_base *pt = construct_scsi_pt_obj_with_fd(a->fd, 0);
	uint64_t one = 1;

	if (!pt) {
		a->sent = -ENOMEM;
	} else {
		set_scsi_pt_cdb(pt, c->cdb, c->cdb_len);
		set_scsi_pt_sense(pt, c->sense, sizeof c->sense);
		if (c->dir == SCSI_DATA_IN)
			set_scsi_pt_data_in(pt, c->data, (int)c->len);
		else if (c->dir == SCSI_DATA_OUT)
			set_scsi_pt_data_out(pt, c->data, (int)c->len);
		a->sent = do_scsi_pt(pt, a->fd, (c->timeout_ms + 999) / 1000, 0);
		a->category = get_scsi_pt_result_category(pt);
		a->os_error = get_scsi_pt_os_err(pt);
		if (!a->sent && a->category != SCSI_PT_RESULT_TRANSPORT_ERR &&
		    a->category != SCSI_PT_RESULT_OS_ERR)
			take_answer(pt, c);
		if (a->category == SCSI_PT_RESULT_TRANSPORT_ERR)
			get_scsi_pt_transport_err_str(pt, sizeof a->why, a->why);
		destruct_scsi_pt_obj(pt);
	}
	while (write(a->done_fd, &one, sizeof one) < 0 && errno == EINTR)
		;
	errand_release(a);
	return NULL;
}

/* Its buffer begins as the command's does: sent, or zeroed for what comes. */
static struct errand *errand_new(int fd, const struct scsi_cmd *c)
{
	struct errand *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->cmd = *c;
	a->cmd.data = c->len ? calloc(1, c->len) : NULL;
	a->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	a->done_fd = eventfd(0, EFD_CLOEXEC);
	a->holders = 1;
	if (a->fd < 0 || a->done_fd < 0 || (c->len && !a->cmd.data)) {
		errand_release(a);
		return NULL;
	}
	if (c->dir == SCSI_DATA_OUT && c->len)
		memcpy(a->cmd.data, c->data, c->len);
	return a;
}

static bool errand_start(struct errand *a)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool failed;

	atomic_fetch_add(&a->holders, 1);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, 256 << 10);
	failed = pthread_create(&thread, &attr, errand_run, a);
	pthread_attr_destroy(&attr);
	if (failed)
		atomic_fetch_sub(&a->holders, 1);
	return !failed;
}

/* NULL: it is over. Else why nobody waits for it any more. */
static const char *errand_wait(struct errand *a, int stop_fd)
{
	int64_t deadline = clock_mono() + a->cmd.timeout_ms + GRACE_MS;

	for (;;) {
		struct pollfd p[2] = {{.fd = a->done_fd, .events = POLLIN},
				      {.fd = stop_fd, .events = POLLIN}};
		int64_t left = deadline - clock_mono();

		if (left <= 0)
			return "no answer in time, and the kernel hasn't given the command up";
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return strerror(errno);
		if (p[0].revents)
			return NULL;
		if (p[1].revents)
			return "stopped";
	}
}

static void gone(struct sg *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Errors that the kernel finds before it sends anything; ENXIO: it has given the device up (offline). ENODEV
 * isn't one: it is also what a command gets whose device was taken away under it. */
static bool never_sent(int error)
{
	return error == EINVAL || error == ENOMEM || error == EPERM || error == EACCES || error == EFAULT ||
	       error == EDOM || error == EAGAIN || error == ENXIO;
}

static enum outcome judge(struct sg *s, const struct errand *a, struct scsi_cmd *c)
{
	int error = a->sent < 0 ? -a->sent : a->category == SCSI_PT_RESULT_OS_ERR ? a->os_error : 0;

	if (a->sent > 0) {
		snprintf(c->lost, sizeof c->lost, "not sent: sg_pt refused the command (%d)", a->sent);
		return OUTCOME_FAILED;
	}
	if (error) {
		snprintf(c->lost, sizeof c->lost, "%s: %s", s->node.sg, strerror(error));
		if (never_sent(error))
			return OUTCOME_FAILED;
		gone(s);
		return OUTCOME_UNKNOWN;
	}
	if (a->category == SCSI_PT_RESULT_TRANSPORT_ERR) {
		snprintf(c->lost, sizeof c->lost, "%s: %.*s", s->node.sg, (int)strcspn(a->why, "\n"), a->why);
		return OUTCOME_UNKNOWN;
	}
	c->status = a->cmd.status;
	c->sense_len = a->cmd.sense_len < sizeof c->sense ? a->cmd.sense_len : sizeof c->sense;
	memcpy(c->sense, a->cmd.sense, c->sense_len);
	c->done = a->cmd.done;
	if (c->dir == SCSI_DATA_IN)
		memcpy(c->data, a->cmd.data, c->done);
	return OUTCOME_DONE;
}

static enum outcome sg_execute(struct transport *t, struct scsi_cmd *c)
{
	struct sg *s = (struct sg *)t;
	enum outcome o = OUTCOME_FAILED;
	struct errand *a;
	const char *left;

	if (s->fd < 0) {
		snprintf(c->lost, sizeof c->lost, "%s is gone", s->node.sg);
		return OUTCOME_FAILED;
	}
	a = errand_new(s->fd, c);
	if (!a || !errand_start(a)) {
		snprintf(c->lost, sizeof c->lost, "not sent: no memory");
	} else if ((left = errand_wait(a, t->stop_fd))) {
		snprintf(c->lost, sizeof c->lost, "%s", left);
		gone(s); /* the next command must not come in between */
		o = OUTCOME_UNKNOWN;
	} else {
		o = judge(s, a, c);
	}
	if (a)
		errand_release(a);
	return o;
}

static int sg_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	struct scsi_node node;
	struct sg *s;
	int fd;

	if (sysfs_find(url, &node, e))
		return (int)e->code;
	/* O_NONBLOCK: don't wait for somebody who has it open exclusively */
	fd = scsi_pt_open_flags(node.sg, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd < 0) {
		errno = -fd;
		return err_errno(e, fd == -EACCES ? ERROR_ACCESS_DENIED : ERROR_DEVICE_NOT_AVAILABLE,
				 "%s (%s)", url, node.sg);
	}
	s = calloc(1, sizeof *s);
	if (!s || !(s->url = strdup(url))) {
		free(s);
		close(fd);
		return err_set(e, ERROR_NOT_ENOUGH_MEMORY, "no memory");
	}
	s->base.stop_fd = stop_fd;
	s->node = node;
	s->fd = fd;
	*t = &s->base;
	return 0;
}

/* The same drive over two paths is one drive. */
static bool listed(const scsi_node_vec *nodes, const struct scsi_node *n)
{
	for (const struct scsi_node *it = nodes->v; it < n; it++)
		if (n->serial[0] && !strcmp(it->serial, n->serial) && !strcmp(it->unique, n->unique) &&
		    !strcmp(it->vendor, n->vendor) && !strcmp(it->product, n->product))
			return true;
	return false;
}

/* All drives of this machine, and this device: a library's drives need not be on its robot's bus. */
static int sg_siblings(struct transport *t, url_vec *urls, struct err *e)
{
	struct sg *s = (struct sg *)t;
	scsi_node_vec nodes = {0};

	if (sysfs_scan(&nodes, e))
		return (int)e->code;
	*vec_add(urls) = strdup(s->url);
	vec_each(n, &nodes)
		if (scsi_node_is_drive(n) && strcmp(n->sg, s->node.sg) != 0 && !listed(&nodes, n)) {
			char url[160];

			*vec_add(urls) = strdup(scsi_node_url(n, url, sizeof url));
		}
	vec_free(&nodes);
	return 0;
}

static const char *sg_path(struct transport *t)
{
	struct sg *s = (struct sg *)t;

	return s->node.node[0] ? s->node.node : s->node.sg;
}

static void sg_close(struct transport *t)
{
	struct sg *s = (struct sg *)t;

	gone(s);
	free(s->url);
	free(s);
}

#define OPS                                                                                                  \
	.open = sg_open, .execute = sg_execute, .siblings = sg_siblings, .path = sg_path, .close = sg_close
const struct transport_ops sg_transport = {.prefix = "/", OPS};
const struct transport_ops sg_named_transport = {.prefix = "scsi:", OPS};
