/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's own memory in KiB, from /proc/meminfo. */
#pragma once

#include <string.h>
#include <time.h>
#include "base.h"

static inline long kernel_memory(void)
{
	static const char *const keys[] = {"Slab:", "KernelStack:", "PageTables:", "Percpu:"};
	_cleanup_file_ FILE *file = fopen("/proc/meminfo", "re");
	char key[64];
	long value, sum = 0;

	while (file && fscanf(file, "%63s %ld%*[^\n]", key, &value) == 2)
		for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
			if (strcmp(key, keys[i]) == 0)
				sum += value;
	return sum;
}

/* The same after a rest: the kernel frees dropped objects only a good while later. */
static inline long kernel_memory_settled(void)
{
	const struct timespec step = {.tv_nsec = 50000000};
	long before = kernel_memory();

	for (int left = 400, calm = 0; left > 0 && calm < 10; left--) {
		long now;

		(void)nanosleep(&step, NULL);
		now = kernel_memory();
		calm = labs(now - before) < 256 ? calm + 1 : 0;
		before = now;
	}
	return before;
}
