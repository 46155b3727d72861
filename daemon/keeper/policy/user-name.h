/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of users, for lines of the log. */
#pragma once

#include <sys/types.h>

/* Size with the NUL. A user with a longer name is shown as "uid NUMBER". */
#define USER_NAME_SIZE 64

struct user_name {
	char text[USER_NAME_SIZE];
};

/* Returns the name of uid in /etc/passwd or, if there is none, a text such as "uid 1000". Asks no
 * name service, because that may block. Remembers some names until the file changes. */
struct user_name user_name(uid_t uid);
