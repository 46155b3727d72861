/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may do what. Pure: no system call, no state, the whole of it is a truth table in
 * tests/unit/test-authz.c. A reviewer who trusts nobody reads this file.
 */
#ifndef NSCTL_KEEPER_AUTHZ_H
#define NSCTL_KEEPER_AUTHZ_H

#include "base.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/idmap.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

/* Everything that decisions rest on. */
struct authz_subject {
	uid_t uid;
	uint32_t allowed; /* enum wire_allow bits, as authz_allowed() says */
	enum wire_scope scope;
	const char *scope_text; /* the name of the set that it is in; "": in none */
	uid_t scope_owner;	/* that set's owner */
};

/* What the configuration allows this identity. root has every bit. host_user_namespaces: whether
 * the host lets ordinary users make user namespaces. */
uint32_t authz_allowed(const struct config *config, uid_t uid, gid_t gid, const gid_t *groups,
		       size_t n_groups, bool host_user_namespaces);

/* May this connection be served at all, and how far: fills *ret_scope. in_set_name: the set of ours
 * that the peer is in, or NULL; place_known: whether it is known that it is in no other. Of a peer
 * that may be in a set which it is held to nothing but SCOPE_CONFINED comes. 0 or
 * ERROR_NOT_PERMITTED. */
int authz_connect(uint32_t allowed, const char *confined, bool place_known, const char *in_set_name,
		  enum wire_scope *ret_scope, struct failure *failure);

/* May the subject ask for op at all (its scope)? 0 or ERROR_NOT_PERMITTED. */
int authz_operation(const struct authz_subject *subject, enum wire_op op, struct failure *failure);

/* May the subject renew a lease? surrounds: the lease is that of the set that the subject is in,
 * whatever its scope. Returns 0 or ERROR_NOT_PERMITTED: nothing inside a set puts off its end. */
int authz_renewal(const struct authz_subject *subject, bool surrounds, struct failure *failure);

/*
 * Which owner's set a request is about: the caller's own unless it names another. Naming another
 * without the right answers ERROR_NOT_FOUND (what, name): as if it were not there. In SCOPE_SET
 * only that very set is found. 0 and *ret_owner.
 */
int authz_owner(const struct authz_subject *subject, bool has_owner, uid_t owner, const char *what,
		const char *name, uid_t *ret_owner, struct failure *failure);

/* Does the subject see owner's objects in lists (all_owners: it asked for everybody's)? */
bool authz_sees(const struct authz_subject *subject, bool all_owners, uid_t owner);

/* The same of a set: from inside one that set alone, and only its owner or root. */
bool authz_sees_set(const struct authz_subject *subject, bool all_owners, uid_t owner,
		    const char *name);

/* May the subject make this set? user namespaces, ip-netns, egress, published ports. 0 or
 * ERROR_NOT_PERMITTED. */
int authz_spec(const struct authz_subject *subject, const struct wire_spec *spec,
	       struct failure *failure);

/* May the subject have a link's end on the host? 0 or ERROR_NOT_PERMITTED. */
int authz_host_link(const struct authz_subject *subject, struct failure *failure);

/* May the subject make this network? Its way out. 0 or ERROR_NOT_PERMITTED. */
int authz_network(const struct authz_subject *subject, const struct wire_network *network,
		  struct failure *failure);

/*
 * May the subject run this command in a set of owner's, and who it becomes: outside the owner, also
 * for root (in root's plain sets as user and group say); inside, in a set with a user namespace,
 * any id that is mapped there, its owner by default. 0, ERROR_NOT_PERMITTED, or ERROR_INVALID_VALUE
 * (field user or group).
 */
struct authz_command {
	uid_t owner;
	gid_t owner_gid;
	enum spec_mapping mapping;
	/* the set's: user and group are ids in it. NULL: the command does not enter it */
	const struct idmap *maps;
	bool has_user, has_group, new_privileges;
	uid_t user;
	gid_t group;
};
struct authz_identity {
	uid_t uid;
	gid_t gid;
	uint32_t inside_uid, inside_gid; /* with maps; else 0 */
};
int authz_command(const struct authz_subject *subject, const struct authz_command *command,
		  struct authz_identity *ret, struct failure *failure);

/* OpenNamespaces: root, or the owner of a set with a user namespace. 0 or ERROR_NOT_PERMITTED. */
int authz_open(const struct authz_subject *subject, uid_t owner, uint32_t kinds,
	       struct failure *failure);

#endif
