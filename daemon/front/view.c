/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/encode.h"
#include "daemon/wire/tables.h"

/* clang-format off */

LAYOUT_AS(view_usage, wire_summary,
	STRING(1, wire_summary, name, 0, JSON("name")),
	U32(2, wire_summary, owner, 0, ALWAYS("owner")),
	U32(3, wire_summary, state, 0, ALWAYS("state"), WORD(set_state_words)),
	U32(4, wire_summary, processes, 0, ALWAYS("processes")),
);

LAYOUT_AS(view_expires, wire_set,
	U64(1, wire_set, expires, 0, ALWAYS("expires"), UNIT(SECONDS)),
);

LAYOUT_AS(view_identity, wire_set,
	STRING(1, wire_set, name, 0, JSON("set")),
	U32(2, wire_set, owner, 0, ALWAYS("owner")),
	ARRAY(3, wire_set, namespaces, wire_namespace, 0, ALWAYS("namespaces")),
	STRING(4, wire_set, parent, 0, JSON("parent")),
);

LAYOUT_AS(view_namespace, wire_namespace,
	U32(1, wire_namespace, kind_number, 0, ALWAYS("type"), WORD(kind_words)),
	FD(2, wire_namespace, descriptor_fd, JSON("namespaceFileDescriptor")),
);

static const char *const directory_words[] = {"home", "root", NULL};
#define SESSION_END(n)                                                                           \
	U32((n), wire_session, exit_status, 0, JSON("exitStatus"), GIVEN(wire_session, exited)), \
		U32((n) + 1, wire_session, signal, 0, JSON("signal"))
#define SESSION_STARTED(n)                                                            \
	STRING((n), wire_session, session, 0, JSON("session")),                       \
		U32((n) + 1, wire_session, pid, 0, JSON("pid")),                      \
		FD((n) + 2, wire_session, process_fd, JSON("processFileDescriptor")), \
		U32((n) + 3, wire_session, started_in, 0, JSON("startedIn"),          \
		    WORD(directory_words)),                                           \
		SESSION_END((n) + 4)

LAYOUT_AS(view_started, wire_session,
	SESSION_STARTED(1),
);

LAYOUT_AS(view_run, wire_session,
	STRING(1, wire_session, set, 0, JSON("name")),
	SESSION_STARTED(2),
	ARRAY(8, wire_session, publish, spec_publish, 0, JSON("publish")),
);

LAYOUT_AS(view_ended, wire_session,
	SESSION_END(1),
);
