/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors of nsctl-runner: all that it needs to wait for a command. */
#pragma once

enum runner_fd {
	RUNNER_COMMAND_FD = 3, /* the command's pidfd */
	RUNNER_KILL_FD,	       /* cgroup.kill of the session or set, for writing */
	RUNNER_EVENTS_FD,      /* cgroup.events of the session, for reading */
	RUNNER_FILE_FD,	       /* the status file, for appending */
	RUNNER_PIPE_FD,	       /* the client's pipe for the status; may be absent */
	RUNNER_LEASH_FD,       /* the command ends when the other end closes; may be absent */
	RUNNER_FD_END,
	RUNNER_WATCHED_FD = 3, /* a watcher has the pipe, and nothing else */
};
