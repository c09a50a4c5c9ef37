/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm status: the server, its libraries, and what it asks of people. */
#include "cli/cli.h"

#include <string.h>
#include <time.h>

static bool wait_too;
static DWORD timeout = INFINITE;

static const struct opt opts[] = {
	{"wait", 'w', OPT_FLAG, &wait_too, NULL, "until the server answers and no library is initializing"},
	{"timeout", 't', OPT_TIME, &timeout, "TIME", "wait at most so long"},
	{NULL},
};

static bool initializing(void)
{
	guid_vec all = {0};
	bool found = false;
	enumerate(NULL, NTMS_LIBRARY, &all);
	vec_each(l, &all)
		found |= object_again(l)->info.dwOperationalState == NTMS_INITIALIZING;
	vec_free(&all);
	return found;
}

static DWORD look(RSM_STATUS *s)
{
	*s = (RSM_STATUS){.dwSize = sizeof *s};
	DWORD code = RsmGetStatus(set.server, s);
	return !code && wait_too && (!s->bReady || initializing()) ? ERROR_NOT_READY : code;
}

static void look_until_ready(RSM_STATUS *s)
{
	struct timespec now, start;
	clock_gettime(CLOCK_MONOTONIC, &start);
	DWORD code;
	while ((code = look(s)) && wait_too && (code == ERROR_NOT_READY || code == ERROR_NOT_CONNECTED)) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (timeout != INFINITE && (now.tv_sec - start.tv_sec) * 1000 > timeout)
			break;
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	}
	if (code)
		die(code, "%s", "");
}

static void print_server(const RSM_STATUS *s)
{
	auto_str text = {0};
	unsigned up = s->dwUptime;
	if (!set.json) {
		if (!set.noheadings)
			printf("rsmd %s is %s, up %u:%02u:%02u\n\n", s->szVersion,
			       s->bReady ? "ready" : "starting", up / 3600, up / 60 % 60, up % 60);
		return;
	}
	str_puts(&text, "\"server\": {\"version\": ");
	json_text(&text, s->szVersion);
	str_printf(&text, ", \"api\": %u, \"ready\": %s, \"uptime\": %u}", s->dwApiVersion,
		   s->bReady ? "true" : "false", up);
	tables_json(text.s);
}

static void print_requests(void)
{
	guid_vec all = {0}, unfinished = {0};
	enumerate(NULL, NTMS_OPREQUEST, &all);
	vec_each(r, &all)
		if (!request_finished(object(r)))
			*vec_add(&unfinished) = *r;
	if (unfinished.n || set.json) {
		tables_next("Asked of operators (answer with 'rsm requests satisfy' or 'refuse')");
		table_print(kind_of(NTMS_OPREQUEST), &unfinished, false);
	}
	vec_free(&all);
	vec_free(&unfinished);
}

/* "lib: 120/300 media identified, 400 an hour, until 14:20 (in 35 min)" */
static void print_identification(struct object *library)
{
	static const struct {
		const char *column, *before, *after;
	} parts[] = {{"PROGRESS", ": ", " media identified"}, {"RATE", ", ", ""}, {"UNTIL", ", until ", ""}};
	const struct kind *k = kind_of(NTMS_LIBRARY);
	const RSM_OBJECTDETAIL *d = object_detail(library);
	auto_str line = {0};
	if (!d->dwTotal)
		return;
	str_puts(&line, object_name(&library->id));
	for (size_t i = 0; i < countof(parts); i++) {
		auto_str text = {0};
		column_text(column_named(k, parts[i].column), library, false, &text);
		if (text.n)
			str_printf(&line, "%s%s%s", parts[i].before, text.s, parts[i].after);
	}
	printf("%s%s\n", line.s, d->dwFlags & RSM_DETAIL_PAUSED ? ", paused" : "");
}

static void print_reasons(const guid_vec *libraries)
{
	vec_each(l, libraries) {
		if (set.json)
			continue;
		if (object_detail(object(l))->szReason[0])
			printf("%s: %s\n", object_name(l), object_detail(object(l))->szReason);
		print_identification(object(l));
	}
}

static int run(int n, char **operands)
{
	RSM_STATUS s;
	guid_vec libraries = {0};
	look_until_ready(&s);
	if (set.quiet)
		return s.bReady ? EXIT_OK : EXIT_FAILED;
	tables_begin();
	print_server(&s);
	if (s.bReady) {
		set.columns = NULL;
		enumerate(NULL, NTMS_LIBRARY, &libraries);
		tables_next("Libraries");
		table_print(kind_of(NTMS_LIBRARY), &libraries, false);
		print_reasons(&libraries);
		print_requests();
		vec_free(&libraries);
	}
	tables_end();
	return EXIT_OK;
}

const struct command cmd_status = {
	.name = "status",
	.operands = "",
	.min = 0,
	.max = 0,
	.tables = true,
	.opts = opts,
	.run = run,
	.summary = "Show how the server and its libraries are, and what is asked of operators",
	.help = "With --quiet it prints nothing: the exit status tells whether the server is ready.",
};
