/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why the daemon does not start, as far as its user can see. */
#pragma once

#include "client/text.h"

/* Has nsctld check its configuration, with the rights of the user. If there is a mistake in the
 * file, appends ": nsctld does not start: FILE:LINE: ..." and returns true. */
bool trouble_find(struct text *text);
/* Prints that as a hint, if there is a mistake. */
bool trouble_tell(void);
