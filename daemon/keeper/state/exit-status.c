/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <string.h>
#include "daemon/keeper/state/exit-status.h"

int exit_status_read(const struct store *store, const char *id, struct exit_status *ret)
{
	char name[ID_SIZE + 16], word[16], line[128];
	_cleanup_file_ FILE *file = NULL;
	unsigned long long first, second;
	int fd;

	*ret = (struct exit_status){};
	snprintf(name, sizeof(name), "%s.status", id);
	fd = openat(store_sessions_fd(store), name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	file = fd < 0 ? NULL : fdopen(fd, "re");
	if (!file) {
		int r = negative_errno();

		close_fd(fd);
		return r == -ENOENT ? 0 : r;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%15s %llu %llu", word, &first, &second) != 3)
			continue;
		if (strcmp(word, "runner") == 0) {
			ret->runner = first;
			ret->runner_start = second;
		} else if (strcmp(word, "command") == 0) {
			ret->command = first;
		} else {
			ret->ended = true;
			ret->exited = strcmp(word, "exit") == 0;
			ret->number = first;
			ret->when = second;
		}
	}
	return ferror(file) ? negative_errno() : 0;
}

void exit_status_apply(const struct exit_status *status, uint64_t now, struct session *session)
{
	session->ended = status->ended ? status->when : now;
	session->exited = status->ended && status->exited;
	session->status = session->exited ? status->number : 0;
	session->signal = session->exited ? 0 : status->ended ? status->number : SIGKILL;
}
