/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-held.h"
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/network/egress-refused.h"
#include "daemon/keeper/policy/outside.h"

/* Maximum number of destinations (struct place), and of pairs of a name and an address (struct
 * lead), that are remembered for one list. */
#define PLACES_MAX 512
#define LEADS_MAX 512
/* Maximum number of leads that are remembered for all lists of a user together. */
#define USER_LEADS_MAX 4096

/* A name, and an address to which the name has led when the set asked its resolver. */
struct lead {
	struct address address;
	char *name;
};

/* A destination that packets have reached although the list does not have it. */
struct place {
	struct address address;
	uint8_t protocol;
	uint16_t port; /* of TCP and UDP */
	bool told;     /* it was reported without a name */
	bool named;    /* it was reported with a name */
	size_t n_seen; /* leads[0] to leads[n_seen - 1] were compared with this place already */
};

struct egress_learned {
	enum learned_state state;
	uid_t owner;
	struct place places[PLACES_MAX];
	struct lead leads[LEADS_MAX];
	size_t n_places, n_leads;
	bool full; /* there was no room for a place or lead */
	struct egress_learned *next;
};

/* The lists that are being learned. */
static struct egress_learned *first;

/* Returns the number of lists of the user that are being learned. */
static size_t count_lists(uid_t uid)
{
	size_t n = 0;

	for (const struct egress_learned *at = first; at; at = at->next)
		n += at->owner == uid;
	return n;
}

int egress_learned_begin(struct set *set)
{
	struct egress_learned *learned;

	if (count_lists(set->owner) >= LEARNED_LISTS_MAX)
		return -EUSERS;
	if (!set->egress.names && egress_held_sets(set->owner) >= RESOLVER_SETS_MAX)
		return -ENOSPC;
	learned = calloc(1, sizeof(*learned));
	if (!learned)
		return -ENOMEM;
	learned->owner = set->owner;
	LIST_PUSH(first, learned, next);
	set->egress.learned = learned;
	return 0;
}

void egress_learned_change(struct set *set, enum learned_state state)
{
	if (set->egress.learned)
		set->egress.learned->state = state;
}

void egress_learned_forget(struct set *set)
{
	struct egress_learned *learned = take_ptr(set->egress.learned);

	if (!learned)
		return;
	LIST_DROP(first, learned, next);
	for (size_t i = 0; i < learned->n_leads; i++)
		free(learned->leads[i].name);
	free(learned);
}

bool egress_learned_forwards(const struct set *set)
{
	return set->egress.learned && set->egress.learned->state == LEARNED_GROWS;
}

bool egress_learned_has_rules(const struct set *set)
{
	return set->egress.learned && set->egress.learned->state != LEARNED_DONE;
}

/* --- names --- */

static bool has_lead(const struct egress_learned *learned, const struct address *address,
		     const char *name)
{
	for (size_t i = 0; i < learned->n_leads; i++)
		if (address_equals(&learned->leads[i].address, address) &&
		    strcmp(learned->leads[i].name, name) == 0)
			return true;
	return false;
}

static bool has_room(const struct egress_learned *learned)
{
	size_t n = 0;

	for (const struct egress_learned *at = first; at; at = at->next)
		n += at->owner == learned->owner ? at->n_leads : 0;
	return learned->n_leads < LEADS_MAX && n < USER_LEADS_MAX;
}

/* Returns true if the name alone can be an entry of a list. This is not so for each name that a set
 * may ask its resolver for: "a.example:80" as an entry means port 80 of a.example. */
static bool can_be_listed(const char *name)
{
	struct destination destination;

	return !destination_read(name, &destination) && destination.kind == DESTINATION_NAME &&
	       *name != '*' && strcmp(destination.name, name) == 0;
}

void egress_learned_note(struct set *set, const struct wire_resolver_allow *allow)
{
	struct egress_learned *learned = set->egress.learned;
	struct lead lead;

	if (!allow->name || !can_be_listed(allow->name))
		return;
	for (size_t i = 0; i < allow->n_addresses; i++) {
		if (!allow->addresses[i].address ||
		    address_read_host(allow->addresses[i].address, &lead.address) ||
		    has_lead(learned, &lead.address, allow->name))
			continue;
		lead.name = has_room(learned) ? strdup(allow->name) : NULL;
		if (lead.name)
			learned->leads[learned->n_leads++] = lead;
		else
			learned->full = true;
	}
}

/* --- destinations --- */

static void add_place(struct egress_learned *learned, const struct place *place)
{
	for (size_t i = 0; i < learned->n_places; i++) {
		const struct place *at = &learned->places[i];

		if (at->protocol == place->protocol && at->port == place->port &&
		    address_equals(&at->address, &place->address))
			return;
	}
	if (learned->n_places < PLACES_MAX)
		learned->places[learned->n_places++] = *place;
	else
		learned->full = true;
}

void egress_learned_add(struct set *set, const struct task_refusals *refusals)
{
	for (size_t i = 0; i < MIN(refusals->n, ARRAY_SIZE(refusals->items)); i++) {
		const struct task_refusal *from = &refusals->items[i];
		struct place place = {.address.family = from->family,
				      .address.prefix =
					      (unsigned int)(8 * destination_size(from->family)),
				      .protocol = from->protocol,
				      .port = from->port};

		memcpy(place.address.bytes, from->address, destination_size(from->family));
		add_place(set->egress.learned, &place);
	}
}

void egress_learned_overflow(struct set *set)
{
	set->egress.learned->full = true;
}

/* --- entries --- */

/* Storage for the texts to which the answer of egress_learned_tell() points. */
static struct {
	char entry[DESTINATION_SIZE];
	struct egress_refused_text shown;
} texts[LEARNED_MAX];

/* Writes to ret the entry that would let a set reach this place if it was added to the list. name:
 * the name that is to be in the entry; NULL: the address is. address, protocol: texts of the place.
 * An entry can name only TCP and UDP. For other protocols, the entry has no port, and lets all
 * packets to the address through. */
static void write_entry(const struct place *place, const char *name, char *ret, const char *address,
			const char *protocol)
{
	const bool six = place->address.family == AF_INET6;
	const char *host = name ? name : address;

	if (place->port == 0)
		snprintf(ret, DESTINATION_SIZE, "%s", host);
	else
		snprintf(ret, DESTINATION_SIZE, six && !name ? "[%s]:%u/%s" : "%s:%u/%s", host,
			 place->port, protocol);
}

static void tell(const struct keeper *keeper, const struct place *place, const char *name,
		 struct wire_learned_list *list)
{
	size_t i = list->n_learned++;
	/* an entry with a name lets a set reach only the public addresses of the name; for any
	 * other address, the entry must have the address itself */
	bool leads = name && outside_is_public(keeper->config, &place->address);
	struct task_refusal at = {.family = (uint8_t)place->address.family,
				  .protocol = place->protocol,
				  .port = place->port};
	struct wire_refused shown;

	memcpy(at.address, place->address.bytes, sizeof(at.address));
	egress_view_refusal(&at, &texts[i].shown, &shown);
	list->learned[i] = (struct wire_learned){
		.entry = texts[i].entry,
		.address = shown.address,
		.protocol = shown.protocol,
		.name = name,
	};
	write_entry(place, leads ? name : NULL, texts[i].entry, shown.address, shown.protocol);
}

/* Adds the place to the answer once for each of its names that was not reported yet, or once
 * without a name if none leads there. Returns false if the answer has no room for all. */
static bool tell_place(const struct keeper *keeper, const struct egress_learned *learned,
		       struct place *place, struct wire_learned_list *list)
{
	for (; place->n_seen < learned->n_leads; place->n_seen++) {
		const struct lead *lead = &learned->leads[place->n_seen];

		if (!address_equals(&lead->address, &place->address))
			continue;
		if (list->n_learned == LEARNED_MAX)
			return false;
		place->named = true;
		tell(keeper, place, lead->name, list);
	}
	if (place->named || place->told)
		return true;
	if (list->n_learned == LEARNED_MAX)
		return false;
	place->told = true;
	tell(keeper, place, NULL, list);
	return true;
}

void egress_learned_tell(const struct keeper *keeper, struct set *set,
			 struct wire_learned_list *ret)
{
	struct egress_learned *learned = set->egress.learned;

	wire_clear(&wire_learned_list_layout, ret);
	ret->full = learned->full;
	for (size_t i = 0; i < learned->n_places && !ret->more; i++)
		ret->more = !tell_place(keeper, learned, &learned->places[i], ret);
}
