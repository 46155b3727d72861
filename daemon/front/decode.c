/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include "daemon/front/decode.h"

#define SECONDS_MAX (100.0 * 365 * 24 * 3600)
#define CLOCK_SECONDS_MAX 4e9

static int invalid(struct decoding *decoding, const char *field, const char *format, ...)
	_printf_(3, 4);
static int invalid(struct decoding *decoding, const char *field, const char *format, ...)
{
	char reason[200];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return failure_set(&decoding->failure, ERROR_INVALID_VALUE, 0, field, "%s", reason);
}

static int unsupported(struct decoding *decoding, const char *feature, const char *reason)
{
	return failure_set(&decoding->failure, ERROR_NOT_SUPPORTED, 0, feature, "%s", reason);
}

/* --- values: each leaves *ret alone where the member is absent --- */

static const json_t *member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

/* "spec." and "hostname" to "spec.hostname". */
static const char *path_of(char *buffer, size_t size, const char *prefix, const char *key)
{
	(void)snprintf(buffer, size, "%s%s", prefix, key);
	return buffer;
}

static int get_string(struct decoding *decoding, const json_t *object, const char *prefix,
		      const char *key, size_t longest, const char **ret)
{
	const json_t *value = member(object, key);
	char path[128];

	if (!value)
		return 0;
	if (json_string_length(value) == 0)
		return invalid(decoding, path_of(path, sizeof(path), prefix, key),
			       "must not be empty");
	if (json_string_length(value) > longest)
		return invalid(decoding, path_of(path, sizeof(path), prefix, key),
			       "is longer than %zu bytes", longest);
	*ret = json_string_value(value);
	return 0;
}

static int get_integer(struct decoding *decoding, const json_t *object, const char *prefix,
		       const char *key, int64_t lowest, int64_t highest, bool *ret_given,
		       int64_t *ret)
{
	const json_t *value = member(object, key);
	char path[128];
	json_int_t number;

	if (ret_given)
		*ret_given = value != NULL;
	if (!value)
		return 0;
	number = json_integer_value(value);
	if (number < lowest || number > highest)
		return invalid(decoding, path_of(path, sizeof(path), prefix, key),
			       "is not within %lld and %lld", (long long)lowest,
			       (long long)highest);
	*ret = number;
	return 0;
}

static int get_id(struct decoding *decoding, const json_t *object, const char *key, bool *ret_given,
		  uint32_t *ret)
{
	int64_t number = 0;
	int r = get_integer(decoding, object, "", key, 0, (int64_t)UINT32_MAX - 1, ret_given,
			    &number);

	if (r == 0 && *ret_given)
		*ret = number;
	return r;
}

static int get_seconds(struct decoding *decoding, const json_t *object, const char *prefix,
		       const char *key, double lowest, double highest, bool *ret_given,
		       int64_t *ret)
{
	const json_t *value = member(object, key);
	char path[128];
	double seconds;

	*ret_given = value != NULL;
	if (!value)
		return 0;
	seconds = json_number_value(value);
	if (!(seconds >= lowest && seconds <= highest))
		return invalid(decoding, path_of(path, sizeof(path), prefix, key),
			       "is not within %g and %g seconds", lowest, highest);
	/* to the nearest: 1.001 is not to come back as 1.000999 */
	*ret = (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
	return 0;
}

static bool get_bool(const json_t *object, const char *key)
{
	return json_is_true(member(object, key));
}

static int get_fd(struct decoding *decoding, const json_t *object, const char *prefix,
		  const char *key, int *ret)
{
	const json_t *value = member(object, key);
	char path[128];
	json_int_t index;

	if (!value)
		return 0;
	index = json_integer_value(value);
	if (index < 0 || (uint64_t)index >= decoding->fds->n)
		return invalid(decoding, path_of(path, sizeof(path), prefix, key),
			       "no descriptor of this index came with the message");
	if (decoding->used[index])
		return invalid(decoding, path_of(path, sizeof(path), prefix, key),
			       "another field has this descriptor already");
	decoding->used[index] = true;
	*ret = decoding->fds->fds[index];
	return 0;
}

/* An enumeration's word as its position in words, from 1; the description has checked it. */
static uint32_t get_word(const json_t *object, const char *key, const char *const *words)
{
	const char *word = json_string_value(member(object, key));

	for (uint32_t i = 0; word && words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return i + 1;
	return 0;
}

static int get_kinds(struct decoding *decoding, const json_t *object, const char *prefix,
		     uint32_t *ret)
{
	const json_t *list = member(object, "namespaces"), *entry;
	char path[128];
	uint32_t kinds = 0;
	size_t i;

	if (!list)
		return 0;
	json_array_foreach(list, i, entry)
	{
		enum kind kind = kind_from_name(json_string_value(entry));

		if (kind == KIND_COUNT || kinds & KIND_BIT(kind))
			return invalid(decoding, path_of(path, sizeof(path), prefix, "namespaces"),
				       "%s comes twice", json_string_value(entry));
		kinds |= KIND_BIT(kind);
	}
	if (!kinds)
		return invalid(decoding, path_of(path, sizeof(path), prefix, "namespaces"),
			       "must not be empty: leave it out for the default");
	*ret = kinds;
	return 0;
}

static int get_labels(struct decoding *decoding, const json_t *object, const char *field,
		      struct spec_label *labels, size_t *ret_n)
{
	const json_t *map = member(object, "labels");
	const char *key;
	json_t *value;

	if (!map)
		return 0;
	if (json_object_size(map) > SPEC_LABELS_MAX)
		return invalid(decoding, field, "are more than %d", SPEC_LABELS_MAX);
	json_object_foreach((json_t *)map, key, value)
	{
		if (!label_key_is_valid(key) || json_string_length(value) >= LABEL_VALUE_SIZE)
			return invalid(decoding, field,
				       "a key is 1 to 63 of A-Z a-z 0-9 . _ / -; a value is up to "
				       "256 bytes");
		labels[*ret_n].key = key;
		labels[(*ret_n)++].value =
			json_string_length(value) ? json_string_value(value) : NULL;
	}
	return 0;
}

/* --- a specification --- */

/* What the interface has and this daemon not yet: never ignored. */
static int refuse_missing(struct decoding *decoding, const json_t *spec)
{
	static const char *const rows[][2] = {
		{"links", "links are not built yet"},
		{"egress", "egress is not built yet"},
		{"dns", "name servers of a set's own are not built yet"},
		{"publish", "publishing of ports is not built yet"},
		{"limits", "limits are not built yet"},
		{"boot", "sets that are made again at boot are not built yet"},
		{"uidMap", "maps of one's own are not built yet: userMapping root or current"},
		{"gidMap", "maps of one's own are not built yet: userMapping root or current"},
	};
	const json_t *lease = member(spec, "lease");
	const char *mapping = json_string_value(member(spec, "userMapping"));

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const json_t *value = member(spec, rows[i][0]);

		if (value && !json_is_false(value))
			return unsupported(decoding, rows[i][0], rows[i][1]);
	}
	if (mapping && strcmp(mapping, "root") != 0 && strcmp(mapping, "current") != 0)
		return unsupported(decoding, "userMapping",
				   "auto and custom are not built yet: root or current");
	if (member(lease, "processFileDescriptor"))
		return unsupported(decoding, "lease.processFileDescriptor",
				   "leases by process are not built yet");
	return 0;
}

static int get_mount(struct decoding *decoding, const json_t *object, size_t index,
		     struct spec_mount *ret)
{
	static const char *const types[] = {"bind", "tmpfs",  "proc",	 "sysfs",
					    "dev",  "mqueue", "cgroup2", NULL};
	char prefix[64];
	int64_t size = 0;
	int r;

	(void)snprintf(prefix, sizeof(prefix), "spec.mounts[%zu].", index);
	ret->source_fd = -1;
	ret->type = get_word(object, "type", types);
	ret->read_only = get_bool(object, "readOnly");
	r = get_string(decoding, object, prefix, "target", PATH_MAX - 1, &ret->target);
	if (r == 0)
		r = get_string(decoding, object, prefix, "source", PATH_MAX - 1, &ret->source);
	if (r == 0)
		r = get_fd(decoding, object, prefix, "sourceFileDescriptor", &ret->source_fd);
	if (r == 0)
		r = get_integer(decoding, object, prefix, "size", 4096, INT64_MAX, NULL, &size);
	ret->size = size;
	return r;
}

static int get_mounts(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *list = member(spec, "mounts"), *entry;
	size_t i;
	int r = 0;

	if (json_array_size(list) > SPEC_MOUNTS_MAX)
		return invalid(decoding, "spec.mounts", "are more than %d", SPEC_MOUNTS_MAX);
	json_array_foreach(list, i, entry)
	{
		r = get_mount(decoding, entry, i, &ret->mounts[ret->n_mounts]);
		if (r)
			return r;
		ret->n_mounts++;
	}
	return 0;
}

static int get_clocks(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *clocks = member(spec, "clocks");
	int r = get_seconds(decoding, clocks, "spec.clocks.", "monotonic", -CLOCK_SECONDS_MAX,
			    CLOCK_SECONDS_MAX, &ret->has_monotonic, &ret->monotonic);

	return r ? r
		 : get_seconds(decoding, clocks, "spec.clocks.", "boottime", -CLOCK_SECONDS_MAX,
			       CLOCK_SECONDS_MAX, &ret->has_boottime, &ret->boottime);
}

static int get_lease(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *lease = member(spec, "lease");
	int64_t span = 0;
	bool given;
	int r = get_seconds(decoding, lease, "spec.lease.", "seconds", 0.001, SECONDS_MAX, &given,
			    &span);

	ret->lease = span;
	ret->lease_connection = get_bool(lease, "connection");
	return r;
}

static int get_spec(struct decoding *decoding, const json_t *parameters, struct wire_spec *ret)
{
	static const char *const mappings[] = {"root", "current", NULL};
	static const char *const propagations[] = {"private", "slave", "shared", NULL};
	const json_t *spec = member(parameters, "spec"), *proc = member(spec, "mountProc");
	int r = refuse_missing(decoding, spec);

	wire_clear(&wire_spec_layout, ret);
	ret->given = true;
	ret->mapping = get_word(spec, "userMapping", mappings);
	ret->propagation = get_word(spec, "propagation", propagations);
	ret->mount_proc = !proc ? SWITCH_DEFAULT : json_is_true(proc) ? SWITCH_ON : SWITCH_OFF;
	ret->visible = get_bool(spec, "visible");
	ret->ip_netns = get_bool(spec, "ipNetns");
	if (r == 0)
		r = get_kinds(decoding, spec, "spec.", &ret->kinds);
	if (r == 0)
		r = get_string(decoding, spec, "spec.", "hostname", HOSTNAME_SIZE - 1,
			       &ret->hostname);
	if (r == 0)
		r = get_mounts(decoding, spec, ret);
	if (r == 0)
		r = get_string(decoding, spec, "spec.", "rootPath", PATH_MAX - 1, &ret->root_path);
	if (r == 0)
		r = get_fd(decoding, spec, "spec.", "rootFileDescriptor", &ret->root_fd);
	if (r == 0)
		r = get_clocks(decoding, spec, ret);
	if (r == 0)
		r = get_lease(decoding, spec, ret);
	if (r == 0)
		r = get_labels(decoding, spec, "spec.labels", ret->labels, &ret->n_labels);
	return r;
}

/* --- a command --- */

static int check_words(struct decoding *decoding, const json_t *words)
{
	if (json_array_size(words) == 0)
		return invalid(decoding, "command", "must not be empty");
	if (json_string_length(json_array_get(words, 0)) == 0)
		return invalid(decoding, "command[0]", "must not be empty");
	return 0;
}

static int check_environment(struct decoding *decoding, const json_t *environment)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(environment, i, entry)
	{
		const char *equals = strchr(json_string_value(entry), '=');
		char path[64];

		if (equals && equals != json_string_value(entry))
			continue;
		(void)snprintf(path, sizeof(path), "environment[%zu]", i);
		return invalid(decoding, path, "is not NAME=VALUE");
	}
	return 0;
}

static size_t size_of_strings(const json_t *list)
{
	const json_t *entry;
	size_t i, size = 0;

	json_array_foreach(list, i, entry) size += json_string_length(entry) + 1;
	return size;
}

static char *copy_strings(char *at, const json_t *list)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		memcpy(at, json_string_value(entry), json_string_length(entry) + 1);
		at += json_string_length(entry) + 1;
	}
	return at;
}

/* Words and environment into a memfd that nobody can change any more. */
static int seal_command(struct decoding *decoding, const json_t *words, const json_t *environment,
			int *ret)
{
	const uint32_t counts[2] = {json_array_size(words), json_array_size(environment)};
	size_t size = sizeof(counts) + size_of_strings(words) + size_of_strings(environment);
	_cleanup_free_ char *text = malloc(size);
	char *at = text;
	int fd;

	if (!text)
		return failure_from_errno(&decoding->failure, -ENOMEM, "pass the command on");
	memcpy(at, counts, sizeof(counts));
	at = copy_strings(at + sizeof(counts), words);
	copy_strings(at, environment);
	fd = memfd_create("nsctl-command", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || write(fd, text, size) != (ssize_t)size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
		close_fd(fd);
		return failure_from_errno(&decoding->failure, negative_errno(),
					  "pass the command on");
	}
	decoding->memory_fd = fd;
	*ret = fd;
	return 0;
}

/* Its beginning, for lists: cut where a character ends. */
static void get_beginning(const json_t *words, struct wire_command *ret)
{
	static char texts[COMMAND_WORDS_MAX][COMMAND_WORD_MAX + 1];
	const json_t *entry;
	size_t i;

	json_array_foreach(words, i, entry)
	{
		const char *text = json_string_value(entry);
		size_t n = MIN(json_string_length(entry), (size_t)COMMAND_WORD_MAX);

		if (i == COMMAND_WORDS_MAX)
			return;
		while (n > 0 && text[n] && (text[n] & 0xc0) == 0x80)
			n--;
		memcpy(texts[i], text, n);
		texts[i][n] = '\0';
		ret->words[ret->n_words++].text = n ? texts[i] : NULL;
	}
}

static int get_descriptors(struct decoding *decoding, const json_t *parameters,
			   struct wire_command *ret)
{
	const struct {
		const char *key;
		int *fd;
	} rows[] = {
		{"workingDirectoryFileDescriptor", &ret->working_directory_fd},
		{"stdinFileDescriptor", &ret->stdin_fd},
		{"stdoutFileDescriptor", &ret->stdout_fd},
		{"stderrFileDescriptor", &ret->stderr_fd},
		{"terminalFileDescriptor", &ret->terminal_fd},
		{"statusFileDescriptor", &ret->status_fd},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = get_fd(decoding, parameters, "", rows[i].key, rows[i].fd);

		if (r)
			return r;
	}
	return 0;
}

static int get_command(struct decoding *decoding, const json_t *parameters,
		       struct wire_command *ret)
{
	const json_t *words = member(parameters, "command");
	const json_t *environment = member(parameters, "environment");
	int64_t umask = 0;
	int r = check_words(decoding, words);

	wire_clear(&wire_command_layout, ret);
	if (r == 0)
		r = check_environment(decoding, environment);
	if (r == 0)
		r = get_string(decoding, parameters, "", "workingDirectory", PATH_MAX - 1,
			       &ret->working_directory);
	if (r == 0)
		r = get_id(decoding, parameters, "user", &ret->has_user, &ret->user);
	if (r == 0)
		r = get_id(decoding, parameters, "group", &ret->has_group, &ret->group);
	if (r == 0)
		r = get_integer(decoding, parameters, "", "umask", 0, 0777, &ret->has_umask,
				&umask);
	ret->umask = umask;
	if (r == 0)
		r = get_descriptors(decoding, parameters, ret);
	if (r == 0)
		r = get_kinds(decoding, parameters, "", &ret->kinds);
	ret->detach = get_bool(parameters, "detach");
	ret->new_privileges = get_bool(parameters, "newPrivileges");
	get_beginning(words, ret);
	return r ? r : seal_command(decoding, words, environment, &ret->arguments_fd);
}

/* --- requests --- */

static int get_name(struct decoding *decoding, const json_t *parameters, const char **ret)
{
	const char *name = json_string_value(member(parameters, "name"));

	if (!name)
		return 0;
	if (!name_is_valid(name))
		return invalid(decoding, "name",
			       "a name is 1 to 64 of a-z 0-9 . _ -, begins and ends with a letter "
			       "or digit, and is not \"host\"");
	*ret = name;
	return 0;
}

int decode_create(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_create *create = ret;
	int r = get_name(decoding, parameters, &create->name);

	create->existing = get_bool(parameters, "existing");
	return r ? r : get_spec(decoding, parameters, &create->spec);
}

int decode_ask(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_ask *ask = ret;
	int64_t signal = 0, span = 0;
	bool given;
	int r = get_name(decoding, parameters, &ask->name);

	if (r == 0)
		r = get_id(decoding, parameters, "owner", &ask->has_owner, &ask->owner);
	if (r == 0)
		r = get_string(decoding, parameters, "", "session", PATH_MAX - 1, &ask->session);
	if (r == 0 && ask->session && !session_is_valid(ask->session))
		r = invalid(decoding, "session", "a session is 16 hexadecimal digits");
	if (r == 0)
		r = get_kinds(decoding, parameters, "", &ask->kinds);
	if (r == 0)
		r = get_integer(decoding, parameters, "", "signal", 1, 64, NULL, &signal);
	ask->signal = signal;
	if (r == 0)
		r = get_seconds(decoding, parameters, "", "grace", 0, 86400, &given, &span);
	if (r == 0)
		r = get_seconds(decoding, parameters, "", "seconds", 0.001, SECONDS_MAX, &given,
				&span);
	ask->span = span;
	return r ? r : get_fd(decoding, parameters, "", "processFileDescriptor", &ask->process_fd);
}

int decode_list(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_list *list = ret;

	list->all_owners = get_bool(parameters, "allOwners");
	list->summary = get_bool(parameters, "summary");
	return get_labels(decoding, parameters, "labels", list->labels, &list->n_labels);
}

int decode_exec(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_exec *exec = ret;
	int r = get_name(decoding, parameters, &exec->name);

	if (r == 0)
		r = get_id(decoding, parameters, "owner", &exec->has_owner, &exec->owner);
	return r ? r : get_command(decoding, parameters, &exec->command);
}

int decode_run(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_run *run = ret;
	int r = get_name(decoding, parameters, &run->name);

	run->no_init = json_is_false(member(parameters, "init"));
	if (r == 0)
		r = get_spec(decoding, parameters, &run->spec);
	return r ? r : get_command(decoding, parameters, &run->command);
}
