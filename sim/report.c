/* SPDX-License-Identifier: GPL-2.0-or-later
 * Everything here is of the simulated time, so that the same run prints the same bytes. */
#include "sim/report.h"

#include "sim/sim.h"

#include <stdlib.h>

struct hour *report_hour(struct sim *s)
{
	struct report *r = &s->report;
	size_t h = (size_t)((s->w.now - s->start) / HOUR_MS);

	while (r->hours.n <= h)
		*vec_add(&r->hours) = (struct hour){0};
	return &r->hours.v[h];
}

/* Means over time: what is the case now lasts until `now`. */
void report_until(struct sim *s, int64_t now)
{
	struct report *r = &s->report;
	double waiting = (double)load_waiting(s), drives = 0, unfit = 0, stopped = !robot_ready(s);

	for (size_t i = 0; i < s->w.drives; i++)
		drives += s->w.places.v[s->w.places.n - s->w.drives + i].cartridge >= 0;
	vec_each(d, &s->drives)
		unfit += d->dirty || r->since < d->cleans_until;
	while (r->since < now) {
		size_t h = (size_t)((r->since - s->start) / HOUR_MS);
		int64_t to = s->start + (int64_t)(h + 1) * HOUR_MS, work;

		while (r->hours.n <= h)
			*vec_add(&r->hours) = (struct hour){0};
		to = to < now ? to : now;
		r->hours.v[h].waiting += waiting * (double)(to - r->since) / HOUR_MS;
		r->hours.v[h].drives += drives * (double)(to - r->since) / HOUR_MS;
		r->hours.v[h].unfit += unfit * (double)(to - r->since) / HOUR_MS;
		r->hours.v[h].stopped += stopped * (double)(to - r->since) / HOUR_MS;
		work = (s->robot_free < to ? s->robot_free : to) - r->since;
		r->hours.v[h].robot += work > 0 ? (double)work / HOUR_MS : 0;
		r->since = to;
	}
}

void report_call(struct report *r, uint32_t call, uint32_t code)
{
	vec_each(c, &r->calls)
		if (c->call == call && c->code == code) {
			c->n++;
			return;
		}
	*vec_add(&r->calls) = (struct called){call, code, 1};
}

static int by_call(const void *a, const void *b)
{
	const struct called *x = a, *y = b;

	return x->call != y->call ? (x->call < y->call ? -1 : 1) : x->code < y->code ? -1 : x->code > y->code;
}

static int by_wait(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return x < y ? -1 : x > y;
}

static double wait_share(const struct report *r, double share)
{
	size_t i = (size_t)(share * (double)r->waits.n);

	return r->waits.n ? (double)r->waits.v[i < r->waits.n ? i : r->waits.n - 1] : 0;
}

static double mean_wait(const struct report *r)
{
	double sum = 0;

	vec_each(w, &r->waits)
		sum += (double)*w;
	return r->waits.n ? sum / (double)r->waits.n : 0;
}

static void in_order(struct report *r)
{
	if (r->calls.n)
		qsort(r->calls.v, r->calls.n, sizeof *r->calls.v, by_call);
	if (r->waits.n)
		qsort(r->waits.v, r->waits.n, sizeof *r->waits.v, by_wait);
}

struct figure {
	const char *key, *label;
	double value;
	int digits;
};

/* The same figures for the table and for JSON. */
static size_t figures(struct sim *s, struct figure *f)
{
	struct report *r = &s->report;
	double hours = (double)(s->end - s->start) / HOUR_MS, drives = 0, waiting = 0;
	double stopped = 0, unfit = 0;
	size_t n = 0;

	vec_each(h, &r->hours)
		drives += h->drives, waiting += h->waiting, stopped += h->stopped, unfit += h->unfit;
#define FIGURE(k, l, v, d) f[n++] = (struct figure){k, l, (double)(v), d}
	FIGURE("days", "days", hours / 24, 2);
	FIGURE("asked", "mounts asked for", r->asked, 0);
	FIGURE("mounts", "mounts", r->mounts, 0);
	FIGURE("mountsPerHour", "mounts per hour", (double)r->mounts / hours, 1);
	FIGURE("failed", "failed", r->failed, 0);
	FIGURE("givenUp", "given up by applications that died", r->given_up, 0);
	FIGURE("stillWaiting", "still waiting", load_waiting(s), 0);
	FIGURE("waitMean", "wait, mean (s)", mean_wait(r), 1);
	FIGURE("waitMedian", "wait, median (s)", wait_share(r, 0.5), 1);
	FIGURE("wait95", "wait, 95 % (s)", wait_share(r, 0.95), 1);
	FIGURE("waitMost", "wait, longest (s)", wait_share(r, 1), 1);
	FIGURE("queue", "mounts waiting, mean", waiting / hours, 2);
	FIGURE("drives", "drives", s->w.drives, 0);
	FIGURE("drivesInUse", "drives with a medium, mean", drives / hours, 2);
	FIGURE("robotBusy", "robot at work (%)", r->robot_ms / (hours * HOUR_MS) * 100, 1);
	FIGURE("robotStopped", "robot stopped: door, scan, outage (%)", stopped / hours * 100, 2);
	FIGURE("moves", "moves", r->moves, 0);
	FIGURE("passes", "of these from rail to rail", r->passes, 0);
	FIGURE("loads", "loads", r->loads, 0);
	FIGURE("actions", "actions", r->actions, 0);
	FIGURE("actionsFailed", "of these failed or unknown", r->actions_failed, 0);
	FIGURE("faults", "faults", r->faults, 0);
	FIGURE("calibrations", "first loads with a calibration", r->calibrations, 0);
	FIGURE("drivesUnfit", "drives dirty or being cleaned, mean", unfit / hours, 2);
	FIGURE("cleanings", "cleanings", r->cleanings, 0);
	FIGURE("cleanersSpent", "cleaning cartridges spent", r->cleaners_spent, 0);
	FIGURE("doors", "doors opened", r->doors, 0);
	FIGURE("crashes", "crashes of rsmd", r->crashes, 0);
	FIGURE("answers", "answers of operators", r->answers, 0);
	FIGURE("wrongMedia", "wrong media brought by operators", r->wrong_media, 0);
	FIGURE("emptyPorts", "mail slots left empty by operators", r->empty_ports, 0);
	FIGURE("events", "events", r->events, 0);
	FIGURE("violations", "violations of what always holds", s->violations, 0);
#undef FIGURE
	return n;
}

void report_table(struct sim *s, FILE *f)
{
	struct figure fig[40];
	size_t n;

	in_order(&s->report);
	n = figures(s, fig);
	fprintf(f, "%s: %s (%s), seed %.0f\n", s->sc.name, s->sc.about, s->model.about, s->sc.v[SC_SEED]);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "  %-38s %12.*f\n", fig[i].label, fig[i].digits, fig[i].value);
	vec_each(c, &s->report.calls)
		fprintf(f, "  %-28s %-32s %8llu\n", wire_calls[c->call].name,
			c->code ? wire_code_name(c->code) : "ERROR_SUCCESS", (unsigned long long)c->n);
}

static void json_text(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 32)
			fprintf(f, "\\u%04x", (unsigned)*s);
		else
			fputc(*s, f);
	fputc('"', f);
}

void report_json(struct sim *s, FILE *f)
{
	struct figure fig[40];
	size_t n;

	in_order(&s->report);
	n = figures(s, fig);
	fputs("{\"scenario\":", f);
	json_text(f, s->sc.name);
	fputs(",\"model\":", f);
	json_text(f, s->model.name);
	fprintf(f, ",\"seed\":%.0f", s->sc.v[SC_SEED]);
	for (size_t i = 0; i < n; i++)
		fprintf(f, ",\"%s\":%.*f", fig[i].key, fig[i].digits, fig[i].value);
	fputs(",\"calls\":[", f);
	vec_each(c, &s->report.calls)
		fprintf(f, "%s{\"call\":\"%s\",\"code\":\"%s\",\"count\":%llu}",
			c == s->report.calls.v ? "" : ",", wire_calls[c->call].name,
			c->code ? wire_code_name(c->code) : "ERROR_SUCCESS", (unsigned long long)c->n);
	fputs("],\"hours\":[", f);
	vec_each(h, &s->report.hours)
		fprintf(f,
			"%s{\"asked\":%u,\"mounts\":%u,\"moves\":%u,\"waiting\":%.2f,\"drives\":%.2f,"
			"\"robot\":%.3f,\"stopped\":%.3f,\"unfit\":%.2f}",
			h == s->report.hours.v ? "" : ",", h->asked, h->mounts, h->moves, h->waiting,
			h->drives, h->robot, h->stopped, h->unfit);
	fputs("]}\n", f);
}

void report_free(struct report *r)
{
	vec_free(&r->hours);
	vec_free(&r->waits);
	vec_free(&r->calls);
}
