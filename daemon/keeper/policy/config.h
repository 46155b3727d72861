/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * /etc/nsctl/nsctld.conf: who may do what, and how much of it. Read with libinih, strictly: an
 * unknown section or key, a key twice, a value that makes no sense, a user or group that does not
 * exist: all refused with file, line and key. Names are looked up (NSS) here, at start and reload,
 * and never later.
 */
#ifndef NSCTL_KEEPER_CONFIG_H
#define NSCTL_KEEPER_CONFIG_H

#include <sys/types.h>
#include "base.h"
#include "daemon/wire/task.h" /* enum wire_allow, FORBIDDEN_MAX */

/* [limits], for each uid; root has none. */
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
	/* egress-forbidden: what egress does not reach, beside the host itself */
	char forbidden[FORBIDDEN_MAX][ADDRESS_SIZE];
	size_t n_forbidden;
};

#define CONFIG_PATH_SIZE 256

/* One line of [allow]: who. */
struct config_who {
	bool everyone; /* "*" */
	bool host;     /* user-namespaces only: "host", what the host's own settings say */
	uid_t *uids;   /* sorted */
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
	CONFIG_NESTED,		/* nested = (nobody) */
	CONFIG_CONFINED,	/* confined = (nobody) */
	/* of these four, whoever may administer has the right too */
	CONFIG_HOST_LINKS, /* host-links = (nobody): link ends on the host */
	CONFIG_EGRESS,	   /* egress = (nobody) */
	CONFIG_PUBLISH,	   /* publish = (nobody) */
	CONFIG_LOW_PORTS,  /* low-ports = (nobody): published ports below 1024 */
	CONFIG_ALLOW_COUNT,
};

/* Their keys in the file. */
extern const char *const config_allow_keys[CONFIG_ALLOW_COUNT];

struct config {
	struct config_limits limits;
	struct config_network network;
	struct config_who allow[CONFIG_ALLOW_COUNT];
	/* [accounts]: front = nsctl, init = nsctl-init; used as numbers 61182 and 61183 where the
	 * accounts are absent and the file does not name any (front_missing, init_missing: to be
	 * warned of at start). */
	uid_t front_uid, init_uid;
	gid_t front_gid, init_gid;
	bool front_missing, init_missing;
	/* Which subordinate ids users have: subuid = /etc/subuid, subgid = /etc/subgid. */
	char subuid[CONFIG_PATH_SIZE], subgid[CONFIG_PATH_SIZE];
};

/*
 * Reads path. A missing file is the defaults when it need not exist (must_exist: --config named
 * it). The file must belong to root and be writable by root alone. 0; or -errno with *ret_message,
 * to be freed: "/etc/nsctl/nsctld.conf:7: limits.set: unknown key; known are: sets ...".
 */
int config_load(const char *path, bool must_exist, struct config **ret, char **ret_message);
/* The same of a file that is open already, whoever may write it, and stays the caller's; NULL: the
 * defaults. path is what messages name. */
int config_parse(FILE *file, const char *path, struct config **ret, char **ret_message);
struct config *config_free(struct config *config); /* takes NULL; NULL */

bool config_who_has(const struct config_who *who, uid_t uid, gid_t gid, const gid_t *groups,
		    size_t n_groups);

/* Whether the host lets ordinary users make user namespaces: kernel.unprivileged_userns_clone,
 * kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces. */
bool config_host_user_namespaces(void);

#endif
