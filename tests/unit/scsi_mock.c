/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/scsi_mock.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct mock_step *steps;
static size_t left;

void mock_expect(const struct mock_step *s, size_t n)
{
	mock_finished();
	steps = s, left = n;
}

void mock_finished(void)
{
	size_t n = left;

	left = 0;
	if (n)
		fail_msg("%zu expected commands weren't sent; the next is %s", n, steps->cdb);
}

void mock_forget(void) { left = 0; }

size_t unhex(const char *text, uint8_t *out, size_t size)
{
	size_t n = 0;

	while (text && *text) {
		char *end;
		long value, times = 1;

		if (*text == ' ') {
			text++;
			continue;
		}
		value = strtol(text, &end, 16);
		assert_ptr_not_equal(end, text);
		if (*end == '*')
			times = strtol(end + 1, &end, 10);
		for (; times > 0; times--) {
			assert_true(n < size);
			out[n++] = (uint8_t)value;
		}
		text = end;
	}
	return n;
}

static void check_cdb(const struct scsi_cmd *c, const char *want)
{
	size_t i = 0;

	for (const char *p = want; *p; p += strspn(p, " ")) {
		assert_true(i < c->cdb_len);
		if (*p != '.' && strtoul(p, NULL, 16) != c->cdb[i])
			fail_msg("byte %zu of a command is %02X; expected was %s (opcode %02X)", i, c->cdb[i],
				 want, c->cdb[0]);
		p += 2, i++;
	}
}

static int mock_open(const char *url, int stop_fd, struct transport **t, struct err *e)
{
	*t = calloc(1, sizeof **t);
	return 0;
}

static enum outcome mock_execute(struct transport *t, struct scsi_cmd *c)
{
	static uint8_t bytes[1 << 20];
	const struct mock_step *s = steps;
	size_t n;

	if (!left)
		fail_msg("a command %02X that nobody expected", c->cdb[0]);
	check_cdb(c, s->cdb);
	steps++, left--;
	n = unhex(s->in, bytes, sizeof bytes);
	if (c->dir == SCSI_DATA_IN) {
		c->done = n < c->len ? n : c->len;
		if (c->done)
			memcpy(c->data, bytes, c->done);
		c->done -= (size_t)s->short_by;
		if (s->exact)
			c->done = c->len;
	} else if (c->dir == SCSI_DATA_OUT && s->in) {
		assert_int_equal(c->len, n);
		assert_memory_equal(c->data, bytes, n);
	}
	c->new_session = s->new_session;
	c->status = s->sense ? SCSI_CHECK : s->status;
	c->sense_len = unhex(s->sense, c->sense, sizeof c->sense);
	return s->outcome;
}

static void mock_close(struct transport *t) { free(t); }

static const struct transport_ops mock_transport = {"mock:", mock_open, mock_execute, .close = mock_close};

__attribute__((constructor)) static void set_mock(void) { transport_set_mock(&mock_transport); }
