/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits by epoll(7): poll(2) fails for more descriptors than the process may have. */
#include "daemon/kernel/proxy.h"

static int epoll_fd = -1;

int proxy_wait_begin(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return epoll_fd < 0 ? negative_errno() : 0;
}

bool proxy_wait_for(int fd, uint32_t *now, uint32_t wanted, struct proxy_event event)
{
	struct epoll_event change = {
		.events = wanted,
		.data.u64 = (uint64_t)event.source << 32 | event.index,
	};
	int operation = !wanted ? EPOLL_CTL_DEL : *now ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (*now == wanted)
		return true;
	if (epoll_ctl(epoll_fd, operation, fd, &change) < 0)
		return false;
	*now = wanted;
	return true;
}

int proxy_wait(int milliseconds, struct proxy_event ret[static PROXY_EVENTS_MAX])
{
	struct epoll_event events[PROXY_EVENTS_MAX];
	int n = epoll_wait(epoll_fd, events, PROXY_EVENTS_MAX, milliseconds);

	if (n < 0)
		return errno == EINTR ? 0 : negative_errno();
	for (int i = 0; i < n; i++)
		ret[i] = (struct proxy_event){
			.source = (enum proxy_source)(events[i].data.u64 >> 32),
			.index = (uint32_t)events[i].data.u64,
		};
	return n;
}
