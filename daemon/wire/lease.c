/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/lease.h"
#include "daemon/wire/tables.h"

/* clang-format off */

LAYOUT(wire_lease,
	U64(1, wire_lease, span, SPAN_MAX, JSON("seconds"), UNIT(SECONDS), LOWEST(SPAN_MIN)),
	BOOL(2, wire_lease, connection, JSON("connection")),
	PROCESS(3, wire_lease, process_fd, JSON("processFileDescriptor")),
	U32(4, wire_lease, pid, INT_MAX, DAEMON, JSON("process"), LEASE_PROCESS),
	U64(5, wire_lease, start, 0, DAEMON),
	PIPE(6, wire_lease, pipe_fd, JSON("pipeFileDescriptor")),
	BOOL(7, wire_lease, pipe, DAEMON, JSON("pipe"), LEASE_PIPE),
	U32(8, wire_lease, watcher_pid, INT_MAX, DAEMON),
	U64(9, wire_lease, watcher_start, 0, DAEMON),
	U64(10, wire_lease, idle, SPAN_MAX, JSON("idleSeconds"), UNIT(SECONDS), LOWEST(SPAN_MIN)),
);

/* clang-format on */

bool wire_lease_is_given(const struct wire_lease *lease)
{
	for (size_t i = 0; i < wire_lease_layout.n; i++)
		if (!wire_is_default(&wire_lease_layout.fields[i], lease))
			return true;
	return false;
}
