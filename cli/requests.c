/* SPDX-License-Identifier: GPL-2.0-or-later
 * What an operator answers: rsm requests satisfy, refuse; and rsm enable, disable. */
#include "cli/cli.h"

static int answer(int n, char **operands, DWORD (*call)(HANDLE, LPNTMS_GUID))
{
	int status = EXIT_OK;
	for (int i = 0; i < n; i++) {
		GUID id = resolve(operands[i], NTMS_OPREQUEST);
		DWORD code = call(session(), &id);
		if (code)
			status = failed(code, "%s", operands[i]);
	}
	return status;
}

static int satisfy(int n, char **operands) { return answer(n, operands, SatisfyNtmsOperatorRequest); }
static int refuse(int n, char **operands) { return answer(n, operands, CancelNtmsOperatorRequest); }

#define WHICH "REQUEST: the beginning of its identifier, as 'rsm list operator-requests' shows it."
const struct command cmd_requests_satisfy = {
	.name = "requests satisfy",
	.operands = "REQUEST...",
	.min = 1,
	.max = -1,
	.run = satisfy,
	.summary = "Say that an operator request is done",
	.help = WHICH,
};
const struct command cmd_requests_refuse = {
	.name = "requests refuse",
	.operands = "REQUEST...",
	.min = 1,
	.max = -1,
	.run = refuse,
	.summary = "Refuse an operator request: who waits for it fails",
	.help = WHICH,
};

static int able(int n, char **operands, DWORD (*call)(HANDLE, DWORD, LPNTMS_GUID))
{
	static const DWORD first[] = {NTMS_LIBRARY, NTMS_PHYSICAL_MEDIA, NTMS_DRIVE};
	int status = EXIT_OK;
	for (int i = 0; i < n; i++) {
		GUID id = resolve_any(operands[i], first, countof(first));
		DWORD code = call(session(), object(&id)->info.dwType, &id);
		if (code)
			status = failed(code, "%s", operands[i]);
	}
	return status;
}

static int enable(int n, char **operands) { return able(n, operands, EnableNtmsObject); }
static int disable(int n, char **operands) { return able(n, operands, DisableNtmsObject); }

const struct command cmd_enable = {
	.name = "enable",
	.operands = "OBJECT...",
	.min = 1,
	.max = -1,
	.run = enable,
	.summary = "Put libraries, drives or media back into service",
	.help = "Frees a quarantined medium, too.",
};
const struct command cmd_disable = {
	.name = "disable",
	.operands = "OBJECT...",
	.min = 1,
	.max = -1,
	.run = disable,
	.summary = "Take libraries, drives or media out of service",
};
