/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests that look and change nothing. */
#ifndef NSCTL_KEEPER_QUERY_H
#define NSCTL_KEEPER_QUERY_H

#include "daemon/keeper/request/request.h"

void inquiry_on_get(struct keeper *, struct request *, struct wire_message *);
void inquiry_on_list(struct keeper *, struct request *, struct wire_message *);
void inquiry_on_sessions(struct keeper *, struct request *, struct wire_message *);
void inquiry_on_open(struct keeper *, struct request *, struct wire_message *);
void inquiry_on_status(struct keeper *, struct request *, struct wire_message *);

/* Which set a process is in: identify.c */
void inquiry_on_identify(struct keeper *, struct request *, struct wire_message *);

/* Decodes what most requests carry and finds the set. 0, or an error and *failure. */
int inquiry_ask_set(struct keeper *keeper, struct request *request, struct wire_message *message,
		    struct wire_ask *ask, struct set **ret, struct failure *failure);

#endif
