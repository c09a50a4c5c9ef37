/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * NTMS_OBJECTINFORMATION to and from JSON: every type, both forms, every size that a caller may pass. */
#include "client/object.h"

#include "base/cleanup.h"
#include "client/guids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* JSON in which each field of a type has a value of its own */
static void put_fields(struct out *o, const struct wire_member *fields, uint32_t type)
{
	char text[80];

	for (int i = 0; fields[i].key; i++) {
		guid g = {{(uint8_t)type, (uint8_t)i, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

		out_puts(o, o->n > 1 ? ",\"" : "\"");
		out_puts(o, fields[i].key);
		out_puts(o, "\":");
		switch (fields[i].kind) {
		case W_TEXT:
			snprintf(text, sizeof text, "\"%s \\u00fc %d\"", fields[i].key, i);
			break;
		case W_GUID:
			text[0] = '"', guid_text(&g, text + 1), strcat(text, "\"");
			break;
		case W_TIME:
			snprintf(text, sizeof text, "\"2028-02-29T23:59:%02d.007Z\"", i);
			break;
		case W_BYTES:
			snprintf(text, sizeof text, "\"AAECAwQ=\"");
			break;
		case W_BOOL:
			snprintf(text, sizeof text, "true");
			break;
		case W_I64:
			snprintf(text, sizeof text, "12000000000001");
			break;
		default:
			snprintf(text, sizeof text, "%u",
				 !strcmp(fields[i].key, "type") ? type : 1000 + (unsigned)i);
			break;
		}
		out_puts(o, text);
	}
}

static void document(uint32_t type, struct out *o, struct doc *j)
{
	*o = (struct out){0};
	out_puts(o, "{");
	put_fields(o, wire_common, type);
	put_fields(o, wire_types[type].fields, type);
	out_puts(o, "}");
	assert_true(doc_parse(j, o->s, o->n));
}

union info {
	NTMS_OBJECTINFORMATIONA a;
	NTMS_OBJECTINFORMATIONW w;
	NTMS_I1_OBJECTINFORMATIONA i1a;
	NTMS_I1_OBJECTINFORMATIONW i1w;
	unsigned char bytes[2048];
};

static void read_into(union info *info, enum text_form form, DWORD size, uint32_t type, DWORD expected)
{
	struct out o;
	struct doc j;

	document(type, &o, &j);
	memset(info, 0x55, sizeof *info);
	info->a.dwSize = size;
	info->a.dwType = type;
	assert_int_equal(object_read(form, info, &j, 0), expected);
	doc_free(&j);
	out_free(&o);
}

static bool known(uint32_t type) { return wire_types[type].type != 0; }

/* Sizes of the members, as the structure reference gives them. 0: no such type. */
static const struct {
	DWORD a, w;
} members[WIRE_TYPES] = {
	[NTMS_CHANGER] = {172, 300},	 [NTMS_CHANGER_TYPE] = {260, 516}, [NTMS_COMPUTER] = {20, 20},
	[NTMS_DRIVE] = {232, 360},	 [NTMS_DRIVE_TYPE] = {264, 520},   [NTMS_IEDOOR] = {28, 28},
	[NTMS_IEPORT] = {32, 32},	 [NTMS_LIBRARY] = {128, 128},	   [NTMS_LIBREQUEST] = {340, 532},
	[NTMS_LOGICAL_MEDIA] = {20, 20}, [NTMS_MEDIA_POOL] = {60, 60},	   [NTMS_MEDIA_TYPE] = {16, 16},
	[NTMS_OPREQUEST] = {512, 960},	 [NTMS_PARTITION] = {640, 960},	   [NTMS_PHYSICAL_MEDIA] = {216, 312},
	[NTMS_STORAGESLOT] = {24, 24},
};

static void test_sizes(void **state)
{
	(void)state;
	for (uint32_t type = 0; type < WIRE_TYPES + 2; type++) {
		for (DWORD size = 0; size < 1500; size++) {
			bool is = type < WIRE_TYPES && members[type].a;
			bool a = is && (size == 896 || (size == 884 && type != NTMS_COMPUTER) ||
					size == 256 + members[type].a);
			bool w = is && (size == 1408 || (size == 1396 && type != NTMS_COMPUTER) ||
					size == 448 + members[type].w);

			if (type == NTMS_UNKNOWN)
				continue;
			assert_int_equal(object_size_valid(TEXT_A, &size, type), a);
			assert_int_equal(object_size_valid(TEXT_W, &size, type), w);
		}
	}
}

static void test_sizes_of_unknown(void **state)
{
	const DWORD good_a[] = {896, 884, 256 + 24, 256 + 640}, good_w[] = {1408, 1396, 448 + 16},
		    bad[] = {0, 4, 256, 2000};

	(void)state;
	for (size_t i = 0; i < countof(good_a); i++)
		assert_true(object_size_valid(TEXT_A, &good_a[i], NTMS_UNKNOWN));
	for (size_t i = 0; i < countof(good_w); i++)
		assert_true(object_size_valid(TEXT_W, &good_w[i], NTMS_UNKNOWN));
	for (size_t i = 0; i < countof(bad); i++)
		assert_false(object_size_valid(TEXT_A, &bad[i], NTMS_UNKNOWN));
}

/* Exactly dwSize bytes are written, for each type and size. */
static void test_writes_within_size(void **state)
{
	(void)state;
	for (uint32_t type = 1; type < WIRE_TYPES; type++) {
		for (int form = TEXT_A; known(type) && form <= TEXT_W; form++) {
			for (DWORD size = 1; size < 1500; size++) {
				union info info;

				if (!object_size_valid((enum text_form)form, &size, type))
					continue;
				read_into(&info, (enum text_form)form, size, type, 0);
				assert_int_equal(info.a.dwSize, size);
				assert_int_equal(info.a.dwType, type);
				for (size_t i = size; i < sizeof info; i++)
					assert_int_equal(info.bytes[i], 0x55);
			}
		}
	}
}

static void test_common(void **state)
{
	const SYSTEMTIME created = {2028, 2, 2, 29, 23, 59, 2, 7};
	union info info;

	(void)state;
	read_into(&info, TEXT_A, sizeof info.a, NTMS_DRIVE, 0);
	assert_memory_equal(&info.a.Created, &created, sizeof created);
	assert_int_equal(info.a.Enabled, TRUE);
	assert_int_equal(info.a.dwOperationalState, 1005);
	assert_string_equal(info.a.szName, "name \xc3\xbc 6");
	assert_string_equal(info.a.szDescription, "description \xc3\xbc 7");
	assert_int_equal(info.a.ObjectGuid.Data1, (NTMS_DRIVE << 24) | 0x000304);
	read_into(&info, TEXT_W, sizeof info.w, NTMS_DRIVE, 0);
	assert_memory_equal(info.w.szName, u"name \u00fc 6", sizeof(u"name \u00fc 6"));
	assert_memory_equal(info.w.szDescription, u"description \u00fc 7", sizeof(u"description \u00fc 7"));
}

static void test_members(void **state)
{
	const unsigned char label[] = {0, 1, 2, 3, 4, 0, 0};
	union info info;

	(void)state;
	read_into(&info, TEXT_A, sizeof info.a, NTMS_DRIVE, 0);
	assert_string_equal(info.a.Info.Drive.szDeviceName, "deviceName \xc3\xbc 3");
	assert_int_equal(info.a.Info.Drive.ScsiLun, 1009);
	assert_int_equal(info.a.Info.Drive.Library.Data1, (NTMS_DRIVE << 24) | 0x0d0304);
	assert_int_equal(info.a.Info.Drive.dwDeferDismountDelay, 1014);
	read_into(&info, TEXT_W, sizeof info.w, NTMS_PARTITION, 0);
	assert_int_equal(info.w.Info.Partition.Side, 1003);
	assert_memory_equal(info.w.Info.Partition.OmidLabelId, label, sizeof label);
	assert_true(info.w.Info.Partition.Capacity.QuadPart == 12000000000001);
	read_into(&info, TEXT_A, sizeof info.a, NTMS_LIBRARY, 0);
	assert_int_equal(info.a.Info.Library.AutoRecovery, TRUE);
	assert_int_equal(info.a.Info.Library.dwFlags, 1021);
}

/* In the first release's layout the operator request's message was shorter, and what came later is missing.
 */
static void test_first_release(void **state)
{
	union info info;

	(void)state;
	read_into(&info, TEXT_A, sizeof info.i1a, NTMS_OPREQUEST, 0);
	assert_string_equal(info.i1a.Info.OpRequest.szMessage, "message \xc3\xbc 3");
	assert_int_equal(info.i1a.Info.OpRequest.Arg1Type, 1004);
	assert_string_equal(info.i1a.Info.OpRequest.szComputer, "computer \xc3\xbc 10");
	read_into(&info, TEXT_W, sizeof info.i1w, NTMS_OPREQUEST, 0);
	assert_int_equal(info.i1w.Info.OpRequest.Arg2Type, 1006);
	read_into(&info, TEXT_A, sizeof info.i1a, NTMS_PHYSICAL_MEDIA, 0);
	assert_int_equal(info.i1a.Info.PhysicalMedia.dwNumberOfPartitions, 1010);
	read_into(&info, TEXT_A, sizeof info.i1a, NTMS_COMPUTER, ERROR_INVALID_PARAMETER);
}

/* The server found the type out: the structure may turn out too small. */
static void test_too_small_for_type(void **state)
{
	union info info;

	(void)state;
	read_into(&info, TEXT_A, 256 + 24, NTMS_DRIVE, ERROR_INVALID_PARAMETER);
}

/* What Set sends is what Get gave, and nothing that can't be set. */
static void test_round_trip(void **state)
{
	(void)state;
	for (uint32_t type = 1; type < WIRE_TYPES; type++) {
		for (int form = TEXT_A; known(type) && form <= TEXT_W; form++) {
			union info info;
			struct wire_object object;
			size_t settable = 0;

			read_into(&info, (enum text_form)form, form == TEXT_A ? sizeof info.a : sizeof info.w,
				  type, 0);
			assert_int_equal(object_write((enum text_form)form, &info, &object), 0);
			for (size_t i = 0; i < wire_n_common; i++)
				settable += wire_common[i].settable;
			for (size_t i = 0; i < wire_types[type].n_fields; i++)
				settable += wire_types[type].fields[i].settable;
			assert_int_equal(object.n, settable);
			for (size_t i = 0; i < object.n; i++) {
				const struct wire_value *v = &object.v[i];
				bool common =
					v->field < wire_common + wire_n_common && v->field >= wire_common;
				long at = v->field - (common ? wire_common : wire_types[type].fields);
				char text[80];

				assert_true(v->field->settable);
				snprintf(text, sizeof text, "%s \xc3\xbc %ld", v->field->key, at);
				if (v->field->kind == W_TEXT)
					assert_string_equal(v->text, text);
				else if (v->field->kind == W_GUID)
					assert_int_equal(v->id.b[1], at);
				else
					assert_int_equal(v->num, v->field->kind == W_BOOL ? 1 : 1000 + at);
			}
			wire_object_clear(&object);
		}
	}
}

static void test_unterminated_name(void **state)
{
	struct wire_object object;
	union info info;

	(void)state;
	read_into(&info, TEXT_A, sizeof info.a, NTMS_LIBRARY, 0);
	memset(info.a.szName, 'x', sizeof info.a.szName);
	assert_int_equal(object_write(TEXT_A, &info, &object), ERROR_INVALID_PARAMETER);
	assert_int_equal(object.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_sizes_of_unknown),
		cmocka_unit_test(test_writes_within_size),
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_first_release),
		cmocka_unit_test(test_too_small_for_type),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_unterminated_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
