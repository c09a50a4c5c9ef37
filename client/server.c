/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/server.h"

#include "client/lasterror.h"
#include "client/platform/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '.';
}

static bool is_loopback(const char *host, size_t n)
{
	return (n == 9 && !memcmp(host, "localhost", 9)) || (n == 5 && !memcmp(host, "[::1]", 5)) ||
	       (n > 4 && !memcmp(host, "127.", 4) && strspn(host, "0123456789.") >= n);
}

/* host[:port] and nothing more */
static bool parse_host(const char *scheme, const char *text, struct server *s)
{
	size_t n = 0;
	unsigned long port = SERVER_PORT;

	if (*text == '[') {
		n = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		if (n < 3 || text[n++] != ']')
			return false;
	} else {
		while (host_char(text[n]))
			n++;
		if (!n || n > 253 || text[0] == '.' || text[0] == '-')
			return false;
	}
	if (text[n] == ':') {
		size_t digits = strspn(text + n + 1, "0123456789");

		port = strtoul(text + n + 1, NULL, 10);
		if (!digits || digits > 5 || text[n + 1 + digits] || !port || port > 65535)
			return false;
	} else if (text[n]) {
		return false;
	}
	s->loopback = is_loopback(text, n);
	snprintf(s->url, sizeof s->url, "%s://%.*s:%lu", scheme, (int)n, text, port);
	return true;
}

DWORD server_parse(const char *name, struct server *s)
{
	*s = (struct server){0};
	if (strlen(name) >= sizeof s->name)
		return fail(ERROR_INVALID_COMPUTERNAME, "the server's name is too long");
	snprintf(s->name, sizeof s->name, "%s", name);
	if (!strncmp(name, "unix:", 5)) {
		const char *path = name + 5;

		if (*path != '/' || strlen(path) >= sizeof s->socket)
			return fail(ERROR_INVALID_COMPUTERNAME,
				    "%s: not an absolute path of less than %zu bytes", name,
				    sizeof s->socket);
		snprintf(s->socket, sizeof s->socket, "%s", path);
		snprintf(s->url, sizeof s->url, "http://localhost");
		s->loopback = true;
		return ERROR_SUCCESS;
	}
	if (!strncmp(name, "https://", 8) && parse_host("https", name + 8, s))
		return ERROR_SUCCESS;
	if (!strncmp(name, "http://", 7) && parse_host("http", name + 7, s) && s->loopback)
		return ERROR_SUCCESS;
	return fail(ERROR_INVALID_COMPUTERNAME,
		    "\"%s\" names no server: unix:/path, https://host:%d or http://127.0.0.1:%d is meant",
		    name, SERVER_PORT, SERVER_PORT);
}

DWORD server_find(const char *name, struct server *s)
{
	const char *file = getenv("RSM_TOKEN_FILE");
	DWORD rc;

	if (!name || !*name)
		name = getenv("RSM_SERVER");
	if (!name || !*name)
		name = SERVER_DEFAULT;
	rc = server_parse(name, s);
	if (rc || *s->socket || !file || !*file)
		return rc;
	if (!platform_read_file(file, s->token, sizeof s->token))
		return fail(ERROR_ACCESS_DENIED, "the token file %s (RSM_TOKEN_FILE): %s", file,
			    strerror(errno));
	for (const char *c = s->token; *c; c++)
		if (*c <= ' ' || *c > '~')
			return fail(ERROR_ACCESS_DENIED,
				    "the token file %s (RSM_TOKEN_FILE) holds more than one token", file);
	return ERROR_SUCCESS;
}
