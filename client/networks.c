/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network create, list, rm: see networks.h. Keeps nothing after a call. If several networks are
 * named, a failure with one is reported, and the others are still tried.
 */
#include "client/networks.h"

#include "client/lease.h"
#include "client/memory.h"
#include "client/print.h"
#include "client/project.h"
#include "client/show.h"
#include "client/table.h"
#include "client/take.h"
#include "client/text.h"
#include "client/users.h"
#include "client/verb.h"

static const struct option_row create_options[] = {
	OPTION("subnet", 0, "CIDR",
	       "give members addresses from CIDR (may be repeated: IPv4 and IPv6); auto: from a "
	       "subnet that no other network of yours has",
	       FILLS("subnets[]", take_text)),
	OPTION("egress", 0, NULL, "let members reach the outside by NAT",
	       FILLS("egress", take_true)),
	OPTION("dns", 0, "ADDRESS", "give members this name server (may be repeated)",
	       FILLS("dns[]", take_text)),
	LEASE_OPTION("lease"),
	OPTION("boot", 0, NULL, "make it again when the machine starts", FILLS("boot", take_true)),
	{0},
};

static const struct option_row list_options[] = {
	OPTION("all-owners", 0, NULL, "list the networks of all users that you may see",
	       FILLS("allOwners", take_true)),
	{0},
};

static const struct option_row rm_options[] = {
	OPTION("all", 0, NULL, "remove all your networks", HANDLED(ALL)),
	OPTION("ignore", 0, NULL, "do not fail if a network does not exist", HANDLED(IGNORE)),
	{0},
};

static int networks_create(struct client *client, struct options *options)
{
	return verb_make(client, options, "network", "org.nsctl.CreateNetwork");
}

static void joined_cell(struct table *table, const json_t *strings)
{
	_cleanup_text_ struct text text = {0};

	text_join(&text, strings);
	table_cell(table, text.data);
}

static void network_row(struct table *table, const json_t *network, const struct users *users)
{
	char age[PRINT_SHORT];

	table_cell(table, json_text(network, "name", "?"));
	users_cell(table, users, json_object_get(network, "owner"));
	joined_cell(table, json_object_get(network, "subnets"));
	table_cell(table, json_is_true(json_object_get(network, "egress")) ? "yes" : "no");
	joined_cell(table, json_object_get(network, "members"));
	print_age(show_age(network, "created"), age);
	table_cell(table, age);
}

/* Returns true if the network belongs to the user who is asked for. ListNetworks tells the caller's
 * networks or, for --owner, those of all users. */
static bool is_owners(const struct client *client, const json_t *network)
{
	return !client->has_owner ||
	       json_integer_value(json_object_get(network, "owner")) == client->owner;
}

static void list_networks(const struct client *client, const json_t *networks)
{
	static const char *const headings[] = {"NAME",	 "OWNER",   "SUBNETS",
					       "EGRESS", "MEMBERS", "AGE"};
	_cleanup_table_ struct table table;
	_cleanup_users_ struct users users = {0};
	json_t *network;
	size_t i;

	table_init(&table, headings, ARRAY_SIZE(headings));
	if (!client->json && !client->quiet)
		users_load(&users, networks, "owner");
	json_array_foreach(networks, i, network)
	{
		if (is_owners(client, network) && !show_plainly(client, network))
			network_row(&table, network, &users);
	}
	if (!client->json && !client->quiet)
		table_print(&table);
}

static int networks_list(struct client *client, struct options *options)
{
	_cleanup_json_ json_t *reply = NULL;
	int r;

	if (options->n_words > 0)
		return options_wrong(client, "network list takes no names");
	if (client->has_owner)
		json_put(options->parameters, "allOwners", json_true());
	r = client_call(client, NULL, "org.nsctl.ListNetworks", json_incref(options->parameters),
			NULL, &reply);
	if (r == 0)
		list_networks(client, json_object_get(reply, "networks"));
	return r;
}

int networks_remove_all(struct client *client, const char *project)
{
	_cleanup_json_ json_t *reply = NULL, *parameters = must(json_object());
	json_t *network;
	int failed, r;
	size_t i;

	if (client->has_owner)
		json_put(parameters, "allOwners", json_true());
	failed = client_call(client, NULL, "org.nsctl.ListNetworks", json_incref(parameters), NULL,
			     &reply);
	json_array_foreach(json_object_get(reply, "networks"), i, network)
	{
		const char *name = json_text(network, "name", "");

		if (!is_owners(client, network) || !project_has(project, name))
			continue;
		r = client_remove(client, name, "org.nsctl.RemoveNetwork",
				  client_named(client, name), true);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
	}
	return failed;
}

static int networks_rm(struct client *client, struct options *options)
{
	bool all = options_has(options, OPTION_ALL);

	if (all && options->n_words > 0)
		return options_wrong(client, "give names or --all, not both");
	if (all)
		return networks_remove_all(client, NULL);
	if (options->n_words == 0)
		return options_wrong(client, "no network given (--all removes all your networks)");
	return client_remove_each(client, options->words, "org.nsctl.RemoveNetwork",
				  options_has(options, OPTION_IGNORE));
}

static int networks_renew(struct client *client, struct options *options)
{
	return lease_renew(client, options, "org.nsctl.RenewNetwork");
}

/* clang-format off */
const struct verb networks_verbs[] = {
	{"network create", NULL, "[OPTIONS] NAME",
	 "Makes a network: a bridge that can give its members addresses\n"
	 "A set joins it by `nsctl create --link=net/NAME`, or by `nsctl link add SET "
	 "net/NAME`",
	 0, 1, 1, networks_create, {create_options}},
	{"network list", "network ls", "[OPTIONS]",
	 "Lists your networks",
	 0, 0, WORDS_ANY, networks_list, {list_options}},
	{"network renew", NULL, "[--lease=WHEN] NAME [DURATION]",
	 "Postpones the end of a leased network, like `nsctl renew` for sets",
	 0, 1, 2, networks_renew, {lease_renew_options}},
	{"network rm", NULL, "[OPTIONS] NAME...",
	 "Removes networks",
	 0, 0, WORDS_ANY, networks_rm, {rm_options}},
	{0},
};
/* clang-format on */
