/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See process.h. Owns nothing: the call owns the descriptor. */
#include "client/process.h"

#include <string.h>
#include <sys/syscall.h>

json_t *process_add(const struct client *client, struct call_fds *fds, int64_t pid,
		    const char *word)
{
	int fd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	json_t *index = NULL;

	if (fd < 0)
		client_problem(client, word, "%s",
			       errno == EINVAL ? "it is a thread, not a process" : strerror(errno));
	else if (!(index = call_fds_add(fds, fd)))
		client_problem(client, word, "too many descriptors for one call");
	return index;
}
