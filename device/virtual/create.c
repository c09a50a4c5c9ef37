/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device/virtual/virtual.h"

#include "base/guid.h"
#include "device/virtual/library.h"

#include <errno.h>
#include <fcntl.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int virtual_create(const char *path, const struct virtual_geometry *g, struct err *e)
{
	int sides = g->sides ? g->sides : 1, fd, bad;
	char file[PATH_MAX];
	struct vlib *lib;
	guid id = guid_new();
	FILE *f;

	if (mkdir(path, 0777) && errno != EEXIST)
		return err_errno(e, ERROR_ACCESS_DENIED, "%s", path);
	if (snprintf(file, sizeof file, "%s/library.ini", path) >= (int)sizeof file)
		return err_set(e, ERROR_INVALID_NAME, "%s: the path is too long", path);
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		return err_errno(e, errno == EEXIST ? ERROR_ALREADY_EXISTS : ERROR_ACCESS_DENIED, "%s", file);
	fprintf(f,
		"; a virtual library: see vtl(1)\n[library]\nslots = %d\nmailslots = %d\ndrives = %d\n"
		"generation = %d\nsides = %d\nrotation = %s\nserial = V%02X%02X%02X%02X\n%s\n",
		g->slots, g->mailslots, g->drives, g->generation ? g->generation : 8, sides,
		sides == 2 ? "yes" : "no", id.b[0], id.b[1], id.b[2], id.b[3], g->extra ? g->extra : "");
	bad = ferror(f);
	if (fclose(f) || bad)
		return err_errno(e, ERROR_IO_DEVICE, "%s", file);
	/* opening it once checks the settings and makes the directories */
	if (vlib_get(path, &lib, e)) {
		unlink(file);
		return (int)e->code;
	}
	vlib_put(lib);
	return 0;
}

static int first_empty(struct vlib *lib, char *out, size_t size, struct err *e)
{
	vec_each(p, &lib->places) {
		struct cartridge c;

		if (p->cell.type != ELEMENT_STORAGE || p->cell.content != CONTENT_EMPTY)
			continue;
		vlib_path(lib, p, out, size);
		if (vlib_look(lib, p, &c) == CONTENT_EMPTY)
			return 0;
	}
	return err_set(e, ERROR_LIBRARY_FULL, "%s: no slot is empty", lib->dir);
}

static void make_serial(char *out, size_t size)
{
	guid id = guid_new();

	snprintf(out, size, "S%02X%02X%02X%02X%02X", id.b[0], id.b[1], id.b[2], id.b[3], id.b[4]);
}

int virtual_add(const char *path, const struct virtual_cartridge *v, const char *place, struct err *e)
{
	struct cartridge c = {.tape = {.up = 1, .write_protected = v->write_protected},
			      .label = !v->unlabelled};
	char dir[PATH_MAX];
	struct vlib *lib;
	int rc = vlib_get(path, &lib, e);

	if (rc)
		return rc;
	c.tape.sides = v->sides ? v->sides : (int)lib->set.sides;
	c.tape.generation = v->generation ? v->generation : barcode_generation(v->barcode);
	if (!c.tape.generation)
		c.tape.generation = (int)lib->set.generation;
	snprintf(c.name, sizeof c.name, "%s", v->barcode);
	c.tape.worm = barcode_is_worm(c.name);
	make_serial(c.serial, sizeof c.serial);
	if (!place)
		rc = first_empty(lib, dir, sizeof dir, e);
	else if (snprintf(dir, sizeof dir, "%s/%s", lib->dir, place) >= (int)sizeof dir || access(dir, W_OK))
		rc = err_errno(e, ERROR_FILE_NOT_FOUND, "%s", dir);
	if (!rc && strlen(v->barcode) >= sizeof c.name)
		rc = err_set(e, ERROR_INVALID_NAME, "\"%s\" can't be a bar code", v->barcode);
	if (!rc)
		rc = cartridge_make(dir, &c, v->data, e);
	vlib_put(lib);
	return rc;
}
