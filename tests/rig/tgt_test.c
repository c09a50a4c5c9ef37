/* SPDX-License-Identifier: GPL-2.0-or-later
 * The device layer against a live tgt library over iSCSI, and through a proxy that spoils sessions.
 * Arguments: tgt-library.sh, tcpproxy, iscsi-tape. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "device/discover.h"
#include "device/drive.h"
#include "device/fence.h"
#include "label/label.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/verdict.h"

#define SLOT 1024
#define DRIVE 256
#define DRIVES 3

static const char *script, *proxy_program, *tape_program;
static char dir[64], changer_url[200], drive_url[200], proxied_changer[200], proxied_drive[200];
static struct {
	pid_t pid;
	FILE *to, *from;
	int port;
} proxy;
static struct changer *c;
static struct drive *d;
static struct verdict v;

static void rig(const char *verb, const char *more)
{
	char cmd[400];

	snprintf(cmd, sizeof cmd, "%s %s -d %s/lib %s >/dev/null", script, verb, dir, more);
	assert_int_equal(system(cmd), 0);
}

/* The same URL by way of the proxy. */
static void by_proxy(const char *url, char *out, size_t size)
{
	snprintf(out, size, "iscsi://127.0.0.1:%d/%s", proxy.port, strstr(url + 8, "/") + 1);
}

static void read_urls(void)
{
	char cmd[400], name[20], url[200];
	FILE *p;

	snprintf(cmd, sizeof cmd, "%s url -d %s/lib", script, dir);
	p = popen(cmd, "r");
	while (fscanf(p, "%19s %199s", name, url) == 2)
		strcpy(strcmp(name, "changer") == 0  ? changer_url
		       : strcmp(name, "drive1") == 0 ? drive_url
						     : cmd,
		       url);
	pclose(p);
}

static void start_proxy(void)
{
	int to[2], from[2], port = 0;
	char line[20];

	sscanf(changer_url, "iscsi://127.0.0.1:%d", &port);
	assert_int_equal(pipe2(to, O_CLOEXEC) | pipe2(from, O_CLOEXEC), 0);
	proxy.pid = fork();
	if (!proxy.pid) {
		char text[16];

		snprintf(text, sizeof text, "%d", port);
		dup2(to[0], 0), dup2(from[1], 1);
		execl(proxy_program, "tcpproxy", "127.0.0.1", text, NULL);
		_exit(127);
	}
	close(to[0]), close(from[1]);
	proxy.to = fdopen(to[1], "w"), proxy.from = fdopen(from[0], "r");
	assert_non_null(fgets(line, sizeof line, proxy.from));
	proxy.port = atoi(line);
	by_proxy(changer_url, proxied_changer, sizeof proxied_changer);
	by_proxy(drive_url, proxied_drive, sizeof proxied_drive);
}

static void proxy_says(const char *what)
{
	char line[100];

	assert_non_null(fgets(line, sizeof line, proxy.from));
	line[strcspn(line, "\n")] = 0;
	assert_string_equal(line, what);
}

static void tell_proxy(const char *line)
{
	fprintf(proxy.to, "%s\n", line);
	fflush(proxy.to);
	proxy_says("ok");
}

static int start(void **state)
{
	char options[60];

	strcpy(dir, "/tmp/tgt_test.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(options, sizeof options, "-s 12 -m 2 -n %d -t 6 -z 16", DRIVES);
	rig("start", options);
	read_urls();
	start_proxy();
	return 0;
}

static int stop(void **state)
{
	fclose(proxy.to);
	waitpid(proxy.pid, NULL, 0);
	rig("stop", "");
	return rmdir(dir);
}

static int open_direct(void **state)
{
	done(changer_open(changer_url, &c, &v));
	done(drive_open(drive_url, &d, &v));
	return 0;
}

static int open_by_proxy(void **state)
{
	done(changer_open(proxied_changer, &c, &v));
	done(drive_open(proxied_drive, &d, &v));
	return 0;
}

static int close_all(void **state)
{
	changer_close(c), c = NULL;
	drive_close(d), d = NULL;
	return 0;
}

static struct element at(uint16_t address)
{
	enum element_type type = address >= SLOT    ? ELEMENT_STORAGE
				 : address >= DRIVE ? ELEMENT_DRIVE
						    : ELEMENT_IE;
	element_vec els = {0};
	struct element el;

	done(changer_read(c, type, address, 1, &els, &v));
	assert_int_equal(els.n, 1);
	el = els.v[0];
	vec_free(&els);
	return el;
}

/* ---- as it should be ---- */

static void inventory(void **state)
{
	element_vec els = {0};
	int full = 0;

	done(changer_inventory(c, &els, &v));
	assert_int_equal(els.n, 1 + 12 + 2 + DRIVES);
	vec_each(el, &els)
		full += el->full;
	assert_int_equal(full, 6);
	assert_string_equal(at(SLOT).tag, "RIG00001L5");
	/* the last element of each type, whose descriptor tgt cuts */
	assert_int_equal(at(SLOT + 11).address, SLOT + 11);
	vec_free(&els);
}

static void drives_by_serial(void **state)
{
	drive_site_vec sites = {0};
	element_vec els = {0};

	done(changer_inventory(c, &els, &v));
	done(discover_drives(c, &els, &(given_drive_vec){0}, &sites, &v));
	assert_int_equal(sites.n, DRIVES);
	assert_string_equal(sites.v[0].url, drive_url);
	assert_int_equal(sites.v[0].way, MATCH_SERIAL);
	assert_non_null(sites.v[DRIVES - 1].url);
	assert_int_not_equal(sites.v[DRIVES - 1].way, MATCH_SERIAL);
	drive_site_vec_free(&sites);
	vec_free(&els);
}

static void label_and_data(void **state)
{
	static const size_t len[] = {80, 80, 80};
	uint8_t text[LABEL_RECORDS * LABEL_RECORD];
	struct records r;
	struct label l;
	struct err e;
	char cmd[600];

	assert_int_equal(drive_status(d, &v), DRIVE_EMPTY);
	done(changer_move(c, 0, SLOT, DRIVE, false, &v));
	assert_true(at(DRIVE).full && at(DRIVE).source_valid);
	assert_int_equal(at(DRIVE).source, SLOT);
	done(drive_wait_ready(d, 10000, NULL, NULL, &v));
	done(drive_read_records(d, &r, &v));
	assert_true(r.blank);
	records_free(&r);
	assert_int_equal(label_make_free("00112233445566778899aabbccddeeff", "RIG00001L5", text, &e), 0);
	done(drive_write_records(d, text, len, 3, 2, &v));
	done(drive_read_records(d, &r, &v));
	assert_int_equal(r.count, 3);
	assert_false(r.more);
	label_identify(r.bytes, r.n, &l);
	assert_int_equal(l.kind, LABEL_FREE);
	records_free(&r);

	/* an application's data, through the helper and a file that holds the URL */
	snprintf(cmd, sizeof cmd,
		 "cd %s && echo '%s' >url && head -c 300000 /dev/urandom >data && %s write url <data && %s "
		 "read url >back && "
		 "cmp data back && tar -cf x.tar data && %s --block 10240 write url <x.tar && rm data back "
		 "x.tar url",
		 dir, drive_url, tape_program, tape_program, tape_program);
	assert_int_equal(system(cmd), 0);
	done(drive_read_records(d, &r, &v));
	label_identify(r.bytes, r.n, &l);
	assert_string_equal(l.type, "tar");
	assert_string_equal(l.info, "data");
	records_free(&r);
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT, false, &v));
}

static void refusals(void **state)
{
	fails(changer_move(c, 0, SLOT + 11, SLOT + 10, false, &v));
	assert_true(v.flags & VF_SOURCE_EMPTY);
	fails(changer_move(c, 0, SLOT, SLOT + 1, false, &v));
	assert_true(v.flags & VF_TARGET_FULL);
	fails(changer_prevent(c, true, &v));
	assert_false(changer_can_prevent(c));
	fails(changer_open_ie(c, 16, &v));
	assert_false(changer_can_open_ie(c));
	done(changer_initialize(c, SLOT, 3, &v));
}

static void a_locked_drive(void **state)
{
	done(changer_move(c, 0, SLOT + 1, DRIVE, false, &v));
	done(drive_wait_ready(d, 10000, NULL, NULL, &v));
	done(drive_prevent(d, true, &v));
	fails(changer_move(c, 0, DRIVE, SLOT + 1, false, &v));
	assert_true(v.flags & VF_PREVENTED);
	done(drive_prevent(d, false, &v));
	done(changer_move(c, 0, DRIVE, SLOT + 1, false, &v));
}

/* ---- sessions that end ---- */

static void dropped_before_a_move(void **state)
{
	tell_proxy("before a5");
	assert_int_equal(changer_move(c, 0, SLOT + 2, SLOT + 8, false, &v), OUTCOME_UNKNOWN);
	proxy_says("struck a5");
	assert_int_equal(v.reaction, REACT_PATH);
	/* the next command logs in anew, and finds what is so: it wasn't done */
	assert_true(at(SLOT + 2).full);
	assert_true(v.flags & VF_RESERVATION || !at(SLOT + 8).full);
	assert_false(at(SLOT + 8).full);
}

static void dropped_after_a_move(void **state)
{
	tell_proxy("after a5");
	assert_int_equal(changer_move(c, 0, SLOT + 2, SLOT + 8, false, &v), OUTCOME_UNKNOWN);
	proxy_says("struck a5");
	/* it was done, once: nobody sent it again */
	assert_true(at(SLOT + 8).full && !at(SLOT + 2).full);
	done(changer_move(c, 0, SLOT + 8, SLOT + 2, false, &v));
}

static void dropped_under_an_inventory(void **state)
{
	element_vec els = {0};

	tell_proxy("after b8");
	done(changer_inventory(c, &els, &v));
	proxy_says("struck b8");
	assert_int_equal(els.n, 1 + 12 + 2 + DRIVES);
	assert_true(v.flags & VF_RESERVATION);
	vec_free(&els);
}

static void dropped_while_idle(void **state)
{
	tell_proxy("drop");
	/* noticed before anything is sent: a move is safe */
	done(changer_move(c, 0, SLOT + 2, SLOT + 8, false, &v));
	assert_true(v.flags & VF_RESERVATION);
	done(changer_move(c, 0, SLOT + 8, SLOT + 2, false, &v));
}

static void dropped_under_a_write(void **state)
{
	static const size_t len[] = {3};

	done(changer_move(c, 0, SLOT + 3, DRIVE, false, &v));
	done(drive_wait_ready(d, 10000, NULL, NULL, &v));
	tell_proxy("after 0a");
	assert_int_equal(drive_write_records(d, (const uint8_t *)"abc", len, 1, 1, &v), OUTCOME_UNKNOWN);
	proxy_says("struck 0a");
	assert_true(v.flags & VF_POSITION);
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT + 3, false, &v));
}

static void dropped_between_two_reads(void **state)
{
	struct records r;
	uint8_t buf[100];
	size_t got;

	done(changer_move(c, 0, SLOT + 3, DRIVE, false, &v));
	done(drive_wait_ready(d, 10000, NULL, NULL, &v));
	done(drive_rewind(d, &v));
	tell_proxy("drop");
	/* who knows where the tape stands by now: it isn't simply read on */
	fails(drive_read_block(d, buf, sizeof buf, &got, &v));
	assert_int_equal(v.reaction, REACT_PATH);
	assert_true(v.flags & VF_POSITION);
	tell_proxy("before 08");
	done(drive_read_records(d, &r, &v));
	proxy_says("struck 08");
	records_free(&r);
	done(drive_unload(d, &v));
	done(changer_move(c, 0, DRIVE, SLOT + 3, false, &v));
}

static void nobody_there(void **state)
{
	tell_proxy("refuse");
	tell_proxy("drop");
	fails(device_ready(changer_device(c), &v));
	assert_int_equal(v.reaction, REACT_PATH);
	fails(changer_move(c, 0, SLOT, SLOT + 8, false, &v));
	tell_proxy("accept");
	done(device_ready(changer_device(c), &v));
	assert_true(at(SLOT).full);
}

static void *stop_soon(void *arg)
{
	proxy_says("struck a5");
	device_stop(changer_device(c));
	return NULL;
}

static void a_silent_robot_can_be_left(void **state)
{
	pthread_t t;

	tell_proxy("mute a5");
	assert_int_equal(pthread_create(&t, NULL, stop_soon, NULL), 0);
	assert_int_equal(changer_move(c, 0, SLOT + 2, SLOT + 8, false, &v), OUTCOME_UNKNOWN);
	pthread_join(t, NULL);
	assert_non_null(strstr(v.err.why, "stopped"));
	fails(device_ready(changer_device(c), &v));
	changer_close(c);
	done(changer_open(proxied_changer, &c, &v));
	assert_true(at(SLOT + 8).full);
	done(changer_move(c, 0, SLOT + 8, SLOT + 2, false, &v));
}

static void a_time_limit(void **state)
{
	struct scsi_cmd ready = {.cdb_len = 6, .timeout_ms = 200};

	tell_proxy("hold");
	assert_int_equal(device_run(changer_device(c), &ready, "test unit ready", &v) == OUTCOME_DONE, false);
	assert_non_null(strstr(v.err.why, "in time"));
	tell_proxy("release");
	done(device_ready(changer_device(c), &v));
}

static void spoiled_answers(void **state)
{
	static const char *const ways[] = {"spoil b8", "truncate b8", "garbage b8"};

	for (size_t i = 0; i < countof(ways); i++) {
		element_vec els = {0};

		tell_proxy(ways[i]);
		if (changer_inventory(c, &els, &v) == OUTCOME_DONE)
			assert_int_equal(els.n, 1 + 12 + 2 + DRIVES); /* asked again, and answered */
		else
			assert_true(v.err.why[0]);
		proxy_says("struck b8");
		vec_free(&els);
		els = (element_vec){0};
		done(changer_inventory(c, &els, &v));
		assert_int_equal(els.n, 1 + 12 + 2 + DRIVES);
		vec_free(&els);
	}
	tell_proxy("spoil 1a");
	fails(changer_reshape(c, &v));
	proxy_says("struck 1a");
	/* what was known stays */
	assert_int_equal(changer_shape(c)->of[ELEMENT_STORAGE].count, 12);
}

static void the_target_is_killed(void **state)
{
	rig("kill", "");
	fails(device_ready(changer_device(c), &v));
	assert_int_equal(v.reaction, REACT_PATH);
	fails(changer_move(c, 0, SLOT, SLOT + 8, false, &v));
	rig("restart", "");
	done(device_ready(changer_device(c), &v));
	assert_string_equal(at(SLOT).tag, "RIG00001L5");
}

static void wrong_urls(void **state)
{
	static const char *const wrong[] = {"iscsi://", "iscsi://127.0.0.1",
					    "iscsi://127.0.0.1:1/iqn.none:x/1"};
	struct changer *none;
	char url[200];

	for (size_t i = 0; i < countof(wrong); i++) {
		fails(changer_open(wrong[i], &none, &v));
		assert_non_null(strstr(v.err.why, wrong[i]));
	}
	/* no such LUN; no such target; a drive is no changer */
	snprintf(url, sizeof url, "%.*s/99", (int)(strrchr(changer_url, '/') - changer_url), changer_url);
	fails(changer_open(url, &none, &v));
	snprintf(url, sizeof url, "%.*s.not/5", (int)(strrchr(changer_url, '/') - changer_url), changer_url);
	fails(changer_open(url, &none, &v));
	fails(changer_open(drive_url, &none, &v));
	assert_non_null(strstr(v.err.why, "not a medium changer"));
}

/* tgt's changer and drives have no persistent reservations, its disks do: an implementation that isn't ours.
 * Each device_open() is a session of its own, so a path of its own. */
static void a_fence(void **state)
{
	guid ours = {.b = {1, 2, 3}}, theirs = {.b = {4, 5, 6}};
	struct device *first, *second, *third;
	char url[200] = "", cmd[200];
	uint64_t retaken;
	uint8_t page[64];
	const uint8_t *body;
	size_t n;
	FILE *p;

	fails(device_fence(changer_device(c), fence_key(&ours, 1), &retaken, &v));
	assert_true(v.flags & VF_UNSUPPORTED);

	snprintf(cmd, sizeof cmd, "%s disk -d %s/lib", script, dir);
	p = popen(cmd, "r");
	assert_non_null(fgets(url, sizeof url, p));
	pclose(p);
	url[strcspn(url, "\n")] = 0;
	done(device_open(url, KIND_ANY, &first, &v));
	done(device_open(url, KIND_ANY, &second, &v));
	done(device_open(url, KIND_ANY, &third, &v));

	done(device_fence(first, fence_key(&ours, 1), &retaken, &v));
	assert_true(!retaken);
	done(device_fence(first, fence_key(&ours, 1), &retaken, &v));
	fails(device_fence(second, fence_key(&theirs, 1), &retaken, &v));
	assert_non_null(strstr(v.err.why,
			       "another rsmd with the key 52534d0102030001 (exclusive access, registrants "
			       "only, type 6)"));
	/* the same store after a crash, by another path */
	done(device_fence(third, fence_key(&ours, 2), &retaken, &v));
	assert_true(retaken == fence_key(&ours, 1));
	fails(device_mode_page(first, 0x08, page, sizeof page, &body, &n, &v)); /* outside now */
	assert_int_equal(v.status, SCSI_CONFLICT);
	/* a session of the same run was lost */
	done(device_fence(second, fence_key(&ours, 2), &retaken, &v));
	device_close(first);
	device_close(second);
	device_close(third);
}

int main(int argc, char **argv)
{
#define DIRECT(f) cmocka_unit_test_setup_teardown(f, open_direct, close_all)
#define PROXIED(f) cmocka_unit_test_setup_teardown(f, open_by_proxy, close_all)
	const struct CMUnitTest tests[] = {
		DIRECT(inventory),
		DIRECT(drives_by_serial),
		DIRECT(label_and_data),
		DIRECT(refusals),
		DIRECT(a_locked_drive),
		DIRECT(a_fence),
		PROXIED(dropped_before_a_move),
		PROXIED(dropped_after_a_move),
		PROXIED(dropped_under_an_inventory),
		PROXIED(dropped_while_idle),
		PROXIED(dropped_under_a_write),
		PROXIED(dropped_between_two_reads),
		PROXIED(nobody_there),
		PROXIED(a_silent_robot_can_be_left),
		PROXIED(a_time_limit),
		PROXIED(spoiled_answers),
		DIRECT(the_target_is_killed),
		cmocka_unit_test(wrong_urls),
	};

	if (argc != 4)
		return 2;
	script = realpath(argv[1], NULL), proxy_program = realpath(argv[2], NULL),
	tape_program = realpath(argv[3], NULL);
	if (!script || !proxy_program || !tape_program)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, start, stop);
}
