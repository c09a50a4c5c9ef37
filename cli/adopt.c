/* SPDX-License-Identifier: GPL-2.0-or-later
 * rsm media adopt: a list of bar codes is taken as known. */
#include "cli/cli.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The medium with that very bar code. */
static bool find(const char *barcode, GUID *id)
{
	GUID list[8];
	DWORD n = countof(list), fit = 0;
	if (RsmFindObject(session(), barcode, NTMS_PHYSICAL_MEDIA, list, &n))
		return false;
	for (DWORD i = 0; i < n; i++)
		if (!strcmp(object(&list[i])->info.Info.PhysicalMedia.szBarCode, barcode)) {
			*id = list[i];
			fit++;
		}
	if (fit != 1)
		fprintf(stderr, "rsm: %s: %s: %s\n", command_name, barcode,
			fit ? "several media have that bar code" : "no medium has that bar code");
	return fit == 1;
}

static int adopt(int n, char **operands)
{
	bool std = !strcmp(operands[0], "-");
	FILE *in = std ? stdin : fopen(operands[0], "re");
	auto_free char *line = NULL;
	unsigned done = 0, wrong = 0;
	size_t cap = 0;
	GUID id;
	if (!in)
		die_text("%s: %s", operands[0], strerror(errno));
	while (getline(&line, &cap, in) > 0) {
		char *word = line + strspn(line, " \t");
		word[strcspn(word, " \t\r\n,;#")] = 0;
		if (!*word)
			continue;
		DWORD code = 0;
		bool found = find(word, &id);
		if (found && (code = RsmAdoptMedium(session(), &id)))
			failed(code, "%s", word);
		if (found && !code)
			done++;
		else
			wrong++;
	}
	if (!std)
		fclose(in);
	if (!set.quiet)
		printf("%u adopted%s", done, wrong ? "" : "\n");
	if (!set.quiet && wrong)
		printf(", %u not\n", wrong);
	return wrong ? EXIT_FAILED : EXIT_OK;
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
		"They become import media; what really is on them shows at their first mount.",
};
