/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario.h"

#include "base/cleanup.h"
#include "base/ini.h"
#include "sim/model.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *section, *key;
	double absent, least, most;
} keys[SC_COUNT] = {
#define SCENARIO_ROW_(NAME, section, key, absent, least, most) {section, key, absent, least, most},
	SCENARIO_KEYS(SCENARIO_ROW_)};

static int take(void *arg, const struct ini_entry *i, struct err *e)
{
	struct scenario *sc = arg;
	bool section = false;
	char end;
	double v;

	for (size_t k = 0; k < SC_COUNT; k++) {
		if (strcmp(i->section, keys[k].section) != 0)
			continue;
		section = true;
		if (!i->key || strcmp(i->key, keys[k].key) != 0)
			continue;
		if (sscanf(i->value, "%lf %c", &v, &end) != 1 || !(v >= keys[k].least && v <= keys[k].most))
			return ini_wrong(i, e, "%s = %s: a number from %g to %g is wanted", i->key, i->value,
					 keys[k].least, keys[k].most);
		sc->v[k] = v;
		return 0;
	}
	if (!section)
		return ini_wrong(i, e, "a scenario has no section [%s]", i->section);
	if (!i->key)
		return 0;
	if (!strcmp(i->section, "scenario") && !strcmp(i->key, "about"))
		snprintf(sc->about, sizeof sc->about, "%s", i->value);
	else if (!strcmp(i->section, "scenario") && !strcmp(i->key, "model"))
		snprintf(sc->model, sizeof sc->model, "%s", i->value);
	else
		return ini_wrong(i, e, "[%s] %s: a scenario has no such key", i->section, i->key);
	return 0;
}

int scenario_read(const char *name, struct scenario *sc, struct err *e)
{
	char path[4096];

	*sc = (struct scenario){.model = "autoloader-24"};
	snprintf(sc->name, sizeof sc->name, "%s", name);
	for (size_t k = 0; k < SC_COUNT; k++)
		sc->v[k] = keys[k].absent;
	if (shipped_file("scenarios", name, path, sizeof path, e))
		return (int)e->code;
	return ini_read(path, take, sc, e);
}
