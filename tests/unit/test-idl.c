/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idl.c: the embedded texts are those of the files; a text that is not Varlink is refused with its
 * line; error.c agrees with the .varlink files.
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
#include "tests/unit/idl.h"
#include "tests/unit/source.h"

static char *read_file(const char *name, size_t *ret_size)
{
	const char *path = source_path(name);
	_cleanup_file_ FILE *file = fopen(path, "re");
	char *bytes;

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

static void test_embedded_texts_are_those_of_the_files(void **state _unused_)
{
	check_embedded("protocol/org.nsctl.varlink", idl_text_nsctl);
	check_embedded("protocol/io.systemd.Metrics.varlink", idl_text_metrics);
	check_embedded("protocol/org.varlink.service.varlink", idl_text_service);
}

/* Counts the lines of the text that begin with word. The parser must count the same. */
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

static void test_interfaces_have_their_methods(void **state _unused_)
{
	struct idl *idl;

	check_interface(idl_text_nsctl, "org.nsctl");
	check_interface(idl_text_metrics, "io.systemd.Metrics");
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

/* systemd's parser, which varlinkctl uses, knows no lists of lists, nor of elements that may be
 * null. */
static void test_interfaces_have_only_types_that_systemd_knows(void **state _unused_)
{
	const char *line = idl_text_nsctl;

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char text[256];

		assert_true((size_t)snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"),
					     line) < sizeof(text));
		if (*text == '#')
			continue;
		assert_null(strstr(text, "[][]"));
		assert_null(strstr(text, "[]?"));
	}
}

static void test_good_texts_are_parsed(void **state _unused_)
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

static void test_bad_text_is_refused_with_its_line(void **state _unused_)
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

/* Each beginning of the real text is parsed without a crash, a leak or a read beyond its end. */
static void test_cut_texts_do_no_harm(void **state _unused_)
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

static void test_nesting_of_types_is_bounded(void **state _unused_)
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

static void test_errors_agree_with_the_interface(void **state _unused_)
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
	/* the interfaces declare no error that error.c lacks */
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
		cmocka_unit_test(test_embedded_texts_are_those_of_the_files),
		cmocka_unit_test(test_interfaces_have_their_methods),
		cmocka_unit_test(test_interfaces_have_only_types_that_systemd_knows),
		cmocka_unit_test(test_good_texts_are_parsed),
		cmocka_unit_test(test_bad_text_is_refused_with_its_line),
		cmocka_unit_test(test_cut_texts_do_no_harm),
		cmocka_unit_test(test_nesting_of_types_is_bounded),
		cmocka_unit_test(test_errors_agree_with_the_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
