/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layouts of changes of lists, which are not stored. */
#include "daemon/wire/egress.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/tables.h"

#define PROTOCOL_MAX 15

/* clang-format off */

LAYOUT(wire_egress,
	STRING(1, wire_egress, name, NAME_SIZE - 1, JSON("name"), NAME),
	STRING(2, wire_egress, network, NAME_SIZE - 1, JSON("network"), NAME),
	BOOL(3, wire_egress, has_owner),
	U32(4, wire_egress, owner, ID_MAX, JSON("owner"), GIVEN(wire_egress, has_owner)),
	INNER_ARRAY(5, wire_egress, add, allow, wire_destination, DESTINATION_TEXTS_MAX,
		    JSON("allow")),
	INNER_ARRAY(6, wire_egress, add, deny, wire_destination, DESTINATION_TEXTS_MAX,
		    JSON("deny")),
	ARRAY(7, wire_egress, remove, wire_destination, DESTINATION_TEXTS_MAX, JSON("remove"),
	      .large = true),
);

LAYOUT(wire_refused,
	STRING(1, wire_refused, address, ADDRESS_SIZE - 1, ALWAYS("address")),
	STRING(2, wire_refused, protocol, PROTOCOL_MAX, ALWAYS("protocol")),
	U32(3, wire_refused, port, UINT16_MAX, JSON("port")),
	U64(4, wire_refused, packets, 0, ALWAYS("packets")),
);

LAYOUT(wire_refused_name,
	STRING(1, wire_refused_name, name, DESTINATION_NAME_SIZE - 1, ALWAYS("name")),
	U64(2, wire_refused_name, questions, 0, ALWAYS("questions")),
);

LAYOUT(wire_egress_list,
	INNER_ARRAY(1, wire_egress_list, reach, allow, wire_destination, DESTINATION_TEXTS_MAX,
		    ALWAYS("allow")),
	INNER_ARRAY(2, wire_egress_list, reach, deny, wire_destination, DESTINATION_TEXTS_MAX,
		    ALWAYS("deny")),
	BOOL(3, wire_egress_list, has_refused),
	U64(4, wire_egress_list, refused, 0, JSON("refusedPackets"),
	    GIVEN(wire_egress_list, has_refused)),
	ARRAY(5, wire_egress_list, refused_to, wire_refused, REFUSED_MAX,
	      JSON("refusedDestinations")),
	ARRAY(6, wire_egress_list, refused_names, wire_refused_name, REFUSED_NAMES_MAX,
	      JSON("refusedNames")),
);

LAYOUT(wire_learn,
	STRING(1, wire_learn, name, NAME_SIZE - 1, JSON("name"), NAME),
	STRING(2, wire_learn, network, NAME_SIZE - 1, JSON("network"), NAME),
	BOOL(3, wire_learn, has_owner),
	U32(4, wire_learn, owner, ID_MAX, JSON("owner"), GIVEN(wire_learn, has_owner)),
	BOOL(5, wire_learn, end, JSON("end")),
);

LAYOUT(wire_learned,
	STRING(1, wire_learned, entry, DESTINATION_SIZE - 1, ALWAYS("entry")),
	STRING(2, wire_learned, address, ADDRESS_SIZE - 1, ALWAYS("address")),
	STRING(3, wire_learned, protocol, PROTOCOL_MAX, ALWAYS("protocol")),
	STRING(4, wire_learned, name, DESTINATION_NAME_SIZE - 1, JSON("name")),
);

LAYOUT(wire_learned_list,
	ARRAY(1, wire_learned_list, learned, wire_learned, LEARNED_MAX, ALWAYS("learned")),
	BOOL(2, wire_learned_list, more, ALWAYS("more")),
	BOOL(3, wire_learned_list, full, ALWAYS("full")),
);
