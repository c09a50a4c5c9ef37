/* SPDX-License-Identifier: GPL-2.0-or-later
 * The sg transport against a real kernel, whose scsi_debug driver delays, loses and breaks off commands. Runs
 * in the QEMU guest: it loads no module, and removes devices. */
#include "base/cleanup.h"
#include "device/device.h"
#include "device/sysfs.h"

#include <fcntl.h>
#include <ntmstypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BLOCK 512
#define LOSE_ALL 4 /* scsi_debug's opts: every_nth command is never answered */

static struct scsi_node node;
static struct verdict v;

/* ---- what the kernel is told ---- */

static void tell(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail_msg("%s: %m", path);
	close(fd);
}

static void driver(const char *what, int value)
{
	char path[100], text[20];

	snprintf(path, sizeof path, "/sys/bus/pseudo/drivers/scsi_debug/%s", what);
	snprintf(text, sizeof text, "%d", value);
	tell(path, text);
}

static void device_attribute(const char *what, const char *text)
{
	char path[120];

	snprintf(path, sizeof path, "/sys/class/scsi_device/%s/device/%s", node.at, what);
	tell(path, text);
}

static unsigned count(const char *what)
{
	char path[120], text[20] = "";
	FILE *f;

	snprintf(path, sizeof path, "/sys/class/scsi_device/%s/device/%s", node.at, what);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof text, f));
	fclose(f);
	return (unsigned)strtoul(text, NULL, 16);
}

static void find_device(void)
{
	scsi_node_vec nodes = {0};
	struct err e;

	node = (struct scsi_node){0};
	assert_int_equal(sysfs_scan(&nodes, &e), 0);
	vec_each(n, &nodes)
		if (!strcmp(n->product, "scsi_debug"))
			node = *n;
	vec_free(&nodes);
}

/* Back after it was removed. */
static void plug(void)
{
	char path[60], where[32];
	const char *rest = strchr(node.at, ':');

	snprintf(path, sizeof path, "/sys/class/scsi_host/host%.*s/scan", (int)(rest - node.at), node.at);
	snprintf(where, sizeof where, "%s", rest + 1);
	for (char *p = where; *p; p++)
		*p = (char)(*p == ':' ? ' ' : *p);
	tell(path, where);
	find_device();
	assert_string_not_equal(node.sg, "");
}

/* ---- commands ---- */

static struct device *opened(void)
{
	struct device *d;

	if (device_open(node.sg, KIND_ANY, &d, &v) != OUTCOME_DONE)
		fail_msg("%s", v.err.why);
	return d;
}

/* A command that changes something. */
static enum outcome write_block(struct device *d, uint32_t at, int timeout_ms)
{
	uint8_t data[BLOCK] = {1};
	struct scsi_cmd c = {.cdb = {0x2A, [8] = 1},
			     .cdb_len = 10,
			     .dir = SCSI_DATA_OUT,
			     .data = data,
			     .len = sizeof data,
			     .timeout_ms = timeout_ms};

	put32(c.cdb + 2, at);
	return device_run(d, &c, "write", &v);
}

static void why_has(const char *text)
{
	if (!strstr(v.err.why, text))
		fail_msg("\"%s\" isn't in: %s", text, v.err.why);
}

/* While a command is under way: */
struct meanwhile {
	struct device *stop; /* stop it, or: */
	unsigned done;	     /* commands before */
};

static void *interfere(void *arg)
{
	struct meanwhile *m = arg;

	while (count("iorequest_cnt") == m->done)
		sched_yield();
	if (m->stop)
		device_stop(m->stop);
	else
		device_attribute("delete", "1"); /* waits for the command */
	return NULL;
}

static pthread_t begin_interfering(struct meanwhile *m)
{
	pthread_t thread;

	m->done = count("iorequest_cnt");
	assert_int_equal(count("iodone_cnt"), m->done);
	assert_int_equal(pthread_create(&thread, NULL, interfere, m), 0);
	return thread;
}

/* ---- tests ---- */

static void answered(void **state)
{
	struct device *d = opened();

	assert_int_equal(write_block(d, 0, 10000), OUTCOME_DONE);
	assert_int_equal(write_block(d, 0xFFFFFFF0, 10000), OUTCOME_FAILED);
	why_has("21/00"); /* what the device said, not what became of the path */
	assert_int_not_equal(v.reaction, REACT_PATH);
	device_close(d);
}

static void time_is_over(void **state)
{
	struct device *d = opened();

	driver("opts", LOSE_ALL);
	driver("every_nth", 1);
	assert_int_equal(write_block(d, 0, 1000), OUTCOME_UNKNOWN);
	driver("every_nth", 0);
	driver("opts", 0);
	assert_int_equal(v.reaction, REACT_PATH);
	why_has(node.sg);
	why_has("DID_TIME_OUT");
	why_has("nobody knows whether it was done");
	assert_int_equal(write_block(d, 0, 10000), OUTCOME_DONE);
	device_close(d);
}

/* The kernel has given the device up, as it does when resets don't help: it sends nothing more. */
static void offline(void **state)
{
	struct device *d = opened();

	device_attribute("state", "offline\n");
	assert_int_equal(write_block(d, 0, 10000), OUTCOME_FAILED);
	device_attribute("state", "running\n");
	assert_int_equal(v.reaction, REACT_PATH);
	why_has("No such device or address");
	assert_int_equal(write_block(d, 0, 10000), OUTCOME_DONE);
	device_close(d);
}

static void removed_while_idle(void **state)
{
	struct device *d = opened();
	char was[sizeof node.sg];

	memcpy(was, node.sg, sizeof was);
	device_attribute("delete", "1");
	assert_int_equal(device_ready(d, &v), OUTCOME_FAILED);
	assert_int_equal(v.reaction, REACT_PATH);
	why_has("is gone");
	plug();
	/* whatever has the name now isn't asked: it may be another device */
	assert_int_equal(write_block(d, 0, 10000), OUTCOME_FAILED);
	why_has(was);
	device_close(d);
	d = opened();
	assert_int_equal(write_block(d, 0, 10000), OUTCOME_DONE);
	device_close(d);
}

/* The kernel lets the command end first, and then answers it or not; afterwards the device is gone for good.
 */
static void removed_under_a_command(void **state)
{
	struct device *d = opened();
	struct meanwhile m = {0};
	pthread_t thread;

	driver("delay", 250); /* jiffies */
	thread = begin_interfering(&m);
	if (write_block(d, 0, 60000) != OUTCOME_DONE) {
		assert_int_equal(v.outcome, OUTCOME_UNKNOWN);
		why_has("nobody knows whether it was done");
	}
	pthread_join(thread, NULL);
	assert_int_not_equal(write_block(d, 0, 60000), OUTCOME_DONE);
	assert_int_equal(write_block(d, 0, 60000), OUTCOME_FAILED);
	why_has("is gone");
	driver("delay", 0);
	plug();
	device_close(d);
	d = opened();
	assert_int_equal(write_block(d, 0, 10000), OUTCOME_DONE);
	device_close(d);
}

/* The last one: its command is still under way when the process ends. */
static void stopped_under_a_command(void **state)
{
	struct device *d = opened();
	struct meanwhile m = {.stop = d};
	pthread_t thread;

	driver("delay", 250 * 600); /* far beyond any patience */
	thread = begin_interfering(&m);
	assert_int_equal(write_block(d, 0, 1200000), OUTCOME_UNKNOWN);
	why_has("stopped");
	assert_int_equal(write_block(d, 0, 60000), OUTCOME_FAILED);
	assert_int_equal(count("iorequest_cnt"), m.done + 1);
	assert_int_equal(count("iodone_cnt"), m.done);
	pthread_join(thread, NULL);
	device_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answered),
		cmocka_unit_test(time_is_over),
		cmocka_unit_test(offline),
		cmocka_unit_test(removed_while_idle),
		cmocka_unit_test(removed_under_a_command),
		cmocka_unit_test(stopped_under_a_command),
	};

	find_device();
	if (!node.sg[0]) {
		printf("1..0 # SKIP no scsi_debug device here\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
