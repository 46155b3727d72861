/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/cgroup-limits.h"
#include "daemon/kernel/file.h"

/* Period of a set's processor quota, in microseconds. */
#define CPU_PERIOD 100000

static const char *const names[CONTROLLER_COUNT] = {
	[CONTROLLER_MEMORY] = "memory",
	[CONTROLLER_PIDS] = "pids",
	[CONTROLLER_CPU] = "cpu",
};

const char *cgroup_controller_name(enum controller controller)
{
	return names[controller];
}

/* Returns the controllers named in a file, which are separated by blanks. */
static uint32_t read_controllers(int cgroup_fd, const char *path)
{
	char text[1024], *rest = text, *word;
	uint32_t found = 0;

	if (file_read(cgroup_fd, path, text, sizeof(text)) < 0)
		return 0;
	while ((word = strsep(&rest, " \n")))
		for (enum controller i = 0; i < CONTROLLER_COUNT; i++)
			if (strcmp(word, names[i]) == 0)
				found |= CONTROLLER_BIT(i);
	return found;
}

uint32_t cgroup_limits_need(const struct cgroup_limits *limits)
{
	return (limits->memory ? CONTROLLER_BIT(CONTROLLER_MEMORY) : 0) |
	       (limits->tasks ? CONTROLLER_BIT(CONTROLLER_PIDS) : 0) |
	       (limits->cpu_thousandths ? CONTROLLER_BIT(CONTROLLER_CPU) : 0);
}

uint32_t cgroup_controllers(int base_fd)
{
	return read_controllers(base_fd, "cgroup.controllers") |
	       read_controllers(base_fd, "../cgroup.controllers");
}

/* Enables the controllers for the children of the cgroup at path. */
static int hand_on(int base_fd, const char *path, uint32_t controllers)
{
	char file[64];

	snprintf(file, sizeof(file), "%s/cgroup.subtree_control", path);
	controllers &= ~read_controllers(base_fd, file);
	for (enum controller i = 0; i < CONTROLLER_COUNT; i++) {
		char word[16];
		int r;

		if (!(controllers & CONTROLLER_BIT(i)))
			continue;
		snprintf(word, sizeof(word), "+%s", names[i]);
		r = file_write(base_fd, file, word);
		if (r < 0)
			return r == -ENOENT ? -EOPNOTSUPP : r;
	}
	return 0;
}

int cgroup_enable(int base_fd, const char *owner, uint32_t controllers)
{
	/* the cgroups above the daemon's own are only changed if necessary */
	uint32_t missing = controllers & ~read_controllers(base_fd, "cgroup.controllers");
	int r = missing ? hand_on(base_fd, "..", missing) : 0;

	if (r == 0)
		r = hand_on(base_fd, ".", controllers);
	return r < 0 ? r : hand_on(base_fd, owner, controllers);
}

static int write_number(int cgroup_fd, const char *path, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return file_write(cgroup_fd, path, text);
}

static int limit_memory(int cgroup_fd, uint64_t memory)
{
	int r = write_number(cgroup_fd, "memory.max", memory);

	if (r < 0)
		return r;
	/* a kernel without swap does not have this file */
	r = write_number(cgroup_fd, "memory.swap.max", 0);
	return r == -ENOENT ? 0 : r;
}

static int limit_cpu(int cgroup_fd, uint32_t thousandths)
{
	char text[64];

	snprintf(text, sizeof(text), "%llu %d",
		 (unsigned long long)thousandths * (CPU_PERIOD / 1000), CPU_PERIOD);
	return file_write(cgroup_fd, "cpu.max", text);
}

int cgroup_limit(int cgroup_fd, const struct cgroup_limits *limits)
{
	int r = 0;

	if (limits->memory)
		r = limit_memory(cgroup_fd, limits->memory);
	if (r == 0 && limits->tasks)
		r = write_number(cgroup_fd, "pids.max", limits->tasks);
	if (r == 0 && limits->cpu_thousandths)
		r = limit_cpu(cgroup_fd, limits->cpu_thousandths);
	return r == -ENOENT ? -EOPNOTSUPP : r;
}
