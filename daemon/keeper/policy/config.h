/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration, /etc/nsctl/nsctld.conf: which users may do what, and how much of it. It is
 * parsed strictly, with libinih. An unknown section or key (except keys of earlier releases in
 * [allow]), a repeated key (except in [lists]), an invalid value, or an unknown user or group is an
 * error. Errors name the file and line. The parser asks NSS for users and groups, which may block,
 * so it runs only at the start and on reload.
 */
#pragma once

#include "daemon/wire/task.h" /* enum wire_allow, FORBIDDEN_MAX */

/* [limits]. A limit is for each user except root (state/quota.h), unless its comment says
 * otherwise. Comments are the keys and their defaults. */
struct config_limits {
	uint32_t sets;	      /* sets = 1024 */
	uint32_t sessions;    /* sessions = 1024: commands that run or have left processes */
	uint32_t connections; /* connections = 256 */
	uint32_t links;	      /* links = 2048 */
	uint32_t networks;    /* networks = 64 */
	uint32_t monitors;    /* monitors = 16: calls of Monitor */
	uint32_t ports;	      /* published-ports = 64 */
	uint32_t captures;    /* captures = 8: calls of Capture */
	/* egress-entries = 16384: in the lists of all the user's sets and networks, as the user
	 * gave them */
	uint32_t entries;
	/* egress-names = 262144: names of hosts in the lists of all the user's sets and networks,
	 * including those of [lists]; equal lists count once */
	uint32_t names;
	uint64_t buffered; /* buffered-bytes = 16M: for slow clients, in each front, root's too */
	uint32_t fronts;   /* fronts = 1024: of all users together; does not limit root */
};

/* [network]. Addresses are as address_write() writes them. Comments are the keys and their
 * defaults. */
#define FORBIDDEN_DEFAULT "169.254.0.0/16 fe80::/10 fd00:ec2::254/128"
struct config_network {
	char pool_v4[ADDRESS_SIZE]; /* egress-pool-v4 = 10.213.0.0/16 */
	char pool_v6[ADDRESS_SIZE]; /* egress-pool-v6 = fd6e:7363:746c::/64 */
	/* egress-forbidden = FORBIDDEN_DEFAULT: subnets that egress does not reach */
	char forbidden[FORBIDDEN_MAX][ADDRESS_SIZE];
	size_t n_forbidden;
};

#define CONFIG_PATH_SIZE 256

/* The users that the value of a key of [allow] names. */
struct config_who {
	bool everyone; /* "*" */
	bool host;     /* "host", of user-namespaces only: see config_host_user_namespaces() */
	uid_t *uids;   /* sorted */
	size_t n_uids;
	gid_t *gids; /* "@group", sorted */
	size_t n_gids;
};

/* The keys of [allow], each with its default. The order is that of the bits in enum wire_allow. */
enum config_allow {
	CONFIG_CONNECT,		/* connect = * */
	CONFIG_USER_NAMESPACES, /* user-namespaces = host */
	CONFIG_IP_NETNS,	/* ip-netns = root */
	CONFIG_NEW_PRIVILEGES,	/* new-privileges = root */
	CONFIG_ADMINISTER,	/* administer = root */
	CONFIG_UNFILTERED,	/* unfiltered = */
	/* a user who may administer has the four rights below, too */
	CONFIG_HOST_LINKS, /* host-links =: link ends on the host */
	CONFIG_EGRESS,	   /* egress = */
	CONFIG_PUBLISH,	   /* publish = */
	CONFIG_LOW_PORTS,  /* low-ports =: published ports below 1024 */
	CONFIG_ALLOW_COUNT,
};

/* The keys of [allow] as the file has them. */
extern const char *const config_allow_keys[CONFIG_ALLOW_COUNT];

/* A list of [lists]: NAME = ENTRY ... (entries as in destination.h). Users write "@NAME" for these
 * entries in a list of egress: a list of the destinations that a set or network may reach. */
#define CONFIG_ENTRIES_MAX 10000
struct config_list {
	char name[DESTINATION_LIST_SIZE];
	unsigned int line; /* of the file, where the name occurs first */
	char **entries;
	size_t n_entries;
	/* [allow] egress = USER:NAME or @GROUP:NAME: users who may have this list, even without the
	 * right to all egress */
	struct config_who who;
};

struct config {
	uint64_t generation; /* another number for each configuration that nsctld reads */
	struct config_limits limits;
	struct config_network network;
	struct config_who allow[CONFIG_ALLOW_COUNT];
	struct config_list *lists;
	size_t n_lists;
	/* [allow]: devices = DEVICES_DEFAULT */
	struct task_device devices[DEVICES_MAX];
	size_t n_devices;
	/*
	 * [accounts]: front = nsctl, init = nsctl-init. If the file does not name an account and
	 * the default does not exist, the ids are 61182 (front) or 61183 (init), and front_missing
	 * or init_missing is set.
	 */
	uid_t front_uid, init_uid;
	gid_t front_gid, init_gid;
	bool front_missing, init_missing;
	/* keys of earlier releases that the file still has in [allow], each after a space */
	char ignored[32];
	/* [accounts]: subuid = /etc/subuid, subgid = /etc/subgid */
	char subuid[CONFIG_PATH_SIZE], subgid[CONFIG_PATH_SIZE];
};

/*
 * Reads the regular file at path. If it is missing, uses the defaults, unless must_exist. The file
 * must belong to root, and only root may be able to write to it. Returns 0 and *ret, which
 * config_free() frees, or -errno and *ret_message (NULL: no memory for it), which the caller frees.
 * A message is, for example,
 * "/etc/nsctl/nsctld.conf:7: limits.set: unknown key; known are: sets ...".
 */
int config_load(const char *path, bool must_exist, struct config **ret, char **ret_message);
/*
 * Reads the configuration from an open file, which the caller closes. Does not check who owns it.
 * file NULL: uses the defaults. path is the file's name in messages. Returns what config_load()
 * returns.
 */
int config_parse(FILE *file, const char *path, struct config **ret, char **ret_message);
struct config *config_free(struct config *config); /* accepts NULL, returns NULL */

/* Returns true if `who` names this user: by "*", by uid, by gid or by one of the groups. Does not
 * look at "host". */
bool config_who_has(const struct config_who *who, uid_t uid, gid_t gid, const gid_t *groups,
		    size_t n_groups);

/* Returns the list of [lists] with this name. Returns NULL if there is none, or if it is empty. */
const struct config_list *config_find_list(const struct config *config, const char *name);

/*
 * Returns true if the host lets ordinary users make user namespaces. Reads the sysctls
 * kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns and
 * user.max_user_namespaces.
 */
bool config_host_user_namespaces(void);
