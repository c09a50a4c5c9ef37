/* SPDX-License-Identifier: LGPL-2.1-or-later
 * HTTP through libcurl. Each connection is an easy handle of its own, so that "the connection which carries
 * the session" is exactly one socket: nothing else reuses it and libcurl never thinks it too old. */
#include "client/platform/platform.h"

#include "base/cleanup.h"
#include "client/lasterror.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct connection {
	struct server server;
	CURL *curl;
	curl_socket_t socket; /* or -1 */
	char error[CURL_ERROR_SIZE];
	struct connection *next;
};

/* All of them, for a forked child: a copy of a socket there would keep the parent's session alive. */
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct connection *list;
static pthread_once_t once = PTHREAD_ONCE_INIT;

void platform_forget_connections(void);
void platform_forget_connections(void)
{
	for (struct connection *c = list; c; c = c->next)
		if (c->socket >= 0)
			close(c->socket);
	list = NULL;
}

static void lock_list(void) { pthread_mutex_lock(&list_lock); }
static void unlock_list(void) { pthread_mutex_unlock(&list_lock); }

static void begin(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
	pthread_atfork(lock_list, unlock_list, unlock_list);
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct connection *c = arg;
	curl_socket_t fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	(void)purpose;
	lock_list();
	c->socket = fd;
	unlock_list();
	return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	struct connection *c = arg;

	lock_list();
	if (c->socket == fd)
		c->socket = -1;
	unlock_list();
	return close(fd);
}

#define REPLY_MAX (1u << 30) /* twenty million objects; the parser counts in int */

static size_t received(char *bytes, size_t one, size_t n, void *arg)
{
	struct http_reply *r = arg;

	(void)one;
	if (r->room < r->size + n + 1) {
		size_t room = (r->size + n + 512) * 2;
		char *grown = room > REPLY_MAX ? NULL : realloc(r->body, room);

		if (!grown)
			return 0;
		r->body = grown;
		r->room = room;
	}
	memcpy(r->body + r->size, bytes, n);
	r->size += n;
	r->body[r->size] = 0;
	return n;
}

static void configure(struct connection *c)
{
	CURL *h = c->curl;

	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, c->error);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETDATA, c);
	curl_easy_setopt(h, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(h, CURLOPT_CLOSESOCKETDATA, c);
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, received);
	curl_easy_setopt(h, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_MAXCONNECTS, 1L);
	curl_easy_setopt(h, CURLOPT_MAXAGE_CONN, 0x7fffffffL); /* an idle session is still a session */
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, 30L);
	curl_easy_setopt(h, CURLOPT_TCP_KEEPALIVE, 1L);
	if (*c->server.socket)
		curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, c->server.socket);
}

DWORD connection_new(const struct server *server, struct connection **out)
{
	struct connection *c = calloc(1, sizeof *c);

	pthread_once(&once, begin);
	if (!c)
		return fail_memory();
	c->server = *server;
	c->socket = -1;
	c->curl = curl_easy_init();
	if (!c->curl) {
		free(c);
		return fail_memory();
	}
	configure(c);
	lock_list();
	c->next = list;
	list = c;
	unlock_list();
	*out = c;
	return ERROR_SUCCESS;
}

void connection_free(struct connection *c)
{
	if (!c)
		return;
	curl_easy_cleanup(c->curl);
	lock_list();
	for (struct connection **p = &list; *p; p = &(*p)->next) {
		if (*p == c) {
			*p = c->next;
			break;
		}
	}
	unlock_list();
	free(c);
}

/* false: out of memory, and the list is as it was */
static bool add_header(struct curl_slist **list_, const char *line)
{
	struct curl_slist *longer = curl_slist_append(*list_, line);

	if (longer)
		*list_ = longer;
	return longer != NULL;
}

static bool headers(const struct connection *c, const struct http_request *r, struct curl_slist **list_)
{
	char line[SERVER_TOKEN_SIZE + 40];

	if (!add_header(list_, "Accept: application/json") || !add_header(list_, "Expect:"))
		return false;
	if (r->body && !add_header(list_, "Content-Type: application/json"))
		return false;
	snprintf(line, sizeof line, "RSM-Session: %s", r->session ? r->session : "");
	if (r->session && !add_header(list_, line))
		return false;
	snprintf(line, sizeof line, "Authorization: Bearer %s", c->server.token);
	return !*c->server.token || add_header(list_, line);
}

static DWORD transport_error(struct connection *c, CURLcode rc, char *why, size_t why_size)
{
	long os = 0;

	curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &os);
	if (rc == CURLE_OUT_OF_MEMORY || rc == CURLE_WRITE_ERROR) {
		snprintf(why, why_size, "out of memory");
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	if (rc == CURLE_COULDNT_CONNECT && os)
		snprintf(why, why_size, "no connection to the service at %s: %s", c->server.name,
			 strerror((int)os));
	else
		snprintf(why, why_size, "no answer from the service at %s: %s", c->server.name,
			 *c->error ? c->error : curl_easy_strerror(rc));
	if (rc == CURLE_COULDNT_CONNECT && (os == ENETUNREACH || os == ENETDOWN) && !c->server.loopback)
		return ERROR_NO_NETWORK;
	if (rc == CURLE_COULDNT_CONNECT && os == EACCES && *c->server.socket)
		return ERROR_ACCESS_DENIED;
	return ERROR_NOT_CONNECTED;
}

DWORD connection_do(struct connection *c, const struct http_request *r, struct http_reply *reply, char *why,
		    size_t why_size)
{
	auto_free char *url = malloc(strlen(c->server.url) + strlen(r->path) + 1);
	struct curl_slist *lines = NULL;
	CURLcode rc;

	*reply = (struct http_reply){0};
	if (!url || !headers(c, r, &lines)) {
		curl_slist_free_all(lines);
		snprintf(why, why_size, "out of memory");
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	strcpy(stpcpy(url, c->server.url), r->path);
	*c->error = 0;
	rc = curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, reply);
	curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L); /* forget the last request's body */
	if (r->body) {
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_size);
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, r->body);
	}
	if (!rc) /* these two copy their text */
		rc = curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, r->method);
	if (!rc)
		rc = curl_easy_perform(c->curl);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(lines);
	if (rc) {
		free(reply->body);
		*reply = (struct http_reply){0};
		return transport_error(c, rc, why, why_size);
	}
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &reply->status);
	return ERROR_SUCCESS;
}
