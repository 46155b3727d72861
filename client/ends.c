/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See ends.h. Keeps nothing after a call. Passes addresses, MACs and names of interfaces on as they
 * are, because the daemon checks them, and its errors name the end. An IPv6 address may follow any
 * '='; so the ':' before an interface is only looked for before the first comma.
 */
#include "client/client.h"
#include "client/ends.h"

#include "client/memory.h"
#include "client/parse.h"
#include "protocol/name.h"

enum unit { UNIT_TIME, UNIT_PERCENT, UNIT_RATE, UNIT_PACKETS };

static const struct impairment {
	const char *key, *field;
	enum unit unit;
} impairments[] = {
	{"delay", "delayMilliseconds", UNIT_TIME},
	{"jitter", "jitterMilliseconds", UNIT_TIME},
	{"loss", "lossPercent", UNIT_PERCENT},
	{"duplicate", "duplicatePercent", UNIT_PERCENT},
	{"corrupt", "corruptPercent", UNIT_PERCENT},
	{"reorder", "reorderPercent", UNIT_PERCENT},
	{"rate", "rateBitsPerSecond", UNIT_RATE},
	{"limit", "limitPackets", UNIT_PACKETS},
};

static const struct impairment *find_impairment(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(impairments); i++)
		if (strcmp(impairments[i].key, key) == 0)
			return &impairments[i];
	return NULL;
}

const char *ends_impair(json_t *impairment, const char *key, const char *value)
{
	const struct impairment *row = find_impairment(key);
	double number;
	int64_t rate;

	if (!row)
		return "is no impairment";
	switch (row->unit) {
	case UNIT_TIME:
		if (!parse_milliseconds(value, &number))
			return "is not a time (such as 50ms, 1.5s or 300us)";
		json_put(impairment, row->field, json_real(number));
		return NULL;
	case UNIT_PERCENT:
		if (!parse_percent(value, &number))
			return "is not a share of the packets (such as 1% or 0.1%)";
		json_put(impairment, row->field, json_real(number));
		return NULL;
	case UNIT_PACKETS:
		if (!parse_number(value, 0, 1000000, &rate))
			return "is not a number of packets up to 1000000";
		json_put(impairment, row->field, json_integer(rate));
		return NULL;
	default:
		if (!parse_rate(value, &rate))
			return "is not a rate (such as 10mbit, or 1mbps for bytes)";
		json_put(impairment, row->field, json_integer(rate));
		return NULL;
	}
}

void ends_clear(json_t *impairment)
{
	for (size_t i = 0; i < ARRAY_SIZE(impairments); i++)
		if (!json_object_get(impairment, impairments[i].field))
			json_put(impairment, impairments[i].field, json_integer(0));
}

/* The objects that words fill. peer and link are NULL if words "peer-..." and "name=" are not
 * allowed. */
struct target {
	json_t *end, *peer, *link;
};

/* Stores a text that an end has once. Returns NULL, or what is wrong with it. */
static const char *take_once(json_t *object, const char *key, const char *value)
{
	if (json_object_get(object, key))
		return "is given twice";
	json_put(object, key, json_string(value));
	return NULL;
}

/* Stores a gateway. An end can have one for each family. */
static const char *take_gateway(json_t *end, const char *value)
{
	const char *first = json_text(end, "gateway", NULL);

	if (!first)
		return take_once(end, "gateway", value);
	if (!strchr(first, ':') == !strchr(value, ':'))
		return "is given twice for one family: further default routes are route=default,"
		       "via=ADDRESS,metric=N";
	return take_once(end, "secondGateway", value);
}

/* Handles a key of the route that was begun last. Returns NULL, what is wrong, or "" if a route has
 * no such key. */
static const char *take_of_route(json_t *end, const char *key, const char *value)
{
	json_t *routes = json_object_get(end, "routes");
	json_t *route = json_array_get(routes, json_array_size(routes) - 1);
	bool metric = strcmp(key, "metric") == 0;
	int64_t number;

	if (!metric && strcmp(key, "via") != 0 && strcmp(key, "src") != 0)
		return "";
	if (!route)
		return "belongs to a route: it follows route=DESTINATION";
	if (!metric)
		return take_once(route, strcmp(key, "src") == 0 ? "source" : key, value);
	if (json_object_get(route, key))
		return "is given twice";
	if (!parse_number(value, 1, UINT32_MAX, &number))
		return "is not a number from 1 to 4294967295";
	json_put(route, key, json_integer(number));
	return NULL;
}

/* Handles a key with a value. Returns NULL, or what is wrong with it. */
static const char *take_pair(const struct target *to, json_t *end, const char *key,
			     const char *value)
{
	static const char *const texts[] = {"interface", "mac"};
	const struct impairment *impairment = find_impairment(key);
	int64_t mtu;

	if (!*value)
		return "a value is missing";
	if (impairment) {
		json_t *all = json_member(end, "impairment", json_object);

		if (json_object_get(all, impairment->field))
			return "is given twice";
		return ends_impair(all, key, value);
	}
	if (strcmp(key, "address") == 0) {
		json_push(json_member(end, "addresses", json_array), json_string(value));
		return NULL;
	}
	if (strcmp(key, "alias") == 0) {
		json_push(json_member(end, "aliases", json_array), json_string(value));
		return NULL;
	}
	if (strcmp(key, "gateway") == 0)
		return take_gateway(end, value);
	if (strcmp(key, "route") == 0) {
		json_push(json_member(end, "routes", json_array),
			  json_pack("{s:s}", "destination", value));
		return NULL;
	}
	if (strcmp(key, "mtu") == 0) {
		if (json_object_get(end, "mtu"))
			return "is given twice";
		if (!parse_number(value, 68, 65535, &mtu))
			return "is not a number from 68 to 65535";
		json_put(end, "mtu", json_integer(mtu));
		return NULL;
	}
	if (strcmp(key, "name") == 0 && to->link && end == to->end) {
		if (!name_is_valid(value))
			return "is not a valid name of a link";
		return take_once(to->link, "name", value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (strcmp(texts[i], key) == 0)
			return take_once(end, key, value);
	return take_of_route(end, key, value);
}

/* Handles a word without a value. Returns NULL, what is wrong, or "" if there is no such word. */
static const char *take_flag(json_t *end, const char *key)
{
	json_t *routes = json_object_get(end, "routes");
	json_t *route = json_array_get(routes, json_array_size(routes) - 1);

	if (strcmp(key, "down") == 0 || strcmp(key, "up") == 0) {
		if (json_object_get(end, "up"))
			return "is given twice, or with its contrary";
		json_put(end, "up", json_boolean(strcmp(key, "up") == 0));
		return NULL;
	}
	if (strcmp(key, "onlink") != 0)
		return "";
	if (!route)
		return "belongs to a route: it follows route=DESTINATION";
	json_put(route, key, json_true());
	return NULL;
}

/* Handles one word, such as "address=10.0.0.2/24" or "down". Returns false, with the reason in why,
 * if the word is invalid. */
static bool take_word(const struct target *to, const char *word, struct text *why)
{
	bool of_peer = to->peer && strncmp(word, "peer-", 5) == 0;
	json_t *end = of_peer ? to->peer : to->end;
	const char *value, *wrong;
	struct piece piece = parse_cut(of_peer ? word + 5 : word, '=', &value);
	_cleanup_free_ char *key = must(strndup(piece.start, piece.size));

	wrong = value ? take_pair(to, end, key, value) : take_flag(end, key);
	if (!wrong)
		return true;
	if (*wrong)
		text_format(why, "%s: %s%s%s%s", key, value && *value ? "\"" : "",
			    value ? value : "", value && *value ? "\" " : "", wrong);
	else
		text_format(why,
			    "\"%s\" is not one of address= alias= interface= gateway= route= (then "
			    "via= "
			    "src= metric= onlink) mac= mtu= down and the impairments (delay= "
			    "jitter= loss= duplicate= corrupt= reorder= "
			    "rate= limit=)%s",
			    word, to->peer ? ", the same with peer-, and name=" : "");
	return false;
}

bool ends_add_route(json_t *end, const char *word, struct text *why)
{
	struct piece destination = parse_cut(word, ',', &word);
	json_t *routes = json_member(end, "routes", json_array), *route = must(json_object());

	json_push(routes, route);
	json_put(route, "destination", must(json_stringn(destination.start, destination.size)));
	if (destination.size == 0) {
		text_add(why, "a destination is missing");
		return false;
	}
	while (word) {
		struct piece piece = parse_cut(word, ',', &word);
		_cleanup_free_ char *part = must(strndup(piece.start, piece.size));
		_cleanup_free_ char *key = NULL;
		const char *value, *wrong;

		piece = parse_cut(part, '=', &value);
		key = must(strndup(piece.start, piece.size));
		wrong = value			     ? take_of_route(end, key, value)
			: strcmp(key, "onlink") == 0 ? take_flag(end, key)
						     : "";
		if (!wrong)
			continue;
		if (*wrong)
			text_format(why, "%s: %s", key, wrong);
		else
			text_format(why,
				    "\"%s\" is not one of via=ADDRESS metric=N onlink src=ADDRESS",
				    part);
		return false;
	}
	return true;
}

/* Handles the place of an end, which is the part before the first comma; *word becomes the rest.
 * Returns false, with the reason in why, if the place is invalid. */
static bool take_where(const char **word, json_t *end, struct text *why)
{
	struct piece where = parse_cut(*word, ',', word);
	_cleanup_free_ char *name = must(strndup(where.start, where.size));
	char *interface = strchr(name, ':');

	if (interface) {
		*interface++ = '\0';
		if (!*interface) {
			text_add(why, "the name of an interface is missing after the colon");
			return false;
		}
		json_put(end, "interface", json_string(interface));
	}
	if (strcmp(name, "host") == 0)
		json_put(end, "host", json_true());
	else if (strncmp(name, "net/", 4) == 0 && name_is_valid(name + 4))
		json_put(end, "network", json_string(name + 4));
	else if (name_is_valid(name))
		json_put(end, "set", json_string(name));
	else
		text_format(why, "\"%s\" is neither the name of a set, nor host, nor net/NETWORK",
			    name);
	return why->used == 0;
}

static bool take_words(const struct target *to, const char *rest, struct text *why)
{
	while (rest) {
		struct piece piece = parse_cut(rest, ',', &rest);
		_cleanup_free_ char *word = must(strndup(piece.start, piece.size));

		if (!take_word(to, word, why))
			return false;
	}
	return true;
}

json_t *ends_parse(const char *word, struct text *why)
{
	_cleanup_json_ json_t *end = must(json_object());
	struct target to = {.end = end};

	if (!take_where(&word, end, why) || !take_words(&to, word, why))
		return NULL;
	return take_ptr(end);
}

json_t *ends_parse_link(const char *word, struct text *why)
{
	_cleanup_json_ json_t *link = must(json_object());
	struct target to = {
		.end = json_member(link, "end", json_object),
		.peer = json_member(link, "peer", json_object),
		.link = link,
	};

	if (!take_where(&word, to.peer, why) || !take_words(&to, word, why))
		return NULL;
	if (json_object_size(to.end) == 0)
		json_object_del(link, "end");
	return take_ptr(link);
}

/* Returns the key of a member of Impairment, or the member's name itself. */
static const char *impairment_key(const char *field)
{
	for (size_t i = 0; i < ARRAY_SIZE(impairments); i++)
		if (strcmp(impairments[i].field, field) == 0)
			return impairments[i].key;
	return field;
}

void ends_add_key(struct text *text, const char *field)
{
	static const char prefix[] = "impairment.";
	size_t n = sizeof(prefix) - 1;

	if (strncmp(field, "addresses", 9) == 0)
		field = "address";
	else if (strncmp(field, "routes", 6) == 0)
		field = "route";
	else if (strcmp(field, "secondGateway") == 0)
		field = "gateway";
	else if (strncmp(field, "aliases", 7) == 0)
		field = "alias";
	else if (strncmp(field, prefix, n) == 0)
		field = impairment_key(field + n);
	text_format(text, ", %s", field);
}

const char *ends_name(const json_t *end)
{
	if (json_is_true(json_object_get(end, "host")))
		return "host";
	return json_text(end, "set", json_text(end, "network", "?"));
}

void ends_add(struct text *text, const json_t *end)
{
	const char *interface = json_text(end, "interface", NULL);

	text_format(text, "%s%s", json_text(end, "network", NULL) ? "net/" : "", ends_name(end));
	if (interface)
		text_format(text, ":%s", interface);
}

static void add_value(struct text *text, enum unit unit, double value)
{
	static const char *const rates[] = {"bit", "kbit", "mbit", "gbit", "tbit"};
	size_t i = 0;

	switch (unit) {
	case UNIT_TIME:
		if (value < 1)
			text_format(text, "%.10gus", value * 1000);
		else if (value < 1000)
			text_format(text, "%.10gms", value);
		else
			text_format(text, "%.10gs", value / 1000);
		break;
	case UNIT_PERCENT:
		text_format(text, "%.10g%%", value);
		break;
	case UNIT_PACKETS:
		text_format(text, "%.10g", value);
		break;
	default:
		for (; value >= 1000 && i + 1 < ARRAY_SIZE(rates); i++)
			value /= 1000;
		text_format(text, "%.10g%s", value, rates[i]);
	}
}

bool ends_add_impairment(struct text *text, const json_t *end)
{
	const json_t *impairment = json_object_get(end, "impairment");
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(impairments); i++) {
		double value = json_number_value(json_object_get(impairment, impairments[i].field));

		if (!(value > 0))
			continue;
		text_format(text, "%s%s=", any ? "," : "", impairments[i].key);
		add_value(text, impairments[i].unit, value);
		any = true;
	}
	return any;
}

bool ends_add_state(struct text *text, const json_t *end)
{
	const char *recorded = json_is_false(json_object_get(end, "up")) ? "down" : "up";
	const char *state = json_text(end, "state", recorded);
	const char *lacks = json_text(end, "lacks", NULL);

	text_format(text, "%s%s%s", state, lacks ? ": lacks " : "", lacks ? lacks : "");
	return strcmp(state, "up") != 0;
}
