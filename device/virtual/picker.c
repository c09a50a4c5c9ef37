/* SPDX-License-Identifier: GPL-2.0-or-later
 * What the rules of a library ask for (device/rules.h), on directories: a cartridge is moved by rename(2). */
#include "device/virtual/library.h"

#include <fcntl.h>
#include <ntmstypes.h>
#include <stdio.h>

static void look(struct picker *k, struct cell *cell)
{
	struct vlib *lib = (struct vlib *)k;
	struct place *p = (struct place *)cell;
	struct cartridge c;

	if (cell->type == ELEMENT_DRIVE)
		vdrive_state(lib, p, &c);
	else
		vlib_look(lib, p, &c);
}

static bool release(struct picker *k, struct cell *drive)
{
	struct vlib *lib = (struct vlib *)k;
	struct place *p = (struct place *)drive;
	struct cartridge c;
	struct err e;

	return vdrive_state(lib, p, &c) == FILL_LOADED && vdrive_unload(lib, p, &c, &e) == 0;
}

static void saw(struct place *p, const char *name, enum content content)
{
	snprintf(p->seen, sizeof p->seen, "%s", name);
	p->cell.content = (uint8_t)content;
	p->ready_at = p->position = 0;
	p->calibrating = false;
}

static int move(struct vlib *lib, struct place *from, struct place *to, struct cartridge *c, bool invert,
		struct err *e)
{
	char a[PATH_MAX], b[PATH_MAX], old[PATH_MAX + 64], new[PATH_MAX + 64];
	struct cartridge moved = *c;
	int rc;

	vlib_path(lib, from, a, sizeof a);
	vlib_path(lib, to, b, sizeof b);
	snprintf(old, sizeof old, "%s/%s", a, c->name);
	snprintf(new, sizeof new, "%s/%s", b, c->name);
	moved.at = to->cell.address;
	if (from->cell.type == ELEMENT_STORAGE || from->cell.type == ELEMENT_IE)
		moved.source = from->cell.address;
	else if (c->at != from->cell.address)
		moved.source = 0;
	if (invert)
		moved.tape.up = 3 - moved.tape.up;
	/* Properties first: if we die before the rename, `at` differs from where the cartridge is. */
	rc = cartridge_write(a, &moved, e);
	if (rc)
		return rc;
	if (from != to && renameat2(AT_FDCWD, old, AT_FDCWD, new, 1 /* RENAME_NOREPLACE */)) {
		struct err ignored;

		rc = err_errno(e, ERROR_IO_DEVICE, "%s to %s", old, new);
		cartridge_write(a, c, &ignored);
		return rc;
	}
	*c = moved;
	saw(from, "", CONTENT_EMPTY); /* a stray file there is seen anew */
	saw(to, c->name, CONTENT_CARTRIDGE);
	return 0;
}

static bool carry(struct picker *k, struct cell *from, struct cell *to, bool invert)
{
	struct vlib *lib = (struct vlib *)k;
	struct place *a = (struct place *)from, *b = (struct place *)to;
	struct cartridge c;
	struct err e;

	if (vlib_look(lib, a, &c) != CONTENT_CARTRIDGE || move(lib, a, b, &c, invert, &e))
		return false;
	if (to->type == ELEMENT_DRIVE)
		vdrive_start(lib, b, &c, lib->set.load_ms);
	return true;
}

const struct picker_ops on_directories = {look, release, carry};
