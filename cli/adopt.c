/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm media adopt: a list of bar codes is taken as known. All of it is looked at first; with one line that is
 * wrong nothing is done. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct line {
	char *barcode;
	unsigned number;
};
typedef VEC(struct line) line_vec;

struct known {
	char barcode[sizeof(((NTMS_PMIDINFORMATIONA *)0)->szBarCode)];
	GUID id;
};
typedef VEC(struct known) known_vec;

static const char *file;

static int by_barcode(const void *a, const void *b)
{
	return strcmp(((const struct known *)a)->barcode, ((const struct known *)b)->barcode);
}

static int by_text(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->barcode, y->barcode);
	return order ? order : (int)x->number - (int)y->number;
}

static BOOL CALLBACK take(const NTMS_OBJECTINFORMATIONA *info, const RSM_OBJECTDETAIL *detail, void *media)
{
	known_vec *to = media;
	const char *barcode = info->Info.PhysicalMedia.szBarCode;
	if (detail && *barcode) {
		struct known *k = vec_add(to);
		k->id = info->ObjectGuid;
		snprintf(k->barcode, sizeof k->barcode, "%s", barcode);
	}
	return TRUE;
}

static void read_media(known_vec *to)
{
	DWORD code = RsmReadObjects(session(), NULL, NTMS_PHYSICAL_MEDIA, take, to);
	if (code)
		die(code, "%s", type_name(NTMS_PHYSICAL_MEDIA));
	if (to->n)
		qsort(to->v, to->n, sizeof *to->v, by_barcode);
}

static void read_lines(line_vec *to)
{
	FILE *in = strcmp(file, "-") ? fopen(file, "re") : stdin;
	auto_free char *text = NULL;
	size_t cap = 0;
	if (!in)
		die_text("%s: %s", file, strerror(errno));
	for (unsigned number = 1; getline(&text, &cap, in) > 0; number++) {
		char *word = text + strspn(text, " \t");
		word[strcspn(word, " \t\r\n,;#")] = 0;
		if (*word)
			*vec_add(to) = (struct line){strdup(word), number};
	}
	if (ferror(in))
		die_text("%s: %s", file, strerror(errno));
	if (in != stdin)
		fclose(in);
}

static const struct known *find(const known_vec *media, const char *barcode, bool *several)
{
	struct known key = {0};
	const struct known *k;
	*several = false;
	if (!media->n || strlen(barcode) >= sizeof key.barcode)
		return NULL;
	strcpy(key.barcode, barcode);
	k = bsearch(&key, media->v, media->n, sizeof key, by_barcode);
	*several = k && ((k > media->v && !by_barcode(k - 1, k)) ||
			 (k + 1 < media->v + media->n && !by_barcode(k + 1, k)));
	return k;
}

static void complain(const struct line *l, const char *why)
{
	fprintf(stderr, "rsm: %s: %s:%u: %s: %s\n", command_name, file, l->number, l->barcode, why);
}

/* The media of the lines; how many of these are wrong. */
static unsigned check(line_vec *lines, const known_vec *media, guid_vec *to)
{
	unsigned wrong = 0;
	bool several;
	if (lines->n)
		qsort(lines->v, lines->n, sizeof *lines->v, by_text);
	vec_each(l, lines) {
		const struct known *k = find(media, l->barcode, &several);
		char why[60] = "";
		if (!k)
			snprintf(why, sizeof why, "no medium has that bar code");
		else if (several)
			snprintf(why, sizeof why, "several media have that bar code");
		else if (l > lines->v && !strcmp(l[-1].barcode, l->barcode))
			snprintf(why, sizeof why, "stands in line %u already", l[-1].number);
		else
			*vec_add(to) = k->id;
		if (*why)
			complain(l, why), wrong++;
	}
	return wrong;
}

static int adopt(int n, char **operands)
{
	line_vec lines = {0};
	known_vec media = {0};
	guid_vec ids = {0};
	DWORD code = 0;
	file = operands[0];
	read_lines(&lines);
	read_media(&media);
	unsigned wrong = check(&lines, &media, &ids);
	if (wrong)
		die_text("%s: %u of %zu bar codes are wrong; nothing was done", file, wrong, lines.n);
	if (ids.n)
		code = RsmAdoptMedia(session(), ids.v, (DWORD)ids.n);
	if (code)
		die(code, "%s: nothing was done", file);
	if (!set.quiet)
		printf("%zu adopted\n", ids.n);
	return EXIT_OK;
}

const struct command cmd_media_adopt = {
	.name = "media adopt",
	.operands = "FILE",
	.min = 1,
	.max = 1,
	.run = adopt,
	.summary = "Take the media of a list of bar codes as known, without mounting each",
	.help = "FILE: a bar code in each line (-: standard input); what follows a blank, comma or # is "
		"ignored.\n"
		"They become import media; what really is on them shows at their first mount. With one bar\n"
		"code that is unknown, or stands there twice, nothing is done.",
};
