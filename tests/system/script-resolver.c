/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes the place of nsctld-resolver, which must be a binary, and becomes the script that
 * $NSCTL_RESOLVER_SCRIPT names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	const char *script = getenv("NSCTL_RESOLVER_SCRIPT");

	if (script)
		execl("/usr/bin/python3", "python3", script, NULL);
	perror("script-resolver");
	return EXIT_FAILURE;
}
