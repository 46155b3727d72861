/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Run: a set, a command that waits for it, and the set's end with the command's. */
#ifndef NSCTL_KEEPER_RUN_H
#define NSCTL_KEEPER_RUN_H

#include "daemon/keeper/request/request.h"

void run_on_run(struct keeper *keeper, struct request *request, struct wire_message *message);

#endif
