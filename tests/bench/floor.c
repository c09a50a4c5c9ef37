/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the machine itself can do, to compare with: the round trip of a bare unix socket, and fdatasync. */
#include "tests/bench/http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REQUEST = 150, ANSWER = 900, PAGE = 4096 };

static void answer(int fd)
{
	char buf[ANSWER] = "";

	while (read(fd, buf, REQUEST) > 0) {
		if (write(fd, buf, ANSWER) != ANSWER)
			break;
	}
	_exit(0);
}

static double round_trips(double seconds)
{
	char buf[ANSWER] = "";
	double begun, now;
	long n = 0;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
		bench_die("socketpair: %s", strerror(errno));
	if (fork() == 0) {
		close(fds[0]);
		answer(fds[1]);
	}
	close(fds[1]);
	begun = now = bench_now();
	for (; now - begun < seconds; now = bench_now(), n++) {
		if (write(fds[0], buf, REQUEST) != REQUEST || read(fds[0], buf, ANSWER) <= 0)
			bench_die("round trip: %s", strerror(errno));
	}
	close(fds[0]);
	wait(NULL);
	return (double)n / (now - begun);
}

/* As a log is written again: a page over a page that is there, then fdatasync. */
static double syncs(const char *file, double seconds)
{
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char page[PAGE];
	double begun, now;
	long n = 0;

	memset(page, 1, sizeof page);
	for (off_t i = 0; i < 1000; i++) {
		if (fd < 0 || pwrite(fd, page, PAGE, i * PAGE) != PAGE)
			bench_die("%s: %s", file, strerror(errno));
	}
	fsync(fd);
	begun = now = bench_now();
	for (; now - begun < seconds; now = bench_now(), n++) {
		if (pwrite(fd, page, PAGE, n % 1000 * PAGE) != PAGE || fdatasync(fd) != 0)
			bench_die("%s: %s", file, strerror(errno));
	}
	close(fd);
	unlink(file);
	return (double)n / (now - begun);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		bench_die("usage: bench_floor DIRECTORY SECONDS");
	if (chdir(argv[1]) != 0)
		bench_die("%s: %s", argv[1], strerror(errno));
	printf("socket %.0f\n", round_trips(atof(argv[2])));
	printf("fdatasync %.0f\n", syncs("sync", atof(argv[2])));
	return 0;
}
