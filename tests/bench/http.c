/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Raw HTTP clients, and the loop that measures them. */
#include "tests/bench/http.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void bench_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("bench: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputs("\n", stderr);
	va_end(ap);
	exit(1);
}

double bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

void http_connect(struct http *h, const char *socket_path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	snprintf(a.sun_path, sizeof a.sun_path, "%s", socket_path);
	h->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (h->fd < 0 || connect(h->fd, (struct sockaddr *)&a, sizeof a) != 0)
		bench_die("%s: %s", socket_path, strerror(errno));
	h->n = 0;
	h->step = 0;
}

void http_send(struct http *h, const char *method, const char *path, const char *session, const char *body)
{
	int n = snprintf(h->out, sizeof h->out, "%s %s HTTP/1.1\r\nHost: rsm\r\n", method, path);

	if (session)
		n += snprintf(h->out + n, sizeof h->out - (size_t)n, "RSM-Session: %s\r\n", session);
	if (*body)
		n += snprintf(h->out + n, sizeof h->out - (size_t)n,
			      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", strlen(body),
			      body);
	else if (strcmp(method, "POST") == 0)
		n += snprintf(h->out + n, sizeof h->out - (size_t)n, "Content-Length: 0\r\n\r\n");
	else
		n += snprintf(h->out + n, sizeof h->out - (size_t)n, "\r\n");
	h->n = 0;
	if ((size_t)n >= sizeof h->out || send(h->fd, h->out, (size_t)n, MSG_NOSIGNAL) != n)
		bench_die("can't send %s %s: %s", method, path, strerror(errno));
}

bool http_receive(struct http *h)
{
	ssize_t got = recv(h->fd, h->in + h->n, sizeof h->in - 1 - h->n, 0);
	char *end, *length;

	if (got <= 0)
		bench_die("the server hung up: %s", got < 0 ? strerror(errno) : "end of file");
	h->n += (size_t)got;
	h->in[h->n] = '\0';
	end = strstr(h->in, "\r\n\r\n");
	if (!end)
		return false;
	h->status = atoi(h->in + strlen("HTTP/1.1 "));
	h->body = end + 4;
	length = strcasestr(h->in, "\r\nContent-Length:");
	if (h->status == 204 || !length || length > end)
		return true;
	return h->n >= (size_t)(h->body - h->in) + strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
}

const char *http_call(struct http *h, const char *method, const char *path, const char *session,
		      const char *body)
{
	http_send(h, method, path, session, body);
	while (!http_receive(h))
		;
	if (h->status / 100 != 2)
		bench_die("%s %s: %s", method, path, h->body);
	return h->body;
}

void http_member(const struct http *h, const char *key, char *value, size_t size)
{
	char name[64];
	const char *at;

	snprintf(name, sizeof name, "\"%s\":", key);
	at = strstr(h->body, name);
	if (!at || !(at = strchr(at + strlen(name), '"')) || h->status / 100 != 2)
		bench_die("no %s in %s", key, h->body);
	snprintf(value, size, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
}

double bench_run(const char *socket_path, int n, double seconds, bench_step *step, void *arg)
{
	struct http *clients = calloc((size_t)n, sizeof *clients);
	int poll = epoll_create1(EPOLL_CLOEXEC), ready;
	struct epoll_event events[64];
	long whole = 0;
	double begun, now;

	if (!clients || poll < 0)
		bench_die("no memory for %d clients", n);
	for (int i = 0; i < n; i++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = &clients[i]};

		http_connect(&clients[i], socket_path);
		epoll_ctl(poll, EPOLL_CTL_ADD, clients[i].fd, &event);
		step(&clients[i], arg);
	}
	begun = now = bench_now();
	while (now - begun < seconds) {
		if (n == 1) /* nothing to choose from: as a simple client would */
			events[0].data.ptr = clients, ready = 1;
		else
			ready = epoll_wait(poll, events, 64, 5000);
		if (ready <= 0)
			bench_die("no answer for 5 seconds");
		for (int i = 0; i < ready; i++) {
			struct http *h = events[i].data.ptr;

			if (!http_receive(h))
				continue;
			whole += step(h, arg);
		}
		now = bench_now();
	}
	for (int i = 0; i < n; i++)
		close(clients[i].fd);
	close(poll);
	free(clients);
	return (double)whole / (now - begun);
}
