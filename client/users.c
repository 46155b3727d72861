/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Uses getent(1) as a name service, see users.h. Checks its output like any other input.
 */
#include "client/users.h"

#include "client/memory.h"
#include "client/parse.h"
#include "client/program.h"
#include "client/text.h"

/* Parses the beginning of a line of passwd, "name:x:1000:...". */
static bool take_line(const char *line, struct piece *ret_name, int64_t *ret_id)
{
	struct piece name, id;
	char number[16];

	name = parse_cut(line, ':', &line);
	if (!line)
		return false;
	parse_cut(line, ':', &line);
	if (!line)
		return false;
	id = parse_cut(line, ':', &line);
	if (!line || id.size >= sizeof(number))
		return false;
	memcpy(number, id.start, id.size);
	number[id.size] = '\0';
	*ret_name = name;
	return parse_id(number, ret_id);
}

bool users_find(const char *word, int64_t *ret)
{
	char *argv[] = {(char *)"getent", (char *)"passwd", (char *)"--", (char *)word, NULL};
	_cleanup_free_ char *output = NULL;
	struct piece name;

	if (parse_id(word, ret))
		return true;
	if (!*word || strpbrk(word, ":\n"))
		return false;
	output = program_output(argv, false, NULL);
	return output && take_line(output, &name, ret);
}

/* Returns a copy of path, or of fallback if path is not an absolute path in UTF-8. */
static char *copy_path(struct piece path, const char *fallback)
{
	char *copy = must(strndup(path.start, path.size));

	if (*copy == '/' && utf8_is_valid(copy))
		return copy;
	free(copy);
	return must(strdup(fallback));
}

/* Parses a line of passwd, "name:x:1000:1000:comment:/home/name:/bin/sh". Returns false if it is
 * invalid or about another user than wanted. */
static bool take_account(const char *line, int64_t wanted, struct account *ret)
{
	struct piece name, fields[7] = {0};
	size_t size = strcspn(line, "\n");
	_cleanup_free_ char *copy = must(strndup(line, size));
	const char *at = copy;
	int64_t id;

	if (!take_line(copy, &name, &id) || id != wanted)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!at)
			return false;
		fields[i] = parse_cut(at, ':', &at);
	}
	ret->name = must(strndup(name.start, name.size));
	ret->home = copy_path(fields[5], "/");
	ret->shell = copy_path(fields[6], "/bin/sh");
	return true;
}

void users_account(int64_t id, struct account *ret)
{
	char number[24];
	char *argv[] = {(char *)"getent", (char *)"passwd", (char *)"--", number, NULL};
	_cleanup_free_ char *output = NULL;

	*ret = (struct account){0};
	snprintf(number, sizeof(number), "%" PRId64, id);
	output = program_output(argv, false, NULL);
	if (output && take_account(output, id, ret))
		return;
	ret->home = must(strdup("/"));
	ret->shell = must(strdup("/bin/sh"));
}

void users_account_done(struct account *account)
{
	free(account->name);
	free(account->home);
	free(account->shell);
	*account = (struct account){0};
}

/* Fills in the names of the n users that getent finds. */
static void find_names(struct user_name *users, size_t n)
{
	_cleanup_free_ char **argv = must(calloc(n + 4, sizeof(*argv)));
	_cleanup_free_ char(*numbers)[24] = must(calloc(n + 1, sizeof(*numbers)));
	_cleanup_free_ char *output = NULL;

	argv[0] = (char *)"getent";
	argv[1] = (char *)"passwd";
	argv[2] = (char *)"--";
	for (size_t i = 0; i < n; i++) {
		snprintf(numbers[i], sizeof(*numbers), "%" PRId64, users[i].id);
		argv[i + 3] = numbers[i];
	}
	output = program_output(argv, false, NULL);
	for (const char *line = output; line && *line;) {
		const char *end = strchr(line, '\n');
		struct piece name;
		int64_t id;

		if (take_line(line, &name, &id))
			for (size_t i = 0; i < n; i++)
				if (users[i].id == id && !users[i].name)
					users[i].name = must(strndup(name.start, name.size));
		line = end ? end + 1 : NULL;
	}
}

void users_load(struct users *users, const json_t *objects, const char *key)
{
	size_t i, j;
	json_t *object;

	*users = (struct users){0};
	users->users = must(calloc(json_array_size(objects) + 1, sizeof(*users->users)));
	json_array_foreach(objects, i, object) {
		int64_t id = json_integer_value(json_object_get(object, key));

		for (j = 0; j < users->n && users->users[j].id != id; j++)
			;
		if (j == users->n)
			users->users[users->n++].id = id;
	}
	if (users->n > 0)
		find_names(users->users, users->n);
}

void users_done(struct users *users)
{
	for (size_t i = 0; i < users->n; i++)
		free(users->users[i].name);
	free(users->users);
	*users = (struct users){0};
}

const char *users_name(const struct users *users, int64_t id)
{
	for (size_t i = 0; i < users->n; i++)
		if (users->users[i].id == id)
			return users->users[i].name;
	return NULL;
}
