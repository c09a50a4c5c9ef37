/* SPDX-License-Identifier: GPL-2.0-or-later
 * Who may open the nodes of a local drive (/dev/nst0 and its variants): one user at a time, by an ACL, and
 * whoever has one open. Its sg node is never given to anybody, but root may have it open all the same. */
#ifndef DEVICE_NODE_H
#define DEVICE_NODE_H

#include "base/str.h"
#include "device/sysfs.h"

/* The nodes by which an application uses the drive. */
typedef VEC(char *) path_vec;
void path_vec_free(path_vec *v);
int node_paths(const struct scsi_node *n, path_vec *out, struct err *e);

/* From now on this user (a name, or a number) may open the nodes, and no other user named in their ACLs. user
 * NULL or "": nobody. Owner, group and others keep what they had. ERROR_ACCESS_DENIED if we don't own a node.
 */
int node_grant(const path_vec *nodes, const char *user, bool write, struct err *e);

/* Whether somebody but this process has one of them open, or the sg node; who then tells which, and by whom,
 * as far as we may see that. ask: the tape driver, too, which sends the drive commands, and may hang with it.
 */
bool node_held(const struct scsi_node *n, const path_vec *nodes, bool ask, struct str *who);

/* Makes the tape driver forget what it knew of the tape before: it counts files and notes the end of data,
 * and the unit attention that tells of another cartridge went to us. The tape is at its beginning, and is
 * there afterwards. */
int node_refresh(const struct scsi_node *n, struct err *e);

#endif
