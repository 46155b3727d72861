/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/authz.h"
#include "daemon/kernel/wall.h"
#include "daemon/wire/method.h"

/* Traditionally, only root may use ports below this one. */
#define LOW_PORTS 1024

static int forbid(struct failure *failure, const char *what, enum config_allow key)
{
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, what,
			   "[allow] %s in nsctld.conf does not name you", config_allow_keys[key]);
}

int authz_outward(const struct authz_subject *subject, const char *what, struct failure *failure)
{
	if (subject->listed)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, what,
				   "the caller is inside set %s, whose egress is limited to a "
				   "list: another way is made from outside",
				   subject->scope_text);
	if (!wall_has(subject->wall, KIND_NET) || subject->in_machine_net)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, what,
			   "the caller is in another net namespace than the host's "
			   "(PrivateNetwork= of a service), and this would lead out of it");
}

/* Checks that the subject has the right of this key of [allow], and what authz_outward() checks.
 * Inside a set with a list (subject->listed), leaves the refusal to authz_outward(), which gives a
 * better reason. what: what the subject wants, for *failure. */
static int check_way_out(const struct authz_subject *subject, const char *what,
			 enum config_allow key, struct failure *failure)
{
	if (!subject->listed && !(subject->allowed & UINT32_C(1) << key))
		return forbid(failure, what, key);
	return authz_outward(subject, what, failure);
}

static bool may_have_list(const struct authz_lists *lists, const struct config_list *list)
{
	return config_who_has(&list->who, lists->uid, lists->gid, lists->groups, lists->n_groups);
}

bool authz_has_list(const struct authz_subject *subject, const struct authz_lists *lists,
		    const struct config_list *list)
{
	return subject->allowed & ALLOW_EGRESS || may_have_list(lists, list);
}

/* Returns true if there is a list (reach->listed) that allows only lists of the configuration to
 * which the identity has a right. */
static bool has_only_lists(const struct authz_lists *lists, const struct wire_reach *reach)
{
	for (size_t i = 0; i < reach->n_allow; i++) {
		const char *text = reach->allow[i].text;
		const struct config_list *list =
			*text == '@' ? config_find_list(lists->config, text + 1) : NULL;

		if (!list || !may_have_list(lists, list))
			return false;
	}
	return reach->listed;
}

/* Writes to ret the names of the lists to which the identity has a right, as many as fit. Returns
 * false if there are none. */
static bool name_lists(const struct authz_lists *lists, char *ret, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < lists->config->n_lists && used < size; i++)
		if (may_have_list(lists, &lists->config->lists[i]))
			used += (size_t)snprintf(ret + used, size - used, " @%s",
						 lists->config->lists[i].name);
	return used > 0;
}

int authz_egress(const struct authz_subject *subject, const struct authz_lists *lists,
		 const struct wire_reach *reach, struct failure *failure)
{
	struct authz_subject listed = *subject;
	char names[256];

	if (subject->allowed & ALLOW_EGRESS || !name_lists(lists, names, sizeof(names)))
		return check_way_out(subject, "egress", CONFIG_EGRESS, failure);
	if (!has_only_lists(lists, reach))
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "egress",
				   "[allow] egress in nsctld.conf names you for lists alone: "
				   "allow nothing but%s",
				   names);
	listed.allowed |= ALLOW_EGRESS;
	return check_way_out(&listed, "egress", CONFIG_EGRESS, failure);
}

int authz_egress_change(const struct authz_subject *subject, struct failure *failure)
{
	if (subject->scope != SCOPE_SET)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, "changing egress from inside a set",
			   "the caller is inside set %s: change it from outside",
			   subject->scope_text);
}

int authz_host_link(const struct authz_subject *subject, struct failure *failure)
{
	return check_way_out(subject, "link to the host", CONFIG_HOST_LINKS, failure);
}

uint32_t authz_allowed(const struct config *config, uid_t uid, gid_t gid, const gid_t *groups,
		       size_t n_groups, bool host_user_namespaces)
{
	uint32_t allowed = 0;

	for (enum config_allow key = 0; key < CONFIG_ALLOW_COUNT; key++) {
		const struct config_who *who = &config->allow[key];

		if (uid == 0 || config_who_has(who, uid, gid, groups, n_groups) ||
		    (who->host && host_user_namespaces))
			allowed |= UINT32_C(1) << key;
	}
	if (allowed & ALLOW_ADMINISTER)
		allowed |= ALLOW_HOST_LINKS | ALLOW_EGRESS | ALLOW_PUBLISH | ALLOW_LOW_PORTS;
	return allowed;
}

int authz_connect(uint32_t allowed, const struct authz_place *place, enum wire_scope *ret_scope,
		  struct failure *failure)
{
	if (!(allowed & ALLOW_CONNECT))
		return forbid(failure, "connect", CONFIG_CONNECT);
	if (!place->known || place->is_confined ||
	    (place->is_filtered && !(allowed & ALLOW_UNFILTERED)))
		*ret_scope = SCOPE_CONFINED;
	else
		*ret_scope = place->set ? SCOPE_SET : SCOPE_FULL;
	return 0;
}

int authz_operation(const struct authz_subject *subject, enum wire_op op, struct failure *failure)
{
	enum method_class class = wire_methods[op].class;

	if (class == CLASS_ANYWHERE || subject->scope == SCOPE_FULL)
		return 0;
	if (subject->scope == SCOPE_CONFINED)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0,
				   "any call but GetStatus and Identify", "the caller is confined");
	if (class != CLASS_MAKE && class != CLASS_WIRE)
		return 0;
	if (subject->uid == subject->scope_owner)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0,
			   class == CLASS_MAKE ? "making sets" : "changing links and networks",
			   "the caller is inside set %s, and is not its owner",
			   subject->scope_text);
}

int authz_renewal(const struct authz_subject *subject, bool surrounds, struct failure *failure)
{
	if (!surrounds)
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, "renewing a set's lease from inside",
			   "the caller is inside set %s, which could put off its own end for ever: "
			   "renew it from outside",
			   subject->scope_text);
}

/* Returns true if the subject, which is inside a set, may act on objects of this owner: the owner
 * also owns that set, and the subject is the owner or root. */
static bool is_surrounding(const struct authz_subject *subject, uid_t owner)
{
	return owner == subject->scope_owner && (subject->uid == owner || subject->uid == 0);
}

int authz_act_for(const struct authz_subject *subject, bool has_owner, uid_t owner,
		  const char *what, const char *name, uid_t *ret_owner, struct failure *failure)
{
	uid_t wanted = has_owner ? owner : subject->uid;
	bool found;

	if (subject->scope == SCOPE_SET) {
		if (!has_owner)
			wanted = subject->scope_owner;
		/* authz_reaches() allows only the set around the subject, and the sets within
		 * that */
		found = is_surrounding(subject, wanted);
	} else {
		found = wanted == subject->uid || subject->uid == 0 ||
			subject->allowed & ALLOW_ADMINISTER;
	}
	if (!found)
		return failure_set(failure, ERROR_NOT_FOUND, 0, what, "%s", name);
	*ret_owner = wanted;
	return 0;
}

/* Returns true if the set is the one that the subject is in, or a set within that one. */
static bool is_inside(const struct authz_subject *subject, struct authz_made made)
{
	const char *own = strrchr(subject->within, '/');
	size_t n = strlen(subject->within);

	own = own ? own + sizeof("/" SET_WITHIN) - 1 : subject->within;
	if (strcmp(own, made.id) == 0)
		return true;
	return n > 0 && strncmp(made.above, subject->within, n) == 0 &&
	       (made.above[n] == '\0' || made.above[n] == '/');
}

bool authz_reaches(const struct authz_subject *subject, struct authz_made made)
{
	if (subject->scope == SCOPE_SET)
		return is_inside(subject, made);
	return !*subject->wall || strcmp(subject->wall, made.wall) == 0;
}

bool authz_reaches_by(const struct authz_subject *subject, enum wire_op op, struct authz_made made)
{
	if (subject->scope != SCOPE_SET && wire_methods[op].flags & METHOD_THROUGH_WALLS)
		return true;
	return authz_reaches(subject, made);
}

bool authz_sees(const struct authz_subject *subject, bool all_owners, uid_t owner)
{
	if (owner == subject->uid)
		return true;
	return all_owners && (subject->uid == 0 || subject->allowed & ALLOW_ADMINISTER);
}

bool authz_sees_set(const struct authz_subject *subject, bool all_owners, uid_t owner,
		    struct authz_made made)
{
	if (subject->scope == SCOPE_SET)
		return is_surrounding(subject, owner) && is_inside(subject, made);
	return authz_sees(subject, all_owners, owner);
}

/* Returns true if the set gets files that come from the kernel: a /proc, /sys or cgroup2 of its
 * own. */
static bool has_kernel_files(const struct wire_spec *spec)
{
	for (size_t i = 0; i < spec->n_mounts; i++)
		if (spec->mounts[i].type == MOUNT_PROC || spec->mounts[i].type == MOUNT_SYSFS ||
		    spec->mounts[i].type == MOUNT_CGROUP2)
			return true;
	return spec->kinds & KIND_BIT(KIND_MNT) &&
	       (spec->mount_proc == SWITCH_ON || spec->kinds & KIND_BIT(KIND_NET));
}

/* Refuses a set with a /proc, /sys or cgroup2 of its own if the caller is root without
 * CAP_SYS_ADMIN and has another mount namespace or root directory than the host. Root can write to
 * the kernel's files without a capability. Where the caller is, mounts may protect these files
 * (ProtectKernelTunables= of a service), but the set's own files would not be protected. */
static int check_kernel_files(const struct authz_subject *subject, const struct wire_spec *spec,
			      struct failure *failure)
{
	if (subject->uid != 0 || subject->can_mount || !wall_has_tree(subject->wall) ||
	    !has_kernel_files(spec))
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, "a /proc or /sys of the set's own",
			   "the caller is root without CAP_SYS_ADMIN, in a tree of its own "
			   "(ProtectKernelTunables= of a service): its files of the kernel may be "
			   "protected, and the set's would not be");
}

int authz_spec(const struct authz_subject *subject, const struct wire_spec *spec,
	       struct failure *failure)
{
	if (spec->kinds & KIND_BIT(KIND_USER) && !(subject->allowed & ALLOW_USER_NAMESPACES))
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "user namespaces",
				   "neither this host's settings for ordinary users nor [allow] "
				   "user-namespaces in nsctld.conf allow them");
	if (check_kernel_files(subject, spec, failure))
		return ERROR_NOT_PERMITTED;
	if (spec->traces.ip_netns && !(subject->allowed & ALLOW_IP_NETNS))
		return forbid(failure, "publishing under /run/netns", CONFIG_IP_NETNS);
	if (spec->n_publish > 0 &&
	    check_way_out(subject, "published ports", CONFIG_PUBLISH, failure))
		return ERROR_NOT_PERMITTED;
	for (size_t i = 0; i < spec->n_publish; i++)
		if (spec->publish[i].host_port > 0 && spec->publish[i].host_port < LOW_PORTS &&
		    !(subject->allowed & ALLOW_LOW_PORTS))
			return forbid(failure, "published ports below 1024", CONFIG_LOW_PORTS);
	return 0;
}

/* Checks the id in a field, if the request has the field (given). With a map, the id must exist
 * inside. Without one, it must be `own`, the owner's. Returns 0 or ERROR_INVALID_VALUE. */
static int check_id(bool given, uint32_t id, const struct wire_map *map, uint32_t own,
		    const char *field, struct failure *failure)
{
	if (!given || (map ? idmap_has(map, id) : id == own))
		return 0;
	if (map)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "there is no %u in this set's user namespace", id);
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
			   "in this set you can only use id %u", own);
}

static int check_new_privileges(const struct authz_subject *subject,
				const struct authz_command *command, struct failure *failure)
{
	if (command->wish->no_new_privileges)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "newPrivileges",
				   "cannot be combined with noNewPrivileges");
	if (command->owner != 0 || command->mapping != MAPPING_NONE)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "newPrivileges",
				   "the set was not made by root: its mounts, host name and "
				   "clocks could fool a setuid program");
	if (!(subject->allowed & ALLOW_NEW_PRIVILEGES))
		return forbid(failure, "newPrivileges", CONFIG_NEW_PRIVILEGES);
	return 0;
}

static bool may_gain(const struct authz_command *command)
{
	bool is_inside = command->owner != 0 && command->maps && command->enters_mount;

	return (is_inside || command->wish->new_privileges) && !command->wish->no_new_privileges;
}

static void fill_inside(const struct authz_command *command, struct authz_identity *ret)
{
	const struct wire_command *wish = command->wish;

	ret->inside_uid =
		wish->has_user ? wish->user : idmap_default(&command->maps->users, command->owner);
	ret->inside_gid = wish->has_group
				  ? wish->group
				  : idmap_default(&command->maps->groups, command->owner_gid);
}

/* Returns true if the group that the command is to have is a supplementary group of the subject. */
static bool has_group(const struct authz_command *command)
{
	for (size_t i = 0; i < command->n_groups; i++)
		if (command->groups[i] == command->wish->group)
			return true;
	return false;
}

int authz_command(const struct authz_subject *subject, const struct authz_command *command,
		  struct authz_identity *ret, struct failure *failure)
{
	const struct wire_command *wish = command->wish;
	const struct idmap *maps = command->maps;
	bool any_id = command->owner == 0 && subject->uid == 0 &&
		      command->mapping == MAPPING_NONE && !maps;
	bool own_group = !maps && subject->uid == command->owner && has_group(command);
	int r = 0;

	/* an administrator may look at the sets of others and remove them, but not run commands as
	 * their owners; nor may another user than root run commands in root's sets */
	if (subject->uid != 0 && subject->uid != command->owner)
		return failure_set(failure, ERROR_NOT_PERMITTED, 0, "commands in others' sets",
				   "they would run as the set's owner");
	if (wish->new_privileges)
		r = check_new_privileges(subject, command, failure);
	if (r == 0 && !any_id)
		r = check_id(wish->has_user, wish->user, maps ? &maps->users : NULL, command->owner,
			     "user", failure);
	if (r == 0 && !any_id && !own_group)
		r = check_id(wish->has_group, wish->group, maps ? &maps->groups : NULL,
			     command->owner_gid, "group", failure);
	if (r)
		return r;
	*ret = (struct authz_identity){
		.uid = any_id && wish->has_user ? wish->user : command->owner,
		.gid = (any_id || own_group) && wish->has_group ? wish->group : command->owner_gid,
		.may_gain = may_gain(command),
	};
	if (maps)
		fill_inside(command, ret);
	return 0;
}

int authz_open(const struct authz_subject *subject, uid_t owner, uint32_t kinds,
	       struct failure *failure)
{
	if (subject->uid == 0)
		return 0;
	if (owner == subject->uid && kinds & KIND_BIT(KIND_USER))
		return 0;
	return failure_set(failure, ERROR_NOT_PERMITTED, 0, "OpenNamespaces",
			   "the set has no user namespace of yours: without one, only root may "
			   "join its namespaces");
}
