/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * registry.c: sets are found by owner and name, by id and by namespace, in order; the first set to
 * expire; sessions, which outlive their set for a while and are bounded; counters.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/state/registry.h"

static struct set *make_set(uid_t owner, const char *name, unsigned number)
{
	struct set *set = calloc(1, sizeof(*set));

	assert_non_null(set);
	set->owner = owner;
	snprintf(set->name, sizeof(set->name), "%s", name);
	snprintf(set->id, sizeof(set->id), "%016x", number);
	set->state = SET_READY;
	set->spec = malloc(1); /* freed with it */
	return set;
}

static struct session *make_session(struct set *set, unsigned number)
{
	struct session *session = calloc(1, sizeof(*session));

	assert_non_null(session);
	session->set = set;
	session->owner = set->owner;
	snprintf(session->id, sizeof(session->id), "%016x", number);
	session->words = malloc(1);
	return session;
}

static struct registry *make_registry(void)
{
	struct registry *registry;

	assert_int_equal(registry_new(&registry), 0);
	return registry;
}

static struct set *add_set(struct registry *registry, uid_t owner, const char *name,
			   unsigned number)
{
	struct set *set = make_set(owner, name, number);

	assert_int_equal(registry_add_set(registry, set), 0);
	return set;
}

static void test_set_is_found_by_owner_and_name_and_by_id(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct set *a = add_set(registry, 1000, "a", 1), *b = add_set(registry, 1001, "a", 2), *c;

	assert_ptr_equal(registry_find_set(registry, 1000, "a"), a);
	assert_ptr_equal(registry_find_set(registry, 1001, "a"), b);
	assert_null(registry_find_set(registry, 1002, "a"));
	assert_null(registry_find_set(registry, 1000, "b"));
	assert_null(registry_find_set(registry, 1000, ""));
	assert_ptr_equal(registry_find_set_id(registry, "0000000000000002"), b);
	assert_null(registry_find_set_id(registry, "0000000000000003"));
	assert_int_equal(registry_count_sets(registry), 2);
	/* refused is not taken */
	c = make_set(1000, "a", 3);
	assert_int_equal(registry_add_set(registry, c), -EEXIST);
	assert_null(registry_find_set_id(registry, "0000000000000003"));
	snprintf(c->name, sizeof(c->name), "c");
	snprintf(c->id, sizeof(c->id), "%s", a->id);
	assert_int_equal(registry_add_set(registry, c), -EEXIST);
	assert_null(registry_find_set(registry, 1000, "c"));
	assert_int_equal(registry_count_sets(registry), 2);
	free(c->spec);
	free(c);
	registry_drop_set(registry, a);
	assert_null(registry_find_set(registry, 1000, "a"));
	assert_null(registry_find_set_id(registry, "0000000000000001"));
	assert_int_equal(registry_count_sets(registry), 1);
	add_set(registry, 1000, "a", 1);
	assert_null(registry_free(registry));
	assert_null(registry_free(NULL));
}

/* Sets are sorted by owner, then by the bytes of their names, and not by creation. */
static void test_sets_are_sorted_by_owner_and_name(void **state _unused_)
{
	static const struct {
		uid_t owner;
		const char *name;
	} rows[] = {{0, "z"}, {1000, "a"}, {1000, "a-"}, {1000, "b"}, {1001, "a"}, {70000, "0"}};
	static const size_t made[] = {3, 0, 5, 1, 4, 2};
	struct registry *registry = make_registry();
	const struct set *set = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(made); i++)
		add_set(registry, rows[made[i]].owner, rows[made[i]].name, i);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		set = registry_next_set(registry, set ? set->owner : 0, set ? set->name : NULL);
		assert_non_null(set);
		assert_int_equal(set->owner, rows[i].owner);
		assert_string_equal(set->name, rows[i].name);
	}
	assert_null(registry_next_set(registry, set->owner, set->name));
	/* begins with an owner, and after a name that does not exist any more */
	assert_string_equal(registry_next_set(registry, 1000, NULL)->name, "a");
	assert_int_equal(registry_next_set(registry, 1002, NULL)->owner, 70000);
	assert_string_equal(registry_next_set(registry, 1000, "aa")->name, "b");
	assert_null(registry_next_set(registry, UINT32_MAX, NULL));
	registry_free(registry);
}

/* Adds and drops as many sets as a machine may have, in a mixed order. */
static void test_many_sets_are_added_and_dropped(void **state _unused_)
{
	static const unsigned n = 2000, step = 733; /* prime to each other */
	struct registry *registry = make_registry();
	char name[16];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "s%u", i * step % n);
		add_set(registry, 1000 + i % 3, name, i * step % n);
	}
	assert_int_equal(registry_count_sets(registry), n);
	for (unsigned i = 0; i < n; i++) {
		char id[ID_SIZE];
		struct set *set;

		snprintf(id, sizeof(id), "%016x", i);
		set = registry_find_set_id(registry, id);
		assert_non_null(set);
		assert_ptr_equal(registry_find_set(registry, set->owner, set->name), set);
		registry_drop_set(registry, set);
		assert_null(registry_find_set_id(registry, id));
	}
	assert_int_equal(registry_count_sets(registry), 0);
	registry_free(registry);
}

static void test_set_is_found_by_its_namespace(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct set *a = add_set(registry, 1000, "a", 1), *b = add_set(registry, 1000, "b", 2);

	a->inodes[KIND_NET] = 100;
	a->ids[KIND_NET] = 7;
	b->inodes[KIND_NET] = 101;
	b->inodes[KIND_PID] = 100;
	assert_ptr_equal(registry_find_namespace(registry, KIND_NET, 100, 7), a);
	assert_ptr_equal(registry_find_namespace(registry, KIND_NET, 100, 0), a);
	/* the kernel has used the number again */
	assert_null(registry_find_namespace(registry, KIND_NET, 100, 8));
	assert_ptr_equal(registry_find_namespace(registry, KIND_NET, 101, 9), b);
	assert_ptr_equal(registry_find_namespace(registry, KIND_PID, 100, 0), b);
	assert_null(registry_find_namespace(registry, KIND_UTS, 100, 0));
	/* a namespace that could not be read is in no set */
	assert_null(registry_find_namespace(registry, KIND_UTS, 0, 0));
	assert_null(registry_find_namespace(registry, KIND_PID, 0, 0));
	registry_free(registry);
}

static void test_first_set_to_expire_is_found(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct set *a, *b, *c;

	assert_null(registry_first_expiry(registry));
	a = add_set(registry, 1000, "a", 1);
	assert_null(registry_first_expiry(registry));
	registry_set_expiry(registry, a, 50);
	assert_ptr_equal(registry_first_expiry(registry), a);
	b = make_set(1000, "b", 2);
	b->lease.expires = 40;
	assert_int_equal(registry_add_set(registry, b), 0);
	assert_ptr_equal(registry_first_expiry(registry), b);
	c = add_set(registry, 1000, "c", 3);
	registry_set_expiry(registry, c, 45);
	assert_ptr_equal(registry_first_expiry(registry), b);
	/* put off, dropped, never any more */
	registry_set_expiry(registry, b, 60);
	assert_ptr_equal(registry_first_expiry(registry), c);
	registry_drop_set(registry, c);
	assert_ptr_equal(registry_first_expiry(registry), a);
	registry_set_expiry(registry, a, 0);
	assert_ptr_equal(registry_first_expiry(registry), b);
	registry_set_expiry(registry, b, 0);
	assert_null(registry_first_expiry(registry));
	registry_free(registry);
}

/* Many that expire in a mixed order, some of them at the same time, come one by one. */
static void test_sets_expire_in_order(void **state _unused_)
{
	static const unsigned n = 500, step = 137; /* prime to each other */
	struct registry *registry = make_registry();
	uint64_t last = 0;
	char name[16];

	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		registry_set_expiry(registry, add_set(registry, 1000, name, i),
				    1 + i * step % n / 2);
	}
	for (unsigned i = 0; i < n; i++) {
		struct set *set = registry_first_expiry(registry);

		assert_non_null(set);
		assert_true(set->lease.expires >= last);
		last = set->lease.expires;
		if (i % 2)
			registry_set_expiry(registry, set, 0);
		else
			registry_drop_set(registry, set);
	}
	assert_null(registry_first_expiry(registry));
	assert_int_equal(registry_count_sets(registry), n / 2);
	registry_free(registry);
}

/* --- sessions --- */

/* Counts dropped sessions, and keeps the last one's id. */
struct dropped {
	size_t n;
	char id[ID_SIZE];
};

static void on_drop(struct session *session, void *context)
{
	struct dropped *dropped = context;

	dropped->n++;
	memcpy(dropped->id, session->id, sizeof(dropped->id));
}

static struct session *add_session(struct registry *registry, struct set *set, unsigned number)
{
	struct session *session = make_session(set, number);

	assert_int_equal(registry_add_session(registry, session), 0);
	return session;
}

static void end_session(struct registry *registry, struct session *session, uint64_t when,
			struct dropped *dropped)
{
	session->ended = when;
	registry_end_session(registry, session, on_drop, dropped);
}

static void test_sessions_outlive_their_set(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct set *set = add_set(registry, 1000, "a", 1);
	struct session *a = add_session(registry, set, 10), *b = add_session(registry, set, 11),
		       *c = add_session(registry, set, 12), *again;
	struct dropped dropped = {};

	assert_ptr_equal(registry_find_session(registry, "000000000000000b"), b);
	assert_null(registry_find_session(registry, "000000000000000d"));
	/* the newest first */
	assert_ptr_equal(set->sessions, c);
	assert_ptr_equal(c->next_in_set, b);
	assert_ptr_equal(b->next_in_set, a);
	assert_null(a->next_in_set);
	again = make_session(set, 11);
	assert_true(registry_add_session(registry, again) < 0);
	assert_ptr_equal(set->sessions, c);
	free(again->words);
	free(again);
	/* from the middle */
	registry_drop_session(registry, b);
	assert_ptr_equal(c->next_in_set, a);
	assert_null(registry_find_session(registry, "000000000000000b"));
	end_session(registry, a, 5, &dropped);
	end_session(registry, c, 6, &dropped);
	assert_int_equal(dropped.n, 0);
	/* ended sessions stay when their set is dropped, without a set */
	registry_drop_set(registry, set);
	a = registry_find_session(registry, "000000000000000a");
	assert_non_null(a);
	assert_null(a->set);
	assert_null(a->next_in_set);
	registry_drop_session(registry, a);
	assert_null(registry_find_session(registry, "000000000000000a"));
	/* the other goes with the registry */
	registry_free(registry);
}

/* The number of remembered sessions is bounded for each user; other users lose none by it. */
static void test_remembered_sessions_are_bounded_for_each_user(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct set *alice = add_set(registry, 1000, "a", 1), *bob = add_set(registry, 1001, "b", 2);
	struct session *running = add_session(registry, alice, 0xffff);
	struct dropped dropped = {};

	end_session(registry, add_session(registry, bob, 0xfffe), 1, &dropped);
	for (unsigned i = 0; i < ENDED_MAX; i++)
		end_session(registry, add_session(registry, alice, 1000 + i), 100 + i, &dropped);
	assert_int_equal(dropped.n, 0);
	for (unsigned i = 0; i < 10; i++) {
		char id[ID_SIZE];

		end_session(registry, add_session(registry, alice, 5000 + i), 5000 + i, &dropped);
		snprintf(id, sizeof(id), "%016x", 1000 + i);
		assert_int_equal(dropped.n, i + 1);
		assert_string_equal(dropped.id, id);
		assert_null(registry_find_session(registry, id));
	}
	/* a session that has ended before all others, by a clock that was set back */
	end_session(registry, add_session(registry, alice, 9000), 1, &dropped);
	assert_int_equal(dropped.n, 11);
	assert_null(registry_find_session(registry, "0000000000002328"));
	assert_non_null(registry_find_session(registry, "000000000000fffe"));
	assert_ptr_equal(registry_find_session(registry, "000000000000ffff"), running);
	registry_free(registry);
}

static void test_old_sessions_are_forgotten(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct set *set = add_set(registry, 1000, "a", 1);
	struct dropped dropped = {};

	add_session(registry, set, 1); /* still running */
	for (unsigned i = 2; i < 20; i++)
		end_session(registry, add_session(registry, set, i), i, &dropped);
	registry_age_sessions(registry, 2, on_drop, &dropped);
	assert_int_equal(dropped.n, 0);
	registry_age_sessions(registry, 12, on_drop, &dropped);
	assert_int_equal(dropped.n, 10);
	assert_null(registry_find_session(registry, "000000000000000b"));
	assert_non_null(registry_find_session(registry, "000000000000000c"));
	registry_age_sessions(registry, UINT64_MAX, on_drop, &dropped);
	assert_int_equal(dropped.n, 18);
	assert_non_null(registry_find_session(registry, "0000000000000001"));
	assert_non_null(set->sessions);
	assert_null(set->sessions->next_in_set);
	registry_free(registry);
}

static void test_use_of_each_user_is_counted(void **state _unused_)
{
	struct registry *registry = make_registry();
	struct registry_use *use = registry_use(registry, 1000);

	assert_non_null(use);
	assert_int_equal(use->uid, 1000);
	assert_true(use->sets == 0 && use->sessions == 0 && use->connections == 0);
	use->connections = 1;
	for (uid_t uid = 0; uid < 100; uid++)
		assert_non_null(registry_use(registry, uid));
	assert_ptr_equal(registry_use(registry, 1000), use);
	/* a record in use stays */
	registry_use_settle(registry, 1000);
	assert_ptr_equal(registry_use(registry, 1000), use);
	assert_int_equal(use->connections, 1);
	use->connections = 0;
	registry_use_settle(registry, 1000);
	registry_use_settle(registry, 1000);
	registry_use_settle(registry, 50000);
	for (uid_t uid = 0; uid < 50; uid++)
		registry_use_settle(registry, uid);
	use = registry_use(registry, 1000);
	assert_non_null(use);
	assert_int_equal(use->connections, 0);
	registry_free(registry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_is_found_by_owner_and_name_and_by_id),
		cmocka_unit_test(test_sets_are_sorted_by_owner_and_name),
		cmocka_unit_test(test_many_sets_are_added_and_dropped),
		cmocka_unit_test(test_set_is_found_by_its_namespace),
		cmocka_unit_test(test_first_set_to_expire_is_found),
		cmocka_unit_test(test_sets_expire_in_order),
		cmocka_unit_test(test_sessions_outlive_their_set),
		cmocka_unit_test(test_remembered_sessions_are_bounded_for_each_user),
		cmocka_unit_test(test_old_sessions_are_forgotten),
		cmocka_unit_test(test_use_of_each_user_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
