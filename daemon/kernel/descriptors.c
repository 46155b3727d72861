/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/descriptors.h"

static int refuse(struct fault *fault, enum task_descriptor which)
{
	return fault_set(fault, STEP_DESCRIPTOR, which, EINVAL);
}

static bool is_pipe(int fd, bool for_reading)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat st;

	return flags >= 0 && !(flags & O_PATH) &&
	       ((flags & O_ACCMODE) == O_RDONLY) == for_reading && fstat(fd, &st) == 0 &&
	       S_ISFIFO(st.st_mode);
}

static bool is_pipe_end(int fd)
{
	return is_pipe(fd, false);
}

bool descriptors_is_reading_end(int fd)
{
	return is_pipe(fd, true);
}

static bool is_device(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode);
}

/* Returns false for a descriptor opened with O_PATH, which a command could neither read nor
 * write. */
static bool is_usable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & O_PATH);
}

/* Returns true if the descriptor leads nowhere else: a directory of the host's would let the
 * command out of the set's root (CVE-2024-21626). */
static bool is_harmless(int fd)
{
	struct stat st;

	return is_usable(fd) && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode);
}

int descriptors_check(const struct wire_command *command, struct fault *fault)
{
	const struct {
		int fd;
		enum task_descriptor which;
		bool (*fits)(int fd);
	} rows[] = {
		{command->status_fd, DESCRIPTOR_STATUS, is_pipe_end},
		{command->stdin_fd, DESCRIPTOR_STDIN, is_usable},
		{command->stdout_fd, DESCRIPTOR_STDOUT, is_usable},
		{command->stderr_fd, DESCRIPTOR_STDERR, is_usable},
		{command->terminal_fd, DESCRIPTOR_TERMINAL, is_usable},
		{command->terminal_fd, DESCRIPTOR_TERMINAL, is_device},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].fd >= 0 && !rows[i].fits(rows[i].fd))
			return refuse(fault, rows[i].which);
	for (size_t i = 0; i < command->n_passed; i++)
		if (!is_harmless(command->passed[i].passed_fd))
			return refuse(fault, DESCRIPTOR_PASSED);
	return 0;
}

static bool is_writable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY;
}

int descriptors_check_capture(const struct task_capture *task, struct fault *fault)
{
	if (!is_writable(task->capture_fd))
		return refuse(fault, DESCRIPTOR_CAPTURE);
	if (task->stop_fd >= 0 && !descriptors_is_reading_end(task->stop_fd))
		return refuse(fault, DESCRIPTOR_STOP);
	return 0;
}
