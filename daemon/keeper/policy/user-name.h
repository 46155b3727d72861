/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of users, for lines of the log. */
#pragma once

#include <sys/types.h>

/* With the NUL. A longer name is not used. */
#define USER_NAME_SIZE 64

struct user_name {
	char text[USER_NAME_SIZE];
};

/* Returns the name that uid has in /etc/passwd, or "uid 1000". Asks no name service, which may
 * block. Keeps some names, and reads the file again only if it has changed. */
struct user_name user_name(uid_t uid);
