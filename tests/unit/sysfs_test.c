/* SPDX-License-Identifier: GPL-2.0-or-later
 * Finding SCSI devices in trees of /sys: a recorded one, and trees made here for what no rig has. */
#include "device/sysfs.h"

#include "base/cleanup.h"
#include "device/device.h"
#include "device/plug.h"

#include <fcntl.h>
#include <limits.h>
#include <ntmstypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char top[] = "/tmp/rsm-sysfs.XXXXXX", sys_tree[64], dev_tree[64];
static struct err e;

/* ---- trees ---- */

/* Writes a file below top; the directories on its way are made. */
static void put(const void *bytes, size_t n, const char *fmt, ...)
{
	char path[PATH_MAX];
	va_list ap;
	int fd, at = snprintf(path, sizeof path, "%s/", top);

	va_start(ap, fmt);
	vsnprintf(path + at, sizeof path - (size_t)at, fmt, ap);
	va_end(ap);
	for (char *p = strchr(path + at, '/'); p; p = strchr(p + 1, '/'))
		*p = 0, mkdir(path, 0755), *p = '/';
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

#define DEVICE "sys/class/scsi_generic/%s/device"

static void text_file(const char *sg, const char *name, const char *value)
{
	char line[80];

	put(line, (size_t)snprintf(line, sizeof line, "%s\n", value), DEVICE "/%s", sg, name);
}

/* A device with its sg node, and a node of another driver as "scsi_tape/nst0"; NULL: none. */
static void device(const char *sg, const char *type, const char *vendor, const char *model,
		   const char *serial, const char *node)
{
	char page[4 + 64] = {0, (char)0x80, 0, (char)(serial ? strlen(serial) : 0)};

	text_file(sg, "type", type);
	text_file(sg, "vendor", vendor);
	text_file(sg, "model", model);
	text_file(sg, "rev", "1.00");
	if (serial) {
		memcpy(page + 4, serial, strlen(serial));
		put(page, 4 + strlen(serial), DEVICE "/vpd_pg80", sg);
	}
	put("", 0, DEVICE "/scsi_generic/%s/dev", sg, sg);
	put("", 0, "dev/%s", sg);
	if (node) {
		put("", 0, DEVICE "/%s/dev", sg, node);
		put("", 0, "dev/%s", strrchr(node, '/') + 1);
	}
}

static int begin(void **state)
{
	memcpy(top + strlen(top) - 6, "XXXXXX", 6);
	assert_non_null(mkdtemp(top));
	snprintf(sys_tree, sizeof sys_tree, "%s/sys", top);
	snprintf(dev_tree, sizeof dev_tree, "%s/dev", top);
	sysfs_roots(sys_tree, dev_tree);
	return 0;
}

static int end(void **state)
{
	char command[64];

	sysfs_roots("/sys", "/dev");
	snprintf(command, sizeof command, "rm -rf %s", top);
	return system(command);
}

static void vec_done(scsi_node_vec *v) { vec_free(v); }

/* ---- tests ---- */

static void a_recorded_library(void **state)
{
	CLEANUP(vec_done) scsi_node_vec v = {0};

	sysfs_roots(SYSFS "/tgt", "/dev");
	assert_int_equal(sysfs_scan(&v, &e), 0);
	assert_int_equal(v.n, 3);
	assert_string_equal(v.v[0].sg, "/dev/sg0");
	assert_int_equal(v.v[0].type, TYPE_CHANGER);
	assert_string_equal(v.v[0].at, "0:0:0:3");
	assert_string_equal(v.v[0].vendor, "IET");
	assert_string_equal(v.v[0].product, "VIRTUAL-CHANGER");
	assert_string_equal(v.v[0].revision, "0001");
	assert_string_equal(v.v[0].serial, "RIGCHG001");
	assert_string_equal(v.v[0].unique, "naa.3000000100000003");
	assert_string_equal(v.v[0].node, "");
	assert_int_equal(v.v[2].type, TYPE_TAPE);
	assert_string_equal(v.v[2].serial, "RIGDRV001");
	assert_string_equal(v.v[2].node, "/dev/nst1");
	assert_true(scsi_node_is_drive(&v.v[2]));
	assert_false(scsi_node_is_drive(&v.v[0]));
}

static void by_number_not_by_text(void **state)
{
	CLEANUP(vec_done) scsi_node_vec v = {0};

	device("sg10", "1", "IBM", "ULT3580-TD8", "A10", "scsi_tape/nst10");
	device("sg9", "8", "IBM", "3573-TL", "C1", NULL);
	assert_int_equal(sysfs_scan(&v, &e), 0);
	assert_int_equal(v.n, 2);
	assert_string_equal(strrchr(v.v[0].sg, '/'), "/sg9");
	assert_string_equal(strrchr(v.v[1].node, '/'), "/nst10");
}

static void every_node_of_a_device_leads_to_it(void **state)
{
	static const char *const names[] = {"sg4", "nst2", "st2", "nst2a"};
	struct scsi_node n;

	device("sg3", "1", "IBM", "ULT3580-TD8", "A1", "scsi_tape/nst1");
	device("sg4", "1", "IBM", "ULT3580-TD8", "A2", "scsi_tape/nst2");
	device("sg4", "1", "IBM", "ULT3580-TD8", "A2", "scsi_tape/st2");
	device("sg4", "1", "IBM", "ULT3580-TD8", "A2", "scsi_tape/nst2a");
	for (size_t i = 0; i < countof(names); i++) {
		char path[100];

		snprintf(path, sizeof path, "%s/%s", dev_tree, names[i]);
		assert_int_equal(sysfs_find(path, &n, &e), 0);
		assert_string_equal(n.serial, "A2");
		assert_string_equal(strrchr(n.sg, '/'), "/sg4");
		assert_string_equal(strrchr(n.node, '/'), "/nst2");
	}
}

static void a_link_by_id(void **state)
{
	char link[120], path[200];
	struct scsi_node n;

	device("sg1", "1", "IBM", "ULT3580-TD8", "A1", "scsi_tape/nst0");
	put("", 0, "dev/tape/by-id/x");
	snprintf(link, sizeof link, "%s/tape/by-id/scsi-A1-nst", dev_tree);
	assert_int_equal(symlink("../../nst0", link), 0);
	assert_int_equal(sysfs_find(link, &n, &e), 0);
	assert_string_equal(strrchr(n.sg, '/'), "/sg1");
	assert_string_equal(sysfs_by_id(&n, path, sizeof path), link);
}

static void without_vpd_pages_and_drivers(void **state)
{
	CLEANUP(vec_done) scsi_node_vec v = {0};

	device("sg0", "1", "QUANTUM", "DLT7000", NULL, NULL);
	assert_int_equal(sysfs_scan(&v, &e), 0);
	assert_string_equal(v.v[0].serial, "");
	assert_string_equal(v.v[0].unique, "");
	assert_string_equal(v.v[0].node, "");
	assert_string_equal(sysfs_by_id(&v.v[0], (char[100]){0}, 100), "");
}

static void a_disk_is_a_drive_if_it_is_removable(void **state)
{
	CLEANUP(vec_done) scsi_node_vec v = {0};

	device("sg0", "0", "ATA", "SSD", "S1", "block/sda");
	text_file("sg0", "block/sda/removable", "0");
	device("sg1", "0", "TANDBERG", "RDX", "R1", "block/sdb");
	text_file("sg1", "block/sdb/removable", "1");
	device("sg2", "5", "PIONEER", "BD-RW", "B1", "block/sr0");
	assert_int_equal(sysfs_scan(&v, &e), 0);
	assert_false(scsi_node_is_drive(&v.v[0]));
	assert_true(scsi_node_is_drive(&v.v[1]));
	assert_true(scsi_node_is_drive(&v.v[2]));
}

static void bad_attributes_harm_nothing(void **state)
{
	static const uint8_t lying[] = {1, 0x80, 0xFF, 0xFF, 'A', '1'}, short_page[] = {1, 0x83, 0xFF},
			     cut[] = {1, 0x83, 0, 200, 2, 1, 0, 100, 'X'};
	CLEANUP(vec_done) scsi_node_vec v = {0};

	device("sg0", "1", "", "", NULL, NULL);
	put(lying, sizeof lying, DEVICE "/vpd_pg80", "sg0");
	put(short_page, sizeof short_page, DEVICE "/vpd_pg83", "sg0");
	device("sg1", "1", "A", "B", "", NULL);
	put(cut, sizeof cut, DEVICE "/vpd_pg83", "sg1");
	put("", 0, DEVICE "/type", "sg2");
	assert_int_equal(sysfs_scan(&v, &e), 0);
	assert_int_equal(v.n, 2);
	assert_string_equal(v.v[0].serial, "A1");
	assert_string_equal(v.v[0].unique, "");
	assert_string_equal(v.v[1].unique, "");
}

static void no_driver_and_no_device(void **state)
{
	CLEANUP(vec_done) scsi_node_vec v = {0};
	struct scsi_node n;
	char path[100];

	assert_int_equal(sysfs_scan(&v, &e), 0);
	assert_int_equal(v.n, 0);
	snprintf(path, sizeof path, "%s/nst0", dev_tree);
	assert_int_equal(sysfs_find(path, &n, &e), ERROR_DEVICE_NOT_AVAILABLE);
	put("", 0, "dev/nst0");
	assert_int_equal(sysfs_find(path, &n, &e), ERROR_DEVICE_NOT_AVAILABLE);
	assert_non_null(strstr(e.why, "sg driver"));
}

/* Where no uevent arrives (and none does for this tree) a look finds what has come and gone. */
static void plugged_without_uevents(void **state)
{
	int stop = eventfd(0, EFD_CLOEXEC);
	struct plug *p;
	char path[100];

	assert_int_equal(plug_open(5, &p, &e), 0);
	device("sg0", "8", "IBM", "3573-TL", "C1", NULL);
	assert_int_equal(plug_wait(p, stop), PLUG_FOUND);
	put("", 0, "sys/class/scsi_tape/nst0");
	assert_int_equal(plug_wait(p, stop), PLUG_FOUND);
	snprintf(path, sizeof path, "%s/class/scsi_tape/nst0", sys_tree);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(plug_wait(p, stop), PLUG_FOUND);
	assert_int_equal(eventfd_write(stop, 1), 0);
	assert_int_equal(plug_wait(p, stop), PLUG_STOPPED);
	plug_close(p);
	close(stop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_recorded_library, begin, end),
		cmocka_unit_test_setup_teardown(by_number_not_by_text, begin, end),
		cmocka_unit_test_setup_teardown(every_node_of_a_device_leads_to_it, begin, end),
		cmocka_unit_test_setup_teardown(a_link_by_id, begin, end),
		cmocka_unit_test_setup_teardown(without_vpd_pages_and_drivers, begin, end),
		cmocka_unit_test_setup_teardown(a_disk_is_a_drive_if_it_is_removable, begin, end),
		cmocka_unit_test_setup_teardown(bad_attributes_harm_nothing, begin, end),
		cmocka_unit_test_setup_teardown(no_driver_and_no_device, begin, end),
		cmocka_unit_test_setup_teardown(plugged_without_uevents, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
