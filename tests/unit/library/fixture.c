/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

struct world w;
guid pool, media[4];

int begin_free(void **n)
{
	w = (struct world){0};
	start_with(&w, (int)(intptr_t)*n, &pool);
	return 0;
}

int begin_allocated(void **n)
{
	begin_free(n);
	for (intptr_t i = 0; i < (intptr_t)*n; i++)
		media[i] = allocate(&w, &pool);
	return 0;
}

int end(void **state)
{
	world_end(&w);
	return 0;
}

void begin_anew(void)
{
	void *one = (void *)1;

	world_end(&w);
	begin_allocated(&one);
}
