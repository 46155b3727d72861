/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/client.h"
#include "client/environment.h"

#include "client/memory.h"
#include "client/options.h"
#include "client/text.h"

/* The PATH of a login, and of --clean-env. */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* More than a command can have. */
#define FILE_SIZE_MAX (8 * 1024 * 1024)
/* Each is looked for among all others. */
#define FILE_VARIABLES_MAX 4096

extern char **environ;

/* Returns true if extra (the words of --env) has variable (K or K=V) at position first or later. */
static bool is_named(const json_t *extra, const char *variable, size_t first)
{
	size_t key = strcspn(variable, "="), n = json_array_size(extra);

	for (size_t i = first; i < n; i++) {
		const char *word = json_string_value(json_array_get(extra, i));

		if (strncmp(word, variable, key) == 0 && (word[key] == '=' || word[key] == '\0'))
			return true;
	}
	return false;
}

static void push_variable(json_t *environment, const char *key, const char *value)
{
	_cleanup_text_ struct text text = {0};

	text_format(&text, "%s=%s", key, value);
	json_push(environment, json_string_nocheck(text.data));
}

/* Adds a variable, unless --env sets it. */
static void push_default(json_t *ret, const struct environment *environment, const char *key,
			 const char *value)
{
	if (value && !is_named(environment->extra, key, 0) && !is_named(environment->unset, key, 0))
		push_variable(ret, key, value);
}

static void push_login(json_t *ret, const struct environment *environment)
{
	const struct account *account = environment->account;

	push_default(ret, environment, "TERM", getenv("TERM"));
	push_default(ret, environment, "HOME", account->home);
	push_default(ret, environment, "USER", account->name);
	push_default(ret, environment, "LOGNAME", account->name);
	push_default(ret, environment, "SHELL", account->shell);
	push_default(ret, environment, "PATH", DEFAULT_PATH);
}

static void push_clean(json_t *ret, const struct environment *environment)
{
	static const char *const passed_on[] = {"TERM", "HOME", "USER", "LOGNAME"};

	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		push_default(ret, environment, passed_on[i], getenv(passed_on[i]));
	push_default(ret, environment, "PATH", DEFAULT_PATH);
}

static void push_own(json_t *ret, const struct environment *environment)
{
	for (char **variable = environ; *variable; variable++) {
		const char *value = strchr(*variable, '=');

		if (value && value > *variable && !is_named(environment->extra, *variable, 0) &&
		    !is_named(environment->unset, *variable, 0))
			json_push(ret, json_string_nocheck(*variable));
	}
}

/* Adds the variables of --env. If a variable is named several times, the last one counts. */
static void push_extra(json_t *ret, const json_t *extra)
{
	json_t *value;
	size_t i;

	json_array_foreach(extra, i, value) {
		const char *word = json_string_value(value);

		if (is_named(extra, word, i + 1))
			continue;
		if (strchr(word, '='))
			json_push(ret, json_incref(value));
		else if (getenv(word))
			push_variable(ret, word, getenv(word));
	}
}

json_t *environment_make(const struct environment *environment)
{
	json_t *ret = must(json_array());

	if (environment->account)
		push_login(ret, environment);
	else if (environment->clean)
		push_clean(ret, environment);
	else
		push_own(ret, environment);
	push_extra(ret, environment->extra);
	return ret;
}

/* Adds the variables in the lines of a text. Returns 0, or STATUS_USAGE after reporting a wrong
 * line. */
static int take_lines(const struct options *options, char *text, json_t *extra)
{
	size_t taken = 0;
	char *line;

	for (size_t number = 1; (line = strsep(&text, "\n")); number++) {
		size_t n = strlen(line);

		if (n > 0 && line[n - 1] == '\r')
			line[n - 1] = '\0';
		line += strspn(line, " \t");
		if (!*line || *line == '#')
			continue;
		if (*line == '=')
			return options_wrong(options->client,
					     "--env-file=%s, line %zu: \"%s\" is not K=V or K",
					     options->argument, number, line);
		if (++taken > FILE_VARIABLES_MAX)
			return options_wrong(options->client,
					     "--env-file=%s: has more than %d variables",
					     options->argument, FILE_VARIABLES_MAX);
		json_push(extra, json_string_nocheck(line));
	}
	return 0;
}

int environment_read(const struct options *options, json_t *extra)
{
	static char text[FILE_SIZE_MAX + 1];
	const char *path = options->argument;
	_cleanup_file_ FILE *file = fopen(path, "re");
	size_t size = file ? fread(text, 1, sizeof(text), file) : 0;

	if (!file || ferror(file))
		return options_wrong(options->client, "--env-file=%s: %s", path, strerror(errno));
	/* a device or a pipe may be endless */
	if (size > FILE_SIZE_MAX)
		return options_wrong(options->client, "--env-file=%s: has more than %d KiB", path,
				     FILE_SIZE_MAX / 1024);
	if (memchr(text, '\0', size))
		return options_wrong(options->client,
				     "--env-file=%s: has a byte 0, so it is no text", path);
	text[size] = '\0';
	return take_lines(options, text, extra);
}

const char *environment_shell(const struct account *account)
{
	const char *shell = account ? account->shell : getenv("SHELL");

	return shell && *shell == '/' ? shell : DEFAULT_SHELL;
}
