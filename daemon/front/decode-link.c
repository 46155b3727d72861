/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Links, their ends, networks. */
#include <string.h>
#include "daemon/front/decode-part.h"
#include "daemon/front/value.h"

#define MILLISECONDS_MAX ((double)IMPAIR_DELAY_MAX / 1000)

int decode_addresses(struct decoding *decoding, const json_t *list, const char *field, size_t max,
		     struct wire_address *ret, size_t *ret_n)
{
	const json_t *entry;
	size_t i;

	if (json_array_size(list) > max)
		return value_invalid(decoding, field, "are more than %zu", max);
	json_array_foreach(list, i, entry)
	{
		size_t n = json_string_length(entry);

		if (n == 0 || n >= ADDRESS_SIZE)
			return value_invalid(decoding, field, "number %zu is no IP address", i);
		ret[i].text = json_string_value(entry);
		*ret_n = i + 1;
	}
	return 0;
}

/* --- impairments --- */

/* A number within 0 and highest, times scale. */
static int get_scaled(struct decoding *decoding, const json_t *object, const char *prefix,
		      const char *key, double highest, double scale, bool *ret_given, uint64_t *ret)
{
	const json_t *value = value_member(object, key);
	char path[128];
	double number;

	*ret_given = value != NULL;
	if (!value)
		return 0;
	number = json_number_value(value);
	(void)snprintf(path, sizeof(path), "%s%s", prefix, key);
	if (!(number >= 0 && number <= highest))
		return value_invalid(decoding, path, "is not within 0 and %g", highest);
	*ret = (uint64_t)(number * scale + 0.5);
	return 0;
}

static int decode_impairment(struct decoding *decoding, const json_t *object, const char *prefix,
			     struct wire_impairment *ret)
{
	uint64_t shares[4] = {};
	const struct {
		const char *key;
		enum impairment_field field;
		double highest, scale;
		uint64_t *value;
	} rows[] = {
		{"delayMilliseconds", IMPAIR_DELAY, MILLISECONDS_MAX, 1000, &ret->delay},
		{"jitterMilliseconds", IMPAIR_JITTER, MILLISECONDS_MAX, 1000, &ret->jitter},
		{"lossPercent", IMPAIR_LOSS, 100, 10000, &shares[0]},
		{"duplicatePercent", IMPAIR_DUPLICATE, 100, 10000, &shares[1]},
		{"corruptPercent", IMPAIR_CORRUPT, 100, 10000, &shares[2]},
		{"reorderPercent", IMPAIR_REORDER, 100, 10000, &shares[3]},
		{"rateBitsPerSecond", IMPAIR_RATE, (double)IMPAIR_RATE_MAX, 1, &ret->rate},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool given;
		int r = get_scaled(decoding, object, prefix, rows[i].key, rows[i].highest,
				   rows[i].scale, &given, rows[i].value);

		if (r)
			return r;
		ret->given |= given ? rows[i].field : 0;
	}
	ret->loss = shares[0];
	ret->duplicate = shares[1];
	ret->corrupt = shares[2];
	ret->reorder = shares[3];
	return 0;
}

/* --- ends --- */

static int get_where(struct decoding *decoding, const json_t *end, const char *prefix,
		     struct wire_end *ret)
{
	const char *set = json_string_value(value_member(end, "set"));
	const char *network = json_string_value(value_member(end, "network"));
	bool host = value_bool(end, "host");
	char path[64];

	(void)snprintf(path, sizeof(path), "%s%s", prefix, network ? "network" : "set");
	if (!!set + !!network + host > 1)
		return value_invalid(decoding, path, "only one of set, network and host can be");
	ret->name = network ? network : set;
	if (ret->name && !name_is_valid(ret->name))
		return value_invalid(decoding, path,
				     "a name is 1 to 64 of a-z 0-9 . _ -, begins and ends with a "
				     "letter or digit, and is not \"host\"");
	ret->where = set ? END_SET : network ? END_NETWORK : host ? END_HOST : 0;
	return 0;
}

int decode_end(struct decoding *decoding, const json_t *end, const char *prefix,
	       struct wire_end *ret)
{
	const json_t *up = value_member(end, "up"), *addresses = value_member(end, "addresses");
	char path[96];
	int64_t mtu = 0;
	int r = get_where(decoding, end, prefix, ret);

	ret->up = !up ? SWITCH_DEFAULT : json_is_true(up) ? SWITCH_ON : SWITCH_OFF;
	ret->has_addresses = addresses != NULL;
	if (r == 0)
		r = value_string(decoding, end, prefix, "interface", INTERFACE_SIZE - 1,
				 &ret->interface);
	if (r == 0)
		r = value_string(decoding, end, prefix, "mac", MAC_SIZE - 1, &ret->mac);
	if (r == 0)
		r = value_string(decoding, end, prefix, "gateway", ADDRESS_SIZE - 1, &ret->gateway);
	if (r == 0)
		r = value_integer(decoding, end, prefix, "mtu", MTU_MIN, MTU_MAX, NULL, &mtu);
	ret->mtu = mtu;
	(void)snprintf(path, sizeof(path), "%saddresses", prefix);
	if (r == 0)
		r = decode_addresses(decoding, addresses, path, END_ADDRESSES_MAX, ret->addresses,
				     &ret->n_addresses);
	(void)snprintf(path, sizeof(path), "%simpairment.", prefix);
	return r ? r
		 : decode_impairment(decoding, value_member(end, "impairment"), path,
				     &ret->impairment);
}

/* --- of a specification --- */

static int get_name(struct decoding *decoding, const json_t *object, const char *prefix,
		    const char **ret)
{
	const char *name = json_string_value(value_member(object, "name"));
	char path[64];

	(void)snprintf(path, sizeof(path), "%sname", prefix);
	if (name && !name_is_valid(name))
		return value_invalid(decoding, path,
				     "a name is 1 to 64 of a-z 0-9 . _ -, begins and ends with a "
				     "letter or digit, and is not \"host\"");
	*ret = name;
	return 0;
}

static int get_link(struct decoding *decoding, const json_t *object, size_t index,
		    struct spec_link *ret)
{
	char prefix[64], member[96];
	int r;

	(void)snprintf(prefix, sizeof(prefix), "spec.links[%zu].", index);
	r = get_name(decoding, object, prefix, &ret->name);
	(void)snprintf(member, sizeof(member), "%send.", prefix);
	if (r == 0)
		r = decode_end(decoding, value_member(object, "end"), member, &ret->end);
	if (r == 0 && ret->end.where)
		r = value_invalid(decoding, member, "this end is the set's own: it has no place");
	(void)snprintf(member, sizeof(member), "%speer.", prefix);
	if (r == 0)
		r = decode_end(decoding, value_member(object, "peer"), member, &ret->peer);
	return r;
}

static int get_publish(struct decoding *decoding, const json_t *object, size_t index,
		       struct spec_publish *ret)
{
	static const char *const protocols[] = {"tcp", "udp", NULL};
	int64_t host_port = 0, port = 0;
	char prefix[64];
	int r;

	(void)snprintf(prefix, sizeof(prefix), "spec.publish[%zu].", index);
	ret->protocol = value_word(object, "protocol", protocols);
	r = value_string(decoding, object, prefix, "hostAddress", ADDRESS_SIZE - 1,
			 &ret->host_address);
	if (r == 0)
		r = value_integer(decoding, object, prefix, "hostPort", 1, 65535, NULL, &host_port);
	if (r == 0)
		r = value_integer(decoding, object, prefix, "port", 1, 65535, NULL, &port);
	ret->host_port = host_port;
	ret->port = port;
	return r;
}

int decode_wiring(struct decoding *decoding, const json_t *spec, struct wire_spec *ret)
{
	const json_t *links = value_member(spec, "links"), *entry;
	const json_t *publish = value_member(spec, "publish");
	size_t i;
	int r = 0;

	if (json_array_size(links) > SPEC_LINKS_MAX)
		return value_invalid(decoding, "spec.links", "are more than %d", SPEC_LINKS_MAX);
	json_array_foreach(links, i, entry)
	{
		r = get_link(decoding, entry, i, &ret->links[i]);
		if (r)
			return r;
		ret->n_links = i + 1;
	}
	ret->egress = value_bool(spec, "egress");
	r = decode_addresses(decoding, value_member(spec, "dns"), "spec.dns", SERVERS_MAX, ret->dns,
			     &ret->n_dns);
	if (r == 0 && json_array_size(publish) > PUBLISH_MAX)
		r = value_invalid(decoding, "spec.publish", "are more than %d", PUBLISH_MAX);
	json_array_foreach(publish, i, entry)
	{
		r = r ? r : get_publish(decoding, entry, i, &ret->publish[i]);
		ret->n_publish = i + 1;
	}
	return r;
}

/* --- requests --- */

int decode_link_request(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_link *link = ret;
	int r = get_name(decoding, parameters, "", &link->name);

	if (r == 0)
		r = value_id(decoding, parameters, "owner", &link->has_owner, &link->owner);
	if (r == 0)
		r = decode_end(decoding, value_member(parameters, "a"), "a.", &link->a);
	return r ? r : decode_end(decoding, value_member(parameters, "b"), "b.", &link->b);
}

int decode_link_list(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_list *list = ret;

	list->all_owners = value_bool(parameters, "allOwners");
	list->set = json_string_value(value_member(parameters, "set"));
	if (list->set && !name_is_valid(list->set))
		return value_invalid(decoding, "set", "is no name of a set");
	return value_id(decoding, parameters, "owner", &list->has_owner, &list->owner);
}

int decode_network(struct decoding *decoding, const json_t *parameters, void *ret)
{
	struct wire_network *network = ret;
	int r = get_name(decoding, parameters, "", &network->name);

	network->egress = value_bool(parameters, "egress");
	network->boot = value_bool(parameters, "boot");
	if (r == 0)
		r = decode_addresses(decoding, value_member(parameters, "subnets"), "subnets",
				     SUBNETS_MAX, network->subnets, &network->n_subnets);
	return r ? r
		 : decode_addresses(decoding, value_member(parameters, "dns"), "dns", SERVERS_MAX,
				    network->dns, &network->n_dns);
}
