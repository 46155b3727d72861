/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/view.h"
#include "daemon/wire/tables.h"

#define VIEW(name, record)                 \
	const struct wire_layout name = {  \
		sizeof(struct record),     \
		ARRAY_SIZE(name##_fields), \
		name##_fields,             \
	}

/* clang-format off: one row a line */

static const struct wire_field view_usage_fields[] = {
	STRING(1, wire_summary, name, 0, JSON("name")),
	U32(2, wire_summary, owner, 0, ALWAYS("owner")),
	U32(3, wire_summary, state, 0, ALWAYS("state"), WORD(set_state_words)),
	U32(4, wire_summary, processes, 0, ALWAYS("processes")),
};
VIEW(view_usage, wire_summary);

static const struct wire_field view_expires_fields[] = {
	U64(1, wire_set, expires, 0, ALWAYS("expires"), UNIT(SECONDS)),
};
VIEW(view_expires, wire_set);

static const struct wire_field view_identity_fields[] = {
	STRING(1, wire_set, name, 0, JSON("set")),
	U32(2, wire_set, owner, 0, ALWAYS("owner")),
	ARRAY(3, wire_set, namespaces, wire_namespace, 0, ALWAYS("namespaces")),
	STRING(4, wire_set, parent, 0, JSON("parent")),
};
VIEW(view_identity, wire_set);

static const struct wire_field view_namespace_fields[] = {
	U32(1, wire_namespace, kind_number, 0, ALWAYS("type"), WORD(kind_words)),
	FD(2, wire_namespace, descriptor_fd, JSON("namespaceFileDescriptor")),
};
VIEW(view_namespace, wire_namespace);

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

static const struct wire_field view_started_fields[] = {
	SESSION_STARTED(1),
};
VIEW(view_started, wire_session);

static const struct wire_field view_run_fields[] = {
	STRING(1, wire_session, set, 0, JSON("name")),
	SESSION_STARTED(2),
	ARRAY(8, wire_session, publish, spec_publish, 0, JSON("publish")),
};
VIEW(view_run, wire_session);

static const struct wire_field view_ended_fields[] = {
	SESSION_END(1),
};
VIEW(view_ended, wire_session);
