/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What Monitor answers: the state, then events. */
#include "daemon/front/encode-part.h"

static const char *event_word(uint32_t what)
{
	static const char *const words[] = {
		[EVENT_SET_CREATED] = "setCreated",
		[EVENT_SET_REMOVED] = "setRemoved",
		[EVENT_SET_EXPIRED] = "setExpired",
		[EVENT_SET_BROKEN] = "setBroken",
		[EVENT_SESSION_STARTED] = "sessionStarted",
		[EVENT_SESSION_ENDED] = "sessionEnded",
		[EVENT_LINK_ADDED] = "linkAdded",
		[EVENT_LINK_REMOVED] = "linkRemoved",
		[EVENT_NETWORK_CREATED] = "networkCreated",
		[EVENT_NETWORK_REMOVED] = "networkRemoved",
	};

	return what < ARRAY_SIZE(words) ? words[what] : NULL;
}

static json_t *event_json(const struct wire_event *event)
{
	json_t *object = json_object(), *details = json_object();

	encode_put(object, "time", encode_seconds(event->time));
	encode_string(object, "what", event_word(event->what));
	encode_put(object, "owner", json_integer(event->owner));
	encode_string(object, "set", event->set);
	encode_string(object, "session", event->session);
	encode_string(object, "link", event->link);
	encode_string(object, "network", event->network);
	for (size_t i = 0; i < event->n_details; i++)
		if (event->details[i].key)
			encode_put(details, event->details[i].key,
				   json_string(event->details[i].value ? event->details[i].value
								       : ""));
	if (event->n_details)
		encode_put(object, "detail", json_incref(details));
	json_decref(details);
	return object;
}

json_t *encode_monitor(struct wire_message *message)
{
	static struct wire_event event;
	json_t *object = json_object(), *events = json_array();
	const struct nlattr *at = NULL;

	while (wire_next_item(message, WIRE_ITEM_EVENT, &at, &wire_event_layout, &event) == 1)
		json_array_append_new(events, event_json(&event));
	/* an answer without events is of the state, which may be empty */
	if (json_array_size(events) == 0) {
		json_decref(events);
		json_decref(object);
		return encode_sets(message, false);
	}
	encode_put(object, "events", events);
	return object;
}
