/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/subid.h"
#include "daemon/keeper/policy/user-name.h"

#define KEPT_NAMES 64

static struct kept {
	bool known;
	uid_t uid;
	struct user_name name;
} kept[KEPT_NAMES];
static struct stat seen; /* state of /etc/passwd when the names were read */

/* Forgets all names if /etc/passwd has been replaced or changed. */
static void refresh(void)
{
	struct stat st = {};

	(void)!stat(SUBID_PASSWD, &st);
	if (st.st_ino == seen.st_ino && st.st_dev == seen.st_dev && st.st_size == seen.st_size &&
	    st.st_ctim.tv_sec == seen.st_ctim.tv_sec && st.st_ctim.tv_nsec == seen.st_ctim.tv_nsec)
		return;
	memset(kept, 0, sizeof(kept));
	seen = st;
}

static void read_name(uid_t uid, struct user_name *ret)
{
	char name[SUBID_NAME_SIZE];

	if (subid_read_name(uid, name) == 0 && strlen(name) < sizeof(ret->text))
		strcpy(ret->text, name);
	else
		snprintf(ret->text, sizeof(ret->text), "uid %u", uid);
}

struct user_name user_name(uid_t uid)
{
	struct kept *at = &kept[uid % KEPT_NAMES];

	refresh();
	if (!at->known || at->uid != uid) {
		read_name(uid, &at->name);
		at->uid = uid;
		at->known = true;
	}
	return at->name;
}
