/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods of org.nsctl, each in one row. The front, the keeper and the client each have an X
 * macro of their own, which takes the columns that they need. The names in a column are declared
 * only where that column is used. The columns:
 *
 *	op		WIRE_op is the front's request to the keeper
 *	name		the method's name in org.nsctl.varlink
 *	asked		the record (daemon/wire) that a request contains
 *	handler		the keeper's function: see request/handlers.h
 *	class		where a caller must be to use the method: see authz.c
 *	flags		see below
 *	done		the log's words after success, between the names of the user and of the
 *			object; NULL: nothing, or the handler logs more
 *	reply		how the front makes JSON of the keeper's answer: see front/method.c
 */
#pragma once

enum method_class {
	CLASS_ANYWHERE, /* any caller, even a confined one */
	CLASS_USE,	/* any existing set; from inside a set, that one and those within it */
	CLASS_RENEW,	/* not from inside the set itself */
	CLASS_MAKE,	/* makes sets: from inside a set, only its owner */
	CLASS_WIRE,	/* links and networks: from inside a set, only its owner */
};

/* Repeating the call changes nothing, and has the same answer. */
#define METHOD_REPEATABLE 0x1u
/* The answer may take days: the method waits for something to end. */
#define METHOD_LASTING 0x2u
/* The keeper answers at once (a Kill: soon), even if the user's other calls have reached the limit
 * on waiting calls. So the user can still look around, and end what these calls wait for. */
#define METHOD_AT_ONCE 0x4u
/* The method starts a process, which may hang. A removal does not wait for such a process. */
#define METHOD_STARTS 0x8u
/* Calls may come with descriptors. */
#define METHOD_DESCRIPTORS 0x10u
/* The method finds all of its user's sets, whatever wall they were made behind (kernel/wall.h). */
#define METHOD_THROUGH_WALLS 0x20u

/* The method has several answers, so a call must ask for more than one. */
#define METHOD_MORE 0x40u

/* clang-format off: a table */
#define METHODS(X)                                                                                 \
	X(CREATE, "Create", wire_create, on_create, CLASS_MAKE,                                    \
	  METHOD_STARTS | METHOD_DESCRIPTORS, NULL, REPLY("set", wire_set))                        \
	X(ADOPT, "Adopt", wire_adopt, on_adopt, CLASS_MAKE, METHOD_STARTS | METHOD_DESCRIPTORS,    \
	  NULL, REPLY("set", wire_set))                                                            \
	X(GET, "Get", wire_ask, on_get, CLASS_USE, METHOD_REPEATABLE | METHOD_THROUGH_WALLS, NULL, \
	  REPLY("set", wire_set))                                                                  \
	X(LIST, "List", wire_list, on_list, CLASS_USE,                                             \
	  METHOD_REPEATABLE | METHOD_AT_ONCE | METHOD_THROUGH_WALLS, NULL,                         \
	  REPLY_LIST("sets", WIRE_ITEM_SET, wire_set))                                             \
	X(REMOVE, "Remove", wire_ask, on_remove, CLASS_USE,                                        \
	  METHOD_REPEATABLE | METHOD_THROUGH_WALLS, "removed set", NOTHING)                        \
	X(RENEW, "Renew", wire_ask, on_renew, CLASS_RENEW,                                         \
	  METHOD_REPEATABLE | METHOD_AT_ONCE | METHOD_DESCRIPTORS | METHOD_THROUGH_WALLS,          \
	  "renewed lease of set", REPLY_VIEW(wire_set, view_expires))                              \
	X(EXEC, "Exec", wire_exec, on_exec, CLASS_USE,                                             \
	  METHOD_STARTS | METHOD_LASTING | METHOD_DESCRIPTORS, NULL,                               \
	  REPLY_VIEW(wire_session, view_started))                                                  \
	X(RUN, "Run", wire_run, on_run, CLASS_MAKE,                                                \
	  METHOD_STARTS | METHOD_LASTING | METHOD_DESCRIPTORS, NULL,                               \
	  REPLY_VIEW(wire_session, view_run))                                                      \
	X(SESSIONS, "ListSessions", wire_ask, on_list_sessions, CLASS_USE,                         \
	  METHOD_REPEATABLE | METHOD_AT_ONCE, NULL,                                                \
	  REPLY_LIST("sessions", WIRE_ITEM_SESSION, wire_session))                                 \
	X(WAIT, "WaitSession", wire_ask, on_wait, CLASS_USE, METHOD_REPEATABLE | METHOD_LASTING,   \
	  NULL, REPLY_VIEW(wire_session, view_ended))                                              \
	X(OPEN, "OpenNamespaces", wire_ask, on_open, CLASS_USE, METHOD_AT_ONCE,                    \
	  "opened namespaces of set",                                                              \
	  REPLY_PARTS(                                                                             \
		  PART_VIEW("namespaces", WIRE_ITEM_NAMESPACE, wire_namespace, view_namespace)))   \
	X(PROCESSES, "ListProcesses", wire_ask, on_list_processes, CLASS_USE,                      \
	  METHOD_REPEATABLE | METHOD_AT_ONCE, NULL, REPLY_BY(encode_processes))                    \
	X(KILL, "Kill", wire_ask, on_kill, CLASS_USE, METHOD_AT_ONCE,                              \
	  "signalled processes of set", NOTHING)                                                   \
	X(FREEZE, "Freeze", wire_ask, on_freeze, CLASS_USE, METHOD_REPEATABLE, "froze set",        \
	  NOTHING)                                                                                 \
	X(THAW, "Thaw", wire_ask, on_thaw, CLASS_USE, METHOD_REPEATABLE, "thawed set", NOTHING)    \
	X(IDENTIFY, "Identify", wire_ask, on_identify, CLASS_ANYWHERE,                             \
	  METHOD_REPEATABLE | METHOD_AT_ONCE | METHOD_DESCRIPTORS, NULL,                           \
	  REPLY_VIEW(wire_set, view_identity))                                                     \
	X(STATUS, "GetStatus", wire_ask, on_status, CLASS_ANYWHERE,                                \
	  METHOD_REPEATABLE | METHOD_AT_ONCE, NULL, REPLY_BY(encode_status))                       \
	X(USERS, "ListUsers", wire_list, on_list_users, CLASS_USE,                                 \
	  METHOD_REPEATABLE | METHOD_AT_ONCE, NULL,                                                \
	  REPLY_LIST("users", WIRE_ITEM_USER, wire_user))                                          \
	X(LINK_ADD, "AddLink", wire_link, on_add_link, CLASS_WIRE, METHOD_STARTS, NULL,            \
	  REPLY("link", wire_link))                                                                \
	X(LINK_SET, "SetLink", wire_link, on_set_link, CLASS_WIRE,                                 \
	  METHOD_REPEATABLE | METHOD_STARTS, "changed link", REPLY("link", wire_link))             \
	X(LINK_REMOVE, "RemoveLink", wire_ask, on_remove_link, CLASS_WIRE, METHOD_REPEATABLE,      \
	  NULL, NOTHING)                                                                           \
	X(LINK_LIST, "ListLinks", wire_list, on_list_links, CLASS_WIRE, METHOD_REPEATABLE, NULL,   \
	  REPLY_LIST("links", WIRE_ITEM_LINK, wire_link))                                          \
	X(NETWORK_CREATE, "CreateNetwork", wire_network, on_create_network, CLASS_WIRE,            \
	  METHOD_STARTS | METHOD_DESCRIPTORS, NULL, REPLY("network", wire_network))                \
	X(NETWORK_GET, "GetNetwork", wire_ask, on_get_network, CLASS_WIRE, METHOD_REPEATABLE,      \
	  NULL, REPLY("network", wire_network))                                                    \
	X(NETWORK_REMOVE, "RemoveNetwork", wire_ask, on_remove_network, CLASS_WIRE,                \
	  METHOD_REPEATABLE, "removed network", NOTHING)                                           \
	X(NETWORK_RENEW, "RenewNetwork", wire_ask, on_renew_network, CLASS_RENEW,                  \
	  METHOD_REPEATABLE | METHOD_AT_ONCE | METHOD_DESCRIPTORS, "renewed lease of network",     \
	  REPLY_VIEW(wire_set, view_expires))                                                      \
	X(NETWORK_LIST, "ListNetworks", wire_list, on_list_networks, CLASS_WIRE,                   \
	  METHOD_REPEATABLE | METHOD_AT_ONCE, NULL,                                                \
	  REPLY_LIST("networks", WIRE_ITEM_NETWORK, wire_network))                                 \
	X(EGRESS_SET, "SetEgress", wire_egress, on_set_egress, CLASS_USE, METHOD_STARTS, NULL,     \
	  REPLY_VIEW(wire_egress_list, wire_egress_list_layout))                                   \
	X(EGRESS_LEARN, "LearnEgress", wire_learn, on_learn_egress, CLASS_USE, METHOD_STARTS,      \
	  NULL, REPLY_VIEW(wire_learned_list, wire_learned_list_layout))                           \
	X(MONITOR, "Monitor", wire_list, on_monitor, CLASS_USE, METHOD_LASTING | METHOD_MORE,      \
	  NULL,                                                                                    \
	  REPLY_PARTS(PART("sets", WIRE_ITEM_SET, wire_set),                                       \
		      PART("events", WIRE_ITEM_EVENT, wire_event)))                                \
	X(CAPTURE, "Capture", wire_capture, on_capture, CLASS_USE,                                 \
	  METHOD_STARTS | METHOD_LASTING | METHOD_DESCRIPTORS | METHOD_MORE,                       \
	  "captured packets of", REPLY_VIEW(wire_captured, wire_captured_layout))                  \
	X(APPLY, "Apply", wire_apply, on_apply, CLASS_MAKE, METHOD_STARTS | METHOD_DESCRIPTORS,    \
	  NULL, ASKED_BY(decode_apply),                                                            \
	  REPLY_PARTS(PART("sets", WIRE_ITEM_SET, wire_set),                                       \
		      PART("networks", WIRE_ITEM_NETWORK, wire_network),                           \
		      PART("links", WIRE_ITEM_LINK, wire_link), PART("", 0, wire_progress)))
/* clang-format on */
