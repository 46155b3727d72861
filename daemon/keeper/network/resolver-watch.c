/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/inotify.h>
#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/resolver-watch.h"

#define APPEARS (IN_CREATE | IN_MOVED_TO | IN_ONLYDIR)
/* IN_ATTRIB is reported when a file is removed or replaced, even if a process has it open. */
#define CHANGES (IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF | IN_DONT_FOLLOW)

static const struct {
	const char *directory, *name;
	bool is_directory;
} rows[] = {
	{"/etc", "resolv.conf", false},	   {"/etc", "nsswitch.conf", false},
	{"/etc", "hosts", false},	   {"/run", "nscd", true},
	{"/run", "avahi-daemon", true},	   {"/run", "systemd", true},
	{"/run/systemd", "resolve", true}, {"/run/systemd/resolve", "resolv.conf", false},
	{"/run", "NetworkManager", true},  {"/run/NetworkManager", "no-stub-resolv.conf", false},
};

static struct {
	int fd;
	struct {
		int entry; /* inotify's watch of the file itself; -1: none */
		/* inotify's watch of its directory; -1: none. Rows may have the same one. */
		int directory;
	} watches[ARRAY_SIZE(rows)];
	bool watching, wanted;
	struct event *event;
	resolver_watch_changed *changed;
	void *context;
} state = {.fd = -1};

static int watch_entry(size_t i)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", rows[i].directory, rows[i].name);
	return inotify_add_watch(state.fd, path, CHANGES);
}

static void watch_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		state.watches[i].directory = -1;
		state.watches[i].entry = rows[i].is_directory ? -1 : watch_entry(i);
		if (state.watches[i].entry >= 0)
			continue;
		state.watches[i].directory =
			inotify_add_watch(state.fd, rows[i].directory, APPEARS);
		/* the file may have appeared before its directory was watched */
		if (!rows[i].is_directory)
			state.watches[i].entry = watch_entry(i);
	}
	state.watching = true;
}

static void unwatch_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		inotify_rm_watch(state.fd, state.watches[i].entry);
		inotify_rm_watch(state.fd, state.watches[i].directory);
	}
	state.watching = false;
}

static bool is_known(const struct inotify_event *event)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (state.watches[i].entry == event->wd)
			return true;
		if (state.watches[i].directory == event->wd && event->len > 0 &&
		    strcmp(event->name, rows[i].name) == 0)
			return true;
	}
	return false;
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

			/* after an overflow, one of our events may have been lost */
			known |= event->mask & IN_Q_OVERFLOW || is_known(event);
			at += sizeof(*event) + event->len;
		}
	if (state.watching && (known || !state.wanted))
		unwatch_all();
	if (!known || !state.wanted)
		return;
	/* watch all again: a name may mean another file now, and a directory may be new */
	watch_all();
	state.changed(state.context);
}

void resolver_watch(struct event_base *loop, resolver_watch_changed *changed, void *context)
{
	state.changed = changed;
	state.context = context;
	state.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (state.fd >= 0)
		state.event = event_new(loop, state.fd, EV_READ | EV_PERSIST, on_event, NULL);
	if (!state.event || event_add(state.event, NULL) < 0)
		log_warning("changes of the host's name servers are not noticed: %s",
			    strerror(errno));
}

void resolver_watch_want(bool wanted)
{
	state.wanted = wanted;
	if (wanted && !state.watching)
		watch_all();
}

void resolver_watch_stop(void)
{
	state.event = free_event(state.event);
	state.fd = close_fd(state.fd);
}
