/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Links, their ends, networks. */
#include "daemon/front/encode-part.h"

json_t *encode_addresses(const struct wire_address *addresses, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(addresses[i].text));
	return list;
}

static json_t *impairment_json(const struct wire_impairment *impairment)
{
	const struct {
		enum impairment_field field;
		const char *key;
		double value;
	} rows[] = {
		{IMPAIR_DELAY, "delayMilliseconds", (double)impairment->delay / 1000},
		{IMPAIR_JITTER, "jitterMilliseconds", (double)impairment->jitter / 1000},
		{IMPAIR_LOSS, "lossPercent", impairment->loss / 10000.0},
		{IMPAIR_DUPLICATE, "duplicatePercent", impairment->duplicate / 10000.0},
		{IMPAIR_CORRUPT, "corruptPercent", impairment->corrupt / 10000.0},
		{IMPAIR_REORDER, "reorderPercent", impairment->reorder / 10000.0},
	};
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (impairment->given & rows[i].field)
			encode_put(object, rows[i].key, json_real(rows[i].value));
	if (impairment->given & IMPAIR_RATE)
		encode_put(object, "rateBitsPerSecond", json_integer(impairment->rate));
	return object;
}

static json_t *end_json(const struct wire_end *end, bool own)
{
	json_t *object = json_object();

	if (!own && end->where == END_SET && end->name && *end->name == NETWORK_SIGN)
		encode_string(object, "network", end->name + 1);
	else if (!own && end->where == END_SET)
		encode_string(object, "set", end->name);
	else if (end->where == END_NETWORK)
		encode_string(object, "network", end->name);
	else if (end->where == END_HOST)
		encode_put(object, "host", json_true());
	encode_string(object, "interface", end->interface);
	encode_string(object, "mac", end->mac);
	if (end->n_addresses)
		encode_put(object, "addresses", encode_addresses(end->addresses, end->n_addresses));
	encode_string(object, "gateway", end->gateway);
	if (end->mtu)
		encode_put(object, "mtu", json_integer(end->mtu));
	if (end->up || !own)
		encode_put(object, "up", json_boolean(end->up != SWITCH_OFF));
	if (end->impairment.given)
		encode_put(object, "impairment", impairment_json(&end->impairment));
	return object;
}

json_t *encode_link(const struct wire_link *link)
{
	json_t *object = json_object();

	encode_string(object, "name", link->name);
	encode_put(object, "owner", json_integer(link->owner));
	encode_put(object, "a", end_json(&link->a, false));
	encode_put(object, "b", end_json(&link->b, false));
	encode_put(object, "created", encode_seconds(link->created));
	return object;
}

json_t *encode_network(const struct wire_network *network)
{
	json_t *object = json_object(), *members = json_array();

	for (size_t i = 0; i < network->n_members; i++)
		json_array_append_new(members, json_string(network->members[i].name));
	encode_string(object, "name", network->name);
	encode_put(object, "owner", json_integer(network->owner));
	encode_put(object, "subnets", encode_addresses(network->subnets, network->n_subnets));
	encode_put(object, "egress", json_boolean(network->egress));
	if (network->n_dns)
		encode_put(object, "dns", encode_addresses(network->dns, network->n_dns));
	if (network->boot)
		encode_put(object, "boot", json_true());
	encode_put(object, "members", members);
	encode_put(object, "created", encode_seconds(network->created));
	return object;
}

static json_t *publish_json(const struct spec_publish *publish)
{
	json_t *object = json_object();

	encode_string(object, "protocol", publish->protocol == PUBLISH_UDP ? "udp" : "tcp");
	encode_string(object, "hostAddress", publish->host_address);
	encode_put(object, "hostPort", json_integer(publish->host_port));
	encode_put(object, "port", json_integer(publish->port));
	return object;
}

void encode_wiring(json_t *object, const struct wire_spec *spec)
{
	json_t *links = spec->n_links ? json_array() : NULL;
	json_t *publish = spec->n_publish ? json_array() : NULL;

	for (size_t i = 0; i < spec->n_links; i++) {
		json_t *link = json_object();

		encode_string(link, "name", spec->links[i].name);
		encode_put(link, "end", end_json(&spec->links[i].end, true));
		encode_put(link, "peer", end_json(&spec->links[i].peer, false));
		json_array_append_new(links, link);
	}
	for (size_t i = 0; i < spec->n_publish; i++)
		json_array_append_new(publish, publish_json(&spec->publish[i]));
	encode_put(object, "links", links);
	if (spec->egress)
		encode_put(object, "egress", json_true());
	if (spec->n_dns)
		encode_put(object, "dns", encode_addresses(spec->dns, spec->n_dns));
	encode_put(object, "publish", publish);
}

/* --- replies --- */

json_t *encode_link_reply(struct wire_message *message, struct reply_fds *fds _unused_)
{
	static struct wire_link link;
	json_t *object = json_object();

	if (wire_decode(message, &wire_link_layout, &link) == 0)
		encode_put(object, "link", encode_link(&link));
	return object;
}

json_t *encode_network_reply(struct wire_message *message, struct reply_fds *fds _unused_)
{
	static struct wire_network network;
	json_t *object = json_object();

	if (wire_decode(message, &wire_network_layout, &network) == 0)
		encode_put(object, "network", encode_network(&network));
	return object;
}

json_t *encode_links(struct wire_message *message)
{
	static struct wire_link link;
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_LINK, &at, &wire_link_layout, &link) == 1)
		json_array_append_new(list, encode_link(&link));
	encode_put(object, "links", list);
	return object;
}

json_t *encode_networks(struct wire_message *message)
{
	static struct wire_network network;
	json_t *object = json_object(), *list = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_NETWORK, &at, &wire_network_layout, &network) == 1)
		json_array_append_new(list, encode_network(&network));
	encode_put(object, "networks", list);
	return object;
}
