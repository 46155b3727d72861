/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the lists of the configuration as if a set had them. */
#pragma once

#include "daemon/keeper/policy/config.h"
#include "protocol/error.h"

/* Returns a list of the configuration that is empty, or that no set could have, for instance
 * because it has too many services. *ret_wrong has the key, and the reason. Returns NULL if there
 * is none. */
const struct config_list *reach_find_wrong_list(const struct config *config,
						struct failure *ret_wrong);
