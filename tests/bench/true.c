/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The benchmarks' command: ends at once or, with an argument, waits to be killed. Static. */
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argv;
	while (argc > 1)
		(void)pause();
	return 0;
}
