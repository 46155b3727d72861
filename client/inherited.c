/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/client.h"
#include "client/inherited.h"

#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* linux/ioprio.h, 5.15 */
#define IO_WHO_PROCESS 1

/* The kernel's defaults: MMF_DUMP_FILTER_DEFAULT and init_task.timer_slack_ns. */
#define DEFAULT_COREDUMP_FILTER 0x33
#define DEFAULT_TIMER_SLACK 50000

static void add_number(json_t *parameters, const char *key, long value, long otherwise)
{
	if (value >= 0 && value != otherwise)
		json_put(parameters, key, json_integer(value));
}

static long coredump_filter(void)
{
	_cleanup_file_ FILE *file = fopen("/proc/self/coredump_filter", "re");
	unsigned long filter;

	return file && fscanf(file, "%lx", &filter) == 1 ? (long)filter : -1;
}

static void add_scheduling(json_t *parameters)
{
	static const struct {
		int policy;
		const char *word;
	} rows[] = {
		{SCHED_BATCH, "batch"},
		{SCHED_IDLE, "idle"},
		{SCHED_FIFO, "fifo"},
		{SCHED_RR, "roundRobin"},
	};
	int policy = sched_getscheduler(0);
	struct sched_param param;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].policy == policy)
			json_put(parameters, "scheduling", json_string(rows[i].word));
	if (sched_getparam(0, &param) == 0)
		add_number(parameters, "schedulingPriority", param.sched_priority, 0);
}

void inherited_add(json_t *parameters)
{
	add_scheduling(parameters);
	add_number(parameters, "personality", personality(0xffffffff), PER_LINUX);
	add_number(parameters, "ioPriority", syscall(SYS_ioprio_get, IO_WHO_PROCESS, 0), 0);
	add_number(parameters, "timerSlackNanoseconds", prctl(PR_GET_TIMERSLACK),
		   DEFAULT_TIMER_SLACK);
	add_number(parameters, "coredumpFilter", coredump_filter(), DEFAULT_COREDUMP_FILTER);
}
