/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/reach-entries.h"
#include "daemon/keeper/policy/reach-names.h"
#include "daemon/keeper/policy/reach.h"

/* Maximum number of services in a list of egress: those of allow and those of deny, added. It holds
 * for the lists of sets and of networks, and for those in [lists]. A service is a protocol and
 * ports, of IPv4 or of IPv6. Entries with the same service share the rules of the firewall
 * (destination_shares_rule()): one or two, each with an nftables set of addresses. The more
 * nftables sets a table has, the longer the kernel needs for each. Entries that are names of hosts
 * count against REACH_SERVICES_MAX instead. */
#define SERVICES_MAX 16

/* --- checks --- */

/* Checks the entries of the field allow or deny (side), and adds their bytes to *size. Returns 0 or
 * ERROR_INVALID_VALUE. */
static int check_side(const struct config *config, const struct wire_destination *entries, size_t n,
		      const char *prefix, const char *side, size_t *size, struct failure *failure)
{
	for (size_t i = 0; i < n; i++) {
		const char *text = entries[i].text ? entries[i].text : "";
		struct destination entry;
		const char *wrong = destination_read(text, &entry);
		char field[48];

		snprintf(field, sizeof(field), "%s%s[%zu]", prefix, side, i);
		if (!wrong && entry.kind == DESTINATION_LIST &&
		    !config_find_list(config, entry.list))
			wrong = "is no list of [lists] in nsctld.conf; a file's name contains a "
				"slash: @./FILE";
		if (!wrong && entry.kind == DESTINATION_NAME && strcmp(side, "deny") == 0)
			wrong = "is a name, which can only be allowed: deny addresses, or allow "
				"fewer names";
		if (wrong)
			return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", wrong);
		*size += strlen(text) + 1;
	}
	return 0;
}

/* Returns the number of services (see SERVICES_MAX) in the lines, which may be NULL. Stops counting
 * at SERVICES_MAX + 1. */
static size_t count_services(const char *lines)
{
	struct destination services[SERVICES_MAX + 1];
	size_t n = 0, i;

	for (; lines && *lines && n <= SERVICES_MAX; lines += strcspn(lines, "\n") + 1) {
		char text[DESTINATION_SIZE];

		snprintf(text, sizeof(text), "%.*s", (int)strcspn(lines, "\n"), lines);
		if (destination_read(text, &services[n]))
			continue;
		for (i = 0; i < n && !destination_shares_rule(&services[i], &services[n]); i++)
			;
		n += i == n;
	}
	return n;
}

/* Checks that the list, with its words (such as "@dns") replaced, has not too many names, services
 * (see SERVICES_MAX), entries or bytes. A set's name servers may change, so as many as a set can
 * have are counted. */
static int check_room(const struct config *config, const struct wire_reach *reach,
		      const char *prefix, struct failure *failure)
{
	static const struct wire_address longest[SERVERS_MAX] = {
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff01"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff02"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff03"},
	};
	static const struct reach_servers servers = {longest, longest, SERVERS_MAX, SERVERS_MAX};
	static char buffer[DESTINATION_LINES_SIZE];
	struct reach_lines lines = {.buffer = buffer, .size = sizeof(buffer)};
	struct reach_names *names;
	const char *allow, *deny;
	char field[48];
	bool overflow;

	snprintf(field, sizeof(field), "%sallow", prefix);
	if (reach_names_find(config, reach, &names) < 0)
		return failure_from_errno(failure, -ENOMEM, "read the list");
	overflow = names && names->overflow;
	reach_names_release(names);
	if (overflow)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "has more than %d names, or %d different ports and protocols "
				   "of names, with the entries of its lists",
				   REACH_NAMES_MAX, REACH_SERVICES_MAX);
	allow = reach_resolve(config, reach->allow, reach->n_allow, &servers, &lines);
	deny = reach_resolve(config, reach->deny, reach->n_deny, &servers, &lines);
	if (!lines.overflow && count_services(allow) + count_services(deny) > SERVICES_MAX)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "names more than %d services (ports and protocol, of IPv4 or "
				   "IPv6): name ranges of ports, or all ports",
				   SERVICES_MAX);
	if (!lines.overflow)
		return 0;
	return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
			   "has more than %d entries or %d KiB with the entries of its lists: "
			   "name subnets instead of addresses",
			   DESTINATION_ENTRIES_MAX, DESTINATION_LINES_SIZE / 1024);
}

int reach_check(const struct config *config, const struct wire_reach *reach, bool *egress,
		const char *prefix, struct failure *failure)
{
	size_t size = 0;
	char field[48];
	int r = check_side(config, reach->allow, reach->n_allow, prefix, "allow", &size, failure);

	if (r == 0)
		r = check_side(config, reach->deny, reach->n_deny, prefix, "deny", &size, failure);
	if (r)
		return r;
	if (reach->n_deny > 0 && !reach->listed) {
		snprintf(field, sizeof(field), "%sdeny", prefix);
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "takes destinations out of a list of what is allowed, and there "
				   "is none: allow 0.0.0.0/0 and ::/0 to let all else through");
	}
	if (size > REACH_SIZE_MAX) {
		snprintf(field, sizeof(field), "%sallow", prefix);
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "the entries have more than %d KiB: name subnets instead of "
				   "addresses",
				   REACH_SIZE_MAX / 1024);
	}
	*egress |= reach->listed;
	return check_room(config, reach, prefix, failure);
}

/* --- words --- */

static void add_line(struct reach_lines *lines, const char *text)
{
	size_t left = lines->size - lines->used;
	int n = snprintf(lines->buffer + lines->used, left, "%s\n", text);

	if (lines->n >= DESTINATION_ENTRIES_MAX || (size_t)n + 1 >= left) {
		lines->overflow = true;
		return;
	}
	lines->used += (size_t)n;
	lines->n++;
}

static void add_servers(struct reach_lines *lines, const struct wire_address *servers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool six = strchr(servers[i].text, ':');
		char text[DESTINATION_SIZE];

		snprintf(text, sizeof(text), "%s%s%s:53", six ? "[" : "", servers[i].text,
			 six ? "]" : "");
		add_line(lines, text);
	}
}

struct resolving {
	struct reach_lines *lines;
	const struct reach_servers *servers;
};

static void resolve_entry(const char *text, bool of_list, void *context)
{
	const struct resolving *resolving = context;
	const struct reach_servers *servers = resolving->servers;

	if (strcmp(text, DNS_WORD) == 0 && of_list)
		add_servers(resolving->lines, servers->host, servers->n_host);
	else if (strcmp(text, DNS_WORD) == 0)
		add_servers(resolving->lines, servers->own, servers->n_own);
	else if (destination_is_name(text))
		resolving->lines->named = true;
	else
		add_line(resolving->lines, text);
}

const char *reach_resolve(const struct config *config, const struct wire_destination *entries,
			  size_t n, const struct reach_servers *servers, struct reach_lines *lines)
{
	struct resolving resolving = {lines, servers};
	const char *start = lines->buffer + lines->used;

	lines->n = 0;
	lines->named = false;
	lines->missing = reach_each(config, entries, n, resolve_entry, &resolving);
	if (lines->n == 0 || lines->used >= lines->size)
		return NULL;
	lines->buffer[lines->used++] = '\0';
	return start;
}

static void find_dns(const char *text, bool of_list _unused_, void *context)
{
	if (strcmp(text, DNS_WORD) == 0)
		*(bool *)context = true;
}

bool reach_has_dns(const struct config *config, const struct wire_reach *reach)
{
	bool found = false;

	reach_each(config, reach->allow, reach->n_allow, find_dns, &found);
	reach_each(config, reach->deny, reach->n_deny, find_dns, &found);
	return found;
}

/* --- lists of the configuration: they are checked as if a set had them --- */

static int check_list(const struct config *config, const struct config_list *list,
		      struct failure *ret)
{
	static struct wire_reach reach = {.listed = true, .n_allow = 1};
	const bool granted = list->who.everyone || list->who.n_uids > 0 || list->who.n_gids > 0;
	char key[DESTINATION_LIST_SIZE + 8], word[DESTINATION_LIST_SIZE + 1];
	bool egress = false;

	snprintf(key, sizeof(key), "lists.%s", list->name);
	if (list->n_entries == 0 && granted)
		return failure_set(ret, ERROR_INVALID_VALUE, 0, "allow.egress",
				   "there is no list %s in [lists], or it is empty", list->name);
	if (list->n_entries == 0)
		return failure_set(ret, ERROR_INVALID_VALUE, 0, key, "the list is empty");
	snprintf(word, sizeof(word), "@%s", list->name);
	reach.allow[0].text = word;
	if (reach_check(config, &reach, &egress, "", ret) == 0)
		return 0;
	snprintf(ret->subject, sizeof(ret->subject), "%s", key);
	return ret->error;
}

const struct config_list *reach_find_wrong_list(const struct config *config,
						struct failure *ret_wrong)
{
	for (size_t i = 0; i < config->n_lists; i++)
		if (check_list(config, &config->lists[i], ret_wrong))
			return &config->lists[i];
	return NULL;
}
