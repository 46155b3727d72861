/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events for monitors, type Event of org.nsctl.varlink. See layout.h for the rules. */
#pragma once

#include "daemon/wire/codec.h"

#define EVENT_DETAILS_MAX 4
#define DETAIL_KEY_MAX 31
#define DETAIL_VALUE_MAX 255

/* In the order of the words in org.nsctl.varlink. */
enum event_kind {
	EVENT_SET_CREATED = 1,
	EVENT_SET_REMOVED,
	EVENT_SET_EXPIRED,
	EVENT_SET_BROKEN,
	EVENT_SESSION_STARTED,
	EVENT_SESSION_ENDED,
	EVENT_LINK_ADDED,
	EVENT_LINK_REMOVED,
	EVENT_NETWORK_CREATED,
	EVENT_NETWORK_REMOVED,
	EVENT_SET_FROZEN,
	EVENT_SET_THAWED,
	EVENT_EGRESS_DENIED,
};

struct wire_detail {
	const char *key;
	const char *value; /* NULL: empty */
};

struct wire_event {
	uint64_t time; /* Unix epoch, microseconds */
	uint32_t what; /* enum event_kind */
	uint32_t owner;
	const char *set, *session, *link, *network; /* NULL: the event is not about one */
	struct wire_detail details[EVENT_DETAILS_MAX];
	size_t n_details;
};

extern const struct wire_layout wire_event_layout;
