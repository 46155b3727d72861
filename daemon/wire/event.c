/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of events; nothing of them is kept. */
#include "daemon/wire/event.h"
#include "daemon/wire/tables.h"
#include "protocol/name.h"

/* clang-format off: one row a line */

static const struct wire_field wire_detail_fields[] = {
	STRING(1, wire_detail, key, DETAIL_KEY_MAX),
	STRING(2, wire_detail, value, DETAIL_VALUE_MAX),
};
static LAYOUT(wire_detail);

static const struct wire_field wire_event_fields[] = {
	U64(1, wire_event, time, 0),
	U32(2, wire_event, what, EVENT_NETWORK_REMOVED),
	U32(3, wire_event, owner, 0),
	STRING(4, wire_event, set, NAME_SIZE - 1),
	STRING(5, wire_event, session, SESSION_SIZE - 1),
	STRING(6, wire_event, link, NAME_SIZE - 1),
	STRING(7, wire_event, network, NAME_SIZE - 1),
	ARRAY(8, wire_event, details, wire_detail, EVENT_DETAILS_MAX),
};
LAYOUT(wire_event);
