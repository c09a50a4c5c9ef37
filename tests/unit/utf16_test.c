/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Text in and out of the API: strict on the way in, cut on whole characters on the way out. */
#include "client/utf16.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* one, two, three and four bytes; one, one, one and two units */
#define MIXED_A "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"
#define MIXED_W u"a\u00fc\u20ac\U0001F600"

static void test_both_ways(void **state)
{
	auto_free char *a = NULL, *w = NULL;
	WCHAR wide[16];
	char narrow[16];

	(void)state;
	assert_int_equal(text_in(TEXT_A, MIXED_A, TEXT_UNLIMITED, &a), 0);
	assert_string_equal(a, MIXED_A);
	assert_int_equal(text_in(TEXT_W, MIXED_W, TEXT_UNLIMITED, &w), 0);
	assert_string_equal(w, MIXED_A);
	assert_int_equal(text_units(TEXT_A, a), 11);
	assert_int_equal(text_units(TEXT_W, a), 6);
	text_out(TEXT_W, a, wide, countof(wide));
	assert_memory_equal(wide, MIXED_W, sizeof(MIXED_W));
	text_out(TEXT_A, a, narrow, sizeof narrow);
	assert_string_equal(narrow, MIXED_A);
}

/* Whatever the size of the field: as many whole characters as fit, a terminator, and nothing behind it. */
static void test_cut(void **state)
{
	static const size_t ends_a[] = {0, 1, 3, 6, 10}, ends_w[] = {0, 1, 2, 3, 5};

	(void)state;
	for (size_t size = 1; size <= 12; size++) {
		char narrow[16];
		WCHAR wide[16];
		size_t a = 0, w = 0;

		memset(narrow, 0x55, sizeof narrow);
		memset(wide, 0x55, sizeof wide);
		for (size_t i = 0; i < countof(ends_a); i++) {
			a = ends_a[i] < size ? ends_a[i] : a;
			w = ends_w[i] < size ? ends_w[i] : w;
		}
		text_out(TEXT_A, MIXED_A, narrow, size);
		assert_int_equal(strlen(narrow), a);
		assert_memory_equal(narrow, MIXED_A, a);
		assert_int_equal(narrow[size], 0x55);
		text_out(TEXT_W, MIXED_A, wide, size);
		assert_memory_equal(wide, MIXED_W, w * sizeof *wide);
		assert_int_equal(wide[w], 0);
		assert_int_equal(wide[size], 0x5555);
	}
}

static void test_refused_a(void **state)
{
	static const char *const bad[] = {
		"\x80",		    /* begins with a continuation */
		"a\xc3",	    /* ends early */
		"\xc0\xaf",	    /* overlong */
		"\xe0\x80\xaf",	    /* overlong */
		"\xf0\x80\x80\xaf", /* overlong */
		"\xed\xa0\x80",	    /* a surrogate */
		"\xf4\x90\x80\x80", /* beyond U+10FFFF */
		"\xc3(",	    /* no continuation */
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < countof(bad); i++) {
		char *out = NULL;

		assert_int_equal(text_in(TEXT_A, bad[i], TEXT_UNLIMITED, &out), ERROR_INVALID_PARAMETER);
		assert_null(out);
	}
}

static void test_refused_w(void **state)
{
	static const WCHAR high_last[] = {'a', 0xD83D, 0}, low_first[] = {0xDE00, 0},
			   high_twice[] = {0xD83D, 0xD83D, 0xDE00, 0};
	static const WCHAR *const bad[] = {high_last, low_first, high_twice};

	(void)state;
	for (size_t i = 0; i < countof(bad); i++) {
		char *out = NULL;

		assert_int_equal(text_in(TEXT_W, bad[i], TEXT_UNLIMITED, &out), ERROR_INVALID_PARAMETER);
		assert_null(out);
	}
}

static void test_field_needs_terminator(void **state)
{
	auto_free char *fits = NULL;
	char *out = NULL;

	(void)state;
	assert_int_equal(text_in(TEXT_A, "abc", 4, &fits), 0);
	assert_string_equal(fits, "abc");
	assert_int_equal(text_in(TEXT_A, "abcd", 4, &out), ERROR_INVALID_PARAMETER);
	assert_int_equal(text_in(TEXT_W, u"abcd", 4, &out), ERROR_INVALID_PARAMETER);
}

/* The service's text is well-formed; if it isn't, a program still gets text. */
static void test_damaged_answer(void **state)
{
	WCHAR wide[8];

	(void)state;
	text_out(TEXT_W,
		 "a\xff"
		 "b",
		 wide, countof(wide));
	assert_memory_equal(wide, u"a\uFFFDb", sizeof(u"a\uFFFDb"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refused_a),
		cmocka_unit_test(test_refused_w),
		cmocka_unit_test(test_field_needs_terminator),
		cmocka_unit_test(test_damaged_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
