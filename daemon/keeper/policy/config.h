/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /etc/nsctl/nsctld.conf: which users may do what, and how much of it. It is read with libinih,
 * strictly: an unknown section or key, a repeated key, an invalid value, and an unknown user or
 * group are errors with file, line and key. Names are looked up (NSS) only here, at start and
 * reload.
 */
#ifndef NSCTL_KEEPER_CONFIG_H
#define NSCTL_KEEPER_CONFIG_H

#include <sys/types.h>
#include "base.h"
#include "daemon/wire/task.h" /* enum wire_allow, FORBIDDEN_MAX */

/* [limits] of each uid; root has none. */
struct config_limits {
	uint32_t sets;	      /* sets = 1024 */
	uint32_t sessions;    /* sessions = 1024: running */
	uint32_t connections; /* connections = 256 */
	uint32_t links;	      /* links = 512 */
	uint32_t networks;    /* networks = 64 */
	uint32_t monitors;    /* monitors = 16: subscriptions */
	uint32_t ports;	      /* published-ports = 64 */
	uint64_t buffered;    /* buffered-bytes = 16M: in each front of the uid's */
	uint32_t fronts;      /* fronts = 1024: of all uids together */
};

/* [network]: canonical texts. */
#define FORBIDDEN_DEFAULT "169.254.0.0/16 fe80::/10 fd00:ec2::254/128"
struct config_network {
	char pool_v4[ADDRESS_SIZE]; /* egress-pool-v4 = 10.213.0.0/16 */
	char pool_v6[ADDRESS_SIZE]; /* egress-pool-v6 = fd6e:7363:746c::/64 */
	/* egress-forbidden: what egress does not reach, in addition to the host itself */
	char forbidden[FORBIDDEN_MAX][ADDRESS_SIZE];
	size_t n_forbidden;
};

#define CONFIG_PATH_SIZE 256

/* One line of [allow]: the users that it names. */
struct config_who {
	bool everyone; /* "*" */
	bool host; /* user-namespaces only: "host", the users that the host's own settings allow */
	uid_t *uids; /* sorted */
	size_t n_uids;
	gid_t *gids; /* "@group", sorted */
	size_t n_gids;
};

/* In the order of enum wire_allow's bits. */
enum config_allow {
	CONFIG_CONNECT,		/* connect = * */
	CONFIG_USER_NAMESPACES, /* user-namespaces = host */
	CONFIG_IP_NETNS,	/* ip-netns = root */
	CONFIG_NEW_PRIVILEGES,	/* new-privileges = root */
	CONFIG_ADMINISTER,	/* administer = root */
	CONFIG_NESTED,		/* nested = */
	CONFIG_CONFINED,	/* confined = */
	/* users who may administer have these four rights, too */
	CONFIG_HOST_LINKS, /* host-links =: link ends on the host */
	CONFIG_EGRESS,	   /* egress = */
	CONFIG_PUBLISH,	   /* publish = */
	CONFIG_LOW_PORTS,  /* low-ports =: published ports below 1024 */
	CONFIG_ALLOW_COUNT,
};

/* The keys in the file. */
extern const char *const config_allow_keys[CONFIG_ALLOW_COUNT];

struct config {
	struct config_limits limits;
	struct config_network network;
	struct config_who allow[CONFIG_ALLOW_COUNT];
	/*
	 * [accounts]: front = nsctl, init = nsctl-init. If the accounts do not exist and the file
	 * names none, they are the numbers 61182 and 61183 (then front_missing or init_missing is
	 * set, for a warning at start).
	 */
	uid_t front_uid, init_uid;
	gid_t front_gid, init_gid;
	bool front_missing, init_missing;
	/* Files of subordinate ids: subuid = /etc/subuid, subgid = /etc/subgid. */
	char subuid[CONFIG_PATH_SIZE], subgid[CONFIG_PATH_SIZE];
};

/*
 * Reads the file at path. A missing file means the defaults, unless must_exist (--config named it).
 * The file must belong to root, and only root may write to it. Returns 0, or -errno and
 * *ret_message, which the caller frees: "/etc/nsctl/nsctld.conf:7: limits.set: unknown key; known
 * are: sets ...".
 */
int config_load(const char *path, bool must_exist, struct config **ret, char **ret_message);
/* The same for an open file, which stays the caller's, without a check of its owner; NULL: the
 * defaults. path is the name in messages. */
int config_parse(FILE *file, const char *path, struct config **ret, char **ret_message);
struct config *config_free(struct config *config); /* accepts NULL, returns NULL */

bool config_who_has(const struct config_who *who, uid_t uid, gid_t gid, const gid_t *groups,
		    size_t n_groups);

/*
 * Returns true if the host lets ordinary users make user namespaces:
 * kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns,
 * user.max_user_namespaces.
 */
bool config_host_user_namespaces(void);

#endif
