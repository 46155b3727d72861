/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/foreground.h"

#include <unistd.h>

bool foreground_is_ours(void)
{
	pid_t group = tcgetpgrp(STDIN_FILENO);

	return group < 0 || group == getpgrp();
}
