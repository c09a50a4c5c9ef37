/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RsmGetObjectDetail: what NTMS can't say about an object: why, where, how far, who. One query for each type
 * that has anything to tell, all with the same columns. */
#include "media/impl.h"

#include <ntmsapi.h>
#include <rsmext.h>

#include <stdlib.h>

/* reason, device, serial, generation, holder, address, done, total, flags, medium, session; of what takes
 * time its expected end; of a drive also its nodes */
/* identifications still to be done */
#define IDENTIFYING "(SELECT count(*) FROM librequest q WHERE q.library=t.id AND q.open=1 AND q.op=14)"
#define IN_IT "(SELECT o.guid FROM physical_media m JOIN object o ON o.id=m.id WHERE m.place=t.id)"
static const char *const details[WIRE_TYPES] = {
	[NTMS_LIBRARY] =
		"SELECT t.reason, coalesce((SELECT device FROM changer c WHERE c.library=t.id),''), "
		"coalesce((SELECT serial FROM changer c WHERE c.library=t.id),''), "
		"'', '', 0, t.identify_done, CASE t.identify_since WHEN 0 THEN 0 ELSE t.identify_done+" IDENTIFYING
		" END, "
		"256*t.identify_paused, NULL, NULL, CASE WHEN t.identify_done<=t.identify_base OR "
		"t.identify_paused THEN 0 ELSE ?2+(?2-t.identify_since)*" IDENTIFYING
		"/(t.identify_done-t.identify_base) END FROM library t WHERE t.id=?1",
	[NTMS_CHANGER] = "SELECT '', t.device, t.serial, '', '', t.element, 0, 0, 0, " IN_IT
			 ", NULL FROM changer t WHERE t.id=?",
	[NTMS_DRIVE] =
		"SELECT t.reason, t.url, t.serial, t.generation, "
		"t.holder, t.element, t.done, t.total, CASE t.holder WHEN '' THEN 0 ELSE 32 END, " IN_IT
		", NULL, t.expected, t.node, t.sg, t.by_id FROM drive t WHERE t.id=?",
	[NTMS_STORAGESLOT] =
		"SELECT t.reason, '', '', '', '', t.element, 0, 0, 8*EXISTS(SELECT 1 "
		"FROM library l WHERE l.cleaner_slot=t.id), " IN_IT ", NULL FROM slot t WHERE t.id=?",
	[NTMS_IEPORT] = "SELECT t.reason, '', '', '', '', t.element, 0, 0, (SELECT CASE can_lock "
			"WHEN 0 THEN 16 ELSE 0 END FROM library l WHERE l.id=t.library), " IN_IT
			", NULL FROM ieport t WHERE t.id=?",
	[NTMS_PHYSICAL_MEDIA] =
		"SELECT t.reason, '', t.serial, (SELECT key FROM media_type y WHERE y.id=t.media_type), "
		"coalesce((SELECT holder FROM drive d WHERE d.id=t.place),''), 0, 0, 0, CASE "
		"WHEN t.verified=0 "
		"AND t.library<>2 THEN 1 ELSE 0 END | 8*t.cleaner | 64*t.write_protected | 128*(t.worm "
		"OR (SELECT rw=2 FROM media_type y WHERE y.id=t.media_type)) | 2*(t.reason<>'' "
		"AND NOT (SELECT enabled FROM object o WHERE o.id=t.id)), (SELECT guid "
		"FROM object o WHERE o.id=t.id), NULL FROM physical_media t WHERE t.id=?",
	[NTMS_PARTITION] =
		"SELECT m.reason, '', m.serial, (SELECT key "
		"FROM media_type y WHERE y.id=m.media_type), '', 0, 0, 0, 0, o.guid, NULL FROM side t "
		"JOIN physical_media m ON m.id=t.medium JOIN object o ON o.id=m.id WHERE t.id=?",
	/* unclaimed: its call wasn't acknowledged, and no session of this incarnation can still do so */
	[NTMS_LOGICAL_MEDIA] = "SELECT m.reason, '', m.serial, (SELECT key FROM media_type y "
			       "WHERE y.id=m.media_type), '', 0, 0, 0, 4*(t.call IS NOT NULL "
			       "AND t.session IS NULL), o.guid, t.session FROM logical_media t "
			       "JOIN side s ON s.lmid=t.id JOIN physical_media m ON m.id=s.medium "
			       "JOIN object o ON o.id=m.id WHERE t.id=?",
	[NTMS_LIBREQUEST] = "SELECT t.reason, '', '', '', t.user, 0, t.done, t.total, "
			    "0, t.medium_guid, t.session, t.expected FROM librequest t WHERE t.id=?",
};

static char *text_of(struct rows *r, int column) { return strdup(rows_text(r, column)); }

static uint32_t seconds_until(struct txn *t, int64_t at)
{
	int64_t left = at - txn_now(t);

	return at <= 0 ? 0 : left < 1000 ? 1 : (uint32_t)(left / 1000);
}

int do_RsmGetObjectDetail(struct txn *t, const struct caller *who, const struct RsmGetObjectDetail_in *in,
			  struct RsmGetObjectDetail_out *out, struct err *e)
{
	auto_rows struct rows *r = NULL;
	char text[GUID_TEXT];
	int64_t id, owner;
	int rc;

	if (guid_is_null(&in->object))
		return err_set(e, ERROR_INVALID_PARAMETER, "no object given");
	rc = object_find(t, &in->object, NTMS_UNKNOWN, &id, &out->type, e);
	if (rc)
		return rc == SQL_NONE ? err_set(e, ERROR_OBJECT_NOT_FOUND, "there is no object %s",
						guid_text(&in->object, text))
				      : rc;
	TRY(object_owner(t, id, out->type, &owner, e));
	TRY(access_require(t, who->token, owner, NTMS_USE_ACCESS, e));
	if (!details[out->type])
		return 0;
	r = out->type == NTMS_LIBRARY ? sql_rows(t, e, details[out->type], "ii", id, txn_now(t))
				      : sql_rows(t, e, details[out->type], "i", id);
	if (!rows_next(r))
		return rows_failed(r) ? (int)e->code : 0;
	out->reason = text_of(r, 0);
	out->device = text_of(r, 1);
	out->serial = text_of(r, 2);
	out->generation = text_of(r, 3);
	out->holder = text_of(r, 4);
	out->address = rows_u32(r, 5);
	out->done = rows_u32(r, 6);
	out->total = rows_u32(r, 7);
	out->flags = rows_u32(r, 8);
	out->medium = rows_guid(r, 9);
	out->session = rows_guid(r, 10);
	if (out->type == NTMS_DRIVE) {
		out->node = text_of(r, 12);
		out->passThrough = text_of(r, 13);
		out->byId = text_of(r, 14);
	}
	if (out->type == NTMS_LIBREQUEST || out->type == NTMS_LIBRARY || out->type == NTMS_DRIVE)
		out->left = seconds_until(t, rows_i64(r, 11));
	return 0;
}
