/* SPDX-License-Identifier: GPL-2.0-or-later
 * The table of transports, by the prefix of their URLs. */
#include "device/scsi.h"

#include "base/cleanup.h"

#include <ntmstypes.h>
#include <stdio.h>
#include <string.h>

extern const struct transport_ops iscsi_transport, sg_transport, sg_named_transport, virtual_transport;

/* The last place is for tests: their mock of a device. */
static const struct transport_ops *table[] = {&virtual_transport, &iscsi_transport, &sg_transport,
					      &sg_named_transport, NULL};

void transport_set_mock(const struct transport_ops *ops) { table[countof(table) - 1] = ops; }

int transport_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	char shown[300];

	for (size_t i = 0; i < countof(table); i++)
		if (table[i] && strncmp(url, table[i]->prefix, strlen(table[i]->prefix)) == 0) {
			int rc = table[i]->open(url, stop_fd, t, e);

			if (!rc)
				(*t)->ops = table[i], (*t)->stop_fd = stop_fd;
			return rc;
		}
	return err_set(
		e, ERROR_INVALID_PARAMETER,
		"%s: no such kind of device path; known are /dev/NAME, scsi:NAME, virtual:/DIRECTORY and "
		"iscsi://HOST[:PORT]/TARGET/LUN",
		url_shown(url, shown, sizeof shown));
}

const char *url_shown(const char *url, char *buf, size_t size)
{
	const char *host = strstr(url, "://"), *at, *secret;

	host = host ? host + 3 : url;
	at = memchr(host, '@', strcspn(host, "/"));
	secret = at ? memchr(host, '%', (size_t)(at - host)) : NULL;
	if (secret)
		snprintf(buf, size, "%.*s%s", (int)(secret - url), url, at);
	else
		snprintf(buf, size, "%s", url);
	return buf;
}

void url_vec_free(url_vec *v)
{
	vec_each(u, v)
		free(*u);
	vec_free(v);
}
