/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layout of events, which are not stored. */
#include "daemon/wire/event.h"
#include "daemon/wire/tables.h"
#include "protocol/name.h"

static const char *const event_words[] = {
	"setCreated",	  "setRemoved",
	"setExpired",	  "setBroken",
	"sessionStarted", "sessionEnded",
	"linkAdded",	  "linkRemoved",
	"networkCreated", "networkRemoved",
	"setFrozen",	  "setThawed",
	"egressDenied",	  NULL,
};

/* clang-format off */

static LAYOUT(wire_detail,
	STRING(1, wire_detail, key, DETAIL_KEY_MAX),
	STRING(2, wire_detail, value, DETAIL_VALUE_MAX, MAYBE_EMPTY),
);

LAYOUT(wire_event,
	U64(1, wire_event, time, 0, ALWAYS("time"), UNIT(SECONDS)),
	U32(2, wire_event, what, EVENT_EGRESS_DENIED, ALWAYS("what"), WORD(event_words)),
	U32(3, wire_event, owner, 0, ALWAYS("owner")),
	STRING(4, wire_event, set, NAME_SIZE - 1, JSON("set")),
	STRING(5, wire_event, session, ID_SIZE - 1, JSON("session")),
	STRING(6, wire_event, link, NAME_SIZE - 1, JSON("link")),
	STRING(7, wire_event, network, NAME_SIZE - 1, JSON("network")),
	ARRAY(8, wire_event, details, wire_detail, EVENT_DETAILS_MAX, JSON("detail"), MAP),
);
