/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "device_fixture.h"

struct changer *c;
struct drive *d;
struct verdict v;

int no_device(void **state)
{
	c = NULL, d = NULL;
	return 0;
}

int with_changer(void **state)
{
	d = NULL;
	MOCK(INQUIRY("08", ACME_ROBOT), NO_PAGES, MODE_PAGE("03", "02"), NO_HINTS);
	done(changer_open("mock:", &c, &v));
	return 0;
}

int with_drive(void **state)
{
	c = NULL;
	MOCK(INQUIRY("01", ACME_ROBOT), NO_PAGES);
	done(drive_open("mock:", &d, &v));
	return 0;
}

int tear_down(void **state)
{
	mock_finished();
	changer_close(c);
	drive_close(d);
	return 0;
}
