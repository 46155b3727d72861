/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-resolver, the real program, with its system call filter. The test plays all others: the
 * keeper, a set and its name servers.
 */
#pragma once

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "daemon/wire/message.h"
#include "daemon/wire/stream.h"
#include "tests/unit/program.h"
#include "tests/unit/resolver.h"

#define ID 0x1234
#define RECORD "a.org. 60 A 192.0.2.1"

/* A socket of the set, and the port at which it asks. */
struct inside {
	int client_fd; /* connected to the resolver's */
	int server_fd;
};

struct upstream {
	int fd, listening_fd;
	uint16_t port;
};

struct fixture {
	pid_t pid;
	int keeper_fd, requests_fd;
	bool ended;
	struct wire_writer writer;
	struct wire_inbox inbox;
	struct wire_message message;
	struct wire_resolver_allow allow;
	struct inside udp, tcp;
	struct upstream upstreams[2];
};

static struct bytes question, answer, received;
static struct sockaddr_storage asker; /* who has asked the name server */
static const char *const default_list[] = {"a.org", "*.b.org", NULL};

/* --- sockets --- */

static inline int open_socket(int type, uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(*port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	if (bind(fd, (struct sockaddr *)&at, size) < 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	*port = ntohs(at.sin_port);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static inline void connect_to(int fd, uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
}

static inline struct inside open_inside(int type)
{
	uint16_t port = 0;
	struct inside inside = {.server_fd = open_socket(type, &port)};

	inside.client_fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	connect_to(inside.client_fd, port);
	return inside;
}

/* UDP and TCP at the same port; another process may just have one of them. */
static inline struct upstream open_upstream(void)
{
	struct upstream upstream = {.listening_fd = -1};

	while (upstream.listening_fd < 0) {
		upstream.port = 0;
		upstream.fd = open_socket(SOCK_DGRAM, &upstream.port);
		upstream.listening_fd = open_socket(SOCK_STREAM, &upstream.port);
		if (upstream.listening_fd < 0)
			close(upstream.fd);
	}
	return upstream;
}

static inline void close_upstream(struct upstream *upstream)
{
	upstream->fd = close_fd(upstream->fd);
	upstream->listening_fd = close_fd(upstream->listening_fd);
}

static inline void receive(int fd, struct bytes *ret)
{
	socklen_t size = sizeof(asker);
	ssize_t n;

	wait_for(fd, POLLIN);
	n = recvfrom(fd, ret->data, sizeof(ret->data), 0, (struct sockaddr *)&asker, &size);
	assert_true(n >= LDNS_HEADER_SIZE);
	ret->size = (size_t)n;
}

/* --- the keeper --- */

static inline void send_to_resolver(struct fixture *f, uint16_t type, uint32_t request,
				    const struct wire_layout *layout, const void *value)
{
	wire_begin(&f->writer, type, 0, request, 0);
	wire_put(&f->writer, layout, value);
	assert_int_equal(wire_send(&f->writer, f->keeper_fd), 0);
}

/* The number of entries: all of them are the user's own. */
static inline uint32_t n_own(const char *const *list)
{
	uint32_t n = 0;

	while (list[n])
		n++;
	return n;
}

static inline void add(struct fixture *f, uint64_t cookie, const char *const *list,
		       size_t n_servers, const struct inside *udp, const struct inside *tcp)
{
	_cleanup_fd_ int fd = make_list(list);
	struct wire_resolver_add wire;

	wire_clear(&wire_resolver_add_layout, &wire);
	wire.cookie = cookie;
	wire.udp4_fd = udp->server_fd;
	wire.tcp4_fd = tcp ? tcp->server_fd : -1;
	wire.list = (struct wire_resolver_list){.version = 5, .names_fd = fd, .n_own = n_own(list)};
	wire.upstreams.n_servers = n_servers;
	for (size_t i = 0; i < n_servers; i++)
		wire.upstreams.servers[i] =
			(struct wire_resolver_server){"127.0.0.1", f->upstreams[i].port};
	send_to_resolver(f, RESOLVER_ADD, 0, &wire_resolver_add_layout, &wire);
}

static inline void receive_any(struct fixture *f)
{
	if (!wire_inbox_has_message(&f->inbox))
		wait_for(f->requests_fd, POLLIN);
	assert_int_equal(wire_inbox_receive(&f->inbox, f->requests_fd, &f->message), 1);
}

/* Returns true if the resolver has said something that was not received yet. */
static inline bool has_said(const struct fixture *f)
{
	return wire_inbox_has_message(&f->inbox) || is_ready(f->requests_fd, POLLIN);
}

static inline void receive_from_resolver(struct fixture *f, uint16_t type,
					 const struct wire_layout *layout, void *ret)
{
	receive_any(f);
	assert_int_equal(f->message.header->nlmsg_type, type);
	assert_int_equal(wire_decode(&f->message, layout, ret), 0);
}

static inline void receive_allow(struct fixture *f)
{
	receive_from_resolver(f, RESOLVER_ALLOW, &wire_resolver_allow_layout, &f->allow);
}

static inline void send_allowed(struct fixture *f, uint64_t refused)
{
	const struct wire_resolver_allowed wire = {refused};

	send_to_resolver(f, RESOLVER_ALLOWED, f->message.header->nlmsg_seq,
			 &wire_resolver_allowed_layout, &wire);
}

static inline int set_up(void **state)
{
	static struct fixture f;
	char path[PATH_MAX], *arguments[] = {path, NULL};
	int pair[2], ends[2];

	f = (struct fixture){};
	find_program("nsctld-resolver", path);
	assert_int_equal(wire_writer_init(&f.writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init_stream(&f.message), 0);
	assert_int_equal(wire_inbox_init(&f.inbox), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(shutdown(pair[0], SHUT_RD), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	f.pid = fork();
	assert_true(f.pid >= 0);
	if (f.pid == 0) {
		int channel = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
		int requests = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);

		if (dup2(channel, RESOLVER_FD) < 0 || dup2(requests, RESOLVER_REQUESTS_FD) < 0)
			_exit(126);
		execv(path, arguments);
		_exit(127);
	}
	close(pair[1]);
	close(ends[1]);
	f.keeper_fd = pair[0];
	f.requests_fd = ends[0];
	f.udp = open_inside(SOCK_DGRAM);
	f.tcp = open_inside(SOCK_STREAM);
	for (size_t i = 0; i < ARRAY_SIZE(f.upstreams); i++)
		f.upstreams[i] = open_upstream();
	*state = &f;
	return 0;
}

static inline void close_inside(struct inside *inside)
{
	close_fd(inside->client_fd);
	close_fd(inside->server_fd);
}

/* The resolver ends when the keeper closes the channel. */
static inline int tear_down(void **state)
{
	struct fixture *f = *state;
	int status;

	close(f->keeper_fd);
	close(f->requests_fd);
	if (!f->ended) {
		assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	close_inside(&f->udp);
	close_inside(&f->tcp);
	for (size_t i = 0; i < ARRAY_SIZE(f->upstreams); i++)
		close_upstream(&f->upstreams[i]);
	wire_writer_done(&f->writer);
	wire_message_done(&f->message);
	wire_inbox_done(&f->inbox);
	return 0;
}

/* --- the set and the name server --- */

static inline void ask(const struct inside *inside, const char *name)
{
	make_question(name, LDNS_RR_TYPE_A, ID, &question);
	assert_int_equal(send(inside->client_fd, question.data, question.size, 0), question.size);
}

/* Receives the question, with the resolver's own id, which is returned. Passes over earlier
 * questions that were sent once more, because the machine was busy. */
static inline uint16_t receive_question(int fd)
{
	do
		receive(fd, &received);
	while (received.size != question.size ||
	       memcmp(received.data + 2, question.data + 2, question.size - 2) != 0);
	return LDNS_ID_WIRE(received.data);
}

static inline void send_answer(int fd)
{
	assert_int_equal(sendto(fd, answer.data, answer.size, 0, (struct sockaddr *)&asker,
				sizeof(struct sockaddr_in)),
			 answer.size);
}

/* The name server answers its next question with this record. */
static inline void serve(int fd, const char *name, const char *record)
{
	uint16_t id = receive_question(fd);

	make_answer(name, LDNS_RR_TYPE_A, id, LDNS_RCODE_NOERROR,
		    (const char *const[]){record, NULL}, &answer);
	send_answer(fd);
}

/* The set gets what the name server has sent, and its own id. */
static inline void assert_answered(const struct inside *inside)
{
	receive(inside->client_fd, &received);
	assert_int_equal(LDNS_ID_WIRE(received.data), ID);
	assert_int_equal(received.size, answer.size);
	assert_memory_equal(received.data + 2, answer.data + 2, answer.size - 2);
}

static inline void assert_code(const struct inside *inside, int code)
{
	receive(inside->client_fd, &received);
	assert_int_equal(LDNS_ID_WIRE(received.data), ID);
	assert_int_equal(LDNS_RCODE_WIRE(received.data), code);
	assert_int_equal(LDNS_ANCOUNT(received.data), 0);
}
