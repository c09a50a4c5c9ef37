/* SPDX-License-Identifier: GPL-2.0-or-later
 * Answers of robots, kept in tests/unit/recorded: NAME.hex as it came (its first line says from where),
 * NAME.golden as it is to be understood. RECORD=1 writes the golden files anew: read what changed before it
 * is committed. */
#include "base/cleanup.h"
#include "base/str.h"
#include "device/elements.h"
#include "device/vpd.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct answer { /* of READ ELEMENT STATUS: a type of elements; or of INQUIRY: a page */
	enum element_type type;
	unsigned page;
	char vendor[9];
	uint8_t bytes[8192];
	size_t n;
};

static void read_answer(const char *path, struct answer *a)
{
	FILE *f = fopen(path, "re");
	char line[400];
	unsigned type;

	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	assert_int_equal(line[0], '#'); /* where it comes from */
	if (fscanf(f, "page %x", &a->page) != 1) {
		assert_int_equal(fscanf(f, "type %u vendor %8s", &type, a->vendor), 2);
		a->type = (enum element_type)type;
	}
	for (unsigned b; fscanf(f, "%2x", &b) == 1 && a->n < sizeof a->bytes;)
		a->bytes[a->n++] = (uint8_t)b;
	fclose(f);
	assert_true(a->n > 4);
}

static void understand_page(const struct answer *a, struct str *out)
{
	char text[130];

	(a->page == 0x80 ? vpd_serial : vpd_unique)(a->bytes, a->n, text, sizeof text);
	str_printf(out, "%s\n", text);
}

static void understand_elements(const struct answer *a, struct str *out)
{
	struct elements_answer meta = {0};
	element_vec els = {0};
	struct err e;

	if (elements_parse(a->bytes, a->n, false, a->type, a->vendor, &els, &meta, &e))
		str_printf(out, "refused: %s\n", e.why);
	str_printf(out, "announced %u\n", meta.announced);
	vec_each(el, &els) {
		str_printf(out, "%s %u%s%s%s", element_type_name(el->type), el->address,
			   el->full ? " full" : "", el->access ? " access" : "",
			   el->disabled ? " disabled" : "");
		if (el->medium_type)
			str_printf(out, " medium type %u", el->medium_type);
		if (el->tag[0])
			str_printf(out, " tag '%s'", el->tag);
		if (el->alternate[0])
			str_printf(out, " alternate '%s'", el->alternate);
		if (el->source_valid)
			str_printf(out, " from %u", el->source);
		if (el->except)
			str_printf(out, " exception %02X/%02X (%s)", el->asc, el->ascq,
				   el->why ? el->why : "");
		if (el->id_vendor[0] || el->id_serial[0])
			str_printf(out, " drive '%s' '%s' '%s'", el->id_vendor, el->id_product,
				   el->id_serial);
		if (el->id_unique[0])
			str_printf(out, " drive %s", el->id_unique);
		str_puts(out, "\n");
	}
	vec_free(&els);
}

static void compare(const char *path, const struct str *is)
{
	char want[16384] = "";
	FILE *f;

	if (getenv("RECORD")) {
		f = fopen(path, "we");
		assert_non_null(f);
		fwrite(is->s, 1, is->n, f);
		fclose(f);
	}
	f = fopen(path, "re");
	if (!f)
		fail_msg("%s: missing", path);
	want[fread(want, 1, sizeof want - 1, f)] = 0;
	fclose(f);
	if (strcmp(want, is->s))
		fail_msg("%s:\n%s\n--- is now:\n%s", path, want, is->s);
}

static int is_answer(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && !strcmp(d->d_name + n - 4, ".hex");
}

static void recorded_answers(void **state)
{
	struct dirent **names;
	int n = scandir(RECORDED, &names, is_answer, alphasort);

	assert_true(n >= 19);
	for (int i = 0; i < n; i++) {
		char path[600];
		struct answer a = {0};
		auto_str is = {0};

		snprintf(path, sizeof path, "%s/%s", RECORDED, names[i]->d_name);
		read_answer(path, &a);
		(a.page ? understand_page : understand_elements)(&a, &is);
		strcpy(strrchr(path, '.'), ".golden");
		compare(path, &is);
		free(names[i]);
	}
	free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(recorded_answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
