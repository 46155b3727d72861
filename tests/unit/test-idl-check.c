/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idl-check.c: parameters that do not fit are refused with the path of the first that does not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "tests/unit/idl.h"

struct check_row {
	const char *method, *parameters;
	const char *path; /* NULL: it fits */
};

static const char check_text[] =
	"interface a.b\n"
	"type Tree (left: ?Tree, right: ?Tree, all: ?[]Tree)\n"
	"type Color (red, green)\n"
	"method None() -> ()\n"
	"method Basic(b: ?bool, i: ?int, f: ?float, s: ?string, o: ?object) -> ()\n"
	"method Any(a: any, b: ?any) -> ()\n"
	"method Need(a: int, b: string) -> ()\n"
	"method Nest(list: ?[]int, map: ?[string]int, deep: ?[](x: [](y: (one, two))),\n"
	"  color: ?Color, holes: ?[]?int, gaps: ?[string]?int, set: ?[string]()) -> ()\n"
	"method Grow(tree: Tree) -> ()\n";

static const struct check_row checks[] = {
	{"None", "{}", NULL},
	{"None", "{\"a\":1}", "a"},
	{"None", "{\"a\":null}", "a"},
	{"None", "[]", ""},
	{"Basic", "{}", NULL},
	{"Basic", "{\"b\":true,\"i\":-1,\"f\":2.5,\"s\":\"\",\"o\":{\"any\":[null,{}]}}", NULL},
	{"Basic", "{\"b\":null,\"i\":null,\"f\":null,\"s\":null,\"o\":null}", NULL},
	{"Basic", "{\"b\":false,\"i\":9223372036854775807,\"f\":3}", NULL},
	{"Basic", "{\"b\":1}", "b"},
	{"Basic", "{\"b\":\"true\"}", "b"},
	{"Basic", "{\"i\":1.0}", "i"},
	{"Basic", "{\"i\":1e3}", "i"},
	{"Basic", "{\"i\":\"1\"}", "i"},
	{"Basic", "{\"i\":true}", "i"},
	{"Basic", "{\"f\":\"1\"}", "f"},
	{"Basic", "{\"f\":[1]}", "f"},
	{"Basic", "{\"s\":1}", "s"},
	{"Basic", "{\"s\":[\"\"]}", "s"},
	{"Basic", "{\"o\":[]}", "o"},
	{"Basic", "{\"o\":\"\"}", "o"},
	{"Basic", "{\"x\":1}", "x"},
	{"Basic", "{\"\":1}", ""},
	{"Basic", "{\"i\":1,\"S\":\"\"}", "S"},
	{"Any", "{\"a\":1.5,\"b\":\"\"}", NULL},
	{"Any", "{\"a\":[{\"x\":null}],\"b\":null}", NULL},
	{"Any", "{\"a\":null}", "a"},
	{"Any", "{}", "a"},
	{"Need", "{\"a\":1,\"b\":\"\"}", NULL},
	{"Need", "{\"b\":\"\"}", "a"},
	{"Need", "{\"a\":1}", "b"},
	{"Need", "{}", "a"},
	{"Need", "{\"a\":null,\"b\":\"\"}", "a"},
	{"Need", "{\"a\":1,\"b\":null}", "b"},
	{"Need", "{\"b\":1}", "b"},
	{"Nest", "{\"list\":[],\"map\":{}}", NULL},
	{"Nest", "{\"list\":[1,2],\"map\":{\"x\":1,\"y z\":2}}", NULL},
	{"Nest", "{\"list\":{}}", "list"},
	{"Nest", "{\"list\":1}", "list"},
	{"Nest", "{\"list\":[1,\"2\"]}", "list[1]"},
	{"Nest", "{\"list\":[null]}", "list[0]"},
	{"Nest", "{\"holes\":[null,1]}", NULL},
	{"Nest", "{\"map\":[]}", "map"},
	{"Nest", "{\"map\":{\"x\":1,\"y\":\"\"}}", "map.y"},
	{"Nest", "{\"map\":{\"x\":null}}", "map.x"},
	{"Nest", "{\"gaps\":{\"x\":null}}", NULL},
	{"Nest", "{\"set\":{\"x\":{},\"y\":{}}}", NULL},
	{"Nest", "{\"set\":{\"x\":{\"y\":1}}}", "set.x.y"},
	{"Nest", "{\"color\":\"red\"}", NULL},
	{"Nest", "{\"color\":\"blue\"}", "color"},
	{"Nest", "{\"color\":\"\"}", "color"},
	{"Nest", "{\"color\":0}", "color"},
	{"Nest", "{\"deep\":[{\"x\":[{\"y\":\"two\"}]}]}", NULL},
	{"Nest", "{\"deep\":[{\"x\":[]},{\"x\":[{\"y\":\"one\"},{\"y\":\"three\"}]}]}",
	 "deep[1].x[1].y"},
	{"Nest", "{\"deep\":[{\"x\":[]},{\"x\":[{\"y\":\"one\"},{}]}]}", "deep[1].x[1].y"},
	{"Nest", "{\"deep\":[{\"x\":[{\"y\":\"one\",\"z\":1}]}]}", "deep[0].x[0].z"},
	{"Nest", "{\"deep\":[{}]}", "deep[0].x"},
	{"Grow", "{\"tree\":{\"left\":{\"right\":{\"all\":[{},{\"left\":null}]}}}}", NULL},
	{"Grow", "{\"tree\":{\"left\":{\"right\":{\"all\":[{},{\"left\":1}]}}}}",
	 "tree.left.right.all[1].left"},
};

static void check_rows(const char *text, const struct check_row *rows, size_t n)
{
	struct idl *idl = parse(text);

	for (size_t i = 0; i < n; i++) {
		const struct idl_method *method = idl_method(idl, rows[i].method);
		json_t *parameters = json_loads(rows[i].parameters, 0, NULL);
		char path[IDL_PATH_SIZE] = "untouched";
		bool fits;

		assert_non_null(method);
		assert_non_null(parameters);
		fits = idl_check_input(idl, method, parameters, path);
		if (fits != !rows[i].path || strcmp(path, fits ? "untouched" : rows[i].path) != 0)
			fail_msg("row %zu: %s: %s: %d %s", i, rows[i].method, rows[i].parameters,
				 fits, path);
		json_decref(parameters);
	}
	idl_free(idl);
}

static void test_parameters_are_checked(void **state _unused_)
{
	check_rows(check_text, checks, ARRAY_SIZE(checks));
}

static void test_parameters_of_nsctl_are_checked(void **state _unused_)
{
	static const struct check_row rows[] = {
		{"Create", "{}", NULL},
		{"Create", "{\"name\":\"web\",\"spec\":{\"namespaces\":[\"net\",\"mnt\"]}}", NULL},
		{"Create", "{\"spec\":{\"namespaces\":[\"net\",\"host\"]}}", "spec.namespaces[1]"},
		{"Create", "{\"spec\":{\"limits\":{\"cpus\":1,\"memory\":1.5}}}",
		 "spec.limits.memory"},
		{"Create", "{\"spec\":{\"links\":[{\"peer\":{\"addresses\":[\"a\",1]}}]}}",
		 "spec.links[0].peer.addresses[1]"},
		{"Create", "{\"spec\":{\"links\":[{}]}}", "spec.links[0].peer"},
		{"Create", "{\"spec\":{\"mounts\":[{\"type\":\"nfs\",\"target\":\"/\"}]}}",
		 "spec.mounts[0].type"},
		{"Create", "{\"spec\":{\"labels\":{\"a\":\"b\",\"c\":null}}}", "spec.labels.c"},
		{"Create", "{\"Name\":\"web\"}", "Name"},
		{"Get", "{}", "name"},
		{"Get", "{\"name\":\"web\",\"owner\":1e3}", "owner"},
		{"Exec", "{\"name\":\"web\",\"command\":[\"id\",\"-u\"],\"detach\":null}", NULL},
		{"Exec", "{\"name\":\"web\",\"command\":\"id\"}", "command"},
		{"GetStatus", "{\"verbose\":true}", "verbose"},
	};

	check_rows(idl_text_nsctl, rows, ARRAY_SIZE(rows));
}

/* An object and depth - 1 more in it, of member (a struct's), or in arrays as an object has them.
 */
static json_t *nest(unsigned depth, const char *member, json_t *innermost)
{
	json_t *json = json_object();

	json_object_set_new(json, "x", innermost);
	for (unsigned i = 1; i < depth; i++)
		json = json_pack("{s:o}", member, json);
	return json;
}

static void test_nesting_is_bounded(void **state _unused_)
{
	struct idl *idl = parse("interface a.b\n"
				"type T (t: ?T, x: ?int)\n"
				"method O(t: object) -> ()\n"
				"method T2(t: ?T, x: ?int) -> ()\n");
	static const char *const methods[] = {"O", "T2"};

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		const struct idl_method *method = idl_method(idl, methods[i]);
		char path[IDL_PATH_SIZE];
		json_t *json;

		json = nest(IDL_DEPTH_MAX, "t", json_integer(1));
		assert_true(idl_check_input(idl, method, json, path));
		json_decref(json);
		json = nest(IDL_DEPTH_MAX + 1, "t", json_integer(1));
		assert_false(idl_check_input(idl, method, json, path));
		assert_int_equal(strlen(path), 2 * IDL_DEPTH_MAX - 1);
		json_decref(json);
		json = nest(1500, "t", json_integer(1));
		assert_false(idl_check_input(idl, method, json, path));
		json_decref(json);
	}
	idl_free(idl);
}

static void test_long_path_is_cut_at_a_character(void **state _unused_)
{
	static const char *const characters[] = {"z", "\xc3\xa4", "\xe2\x82\xac",
						 "\xf0\x9f\x98\x80"};
	struct idl *idl = parse("interface a.b\nmethod M(a: [string][]int) -> ()\n");
	const struct idl_method *method = idl_method(idl, "M");

	/* a key of any length, its last character just before and just behind the edge */
	for (size_t i = 0; i < ARRAY_SIZE(characters); i++) {
		for (size_t n = 100; n < 140; n++) {
			char key[200], whole[256], path[IDL_PATH_SIZE];
			json_t *json;

			memset(key, 'k', n);
			strcpy(key + n, characters[i]);
			snprintf(whole, sizeof(whole), "a.%s[0]", key);
			json = json_pack("{s:{s:[s]}}", "a", key, "");
			assert_non_null(json);
			memset(path, 'X', sizeof(path));
			assert_false(idl_check_input(idl, method, json, path));
			assert_memory_equal(path, whole, strnlen(path, sizeof(path)));
			assert_in_range(strlen(path), MIN(strlen(whole), IDL_PATH_SIZE - 4),
					IDL_PATH_SIZE - 1);
			json_decref(json);
			/* the rest is still UTF-8 */
			json = json_string(path);
			assert_non_null(json);
			json_decref(json);
		}
	}
	idl_free(idl);
}

static void test_output_is_checked_by_its_own_type(void **state _unused_)
{
	struct idl *idl = parse("interface a.b\nmethod M(a: int) -> (b: string)\n");
	const struct idl_method *method = idl_method(idl, "M");
	json_t *in = json_pack("{s:i}", "a", 1), *out = json_pack("{s:s}", "b", "");
	char path[IDL_PATH_SIZE];

	assert_true(idl_check_input(idl, method, in, path));
	assert_true(idl_check_output(idl, method, out, path));
	assert_false(idl_check_input(idl, method, out, path));
	assert_string_equal(path, "b");
	assert_false(idl_check_output(idl, method, in, path));
	assert_string_equal(path, "a");
	json_decref(in);
	json_decref(out);
	idl_free(idl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parameters_are_checked),
		cmocka_unit_test(test_parameters_of_nsctl_are_checked),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(test_long_path_is_cut_at_a_character),
		cmocka_unit_test(test_output_is_checked_by_its_own_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
