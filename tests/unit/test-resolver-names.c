/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which names a list has. */
#include "daemon/resolver/names.h"
#include "tests/unit/resolver.h"

static uint32_t found[RESOLVER_ENTRIES_MAX];

static struct names *read_list(const char *const *list)
{
	_cleanup_fd_ int fd = make_list(list);
	struct names *names;

	assert_int_equal(names_read(fd, 0, &names), 0);
	return names;
}

static size_t match(const char *const *list, const char *name)
{
	struct names *names = read_list(list);
	size_t n = names_match(names, name, found);

	names_free(names);
	return n;
}

static void test_names_match_exactly_or_below(void **state _unused_)
{
	const char *const list[] = {"github.com", "*.pypi.org", "a.b.pypi.org", "*.b.pypi.org",
				    NULL};

	assert_int_equal(match(list, "github.com"), 1);
	assert_int_equal(found[0], 0);
	assert_int_equal(match(list, "a.github.com"), 0);
	assert_int_equal(match(list, "notgithub.com"), 0);
	assert_int_equal(match(list, "com"), 0);
	assert_int_equal(match(list, ""), 0);
	assert_int_equal(match(list, "pypi.org"), 0);
	assert_int_equal(match(list, "xpypi.org"), 0);
	assert_int_equal(match(list, "files.pypi.org"), 1);
	assert_int_equal(found[0], 1);
	/* all that match: the entry itself, then the nearest */
	assert_int_equal(match(list, "a.b.pypi.org"), 3);
	assert_int_equal(found[0], 2);
	assert_int_equal(found[1], 3);
	assert_int_equal(found[2], 1);
	assert_int_equal(match(list, "b.pypi.org"), 1);
}

/* The dot of a label that is escaped separates nothing. */
static void test_escaped_dot_separates_nothing(void **state _unused_)
{
	const char *const list[] = {"*.pypi.org", NULL};

	assert_int_equal(match(list, "evil\\046pypi.org"), 0);
	assert_int_equal(match(list, "evil\\000.pypi.org"), 1);
}

static void test_names_of_a_long_list_are_found(void **state _unused_)
{
	static char texts[RESOLVER_NAMES_MAX + 1][32];
	static const char *list[RESOLVER_NAMES_MAX + 2];
	struct names *names;
	int fd;

	for (int i = 0; i < RESOLVER_NAMES_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "n%d.example.org", i);
		list[i] = texts[i];
	}
	names = read_list(list);
	for (uint32_t i = 0; i < RESOLVER_NAMES_MAX; i += 7) {
		assert_int_equal(names_match(names, texts[i], found), 1);
		assert_int_equal(found[0], i);
	}
	names_free(names);
	/* one too many */
	list[RESOLVER_NAMES_MAX] = "one.more";
	fd = make_list(list);
	assert_int_equal(names_read(fd, 0, &names), -EINVAL);
	close(fd);
}

static void test_malformed_list_is_refused(void **state _unused_)
{
	const char *const with_empty[] = {"a.org", "", "b.org", NULL};
	struct names *names;
	int fd = make_list(with_empty);

	assert_int_equal(names_read(fd, 0, &names), -EINVAL);
	close(fd);
	fd = memfd_create("names", MFD_CLOEXEC);
	assert_int_equal(write(fd, "a.org", 5), 5); /* without its NUL */
	assert_int_equal(names_read(fd, 0, &names), -EINVAL);
	assert_int_equal(ftruncate(fd, RESOLVER_LIST_MAX + 1), 0);
	assert_int_equal(names_read(fd, 0, &names), -EINVAL);
	close(fd);
	assert_int_equal(names_read(-1, 0, &names), -EBADF);
}

/* Lists with the same entries share their memory, unless the number of the user's own entries
 * differs. */
static void test_equal_lists_are_shared(void **state _unused_)
{
	const char *const list[] = {"a.org", "*.b.org", NULL};
	_cleanup_fd_ int fd = make_list(list), same_fd = make_list(list);
	struct names *first, *second, *third;

	assert_int_equal(names_read(fd, 1, &first), 0);
	assert_int_equal(names_read(same_fd, 1, &second), 0);
	assert_ptr_equal(first, second);
	assert_int_equal(names_read(fd, 2, &third), 0);
	assert_ptr_not_equal(first, third);
	names_free(first);
	assert_int_equal(names_match(second, "a.org", found), 1);
	assert_true(names_have_own(second, found, 1));
	assert_int_equal(names_match(second, "x.b.org", found), 1);
	assert_false(names_have_own(second, found, 1));
	assert_true(names_have_own(third, found, 1));
	names_free(second);
	names_free(third);
	/* more of the user's own than there are */
	assert_int_equal(names_read(fd, 3, &first), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_match_exactly_or_below),
		cmocka_unit_test(test_escaped_dot_separates_nothing),
		cmocka_unit_test(test_names_of_a_long_list_are_found),
		cmocka_unit_test(test_malformed_list_is_refused),
		cmocka_unit_test(test_equal_lists_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
