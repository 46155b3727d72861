/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.varlink.service: answered here, without the keeper. */
#ifndef NSCTL_FRONT_SERVICE_H
#define NSCTL_FRONT_SERVICE_H

#include <jansson.h>
#include "protocol/error.h"

json_t *service_info(void);
/* NULL and *failure when there is no such interface. */
json_t *service_description(const char *interface, struct failure *failure);

#endif
