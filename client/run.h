/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that run a command inside and end with its status: exec, enter, run. */
#pragma once

#include "client/verb.h"

/* The options of all three verbs; of exec and enter; of run. */
extern const struct option_row run_command_options[], run_exec_options[], run_run_options[];
