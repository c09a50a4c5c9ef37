/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm mount, rsm dismount. */
#include "cli/cli.h"

#include <string.h>

static bool to_read, to_write, no_wait, if_available, if_online, deferred, wait_too;
static const char *drive_name;
static long side_number = -1, priority;
static DWORD timeout = INFINITE;

static const struct opt mount_opts[] = {
	{"read", 'r', OPT_FLAG, &to_read, NULL, "for reading"},
	{"write", 'w', OPT_FLAG, &to_write, NULL, "for writing: refused for complete media"},
	{"drive", 'd', OPT_TEXT, &drive_name, "DRIVE",
	 "in that drive: its name, or its number in the medium's library"},
	{"side", 's', OPT_NUMBER, &side_number, "N", "side of a medium that has several, from 0"},
	{"priority", 'p', OPT_NUMBER, &priority, "P", "-15 to 15 (default 0)"},
	{"timeout", 't', OPT_TIME, &timeout, "TIME", "give up after that time (default: never)"},
	{"no-wait", 0, OPT_FLAG, &no_wait, NULL, "return as soon as the mount is queued"},
	{"if-available", 0, OPT_FLAG, &if_available, NULL, "fail if medium or drive is not free now"},
	{"json", 'J', OPT_FLAG, &set.json, NULL, "print JSON"},
	{"if-online", 0, OPT_FLAG, &if_online, NULL,
	 "fail if the medium is offline, without asking an operator"},
	{NULL},
};

#define MOST 32
struct mounting {
	GUID media[MOST], drives[MOST];
	DWORD n, options;
};

static DWORD do_mount(void *p)
{
	struct mounting *m = p;
	return MountNtmsMedia(session(), m->media, m->drives, m->n, m->options, (int)priority, timeout, NULL);
}

/* "2": drive 2 of the medium's library; else a name */
static GUID drive_of(const struct medium *m)
{
	char *end;
	unsigned long number = strtoul(drive_name, &end, 10);
	guid_vec drives = {0};
	GUID found = {0};
	if (!*end)
		enumerate(&object(&m->physical)->info.Info.PhysicalMedia.CurrentLibrary, NTMS_DRIVE, &drives);
	vec_each(d, &drives)
		if (object(d)->info.Info.Drive.Number == number)
			found = *d;
	vec_free(&drives);
	return guid_null(&found) ? resolve(drive_name, NTMS_DRIVE) : found;
}

static void tell_mounted(const char *medium, const GUID *drive)
{
	struct object *o = object_again(drive);
	if (set.json) {
		auto_str text = {0};
		char id[GUID_CHARS];
		str_puts(&text, "{\"medium\": ");
		json_text(&text, medium);
		str_printf(&text, ", \"drive\": \"%s\", \"name\": ", guid_format(drive, id));
		json_text(&text, object_name(drive));
		str_puts(&text, ", \"path\": ");
		json_text(&text, o->info.Info.Drive.szDeviceName);
		puts(text.s);
		puts("}");
	} else if (set.quiet) {
		puts(o->info.Info.Drive.szDeviceName);
	} else {
		printf("%s is in %s: %s\n", medium, object_name(drive), o->info.Info.Drive.szDeviceName);
	}
}

static int mount(int n, char **operands)
{
	struct mounting m = {.n = (DWORD)n};
	struct medium media[MOST];
	if (n > MOST)
		usage(&cmd_mount, "at most %d media at once", MOST);
	if (drive_name && n > 1)
		usage(&cmd_mount, "--drive goes with one medium");
	for (int i = 0; i < n; i++) {
		media[i] = resolve_medium(operands[i], (int)side_number, true);
		m.media[i] = guid_null(&media[i].logical) ? media[i].side : media[i].logical;
	}
	if (drive_name)
		m.drives[0] = drive_of(&media[0]);
	m.options = (to_write || !to_read ? NTMS_MOUNT_WRITE : 0) |
		    (to_read || !to_write ? NTMS_MOUNT_READ : 0) | (no_wait ? NTMS_MOUNT_NOWAIT : 0) |
		    (if_available ? NTMS_MOUNT_ERROR_NOT_AVAILABLE : 0) |
		    (if_online ? NTMS_MOUNT_ERROR_OFFLINE : 0) | (drive_name ? NTMS_MOUNT_SPECIFIC_DRIVE : 0);
	DWORD code = call_watched(do_mount, &m, &media[0].physical);
	if (code)
		return failed(code, "%s", operands[0]);
	for (int i = 0; i < n && !no_wait; i++)
		tell_mounted(object_name(&media[i].physical), &m.drives[i]);
	return EXIT_OK;
}

const struct command cmd_mount = {
	.name = "mount",
	.operands = "MEDIUM...",
	.min = 1,
	.max = -1,
	.opts = mount_opts,
	.run = mount,
	.summary = "Mount media and print the paths of their drives",
	.help = "Waits until they are ready: for a drive, for an operator who brings an offline medium. They "
		"stay\n"
		"mounted until 'rsm dismount'. With neither --read nor --write they are mounted for both. "
		"With\n"
		"--quiet only the drive's path is printed.",
};

static const struct opt dismount_opts[] = {
	{"deferred", 0, OPT_FLAG, &deferred, NULL, "leave it in the drive until the drive is needed"},
	{"side", 's', OPT_NUMBER, &side_number, "N", "side of a medium that has several, from 0"},
	{"wait", 'w', OPT_FLAG, &wait_too, NULL, "until the medium is in its slot"},
	{"timeout", 't', OPT_TIME, &timeout, "TIME", "wait at most so long"},
	{NULL},
};

static int dismount(int n, char **operands)
{
	GUID ids[MOST];
	struct medium media[MOST];
	int status = EXIT_OK;
	if (n > MOST)
		usage(&cmd_dismount, "at most %d media at once", MOST);
	for (int i = 0; i < n; i++) {
		media[i] = resolve_medium(operands[i], (int)side_number, true);
		ids[i] = guid_null(&media[i].logical) ? media[i].side : media[i].logical;
	}
	if (wait_too)
		work_before();
	DWORD code = DismountNtmsMedia(session(), ids, (DWORD)n,
				       deferred ? NTMS_DISMOUNT_DEFERRED : NTMS_DISMOUNT_IMMEDIATE);
	if (code)
		return failed(code, "%s", operands[0]);
	for (int i = 0; wait_too && i < n; i++)
		if (wait_work(&(GUID){0}, 1u << NTMS_LM_DISMOUNT, &media[i].physical, timeout))
			status = EXIT_FAILED;
	return status;
}

const struct command cmd_dismount = {
	.name = "dismount",
	.operands = "MEDIUM...",
	.min = 1,
	.max = -1,
	.opts = dismount_opts,
	.run = dismount,
	.summary = "Give the drives of mounted media back",
};
