/* SPDX-License-Identifier: GPL-2.0-or-later
 * tcpproxy HOST PORT: stands between an iSCSI client and its target, and spoils things on command.
 *
 * It prints the port it listens on (127.0.0.1), then takes commands, one a line, from its standard input, and
 * answers each with "ok". It ends when the input ends, so it never outlives its test.
 *
 *   drop              ends all sessions now
 *   refuse, accept    new connections are closed at once, or served again
 *   hold, release     nothing is forwarded in either direction, or again
 *   before OP         ends the session instead of forwarding the next SCSI command OP (hex)
 *   after OP          forwards it, and ends the session when the answer comes: it was done, and nobody knows
 *   mute OP           forwards it, and swallows the answer: the client waits in vain
 *   spoil OP          fills the data of the answer to the next OP with FFh
 *   truncate OP       announces the answer's data to be half as long as they were (rest: residual)
 *   garbage OP        answers the next OP with bytes that are no iSCSI PDU
 *
 * When such a rule strikes, "struck OP" is printed. Needs no digests, which is what libiscsi and tgt agree
 * on. */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SESSIONS = 32, RULES = 32, BUFFER = 1 << 21, BHS = 48 };
enum pdu { PDU_COMMAND = 0x01, PDU_RESPONSE = 0x21, PDU_DATA_IN = 0x25 };
enum what { BEFORE, AFTER, MUTE, SPOIL, TRUNCATE, GARBAGE };
static const char *const words[] = {"before", "after", "mute", "spoil", "truncate", "garbage"};

struct rule {
	bool set;
	enum what what;
	unsigned opcode;
};

struct session {
	int client, target; /* -1: free */
	uint8_t *up, *down; /* what came and isn't a whole PDU yet */
	size_t up_n, down_n;
	struct rule struck; /* its command was forwarded under this tag: the answer is to be spoiled */
	uint8_t tag[4];
};

static struct session sessions[SESSIONS];
static struct rule rules[RULES];
static bool refusing, holding;
static struct addrinfo *target_address;

static void end(struct session *s)
{
	close(s->client);
	close(s->target);
	free(s->up);
	free(s->down);
	*s = (struct session){.client = -1, .target = -1};
}

static bool send_all(int fd, const uint8_t *p, size_t n)
{
	while (n) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k, n -= (size_t)k;
	}
	return true;
}

static size_t data_length(const uint8_t *p) { return (size_t)p[5] << 16 | (size_t)p[6] << 8 | p[7]; }
static size_t pdu_length(const uint8_t *p)
{
	return BHS + (size_t)p[4] * 4 + ((data_length(p) + 3) & ~(size_t)3);
}

static void announce(unsigned opcode)
{
	printf("struck %02x\n", opcode);
	fflush(stdout);
}

/* A command on its way to the target. False: the session ends. */
static bool pass_up(struct session *s, uint8_t *p, size_t n)
{
	if ((p[0] & 0x3F) == PDU_COMMAND)
		for (int i = 0; i < RULES; i++)
			if (rules[i].set && rules[i].opcode == p[32]) {
				rules[i].set = false;
				if (rules[i].what == BEFORE) {
					announce(p[32]);
					return false;
				}
				s->struck = rules[i];
				s->struck.set = true;
				memcpy(s->tag, p + 16, 4);
				break;
			}
	return send_all(s->target, p, n);
}

/* The residual count goes up by what is taken away. */
static void truncate_answer(uint8_t *p)
{
	uint32_t n = (uint32_t)data_length(p), gone = n - n / 2, left = n - gone, residual;

	memcpy(&residual, p + 44, 4);
	residual = htonl(ntohl(residual) + gone);
	if (p[1] & 1) { /* the status comes with the data */
		p[1] |= 0x02;
		memcpy(p + 44, &residual, 4);
	}
	p[5] = (uint8_t)(left >> 16), p[6] = (uint8_t)(left >> 8), p[7] = (uint8_t)left;
}

/* An answer on its way to the client. */
static bool pass_down(struct session *s, uint8_t *p, size_t n)
{
	unsigned kind = p[0] & 0x3F;

	if (!s->struck.set || memcmp(p + 16, s->tag, 4) != 0 || (kind != PDU_RESPONSE && kind != PDU_DATA_IN))
		return send_all(s->client, p, n);
	s->struck.set = false;
	announce(s->struck.opcode);
	switch (s->struck.what) {
	case AFTER:
		return false;
	case MUTE:
		s->struck.set = kind == PDU_DATA_IN && !(p[1] & 1); /* until the status */
		return true;
	case SPOIL:
		memset(p + BHS + (size_t)p[4] * 4, 0xFF, data_length(p));
		break;
	case TRUNCATE:
		if (kind == PDU_DATA_IN)
			truncate_answer(p);
		n = pdu_length(p);
		break;
	default:
		memset(p, 0x5A, n);
	}
	return send_all(s->client, p, n);
}

/* Reads what is there and passes each whole PDU on. False: the session is over. */
static bool forward(struct session *s, int from, uint8_t *buf, size_t *have,
		    bool (*pass)(struct session *, uint8_t *, size_t))
{
	ssize_t n = recv(from, buf + *have, BUFFER - *have, 0);
	size_t at = 0;

	if (n <= 0)
		return n < 0 && errno == EINTR;
	*have += (size_t)n;
	while (*have - at >= BHS && *have - at >= pdu_length(buf + at)) {
		size_t len = pdu_length(buf + at);

		if (!pass(s, buf + at, len))
			return false;
		at += len;
	}
	memmove(buf, buf + at, *have - at);
	*have -= at;
	return *have < BUFFER;
}

static void take_connection(int listener)
{
	int one = 1, client = accept(listener, NULL, NULL), target;
	struct session *s = sessions;

	if (client < 0)
		return;
	while (s < sessions + SESSIONS && s->client >= 0)
		s++;
	target = socket(target_address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (refusing || s == sessions + SESSIONS ||
	    connect(target, target_address->ai_addr, target_address->ai_addrlen)) {
		close(client);
		close(target);
		return;
	}
	setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(target, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	*s = (struct session){
		.client = client, .target = target, .up = malloc(BUFFER), .down = malloc(BUFFER)};
	if (!s->up || !s->down)
		errx(1, "no memory");
}

static void obey(char *line)
{
	char word[16];
	unsigned op;

	if (strcmp(line, "drop") == 0) {
		for (int i = 0; i < SESSIONS; i++)
			if (sessions[i].client >= 0)
				end(&sessions[i]);
	} else if (strcmp(line, "refuse") == 0 || strcmp(line, "accept") == 0) {
		refusing = *line == 'r';
	} else if (strcmp(line, "hold") == 0 || strcmp(line, "release") == 0) {
		holding = *line == 'h';
	} else if (sscanf(line, "%15s %x", word, &op) == 2) {
		int w = 0, i = 0;

		while (w < (int)(sizeof words / sizeof *words) && strcmp(words[w], word) != 0)
			w++;
		while (i < RULES - 1 && rules[i].set)
			i++;
		if (w == (int)(sizeof words / sizeof *words))
			errx(2, "what is \"%s\"?", line);
		rules[i] = (struct rule){true, (enum what)w, op};
	} else {
		errx(2, "what is \"%s\"?", line);
	}
	puts("ok");
	fflush(stdout);
}

/* Commands come in lines, perhaps several at once. */
static void read_commands(void)
{
	static char buf[1024];
	static size_t have;
	ssize_t n = read(0, buf + have, sizeof buf - 1 - have);
	char *eol;

	if (n <= 0)
		exit(0);
	have += (size_t)n;
	buf[have] = 0;
	while ((eol = strchr(buf, '\n'))) {
		*eol = 0;
		obey(buf);
		have -= (size_t)(eol + 1 - buf);
		memmove(buf, eol + 1, have + 1);
	}
}

static int listen_somewhere(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&a, &n))
		err(1, "listening");
	printf("%d\n", ntohs(a.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char **argv)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	int listener;

	if (argc != 3)
		errx(2, "usage: tcpproxy HOST PORT");
	signal(SIGPIPE, SIG_IGN);
	if (getaddrinfo(argv[1], argv[2], &hints, &target_address))
		errx(1, "%s: unknown", argv[1]);
	for (int i = 0; i < SESSIONS; i++)
		sessions[i] = (struct session){.client = -1, .target = -1};
	listener = listen_somewhere();
	for (;;) {
		struct pollfd p[2 + 2 * SESSIONS] = {{.fd = 0, .events = POLLIN},
						     {.fd = listener, .events = POLLIN}};

		for (int i = 0; i < SESSIONS; i++) {
			p[2 + 2 * i] =
				(struct pollfd){.fd = holding ? -1 : sessions[i].client, .events = POLLIN};
			p[3 + 2 * i] =
				(struct pollfd){.fd = holding ? -1 : sessions[i].target, .events = POLLIN};
		}
		if (poll(p, 2 + 2 * SESSIONS, -1) < 0)
			continue;
		for (int i = 0; i < SESSIONS; i++) {
			struct session *s = &sessions[i];

			if (p[2 + 2 * i].revents && !forward(s, s->client, s->up, &s->up_n, pass_up))
				end(s);
			else if (p[3 + 2 * i].revents &&
				 !forward(s, s->target, s->down, &s->down_n, pass_down))
				end(s);
		}
		if (p[1].revents)
			take_connection(listener);
		if (p[0].revents)
			read_commands();
	}
}
