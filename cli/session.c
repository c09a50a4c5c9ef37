/* SPDX-License-Identifier: GPL-2.0-or-later
 * The session of this run, and how its failures are told. */
#include "cli/cli.h"

#include <stdarg.h>

const char *command_name = "";
static HANDLE open_session = INVALID_HANDLE_VALUE;

static const char *said; /* what another thread's call left */

void server_said(const char *text) { said = text; }

/* The server's own words on the last failed call; "" when it said nothing. */
static const char *server_says(void) { return said ? said : RsmLastErrorText(); }

static void tell(DWORD code, const char *fmt, va_list ap)
{
	char what[600];
	vsnprintf(what, sizeof what, fmt, ap);
	const char *why = server_says();
	fflush(stdout);
	fprintf(stderr, "rsm: %s: %s (%u)%s%s%s%s\n", command_name, RsmErrorName(code), code,
		*what ? ": " : "", what, *why ? ": " : "", why);
}

int failed(DWORD code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	tell(code, fmt, ap);
	va_end(ap);
	return EXIT_FAILED;
}

void die(DWORD code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	tell(code, fmt, ap);
	va_end(ap);
	session_close();
	exit(EXIT_FAILED);
}

void die_text(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fflush(stdout);
	fprintf(stderr, "rsm: %s: ", command_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	session_close();
	exit(EXIT_FAILED);
}

void note(const char *fmt, ...)
{
	if (!chatty())
		return;
	va_list ap;
	va_start(ap, fmt);
	fprintf(stderr, "rsm: %s: ", command_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}

HANDLE session(void)
{
	if (open_session != INVALID_HANDLE_VALUE)
		return open_session;
	open_session = OpenNtmsSessionA(set.server, "rsm", 0);
	if (open_session == INVALID_HANDLE_VALUE)
		die(GetLastError(), "%s", "");
	return open_session;
}

void session_close(void)
{
	if (open_session != INVALID_HANDLE_VALUE)
		CloseNtmsSession(open_session);
	open_session = INVALID_HANDLE_VALUE;
}
