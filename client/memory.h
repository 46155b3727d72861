/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running out of memory, which ends the process. */
#ifndef NSCTL_CLIENT_MEMORY_H
#define NSCTL_CLIENT_MEMORY_H

/* The exit status of out_of_memory(): 125 if another one could be mistaken for that of the command
 * inside. */
extern int memory_status;

_Noreturn void out_of_memory(void);
/* Returns the pointer, or ends the process if it is NULL. */
void *must(void *pointer);

#endif
