/* SPDX-License-Identifier: GPL-2.0-or-later
 * Clients decide by the code; the status is for what stands between. */
#include "api/problem.h"

#include "api/answer.h"
#include "media/json.h"

#include <ntmstypes.h>

static const struct {
	uint32_t code;
	unsigned status;
} statuses[] = {
	{ERROR_INVALID_PARAMETER, 400},
	{ERROR_INVALID_NAME, 400},
	{ERROR_BAD_FORMAT, 400},
	{ERROR_ACCESS_DENIED, 403},
	{ERROR_OBJECT_NOT_FOUND, 404},
	{ERROR_CALL_NOT_IMPLEMENTED, 404},
	{ERROR_MESSAGE_EXCEEDS_MAX_SIZE, 413},
	{ERROR_INVALID_HANDLE, 440},
	{ERROR_DATABASE_FAILURE, 500},
	{ERROR_NOT_READY, 503},
	{ERROR_NOT_CONNECTED, 503},
	{ERROR_DATABASE_FULL, 507},
};

unsigned problem_status(uint32_t code)
{
	for (size_t i = 0; i < countof(statuses); i++) {
		if (statuses[i].code == code)
			return statuses[i].status;
	}
	return 409;
}

void problem_write(struct str *out, unsigned status, const struct err *e)
{
	struct json j = {.emit = answer_emit, .arg = out};
	const char *name = wire_code_name(e->code);

	json_lit(&j, "{\"type\":\"about:blank\",\"title\":");
	json_text(&j, name);
	json_lit(&j, ",\"status\":");
	json_number(&j, status);
	json_lit(&j, ",\"code\":");
	json_number(&j, e->code);
	json_lit(&j, ",\"name\":");
	json_text(&j, name);
	json_lit(&j, ",\"detail\":");
	json_text(&j, e->why);
	json_lit(&j, "}");
	json_flush(&j);
}
