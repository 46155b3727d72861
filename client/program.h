/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs other programs. */
#pragma once

#include <stdbool.h>

/* Runs a program, which is searched in $PATH, and waits for its end. errors: its stderr is read,
 * too; otherwise it goes where nsctl's goes. *ret_status becomes its status as of waitpid();
 * ret_status may be NULL. Returns its output, which the caller frees, or NULL if there is none or
 * the program could not be run (then *ret_status becomes -1). */
char *program_output(char *const *argv, bool errors, int *ret_status);
/* Runs a program, and calls each() with every line of its output as it comes, until that returns
 * false. Returns the program's status as of waitpid(), or -1 if it could not be run. */
int program_lines(char *const *argv, bool (*each)(void *context, const char *line), void *context);
/* Runs a program with the terminal of this one, and waits for its end; meanwhile ^C and ^\ do not
 * end this one. Returns its status as of waitpid(), or -1 if it could not be run. */
int program_run(char *const *argv);
/* Returns the path of a program of nsctl, which the caller frees: beside this one, as in a build
 * directory, or else in the directory where it is installed. */
char *program_of_ours(const char *name, const char *installed);
