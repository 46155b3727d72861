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
	uint32_t allowed; /* enum wire_allow bits, from authz_allowed() */
	enum wire_scope scope;
	const char *scope_text; /* name of the set that the caller is in, or "" */
	uid_t scope_owner;	/* owner of that set */
	char wall[WALL_SIZE];	/* the caller's wall (daemon/kernel/wall.h); "": it has none */
	bool in_machine_net;	/* the caller is in the net namespace of process 1 */
	/* the caller is in a set whose egress is limited to a list (set_is_listed()) */
	bool listed;
	bool can_mount; /* the caller could get CAP_SYS_ADMIN by itself */
	/* the path of the set that the caller is in (see cgroup_path()), or "". Sets that the
	 * caller makes get this path as `above`. */
	char within[ABOVE_SIZE + ID_SIZE + sizeof(SET_WITHIN)];
	/* the set whose user namespace the caller is in (state/home.h), as UID/NAME; "": the caller
	 * is in the host's user namespace */
	char home[PIN_PATH_SIZE];
};

/* How a set was made. wall: that of the caller who made it (daemon/kernel/wall.h); "": none. above:
 * the path of the sets around it, as in authz_subject.within; "": none. id: the set's. */
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

/* The set that a peer is in, and limits on the peer. */
struct authz_place {
	/* it is certain that the peer is in this set (NULL: in none) */
	bool known;
	const char *set;	       /* name of the set that the peer is in; NULL: none */
	bool is_confined, is_filtered; /* see struct peer */
};
/* Decides whether a connection may be served, and with which scope. The scope is SCOPE_CONFINED in
 * three cases: it is not certain where the peer is; the peer is confined; the peer is filtered, and
 * [allow] unfiltered does not name its user. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_connect(uint32_t allowed, const struct authz_place *place, enum wire_scope *ret_scope,
		  struct failure *failure);

/* Checks that the subject's scope allows the method op. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_operation(const struct authz_subject *subject, enum wire_op op, struct failure *failure);

/* Checks that the subject may renew a lease. surrounds: it is the lease of the set that the subject
 * is in. The subject may not renew that one, because a process inside a set must not postpone the
 * set's end. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_renewal(const struct authz_subject *subject, bool surrounds, struct failure *failure);

/*
 * Finds the owner of the objects that a request is about: the caller, unless the request names
 * another owner (has_owner). In SCOPE_SET, the default is the owner of the surrounding set. what:
 * the type of the object, such as "set". name: its name or id. Returns 0 and *ret_owner. If the
 * caller has no rights over the owner, returns ERROR_NOT_FOUND, as if the object did not exist.
 */
int authz_act_for(const struct authz_subject *subject, bool has_owner, uid_t owner,
		  const char *what, const char *name, uid_t *ret_owner, struct failure *failure);

/* Returns true if the subject may act on a set of its user that was made in this way. A subject
 * inside a set may act on that set and the sets within it. Behind a wall, a subject may act on the
 * sets that were made behind the same wall. Other subjects may act on all sets. */
bool authz_reaches(const struct authz_subject *subject, struct authz_made made);
/* Returns true if the subject may act on the set by the method op. A method with
 * METHOD_THROUGH_WALLS may act on all sets of the user, unless the subject is inside a set. */
bool authz_reaches_by(const struct authz_subject *subject, enum wire_op op, struct authz_made made);

/* Returns true if the subject sees the owner's objects in lists, such as the answer of List.
 * all_owners: the subject asked for the objects of all users. */
bool authz_sees(const struct authz_subject *subject, bool all_owners, uid_t owner);

/* Returns true if the subject sees this set in lists, such as the answer of List. Inside a set, a
 * subject sees only that set and the sets within it, and only if the subject is the owner or
 * root. */
bool authz_sees_set(const struct authz_subject *subject, bool all_owners, uid_t owner,
		    struct authz_made made);

/* Checks the rights that a set with this specification needs: for user namespaces, ip-netns and
 * published ports, and for a /proc or /sys of its own. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_spec(const struct authz_subject *subject, const struct wire_spec *spec,
	       struct failure *failure);

/*
 * Checks that the subject may make ways to the host's network from where it is. It must not be
 * inside a set with a list of egress, and must be in the host's net namespace or that of process 1.
 * Does not check whether the subject has the right to such ways. what: the way, for *failure.
 * Returns 0 or ERROR_NOT_PERMITTED.
 */
int authz_outward(const struct authz_subject *subject, const char *what, struct failure *failure);
/* Checks that the subject may make a link with an end on the host. Returns 0 or
 * ERROR_NOT_PERMITTED. */
int authz_host_link(const struct authz_subject *subject, struct failure *failure);

/* Checks that the subject may have a way out that leads to reach. Without the right to egress, a
 * user may only have lists of the configuration that name the user. Returns 0 or
 * ERROR_NOT_PERMITTED. */
int authz_egress(const struct authz_subject *subject, const struct authz_lists *lists,
		 const struct wire_reach *reach, struct failure *failure);

/* Returns true if the subject may have a way out that leads to this list of the configuration and
 * nothing else. */
bool authz_has_list(const struct authz_subject *subject, const struct authz_lists *lists,
		    const struct config_list *list);
/* Checks that the subject may change a list: a caller inside a set may not. authz_egress() checks
 * whether it may have the added entries. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_egress_change(const struct authz_subject *subject, struct failure *failure);

/* A command that a subject wants to run in a set, which belongs to owner. */
struct authz_command {
	uid_t owner;
	gid_t owner_gid;
	enum spec_mapping mapping;
	/* the set's maps, if the command enters the set's user namespace: user and group are then
	 * ids in it; else NULL */
	const struct idmap *maps;
	bool enters_mount;		 /* the command enters a mount namespace of the set */
	const struct wire_command *wish; /* the command that the subject asks for */
	const gid_t *groups;		 /* of the subject */
	size_t n_groups;
};
/* Ids for a command: its ids on the host, and those in the set's user namespace. */
struct authz_identity {
	uid_t uid;
	gid_t gid;
	uint32_t inside_uid, inside_gid; /* 0 without maps */
	bool may_gain;			 /* setuid programs and file capabilities have an effect */
};
/*
 * Decides whether the subject may run the command, and with which ids. On the host the command has
 * the owner's ids, even if root asks; in root's sets without a user namespace, root may choose any
 * ids. Without a user namespace, an owner may choose a group of which it is a member. In a set's
 * user namespace the command may have any mapped id; by default it has idmap_default() of the
 * owner's. Returns 0, ERROR_NOT_PERMITTED, or ERROR_INVALID_VALUE (field user or group).
 *
 * Setuid programs and file capabilities have an effect in an ordinary user's set that has a user
 * and a mount namespace: all mapped ids are the owner's, so these programs give nothing that the
 * owner does not have (docs/adr/0027). Elsewhere they have an effect only if the command asks for
 * new_privileges, in a set of root's with MAPPING_NONE; this needs ALLOW_NEW_PRIVILEGES.
 */
int authz_command(const struct authz_subject *subject, const struct authz_command *command,
		  struct authz_identity *ret, struct failure *failure);

/* Checks that the subject may call OpenNamespaces: root may, and so may the owner of a set that has
 * a user namespace. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_open(const struct authz_subject *subject, uid_t owner, uint32_t kinds,
	       struct failure *failure);
