/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include "daemon/kernel/inherited.h"
#include "daemon/kernel/slice.h"

/* linux/ioprio.h, 5.15 */
#define IO_WHO_PROCESS 1

/* MMF_DUMP_FILTER_DEFAULT */
#define DEFAULT_COREDUMP_FILTER 0x33

void inherited_apply_memory(const struct wire_command *command)
{
	static uint32_t known = DEFAULT_COREDUMP_FILTER;
	uint32_t wanted =
		command->has_coredump_filter ? command->coredump_filter : DEFAULT_COREDUMP_FILTER;
	_cleanup_fd_ int fd = -1;
	char text[16];

	if (wanted == known)
		return;
	fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
	snprintf(text, sizeof(text), "0x%x", wanted);
	if (fd >= 0 && write(fd, text, strlen(text)) > 0)
		known = wanted;
}

void inherited_apply(const struct wire_command *command)
{
	static const int policies[] = {
		[SCHEDULING_BATCH] = SCHED_BATCH,
		[SCHEDULING_IDLE] = SCHED_IDLE,
		[SCHEDULING_FIFO] = SCHED_FIFO,
		[SCHEDULING_ROUND_ROBIN] = SCHED_RR,
	};
	const struct sched_param priority = {.sched_priority = command->scheduling_priority};

	slice_reset();
	if (command->personality)
		personality(command->personality);
	if (command->scheduling)
		sched_setscheduler(0, policies[command->scheduling], &priority);
	if (command->io_priority)
		syscall(SYS_ioprio_set, IO_WHO_PROCESS, 0, command->io_priority);
	if (command->timer_slack)
		prctl(PR_SET_TIMERSLACK, command->timer_slack);
}
