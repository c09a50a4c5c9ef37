/* SPDX-License-Identifier: GPL-2.0-or-later
 * One thread that accepts, and looks at the first bytes of each connection without taking them. */
#include "api/accept.h"

#include "api/listen.h"
#include "api/problem.h"
#include "base/log.h"

#include <errno.h>
#include <ntmstypes.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#define METHOD_MAX 16  /* letters of a method */
#define PAUSE_US 50000 /* when no more connections can be opened */

struct accept {
	accept_fn *hand_on;
	void *arg;
	const struct config *config;
	VEC(int) listening;
	VEC(int) young; /* connections that haven't said enough */
	int epoll, stop;
	pthread_t thread;
	bool started;
};

enum beginning { BEGINS_WELL, BEGINS_SHORT, BEGINS_WRONG };

/* METHOD, a blank, and '/' or '*' */
static enum beginning look(const char *p, ssize_t n)
{
	ssize_t i = 0;

	while (i < n && p[i] >= 'A' && p[i] <= 'Z' && i < METHOD_MAX)
		i++;
	if (i == n)
		return BEGINS_SHORT;
	if (!i || p[i] != ' ')
		return BEGINS_WRONG;
	if (i + 1 == n)
		return BEGINS_SHORT;
	return p[i + 1] == '/' || p[i + 1] == '*' ? BEGINS_WELL : BEGINS_WRONG;
}

static void refuse(int fd, unsigned char first)
{
	auto_str body = {0}, all = {0};
	struct err e;

	err_set(&e, ERROR_INVALID_PARAMETER,
		first == 0x16 ? "this is TLS, but the socket speaks plain HTTP"
			      : "this is no HTTP: a request begins like GET /v1/status HTTP/1.1");
	problem_write(&body, 400, &e);
	str_printf(&all,
		   "HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\nContent-Length: "
		   "%zu\r\n"
		   "Connection: close\r\n\r\n%s",
		   body.n, body.s);
	send(fd, all.s, all.n, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	/* what lies unread would turn the close into a reset, and the answer into nothing */
	while (recv(fd, all.s, all.n, MSG_DONTWAIT) > 0)
		;
}

static void forget(struct accept *a, int fd)
{
	for (size_t i = 0; i < a->young.n; i++) {
		if (a->young.v[i] == fd) {
			a->young.v[i] = a->young.v[--a->young.n];
			return;
		}
	}
}

/* Something came, or the end. */
static void heard(struct accept *a, int fd)
{
	struct sockaddr_storage peer = {0};
	socklen_t len = sizeof peer;
	char p[METHOD_MAX + 2];
	ssize_t n = recv(fd, p, sizeof p, MSG_PEEK | MSG_DONTWAIT);
	enum beginning b = n > 0 ? look(p, n) : BEGINS_WRONG;

	if ((n < 0 && (errno == EAGAIN || errno == EINTR)) || b == BEGINS_SHORT)
		return;
	forget(a, fd);
	epoll_ctl(a->epoll, EPOLL_CTL_DEL, fd, NULL);
	if (b == BEGINS_WELL && getpeername(fd, (struct sockaddr *)&peer, &len) == 0) {
		a->hand_on(a->arg, fd, (struct sockaddr *)&peer, len);
		return;
	}
	if (n > 0)
		refuse(fd, (unsigned char)p[0]);
	close(fd);
}

static void accept_one(struct accept *a, int listening)
{
	/* edge-triggered: a connection that has said "G" is heard again when it says more, not before */
	struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET};
	int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_error("no more connections can be taken: %m");
			usleep(PAUSE_US);
		}
		return;
	}
	ev.data.fd = fd;
	if (epoll_ctl(a->epoll, EPOLL_CTL_ADD, fd, &ev)) {
		log_error("epoll: %m");
		close(fd);
		return;
	}
	*vec_add(&a->young) = fd;
	heard(a, fd); /* nearly always the request has come with the connection */
}

static bool is_listening(const struct accept *a, int fd)
{
	vec_each(l, &a->listening) {
		if (*l == fd)
			return true;
	}
	return false;
}

static void *run(void *arg)
{
	struct accept *a = arg;
	struct epoll_event ev[64];

	pthread_setname_np(pthread_self(), "accept");
	for (;;) {
		int n = epoll_wait(a->epoll, ev, countof(ev), -1);

		for (int i = 0; i < n; i++) {
			int fd = ev[i].data.fd;

			if (fd == a->stop)
				return NULL;
			if (is_listening(a, fd))
				accept_one(a, fd);
			else
				heard(a, fd);
		}
	}
}

static int watch(struct accept *a, int fd, struct err *e)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(a->epoll, EPOLL_CTL_ADD, fd, &ev) ? err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "epoll")
							   : 0;
}

int accept_start(const struct config *c, accept_fn *hand_on, void *arg, struct accept **out, struct err *e)
{
	struct accept *a = *out = calloc(1, sizeof *a);
	char name[128];

	if (!a)
		abort();
	*a = (struct accept){.hand_on = hand_on, .arg = arg, .config = c};
	a->epoll = epoll_create1(EPOLL_CLOEXEC);
	a->stop = eventfd(0, EFD_CLOEXEC);
	if (a->epoll < 0 || a->stop < 0)
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "epoll");
	vec_each(l, &c->listen) {
		int fd;

		if (listen_open(l, &fd, e))
			return (int)e->code;
		*vec_add(&a->listening) = fd;
		if (watch(a, fd, e))
			return (int)e->code;
		log_info("listening on %s", listen_name(l, name, sizeof name));
	}
	if (watch(a, a->stop, e))
		return (int)e->code;
	errno = pthread_create(&a->thread, NULL, run, a);
	if (errno)
		return err_errno(e, ERROR_NOT_ENOUGH_MEMORY, "a thread for new connections");
	a->started = true;
	return 0;
}

void accept_stop(struct accept *a)
{
	uint64_t one = 1;

	if (!a)
		return;
	if (a->started && write(a->stop, &one, sizeof one) == sizeof one)
		pthread_join(a->thread, NULL);
	for (size_t i = 0; i < a->listening.n; i++) { /* in the order of the configuration */
		listen_remove(&a->config->listen.v[i]);
		close(a->listening.v[i]);
	}
	vec_each(fd, &a->young)
		close(*fd);
	vec_free(&a->listening);
	vec_free(&a->young);
	cleanup_fd_(&a->epoll);
	cleanup_fd_(&a->stop);
	free(a);
}
