/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds this process's own listeners in /proc: not those of loopback addresses, and no sockets that
 * only have the port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "base.h"
#include "client/listening.h"

/* Binds a TCP socket to any port of this address. Returns the socket. */
static int bind_to(const char *text, int *ret_port)
{
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	bool is_v6 = strchr(text, ':');
	struct sockaddr *address = is_v6 ? (void *)&v6 : (void *)&v4;
	socklen_t size = is_v6 ? sizeof(v6) : sizeof(v4);
	int fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(is_v6 ? AF_INET6 : AF_INET, text,
				   is_v6 ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr),
			 1);
	if (fd < 0 || bind(fd, address, size) < 0) {
		close_fd(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, address, &size), 0);
	*ret_port = ntohs(is_v6 ? v6.sin6_port : v4.sin_port);
	return fd;
}

static void test_listeners_are_found_by_port_and_address(void **state _unused_)
{
	static const struct {
		const char *address;
		bool found;
	} rows[] = {{"0.0.0.0", true},
		    {"127.0.0.1", false},
		    {"127.3.2.1", false},
		    {"::", true},
		    {"::1", false}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int port = 0, fd = bind_to(rows[i].address, &port);

		/* a machine may be without IPv6 */
		if (fd < 0 && strchr(rows[i].address, ':'))
			continue;
		assert_false(listening_at(getpid(), port));
		assert_int_equal(listen(fd, 1), 0);
		if (listening_at(getpid(), port) != rows[i].found)
			fail_msg("%s", rows[i].address);
		close_fd(fd);
		assert_false(listening_at(getpid(), port));
	}
	assert_false(listening_at(INT32_MAX, 80));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listeners_are_found_by_port_and_address)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
