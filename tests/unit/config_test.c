/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsmd.conf: what is read, and that each mistake is told with its line and reason. */
#include "api/config.h"
#include "base/str.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char file[] = "/tmp/rsmd-conf-XXXXXX";

static void write_file(const char *text, size_t n)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

/* Each: the file, and all its mistakes without the file's name, one a line. */
static const struct {
	const char *text, *mistakes;
} wrong[] = {
	{"[rsmd]\nstat = /x\n", "2: unknown key \"stat\" in [rsmd]\n"},
	{"[rsmd]\nchanger = /dev/sg1\n", "2: unknown key \"changer\" in [rsmd]\n"},
	{"[daemon]\nstate = /x\n", "1: unknown section [daemon]: there are [rsmd] and [library NAME]\n"},
	{"state = /x\n", "1: state stands before the first section\n"},
	{"[rsmd\n", "1: \"[rsmd\": the ] of the section is missing\n"},
	{"[rsmd]\nstate\n", "2: \"state\": expected \"key = value\" or \"[section]\"\n"},
	{"[rsmd]\nstate =\n", "2: state has no value\n"},
	{"[rsmd]\nstate = ; nothing\n", "2: state has no value\n"},
	{"[rsmd]\nstate = x\n", "2: state must be an absolute path, not \"x\"\n"},
	{"[rsmd]\nstate = /x\nstate = /y\n", "3: state stands in line 2 already\n"},
	{"[rsmd]\n\n[rsmd]\n", "3: [rsmd] stands in line 1 already\n"},
	{"[rsmd]\nstore = rsm.db\n", "2: store must be sqlite:/PATH, not \"rsm.db\"\n"},
	{"[rsmd]\nstore = postgresql://a/b\n",
	 "2: store: this version keeps its data in SQLite only (sqlite:/path)\n"},
	{"[rsmd]\nlisten = unix:x\n",
	 "2: listen must be unix:/PATH or http://127.0.0.1:PORT, not \"unix:x\"\n"},
	{"[rsmd]\nlisten = unix:/x\nlisten = unix:/x\n", "3: listen = unix:/x stands in line 2 already\n"},
	{"[rsmd]\nlisten = https://0.0.0.0:8731\n",
	 "2: listen: this version has no https yet; use unix:/PATH or http://127.0.0.1:PORT\n"},
	{"[rsmd]\ntokens = /t\nlisten = http://0.0.0.0:8731\n",
	 "3: listen: http is for this machine alone: http://127.0.0.1:PORT or http://[::1]:PORT, not "
	 "\"http://0.0.0.0:8731\"\n"},
	{"[rsmd]\ntokens = /t\nlisten = http://127.0.0.1:65536\n",
	 "3: listen: http is for this machine alone: http://127.0.0.1:PORT or http://[::1]:PORT, not "
	 "\"http://127.0.0.1:65536\"\n"},
	{"[rsmd]\nlisten = http://127.0.0.1:8731\n",
	 "2: listen: over http callers show a token, so `tokens = FILE` is needed\n"},
	{"[rsmd]\nzero-timeout = never\n", "2: zero-timeout is wait or poll, not \"never\"\n"},
	{"[rsmd]\nlog = loud\n", "2: log is error, warning, note, info or debug, not \"loud\"\n"},
	{"[library]\nchanger = /dev/sg1\n", "1: a library's name is made of letters, digits, '.', '_' and "
					    "'-', and begins with a letter or digit: "
					    "\"\" isn't\n"},
	{"[library a/b]\nchanger = /dev/sg1\n", "1: a library's name is made of letters, digits, '.', '_' "
						"and '-', and begins with a letter or digit: "
						"\"a/b\" isn't\n"},
	{"[library a]\nchanger = /dev/sg1\n[library a]\nchanger = /dev/sg2\n",
	 "3: [library a] stands in line 1 already\n"},
	{"[library a]\n", "1: [library a] has neither `changer` nor `drive`\n"},
	{"[library a]\nchanger = sg1\n", "2: changer: a device is /dev/NAME, scsi:NAME, "
					 "iscsi://HOST:PORT/TARGET/LUN or virtual:/PATH, not \"sg1\"\n"
					 "1: [library a] has neither `changer` nor `drive`\n"},
	{"[library a]\nchanger = /dev/sg1\nchanger = /dev/sg1\n", "3: changer stands in line 2 already\n"},
	{"[library a]\nchanger = /dev/sg1\n[library b]\nchanger = /dev/sg1\n",
	 "4: changer /dev/sg1 is that of [library a] in line 2 already\n"
	 "3: [library b] has neither `changer` nor `drive`\n"},
	{"[library a]\nchanger = /dev/sg1\ndrives = 2\n",
	 "3: drives = auto is all there is; name drives by lines `drive = ELEMENT DEVICE`\n"},
	{"[library a]\nchanger = /dev/sg1\ndrive = /dev/st0\n",
	 "3: in a library with a changer it is `drive = ELEMENT DEVICE`\n"},
	{"[library a]\nchanger = /dev/sg1\ndrive = 70000 /dev/st0\n",
	 "3: drive: \"70000 /dev/st0\" doesn't begin with an element address (0 to 65535) and a device\n"},
	{"[library a]\nchanger = /dev/sg1\ndrive = 256 /dev/st0\ndrive = 256 /dev/st1\n",
	 "4: element 256 has a drive in line 3 already\n"},
	{"[library a]\nchanger = /dev/sg1\ndrive = 256 /dev/st0\ndrive = 257 /dev/st0\n",
	 "4: drive /dev/st0 is that of [library a] in line 3 already\n"},
	{"[library a]\nchanger = /dev/sg1\ndrives = auto\ndrive = 256 /dev/st0\n",
	 "4: [library a] has `drives = auto` and a `drive` line: one of them\n"},
	{"[library a]\ndrive = 1 /dev/sr0\n",
	 "2: without a changer it is `drive = DEVICE`, without an element\n"},
	{"[library a]\ndrive = /dev/sr0\ndrive = /dev/sr1\n",
	 "3: [library a] has no changer, so it can have one drive only\n"},
	{"[rsmd]\nlog = info\nbad\xff line = 1\n", "3: this is not UTF-8\n"},
	/* all of them, not just the first */
	{"[rsmd]\nlog = loud\nx = 1\n[nix]\ny = 1\n",
	 "2: log is error, warning, note, info or debug, not \"loud\"\n3: unknown key \"x\" in [rsmd]\n"
	 "4: unknown section [nix]: there are [rsmd] and [library NAME]\n"},
};

static void mistakes_are_told(void **state)
{
	for (size_t i = 0; i < countof(wrong); i++) {
		auto_str got = {0}, want = {0};
		struct config c;
		int n = 0;

		for (const char *p = wrong[i].mistakes; *p; p = strchr(p, '\n') + 1, n++)
			str_printf(&want, "%s:%.*s\n", file, (int)strcspn(p, "\n"), p);
		write_file(wrong[i].text, strlen(wrong[i].text));
		assert_int_equal(config_read(file, &c, &got), n);
		assert_string_equal(got.s, want.s);
		config_free(&c);
	}
}

static void nul_bytes_are_told(void **state)
{
	auto_str got = {0};
	struct config c;

	write_file("[rsmd]\nlog = in\0fo\n", 18);
	assert_int_equal(config_read(file, &c, &got), 1);
	assert_non_null(strstr(got.s, ":2: a NUL byte"));
	config_free(&c);
}

static void a_missing_file_is_told(void **state)
{
	auto_str got = {0};
	struct config c;

	assert_int_equal(config_read("/nonexistent/rsmd.conf", &c, &got), 1);
	assert_string_equal(got.s, "/nonexistent/rsmd.conf: No such file or directory\n");
	config_free(&c);
}

static void long_state_paths_are_told(void **state)
{
	auto_str text = {0}, got = {0};
	struct config c;

	/* 53 + /dev/ + a + -999 = 63 is the most; one more is too much */
	str_printf(&text, "[rsmd]\nstate = /%052d\n[library a]\nchanger = virtual:/v\n", 0);
	write_file(text.s, text.n);
	assert_int_equal(config_read(file, &c, &got), 0);
	config_free(&c);
	text.n = 0;
	str_printf(&text, "[rsmd]\nstate = /%053d\n[library a]\nchanger = virtual:/v\n", 0);
	write_file(text.s, text.n);
	assert_int_equal(config_read(file, &c, &got), 1);
	assert_non_null(strstr(got.s, ":3: "));
	assert_non_null(strstr(got.s, "would have 64 characters, but applications get 63"));
	config_free(&c);
}

static void everything_is_read(void **state)
{
	static const char text[] = "; a comment\r\n"
				   "  [ rsmd ]\r\n"
				   "state=/s/\n"
				   "store = sqlite:/d/rsm.db ; where\n"
				   "listen = unix:/run/a;b.sock\n"
				   "\tlisten = http://[::1]:8731\n"
				   "tokens = /t\n"
				   "zero-timeout = poll\n"
				   "log = debug\n"
				   "# another\n"
				   "[library office]\n"
				   "changer = iscsi://127.0.0.1:3260/iqn.2026-11.example:vtl/5\n"
				   "drive = 0x100 iscsi://127.0.0.1:3260/iqn.2026-11.example:vtl/1\n"
				   "drive = 257\tiscsi://127.0.0.1:3260/iqn.2026-11.example:vtl/2\n"
				   "quirk = \"IBM\" \"3573 ; TL*\" no_prevent=1 ; not within quotes\n"
				   "[library dvd]\n"
				   "drive = /dev/sr0";
	auto_str got = {0};
	struct config c;

	write_file(text, sizeof text - 1);
	config_read(file, &c, &got);
	assert_null(got.s);
	assert_string_equal(c.state, "/s");
	assert_string_equal(c.store, "/d/rsm.db");
	assert_string_equal(c.tokens, "/t");
	assert_true(c.zero_timeout_polls);
	assert_int_equal(c.log, LOG_L_DEBUG);
	assert_int_equal(c.listen.n, 2);
	assert_string_equal(c.listen.v[0].where, "/run/a;b.sock");
	assert_string_equal(c.listen.v[1].where, "::1");
	assert_int_equal(c.listen.v[1].port, 8731);
	assert_int_equal(c.libraries.n, 2);
	assert_string_equal(c.libraries.v[0].name, "office");
	assert_int_equal(c.libraries.v[0].drives.n, 2);
	assert_int_equal(c.libraries.v[0].drives.v[0].element, 256);
	assert_string_equal(c.libraries.v[0].drives.v[1].device,
			    "iscsi://127.0.0.1:3260/iqn.2026-11.example:vtl/2");
	assert_string_equal(c.quirks.v[0], "\"IBM\" \"3573 ; TL*\" no_prevent=1");
	assert_null(c.libraries.v[1].changer);
	assert_int_equal(c.libraries.v[1].drives.v[0].element, -1);
	config_free(&c);
}

static void an_empty_file_has_defaults(void **state)
{
	auto_str got = {0};
	struct config c;

	write_file("", 0);
	assert_int_equal(config_read(file, &c, &got), 0);
	assert_string_equal(c.state, "/var/lib/openrsm");
	assert_string_equal(c.store, "/var/lib/openrsm/rsm.db");
	assert_int_equal(c.listen.n, 1);
	assert_string_equal(c.listen.v[0].where, "/run/openrsm/rsmd.sock");
	assert_false(c.zero_timeout_polls);
	config_free(&c);
}

static void long_lines_are_whole(void **state)
{
	auto_str text = {0}, got = {0};
	struct config c;

	str_printf(&text, "[library a]\nchanger = virtual:/%0100000d\n", 7);
	write_file(text.s, text.n);
	assert_int_equal(config_read(file, &c, &got), 0);
	assert_int_equal(strlen(c.libraries.v[0].changer), 100000 + strlen("virtual:/"));
	config_free(&c);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_are_told),	  cmocka_unit_test(nul_bytes_are_told),
		cmocka_unit_test(a_missing_file_is_told), cmocka_unit_test(long_state_paths_are_told),
		cmocka_unit_test(everything_is_read),	  cmocka_unit_test(an_empty_file_has_defaults),
		cmocka_unit_test(long_lines_are_whole),
	};
	int fd = mkstemp(file), rc;

	if (fd < 0)
		return 1;
	close(fd);
	rc = cmocka_run_group_tests_name("config", tests, NULL, NULL);
	unlink(file);
	return rc;
}
