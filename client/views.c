/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See views.h. */
#include "client/views.h"

#include "client/lease.h"
#include "client/memory.h"
#include "client/mounts.h"
#include "client/parse.h"
#include "client/users.h"
#include "client/verb.h"

static json_t *get_spec(const struct options *options)
{
	return json_member(options->parameters, "spec", json_object);
}

/* --- places of the set's own --- */

enum place { PLACE_HOME, PLACE_TMP, PLACE_SHM, PLACE_RUN, PLACE_COUNT };

/* Returns the caller's home directory, or NULL if there is none. The caller frees it. */
static char *find_home(void)
{
	const char *home = getenv("HOME");
	struct account account;
	char *found;

	if (home && home[0] == '/' && home[1])
		return must(strdup(home));
	users_account(geteuid(), &account);
	found = account.home[1] ? must(strdup(account.home)) : NULL;
	users_account_done(&account);
	return found;
}

/* Returns the path of a place, or NULL if there is none. The caller frees it. */
static char *find_place(enum place place)
{
	char *path;

	switch (place) {
	case PLACE_HOME:
		return find_home();
	case PLACE_RUN:
		return must(asprintf(&path, "/run/user/%u", geteuid()) < 0 ? NULL : path);
	default:
		return must(strdup(place == PLACE_TMP ? "/tmp" : "/dev/shm"));
	}
}

static void add_place(const struct options *options, enum place place, const char *path)
{
	bool is_owners = place == PLACE_HOME || place == PLACE_RUN;

	json_put(mounts_add(options, "tmpfs", path), "mode",
		 json_integer(is_owners ? 0700 : 01777));
}

/* Finds the place that a word names. Returns PLACE_COUNT if there is none. */
static enum place parse_place(struct piece word)
{
	static const char *const words[PLACE_COUNT] = {"home", "tmp", "shm", "run"};
	enum place place = 0;

	while (place < PLACE_COUNT && (strlen(words[place]) != word.size ||
				       strncmp(words[place], word.start, word.size) != 0))
		place++;
	return place;
}

int views_take_private(struct options *options)
{
	const char *rest = options->argument;

	options->views.places_given = true;
	while (rest) {
		enum place place = parse_place(parse_cut(rest, ',', &rest));
		_cleanup_free_ char *path = place < PLACE_COUNT ? find_place(place) : NULL;

		if (place == PLACE_COUNT)
			return options_reject(options, "a list of home, tmp, shm and run");
		if (!path)
			return options_wrong(options->client,
					     "--private: you have no home directory to hide");
		add_place(options, place, path);
	}
	return 0;
}

/* --- jobs --- */

int views_take_job(struct options *options)
{
	options->views.job = options->row;
	options->views.workspace = options->argument ? options->argument : ".";
	return 0;
}

int views_take_no_read_only(struct options *options)
{
	options->views.writable = true;
	return 0;
}

int views_take_no_lease(struct options *options)
{
	options->views.no_lease = true;
	return 0;
}

/* Returns true if one of the mounts is at this target. */
static bool has_target(const json_t *mounts, const char *target)
{
	json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount) {
		if (strcmp(json_text(mount, "target", ""), target) == 0)
			return true;
	}
	return false;
}

/* Returns true if the set will have this directory, in its own root or in the caller's. */
static bool exists(const struct options *options, const char *path)
{
	const json_t *root = json_object_get(get_spec(options), "rootFileDescriptor");
	struct stat st;
	int r = root ? fstatat(options->fds->fds[json_integer_value(root)], path + 1, &st, 0)
		     : stat(path, &st);

	return r == 0 && S_ISDIR(st.st_mode);
}

/* Adds the places that exist, unless --private has said which, or another option mounts something
 * there. */
static void add_places(const struct options *options, const json_t *given, const char *workspace)
{
	bool shares_shm = json_is_false(json_object_get(get_spec(options), "ownShm"));

	for (enum place place = 0; place < PLACE_COUNT && !options->views.places_given; place++) {
		_cleanup_free_ char *path = find_place(place);

		/* the home directory may be /tmp */
		if (path && exists(options, path) && strcmp(path, workspace) != 0 &&
		    !has_target(given, path) &&
		    !has_target(json_object_get(get_spec(options), "mounts"), path) &&
		    !(place == PLACE_SHM && shares_shm))
			add_place(options, place, path);
	}
}

/* Returns true if the mounts hide the directory: the last one there or above is an empty place. */
static bool is_hidden(const json_t *mounts, const char *directory)
{
	bool hidden = false;
	json_t *mount;
	size_t i;

	json_array_foreach(mounts, i, mount) {
		const char *target = json_text(mount, "target", "");
		const char *type = json_text(mount, "type", "");
		size_t n = strlen(target);

		if (strncmp(directory, target, n) == 0 && (!directory[n] || directory[n] == '/') &&
		    strcmp(type, "readOnly") != 0)
			hidden = strcmp(type, "tmpfs") == 0 || strcmp(type, "hidden") == 0;
	}
	return hidden;
}

/* Lets a command start in the workspace if the job does not see the caller's directory. */
static void choose_directory(const struct options *options, const char *workspace)
{
	json_t *parameters = options->parameters;
	char path[PATH_MAX];

	if (options->verb->flags & VERB_RUNS_COMMAND &&
	    !json_object_get(parameters, "workingDirectory") && getcwd(path, sizeof(path)) &&
	    is_hidden(json_object_get(get_spec(options), "mounts"), path))
		json_put(parameters, "workingDirectory", json_string(workspace));
}

static int add_workspace(const struct options *options, json_t *given)
{
	_cleanup_json_ json_t *bind = must(json_object());
	int r = mounts_add_directory(options, bind, options->views.workspace);
	const char *path = json_text(bind, "source", "/");

	if (r != 0)
		return r;
	if (!json_object_get(bind, "source"))
		return options_wrong(options->client,
				     "--job=%s: its path is not valid UTF-8, or has control "
				     "characters: bind it to another one, by --bind=%s:TARGET",
				     options->views.workspace, options->views.workspace);
	if (strcmp(path, "/") == 0)
		return options_wrong(options->client,
				     "--job=%s: the workspace is a directory below /",
				     options->views.workspace);
	if (!options->views.writable)
		mounts_add(options, "readOnly", "/");
	add_places(options, given, path);
	if (!has_target(given, path))
		json_object_update(mounts_add(options, "bind", path), bind);
	if (given)
		json_array_extend(json_member(get_spec(options), "mounts", json_array), given);
	choose_directory(options, path);
	return 0;
}

/* Lets the set end with the process that has started nsctl, unless other options give it a
 * lease. */
static int add_lease(struct options *options)
{
	const json_t *spec = get_spec(options);

	if (options->views.no_lease || json_object_get(spec, "lease") ||
	    json_object_get(spec, "boot") || strcmp(options->verb->name, "create") != 0)
		return 0;
	return lease_take_parent(options);
}

/* Puts the mounts for which --job stands before those of other options. */
static int add_job(struct options *options)
{
	json_t *spec = get_spec(options);
	_cleanup_json_ json_t *given = json_incref(json_object_get(spec, "mounts"));
	int r;

	options->row = options->views.job;
	options->argument = options->views.workspace;
	json_object_del(spec, "mounts");
	r = add_workspace(options, given);
	return r ? r : add_lease(options);
}

int views_finish(struct options *options)
{
	return options->views.job ? add_job(options) : 0;
}
