/* SPDX-License-Identifier: GPL-2.0-or-later
 * Chance, by seed. Each subject has dice of its own, so that a change in one doesn't shift the others. */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t s[4];
};

void dice_seed(struct dice *d, uint64_t seed, const char *subject);
uint64_t dice_bits(struct dice *d);
double dice_unit(struct dice *d); /* [0, 1) */
uint64_t dice_below(struct dice *d, uint64_t n);
bool dice_chance(struct dice *d, double p);
double dice_exponential(struct dice *d, double mean);
double dice_lognormal(struct dice *d, double mean, double sigma); /* sigma: of the logarithm */
void dice_bytes(struct dice *d, void *bytes, size_t n);

/* Popularity: rank 0 is asked for most; the share of rank r falls with (r+1)^-s. */
struct zipf {
	double s;
	double *sum; /* of the weights of the first n ranks */
	size_t n;
};
size_t zipf_pick(struct zipf *z, struct dice *d, size_t n); /* among the first n ranks; n > 0 */
void zipf_free(struct zipf *z);

#endif
