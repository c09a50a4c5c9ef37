/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * UpdateNtmsOmidInfo: an application says which label it has written on its side. */
#include "media/impl.h"

#include <ntmsapi.h>

#include <stdio.h>
#include <unistr.h>

/* NTMS_FILESYSTEM_INFO as Windows lays it out: little-endian UTF-16. */
enum { FS_TYPE = 0, FS_TYPE_UNITS = 64, FS_NAME = 128, FS_NAME_UNITS = 256, FS_SERIAL = 640, FS_SIZE = 644 };

/* A field of UTF-16 that must end with a NUL, as UTF-8. */
static int text_of(const uint8_t *p, size_t units, const char *what, char *out, size_t size, struct err *e)
{
	uint16_t wide[FS_NAME_UNITS];
	size_t n = 0, used = size - 1;

	while (n < units && (p[2 * n] || p[2 * n + 1])) {
		wide[n] = (uint16_t)(p[2 * n] | p[2 * n + 1] << 8);
		n++;
	}
	if (n == units)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s has no terminator within %zu characters", what,
			       units);
	if (!u16_to_u8(wide, n, (uint8_t *)out, &used) || used >= size)
		return err_set(e, ERROR_INVALID_PARAMETER, "%s is no valid UTF-16", what);
	out[used] = 0;
	return 0;
}

static int record(struct txn *t, int64_t side, const char *type, const void *id, size_t n, const char *info,
		  struct err *e)
{
	TRY(sql_do(t, e, "UPDATE side SET omid_type=?, omid_id=?, omid_info=? WHERE id=?", "tbti", type, id,
		   n, info, side));
	return object_changed(t, side, e);
}

static int from_file_system(struct txn *t, int64_t side, const struct wire_blob *b, struct err *e)
{
	char type[FS_TYPE_UNITS * 3 + 1], name[FS_NAME_UNITS * 3 + 1];

	if (b->n != FS_SIZE)
		return err_set(e, ERROR_INVALID_PARAMETER, "NTMS_FILESYSTEM_INFO has %d bytes, not %zu",
			       FS_SIZE, b->n);
	TRY(text_of(b->p + FS_TYPE, FS_TYPE_UNITS, "FileSystemType", type, sizeof type, e));
	TRY(text_of(b->p + FS_NAME, FS_NAME_UNITS, "VolumeName", name, sizeof name, e));
	if (!type[0])
		return err_set(e, ERROR_INVALID_PARAMETER, "FileSystemType is empty");
	return record(t, side, type, b->p + FS_SERIAL, 4, name, e);
}

static int from_label(struct txn *t, int64_t side, const struct wire_blob *b, struct err *e)
{
	struct label l;

	label_identify(b->p, b->n, &l);
	if (l.kind != LABEL_FOREIGN)
		return err_set(e, ERROR_BAD_FORMAT,
			       l.kind == LABEL_FREE ? "that is RSM's own free label, not an application's"
						    : "no label format known here recognises these %zu bytes",
			       b->n);
	return record(t, side, l.type, l.id, l.id_len, l.info, e);
}

int do_UpdateNtmsOmidInfo(struct txn *t, const struct caller *who, const struct UpdateNtmsOmidInfo_in *in,
			  struct UpdateNtmsOmidInfo_out *out, struct err *e)
{
	struct side s;
	int64_t request;

	if (guid_is_null(&in->medium))
		return err_set(e, ERROR_INVALID_PARAMETER, "no logical medium given");
	if (in->labelType != NTMS_OMID_TYPE_RAW_LABEL && in->labelType != NTMS_OMID_TYPE_FILESYSTEM_INFO)
		return err_set(e, ERROR_INVALID_PARAMETER,
			       "label type %u: 1 is a raw label, 2 an NTMS_FILESYSTEM_INFO", in->labelType);
	if (!in->label.n)
		return err_set(e, ERROR_INVALID_PARAMETER, "no label given");
	TRY(logical_lookup(t, &in->medium, &s, e));
	TRY(access_require(t, who->token, s.library, NTMS_CONTROL_ACCESS, e));
	if (in->labelType == NTMS_OMID_TYPE_RAW_LABEL)
		TRY(from_label(t, s.id, &in->label, e));
	else
		TRY(from_file_system(t, s.id, &in->label, e));
	/* a work item in name: it is finished when the call returns */
	TRY(request_new(t,
			&(struct request_new){.library = s.library,
					      .op = NTMS_LM_UPDATEOMID,
					      .side = s.id,
					      .medium = s.medium,
					      .application = who->application,
					      .user = who->user,
					      .computer = who->computer},
			&request, NULL, e));
	return request_finish(t, request, NTMS_LM_PASSED, ERROR_SUCCESS, "", e);
}
