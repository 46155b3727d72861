/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See memory.h. */
#include "client/memory.h"

#include "base.h"

int memory_status = 1;

void out_of_memory(void)
{
	static const char words[] = "nsctl: out of memory\n";
	ssize_t n _unused_ = write(STDERR_FILENO, words, sizeof(words) - 1);

	exit(memory_status);
}

void *must(void *pointer)
{
	if (!pointer)
		out_of_memory();
	return pointer;
}
