/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "daemon/keeper/log.h"
#include "daemon/keeper/names-watch.h"

#define APPEARS (IN_CREATE | IN_MOVED_TO)
#define CHANGES (APPEARS | IN_CLOSE_WRITE)

/* In /run much is written: there only what appears counts. */
static const struct {
	const char *directory, *name;
	uint32_t mask;
} rows[] = {
	{"/etc", "resolv.conf", CHANGES},
	{"/etc", "nsswitch.conf", CHANGES},
	{"/etc", "hosts", CHANGES},
	{"/run", "nscd", APPEARS},
	{"/run", "avahi-daemon", APPEARS},
	{"/run", "systemd", APPEARS},
	{"/run/systemd", "resolve", APPEARS},
	{"/run/systemd/resolve", "resolv.conf", CHANGES},
	{"/run/NetworkManager", "no-stub-resolv.conf", CHANGES},
};

static struct {
	int fd;
	int watches[ARRAY_SIZE(rows)]; /* rows of one directory have the same */
	struct event *event;
	names_watch_changed *changed;
	void *context;
} state = {.fd = -1};

/* Again and again: a directory may come later than the daemon. */
static void watch_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		state.watches[i] =
			inotify_add_watch(state.fd, rows[i].directory, rows[i].mask | IN_ONLYDIR);
}

static bool is_known(const struct inotify_event *event)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (state.watches[i] == event->wd && event->len > 0 &&
		    strcmp(event->name, rows[i].name) == 0)
			return true;
	/* some were lost: perhaps one of these */
	return event->mask & IN_Q_OVERFLOW;
}

static void on_event(evutil_socket_t fd, short what _unused_, void *context _unused_)
{
	union {
		struct inotify_event event;
		char bytes[4096];
	} buffer;
	bool known = false;
	ssize_t n;

	while ((n = read(fd, buffer.bytes, sizeof(buffer.bytes))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *event =
				(const struct inotify_event *)(buffer.bytes + at);

			known |= is_known(event);
			at += sizeof(*event) + event->len;
		}
	if (!known)
		return;
	watch_all();
	state.changed(state.context);
}

void names_watch(struct event_base *loop, names_watch_changed *changed, void *context)
{
	state.changed = changed;
	state.context = context;
	state.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (state.fd >= 0)
		state.event = event_new(loop, state.fd, EV_READ | EV_PERSIST, on_event, NULL);
	if (!state.event || event_add(state.event, NULL) < 0)
		log_warning("changes of the host's name servers are not noticed: %s",
			    strerror(errno));
	else
		watch_all();
}

void names_watch_stop(void)
{
	if (state.event)
		event_free(take_ptr(state.event));
	state.fd = close_fd(state.fd);
}
