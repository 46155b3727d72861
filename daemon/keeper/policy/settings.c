/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/check.h"

/*
 * Names of the settings that a set may have: they belong to a namespace, and have no effect outside
 * of it (docs/operation.md). A row that ends with a dot or an underscore stands for all names that
 * begin with it.
 */
static const char *const allowed[] = {
	"fs.mqueue.",
	"kernel.domainname",
	"kernel.msgmax",
	"kernel.msgmnb",
	"kernel.msgmni",
	"kernel.sem",
	"kernel.shm_rmid_forced",
	"kernel.shmall",
	"kernel.shmmax",
	"kernel.shmmni",
	"net.core.somaxconn",
	"net.ipv4.conf.",
	"net.ipv4.fib_multipath_",
	"net.ipv4.icmp_",
	"net.ipv4.igmp_",
	"net.ipv4.ip_",
	"net.ipv4.neigh.",
	"net.ipv4.ping_group_range",
	"net.ipv4.tcp_",
	"net.ipv6.auto_flowlabels",
	"net.ipv6.bindv6only",
	"net.ipv6.conf.",
	"net.ipv6.fib_multipath_",
	"net.ipv6.flowlabel_",
	"net.ipv6.icmp.",
	"net.ipv6.ip_nonlocal_bind",
	"net.ipv6.neigh.",
	"net.ipv6.route.",
	"net.mpls.conf.",
	"net.mpls.platform_labels",
	"net.unix.max_dgram_qlen",
};

/* Exceptions to `allowed`, which a set may not have: they load modules of the kernel, or contain
 * secrets. */
static const char *const forbidden[] = {
	"net.ipv4.tcp_allowed_congestion_control",
	"net.ipv4.tcp_congestion_control",
	"net.ipv4.tcp_fastopen_key",
	"net.ipv4.tcp_ulp",
};

static bool is_allowed(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(forbidden); i++)
		if (strcmp(key, forbidden[i]) == 0)
			return false;
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		size_t n = strlen(allowed[i]);
		bool begins = allowed[i][n - 1] == '.' || allowed[i][n - 1] == '_';

		if (begins ? strncmp(key, allowed[i], n) == 0 && key[n] : !strcmp(key, allowed[i]))
			return true;
	}
	return false;
}

/* Returns true if key consists of words of letters, digits, _ and -, with single dots between them.
 * The kernel's path of the setting is made from it. */
static bool is_name(const char *key)
{
	for (const char *at = key; *at; at++)
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= 'A' && *at <= 'Z') &&
		    !(*at >= '0' && *at <= '9') && *at != '_' && *at != '-' &&
		    (*at != '.' || at == key || at[1] == '.' || at[1] == '\0'))
			return false;
	return *key;
}

static bool is_value(const char *value)
{
	for (const char *at = value; *at; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return *value;
}

const char *settings_check(const struct spec_sysctl *setting, uint32_t kinds)
{
	enum kind kind;

	if (!setting->key || !is_name(setting->key))
		return "a name of a setting is words with dots between them, as "
		       "net.ipv4.ip_forward";
	if (!is_allowed(setting->key))
		return "a setting of this name is not one that a set may have: nsctl-create(1) "
		       "lists them";
	kind = kind_of_setting(setting->key);
	if (!(kinds & KIND_BIT(kind)))
		return kind == KIND_NET	  ? "needs net among the set's namespaces"
		       : kind == KIND_UTS ? "needs uts among the set's namespaces"
					  : "needs ipc among the set's namespaces";
	if (!setting->value || !is_value(setting->value))
		return "a setting needs a value of printable ASCII";
	return NULL;
}
