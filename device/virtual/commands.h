/* SPDX-License-Identifier: GPL-2.0-or-later
 * The tables of commands that the virtual changer and drives answer. */
#ifndef DEVICE_VIRTUAL_COMMANDS_H
#define DEVICE_VIRTUAL_COMMANDS_H

#include "device/virtual/library.h"

struct command {
	uint8_t opcode;
	const char *verb; /* its name in faults */
	enum outcome (*run)(struct user *u, struct scsi_cmd *c);
	bool quiet;   /* never answers with a unit attention */
	int elements; /* 2: the CDB names elements in bytes 4 and 6; 3: in byte 4; 1: in byte 2 */
};

enum outcome virtual_execute(struct user *u, struct scsi_cmd *c, const struct command *commands, size_t n);
enum outcome virtual_request_sense(struct user *u, struct scsi_cmd *c);

#endif
