/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a list does not have, because it belongs to other users. */
#pragma once

#include "client/connection.h"

/* After a list of objects of this kind ("set"): if those of other users were asked for, and the
 * caller may not see them, says so on stderr. parameters: those of the call. Says nothing for
 * programs. */
void others_tell_hidden(struct client *client, const json_t *parameters, const char *kind);
