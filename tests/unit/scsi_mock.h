/* SPDX-License-Identifier: GPL-2.0-or-later
 * A device that expects certain commands and gives recorded answers, at the URL "mock:". Bytes are written in
 * hex, blanks between; 20*32 is 32 times 20. */
#ifndef TESTS_UNIT_SCSI_MOCK_H
#define TESTS_UNIT_SCSI_MOCK_H

#include "device/scsi.h"

struct mock_step {
	const char *cdb;   /* what the command must begin with; a byte written .. may be any */
	const char *in;	   /* data in, or (for data out) the data expected */
	const char *sense; /* makes the status CHECK CONDITION; "" without any sense data */
	uint8_t status;
	enum outcome outcome; /* not OUTCOME_DONE: no answer */
	int short_by;	      /* the transport tells of so many bytes less than came */
	bool new_session;
	bool exact; /* the transport tells of the whole buffer as transferred, as if more had come */
};

void mock_expect(const struct mock_step *steps, size_t n);
#define MOCK(...)                                                                                            \
	do {                                                                                                 \
		static const struct mock_step steps_[] = {__VA_ARGS__};                                      \
		mock_expect(steps_, sizeof steps_ / sizeof *steps_);                                         \
	} while (0)
/* Fails the test unless all was sent. */
void mock_finished(void);
void mock_forget(void);
size_t unhex(const char *text, uint8_t *out, size_t size);
/* Fixed sense data of these codes, as text for mock_step.sense. */
#define SENSE(key, asc, ascq) "70 00 " key " 00*4 0a 00*4 " asc " " ascq " 00*4"
/* The three answers that opening takes. */
#define INQUIRY(type, vendor_product)                                                                        \
	{                                                                                                    \
		"12 00 00", type " 80 05 02 3d 00*3 " vendor_product " 31 2e 30 20 00*30"                    \
	}
#define NO_PAGES                                                                                             \
	{"12 01 80", .sense = SENSE("05", "24", "00")}, { "12 01 83", .sense = SENSE("05", "24", "00") }
#define ACME_ROBOT "41 43 4d 45 20*4 52 4f 42 4f 54 20*11"

#endif
