/* SPDX-License-Identifier: GPL-2.0-or-later
 * xoshiro256**, seeded by splitmix64 (Blackman and Vigna, public domain), and the distributions that loads
 * and faults have. */
#include "sim/dice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t split(uint64_t *x)
{
	uint64_t z = (*x += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void dice_seed(struct dice *d, uint64_t seed, const char *subject)
{
	for (; *subject; subject++)
		seed = (seed ^ (uint8_t)*subject) * 0x100000001b3;
	for (size_t i = 0; i < 4; i++)
		d->s[i] = split(&seed);
}

static uint64_t turn(uint64_t x, int k) { return x << k | x >> (64 - k); }

uint64_t dice_bits(struct dice *d)
{
	uint64_t *s = d->s, out = turn(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = turn(s[3], 45);
	return out;
}

double dice_unit(struct dice *d) { return (double)(dice_bits(d) >> 11) * 0x1p-53; }
uint64_t dice_below(struct dice *d, uint64_t n) { return n ? (uint64_t)(dice_unit(d) * (double)n) : 0; }
bool dice_chance(struct dice *d, double p) { return p > 0 && dice_unit(d) < p; }
double dice_exponential(struct dice *d, double mean) { return -mean * log(1 - dice_unit(d)); }

double dice_lognormal(struct dice *d, double mean, double sigma)
{
	double u = 1 - dice_unit(d), angle = 2 * M_PI * dice_unit(d);

	return mean * exp(sigma * sqrt(-2 * log(u)) * cos(angle) - sigma * sigma / 2);
}

void dice_bytes(struct dice *d, void *bytes, size_t n)
{
	uint8_t *p = bytes;

	for (uint64_t x = 0; n--; x >>= 8) {
		if (!x)
			x = dice_bits(d);
		*p++ = (uint8_t)x;
	}
}

size_t zipf_pick(struct zipf *z, struct dice *d, size_t n)
{
	size_t low = 0, high = n - 1;
	double u;

	if (n > z->n) {
		z->sum = reallocarray(z->sum, n, sizeof *z->sum);
		if (!z->sum) {
			fputs("out of memory\n", stderr);
			abort();
		}
		for (; z->n < n; z->n++)
			z->sum[z->n] = (z->n ? z->sum[z->n - 1] : 0) + pow((double)(z->n + 1), -z->s);
	}
	u = dice_unit(d) * z->sum[n - 1];
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (z->sum[mid] > u)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

void zipf_free(struct zipf *z)
{
	free(z->sum);
	*z = (struct zipf){0};
}
