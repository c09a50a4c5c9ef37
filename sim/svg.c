/* SPDX-License-Identifier: GPL-2.0-or-later
 * The run hour by hour, as plots one above the other.
 */
#include "sim/sim.h"

#include "base/cleanup.h"

#define WIDTH 900.0
#define HEIGHT 150.0
#define LEFT 60.0
#define TOP 40.0

static double mounts(const struct hour *h) { return h->mounts; }
static double waiting(const struct hour *h) { return h->waiting; }
static double drives(const struct hour *h) { return h->drives; }
static double stopped(const struct hour *h) { return h->stopped * 60; }
static double unfit(const struct hour *h) { return h->unfit; }

static const struct plot {
	const char *title, *colour;
	double (*value)(const struct hour *);
} plots[] = {
	{"mounts per hour", "#1f6feb", mounts},
	{"mounts waiting", "#cf222e", waiting},
	{"drives with a medium", "#1a7f37", drives},
	{"robot stopped, minutes of the hour", "#9a6700", stopped},
	{"drives dirty or being cleaned", "#8250df", unfit},
};

/* A round number above the greatest value. */
static double ceiling(const struct report *r, const struct plot *p)
{
	static const double steps[] = {1, 2, 5};
	double most = 1;

	vec_each(h, &r->hours)
		most = p->value(h) > most ? p->value(h) : most;
	for (double ten = 1;; ten *= 10)
		for (size_t i = 0; i < countof(steps); i++)
			if (steps[i] * ten >= most)
				return steps[i] * ten;
}

static void draw(FILE *f, const struct report *r, const struct plot *p, double y)
{
	double most = ceiling(r, p), step = WIDTH / (double)(r->hours.n ? r->hours.n : 1);
	size_t day = r->hours.n > 24 * 40 ? 24 * 7 : r->hours.n > 48 ? 24 : 4;

	fprintf(f, "<text x=\"%g\" y=\"%g\">%s</text>\n", LEFT, y - 6, p->title);
	for (int i = 0; i <= 2; i++)
		fprintf(f,
			"<line x1=\"%g\" y1=\"%g\" x2=\"%g\" y2=\"%g\" stroke=\"#ccc\"/>"
			"<text x=\"%g\" y=\"%g\" text-anchor=\"end\">%g</text>\n",
			LEFT, y + HEIGHT * i / 2, LEFT + WIDTH, y + HEIGHT * i / 2, LEFT - 6,
			y + HEIGHT * i / 2 + 4, most * (2 - i) / 2);
	for (size_t h = 0; h <= r->hours.n; h += day)
		fprintf(f, "<text x=\"%.1f\" y=\"%g\" text-anchor=\"middle\">%zu%s</text>\n",
			LEFT + step * (double)h, y + HEIGHT + 14, day < 24 ? h : h / 24,
			day < 24 ? " h" : " d");
	fprintf(f, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"", p->colour);
	for (size_t h = 0; h < r->hours.n; h++)
		fprintf(f, "%.1f,%.1f ", LEFT + step * ((double)h + 0.5),
			y + HEIGHT * (1 - p->value(&r->hours.v[h]) / most));
	fputs("\"/>\n", f);
}

int report_svg(struct sim *s, const char *file)
{
	FILE *f = fopen(file, "we");
	double each = HEIGHT + 50;
	size_t n = countof(plots);

	if (!f)
		return -1;
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" "
		"font-family=\"sans-serif\" "
		"font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
		"<text x=\"%g\" y=\"16\" font-weight=\"bold\">%s, seed %.0f</text>\n",
		LEFT + WIDTH + 30, TOP + each * (double)n, LEFT, s->model.name, s->sc.v[SC_SEED]);
	for (size_t i = 0; i < n; i++)
		draw(f, &s->report, &plots[i], TOP + each * (double)i);
	fputs("</svg>\n", f);
	return fclose(f);
}
