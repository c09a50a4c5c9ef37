/* SPDX-License-Identifier: GPL-2.0-or-later
 * vtl: makes virtual libraries and their cartridges, and shows them. Everything else an operator does with
 * mv. */
#include "base/cleanup.h"
#include "base/str.h"
#include "device/virtual/library.h"
#include "device/virtual/virtual.h"

#include <err.h>
#include <getopt.h>
#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

static const char usage_text[] =
	"usage: vtl create DIR [--slots N] [--drives N] [--mailslots N] [--generation N] [--sides 2] [--set "
	"KEY=VALUE]...\n"
	"       vtl add DIR BARCODE... [--slot N | --place PLACE] [--data FILE | --ansi VOLUME | --garbage]\n"
	"               [--sides 2] [--generation N] [--write-protected] [--unlabelled]\n"
	"       vtl ls DIR\n"
	"       vtl open DIR N        open mail slot N, as its door's handle would; vtl close DIR N closes "
	"it\n"
	"A tar archive on a tape: tar -cf x.tar FILES; vtl add DIR TAPE01L8 --data x.tar\n";

static int usage(void)
{
	fputs(usage_text, stderr);
	return 2;
}

static int fail(const struct err *e)
{
	fprintf(stderr, "vtl: %s\n", e->why);
	return 1;
}

struct options {
	struct virtual_geometry geometry;
	struct virtual_cartridge cartridge;
	struct str extra;
	const char *place, *ansi;
	char slot[32];
	bool garbage;
	int operands;
	char **operand;
};

static bool parse(int argc, char **argv, struct options *o)
{
	enum {
		SLOTS = 1,
		DRIVES,
		MAIL,
		GENERATION,
		SIDES,
		SET,
		SLOT,
		PLACE,
		DATA,
		ANSI,
		GARBAGE,
		PROTECTED,
		UNLABELLED
	};
	static const struct option table[] = {{"slots", 1, 0, SLOTS},
					      {"drives", 1, 0, DRIVES},
					      {"mailslots", 1, 0, MAIL},
					      {"generation", 1, 0, GENERATION},
					      {"sides", 1, 0, SIDES},
					      {"set", 1, 0, SET},
					      {"slot", 1, 0, SLOT},
					      {"place", 1, 0, PLACE},
					      {"data", 1, 0, DATA},
					      {"file", 1, 0, DATA},
					      {"tar", 1, 0, DATA},
					      {"ansi", 1, 0, ANSI},
					      {"garbage", 0, 0, GARBAGE},
					      {"write-protected", 0, 0, PROTECTED},
					      {"unlabelled", 0, 0, UNLABELLED},
					      {0}};
	int opt;

	o->geometry = (struct virtual_geometry){.slots = 24, .drives = 2, .mailslots = 2};
	while ((opt = getopt_long(argc, argv, "", table, NULL)) != -1) {
		switch (opt) {
		case SLOTS:
			o->geometry.slots = atoi(optarg);
			break;
		case DRIVES:
			o->geometry.drives = atoi(optarg);
			break;
		case MAIL:
			o->geometry.mailslots = atoi(optarg);
			break;
		case GENERATION:
			o->geometry.generation = o->cartridge.generation = atoi(optarg);
			break;
		case SIDES:
			o->geometry.sides = o->cartridge.sides = atoi(optarg);
			break;
		case SET:
			str_printf(&o->extra, "%s\n", optarg);
			break;
		case SLOT:
			snprintf(o->slot, sizeof o->slot, "slots/%04d", atoi(optarg));
			o->place = o->slot;
			break;
		case PLACE:
			o->place = optarg;
			break;
		case DATA:
			o->cartridge.data = optarg;
			break;
		case ANSI:
			o->ansi = optarg;
			break;
		case GARBAGE:
			o->garbage = true;
			break;
		case PROTECTED:
			o->cartridge.write_protected = true;
			break;
		case UNLABELLED:
			o->cartridge.unlabelled = true;
			break;
		default:
			return false;
		}
	}
	o->geometry.extra = o->extra.s;
	o->operands = argc - optind;
	o->operand = argv + optind;
	return true;
}

/* A file with what --ansi or --garbage ask for; its name goes to out. */
static void make_data(const struct options *o, char out[32])
{
	FILE *f;
	int fd;

	strcpy(out, "/tmp/vtl.XXXXXX");
	fd = mkstemp(out);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f)
		err(1, "%s", out);
	if (o->ansi) {
		fprintf(f, "VOL1%-6.6s%69s4", o->ansi, "");
		fprintf(f, "HDR1%-17s%-6.6s00010001000100 26001 26001 000000%-13s%7s", "DATA", o->ansi,
			"SOMEONE ELSE", "");
	} else {
		for (unsigned i = 0, x = 12345; i < 65536; i++, x = x * 1103515245 + 12345)
			fputc((int)(x >> 16 & 0xFF), f);
	}
	if (fclose(f))
		err(1, "%s", out);
}

static int add(struct options *o)
{
	char data[32] = "";
	struct vlib *lib;
	struct err e;
	int rc;

	if (o->ansi || o->garbage) {
		make_data(o, data);
		o->cartridge.data = data;
	}
	rc = vlib_get(o->operand[1], &lib, &e); /* once for all of them */
	for (int i = 2; i < o->operands && !rc; i++) {
		o->cartridge.barcode = o->operand[i];
		rc = virtual_add(o->operand[1], &o->cartridge, o->place, &e);
	}
	if (lib)
		vlib_put(lib);
	if (*data)
		unlink(data);
	return rc ? fail(&e) : 0;
}

static void show(struct vlib *lib, struct place *p)
{
	static const char *const words[] = {"", "", "several cartridges", "incomplete cartridge",
					    "not a cartridge"};
	char link[PATH_MAX];
	struct cartridge c;
	enum content content = vlib_look(lib, p, &c);

	snprintf(link, sizeof link, "%s/%s/" MEDIUM_LINK, lib->dir, p->name);
	if (content == CONTENT_EMPTY &&
	    (p->cell.type == ELEMENT_STORAGE || p->cell.type == ELEMENT_TRANSPORT))
		return;
	printf("%-14s %5u  %s", p->name, p->cell.address,
	       content == CONTENT_CARTRIDGE ? c.name : words[content]);
	if (content == CONTENT_CARTRIDGE && c.tape.sides > 1)
		printf(" (side %d up)", c.tape.up);
	if (p->cell.type == ELEMENT_DRIVE && content == CONTENT_CARTRIDGE)
		printf(" %s", access(link, F_OK) ? "(not loaded)" : "(loaded)");
	if (p->cell.type == ELEMENT_IE && ie_is_open(lib, p))
		printf(" (open)");
	putchar('\n');
}

static int door(const char *dir, const char *number, bool open)
{
	struct vlib *lib;
	struct place *p;
	struct err e;
	int rc = vlib_get(dir, &lib, &e);

	if (rc)
		return fail(&e);
	p = vlib_place(lib, (unsigned)(lib->set.first[ELEMENT_IE] + atoi(number) - 1));
	if (!p || p->cell.type != ELEMENT_IE)
		rc = err_set(&e, ERROR_INVALID_PARAMETER, "%s: no mail slot %s", dir, number);
	else
		rc = ie_set_open(lib, p, open, &e);
	vlib_put(lib);
	return rc ? fail(&e) : 0;
}

static int list(const char *dir)
{
	struct vlib *lib;
	struct err e;

	if (vlib_get(dir, &lib, &e))
		return fail(&e);
	vec_each(p, &lib->places)
		show(lib, p);
	vlib_put(lib);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct err e;
	int rc = 2;

	if (!parse(argc, argv, &o))
		return usage();
	if (o.operands == 2 && strcmp(o.operand[0], "create") == 0)
		rc = virtual_create(o.operand[1], &o.geometry, &e) ? fail(&e) : 0;
	else if (o.operands >= 3 && strcmp(o.operand[0], "add") == 0)
		rc = add(&o);
	else if (o.operands == 2 && strcmp(o.operand[0], "ls") == 0)
		rc = list(o.operand[1]);
	else if (o.operands == 3 && (strcmp(o.operand[0], "open") == 0 || strcmp(o.operand[0], "close") == 0))
		rc = door(o.operand[1], o.operand[2], o.operand[0][0] == 'o');
	else
		usage();
	str_free(&o.extra);
	return rc;
}
