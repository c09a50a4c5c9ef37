/* SPDX-License-Identifier: GPL-2.0-or-later
 * iscsi-tape: data to and from a tape drive that has no device node, by SCSI WRITE and READ. Where rsmd
 * mounts a medium in such a drive, szDeviceName names a file that holds the drive's URL; that file will do
 * here. */
#include "base/str.h"
#include "device/drive.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define IO_MS 1200000

static int usage(void)
{
	fputs("usage: iscsi-tape [--no-rewind] [--block BYTES] write DEVICE <data     one file, and a "
	      "filemark\n"
	      "       iscsi-tape [--no-rewind] [--block BYTES] read DEVICE >data      up to the next "
	      "filemark\n"
	      "DEVICE is iscsi://HOST[:PORT]/TARGET/LUN, or a file that holds such a URL. The tape is "
	      "rewound before\n"
	      "reading or writing, unless --no-rewind says to go on where it stands.\n",
	      stderr);
	return 2;
}

static void url_of(const char *device, char *out, size_t size)
{
	FILE *f;

	snprintf(out, size, "%s", device);
	if (strstr(device, ":/"))
		return;
	f = fopen(device, "re");
	if (!f || !fgets(out, (int)size, f))
		err(1, "%s", device);
	fclose(f);
	out[strcspn(out, " \t\r\n")] = 0;
}

static void check(enum outcome o, const struct verdict *v)
{
	if (o != OUTCOME_DONE)
		errx(1, "%s", v->err.why);
}

static void set_variable(struct device *d)
{
	uint8_t list[12] = {0, 0, 0x10, 8};
	struct scsi_cmd c = {.cdb = {0x15, 0x10, 0, 0, sizeof list},
			     .cdb_len = 6,
			     .dir = SCSI_DATA_OUT,
			     .data = list,
			     .len = sizeof list,
			     .timeout_ms = IO_MS};
	struct verdict v;

	check(device_run(d, &c, "mode select: variable blocks", &v), &v);
}

static void write_file(struct device *d, uint8_t *buf, size_t block)
{
	struct scsi_cmd mark = {.cdb = {0x10, 0, 0, 0, 1}, .cdb_len = 6, .timeout_ms = IO_MS};
	struct verdict v;
	size_t n;

	while ((n = fread(buf, 1, block, stdin)) > 0) {
		struct scsi_cmd c = {.cdb = {0x0A},
				     .cdb_len = 6,
				     .dir = SCSI_DATA_OUT,
				     .data = buf,
				     .len = n,
				     .timeout_ms = IO_MS};

		put24(c.cdb + 2, (unsigned)n);
		check(device_run(d, &c, "write", &v), &v);
	}
	if (ferror(stdin))
		err(1, "reading the data");
	check(device_run(d, &mark, "write filemarks", &v), &v);
}

static void read_file(struct drive *d, uint8_t *buf, size_t block)
{
	struct verdict v;
	size_t n;

	for (;;) {
		check(drive_read_block(d, buf, block, &n, &v), &v);
		if (v.flags & VF_ILI && v.info < 0)
			errx(1, "a block of %zu bytes is on the tape: give a larger --block",
			     block - (size_t)v.info);
		if (!n)
			break;
		if (fwrite(buf, 1, n, stdout) != n)
			err(1, "writing the data");
	}
	if (fflush(stdout))
		err(1, "writing the data");
}

int main(int argc, char **argv)
{
	static const struct option table[] = {{"no-rewind", 0, 0, 'n'}, {"block", 1, 0, 'b'}, {0}};
	long block = 65536;
	bool rewind_first = true;
	char url[PATH_MAX];
	struct verdict v;
	struct drive *d;
	uint8_t *buf;
	int opt;

	while ((opt = getopt_long(argc, argv, "", table, NULL)) != -1) {
		if (opt == 'n')
			rewind_first = false;
		else if (opt == 'b' && (block = atol(optarg)) >= 1 && block <= 0x800000)
			continue;
		else
			return usage();
	}
	if (argc - optind != 2 || (strcmp(argv[optind], "write") != 0 && strcmp(argv[optind], "read") != 0))
		return usage();
	url_of(argv[optind + 1], url, sizeof url);
	check(drive_open(url, &d, &v), &v);
	check(drive_wait_ready(d, 60000, NULL, NULL, &v), &v);
	if (rewind_first)
		check(drive_rewind(d, &v), &v);
	buf = malloc((size_t)block);
	if (!buf)
		err(1, "no memory");
	set_variable(drive_device(d));
	if (strcmp(argv[optind], "write") == 0)
		write_file(drive_device(d), buf, (size_t)block);
	else
		read_file(d, buf, (size_t)block);
	free(buf);
	drive_close(d);
	return 0;
}
