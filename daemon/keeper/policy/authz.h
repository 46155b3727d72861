/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authorisation: which user may do what. Pure functions, without system calls or state;
 * tests/unit/test-authz.c checks them as a truth table. Security reviews begin with this file.
 */
#ifndef NSCTL_KEEPER_AUTHZ_H
#define NSCTL_KEEPER_AUTHZ_H

#include "base.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/idmap.h"
#include "daemon/wire/layout.h"
#include "protocol/error.h"

/* All facts about the caller that decisions depend on. */
struct authz_subject {
	uid_t uid;
	uint32_t allowed; /* enum wire_allow bits, from authz_allowed() */
	enum wire_scope scope;
	const char *scope_text; /* name of the set that the caller is in; "": none */
	uid_t scope_owner;	/* owner of that set */
};

/* Returns what the configuration allows this identity. Root has every bit. host_user_namespaces:
 * the host lets ordinary users make user namespaces. */
uint32_t authz_allowed(const struct config *config, uid_t uid, gid_t gid, const gid_t *groups,
		       size_t n_groups, bool host_user_namespaces);

/*
 * Decides whether a connection may be served, and fills in its scope. in_set_name: the set of ours
 * that the peer is in, or NULL. place_known: it is certain that the peer is in no other set;
 * otherwise it gets SCOPE_CONFINED at most. Returns 0 or ERROR_NOT_PERMITTED.
 */
int authz_connect(uint32_t allowed, const char *confined, bool place_known, const char *in_set_name,
		  enum wire_scope *ret_scope, struct failure *failure);

/* Checks that the subject's scope allows the method op. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_operation(const struct authz_subject *subject, enum wire_op op, struct failure *failure);

/*
 * Checks that the subject may renew a lease. surrounds: it is the lease of the set that the subject
 * is in, whatever its scope. No process inside a set postpones the set's end. Returns 0 or
 * ERROR_NOT_PERMITTED.
 */
int authz_renewal(const struct authz_subject *subject, bool surrounds, struct failure *failure);

/*
 * Decides which owner's set a request is about: the caller's own, unless it names another owner. A
 * caller without the right to name that owner gets ERROR_NOT_FOUND (what, name), as if the set did
 * not exist. In SCOPE_SET only the surrounding set is found. Returns 0 and *ret_owner, or the
 * error.
 */
int authz_act_for(const struct authz_subject *subject, bool has_owner, uid_t owner,
		  const char *what, const char *name, uid_t *ret_owner, struct failure *failure);

/* Returns true if lists show the owner's objects to the subject. all_owners: it asked for all
 * users' objects. */
bool authz_sees(const struct authz_subject *subject, bool all_owners, uid_t owner);

/* The same for a set: from inside a set, only that set is shown, and only to its owner and root. */
bool authz_sees_set(const struct authz_subject *subject, bool all_owners, uid_t owner,
		    const char *name);

/* Checks that the subject may make this set: user namespaces, ip-netns, egress, published ports.
 * Returns 0 or ERROR_NOT_PERMITTED. */
int authz_spec(const struct authz_subject *subject, const struct wire_spec *spec,
	       struct failure *failure);

/* Checks that the subject may have a link's end on the host. Returns 0 or ERROR_NOT_PERMITTED. */
int authz_host_link(const struct authz_subject *subject, struct failure *failure);

/* Checks that the subject may make this network, with regard to its way out. Returns 0 or
 * ERROR_NOT_PERMITTED. */
int authz_network(const struct authz_subject *subject, const struct wire_network *network,
		  struct failure *failure);

/*
 * Decides whether the subject may run this command in a set of owner's, and with which ids.
 * Outside, the command runs as the owner, also if root asks (in root's plain sets, as user and
 * group say). Inside a set with a user namespace it may have any mapped id; the default is the
 * owner's. Returns 0, ERROR_NOT_PERMITTED, or ERROR_INVALID_VALUE (field user or group).
 */
struct authz_command {
	uid_t owner;
	gid_t owner_gid;
	enum spec_mapping mapping;
	/* the set's maps, if user and group are ids in its user namespace. NULL: the command does
	 * not enter one */
	const struct idmap *maps;
	bool has_user, has_group, new_privileges;
	uid_t user;
	gid_t group;
};
struct authz_identity {
	uid_t uid;
	gid_t gid;
	uint32_t inside_uid, inside_gid; /* if maps is set; else 0 */
};
int authz_command(const struct authz_subject *subject, const struct authz_command *command,
		  struct authz_identity *ret, struct failure *failure);

/* Checks OpenNamespaces: only root, or the owner of a set with a user namespace, may call it.
 * Returns 0 or ERROR_NOT_PERMITTED. */
int authz_open(const struct authz_subject *subject, uid_t owner, uint32_t kinds,
	       struct failure *failure);

#endif
