/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The options' rows: each fills a field of the interface, each field of a specification has an
 * option, and an error that names a field names the option.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base.h"
#include "client/client-error.h"
#include "client/verbs.h"
#include "client/prune.h"
#include "client/sets.h"
#include "client/spec.h"
#include "client/topology.h"
#include "protocol/idl-type.h"
#include "tests/unit/answering.h"

static const struct idl_type *inner(const struct idl_type *type)
{
	while (type->kind == TYPE_NAMED || type->kind == TYPE_NULLABLE)
		type = type->element;
	return type;
}

/* Returns true if path, as a row has it, leads to a field. */
static bool leads_to_field(const struct idl_type *type, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, ".[");
		char key[64];
		const struct idl_field *field = NULL;

		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		/* two fields begin so */
		if (strcmp(key, "root") == 0)
			strcpy(key, "rootPath");
		if (inner(type)->kind == TYPE_STRUCT)
			field = idl_find_field(inner(type), key);
		if (!field)
			return false;
		type = field->type;
		path += n;
		if (*path == '[')
			return strcmp(path, "[]") == 0 && inner(type)->kind == TYPE_ARRAY;
		path += *path == '.';
	}
	return true;
}

static void test_options_fill_fields_of_the_interface(void **state _unused_)
{
	const struct {
		const char *method;
		const struct option_row *rows;
	} tables[] = {
		{"Create", spec_options},
		{"Create", sets_create_options},
		{"Run", spec_options},
		{"Run", run_command_options},
		{"Run", run_run_options},
		{"Exec", run_command_options},
		{"Exec", run_exec_options},
		{"List", sets_list_options},
		{"Remove", prune_rm_options},
		{"Kill", sessions_kill_options},
		{"Monitor", monitor_options},
		{"Apply", topology_up_options},
		{"AddLink", links_verbs[0].options[0]},
		{"ListLinks", links_verbs[1].options[0]},
		{"CreateNetwork", networks_verbs[0].options[0]},
		{"ListNetworks", networks_verbs[1].options[0]},
	};
	struct idl *idl;
	unsigned line;

	assert_int_equal(idl_parse(idl_text_nsctl, &idl, &line), 0);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		for (const struct option_row *row = tables[i].rows; row->name; row++)
			if (row->field &&
			    !leads_to_field(idl_method(idl, tables[i].method)->input, row->field))
				fail_msg("--%s fills %s, which %s does not have", row->name,
					 row->field, tables[i].method);
	assert_false(leads_to_field(idl_method(idl, "Create")->input, "spec.hostName"));
	assert_false(leads_to_field(idl_method(idl, "Create")->input, "spec.hostname[]"));
	idl_free(idl);
}

/* The namespaces of a specification are chosen by options that fill no field. */
static void test_each_field_of_a_specification_has_an_option(void **state _unused_)
{
	const struct idl_field *spec;
	struct idl *idl;
	unsigned line;

	assert_int_equal(idl_parse(idl_text_nsctl, &idl, &line), 0);
	spec = idl_find_field(idl_method(idl, "Create")->input, "spec");
	for (const struct idl_field *field = inner(spec->type)->fields; field;
	     field = field->next) {
		const struct option_row *row = spec_options;
		char path[64];

		snprintf(path, sizeof(path), "spec.%s",
			 strncmp(field->name, "root", 4) == 0 ? "root" : field->name);
		while (row->name && !(row->field && strncmp(row->field, path, strlen(path)) == 0))
			row++;
		if (!row->name && strcmp(field->name, "namespaces") != 0)
			fail_msg("no option fills %s", path);
	}
	idl_free(idl);
}

static void test_error_about_a_field_names_the_option(void **state _unused_)
{
	static const struct option_row *const create[VERB_TABLES] = {spec_options,
								     sets_create_options};
	static const struct option_row *const exec[VERB_TABLES] = {run_command_options,
								   run_exec_options};
	static const struct option_row *const run[VERB_TABLES] = {spec_options, run_command_options,
								  run_run_options};
	static const struct option_row *const kill[VERB_TABLES] = {sessions_kill_options};
	static const struct option_row *const none[VERB_TABLES] = {NULL};
	const struct {
		const struct option_row *const *options;
		const char *field, *told;
	} rows[] = {
		{create, "name", "x"},
		{create, "existing", "--existing: x"},
		{create, "spec.namespaces", "the namespaces chosen: x"},
		{create, "spec.userMapping",
		 "--map-root-user, --map-current-user, --map-auto, "
		 "--map-subids: x"},
		{create, "spec.uidMap[1].count", "--map-users: x"},
		{create, "spec.hostname", "--hostname: x"},
		{create, "spec.mounts[2].target",
		 "--bind, --tmpfs, --overlay, --read-only, --hide, --dev, --device: x"},
		{create, "spec.rootPath", "--root: x"},
		{create, "spec.rootFileDescriptor", "--root: x"},
		{create, "spec.clocks", "--monotonic, --boottime: x"},
		{create, "spec.clocks.boottime", "--boottime: x"},
		{create, "spec.limits", "--memory, --tasks, --cpus: x"},
		{create, "spec.limits.cpus", "--cpus: x"},
		{create, "spec.links[0].peer.set", "--link, set: x"},
		{create, "spec.lease.processFileDescriptor", "--lease: x"},
		{create, "spec.dns[1]", "--dns: x"},
		{create, "spec.unheardOf", "spec.unheardOf: x"},
		{create, "owner", "--owner: x"},
		{exec, "user", "--user: x"},
		{exec, "namespaces", "--only: x"},
		{exec, "environment[3]", "--env: x"},
		{exec, "terminalFileDescriptor", "--tty: x"},
		{exec, "command[0]", "COMMAND: x"},
		{run, "user", "--user: x"},
		{run, "name", "--name: x"},
		{run, "init", "--no-init: x"},
		{kill, "session", "--session: x"},
		{none, "session", "x"},
		{none, "seconds", "DURATION: x"},
		{none, "a.addresses[0]", "end A, address: x"},
		{NULL, "spec", "spec: x"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text said = {0}, wanted = {0};
		json_t *parameters =
			must(json_pack("{s:s, s:s}", "field", rows[i].field, "reason", "x"));
		struct message_reply reply = {.error = "org.nsctl.InvalidValue",
					      .parameters = parameters};
		struct client client = {.verb = "verb", .options = rows[i].options};
		int kept_fd, memory_fd = answering_divert(STDERR_FILENO, &kept_fd), status;

		status = client_error(&client, NULL, &reply);
		answering_restore(STDERR_FILENO, kept_fd, memory_fd, &said);
		text_format(&wanted, "nsctl: verb: %s\n", rows[i].told);
		if (strcmp(said.data, wanted.data) != 0)
			fail_msg("%s is told as %s", rows[i].field, said.data);
		assert_int_equal(status, STATUS_FAILED);
		json_decref(parameters);
	}
}

/* An error of the kernel has a hint at doctor if the machine may lack something. */
static void test_shortage_has_a_hint_at_doctor(void **state _unused_)
{
	static const struct {
		int number;
		bool hinted;
	} rows[] = {{ENOMEM, true}, {ENOSPC, true}, {ENOENT, false}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text said = {0};
		json_t *parameters = must(json_pack("{s:s, s:i, s:s}", "what", "make the set",
						    "errno", rows[i].number, "errnoName", "E"));
		struct message_reply reply = {.error = "org.nsctl.SystemError",
					      .parameters = parameters};
		struct client client = {.verb = "create"};
		int kept_fd, memory_fd = answering_divert(STDERR_FILENO, &kept_fd);

		client_error(&client, "box", &reply);
		answering_restore(STDERR_FILENO, kept_fd, memory_fd, &said);
		assert_int_equal(strstr(said.data, "nsctl doctor") != NULL, rows[i].hinted);
		json_decref(parameters);
	}
}

/* What a person reads has no names of the interface: no path, no word like rateBitsPerSecond. */
static void check_words(const char *field, const char *said)
{
	if (strstr(said, "spec.") || strchr(said, '['))
		fail_msg("%s is told as %s", field, said);
	for (const char *at = said; at[0] && at[1]; at++)
		if (at[0] >= 'a' && at[0] <= 'z' && at[1] >= 'A' && at[1] <= 'Z')
			fail_msg("%s is told as %s", field, said);
}

/* Has an error about this field told, as create would. */
static void tell_field(const char *error, const char *key, const char *field)
{
	static const struct option_row *const create[VERB_TABLES] = {spec_options,
								     sets_create_options};
	struct client client = {.verb = "create", .options = create};
	json_t *parameters = must(json_pack("{s:s, s:s}", key, field, "reason", "x"));
	struct message_reply reply = {.error = error, .parameters = parameters};
	_cleanup_text_ struct text said = {0};
	int kept_fd, memory_fd = answering_divert(STDERR_FILENO, &kept_fd);

	client_error(&client, "box", &reply);
	answering_restore(STDERR_FILENO, kept_fd, memory_fd, &said);
	check_words(field, said.data);
	json_decref(parameters);
}

/* Has an error about each field of a type told. */
static void tell_all(const struct idl_type *type, const char *path)
{
	type = inner(type);
	if (type->kind == TYPE_ARRAY) {
		char element[256];

		snprintf(element, sizeof(element), "%s[0]", path);
		tell_all(type->element, element);
	}
	for (const struct idl_field *field = type->kind == TYPE_STRUCT ? type->fields : NULL; field;
	     field = field->next) {
		char member[256];

		snprintf(member, sizeof(member), "%s.%s", path, field->name);
		tell_field("org.nsctl.InvalidValue", "field", member);
		tell_all(field->type, member);
	}
}

static void test_messages_contain_no_field_names(void **state _unused_)
{
	struct idl *idl;
	unsigned line;

	assert_int_equal(idl_parse(idl_text_nsctl, &idl, &line), 0);
	tell_all(idl_find_field(idl_method(idl, "Create")->input, "spec")->type, "spec");
	tell_field("org.nsctl.NotSupported", "feature", "limits.memory");
	idl_free(idl);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_fill_fields_of_the_interface),
		cmocka_unit_test(test_each_field_of_a_specification_has_an_option),
		cmocka_unit_test(test_error_about_a_field_names_the_option),
		cmocka_unit_test(test_shortage_has_a_hint_at_doctor),
		cmocka_unit_test(test_messages_contain_no_field_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
