/* SPDX-License-Identifier: GPL-2.0-or-later
 * Tables for people and for programs, by libsmartcols. */
#include "cli/cli.h"

#include <libsmartcols/libsmartcols.h>
#include <string.h>
#include <strings.h>

#define MOST 64
struct choice {
	const struct column *v[MOST];
	size_t n;
};

static void choose(struct choice *to, const struct column *c)
{
	for (size_t i = 0; i < to->n; i++)
		if (to->v[i] == c)
			return;
	if (to->n < MOST)
		to->v[to->n++] = c;
}

static const struct column *column_given(const struct kind *k, const char *name, size_t len)
{
	for (size_t i = 0; i < k->n; i++)
		if (strlen(k->columns[i].name) == len && !strncasecmp(k->columns[i].name, name, len))
			return &k->columns[i];
	fprintf(stderr, "rsm: %s: %s have no column '%.*s'; there are:", command_name, k->plural, (int)len,
		name);
	for (size_t i = 0; i < k->n; i++)
		fprintf(stderr, " %s", k->columns[i].name);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

/* What -o asks for: NAME,STATE or +STATE or all */
static struct choice chosen(const struct kind *k, bool all)
{
	struct choice to = {0};
	const char *list = set.columns;
	all |= list && !strcasecmp(list, "all");
	for (size_t i = 0; i < k->n; i++)
		if (all || ((!list || *list == '+') && k->columns[i].list))
			choose(&to, &k->columns[i]);
	if (!list || all)
		return to;
	for (list += *list == '+'; *list; list += *list == ',') {
		size_t len = strcspn(list, ",");
		choose(&to, column_given(k, list, len));
		list += len;
	}
	return to;
}

static int json_type(const struct column *c)
{
	switch (c->kind) {
	case COL_NUMBER:
	case COL_SHORT:
	case COL_SIZE:
		return SCOLS_JSON_NUMBER;
	case COL_BOOL:
		return SCOLS_JSON_BOOLEAN;
	default:
		return c->json == JSON_NUMBER ? SCOLS_JSON_NUMBER
		       : c->json == JSON_BOOL ? SCOLS_JSON_BOOLEAN
					      : SCOLS_JSON_STRING;
	}
}

static struct libscols_table *table_new(const struct kind *k, const struct choice *columns)
{
	scols_init_debug(0);
	struct libscols_table *t = scols_new_table();
	if (!t)
		abort();
	scols_table_set_name(t, k->plural);
	scols_table_enable_json(t, set.json);
	scols_table_enable_noheadings(t, set.noheadings);
	for (size_t i = 0; i < columns->n; i++) {
		struct libscols_column *c = scols_table_new_column(t, columns->v[i]->name, 0,
								   columns->v[i]->right ? SCOLS_FL_RIGHT : 0);
		if (!c)
			abort();
		scols_column_set_json_type(c, json_type(columns->v[i]));
	}
	return t;
}

/* {"media": [...]} without the braces, so that several can stand in one object */
static void print_member(struct libscols_table *t)
{
	auto_free char *text = NULL;
	if (scols_print_table_to_string(t, &text) || !text)
		abort();
	char *from = strchr(text, '{'), *to = strrchr(text, '}');
	if (!from || !to)
		return;
	for (from++; *from == '\n'; from++)
		;
	while (to > from && (to[-1] == '\n' || to[-1] == ' '))
		to--;
	fwrite(from, 1, (size_t)(to - from), stdout);
}

static int depth, members; /* inside tables_begin() ... tables_end() */

void table_print(const struct kind *k, const guid_vec *objects, bool all)
{
	struct choice columns = chosen(k, all);
	size_t hidden = 0;
	DWORD why = 0;
	struct libscols_table *t = table_new(k, &columns);
	vec_each(id, objects) {
		struct object *o = object(id);
		if (o->code) {
			if (o->code != ERROR_OBJECT_NOT_FOUND) /* gone meanwhile */
				hidden++, why = o->code;
			continue;
		}
		struct libscols_line *line = scols_table_new_line(t, NULL);
		for (size_t i = 0; line && i < columns.n; i++) {
			auto_str text = {0};
			column_text(columns.v[i], o, set.json, &text);
			if (scols_line_set_data(line, i, text.s && (*text.s || !set.json) ? text.s : NULL))
				abort();
		}
	}
	if (!set.json) {
		scols_print_table(t);
	} else if (depth) {
		tables_next(NULL);
		if (scols_table_get_nlines(t))
			print_member(t);
		else
			printf("   \"%s\": []", k->plural);
	} else if (scols_table_get_nlines(t)) {
		scols_print_table(t);
	} else {
		printf("{\n   \"%s\": []\n}\n", k->plural);
	}
	scols_unref_table(t);
	if (hidden)
		fprintf(stderr, "rsm: %s: %zu %s can't be read: %s (%u)\n", command_name, hidden, k->plural,
			RsmErrorName(why), why);
}

void tables_begin(void)
{
	depth = 1, members = 0;
	if (set.json)
		puts("{");
}

void tables_next(const char *heading)
{
	if (set.json && !heading && members++)
		puts(",");
	if (!set.json && heading && !set.noheadings)
		printf("%s%s\n", members++ ? "\n" : "", heading);
}

void tables_json(const char *member)
{
	tables_next(NULL);
	printf("   %s", member);
}

void tables_end(void)
{
	depth = 0;
	if (set.json)
		puts("\n}");
}

void json_text(struct str *to, const char *text)
{
	str_puts(to, "\"");
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if (*p == '"' || *p == '\\')
			str_printf(to, "\\%c", *p);
		else if (*p < ' ')
			str_printf(to, "\\u%04x", *p);
		else
			str_add(to, p, 1);
	str_puts(to, "\"");
}
