/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/maps.h"

#include "client/parse.h"
#include "client/subids.h"
#include "client/take.h"

static void add_range(json_t *spec, const char *map, int64_t inside, int64_t outside, int64_t count)
{
	json_push(json_member(spec, map, json_array),
		  json_pack("{s:I, s:I, s:I}", "inside", (json_int_t)inside, "outside",
			    (json_int_t)outside, "count", (json_int_t)count));
}

/* Adds the caller's own ids to maps that the user has chosen, as -r or -c says. */
static void add_own(json_t *spec, bool root)
{
	add_range(spec, "uidMap", root ? 0 : geteuid(), geteuid(), 1);
	add_range(spec, "gidMap", root ? 0 : getegid(), getegid(), 1);
}

static bool are(const char *before, const char *name, const char *one, const char *other)
{
	return (strcmp(before, one) == 0 && strcmp(name, other) == 0) ||
	       (strcmp(before, other) == 0 && strcmp(name, one) == 0);
}

/* Sets userMapping. Beside other maps, -r and -c say to which id inside the caller's own is mapped.
 * Returns 0, or STATUS_USAGE if userMapping has another value already. */
static int set_mapping(struct options *options, const char *name)
{
	static const struct {
		const char *one, *other, *both;
	} rows[] = {{"root", "auto", "auto"},
		    {"current", "auto", "currentAuto"},
		    {"root", "custom", "custom"},
		    {"current", "custom", "custom"}};
	json_t *spec = json_member(options->parameters, "spec", json_object);
	const char *before = json_text(spec, "userMapping", name), *both = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (are(before, name, rows[i].one, rows[i].other))
			both = rows[i].both;
	if (!both && strcmp(before, name) != 0)
		return options_wrong(options->client,
				     "--%s cannot be combined with another mapping of users",
				     options->row->name);
	if (both && strcmp(both, "custom") == 0)
		add_own(spec, are(before, name, "root", "custom"));
	json_put(spec, "userMapping", json_string(both ? both : name));
	return 0;
}

int maps_take_root(struct options *options)
{
	return set_mapping(options, "root");
}

int maps_take_current(struct options *options)
{
	return set_mapping(options, "current");
}

int maps_take_auto(struct options *options)
{
	return set_mapping(options, "auto");
}

int maps_take_range(struct options *options)
{
	int r = set_mapping(options, "custom");
	int64_t range[3];

	if (r != 0)
		return r;
	if (!parse_range(options->argument, range))
		return options_reject(options, "INSIDE:OUTSIDE:COUNT, three numbers");
	take_put(options, json_pack("{s:I, s:I, s:I}", "inside", (json_int_t)range[0], "outside",
				    (json_int_t)range[1], "count", (json_int_t)range[2]));
	return 0;
}

/* Maps the first range of each file to the same ids inside. */
int maps_take_subids(struct options *options)
{
	static const struct {
		const char *file, *map;
	} rows[] = {{"/etc/subuid", "uidMap"}, {"/etc/subgid", "gidMap"}};
	int r = set_mapping(options, "custom");

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(rows); i++) {
		json_t *spec = json_member(options->parameters, "spec", json_object);
		int64_t first, count;

		if (!subids_first(rows[i].file, geteuid(), &first, &count))
			return client_problem(options->client, NULL,
					      "--map-subids: %s gives you nothing", rows[i].file);
		add_range(spec, rows[i].map, first, first, count);
	}
	return r;
}
