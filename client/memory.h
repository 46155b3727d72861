/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ends the process if there is no memory. */
#pragma once

/* The exit status of out_of_memory(). It is STATUS_OURS for verbs that run a command, so that it
 * cannot be mistaken for the status of that command. */
extern int memory_status;

_Noreturn void out_of_memory(void);
/* Returns the pointer, or ends the process if it is NULL. */
void *must(void *pointer);
