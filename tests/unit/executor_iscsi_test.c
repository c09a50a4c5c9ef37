/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The executor on a library of tgt, the SCSI target, through libiscsi. The robot's last identifier is cut
 * off, it has no PREVENT and no doors, and its moves take no time. */
#include "base/cleanup.h"
#include "tests/unit/executor_sink.h"

#include <stdio.h>
#include <string.h>

#define RIG "tests/rig/tgt-library.sh"
#define ID "0123456789abcdef0123456789abcdef"

static char dir[40], changer[200];

static int rig(const char *command, const char *options)
{
	char line[300];

	snprintf(line, sizeof line, "%s/" RIG " %s -d %s/tgt %s >>%s/log 2>&1", getenv("RSM_SOURCE"), command,
		 dir, options, dir);
	return system(line);
}

static int find_changer(void)
{
	char line[300], name[40];
	FILE *f;
	int n;

	snprintf(line, sizeof line, "%s/" RIG " url -d %s/tgt | grep changer", getenv("RSM_SOURCE"), dir);
	f = popen(line, "r");
	if (!f)
		return -1;
	n = fscanf(f, "%39s %199s", name, changer);
	return pclose(f) || n != 2;
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/executor_iscsi.XXXXXX");
	if (!getenv("RSM_SOURCE") || !mkdtemp(dir))
		return -1;
	if (rig("start", "-s 4 -m 1 -n 2 -t 2 -z 1") || find_changer())
		return -1;
	return sink_set_up();
}

static int tear_down(void **state)
{
	char command[100];

	sink_tear_down();
	rig("stop", "");
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command);
}

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

#define ON_TGT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_TGT(test_probe),
		ON_TGT(test_labels),
		ON_TGT(test_gone_and_back),
	};

	return cmocka_run_group_tests_name("executor_iscsi", tests, NULL, NULL);
}
