/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idl.c and idl-check.c: the embedded texts are the files, what is no Varlink is refused with its
 * line, what does not fit with its path; and error.c agrees with the .varlink files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "protocol/error.h"
#include "protocol/idl.h"

#ifndef TOP_SRCDIR
#define TOP_SRCDIR "."
#endif

static char *read_file(const char *name, size_t *ret_size)
{
	const char *top = getenv("TOP_SRCDIR");
	_cleanup_file_ FILE *file = NULL;
	char path[4096], *bytes;

	snprintf(path, sizeof(path), "%s/protocol/%s", top ? top : TOP_SRCDIR, name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("cannot open %s", path);
	bytes = malloc(1024 * 1024);
	assert_non_null(bytes);
	*ret_size = fread(bytes, 1, 1024 * 1024, file);
	assert_true(feof(file));
	return bytes;
}

static void check_embedded(const char *name, const char *text)
{
	size_t size;
	char *bytes = read_file(name, &size);

	assert_true(size > 0);
	assert_int_equal(strlen(text), size);
	assert_memory_equal(text, bytes, size);
	free(bytes);
}

static void test_embedded(void **state _unused_)
{
	check_embedded("org.nsctl.varlink", idl_text_nsctl);
	check_embedded("org.varlink.service.varlink", idl_text_service);
}

static struct idl *parse(const char *text)
{
	struct idl *idl = NULL;
	unsigned line = 0;

	if (idl_parse(text, &idl, &line) != 0)
		fail_msg("line %u of: %s", line, text);
	return idl;
}

/* Lines of the text that begin with word: the parser's count must be the same. */
static size_t count_lines(const char *text, const char *word)
{
	size_t n = 0;

	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		n += strncmp(line, word, strlen(word)) == 0;
	}
	return n;
}

static void check_interface(const char *text, const char *name)
{
	struct idl *idl = parse(text);
	size_t n = 0;

	assert_string_equal(idl_interface(idl), name);
	for (const char *method; (method = idl_method_name(idl, n)); n++)
		assert_non_null(idl_method(idl, method));
	assert_int_equal(n, count_lines(text, "method "));
	assert_null(idl_method_name(idl, n + 1));
	assert_null(idl_method_name(idl, SIZE_MAX));
	idl_free(idl);
}

static void test_interfaces(void **state _unused_)
{
	struct idl *idl;

	check_interface(idl_text_nsctl, "org.nsctl");
	check_interface(idl_text_service, "org.varlink.service");
	idl = parse(idl_text_nsctl);
	assert_string_equal(idl_method_name(idl, 0), "Create");
	assert_null(idl_method(idl, "create"));
	assert_null(idl_method(idl, ""));
	/* a type and an error are no methods */
	assert_null(idl_method(idl, "SetSpec"));
	assert_null(idl_method(idl, "NotFound"));
	idl = idl_free(idl);
	assert_null(idl_free(NULL));
}

static void test_good_texts(void **state _unused_)
{
	static const char *const texts[] = {
		"interface a.b",
		"# first\n\n\tinterface  a1.b-c.d2\r\n",
		"interface a.b\nmethod M()->()",
		"interface a.b\nmethod M(a:int)->(b:?string)# last",
		"interface a.b\ntype T()\ntype E(x,y)\nerror F()",
		"interface a.b\n# late\ntype A(b:B)\ntype B(c:?[]C)\ntype C(one)",
		"interface a.b\ntype T(t:?T)",
		"interface a.b\ntype T(type:int,method:int,error:int,interface:int,string:string)",
		"interface a.b\ntype T(a_b:int,a1:int,a_1_b:[]int)",
		"interface a.b\ntype T(a:[][string]?[](b:(c,d),e:()),f:[string]())",
		"interface a.b\ntype T(a:?[string]string,b:[ string ]int,c:[ ]int)",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		idl_free(parse(texts[i]));
}

static void test_bad_texts(void **state _unused_)
{
	static const struct {
		const char *text;
		unsigned line;
	} rows[] = {
		{"", 1},
		{"# only\n", 2},
		{"interface", 1},
		{"interface a", 1},
		{"interface a.", 1},
		{"interface .a", 1},
		{"interface a..b", 1},
		{"interface 1.b", 1},
		{"interface a.-b", 1},
		{"interface a.b-", 1},
		{"interface a-.b", 1},
		{"interface a_b.c", 1},
		{"interfaces a.b", 1},
		{"interface a.b\ninterface a.c", 2},
		{"interface a.b;", 1},
		{"interface a.b\n\nmethod m()->()", 3},
		{"interface a.b\nmethod M_a()->()", 2},
		{"interface a.b\nmethod ()->()", 2},
		{"interface a.b\nmethod M", 2},
		{"interface a.b\nmethod M()", 2},
		{"interface a.b\nmethod M()-()", 2},
		{"interface a.b\nmethod M()->", 2},
		{"interface a.b\nmethod M()->int", 2},
		{"interface a.b\nmethod M(a,b)->()", 2},
		{"interface a.b\nmethod M()->(a,b)", 2},
		{"interface a.b\nmethod M()->(\n", 3},
		{"interface a.b\nerror E", 2},
		{"interface a.b\nerror E(a,b)", 2},
		{"interface a.b\ntype T", 2},
		{"interface a.b\ntype T int", 2},
		{"interface a.b\ntype T []int", 2},
		{"interface a.b\ntype T(", 2},
		{"interface a.b\ntype T(a:)", 2},
		{"interface a.b\ntype T(a:int", 2},
		{"interface a.b\ntype T(a:int,)", 2},
		{"interface a.b\ntype T(a:int b:int)", 2},
		{"interface a.b\ntype T(a:int,\nb)", 3},
		{"interface a.b\ntype T(a,\nb:int)", 3},
		{"interface a.b\ntype T(a:int,\na:int)", 3},
		{"interface a.b\ntype T(a,a)", 2},
		{"interface a.b\ntype T(1:int)", 2},
		{"interface a.b\ntype T(_a:int)", 2},
		{"interface a.b\ntype T(a_:int)", 2},
		{"interface a.b\ntype T(a__b:int)", 2},
		{"interface a.b\ntype T(a-b:int)", 2},
		{"interface a.b\ntype T(\xc3\xa4:int)", 2},
		{"interface a.b\ntype T(a:??int)", 2},
		{"interface a.b\ntype T(a:[int]int)", 2},
		{"interface a.b\ntype T(a:[string)", 2},
		{"interface a.b\ntype T(a:[])", 2},
		{"interface a.b\ntype T(a:ints)", 2},
		{"interface a.b\ntype T(a:strings)", 2},
		{"interface a.b\ntype T()\ntype T()", 3},
		{"interface a.b\ntype T()\nmethod T()->()", 3},
		/* names without a type, the first of them */
		{"interface a.b\ntype T(\na:U,\nb:V)\nmethod M(c:W)->()", 3},
		{"interface a.b\nmethod M()->()\ntype T(a:M)", 3},
		{"interface a.b\nerror E()\ntype T(a:?[]E)", 3},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct idl *idl = NULL;
		unsigned line = 0;
		int r = idl_parse(rows[i].text, &idl, &line);

		if (r != -EINVAL || line != rows[i].line)
			fail_msg("row %zu: %d, line %u: %s", i, r, line, rows[i].text);
		assert_null(idl);
	}
}

/* Every text that the real one begins with: no crash, no leak, and never more than it says. */
static void test_cut_texts(void **state _unused_)
{
	size_t n = strlen(idl_text_service);

	for (size_t i = 0; i < n; i++) {
		char *text = strndup(idl_text_service, i);
		struct idl *idl = NULL;

		assert_non_null(text);
		if (idl_parse(text, &idl, NULL) == 0)
			idl_free(idl);
		free(text);
	}
}

static void test_nesting_of_types(void **state _unused_)
{
	char text[8192];

	for (unsigned n = IDL_DEPTH_MAX - 2; n <= IDL_DEPTH_MAX + 1; n++) {
		struct idl *idl = NULL;
		unsigned line;
		char *end = text + sprintf(text, "interface a.b\ntype T(a:");
		int r;

		/* the struct, n arrays, the int */
		for (unsigned i = 0; i < n; i++)
			end += sprintf(end, "[]");
		sprintf(end, "int)");
		r = idl_parse(text, &idl, &line);
		assert_int_equal(r, n + 2 <= IDL_DEPTH_MAX ? 0 : -EINVAL);
		idl_free(idl);
	}
	/* far too deep */
	strcpy(text, "interface a.b\ntype T");
	for (unsigned i = 0; i < 1500; i++)
		strcat(text, "(a:");
	assert_int_equal(idl_parse(text, &(struct idl *){NULL}, NULL), -EINVAL);
}

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

static void test_checks(void **state _unused_)
{
	check_rows(check_text, checks, ARRAY_SIZE(checks));
}

static void test_checks_nsctl(void **state _unused_)
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

static void test_depth(void **state _unused_)
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

static void test_long_path(void **state _unused_)
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
			/* what is left is still UTF-8 */
			json = json_string(path);
			assert_non_null(json);
			json_decref(json);
		}
	}
	idl_free(idl);
}

static void test_output(void **state _unused_)
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

/* The parameters that a reply with this error has, as the front makes them. */
static json_t *make_error(enum nsctl_error error)
{
	const struct error_fields *fields = error_fields(error);
	json_t *json = json_object();

	if (fields->subject)
		json_object_set_new(json, fields->subject, json_string("s"));
	if (fields->text)
		json_object_set_new(json, fields->text, json_string("t"));
	if (fields->number)
		json_object_set_new(json, fields->number, json_integer(1));
	if (error == ERROR_SYSTEM)
		json_object_set_new(json, "errnoName", json_string("EPERM"));
	return json;
}

static void test_errors(void **state _unused_)
{
	struct idl *idls[] = {parse(idl_text_nsctl), parse(idl_text_service)};
	char path[IDL_PATH_SIZE] = "";
	size_t n = 0;

	for (int i = ERROR_NONE + 1; i < ERROR_COUNT; i++) {
		const char *id = error_id((enum nsctl_error)i);

		for (size_t j = 0; j < ARRAY_SIZE(idls); j++) {
			const char *interface = idl_interface(idls[j]);
			size_t length = strlen(interface);
			json_t *json;

			if (strncmp(id, interface, length) != 0 || id[length] != '.')
				continue;
			json = make_error((enum nsctl_error)i);
			if (!idl_check_error(idls[j], id + length + 1, json, path))
				fail_msg("%s: %s", id, path);
			json_object_set_new(json, "extra", json_integer(1));
			assert_false(idl_check_error(idls[j], id + length + 1, json, path));
			assert_string_equal(path, "extra");
			json_decref(json);
			n++;
		}
	}
	assert_int_equal(n, ERROR_COUNT - 1);
	/* none in the files that error.c does not know */
	assert_int_equal(n, count_lines(idl_text_nsctl, "error ") +
				    count_lines(idl_text_service, "error "));
	for (size_t j = 0; j < ARRAY_SIZE(idls); j++) {
		json_t *json = json_object();

		assert_false(idl_check_error(idls[j], "Nothing", json, path));
		assert_false(idl_check_error(idls[j], "Create", json, path));
		json_decref(json);
		idl_free(idls[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_embedded),   cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_good_texts), cmocka_unit_test(test_bad_texts),
		cmocka_unit_test(test_cut_texts),  cmocka_unit_test(test_nesting_of_types),
		cmocka_unit_test(test_checks),	   cmocka_unit_test(test_checks_nsctl),
		cmocka_unit_test(test_depth),	   cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_output),	   cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
