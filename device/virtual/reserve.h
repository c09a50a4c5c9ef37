/* SPDX-License-Identifier: GPL-2.0-or-later
 * Persistent reservations of the virtual changer and drives (SPC). Registrations stand in the directory, in
 * the unit's file ".reservation", so they outlive processes as a robot's outlive hosts. What SCSI calls an
 * I_T nexus is here the initiator's name in the URL: all who come by the same name share a path. */
#ifndef DEVICE_VIRTUAL_RESERVE_H
#define DEVICE_VIRTUAL_RESERVE_H

#include "device/virtual/library.h"

/* Before a command: true if a reservation forbids it (status RESERVATION CONFLICT is set). Raises an
 * attention if somebody took the user's registration. */
bool reserve_forbids(struct user *u, struct scsi_cmd *c);
/* PERSISTENT RESERVE IN and OUT. */
enum outcome reserve_in(struct user *u, struct scsi_cmd *c);
enum outcome reserve_out(struct user *u, struct scsi_cmd *c);

#endif
