/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/verbs.h"
#include "client/prune.h"

#include "client/networks.h"
#include "client/project.h"
#include "client/removed.h"
#include "client/sets.h"
#include "client/take.h"

static const struct option_row prune_options[] = {
	OPTION("grace", 0, "SECONDS", "send SIGTERM, and SIGKILL this much later (default 0)",
	       FILLS("grace", take_seconds)),
	{0},
};

const struct option_row prune_rm_options[] = {
	OPTION("all", 0, NULL, "remove all your sets", HANDLED(ALL)),
	OPTION("ignore", 0, NULL, "do not fail if a set does not exist", HANDLED(IGNORE)),
	PROJECT_OPTION('p', "with --all: remove all sets and networks of this project"),
	{0},
};

/* Removes all sets and networks of the owner or, unless it is NULL, of a project. The sets come
 * first, as their end ends the commands that use the networks. Links go with both. *ret_sets
 * becomes the number of sets. */
static int prune_all(struct client *client, const char *project, json_t *given, size_t *ret_sets)
{
	int failed = sets_remove_all(client, project, given), r;

	*ret_sets = client->removed;
	if (failed == STATUS_UNREACHABLE)
		return failed;
	r = networks_remove_all(client, project);
	return r == STATUS_UNREACHABLE ? r : MAX(failed, r);
}

int prune_project(struct client *client, const char *project, json_t *given)
{
	size_t sets;
	int r = prune_all(client, project, given, &sets);

	if (r == 0)
		removed_tell_nothing(client, NULL, project);
	return r;
}

static int prune_run(struct client *client, struct options *options)
{
	size_t sets;
	int r = prune_all(client, NULL, options->parameters, &sets);

	removed_tell(client, sets, r);
	return r;
}

/* Carries out `rm --all`. */
static int prune_sets(struct client *client, json_t *given)
{
	int r = sets_remove_all(client, NULL, given);

	removed_tell(client, client->removed, r);
	return r;
}

static int prune_rm(struct client *client, struct options *options)
{
	bool all = options_has(options, OPTION_ALL), ignore = options_has(options, OPTION_IGNORE);
	int failed = 0, r;

	if (all && options->n_words > 0)
		return options_wrong(client, "give names or --all, not both");
	if (options->project && !all)
		return options_wrong(client,
				     "--project=%s: give --all, too, to remove all of the "
				     "project",
				     options->project);
	if (options->project)
		return prune_project(client, options->project, options->parameters);
	if (all)
		return prune_sets(client, options->parameters);
	if (options->n_words == 0)
		return options_wrong(client, "no set given (--all removes all your sets)");
	for (char **name = options->words; *name; name++) {
		r = sets_remove(client, *name, options->parameters, ignore);
		if (r == STATUS_UNREACHABLE)
			return r;
		/* after a lost connection, the next removal uses a new one */
		failed = MAX(failed, r);
	}
	return failed;
}

/* clang-format off */
const struct verb prune_verbs[] = {
	{"rm", NULL, "[OPTIONS] NAME...",
	 "Removes sets, and ends their processes",
	 0, 0, WORDS_ANY, prune_rm, {prune_options, prune_rm_options},
	 .examples =
		"nsctl rm box scratch\n"
		"nsctl rm --grace=5 box  # SIGTERM first, SIGKILL 5 s later\n"
		"nsctl rm --all --project=job-17"},
	{"prune", NULL, "[OPTIONS]",
	 "Removes all your sets, networks and links\n"
	 "It ends all processes in the sets, and does not ask. A note on stderr says how much was "
	 "removed, unless --quiet is given. `nsctl down` removes less: what a file names, or one "
	 "project",
	 0, 0, 0, prune_run, {prune_options},
	 .page = "nsctl-rm",
	 .examples = "nsctl prune"},
	{0},
};
/* clang-format on */
