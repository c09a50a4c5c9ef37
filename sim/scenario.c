/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sim/scenario.h"

#include "base/cleanup.h"
#include "base/ini.h"
#include "sim/model.h"
#include "sim/plan.h"

#include <ntmsapi.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *section, *key;
	double absent, least, most;
} keys[SC_COUNT] = {
#define SCENARIO_ROW_(NAME, section, key, absent, least, most) {section, key, absent, least, most},
	SCENARIO_KEYS(SCENARIO_ROW_)};

static int take_planned(struct scenario *sc, const struct ini_entry *i, struct err *e)
{
	struct planned p = {0};
	double at;
	char end;

	sc->planned = true;
	if (!i->key)
		return 0;
	while (p.key < SC_COUNT && (plan_unit(p.key) == PLAN_NOT || strcmp(i->key, keys[p.key].key) != 0))
		p.key++;
	if (p.key == SC_COUNT)
		return ini_wrong(i, e, "[plan] %s: this can't be planned", i->key);
	if (sscanf(i->value, "%lf %" SCNu64 " %c", &at, &p.dice, &end) != 2 || !(at >= 0 && at < 1e9))
		return ini_wrong(
			i, e,
			"%s = %s: when (seconds, or the how-manieth) and a number for its dice are wanted",
			i->key, i->value);
	p.at = llround(plan_unit(p.key) == PLAN_TIME ? at * 1000 : at);
	*vec_add(&sc->plan) = p;
	return 0;
}

static int take(void *arg, const struct ini_entry *i, struct err *e)
{
	struct scenario *sc = arg;
	bool section = false;
	char end;
	double v;

	if (!strcmp(i->section, "plan"))
		return take_planned(sc, i, e);
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

void scenario_defaults(struct scenario *sc)
{
	for (size_t k = 0; k < SC_COUNT; k++)
		sc->v[k] = keys[k].absent;
}

const char *scenario_key_name(enum scenario_key key) { return keys[key].key; }

int scenario_read(const char *name, struct scenario *sc, struct err *e)
{
	char path[4096];

	*sc = (struct scenario){.model = "autoloader-24"};
	snprintf(sc->name, sizeof sc->name, "%s", name);
	scenario_defaults(sc);
	if (shipped_file("scenarios", name, path, sizeof path, e))
		return (int)e->code;
	return ini_read(path, take, sc, e);
}

int scenario_write(const struct scenario *sc, const char *path, struct err *e)
{
	FILE *f = fopen(path, "w");
	const char *section = "";

	if (!f)
		return err_set(e, ERROR_INVALID_DATA, "%s: %s", path, strerror(errno));
	for (size_t k = 0; k < SC_COUNT; k++) {
		/* what is planned has no rate */
		if (sc->v[k] == keys[k].absent ||
		    (sc->planned && plan_unit((enum scenario_key)k) != PLAN_NOT))
			continue;
		if (strcmp(section, keys[k].section) != 0)
			fprintf(f, "%s[%s]\n", *section ? "\n" : "", keys[k].section);
		if (!*section)
			fprintf(f, "about = %s\nmodel = %s\n", sc->about, sc->model);
		section = keys[k].section;
		fprintf(f, "%s = %.10g\n", keys[k].key, sc->v[k]);
	}
	if (sc->planned)
		fprintf(f, "\n[plan]\n");
	vec_each(p, &sc->plan)
		if (!p->dropped && plan_unit(p->key) == PLAN_TIME)
			fprintf(f, "%s = %.3f %" PRIu64 "\n", keys[p->key].key, (double)p->at / 1000,
				p->dice);
		else if (!p->dropped)
			fprintf(f, "%s = %" PRId64 " %" PRIu64 "\n", keys[p->key].key, p->at, p->dice);
	if (fclose(f))
		return err_set(e, ERROR_INVALID_DATA, "%s: %s", path, strerror(errno));
	return 0;
}

void scenario_free(struct scenario *sc) { vec_free(&sc->plan); }
