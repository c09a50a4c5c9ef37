/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/virtual/cartridge.h"

#include "base/cleanup.h"
#include "base/ini.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#define PROPERTIES "cartridge.ini"

int64_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? st.st_size : -1;
}

bool cartridge_name_valid(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (name[i] <= 0x20 || name[i] >= 0x7F || strchr("*?/", name[i]))
			return false;
	return n >= 1 && n <= 32 && name[0] != '.';
}

static int take(void *arg, const struct ini_entry *entry, struct err *e)
{
	struct cartridge *c = arg;
	const struct {
		const char *key;
		void *value;
		size_t size;
	} numbers[] = {
#define N(key, member) {key, &c->member, sizeof c->member}
		N("sides", tape.sides), N("generation", tape.generation),
		N("up", tape.up),	N("at", at),
		N("source", source),	N("size1", size[0]),
		N("size2", size[1]),	N("calibrates_until", calibrates_until),
#undef N
	};
	const struct {
		const char *key;
		int *value;
	} switches[] = {{"write_protected", &c->tape.write_protected},
			{"label", &c->label},
			{"worm", &c->tape.worm},
			{"calibrated", &c->tape.calibrated}};
	long v;
	int yes, rc;

	if (!entry->key)
		return 0;
	for (size_t i = 0; i < countof(numbers); i++) {
		if (strcmp(entry->key, numbers[i].key) != 0)
			continue;
		rc = ini_number(entry, 0, numbers[i].size == sizeof(int64_t) ? LONG_MAX : 65535, &v, e);
		if (rc)
			return rc;
		if (numbers[i].size == sizeof(uint16_t))
			*(uint16_t *)numbers[i].value = (uint16_t)v;
		else if (numbers[i].size == sizeof(int))
			*(int *)numbers[i].value = (int)v;
		else
			*(int64_t *)numbers[i].value = v;
		return 0;
	}
	if (strcmp(entry->key, "serial") == 0) {
		snprintf(c->serial, sizeof c->serial, "%s", entry->value);
		return 0;
	}
	for (size_t i = 0; i < countof(switches); i++) {
		if (strcmp(entry->key, switches[i].key) != 0)
			continue;
		rc = ini_bool(entry, &yes, e);
		if (!rc)
			*switches[i].value = yes;
		return rc;
	}
	return 0;
}

/* A cartridge is complete when its properties are there and each side is as long as they say. */
static bool complete(const char *dir, struct cartridge *c)
{
	char path[PATH_MAX];
	struct err e;

	c->tape.sides = c->tape.up = 1;
	c->label = 1;
	c->tape.generation = barcode_generation(c->name);
	c->tape.worm = barcode_is_worm(c->name);
	c->tape.cleaner = barcode_is_cleaner(c->name);
	if (snprintf(path, sizeof path, "%s/" PROPERTIES, dir) >= (int)sizeof path ||
	    ini_read(path, take, c, &e))
		return false;
	if (c->tape.sides < 1 || c->tape.sides > SIDES_MAX || c->tape.up < 1 || c->tape.up > c->tape.sides)
		return false;
	for (int i = 0; i < c->tape.sides; i++) {
		int64_t size;

		if (snprintf(path, sizeof path, "%s/side%d", dir, i + 1) >= (int)sizeof path)
			return false;
		size = file_size(path);
		if (size < 0 || size < c->size[i])
			return false;
	}
	return true;
}

enum content cartridge_find(const char *place, struct cartridge *c)
{
	DIR *d = opendir(place);
	int dirs = 0, strays = 0;
	char path[PATH_MAX];
	struct dirent *ent;
	struct stat st;

	*c = (struct cartridge){0};
	while (d && (ent = readdir(d))) {
		/* names with a dot are of the library's own making, or of a copying tool's */
		if (ent->d_name[0] == '.' || fstatat(dirfd(d), ent->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISLNK(st.st_mode) && strcmp(ent->d_name, "medium") == 0)
			continue;
		if (!S_ISDIR(st.st_mode)) {
			strays++;
			continue;
		}
		dirs++;
		snprintf(c->name, sizeof c->name, "%.39s", ent->d_name);
		snprintf(path, sizeof path, "%s/%s", place, ent->d_name);
	}
	if (d)
		closedir(d);
	if (dirs > 1)
		return CONTENT_SEVERAL;
	if (!dirs)
		return strays ? CONTENT_STRAY : CONTENT_EMPTY;
	return complete(path, c) ? CONTENT_CARTRIDGE : CONTENT_INCOMPLETE;
}

static int write_file(const char *dir, const struct cartridge *c, struct err *e)
{
	char path[PATH_MAX], temp[PATH_MAX];
	FILE *f;
	int bad;

	if (snprintf(path, sizeof path, "%s/" PROPERTIES, dir) >= (int)sizeof path ||
	    snprintf(temp, sizeof temp, "%s/." PROPERTIES, dir) >= (int)sizeof temp)
		return err_set(e, ERROR_INVALID_NAME, "%s: the path is too long", dir);
	f = fopen(temp, "we");
	if (!f)
		return err_errno(e, ERROR_IO_DEVICE, "%s", temp);
	fprintf(f,
		"; properties of this cartridge\n"
		"sides = %d\ngeneration = %d\nserial = %s\nwrite_protected = %s\nlabel = %s\nworm = %s\n"
		"; kept by the robot\n"
		"calibrated = %s\nup = %d\nat = %u\nsource = %u\n",
		c->tape.sides, c->tape.generation, c->serial, c->tape.write_protected ? "yes" : "no",
		c->label ? "yes" : "no", c->tape.worm ? "yes" : "no", c->tape.calibrated ? "yes" : "no",
		c->tape.up, c->at, c->source);
	if (c->calibrates_until && !c->tape.calibrated)
		fprintf(f, "calibrates_until = %lld\n", (long long)c->calibrates_until);
	for (int i = 0; i < c->tape.sides; i++)
		fprintf(f, "size%d = %lld\n", i + 1, (long long)c->size[i]);
	bad = ferror(f);
	if (fclose(f) || bad || rename(temp, path))
		return err_errno(e, ERROR_IO_DEVICE, "%s", path);
	return 0;
}

int cartridge_write(const char *place, const struct cartridge *c, struct err *e)
{
	char dir[PATH_MAX];

	if (snprintf(dir, sizeof dir, "%s/%s", place, c->name) >= (int)sizeof dir)
		return err_set(e, ERROR_INVALID_NAME, "%s: the path is too long", place);
	return write_file(dir, c, e);
}

/* Copies the file, or makes an empty one. */
static int fill(const char *path, const char *from, struct err *e)
{
	auto_fd int out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666), in = -1;
	ssize_t n;

	if (out < 0)
		return err_errno(e, ERROR_IO_DEVICE, "%s", path);
	if (!from)
		return 0;
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return err_errno(e, ERROR_FILE_NOT_FOUND, "%s", from);
	while ((n = sendfile(out, in, NULL, 1 << 24)) > 0)
		;
	return n < 0 ? err_errno(e, ERROR_IO_DEVICE, "copying %s", from) : 0;
}

static void sweep(const char *dir)
{
	static const char *const names[] = {"side1", "side2", PROPERTIES, "." PROPERTIES};
	char path[PATH_MAX];

	for (size_t i = 0; i < countof(names); i++)
		if (snprintf(path, sizeof path, "%s/%s", dir, names[i]) < (int)sizeof path)
			unlink(path);
	rmdir(dir);
}

int cartridge_make(const char *place, struct cartridge *c, const char *data, struct err *e)
{
	char temp[PATH_MAX], path[PATH_MAX + 64];
	int rc = 0;

	if (!cartridge_name_valid(c->name))
		return err_set(e, ERROR_INVALID_NAME, "\"%s\" can't be a bar code", c->name);
	if (snprintf(temp, sizeof temp, "%s/.new.%d.%s", place, (int)getpid(), c->name) >= (int)sizeof temp ||
	    mkdir(temp, 0777))
		return err_errno(e, ERROR_IO_DEVICE, "%s", place);
	for (int i = 0; i < c->tape.sides && !rc; i++) {
		snprintf(path, sizeof path, "%s/side%d", temp, i + 1);
		rc = fill(path, i == 0 ? data : NULL, e);
		c->size[i] = file_size(path);
	}
	if (!rc)
		rc = write_file(temp, c, e);
	snprintf(path, sizeof path, "%s/%s", place, c->name);
	if (!rc && renameat2(AT_FDCWD, temp, AT_FDCWD, path, 1 /* RENAME_NOREPLACE */))
		rc = err_errno(e, errno == EEXIST ? ERROR_ALREADY_EXISTS : ERROR_IO_DEVICE, "%s", path);
	if (rc)
		sweep(temp);
	return rc;
}
