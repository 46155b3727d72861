/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authorisation: which user may do what. Pure functions, without system calls or state;
 * tests/unit/test-authz.c checks them as a truth table. A security review should begin here.
 */
#pragma once

#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/idmap.h"

/* The caller: everything about it that decisions depend on. */
struct authz_subject {
	uid_t uid;
	uint32_t allowed;	    /* enum wire_allow bits, from authz_allowed() */
	enum wire_scope scope;	    /* the methods that the caller may call, and on which sets */
	char scope_text[NAME_SIZE]; /* name of the set that the caller is in; "": none */
	uid_t scope_owner;	    /* owner of that set */
	char wall[WALL_SIZE];	    /* the caller's wall (daemon/kernel/wall.h); "": it has none */
	bool in_machine_net;	    /* the caller is in the net namespace of process 1 */
	/* the caller is in a set whose egress is limited to a list (set_is_listed() in
	 * request/scope.c) */
	bool listed;
	bool can_mount; /* the caller could get CAP_SYS_ADMIN (peer->bounding) */
	/* the place of the set that the caller is in: its id or, if it is within other sets,
	 * "OUTERMOST/set-.../set-ID"; "": none. Sets that the caller makes get this as `above`. */
	char within[ABOVE_SIZE + ID_SIZE + sizeof(SET_WITHIN)];
	/* the set whose user namespace the caller is in (state/home.h), as UID/NAME; "": none */
	char home[PIN_PATH_SIZE];
};

/* What decides, besides the owner, who may act on a set. wall: the wall of the caller who made the
 * set (its namespaces and root, if not the host's: daemon/kernel/wall.h), or "". above: the place
 * of the set around this one, in the form of authz_subject.within, or "". id: the set's own. */
struct authz_made {
	const char *wall, *above, *id;
};

/* Returns the rights that the configuration gives to this identity, as enum wire_allow bits. Root
 * has all. host_user_namespaces: the host lets ordinary users make user namespaces. */
uint32_t authz_allowed(const struct config *config, uid_t uid, gid_t gid, const gid_t *groups,
		       size_t n_groups, bool host_user_namespaces);

/* The lists of the configuration, and the identity whose rights to them are in question. */
struct authz_lists {
	const struct config *config;
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	size_t n_groups;
};

/* Where a peer is, and what limits it. */
struct authz_place {
	/* true: the peer is certainly in `set` or, if that is NULL, in no set */
	bool known;
	const char *set;	       /* name of the set that the peer is in; NULL: none */
	bool is_confined, is_filtered; /* see struct peer */
};
/* Finds the scope of a connection: the methods that it may call, and the sets that it may use.
 * allowed: from authz_allowed(). The scope is SCOPE_CONFINED (only methods such as GetStatus) in
 * three cases: it is not certain where the peer is; the peer is confined; the peer is filtered,
 * without ALLOW_UNFILTERED. Else it is SCOPE_SET inside a set, and SCOPE_FULL elsewhere. Returns 0,
 * or ERROR_NOT_PERMITTED without ALLOW_CONNECT. */
int authz_connect(uint32_t allowed, const struct authz_place *place, enum wire_scope *ret_scope,
		  struct failure *failure);

/* Checks that the subject's scope allows the method op. Inside a set, only the set's owner may make
 * sets, and change links and networks. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_operation(const struct authz_subject *subject, enum wire_op op, struct failure *failure);

/* Checks that the subject may renew the lease of a set (what limits the set's life). surrounds: the
 * subject is inside that set, or inside a set that the same call of Apply has made. Then the
 * subject may not, because a process inside a set must not postpone the set's end. Returns 0 or
 * ERROR_NOT_PERMITTED. */
int authz_renewal(const struct authz_subject *subject, bool surrounds, struct failure *failure);

/*
 * Finds the owner of the objects that a request is about: the owner that the request names
 * (has_owner); else, inside a set (SCOPE_SET), the owner of that set; else the subject. what and
 * name are for *failure: the type of an object, such as "set", and its name or id. Returns 0 and
 * *ret_owner. If the subject has no rights over that owner's objects, returns ERROR_NOT_FOUND, as
 * if the object did not exist.
 */
int authz_act_for(const struct authz_subject *subject, bool has_owner, uid_t owner,
		  const char *what, const char *name, uid_t *ret_owner, struct failure *failure);

/* Returns true if the subject may act on the set, as far as walls and places decide. (The owner is
 * checked by authz_act_for().) A subject inside a set may act on that set and the sets within it. A
 * subject with a wall (namespaces or a root that are not the host's) may act on the sets that were
 * made behind the same wall. Other subjects may act on all sets. */
bool authz_reaches(const struct authz_subject *subject, struct authz_made made);
/* Like authz_reaches(), but walls do not count for a method (op) with METHOD_THROUGH_WALLS. */
bool authz_reaches_by(const struct authz_subject *subject, enum wire_op op, struct authz_made made);

/* Returns true if the subject sees the owner's objects in lists, such as the answer of List. The
 * subject sees the objects of its own uid. It sees those of all users if it asked for them
 * (all_owners) and may administer. */
bool authz_sees(const struct authz_subject *subject, bool all_owners, uid_t owner);

/* Returns true if the subject sees this set in lists: outside of sets, as authz_sees() says. Inside
 * a set, only that set and the sets within it are seen, and only by that set's owner and by
 * root. */
bool authz_sees_set(const struct authz_subject *subject, bool all_owners, uid_t owner,
		    struct authz_made made);

/* Checks the rights that a set with this specification needs: for user namespaces, ip-netns and
 * published ports, and for a /proc, /sys or cgroup2 of its own. (Those for egress and links have
 * functions of their own.) Returns 0 or ERROR_NOT_PERMITTED. */
int authz_spec(const struct authz_subject *subject, const struct wire_spec *spec,
	       struct failure *failure);

/*
 * Checks that the subject may make, from the place where it is, a way to the host's network: a way
 * out (for egress or published ports) or a link to the host. It must not be inside a set whose
 * egress is limited to a list, and must be in the net namespace of the host or of process 1. Does
 * not check whether the subject has the right to this way. what: the way, for *failure. Returns 0
 * or ERROR_NOT_PERMITTED.
 */
int authz_outward(const struct authz_subject *subject, const char *what, struct failure *failure);
/* Checks that the subject may make a link with an end on the host: that it has ALLOW_HOST_LINKS,
 * and what authz_outward() checks. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_host_link(const struct authz_subject *subject, struct failure *failure);

/* Checks that the subject may have a way out to the destinations in reach. Without ALLOW_EGRESS,
 * reach must be a list that allows only "@NAME": lists of the configuration to which [allow] egress
 * gives the subject a right. Also checks what authz_outward() checks. Returns 0 or
 * ERROR_NOT_PERMITTED. */
int authz_egress(const struct authz_subject *subject, const struct authz_lists *lists,
		 const struct wire_reach *reach, struct failure *failure);

/* Returns true if the subject has the right to all egress, or to this list of the configuration.
 * Does not check what authz_outward() checks. */
bool authz_has_list(const struct authz_subject *subject, const struct authz_lists *lists,
		    const struct config_list *list);
/* Checks that the subject may change the list of destinations of a way out: a caller inside a set
 * may not. (authz_egress() checks the new entries.) Returns 0 or ERROR_NOT_PERMITTED. */
int authz_egress_change(const struct authz_subject *subject, struct failure *failure);

/* A command that a subject wants to run in a set, which belongs to owner. */
struct authz_command {
	uid_t owner;
	gid_t owner_gid;
	enum spec_mapping mapping;
	/* maps of the user namespace that the command will be in: one of the set's, or that of the
	 * caller's home (state/home.h). wish->user and wish->group are then ids inside it. NULL: it
	 * is the host's */
	const struct idmap *maps;
	bool enters_mount;		 /* the command enters a mount namespace of the set */
	const struct wire_command *wish; /* the command that the subject asks for */
	const gid_t *groups;		 /* of the subject */
	size_t n_groups;
};
/* Ids of a command on the host, and inside the user namespace of struct authz_command's maps. */
struct authz_identity {
	uid_t uid;
	gid_t gid;
	uint32_t inside_uid, inside_gid; /* 0 without maps */
	bool may_gain;			 /* setuid programs and file capabilities have an effect */
};
/*
 * Decides whether the subject, the owner or root, may run the command, and with which ids. On the
 * host the command has the owner's ids, even if root asks; in root's sets with MAPPING_NONE, root
 * may choose any ids. Without maps, an owner may choose a group of which it is a member. With maps,
 * the command may have any id that exists inside; the default is idmap_default() of the owner's.
 * Returns 0, ERROR_NOT_PERMITTED, or ERROR_INVALID_VALUE (field user, group or newPrivileges).
 *
 * Setuid programs and file capabilities have an effect if the set is an ordinary user's, and the
 * command has maps and enters a mount namespace of the set: all mapped ids are the owner's, so
 * these programs give nothing that the owner does not have (docs/adr/0027). Otherwise they have an
 * effect only if the command asks for new_privileges, in a set of root's with MAPPING_NONE; this
 * needs ALLOW_NEW_PRIVILEGES. A command with no_new_privileges gets nothing by them.
 */
int authz_command(const struct authz_subject *subject, const struct authz_command *command,
		  struct authz_identity *ret, struct failure *failure);

/* Checks that the subject may call OpenNamespaces for a set with these kinds of namespaces: root
 * may, and so may the owner if the set has a user namespace. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_open(const struct authz_subject *subject, uid_t owner, uint32_t kinds,
	       struct failure *failure);
