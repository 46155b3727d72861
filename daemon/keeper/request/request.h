/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests: calls of clients, as their fronts pass them on, and the answers to them. */
#pragma once

#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/message.h"

struct lane_process;
struct task_caller;
struct lanes;

/*
 * A call that a front has passed on. The code that holds it gives one last answer, by
 * request_done(), request_done_directly(), request_fail() or request_end(), which also free a copy
 * made by request_keep(). A copy that needs no answer, because its connection has ended or the
 * original is answered, is freed by request_drop(). A copy may outlive its front: then its answers
 * go nowhere. At boot, start/boot.c makes recorded objects again by requests in the name of their
 * owners, without a front and a connection.
 */
struct request {
	struct request *next;	     /* in front->requests */
	struct front_process *front; /* NULL: the front is gone, or there is none (boot) */
	uint32_t connection, number;
	enum wire_op op;
	bool direct;	     /* the keeper may send a short answer to the client itself */
	struct lanes *lanes; /* the front's; NULL if front is NULL */
	uint32_t lane;	     /* lane with the request's descriptors; 0: it has none */
	uint64_t pipes;	     /* bit i: descriptor i is a pipe (set/pipe-watch.h) */
	/* The processes behind its pidfds, and the watchers of its pipes, by the index of the
	 * descriptor. NULL in a request without these, and in a kept copy. */
	const struct lane_process *processes;
	/* The message, during the call of the handler. NULL in a kept copy. */
	struct wire_message *message;
	struct authz_subject subject;
	uid_t owner;			      /* owner of the object that the request is about */
	char about[NAME_SIZE];		      /* name of that object; "": none, or not known yet */
	const struct peer_identity *identity; /* the owner's, for a request at boot; else NULL */
	bool kept;			      /* this is a copy by request_keep() */
	/* next one in watch->waiters: requests that wait for the end of the same session */
	struct request *behind;
	/* Called when the connection ends before the last answer. It may drop the request. NULL:
	 * the request and its work go on. */
	void (*gone)(struct keeper *keeper, struct request *request);
	void *holder; /* for gone(): the object for which the request waits */
};

/* Returns a copy of the request, which can be answered later: the original exists only until its
 * handler returns. The request must have a front. Returns NULL if there is no memory. */
struct request *request_keep(const struct request *request);
/* Begins an answer in keeper->to_front. The caller then adds the contents. flags: those of a reply
 * (wire/layout.h), without WIRE_REPLY. */
void request_begin(struct keeper *keeper, const struct request *request, uint16_t flags);
/* Sends the answer in keeper->to_front, and releases the request's lane (lane_release()). Further
 * answers may follow. */
void request_send(struct keeper *keeper, const struct request *request);
/* Sends the answer in keeper->to_front as the last one, and frees a kept copy. */
void request_end(struct keeper *keeper, struct request *request);
/* Makes and sends the last answer, and logs the request (audit_done()). layout NULL: the answer has
 * no contents; if request->direct is true, tries to send it directly to the client. */
void request_done(struct keeper *keeper, struct request *request, const struct wire_layout *layout,
		  const void *value);
/* Like request_done(), with a short form of the answer: text, the whole message in JSON, or NULL.
 * If request->direct is true, tries to send text directly to the client. If text was not sent,
 * sends layout and value to the front. */
void request_done_directly(struct keeper *keeper, struct request *request, const char *text,
			   const struct wire_layout *layout, const void *value);
/* Sends an error as the last answer, and logs it (audit_failed()). */
void request_fail(struct keeper *keeper, struct request *request, const struct failure *failure);
/* Returns true if the front's channel has room for an answer, or the front is gone. If not,
 * keeper->upcalls->front_writable() is called when there is room. */
bool request_has_room(const struct request *request);
/* Frees a kept copy without an answer. Does nothing with an original, which its handler or
 * methods.c answers, or with NULL. */
void request_drop(struct request *request);
/* Returns the identity of the caller or, at boot, of the owner for whom the keeper acts. Returns
 * NULL if the caller's connection is gone. */
const struct peer_identity *request_identity(const struct request *request);
/* Returns the request's connection, or NULL if it is gone or there is none (boot). */
struct client_connection *request_connection(const struct request *request);

/*
 * Fills in what a task must know about the request's caller:
 *  - its wall, if its namespaces or its root directory are not the host's (kernel/wall.h);
 *  - its home, the set whose user namespace it is in (state/home.h);
 *  - its cgroup, whose BPF programs must also filter the caller's sets.
 * Members that do not apply stay as they are. *ret points into the request and its connection, so
 * both must outlive *ret. Returns 0, -ESTALE if the caller has a wall and its connection has ended,
 * or -ENAMETOOLONG.
 */
int request_fill_caller(const struct request *request, struct task_caller *ret);

/* Stores the name of the object that the request is about, for the log. NULL, or a name that is not
 * valid, stores none. */
void request_set_about(struct request *request, const char *name);

/* Finds the set that a request names, and stores the set's owner and name in the request. name
 * NULL: the set that the caller is inside (SCOPE_SET); an error for other callers. has_owner,
 * owner: see authz_act_for(). Returns 0, or an error and *failure: ERROR_NOT_FOUND also if the
 * caller may not act on the set. */
int request_find_set(struct keeper *keeper, struct request *request, const char *name,
		     bool has_owner, uid_t owner, struct set **ret, struct failure *failure);
/* Finds the set that `ask` names, as request_find_set() does. */
int request_find_asked(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
		       struct set **ret, struct failure *failure);
