/* SPDX-License-Identifier: GPL-2.0-or-later
 * A medium changer: its elements, and moving media between them (SMC). */
#ifndef DEVICE_CHANGER_H
#define DEVICE_CHANGER_H

#include "device/device.h"

enum element_type { ELEMENT_TRANSPORT = 1, ELEMENT_STORAGE = 2, ELEMENT_IE = 3, ELEMENT_DRIVE = 4 };
#define ELEMENT_TYPES 5 /* index 0 is unused */
const char *element_type_name(enum element_type t);

struct element {
	uint16_t address;
	uint8_t type; /* enum element_type */
	bool full;
	bool access; /* the robot can reach it (drive: empty, or its medium is unloaded) */
	bool except;
	uint8_t asc, ascq;   /* of the exception */
	uint8_t trouble;     /* enum element_trouble; TROUBLE_NONE without exception */
	const char *why;     /* text of the exception; NULL without; static */
	bool impexp;	     /* IE: a person put it there */
	bool inenab, exenab; /* IE: may come in, may go out */
	bool source_valid, inverted, disabled;
	uint16_t source;     /* storage element it came from */
	uint8_t medium_type; /* 0 unknown, 1 data, 2 cleaning, 3 diagnostic, 4 WORM, 5 microcode */
	char tag[33];	     /* primary volume tag, trimmed; "" none */
	char alternate[33];
	/* drive elements whose robot tells: */
	char id_vendor[9], id_product[17], id_serial[65]; /* serial may be cut off; "" if not told */
	char id_unique[40];				  /* "naa.5000...", "eui..."; "" if not told */
};
typedef VEC(struct element) element_vec;

struct changer;

struct changer_shape {
	struct {
		uint16_t first, count;
	} of[ELEMENT_TYPES];
	bool rotates;		      /* can turn media over (any transport) */
	uint8_t stores;		      /* bit 1<<(type-1): elements of the type can hold a medium */
	uint8_t moves[ELEMENT_TYPES]; /* moves[from]: bit 1<<(to-1); a hint: some robots claim all */
};

enum outcome changer_open(const char *url, struct changer **c, struct verdict *v);
/* Asks for its name alone, which no reservation forbids: for who must fence it first. Then
 * changer_reshape(). */
enum outcome changer_attach(const char *url, struct changer **c, struct verdict *v);
void changer_close(struct changer *c);
struct device *changer_device(struct changer *c);
const struct changer_shape *changer_shape(const struct changer *c);
/* Reads mode pages 1Dh, 1Eh, 1Fh again (after VF_CONFIG). */
enum outcome changer_reshape(struct changer *c, struct verdict *v);

/* Elements of one type: count from `first` on, 0 = all of the type. Appends to *out, ascending by address. */
enum outcome changer_read(struct changer *c, enum element_type type, uint16_t first, uint16_t count,
			  element_vec *out, struct verdict *v);
/* All elements, with drive identifiers. */
enum outcome changer_inventory(struct changer *c, element_vec *out, struct verdict *v);

/* transport: 0 lets the robot choose */
enum outcome changer_move(struct changer *c, uint16_t transport, uint16_t from, uint16_t to, bool invert,
			  struct verdict *v);
/* from's cartridge to `first`, the one found there to `second` (which may be from). Few robots can:
 * VF_UNSUPPORTED. */
enum outcome changer_exchange(struct changer *c, uint16_t from, uint16_t first, uint16_t second,
			      struct verdict *v);
/* Sends the hand in front of an element. */
enum outcome changer_position(struct changer *c, uint16_t element, struct verdict *v);
/* Makes the robot look again; count 0 = all. */
enum outcome changer_initialize(struct changer *c, uint16_t first, uint16_t count, struct verdict *v);
enum outcome changer_prevent(struct changer *c, bool prevent, struct verdict *v);
enum outcome changer_open_ie(struct changer *c, uint16_t element, struct verdict *v);
enum outcome changer_close_ie(struct changer *c, uint16_t element, struct verdict *v);
/* Known to lack it (learned from answers and quirks); true means: try. */
bool changer_can_prevent(const struct changer *c);
bool changer_can_open_ie(const struct changer *c);

#endif
