/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layouts of answers that contain only a part of a struct, or name its fields differently. */
#pragma once

#include "daemon/wire/layout.h"

extern const struct wire_layout view_usage;		     /* of a summary */
extern const struct wire_layout view_expires, view_identity; /* of a set */
extern const struct wire_layout view_namespace;
extern const struct wire_layout view_started, view_run, view_ended; /* of a session */
