/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SIDs, tokens and security descriptors: hostile bytes, deny before allow, generic rights, owners and
 * administrators; whose descriptor decides about what; what the security calls refuse. */
#include "media_world.h"

#include <ntmsapi.h>
#include <string.h>

static void token_holds(void **state)
{
	gid_t groups[] = {5, 6};
	struct token *plain = token_new(1000, groups, 2, (gid_t)-1), *admin = token_new(1000, groups, 2, 6),
		     *zero = token_new(0, NULL, 0, 6);
	char text[SID_TEXT_MAX];

	assert_string_equal(sid_text(plain->sids, text), "S-1-22-1-1000");
	assert_string_equal(sid_text(plain->sids + 16, text), "S-1-22-2-5");
	assert_true(token_has(plain, sid_everyone));
	assert_false(token_is_administrator(plain));
	assert_true(token_is_administrator(admin));
	assert_true(token_is_administrator(zero));
	assert_string_equal(sid_text(zero->sids, text), "S-1-5-18");
	token_free(plain), token_free(admin), token_free(zero);
}

static void token_comes_back_from_bytes(void **state)
{
	struct token *k = token_from(user.token->sids, user.token->n);

	assert_non_null(k);
	assert_memory_equal(k->sids, user.token->sids, k->n);
	token_free(k);
	assert_null(token_from(user.token->sids, user.token->n - 1)); /* cut off */
	assert_null(token_from("\x02", 1));
	assert_null(token_from("", 0));
}

static struct wire_blob sample(uint16_t control)
{
	struct acl acl = {0};
	struct wire_blob b;

	acl_add(&acl, ACCESS_DENIED_ACE_TYPE, 0, NTMS_MODIFY_ACCESS, user.token->sids);
	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, GENERIC_WRITE, sid_everyone);
	b = descriptor_build(&(struct descriptor){
		.control = control, .owner = sid_administrators, .group = sid_system, .dacl = acl.p});
	acl_free(&acl);
	return b;
}

/* Every single byte of it changed to every value, and every length: nothing may be read outside, ASan
 * watches. */
static void hostile_descriptors(void **state)
{
	struct wire_blob b = sample(SE_DACL_PRESENT);
	struct descriptor d;
	struct err e;

	assert_int_equal(descriptor_parse(b.p, b.n, &d, &e), 0);
	for (size_t n = 0; n < b.n; n++) {
		uint8_t *cut = malloc(n + 1);

		memcpy(cut, b.p, n);
		cut = realloc(cut, n ? n : 1);
		assert_int_equal(descriptor_parse(cut, n, &d, &e), ERROR_INVALID_PARAMETER);
		free(cut);
	}
	for (size_t i = 0; i < b.n; i++) {
		for (int v = 0; v < 256; v++) {
			uint8_t *copy = malloc(b.n);

			memcpy(copy, b.p, b.n);
			copy[i] = (uint8_t)v;
			if (descriptor_parse(copy, b.n, &d, &e) == 0) {
				struct wire_blob again = descriptor_build(&d);

				descriptor_grants(&d, user.token, NTMS_ALL_ACCESS);
				assert_int_equal(descriptor_parse(again.p, again.n, &d, &e), 0);
				free(again.p);
			} else {
				assert_true(e.why[0] != 0);
			}
			free(copy);
		}
	}
	free(b.p);
}

static uint32_t granted(const struct acl *acl, const uint8_t *owner, const struct caller *who,
			uint32_t wanted)
{
	struct descriptor d = {.control = SE_DACL_PRESENT, .owner = owner, .dacl = acl->p};

	return descriptor_grants(&d, who->token, wanted);
}

static void order_of_entries_decides(void **state)
{
	const uint32_t all = NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | NTMS_CONTROL_ACCESS;
	struct acl deny_first = {0}, allow_first = {0};

	acl_add(&deny_first, ACCESS_DENIED_ACE_TYPE, 0, NTMS_MODIFY_ACCESS, user.token->sids);
	acl_add(&deny_first, ACCESS_ALLOWED_ACE_TYPE, 0, all, sid_everyone);
	acl_add(&allow_first, ACCESS_ALLOWED_ACE_TYPE, 0, all, sid_everyone);
	acl_add(&allow_first, ACCESS_DENIED_ACE_TYPE, 0, NTMS_MODIFY_ACCESS, user.token->sids);
	assert_int_equal(granted(&deny_first, NULL, &user, all), NTMS_USE_ACCESS | NTMS_CONTROL_ACCESS);
	assert_int_equal(granted(&deny_first, NULL, &other, all), all);
	assert_int_equal(granted(&allow_first, NULL, &user, all), all);
	acl_free(&deny_first), acl_free(&allow_first);
}

static void generic_rights_are_mapped(void **state)
{
	static const struct {
		uint32_t generic, wanted, got;
	} cases[] = {
		{GENERIC_READ, NTMS_ALL_ACCESS, NTMS_USE_ACCESS | READ_CONTROL},
		{GENERIC_WRITE, NTMS_ALL_ACCESS, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | READ_CONTROL},
		{GENERIC_EXECUTE, NTMS_ALL_ACCESS,
		 NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS | NTMS_CONTROL_ACCESS | READ_CONTROL},
		{GENERIC_ALL, NTMS_ALL_ACCESS, NTMS_ALL_ACCESS},
	};

	for (size_t i = 0; i < countof(cases); i++) {
		struct acl acl = {0};

		acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, 0, cases[i].generic, user.token->sids);
		assert_int_equal(granted(&acl, NULL, &user, cases[i].wanted), cases[i].got);
		acl_free(&acl);
	}
}

static void entries_only_to_be_inherited_grant_nothing(void **state)
{
	struct acl acl = {0};

	acl_add(&acl, ACCESS_ALLOWED_ACE_TYPE, INHERIT_ONLY_ACE | CONTAINER_INHERIT_ACE, GENERIC_ALL,
		sid_everyone);
	acl_add(&acl, SYSTEM_AUDIT_ACE_TYPE, 0, GENERIC_ALL, sid_everyone);
	assert_int_equal(granted(&acl, NULL, &user, NTMS_USE_ACCESS), 0);
	acl_free(&acl);
}

static void owners_and_administrators_cannot_be_locked_out(void **state)
{
	struct acl acl = {0};

	acl_add(&acl, ACCESS_DENIED_ACE_TYPE, 0, NTMS_ALL_ACCESS, sid_everyone);
	assert_int_equal(granted(&acl, user.token->sids, &user, NTMS_ALL_ACCESS), READ_CONTROL | WRITE_DAC);
	assert_int_equal(granted(&acl, user.token->sids, &other, NTMS_ALL_ACCESS), 0);
	assert_int_equal(granted(&acl, NULL, &root, NTMS_ALL_ACCESS), READ_CONTROL | WRITE_DAC | WRITE_OWNER);
	acl_free(&acl);
	assert_int_equal(descriptor_grants(&(struct descriptor){0}, user.token, NTMS_ALL_ACCESS),
			 NTMS_ALL_ACCESS); /* no DACL */
}

static void only_three_kinds_carry_descriptors(void **state)
{
	struct GetNtmsObjectSecurity_out out = {0};
	int64_t medium = a_medium("A00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);
	const int64_t without[] = {medium, side_of(medium, 0), drives[0], slots[0], port, lto};
	const int64_t with[] = {model_computer(NULL), lib, 3, 4};

	for (size_t i = 0; i < countof(without); i++)
		assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_of(without[i]),
				      .parts = DACL_SECURITY_INFORMATION),
				 ERROR_NO_SECURITY_ON_OBJECT);
	for (size_t i = 0; i < countof(with); i++) {
		assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_of(with[i]),
				      .parts = DACL_SECURITY_INFORMATION),
				 0);
		free(out.descriptor.p);
	}
	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_new(), .parts = 4),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_null, .parts = 4),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_of(lib), .parts = 0),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_of(lib), .type = NTMS_DRIVE,
			      .parts = 4),
			 ERROR_OBJECT_NOT_FOUND);
	assert_int_equal(CALL(user, GetNtmsObjectSecurity, &out, .object = guid_of(lib), .parts = 4),
			 ERROR_ACCESS_DENIED);
}

static void parts_are_read_and_written_alone(void **state)
{
	struct GetNtmsObjectSecurity_out out = {0};
	struct wire_blob b = sample(SE_DACL_PRESENT);
	struct descriptor d;
	struct err e;

	assert_int_equal(DO(root, SetNtmsObjectSecurity, .object = guid_of(lib),
			    .parts = OWNER_SECURITY_INFORMATION, .descriptor = b),
			 0);
	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_of(lib),
			      .parts = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION),
			 0);
	assert_int_equal(descriptor_parse(out.descriptor.p, out.descriptor.n, &d, &e), 0);
	assert_true(sid_equal(d.owner, sid_administrators));
	assert_null(d.group);
	assert_true(
		descriptor_grants(&d, other.token, NTMS_USE_ACCESS)); /* the DACL is still the first one */
	assert_false(descriptor_grants(&d, other.token, NTMS_MODIFY_ACCESS));
	free(out.descriptor.p);
	assert_int_equal(DO(root, SetNtmsObjectSecurity, .object = guid_of(lib),
			    .parts = DACL_SECURITY_INFORMATION, .descriptor = b),
			 0);
	assert_int_equal(DO(root, SetNtmsObjectSecurity, .object = guid_of(lib), .parts = 4,
			    .descriptor = {.p = b.p, .n = 10}),
			 ERROR_INVALID_PARAMETER);
	free(b.p);
	/* its generic right was stored mapped, its denial holds */
	assert_int_equal(CALL(root, GetNtmsObjectSecurity, &out, .object = guid_of(lib),
			      .parts = DACL_SECURITY_INFORMATION),
			 0);
	assert_int_equal(descriptor_parse(out.descriptor.p, out.descriptor.n, &d, &e), 0);
	assert_int_equal(descriptor_grants(&d, user.token, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS),
			 NTMS_USE_ACCESS);
	assert_int_equal(descriptor_grants(&d, other.token, NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS),
			 NTMS_USE_ACCESS | NTMS_MODIFY_ACCESS);
	free(out.descriptor.p);
}

static void sacl_and_owner_need_more(void **state)
{
	struct GetNtmsObjectSecurity_out out = {0};
	struct wire_blob b = sample(SE_DACL_PRESENT);
	guid g = guid_of(lib);

	grant(lib, &user, WRITE_DAC | WRITE_OWNER | READ_CONTROL);
	assert_int_equal(DO(user, SetNtmsObjectSecurity, .object = g, .parts = SACL_SECURITY_INFORMATION,
			    .descriptor = b),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(
		CALL(user, GetNtmsObjectSecurity, &out, .object = g, .parts = SACL_SECURITY_INFORMATION),
		ERROR_ACCESS_DENIED);
	assert_int_equal(DO(user, SetNtmsObjectSecurity, .object = g, .parts = OWNER_SECURITY_INFORMATION,
			    .descriptor = b),
			 ERROR_ACCESS_DENIED); /* it would make somebody else the owner */
	assert_int_equal(DO(other, SetNtmsObjectSecurity, .object = g, .parts = DACL_SECURITY_INFORMATION,
			    .descriptor = b),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(DO(user, SetNtmsObjectSecurity, .object = g, .parts = DACL_SECURITY_INFORMATION,
			    .descriptor = b),
			 0);
	free(b.p);
}

static void messages_name_who_what_and_where(void **state)
{
	assert_int_equal(
		DO(user, InventoryNtmsLibrary, .library = guid_of(lib), .action = NTMS_INVENTORY_FAST),
		ERROR_ACCESS_DENIED);
	assert_non_null(strstr(err.why, "S-1-22-1-1000"));
	assert_non_null(strstr(err.why, "NTMS_CONTROL_ACCESS"));
	assert_non_null(strstr(err.why, "library \"L1\""));
}

static void sessions_need_use_of_the_computer(void **state)
{
	assert_int_equal(JOB(media_open_session(t, &user, e)), 0);
	grant(model_computer(NULL), &other, NTMS_USE_ACCESS);
	assert_int_equal(JOB(media_open_session(t, &user, e)), ERROR_ACCESS_DENIED);
	assert_int_equal(JOB(media_open_session(t, &other, e)), 0);
}

/* Media are governed by their pool, devices by their library, types by the computer. */
static void reading_follows_the_owner(void **state)
{
	int64_t medium = a_medium("A00001L8", lto, 0, NTMS_POOLTYPE_SCRATCH, NTMS_PARTSTATE_AVAILABLE);

	grant(system_pool(NTMS_POOLTYPE_SCRATCH, lto), &user, NTMS_USE_ACCESS);
	assert_int_equal(DO(user, GetNtmsObjectInformation, .object = guid_of(medium)), 0);
	assert_int_equal(DO(other, GetNtmsObjectInformation, .object = guid_of(medium)), ERROR_ACCESS_DENIED);
	assert_int_equal(DO(other, GetNtmsObjectInformation, .object = guid_of(side_of(medium, 0))),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(DO(other, GetNtmsObjectInformation, .object = guid_of(drives[0])), 0);
	grant(lib, &user, NTMS_USE_ACCESS);
	assert_int_equal(DO(other, GetNtmsObjectInformation, .object = guid_of(drives[0])),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(DO(other, RsmGetObjectDetail, .object = guid_of(slots[0])), ERROR_ACCESS_DENIED);
	assert_int_equal(DO(other, GetNtmsObjectInformation, .object = guid_of(lto)), 0);
	grant(model_computer(NULL), &user, NTMS_USE_ACCESS);
	assert_int_equal(DO(other, GetNtmsObjectInformation, .object = guid_of(lto)), ERROR_ACCESS_DENIED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_open, world_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(token_holds),
		TEST(token_comes_back_from_bytes),
		TEST(hostile_descriptors),
		TEST(order_of_entries_decides),
		TEST(generic_rights_are_mapped),
		TEST(entries_only_to_be_inherited_grant_nothing),
		TEST(owners_and_administrators_cannot_be_locked_out),
		TEST(only_three_kinds_carry_descriptors),
		TEST(parts_are_read_and_written_alone),
		TEST(sacl_and_owner_need_more),
		TEST(messages_name_who_what_and_where),
		TEST(sessions_need_use_of_the_computer),
		TEST(reading_follows_the_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
