/* SPDX-License-Identifier: GPL-2.0-or-later
 * A medium changer: its elements, and moving media between them (SMC). */
#ifndef DEVICE_CHANGER_H
#define DEVICE_CHANGER_H

#include "device/device.h"
#include "device/element.h"

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
