/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What rsmd does per second, asked by raw HTTP on its unix socket. Each line of the output: a name, the
 * number of clients, operations per second. */
#include "tests/bench/http.h"

#include "base/guid.h"

#include <ntmsapi.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = 1000 };

struct bench {
	char session[GUID_TEXT], pool[GUID_TEXT];
	char ids[IDS][GUID_TEXT];
	size_t n, next;
};

/* ---- reading objects ---- */

static bool read_step(struct http *h, void *arg)
{
	struct bench *b = arg;
	char path[128];

	if (h->n && h->status != 200)
		bench_die("read: %s", h->body);
	snprintf(path, sizeof path, "/v1/objects/%s?type=%d", b->ids[b->next++ % b->n], NTMS_PHYSICAL_MEDIA);
	http_send(h, "GET", path, NULL, "");
	return true;
}

static void find_media(struct http *h, struct bench *b)
{
	char path[128], *at, *save = NULL;

	snprintf(path, sizeof path, "/v1/objects?type=%d&limit=%d", NTMS_PHYSICAL_MEDIA, IDS);
	http_call(h, "GET", path, b->session, "");
	at = strstr(h->body, "\"objects\":");
	if (!at)
		bench_die("no objects in %s", h->body);
	for (at = strtok_r(at + strlen("\"objects\":"), "[]\", ", &save);
	     at && strlen(at) == GUID_TEXT - 1 && b->n < IDS; at = strtok_r(NULL, "[]\", ", &save))
		strcpy(b->ids[b->n++], at);
	if (!b->n)
		bench_die("no media: fill the store first");
}

/* ---- allocating and deallocating ---- */

static void allocate(struct http *h, const struct bench *b)
{
	char path[128], body[256], call[GUID_TEXT];
	guid g = guid_new();

	snprintf(path, sizeof path, "/v1/media-pools/%s/allocate", b->pool);
	snprintf(body, sizeof body, "{\"call\":\"%s\",\"options\":%d,\"timeout\":0}", guid_text(&g, call),
		 NTMS_ALLOCATE_ERROR_IF_UNAVAILABLE);
	http_send(h, "POST", path, b->session, body);
}

/* step 0: begin; 1: the allocation is answered; 2: the deallocation is answered */
static bool pair_step(struct http *h, void *arg)
{
	const struct bench *b = arg;
	char path[128], id[GUID_TEXT];

	if (h->step == 1) {
		if (h->status != 200)
			bench_die("allocate: %d %s", h->status, h->body);
		http_member(h, "medium", id, sizeof id);
		snprintf(path, sizeof path, "/v1/logical-media/%s/deallocate", id);
		http_send(h, "POST", path, b->session, "{}");
		h->step = 2;
		return false;
	}
	if (h->step == 2 && h->status / 100 != 2)
		bench_die("deallocate: %d %s", h->status, h->body);
	allocate(h, b);
	h->step = 1;
	return true;
}

int main(int argc, char **argv)
{
	static struct bench b;
	static struct http h;
	double seconds;

	if (argc < 5)
		bench_die("usage: bench_server SOCKET POOL SECONDS read|pair:CLIENTS...");
	http_connect(&h, argv[1]);
	http_call(&h, "POST", "/v1/sessions", NULL, "{\"application\":\"bench\"}");
	http_member(&h, "session", b.session, sizeof b.session);
	snprintf(b.pool, sizeof b.pool, "%s", argv[2]);
	seconds = atof(argv[3]);
	find_media(&h, &b);
	for (int i = 4; i < argc; i++) {
		char *colon = strchr(argv[i], ':');

		if (!colon)
			bench_die("how many clients? %s", argv[i]);
		*colon = '\0';
		printf("%s %s %.0f\n", argv[i], colon + 1,
		       bench_run(argv[1], atoi(colon + 1), seconds,
				 strcmp(argv[i], "read") == 0 ? read_step : pair_step, &b));
		fflush(stdout);
	}
	return 0;
}
