/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/file.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/profile.h"

bool profile_exists(void)
{
	static enum { UNKNOWN, ABSENT, PRESENT } known;

	if (known == UNKNOWN)
		known = access("/proc/self/attr/apparmor/current", F_OK) < 0 && errno == ENOENT
				? ABSENT
				: PRESENT;
	return known == PRESENT;
}

int profile_read(int process_fd, char ret[static PROFILE_SIZE])
{
	_cleanup_fd_ int fd = openat(process_fd, "attr/apparmor/current", O_RDONLY | O_CLOEXEC);
	char text[PROFILE_SIZE] = "";
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	/* the file does not exist without AppArmor; if AppArmor is off, reading it gives EINVAL */
	if (n < 0 && errno != (fd < 0 ? ENOENT : EINVAL))
		return negative_errno();
	if (n == sizeof(text))
		return -ENAMETOOLONG;
	text[strcspn(text, "\n")] = '\0';
	strcpy(ret, text);
	return 0;
}

/* Returns the " (MODE)" at the end of a profile, or NULL. */
static const char *find_mode(const char *profile)
{
	const char *mode = strrchr(profile, '(');

	return mode && mode > profile && mode[-1] == ' ' ? mode - 1 : NULL;
}

bool profile_confines(const char *profile)
{
	const char *mode = find_mode(profile);

	return *profile && strcmp(profile, "unconfined") != 0 &&
	       (!mode || (strcmp(mode, " (unconfined)") != 0 && strcmp(mode, " (complain)") != 0));
}

void profile_write_exec(const char *profile, char ret[static PROFILE_SIZE + 5])
{
	const char *mode = find_mode(profile);

	snprintf(ret, PROFILE_SIZE + 5, "exec %.*s",
		 (int)(mode ? (size_t)(mode - profile) : strlen(profile)), profile);
}

int profile_apply(const char *profile)
{
	_cleanup_fd_ int process_fd = -1, fd = -1;
	char own[PROFILE_SIZE], text[PROFILE_SIZE + 5];
	int r;

	if (!*profile && !profile_exists())
		return 0;
	process_fd = process_open_directory(getpid());
	r = process_fd < 0 ? process_fd : profile_read(process_fd, own);
	if (r < 0 || strcmp(own, profile) == 0)
		return r;
	profile_write_exec(profile, text);
	fd = openat(process_fd, "attr/apparmor/exec", O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}

/* --- SELinux --- */

int selinux_read_own(char ret[static CONTEXT_SIZE])
{
	*ret = '\0';
	/* without SELinux, the file in /proc may be another security module's */
	if (access("/sys/fs/selinux/enforce", F_OK) < 0)
		return 0;
	return file_read(AT_FDCWD, "/proc/self/attr/current", ret, CONTEXT_SIZE);
}

bool selinux_confines(const char *context)
{
	static const char unconfined[] = "unconfined_";
	const char *role = strchr(context, ':');
	const char *type = role ? strchr(role + 1, ':') : NULL;

	return !type || strncmp(type + 1, unconfined, strlen(unconfined)) != 0;
}
