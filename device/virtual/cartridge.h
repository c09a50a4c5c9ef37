/* SPDX-License-Identifier: GPL-2.0-or-later
 * A cartridge of the virtual library: a directory named by its bar code, with its properties in
 * cartridge.ini and its sides' data in side1, side2. The properties are replaced as a whole (rename), the
 * cartridge is moved as a whole (rename): a crash leaves it in one place, with one set of properties. */
#ifndef DEVICE_VIRTUAL_CARTRIDGE_H
#define DEVICE_VIRTUAL_CARTRIDGE_H

#include "base/err.h"
#include "device/rules.h"

#include <stdbool.h>
#include <stdint.h>

#define SIDES_MAX 2
#define CARTRIDGE_NAME 40 /* a bar code has at most 32 characters */

struct cartridge {
	char name[CARTRIDGE_NAME];
	struct tape tape;
	int label;	 /* it bears its bar code */
	char serial[33]; /* of its cartridge memory */
	uint16_t at; /* where the robot put it last; elsewhere, a person moved it, and source isn't known */
	uint16_t source;	  /* storage or mail-slot element it came from; 0 none */
	int64_t calibrates_until; /* monotonic: a drive goes on with it, whoever commands the drive meanwhile
				     dies */
	int64_t size[SIDES_MAX];  /* when it was last unloaded: a shorter side is a copy under way */
};

/* What lies at a place, as far as names and sizes tell. Looks into the element's directory. *c is valid for
 * CONTENT_CARTRIDGE; its name also for CONTENT_INCOMPLETE. */
enum content cartridge_find(const char *place, struct cartridge *c);
/* Replaces the properties in place/c->name. */
int cartridge_write(const char *place, const struct cartridge *c, struct err *e);
/* A new cartridge's directory appears whole under place; data: file for side 1, or NULL. */
int cartridge_make(const char *place, struct cartridge *c, const char *data, struct err *e);
/* 1 to 32 printable characters, none of them a blank, '*', '?' or '/'. */
bool cartridge_name_valid(const char *name);
int64_t file_size(const char *path); /* -1: not there */

#endif
