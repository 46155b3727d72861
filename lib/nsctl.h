/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libnsctl: calls of nsctld, which holds persistent sets of Linux namespaces for ordinary users.
 *
 * The methods, their parameters and their errors are in org.nsctl.varlink. Parameters are JSON
 * texts, in UTF-8, so that a program can use any JSON library or none. A parameter whose name ends
 * in FileDescriptor is an index, from 0, into the descriptors of its call or reply.
 *
 *	struct nsctl_reply *reply = NULL;
 *	struct nsctl *nsctl;
 *	int r = nsctl_connect(NULL, &nsctl);
 *
 *	if (r == 0)
 *		r = nsctl_create(nsctl, "box", NULL, NULL, 0, &reply);
 *	if (r < 0)
 *		fprintf(stderr, "%s\n", reply ? nsctl_reply_message(reply) : strerror(-r));
 *
 * Errors: a function returns a negative errno. If the daemon has refused a call, nsctl_ask() and
 * the functions that are built on it also return the daemon's reply, which has the error's Varlink
 * id, its parameters and a sentence. If there is no reply, the connection has failed:
 *
 *	-ECONNABORTED	nsctld ended before it read the call, so it did nothing: connect again,
 *			and repeat the call
 *	-ECONNRESET	the connection ended; whether the last call was carried out is not known
 *	-EBADMSG	the peer does not speak Varlink
 *	-EMSGSIZE	the call is larger than 1 MiB (the connection goes on)
 *	-EINVAL		an argument is not valid, or a text is not a JSON object of at most 32
 *			levels, without duplicate keys (the connection goes on)
 *	-ENOMEM		lack of memory
 *
 * After a failure of the connection every function returns the same error, until nsctl_close().
 *
 * Waiting: only functions that say so wait. A time limit is in milliseconds; -1: none. A signal
 * that has a handler does not end a wait. A program with an event loop waits for nsctl_events() on
 * nsctl_fd(), and then calls nsctl_next() with a time limit of 0 until that returns -EAGAIN or
 * -ENODATA. It calls nsctl_events() again after each nsctl_call() and nsctl_next().
 *
 * Order: calls on one connection are answered one after the other. While a command runs that
 * nsctl_exec() has started, later calls on its connection wait: use another connection for them.
 *
 * Threads: there is no global state. Threads may use different connections at the same time. One
 * connection, with its replies, is used by one thread at a time. After fork(2), only one of the two
 * processes may use a connection.
 *
 * Descriptors of the library are close-on-exec, and SIGPIPE is never raised.
 */
#ifndef NSCTL_LIB_NSCTL_H
#define NSCTL_LIB_NSCTL_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct nsctl;	    /* a connection */
struct nsctl_reply; /* a reply, with its descriptors */

/* --- connections --- */

/*
 * Connects to nsctld. path: its socket; NULL: $NSCTL_SOCKET or, if that is not set,
 * /run/nsctl/socket. Waits while the socket's queue is full. Returns 0 with a connection in *ret,
 * which nsctl_close() frees, or -errno: -ENOENT or -ECONNREFUSED if nsctld is not running, -EACCES
 * if the user may not connect.
 */
int nsctl_connect(const char *path, struct nsctl **ret);

/* Ends a connection, and frees it. nsctl may be NULL. Returns NULL. What depends on the connection
 * ends, too: attached commands, and sets whose lease says "connection". */
struct nsctl *nsctl_close(struct nsctl *nsctl);

/* Returns the connection's descriptor, for poll(2) or epoll(7). It belongs to the connection. */
int nsctl_fd(const struct nsctl *nsctl);

/* Returns the events for which to poll: POLLIN or POLLIN | POLLOUT. */
short nsctl_events(const struct nsctl *nsctl);

/* --- calls and replies --- */

enum nsctl_flags {
	NSCTL_MORE = 1,	  /* ask for more than one reply */
	NSCTL_ONEWAY = 2, /* ask for no reply */
};

/*
 * Begins a call, and sends as much of it as can be sent without waiting; nsctl_next() sends the
 * rest. method: "Get" or "org.nsctl.Get". parameters: a JSON object; NULL: {}. fds: n_fds (at most
 * 253) descriptors, which stay the caller's. flags: enum nsctl_flags. Returns 0 or -errno.
 */
int nsctl_call(struct nsctl *nsctl, const char *method, const char *parameters, const int *fds,
	       size_t n_fds, unsigned int flags);

/*
 * Waits at most timeout_ms for the next reply, which may be an error. Returns 0 with the reply in
 * *ret, which nsctl_reply_free() frees; -EAGAIN if none came in time; -ENODATA if no call waits for
 * a reply; or another -errno.
 */
int nsctl_next(struct nsctl *nsctl, int timeout_ms, struct nsctl_reply **ret);

/*
 * Makes a call, and waits for its one reply. Returns 0, or -errno: that of nsctl_reply_errno() if
 * the daemon has refused the call. *ret becomes the reply in both cases, or NULL if there is none;
 * ret may be NULL.
 */
int nsctl_ask(struct nsctl *nsctl, const char *method, const char *parameters, const int *fds,
	      size_t n_fds, struct nsctl_reply **ret);

/* Frees a reply, and closes its descriptors that were not taken. reply may be NULL. Returns
 * NULL. */
struct nsctl_reply *nsctl_reply_free(struct nsctl_reply *reply);

/* Returns the reply's parameters, or those of its error: a JSON object, which is valid as long as
 * the reply. */
const char *nsctl_reply_parameters(const struct nsctl_reply *reply);

/* Returns 1 if the call has further replies, else 0. */
int nsctl_reply_continues(const struct nsctl_reply *reply);

/* Takes descriptor number index out of the reply: it is the caller's then. Returns -EBADF if there
 * is none, or it was taken before. */
int nsctl_reply_take_fd(struct nsctl_reply *reply, int index);

/* Returns the Varlink id of an error, such as "org.nsctl.NotFound", or NULL if the reply is none.
 * Valid as long as the reply. */
const char *nsctl_reply_error(const struct nsctl_reply *reply);

/*
 * Returns 0, or the negative errno that comes closest to an error: NotFound -ENOENT, Exists
 * -EEXIST, Busy -EBUSY, InvalidValue and InvalidParameter -EINVAL, NotPermitted -EPERM,
 * LimitExceeded -EDQUOT, SystemError what the kernel said, NotSupported -EOPNOTSUPP, EventsLost
 * -ENOBUFS, PermissionDenied -EACCES, ExpectedMore -EMSGSIZE, an interface or method that there is
 * not -ENOSYS, any other error -EREMOTEIO.
 */
int nsctl_reply_errno(const struct nsctl_reply *reply);

/* Returns a sentence that says what the error is, without a full stop, or NULL if the reply is no
 * error. It may contain names and paths that other users have chosen: escape it for a terminal.
 * Valid as long as the reply. */
const char *nsctl_reply_message(const struct nsctl_reply *reply);

/* --- sets ---
 * These wait for the daemon's answer. ret: as in nsctl_ask(). */

/*
 * Makes a set. spec: a SetSpec of the interface, in JSON; NULL: the default kinds of namespaces.
 * fds: the descriptors that spec names, as in nsctl_call(). The set stays until it is removed
 * (method Remove) or its lease ends. Returns 0 or -errno.
 */
int nsctl_create(struct nsctl *nsctl, const char *set, const char *spec, const int *fds,
		 size_t n_fds, struct nsctl_reply **ret);

/* Opens a namespace of a set, for setns(2). kind: "net", "mnt", "pid" and so on. Unless the caller
 * is root, the set must have a user namespace. Returns a descriptor, which is the caller's, or
 * -errno. */
int nsctl_open(struct nsctl *nsctl, const char *set, const char *kind, struct nsctl_reply **ret);

/* --- commands ---
 * argv: the command and its arguments, in UTF-8, with NULL at the end. stdio: the command's stdin,
 * stdout and stderr, which stay the caller's; -1, and stdio NULL: /dev/null. parameters: further
 * members of the call that need no descriptors, such as {"workingDirectory": "/tmp"}; NULL: none.
 * The command ends with the connection. */

/* Starts a command in a set, and waits until it runs. Returns 0 with the first reply in *ret (its
 * session, pid and processFileDescriptor), or -errno. nsctl_wait() waits for the command's end. */
int nsctl_exec(struct nsctl *nsctl, const char *set, const char *const argv[], const int stdio[3],
	       const char *parameters, struct nsctl_reply **ret);

/* Makes a set, and starts a command in it, as nsctl_exec() does. The set is removed when the
 * command ends. parameters has the set's "spec" and "name", if wanted. */
int nsctl_run(struct nsctl *nsctl, const char *const argv[], const int stdio[3],
	      const char *parameters, struct nsctl_reply **ret);

/*
 * Waits at most timeout_ms until the command that nsctl_exec() or nsctl_run() has started on this
 * connection has ended; that of nsctl_run(), until its set is removed, too. Returns 0 with its
 * status in *ret_status, as waitpid(2) has it (WIFEXITED() and so on); -EAGAIN if it still runs;
 * -ENODATA if there is none; or another -errno.
 */
int nsctl_wait(struct nsctl *nsctl, int timeout_ms, int *ret_status);

/* --- events --- */

/*
 * Subscribes to events of a set, or of all sets of the caller if set is NULL. Does not wait: the
 * replies come by nsctl_next(). The first ones have the state of the sets ("sets"), later ones
 * "events", of which none is missing. If replies are read too slowly, the error EventsLost ends the
 * subscription: subscribe again. Returns 0 or -errno.
 */
int nsctl_monitor(struct nsctl *nsctl, const char *set);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
