/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* If several networks are named, a failure with one is reported, and the others are still tried. */
#include "client/verbs.h"
#include "client/networks.h"

#include "client/destinations.h"
#include "client/lease.h"
#include "client/memory.h"
#include "client/others.h"
#include "client/print.h"
#include "client/project.h"
#include "client/removed.h"
#include "client/show.h"
#include "client/table.h"
#include "client/take.h"

static const struct option_row create_options[] = {
	OPTION("subnet", 0, "CIDR",
	       "give members addresses from CIDR (may be repeated: IPv4 and IPv6); auto: from a "
	       "subnet that no other network of yours has",
	       FILLS("subnets[]", take_text)),
	OPTION("egress", 0, NULL, "let members reach the outside by NAT",
	       FILLS("egress", take_true)),
	OPTION("allow", 0, DESTINATION_WORDS,
	       "let members reach DEST and nothing else outside (may be repeated; implies "
	       "--egress); see `nsctl help create`",
	       FILLS("allow[]", destinations_take)),
	OPTION("deny", 0, DESTINATION_WORDS,
	       "take DEST out of what --allow lets through (may be repeated)",
	       FILLS("deny[]", destinations_take)),
	OPTION("dns", 0, "ADDRESS", "give members this name server (may be repeated)",
	       FILLS("dns[]", take_text)),
	LEASE_OPTION("lease"),
	OPTION("boot", 0, NULL, "make the network again when the machine starts",
	       FILLS("boot", take_true)),
	{0},
};

static const struct option_row list_options[] = {
	OPTION("all-owners", 0, NULL, "list the networks of all users that you may see",
	       FILLS("allOwners", take_true)),
	TABLE_OPTIONS,
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

static const char *egress_word(const json_t *network)
{
	if (!json_is_true(json_object_get(network, "egress")))
		return "no";
	return json_object_get(network, "allow") ? "listed" : "yes";
}

static void network_row(struct table *table, const json_t *network, const struct users *users)
{
	const json_t *expires = json_object_get(network, "expires");

	table_cell(table, json_text(network, "name", "?"));
	table_user(table, users, json_object_get(network, "owner"));
	table_joined(table, json_object_get(network, "subnets"));
	table_cell(table, egress_word(network));
	table_joined(table, json_object_get(network, "members"));
	table_age(table, show_age(network, "created"));
	if (json_is_number(expires))
		table_age(table, -show_age(network, "expires"));
	else
		table_cell(table, NULL);
	table_joined(table, json_object_get(network, "allow"));
	table_joined(table, json_object_get(network, "deny"));
}

/* Returns true if the network belongs to the user whose networks are wanted. ListNetworks returns
 * the caller's networks or, with --owner, those of all users. */
static bool is_owners(const struct client *client, const json_t *network)
{
	return !client->has_owner ||
	       json_integer_value(json_object_get(network, "owner")) == client->owner;
}

static void list_networks(const struct client *client, struct table *table, const json_t *networks)
{
	_cleanup_users_ struct users users = {0};
	json_t *network;
	size_t i;

	if (!client->json && !client->quiet)
		users_load(&users, networks, "owner");
	json_array_foreach(networks, i, network) {
		if (is_owners(client, network) && !show_plainly(client, network))
			network_row(table, network, &users);
	}
	if (!client->json && !client->quiet)
		table_print(table);
}

static int networks_list(struct client *client, struct options *options)
{
	static const struct column columns[] = {
		{"NAME", 7, .stays = true},
		{"OWNER", 4, .least = 6},
		{"SUBNETS", 5, .least = 14},
		{"EGRESS", .rank = 3},
		{"MEMBERS", 6, .least = 10},
		{"AGE", 2, .kind = COLUMN_NUMBER},
		{"EXPIRES", 1, .kind = COLUMN_NUMBER, .extra = true},
		{"ALLOWED", 8, .least = 14, .extra = true},
		{"DENIED", 9, .least = 14, .extra = true},
	};
	_cleanup_table_ struct table table = {0};
	_cleanup_json_ json_t *reply = NULL;
	int r = table_begin(&table, options, columns, ARRAY_SIZE(columns));

	if (r != 0)
		return r;
	if (options->n_words > 0)
		return options_wrong(client, "list takes no names; use `nsctl network show NAME`");
	if (client->has_owner)
		json_put(options->parameters, "allOwners", json_true());
	r = client_call(client, NULL, "org.nsctl.ListNetworks", json_incref(options->parameters),
			NULL, &reply);
	if (r == 0)
		list_networks(client, &table, json_object_get(reply, "networks"));
	if (r == 0)
		others_tell_hidden(client, options->parameters, "network");
	return r;
}

static void show_one(json_t *network)
{
	static const char *const lists[] = {"subnets", "members"};
	_cleanup_json_ json_t *alone = must(json_pack("[O]", network));
	_cleanup_users_ struct users users = {0};

	users_load(&users, alone, "owner");
	print_escaped(json_text(network, "name", "?"));
	print_text("\n");
	show_owner(network,
		   users_name(&users, json_integer_value(json_object_get(network, "owner"))));
	show_times(network, json_object_get(network, "lease"));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		_cleanup_text_ struct text text = {0};

		text_join(&text, json_object_get(network, lists[i]));
		if (text.used > 0)
			show_line(lists[i], "%s", text.data);
	}
	if (json_is_true(json_object_get(network, "boot")))
		show_line("boot", "made again when the machine starts");
	show_network(network);
	show_refused(network);
}

static int networks_show(struct client *client, struct options *options)
{
	int failed = 0, r;

	for (char **name = options->words; *name; name++) {
		_cleanup_json_ json_t *reply = NULL;
		json_t *network;

		r = client_call(client, *name, "org.nsctl.GetNetwork", client_named(client, *name),
				NULL, &reply);
		if (r == STATUS_UNREACHABLE)
			return r;
		failed = MAX(failed, r);
		network = json_object_get(reply, "network");
		if (r != 0 || show_plainly(client, network))
			continue;
		if (name > options->words)
			print_text("\n");
		show_one(network);
	}
	return failed;
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
	json_array_foreach(json_object_get(reply, "networks"), i, network) {
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
	int r;

	if (all && options->n_words > 0)
		return options_wrong(client, "give names or --all, not both");
	if (all) {
		r = networks_remove_all(client, NULL);
		removed_tell(client, 0, r);
		return r;
	}
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
	 VERB_MAKES, 1, 1, networks_create, {create_options},
	 .examples =
		"nsctl network create lan --subnet=10.8.0.0/24 --subnet=fd08::/64\n"
		"nsctl network create out --subnet=auto --egress"},
	{"network list", "network ls", "[OPTIONS]",
	 "Lists your networks",
	 0, 0, WORDS_ANY, networks_list, {list_options},
	 .examples = "nsctl network list"},
	{"network show", NULL, "NAME...",
	 "Shows everything about networks, such as what their members may reach, and how many "
	 "packets were refused",
	 0, 1, WORDS_ANY, networks_show, {NULL},
	 .examples = "nsctl network show lan"},
	{"network renew", NULL, "[--lease=WHEN] NAME [DURATION]",
	 "Postpones the end of a leased network, like `nsctl renew` for sets",
	 0, 1, 2, networks_renew, {lease_renew_options},
	 .examples = "nsctl network renew lan 2h"},
	{"network rm", NULL, "[OPTIONS] NAME...",
	 "Removes networks",
	 0, 0, WORDS_ANY, networks_rm, {rm_options},
	 .examples = "nsctl network rm lan"},
	{0},
};
/* clang-format on */
