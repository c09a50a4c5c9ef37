/* SPDX-License-Identifier: GPL-2.0-or-later
 * Labels: ours, tar's as the real tar writes it, and what is nobody's. */
#include "label/label.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ID "0123456789abcdef0123456789ABCDEF"

static struct label l;
static struct err e;
static uint8_t buf[65536];

static void ours(void **state)
{
	uint8_t text[LABEL_RECORDS * LABEL_RECORD];

	assert_int_equal(label_make_free(ID, "DEM001L8", text, &e), 0);
	label_identify(text, sizeof text, &l);
	assert_int_equal(l.kind, LABEL_FREE);
	assert_string_equal(l.type, "RSM");
	assert_int_equal(l.id_len, 32);
	assert_memory_equal(l.id, ID, 32);
	assert_string_equal(l.info, "DEM001");
	/* what follows on the tape doesn't matter */
	memset(buf, 'x', sizeof buf);
	memcpy(buf, text, sizeof text);
	label_identify(buf, sizeof buf, &l);
	assert_int_equal(l.kind, LABEL_FREE);
	/* but every record must be there */
	for (size_t n = 1; n < sizeof text; n++) {
		uint8_t *cut = malloc(n);

		memcpy(cut, text, n);
		label_identify(cut, n, &l);
		assert_int_equal(l.kind, LABEL_UNKNOWN);
		free(cut);
	}
}

/* As ANSI X3.27 has it: printable, fields in their places. */
static void ours_is_an_ansi_label(void **state)
{
	static const char too_short[LABEL_ID + 1] = "0123";
	uint8_t t[LABEL_RECORDS * LABEL_RECORD];

	assert_int_equal(label_make_free(ID, "ab#DEM 0.01L8", t, &e), 0);
	for (size_t i = 0; i < sizeof t; i++)
		assert_true(t[i] >= 0x20 && t[i] < 0x7F);
	assert_memory_equal(t, "VOL1DEM001", 10);
	assert_int_equal(t[79], '4');
	assert_memory_equal(t + 80, "HDR1FREE", 8);
	assert_memory_equal(t + 80 + 27, "00010001000100 00000 00000 000000OPENRSM", 40);
	assert_memory_equal(t + 160, "HDR2F0008000080", 15);
	assert_int_equal(label_make_free(ID, NULL, t, &e), 0);
	assert_memory_equal(t, "VOL1      ", 10);
	assert_int_not_equal(label_make_free(too_short, "X", t, &e), 0);
	assert_int_not_equal(label_make_free("zz23456789abcdef0123456789ABCDEF", "X", t, &e), 0);
}

static void someone_elses_ansi_label(void **state)
{
	uint8_t t[LABEL_RECORDS * LABEL_RECORD];

	assert_int_equal(label_make_free(ID, "X", t, &e), 0);
	memcpy(t + 37, "SOMEBODY ELSE ", 14);
	label_identify(t, sizeof t, &l);
	assert_int_equal(l.kind, LABEL_UNKNOWN);
	assert_int_equal(label_make_free(ID, "X", t, &e), 0);
	t[160 + 15 + 31] = 'g';
	label_identify(t, sizeof t, &l);
	assert_int_equal(l.kind, LABEL_UNKNOWN);
}

static size_t tar(const char *options)
{
	char cmd[400];
	size_t n;
	FILE *p;

	snprintf(cmd, sizeof cmd,
		 "d=$(mktemp -d) && cd $d && f=a/$(printf '%%0120d' 7 | tr 0 d) && mkdir a && echo hi >$f && "
		 "echo ho >small"
		 " && tar -cf - %s; rm -rf $d",
		 options);
	p = popen(cmd, "r");
	assert_non_null(p);
	n = fread(buf, 1, sizeof buf, p);
	pclose(p);
	assert_true(n >= 1024);
	return n;
}

static void tar_of_all_dialects(void **state)
{
	static const char *const dialects[] = {"v7", "oldgnu", "gnu", "ustar", "pax"};

	for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++) {
		char options[60];
		size_t n;

		snprintf(options, sizeof options, "--format=%s small", dialects[i]);
		n = tar(options);
		label_identify(buf, n, &l);
		assert_int_equal(l.kind, LABEL_FOREIGN);
		assert_string_equal(l.type, "tar");
		assert_string_equal(l.info, "small");
		assert_true(l.id_len > 20);
		/* the header alone will do */
		label_identify(buf, 512, &l);
		assert_int_equal(l.kind, LABEL_FOREIGN);
	}
}

static void long_names_in_tar(void **state)
{
	static const char *const dialects[] = {"gnu", "pax"};

	for (size_t i = 0; i < 2; i++) {
		char options[60];
		size_t n;

		snprintf(options, sizeof options, "--format=%s a/*", dialects[i]);
		n = tar(options);
		label_identify(buf, n, &l);
		assert_int_equal(l.kind, LABEL_FOREIGN);
		assert_memory_equal(l.info, "a/ddd", 5);
		label_identify(buf, 700, &l);
		assert_int_equal(l.kind, LABEL_FOREIGN);
	}
}

static void two_archives_have_two_ids(void **state)
{
	struct label first;

	label_identify(buf, tar("--mtime=@1000 small"), &first);
	label_identify(buf, tar("--mtime=@2000 small"), &l);
	assert_true(first.id_len != l.id_len || memcmp(first.id, l.id, l.id_len) != 0);
}

static void nearly_tar(void **state)
{
	tar("small");
	buf[0]++;
	label_identify(buf, 512, &l);
	assert_int_equal(l.kind, LABEL_UNKNOWN);
	memset(buf, 0, 512);
	label_identify(buf, 512, &l);
	assert_int_equal(l.kind, LABEL_UNKNOWN);
}

static void blank_and_garbage(void **state)
{
	label_identify(NULL, 0, &l);
	assert_int_equal(l.kind, LABEL_BLANK);
	label_identify((const uint8_t *)"x", 1, &l);
	assert_int_equal(l.kind, LABEL_UNKNOWN);
	assert_int_equal(l.id_len, 0);
	srandom(1);
	for (int i = 0; i < 2000; i++) {
		size_t n = 1 + (size_t)random() % 2000;
		uint8_t *bytes = malloc(n);

		for (size_t k = 0; k < n; k++)
			bytes[k] = (uint8_t)random();
		label_identify(bytes, n, &l);
		assert_int_equal(l.kind, LABEL_UNKNOWN);
		free(bytes);
	}
}

/* A good header with wild sizes and types in it, checksum put right. */
static void wild_tar(void **state)
{
	static const char *const sizes[] = {"77777777777", "00000000001", "-1         ", "zzzzzzzzzzz",
					    "\xff\xff\xff\xff\xff"};
	static const char types[] = "xgXLKV05";

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (const char *t = types; *t; t++)
			for (size_t n = 512; n <= 2048; n += 512) {
				uint8_t *h = calloc(1, n);
				unsigned sum = 0;

				memset(h, 'n', 100);
				memcpy(h + 124, sizes[i], strlen(sizes[i]));
				h[156] = (uint8_t)*t;
				memcpy(h + 257, "ustar", 6);
				memset(h + 345, 'p', 155);
				memset(h + 148, ' ', 8);
				for (int k = 0; k < 512; k++)
					sum += h[k];
				snprintf((char *)h + 148, 8, "%06o", sum);
				h[155] = ' ';
				for (size_t k = 512; k < n; k += 512)
					memcpy(h + k, h, 512);
				label_identify(h, n, &l);
				assert_int_equal(l.kind, LABEL_FOREIGN);
				assert_true(l.id_len <= sizeof l.id && strlen(l.info) < sizeof l.info);
				free(h);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours),
		cmocka_unit_test(ours_is_an_ansi_label),
		cmocka_unit_test(someone_elses_ansi_label),
		cmocka_unit_test(tar_of_all_dialects),
		cmocka_unit_test(long_names_in_tar),
		cmocka_unit_test(two_archives_have_two_ids),
		cmocka_unit_test(nearly_tar),
		cmocka_unit_test(blank_and_garbage),
		cmocka_unit_test(wild_tar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
