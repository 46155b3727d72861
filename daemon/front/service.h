/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* org.varlink.service, which the front answers without the keeper. */
#pragma once

#include <jansson.h>
#include "protocol/error.h"

json_t *service_info(void);
/* Returns the description of an interface or, if there is no such interface, NULL with *failure
 * set. */
json_t *service_description(const char *interface, struct failure *failure);
