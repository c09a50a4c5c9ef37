/* SPDX-License-Identifier: GPL-2.0-or-later
 * The people around a daemon: other users, operators with cartridges in their hands, whoever filled the disk.
 */
#include "rsm_test.h"

#include "device/virtual/virtual.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sqlite3.h>
#include <unistd.h>

/* ---- other users ---- */

HANDLE rig_session_as(struct rig *r, const char *user)
{
	HANDLE s;

	setenv("RSM_TOKEN_FILE", rig_text("%s/token.%s", r->dir, user), 1);
	s = OpenNtmsSessionA(r->tcp, "guest", 0);
	if (s == INVALID_HANDLE_VALUE)
		fail_msg("OpenNtmsSession as %s: %u", user, GetLastError());
	unsetenv("RSM_TOKEN_FILE");
	return s;
}

/* ---- operators ---- */

const char *operator_find(struct rig *r, const char *barcode)
{
	const char *found = NULL;
	glob_t g = {0};

	if (glob(rig_text("%s/*/*/%s", r->dir, barcode), 0, NULL, &g) == 0 ||
	    glob(rig_text("%s/*/*/*/%s", r->dir, barcode), 0, NULL, &g) == 0)
		found = rig_text("%s", g.gl_pathv[0]);
	globfree(&g);
	return found;
}

void operator_move(struct rig *r, const char *barcode, int library, const char *place)
{
	const char *from = operator_find(r, barcode);
	const char *to = rig_text("%s/%s/%s/%s", r->dir, r->options.library[library].name, place, barcode);

	if (!from || rename(from, to) != 0)
		fail_msg("%s to %s: %s", from ?: barcode, to, from ? strerror(errno) : "can't find it");
}

bool operator_is_in(struct rig *r, const char *barcode, int library, const char *place)
{
	return access(rig_text("%s/%s/%s/%s", r->dir, r->options.library[library].name, place, barcode),
		      F_OK) == 0;
}

static bool in_port(struct rig *r, const char *barcode)
{
	const char *at = operator_find(r, barcode);

	return at && strstr(at, "/mailslots/");
}

void operator_takes_out(struct rig *r, int library, NTMS_GUID pmid)
{
	char barcode[NTMS_BARCODE_LENGTH];
	NTMS_GUID operation = null_guid;

	strcpy(barcode, info(r->session, pmid, NTMS_PHYSICAL_MEDIA).Info.PhysicalMedia.szBarCode);
	OK(EjectNtmsMedia(r->session, &pmid, &operation, NTMS_EJECT_START));
	WAIT_UNTIL(in_port(r, barcode));
	operator_move(r, barcode, library, "shelf");
	WAIT_UNTIL(request_ended(r->session, operation));
	assert_int_equal(NTMS_LM_PASSED, request_state(r->session, operation));
}

/* What was in a drive to be identified leaves it again, or a mount has waited for it. */
static bool put_away_or_wanted(struct rig *r, NTMS_GUID pmid)
{
	object_info i = info(r->session, pmid, NTMS_PHYSICAL_MEDIA);

	return !same(i.Info.PhysicalMedia.MountedPartition, null_guid) ||
	       (i.Info.PhysicalMedia.MediaState == NTMS_MEDIASTATE_IDLE &&
		i.Info.PhysicalMedia.LocationType == NTMS_STORAGESLOT);
}

void operator_brings_back(struct rig *r, int library, const char *barcode)
{
	NTMS_GUID operation = null_guid;

	OK(InjectNtmsMedia(r->session, &r->library[library], &operation, NTMS_INJECT_START));
	WAIT_UNTIL(info(r->session, port_of(r->session, r->library[library], 0), NTMS_IEPORT)
			   .Info.IEPort.Position == NTMS_PORTPOSITION_EXTENDED);
	operator_move(r, barcode, library, "mailslots/01");
	OK(InjectNtmsMedia(r->session, &r->library[library], &operation, NTMS_INJECT_STOP));
	WAIT_UNTIL(request_ended(r->session, operation) && library_idle(r->session, r->library[library]));
	assert_false(in_port(r, barcode));
	WAIT_UNTIL(put_away_or_wanted(r, medium_named(r->session, barcode)));
}

/* One file in the old tar format is enough of an archive: a header block with its checksum, and two empty
 * blocks. */
static const char *tar_file(struct rig *r)
{
	const char *name = rig_text("%s/archive.tar", r->dir);
	char block[3 * 512] = "letter";
	unsigned sum = 0;
	FILE *f;

	strcpy(block + 100, "0000644");
	strcpy(block + 108, "0000000");
	strcpy(block + 116, "0000000");
	strcpy(block + 124, "00000000000");
	strcpy(block + 136, "00000000000");
	memset(block + 148, ' ', 8);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", sum);
	f = fopen(name, "w");
	if (!f || fwrite(block, sizeof block, 1, f) != 1 || fclose(f) != 0)
		fail_msg("%s: %s", name, strerror(errno));
	return name;
}

static const char *text_file(struct rig *r)
{
	const char *name = rig_text("%s/text", r->dir);

	rig_write_file(name, 0600,
		       "Neither an archive nor a label, just somebody's words, and they go on.\n");
	return name;
}

void operator_adds(struct rig *r, const char *barcode, int library, const char *place, const char *data)
{
	struct virtual_cartridge c = {.barcode = barcode};
	struct err e = {0};

	if (data && strstr(data, "tar"))
		c.data = tar_file(r);
	else if (data && !strcmp(data, "text"))
		c.data = text_file(r);
	c.generation = data && !strcmp(data, "LTO-4") ? 4 : 0;
	c.unlabelled = data && strstr(data, "unlabelled");
	c.write_protected = data && !strcmp(data, "protected");
	if (virtual_add(rig_text("%s/%s", r->dir, r->options.library[library].name), &c, place, &e))
		fail_msg("%s", e.why);
	if (c.data && r->options.library[library].sides == 2) /* the same on its other side */
		rig_run(rig_text("cp %s %s/side2", c.data, operator_find(r, barcode)));
}

void operator_exchanges(struct rig *r, NTMS_GUID a, NTMS_GUID b)
{
	object_info ia = info(r->session, a, NTMS_PHYSICAL_MEDIA),
		    ib = info(r->session, b, NTMS_PHYSICAL_MEDIA);
	const char *at_a = rig_text("%s/side1", operator_find(r, ia.Info.PhysicalMedia.szBarCode));
	const char *at_b = rig_text("%s/side1", operator_find(r, ib.Info.PhysicalMedia.szBarCode));

	if (renameat2(AT_FDCWD, at_a, AT_FDCWD, at_b, RENAME_EXCHANGE) != 0)
		fail_msg("%s and %s: %s", at_a, at_b, strerror(errno));
}

void operator_unplugs(struct rig *r, int library)
{
	const char *dir = rig_text("%s/%s", r->dir, r->options.library[library].name);

	if (rename(dir, rig_text("%s.unplugged", dir)) != 0)
		fail_msg("%s: %s", dir, strerror(errno));
}

void operator_plugs(struct rig *r, int library)
{
	const char *dir = rig_text("%s/%s", r->dir, r->options.library[library].name);

	if (rename(rig_text("%s.unplugged", dir), dir) != 0)
		fail_msg("%s: %s", dir, strerror(errno));
}

/* ---- disk and database ---- */

void rig_fill_disk(struct rig *r)
{
	static char block[4096];
	int fd = open(rig_text("%s/state/filler", r->dir), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	while (write(fd, block, sizeof block) > 0)
		;
	assert_int_equal(ENOSPC, errno);
	close(fd);
}

void rig_clear_disk(struct rig *r) { unlink(rig_text("%s/state/filler", r->dir)); }

void rig_sql(struct rig *r, const char *sql)
{
	sqlite3 *db;
	char *why = NULL;

	if (sqlite3_open(rig_text("%s/state/rsm.db", r->dir), &db) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 30000);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

void rig_damage(struct rig *r)
{
	rig_sql(r, "CREATE TRIGGER damage BEFORE INSERT ON change BEGIN SELECT RAISE(ABORT, 'damaged for a "
		   "test'); END");
}

void rig_repair(struct rig *r) { rig_sql(r, "DROP TRIGGER damage"); }
