/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A client for measuring: raw HTTP/1.1 on one unix socket, kept alive, one request at a time; many such
 * clients in one loop of one thread, so that the client takes as little of the machine as may be. */
#ifndef BENCH_HTTP_H
#define BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>

enum { HTTP_MAX = 65536 };

struct http {
	int fd;
	size_t n;    /* bytes received of the answer */
	char *body;  /* of the last answer, NUL-terminated */
	int status;  /* of the last answer */
	int step;    /* the caller's */
	char id[64]; /* the caller's */
	char out[2048], in[HTTP_MAX];
};

void http_connect(struct http *, const char *socket);
/* Sends a request; path and body are formats' results already. body "": none. session may be NULL. */
void http_send(struct http *, const char *method, const char *path, const char *session, const char *body);
/* Takes what has come. True: the answer is whole. Blocks if nothing has come. */
bool http_receive(struct http *);
/* The whole exchange; ends the program if the answer isn't 2xx. */
const char *http_call(struct http *, const char *method, const char *path, const char *session,
		      const char *body);
/* Copies the text member `key` of a flat JSON object; ends the program if it isn't there. */
void http_member(const struct http *, const char *key, char *value, size_t size);

/* Begins an operation by sending its first request, or goes on after an answer; true: the operation is whole
 * (and the next one is begun by the next call). */
typedef bool bench_step(struct http *, void *arg);
/* n clients on that socket do whole operations for some seconds; returns operations per second. */
double bench_run(const char *socket, int n, double seconds, bench_step *, void *arg);

double bench_now(void);
void bench_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
