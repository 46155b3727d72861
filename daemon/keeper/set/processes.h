/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set's processes: who they are, signals to them, the freezer. By its cgroup. */
#ifndef NSCTL_KEEPER_PROCESSES_H
#define NSCTL_KEEPER_PROCESSES_H

#include "daemon/keeper/request/request.h"

void control_on_processes(struct keeper *, struct request *, struct wire_message *);
void control_on_kill(struct keeper *, struct request *, struct wire_message *);
void control_on_freeze(struct keeper *, struct request *, struct wire_message *);
void control_on_thaw(struct keeper *, struct request *, struct wire_message *);

#endif
