/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See mounts.h. Until mounts_finish(), an entry of spec.mounts also has the member "origin", the
 * option as it was typed, which is then kept for messages.
 */
#include "client/mounts.h"

#include "client/memory.h"
#include "client/parse.h"
#include "client/take.h"
#include "protocol/name.h"

/* Limit on mounts with descriptors. The other descriptors of a call are left for the command. */
#define MOUNTS_MAX 200

static json_t *get_spec(const struct options *options)
{
	return json_member(options->parameters, "spec", json_object);
}

/* Appends a mount of the current option to the list. Returns it. */
static json_t *add_mount(const struct options *options, const char *type, struct piece target)
{
	_cleanup_text_ struct text origin = {0};
	json_t *mount =
		must(json_pack("{s:s, s:s%}", "type", type, "target", target.start, target.size));

	text_format(&origin, "--%s%s%s", options->row->name, options->argument ? "=" : "",
		    options->argument ? options->argument : "");
	/* an option that stands for several mounts does not say which */
	if (!strstr(origin.data, json_text(mount, "target", "")))
		text_format(&origin, " (%s)", json_text(mount, "target", ""));
	json_put(mount, "origin", json_string_nocheck(origin.data)); /* a source may be any bytes */
	json_push(json_member(get_spec(options), "mounts", json_array), mount);
	return mount;
}

json_t *mounts_add(const struct options *options, const char *type, const char *target)
{
	return add_mount(options, type, (struct piece){target, strlen(target)});
}

/* --- sources --- */

int mounts_add_path(struct call_fds *fds, int directory_fd, const char *path, int flags,
		    json_t *object, const char *path_key, const char *fd_key)
{
	char link[64], real[PATH_MAX];
	int fd = openat(directory_fd, path, O_PATH | O_CLOEXEC | flags);
	ssize_t n;
	json_t *index;

	if (fd < 0)
		return negative_errno();
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof(real) - 1);
	index = call_fds_add(fds, fd);
	if (fds->n > MOUNTS_MAX)
		return json_decref(index), -E2BIG;
	json_put(object, fd_key, index);
	/* the path is only for display, so an invalid one is left out */
	real[n > 0 ? n : 0] = '\0';
	if (path_is_valid(real) && utf8_is_valid(real))
		json_put(object, path_key, json_string(real));
	else
		json_object_del(object, path_key);
	return 0;
}

/* Calls mounts_add_path() for the current option. Returns 0, or an exit status after reporting the
 * error. */
static int add_path(const struct options *options, json_t *object, const char *path, int flags,
		    const char *path_key, const char *fd_key)
{
	int r = mounts_add_path(options->fds, AT_FDCWD, path, flags, object, path_key, fd_key);

	if (r == -E2BIG)
		return options_wrong(options->client, "more than %d mounts", MOUNTS_MAX);
	if (r < 0)
		return client_problem(options->client, NULL, "--%s: %s: %s", options->row->name,
				      path, strerror(-r));
	return 0;
}

/* Opens the source of the current option's mount. Returns 0, or an exit status after reporting the
 * error. */
static int add_source(const struct options *options, json_t *mount, const char *path)
{
	return add_path(options, mount, path, 0, "source", "sourceFileDescriptor");
}

int mounts_add_directory(const struct options *options, json_t *mount, const char *path)
{
	return add_path(options, mount, path, O_DIRECTORY, "source", "sourceFileDescriptor");
}

/* --- options --- */

/* Returns 0 if a mount can have this target, or STATUS_USAGE after reporting that it cannot. form:
 * what the option takes. */
static int check_target(const struct options *options, struct piece target, const char *form)
{
	_cleanup_free_ char *path = must(strndup(target.start, target.size));

	if (!utf8_is_valid(path))
		return options_reject(options, form);
	if (path_is_valid(path))
		return 0;
	client_problem(options->client, NULL, "--%s=%s: TARGET, which is \"%s\", " PATH_REASON,
		       options->row->name, options->argument, path);
	return STATUS_USAGE;
}

static bool is_root(struct piece path)
{
	return path.size > 0 && strspn(path.start, "/") >= path.size;
}

/* Returns true if the descriptor that was added last is a character device: a bind of one would be
 * of no use. */
static bool is_device(const struct call_fds *fds)
{
	struct stat st;

	return fstat(fds->fds[fds->n - 1], &st) == 0 && S_ISCHR(st.st_mode);
}

int mounts_take_bind(struct options *options)
{
	const char *target, *mode = NULL;
	struct piece source = parse_cut(options->argument, ':', &target), inside;
	_cleanup_free_ char *path = NULL;
	bool read_only;
	json_t *mount;
	int r;

	if (!target || source.size == 0)
		return options_reject(options, "SOURCE:TARGET or SOURCE:TARGET:ro");
	inside = parse_cut(target, ':', &mode);
	read_only = mode && strcmp(mode, "ro") == 0;
	if (mode && !read_only && strcmp(mode, "rw") != 0)
		return options_reject(options, "SOURCE:TARGET or SOURCE:TARGET:ro (paths with a "
					       "colon cannot be named)");
	r = check_target(options, inside, "SOURCE:TARGET with a TARGET in UTF-8");
	if (r != 0)
		return r;
	/* / is at / already */
	if (is_root(source) && is_root(inside)) {
		if (read_only)
			add_mount(options, "readOnly", inside);
		return 0;
	}
	mount = add_mount(options, "bind", inside);
	if (read_only)
		json_put(mount, "readOnly", json_true());
	path = must(strndup(source.start, source.size));
	r = add_source(options, mount, path);
	if (r == 0 && is_device(options->fds))
		json_put(mount, "type", json_string("device"));
	return r;
}

int mounts_take_overlay(struct options *options)
{
	const char *rest;
	struct piece target = parse_cut(options->argument, ':', &rest);
	bool is_directory = rest && strchr(rest, '/');
	int64_t bytes = 0;
	json_t *mount;
	int r;

	if (target.size == 0 || (rest && !is_directory && !parse_size(rest, &bytes)))
		return options_reject(options, "TARGET, TARGET:SIZE (such as /usr:512M) or "
					       "TARGET:DIR (with a slash, such as /usr:./kept)");
	r = check_target(options, target, "TARGET:DIR with a TARGET in UTF-8");
	if (r != 0)
		return r;
	mount = add_mount(options, "overlay", target);
	if (is_directory)
		return mounts_add_directory(options, mount, rest);
	if (rest)
		json_put(mount, "size", json_integer(bytes));
	return 0;
}

int mounts_take_device(struct options *options)
{
	json_t *mount = mounts_add(options, "device", options->argument);

	return add_source(options, mount, options->argument);
}

/* Reads octal permissions. */
static bool parse_mode(const char *word, json_int_t *ret)
{
	char *end;
	unsigned long mode = strtoul(word, &end, 8);

	*ret = (json_int_t)mode;
	return *word >= '0' && *word <= '7' && !*end && mode > 0 && mode <= 07777;
}

int mounts_take_tmpfs(struct options *options)
{
	const char *rest, *mode = NULL;
	struct piece target = parse_cut(options->argument, ':', &rest);
	struct piece size = rest ? parse_cut(rest, ':', &mode) : (struct piece){0};
	_cleanup_free_ char *word = must(strndup(size.size ? size.start : "", size.size));
	json_int_t permissions = 0;
	json_t *mount;
	int64_t bytes;
	int r;

	if (target.size == 0 || (rest && !mode && size.size == 0) ||
	    (size.size && !parse_size(word, &bytes)) || (mode && !parse_mode(mode, &permissions)))
		return options_reject(options, "TARGET, TARGET:SIZE or TARGET:SIZE:MODE (such as "
					       "/var:512M, /srv:512M:1777 or /srv::1777)");
	r = check_target(options, target, "TARGET in UTF-8");
	if (r != 0)
		return r;
	mount = add_mount(options, "tmpfs", target);
	if (size.size)
		json_put(mount, "size", json_integer(bytes));
	if (mode)
		json_put(mount, "mode", json_integer(permissions));
	return 0;
}

int mounts_take_dev(struct options *options)
{
	mounts_add(options, "dev", options->argument ? options->argument : "/dev");
	return 0;
}

int mounts_take_read_only(struct options *options)
{
	mounts_add(options, "readOnly", options->argument ? options->argument : "/");
	return 0;
}

int mounts_take_hide(struct options *options)
{
	mounts_add(options, "hidden", options->argument);
	return 0;
}

int mounts_take_proc(struct options *options)
{
	if (!options->argument || strcmp(options->argument, "/proc") == 0)
		return take_true(options);
	mounts_add(options, "proc", options->argument);
	return 0;
}

int mounts_take_root(struct options *options)
{
	options->client->root = options->argument;
	return add_path(options, get_spec(options), options->argument, O_DIRECTORY, "rootPath",
			"rootFileDescriptor");
}

/* --- the whole list --- */

/* Moves the options from the list of mounts to the client, which names them in messages. */
static void keep_origins(struct options *options)
{
	json_t *origins = must(json_array()), *mount;
	size_t i;

	json_array_foreach(json_object_get(get_spec(options), "mounts"), i, mount) {
		json_push(origins, json_incref(json_object_get(mount, "origin")));
		json_object_del(mount, "origin");
	}
	json_decref(options->client->origins);
	options->client->origins = origins;
}

void mounts_finish(struct options *options)
{
	keep_origins(options);
}
