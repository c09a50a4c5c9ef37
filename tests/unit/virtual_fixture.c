/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virtual_fixture.h"

#include <sys/stat.h>

char dir[64];
struct changer *c;
struct verdict v;
struct err e;

void shell(const char *fmt, ...)
{
	char cmd[1000], all[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof cmd, fmt, ap);
	va_end(ap);
	snprintf(all, sizeof all, "cd %s && %s", dir, cmd);
	assert_int_equal(system(all), 0);
}

char *url(const char *rest)
{
	static char text[200];

	snprintf(text, sizeof text, "virtual:%s%s", dir, rest);
	return text;
}

void build(const char *extra, int cartridges)
{
	assert_int_equal(virtual_create(dir, &(struct virtual_geometry){6, 2, 2, 8, 0, extra}, &e), 0);
	for (int i = 1; i <= cartridges; i++) {
		char name[24];

		snprintf(name, sizeof name, "TAPE%02dL8", i);
		assert_int_equal(virtual_add(dir, &(struct virtual_cartridge){.barcode = name}, NULL, &e), 0);
	}
	done(changer_open(url(""), &c, &v));
}

int set_up(void **state)
{
	strcpy(dir, "/tmp/virtual_test.XXXXXX");
	c = NULL;
	return mkdtemp(dir) ? 0 : -1;
}

int tear_down(void **state)
{
	char cmd[100];

	changer_close(c);
	snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
	return system(cmd);
}

struct element element(uint16_t address)
{
	enum element_type type = address >= SLOT    ? ELEMENT_STORAGE
				 : address >= DRIVE ? ELEMENT_DRIVE
						    : ELEMENT_IE;
	element_vec els = {0};
	struct element el;

	done(changer_read(c, type, address, 1, &els, &v));
	assert_int_equal(els.n, 1);
	el = els.v[0];
	vec_free(&els);
	return el;
}

bool on_disk(const char *path)
{
	char full[300];
	struct stat st;

	snprintf(full, sizeof full, "%s/%s", dir, path);
	return lstat(full, &st) == 0;
}

struct drive *drive(int n)
{
	struct drive *d;
	char rest[20];

	snprintf(rest, sizeof rest, "/drives/%02d", n);
	done(drive_open(url(rest), &d, &v));
	return d;
}
