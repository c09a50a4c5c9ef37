/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The executor on a library of tgt, the SCSI target, through libiscsi. The robot's last identifier is cut
 * off, it has no PREVENT and no doors, and its moves take no time. A proxy between the two spoils single
 * commands. Arguments: tgt-library.sh, tcpproxy. */
#include "base/cleanup.h"
#include "device/quirks.h"
#include "device/scsi.h"
#include "tests/unit/executor_sink.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define ID "0123456789abcdef0123456789abcdef"

static const char *script, *proxy_program;
static char dir[40], changer[200];
static struct {
	pid_t pid;
	FILE *to, *from;
} proxy;

/* ---- the rig ---- */

static int rig(const char *command, const char *options)
{
	char line[300];

	snprintf(line, sizeof line, "%s %s -d %s/tgt %s >>%s/log 2>&1", script, command, dir, options, dir);
	return system(line);
}

/* PORT and IQN/LUN of the changer. */
static int find_changer(char port[8], char path[150])
{
	char line[300];
	FILE *f;
	int n;

	snprintf(line, sizeof line, "%s url -d %s/tgt | grep changer", script, dir);
	f = popen(line, "re");
	if (!f)
		return -1;
	n = fscanf(f, "changer iscsi://127.0.0.1:%7[0-9]/%149s", port, path);
	return pclose(f) || n != 2;
}

/* The ends that stay here aren't inherited: a target that is started later would keep the proxy alive. */
static int start_proxy(const char *port)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return -1;
	proxy.pid = fork();
	if (!proxy.pid) {
		dup2(to[0], 0), dup2(from[1], 1);
		execl(proxy_program, proxy_program, "127.0.0.1", port, NULL);
		_exit(127);
	}
	close(to[0]), close(from[1]);
	proxy.to = fdopen(to[1], "w"), proxy.from = fdopen(from[0], "r");
	return 0;
}

static const char *proxy_line(void)
{
	static char line[100];

	if (!fgets(line, sizeof line, proxy.from))
		return "";
	line[strcspn(line, "\n")] = 0;
	return line;
}

static void proxy_do(const char *rule)
{
	fprintf(proxy.to, "%s\n", rule);
	fflush(proxy.to);
	assert_string_equal(proxy_line(), "ok");
}

static int set_up(void **state)
{
	char port[8], path[150];

	strcpy(dir, "/tmp/executor_tgt.XXXXXX");
	if (!mkdtemp(dir) || rig("start", "-s 4 -m 1 -n 2 -t 2 -z 1") || find_changer(port, path) ||
	    start_proxy(port))
		return -1;
	snprintf(changer, sizeof changer, "iscsi://127.0.0.1:%.7s/%s", proxy_line(), path);
	return sink_set_up();
}

static int tear_down(void **state)
{
	char command[100];

	sink_tear_down();
	fclose(proxy.to), fclose(proxy.from);
	waitpid(proxy.pid, NULL, 0);
	rig("stop", "");
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

/* ---- tests ---- */

static void test_probe(void **state)
{
	const struct probe *p;

	sink_start(dir, changer);
	p = await_up();
	assert_int_equal(p->count[2], 4);
	assert_int_equal(p->count[3], 1);
	assert_int_equal(p->n_drives, 2);
	assert_false(p->can_lock);
	for (size_t i = 0; i < 2; i++) {
		const struct probe_drive *d = &p->drives[i];
		char line[300] = "", serial[20];
		FILE *f;

		if (!d->present)
			fail_msg("drive %zu: %s", i, d->why);
		snprintf(serial, sizeof serial, "RIGDRV%03zu", i + 1);
		assert_string_equal(d->serial, serial);
		f = fopen(d->device, "r");
		assert_non_null(f);
		assert_non_null(fgets(line, sizeof line, f));
		fclose(f);
		line[strcspn(line, "\n")] = 0;
		assert_string_equal(line, d->url);
	}
}

static void test_labels(void **state)
{
	const struct event *ev;
	const struct probe *p;

	sink_start(dir, changer);
	p = await_up();
	assert_done(act((struct action){.kind = ACT_LOCK})); /* it can't; that is all there is to do */
	assert_done(act((struct action){.kind = ACT_EXTEND, .source = p->first[3]}));
	assert_done(
		act((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]}));
	assert_done(act((struct action){.kind = ACT_LOAD, .drive = DRIVE}));
	ev = act((struct action){.kind = ACT_READ_LABEL, .drive = DRIVE});
	assert_done(ev);
	assert_int_equal(ev->label.kind, LABEL_BLANK);
	assert_done(act((struct action){
		.kind = ACT_WRITE_LABEL, .drive = DRIVE, .label_id = ID, .volume = "RIG000"}));
	ev = act((struct action){.kind = ACT_READ_LABEL, .drive = DRIVE});
	assert_done(ev);
	assert_int_equal(ev->label.kind, LABEL_FREE);
	assert_memory_equal(ev->label.id, ID, LABEL_ID);
	assert_done(act((struct action){.kind = ACT_UNLOAD, .drive = DRIVE}));
	assert_done(
		act((struct action){.kind = ACT_MOVE, .source = p->first[4], .destination = p->first[2]}));
	ev = act((struct action){.kind = ACT_STATUS});
	assert_done(ev);
	assert_string_equal(element(ev, p->first[2])->tag, "RIG00001L5");
	assert_false(element(ev, p->first[4])->full);
}

/* The target dies and is started again: down with the reason, and up by itself. */
static void test_gone_and_back(void **state)
{
	const struct event *ev;

	sink_start(dir, changer);
	await_up();
	assert_int_equal(rig("kill", ""), 0);
	ev = await(EV_DOWN, 0);
	assert_int_equal(ev->fault, FAULT_PATH);
	ev = act((struct action){.kind = ACT_STATUS});
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_PATH);
	assert_int_equal(rig("restart", ""), 0);
	await_up();
	assert_done(act((struct action){.kind = ACT_STATUS}));
}

/* The session drops in the middle of a move. Whether the move was done is unknown, until the robot is asked.
 */
static void lose_a_move(const char *how, bool moved)
{
	const struct event *ev;
	const struct probe *p;

	sink_start(dir, changer);
	p = await_up();
	proxy_do(how);
	ev = act((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]});
	assert_int_equal(ev->outcome, OUTCOME_UNKNOWN);
	assert_int_equal(ev->fault, FAULT_PATH);
	await(EV_DOWN, 0);
	p = await_up();
	ev = act((struct action){.kind = ACT_STATUS});
	assert_done(ev);
	assert_int_equal(element(ev, p->first[4])->full, moved);
	assert_int_equal(element(ev, p->first[2])->full, !moved);
}

static void test_answer_lost(void **state) { lose_a_move("after a5", true); }
static void test_command_lost(void **state) { lose_a_move("before a5", false); }

/* A status changes nothing: when the session drops, or the answer is no iSCSI at all, it is asked again by
 * itself. */
static void test_status_lost(void **state)
{
	static const char *const rules[] = {"after b8", "before b8", "garbage b8", "truncate b8"};

	sink_start(dir, changer);
	await_up();
	for (size_t i = 0; i < countof(rules); i++) {
		proxy_do(rules[i]);
		assert_done(act((struct action){.kind = ACT_STATUS}));
		assert_string_equal(proxy_line(), "struck b8");
	}
	assert_int_equal(count(EV_DOWN), 0);
}

/* READ ELEMENT STATUS that can't be true: the reason is told, and it comes back by itself when the robot
 * does. */
static void test_half_answer(void **state)
{
	const struct event *ev;

	sink_start(dir, changer);
	await_up();
	proxy_do("spoil b8");
	ev = act((struct action){.kind = ACT_STATUS});
	assert_string_equal(proxy_line(), "struck b8");
	assert_int_equal(ev->outcome, OUTCOME_FAILED);
	assert_int_equal(ev->fault, FAULT_ROBOT);
	ev = await(EV_DOWN, 0);
	assert_int_equal(ev->fault, FAULT_ROBOT);
	assert_non_null(strstr(ev->why, "read element status"));
	await_up();
	assert_done(act((struct action){.kind = ACT_STATUS}));
}

/* ---- what is asked of the robot ---- */

extern const struct transport_ops iscsi_transport;
static struct transport_ops counting;
static atomic_int reads[5]; /* READ ELEMENT STATUS by element type */

static int counting_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	return iscsi_transport.open(url + strlen(counting.prefix), stop_fd, t, e);
}

static enum outcome counting_execute(struct transport *t, struct scsi_cmd *c)
{
	if (c->cdb[0] == 0xB8)
		atomic_fetch_add(&reads[c->cdb[1] & 7], 1);
	return iscsi_transport.execute(t, c);
}

/* tgt tells nothing: what an operator lays into a mail slot is found by reading it, and it alone. */
static void test_watched_ports(void **state)
{
	const struct event *ev;
	char url[220];
	int slots, drives, ports;
	struct err e;

	counting = iscsi_transport;
	counting.prefix = "counted:", counting.open = counting_open, counting.execute = counting_execute;
	transport_set_mock(&counting);
	if (quirk_add("\"*\" \"*\" ports_s=1 look_s=0", &e))
		fail_msg("%s", e.why);
	snprintf(url, sizeof url, "counted:%s", changer);
	sink_start(dir, url);
	await_up();
	assert_done(act((struct action){.kind = ACT_STATUS}));
	slots = reads[2], drives = reads[4], ports = reads[3];
	assert_int_equal(rig("insert", "1 NEW001L5"), 0);
	ev = await(EV_ATTENTION, 0);
	assert_int_equal(ev->types, IE_BIT);
	assert_done(act((struct action){.kind = ACT_STATUS, .types = IE_BIT}));
	assert_int_equal(rig("remove", "1"), 0);
	assert_int_equal(await(EV_ATTENTION, 0)->types, IE_BIT);
	assert_int_equal(reads[2], slots);
	assert_int_equal(reads[4], drives);
	assert_true(reads[3] >= ports + 3);
	sink_tear_down();
	quirk_forget_added();
	transport_set_mock(NULL);
	sink_set_up();
}

static void test_stop_interrupts(void **state)
{
	const struct probe *p;

	sink_start(dir, changer);
	p = await_up();
	proxy_do("mute a5");
	start((struct action){.kind = ACT_MOVE, .source = p->first[2], .destination = p->first[4]});
	assert_string_equal(proxy_line(), "struck a5");
	executor_stop(sink_executor); /* returns long before the test's time limit, or that strikes */
	assert_int_equal(count(EV_OUTCOME), 0);
}

#define ON_TGT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		ON_TGT(test_probe),	  ON_TGT(test_labels),	      ON_TGT(test_gone_and_back),
		ON_TGT(test_answer_lost), ON_TGT(test_command_lost),  ON_TGT(test_status_lost),
		ON_TGT(test_half_answer), ON_TGT(test_watched_ports), ON_TGT(test_stop_interrupts),
	};

	if (argc != 3)
		return 2;
	script = argv[1], proxy_program = argv[2];
	return cmocka_run_group_tests_name("executor_tgt", tests, NULL, NULL);
}
