/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ini.h>
#include <stdarg.h>
#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/config-value.h"
#include "daemon/keeper/policy/devices.h"
#include "daemon/keeper/policy/reach.h"

/* Ids for accounts of [accounts] that do not exist: numbers that distributions do not assign. */
#define FRONT_ID 61182
#define INIT_ID 61183

#define LIMITS_MAX 1000000

const char *const config_allow_keys[CONFIG_ALLOW_COUNT] = {
	[CONFIG_CONNECT] = "connect",	    [CONFIG_USER_NAMESPACES] = "user-namespaces",
	[CONFIG_IP_NETNS] = "ip-netns",	    [CONFIG_NEW_PRIVILEGES] = "new-privileges",
	[CONFIG_ADMINISTER] = "administer", [CONFIG_UNFILTERED] = "unfiltered",
	[CONFIG_HOST_LINKS] = "host-links", [CONFIG_EGRESS] = "egress",
	[CONFIG_PUBLISH] = "publish",	    [CONFIG_LOW_PORTS] = "low-ports",
};

struct loading {
	FILE *file;
	const char *path;
	unsigned int line; /* the parser's current line */
	struct config *config;
	char *message; /* the first error; NULL: none */
	int message_line;
	char seen[32][64]; /* SECTION.KEY of each key so far, except in [lists] */
	size_t n_seen;
	bool front_named, init_named;
};

static int _printf_(2, 3) complain(struct loading *loading, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (loading->message)
		return -EINVAL;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (loading->line == 0 ? asprintf(&loading->message, "%s: %s", loading->path, text) < 0
			       : asprintf(&loading->message, "%s:%u: %s", loading->path,
					  loading->line, text) < 0)
		loading->message = NULL;
	loading->message_line = (int)loading->line;
	return -EINVAL;
}

/* --- sections --- */

static int set_limit(struct loading *loading, const char *key, const char *value)
{
	struct config_limits *limits = &loading->config->limits;
	const struct {
		const char *key;
		uint32_t *number;
	} rows[] = {{"sets", &limits->sets},
		    {"sessions", &limits->sessions},
		    {"connections", &limits->connections},
		    {"links", &limits->links},
		    {"networks", &limits->networks},
		    {"monitors", &limits->monitors},
		    {"published-ports", &limits->ports},
		    {"captures", &limits->captures},
		    {"egress-entries", &limits->entries},
		    {"egress-names", &limits->names},
		    {"fronts", &limits->fronts}};
	uint64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (strcmp(key, rows[i].key) != 0)
			continue;
		if (config_parse_number(value, false, LIMITS_MAX, &number) < 0)
			return complain(loading, "limits.%s: %s: is a number, 0 to %d", key, value,
					LIMITS_MAX);
		*rows[i].number = number;
		return 0;
	}
	if (strcmp(key, "buffered-bytes") != 0)
		return complain(loading,
				"limits.%s: unknown key; known are: sets sessions connections "
				"links networks monitors published-ports captures egress-entries "
				"egress-names buffered-bytes fronts",
				key);
	if (config_parse_number(value, true, UINT64_C(1) << 40, &limits->buffered) < 0 ||
	    limits->buffered < UINT64_C(1) << 20)
		return complain(loading, "limits.%s: %s: is a size such as 16M, at least 1M", key,
				value);
	return 0;
}

/* Returns true for a key of an earlier release, which has no effect any more. Adds the key to
 * config->ignored, for a warning. */
static bool ignore_allow(struct loading *loading, const char *key)
{
	char *ignored = loading->config->ignored;
	size_t used = strlen(ignored);

	if (strcmp(key, "nested") != 0 && strcmp(key, "confined") != 0)
		return false;
	snprintf(ignored + used, sizeof(loading->config->ignored) - used, " %s", key);
	return true;
}

static int set_devices(struct loading *loading, const char *key, const char *value)
{
	char unknown[DEVICES_WORD_SIZE];
	int r = devices_parse(value, loading->config, unknown);

	if (r == -E2BIG)
		return complain(loading, "allow.%s: more than %d", key, DEVICES_MAX);
	return r < 0 ? complain(loading,
				"allow.%s: %s: is neither MAJOR:MINOR nor one of " DEVICES_DEFAULT,
				key, unknown)
		     : 0;
}

static int complain_of_who(struct loading *loading, const char *key, const char *unknown)
{
	bool group = *unknown == '@';

	return complain(loading, "allow.%s: there is no %s %s", key, group ? "group" : "user",
			unknown + group);
}

/* Takes the words USER:LIST and @GROUP:LIST out of the value of [allow] egress: gives these users
 * the right to these lists, and overwrites the words with blanks. */
static int take_grants(struct loading *loading, char *value)
{
	for (char *at = value; *at;) {
		size_t size = strcspn(at, ", \t");
		char word[CONFIG_WORD_SIZE];
		const char *wrong = NULL;

		snprintf(word, sizeof(word), "%.*s", (int)size, at);
		if (strchr(word, ':')) {
			wrong = config_add_grant(loading->config, word, loading->line);
			memset(at, ' ', size);
		}
		if (wrong)
			return complain(loading, "allow.egress: %s: %s", word, wrong);
		at += size + (at[size] != '\0');
	}
	return 0;
}

static int set_egress(struct loading *loading, const char *key, const char *value)
{
	_cleanup_free_ char *rest = strdup(value);
	char unknown[CONFIG_WORD_SIZE];
	int r = rest ? take_grants(loading, rest) : -ENOMEM;

	if (r == 0)
		r = config_parse_who(rest, false, &loading->config->allow[CONFIG_EGRESS], unknown);
	return r == -ENOENT ? complain_of_who(loading, key, unknown) : r;
}

static int set_allow(struct loading *loading, const char *key, const char *value)
{
	char unknown[CONFIG_WORD_SIZE];

	if (strcmp(key, "devices") == 0)
		return set_devices(loading, key, value);
	if (strcmp(key, config_allow_keys[CONFIG_EGRESS]) == 0)
		return set_egress(loading, key, value);
	for (enum config_allow i = 0; i < CONFIG_ALLOW_COUNT; i++) {
		int r;

		if (strcmp(key, config_allow_keys[i]) != 0)
			continue;
		r = config_parse_who(value, i == CONFIG_USER_NAMESPACES, &loading->config->allow[i],
				     unknown);
		return r == -ENOENT ? complain_of_who(loading, key, unknown) : r;
	}
	return ignore_allow(loading, key)
		       ? 0
		       : complain(loading,
				  "allow.%s: unknown key; known are: connect user-namespaces "
				  "ip-netns new-privileges administer unfiltered host-links "
				  "egress publish low-ports devices",
				  key);
}

/* Parses a subnet with a prefix of at most `longest` bits, and writes its canonical text to ret. */
static int parse_subnet(struct loading *loading, const char *key, const char *text, int family,
			unsigned int longest, char ret[static ADDRESS_SIZE])
{
	struct address subnet;
	const char *wrong = address_read_subnet(text, &subnet);

	if (!wrong && subnet.family != family)
		wrong = "is of the other family";
	if (!wrong && subnet.prefix > longest)
		wrong = "has room for too few sets";
	if (wrong)
		return complain(loading, "network.%s: %s: %s", key, text, wrong);
	address_write(&subnet, true, ret);
	return 0;
}

/* Parses the value of egress-forbidden: subnets and single addresses, which commas or blanks
 * separate. */
static int parse_forbidden(struct loading *loading, const char *key, const char *value)
{
	struct config_network *network = &loading->config->network;
	char *copy = strdup(value), *rest = copy, *word;
	int r = copy ? 0 : -ENOMEM;

	network->n_forbidden = 0;
	while (r == 0 && (word = strsep(&rest, ", \t"))) {
		struct address address;
		const char *wrong = *word ? address_read_any(word, &address) : NULL;

		if (!*word)
			continue;
		if (wrong)
			r = complain(loading, "network.%s: %s: %s", key, word, wrong);
		else if (network->n_forbidden == FORBIDDEN_MAX)
			r = complain(loading, "network.%s: more than %d", key, FORBIDDEN_MAX);
		else
			address_write(&address, true, network->forbidden[network->n_forbidden++]);
	}
	free(copy);
	return r;
}

static int set_network(struct loading *loading, const char *key, const char *value)
{
	struct config_network *network = &loading->config->network;

	if (strcmp(key, "egress-pool-v4") == 0)
		return parse_subnet(loading, key, value, AF_INET, 28, network->pool_v4);
	if (strcmp(key, "egress-pool-v6") == 0)
		return parse_subnet(loading, key, value, AF_INET6, 112, network->pool_v6);
	if (strcmp(key, "egress-forbidden") == 0)
		return parse_forbidden(loading, key, value);
	return complain(loading,
			"network.%s: unknown key; known are: egress-pool-v4 egress-pool-v6 "
			"egress-forbidden",
			key);
}

static int set_list(struct loading *loading, const char *key, const char *value)
{
	char word[CONFIG_WORD_SIZE];
	const char *wrong = config_add_to_list(loading->config, key, value, loading->line, word);

	return wrong ? complain(loading, "lists.%s: %s: %s", key, word, wrong) : 0;
}

static int check_lists(struct loading *loading)
{
	struct failure wrong;
	const struct config_list *list = reach_find_wrong_list(loading->config, &wrong);

	if (!list)
		return 0;
	loading->line = list->line;
	return complain(loading, "%s: %s", wrong.subject, wrong.text);
}

static int set_path(struct loading *loading, const char *key, const char *value,
		    char ret[static CONFIG_PATH_SIZE])
{
	if (*value != '/' || strlen(value) >= CONFIG_PATH_SIZE)
		return complain(loading, "accounts.%s: %s: is a path from / on, of less than %d",
				key, value, CONFIG_PATH_SIZE);
	strcpy(ret, value);
	return 0;
}

static int set_account(struct loading *loading, const char *key, const char *value)
{
	struct config *config = loading->config;
	bool front = strcmp(key, "front") == 0;
	uid_t uid;
	gid_t gid;

	if (strcmp(key, "subuid") == 0)
		return set_path(loading, key, value, config->subuid);
	if (strcmp(key, "subgid") == 0)
		return set_path(loading, key, value, config->subgid);
	if (!front && strcmp(key, "init") != 0)
		return complain(loading,
				"accounts.%s: unknown key; known are: front init subuid subgid",
				key);
	if (config_find_user(value, &uid, &gid) < 0)
		return complain(loading, "accounts.%s: there is no user %s", key, value);
	if (uid == 0)
		return complain(loading, "accounts.%s: must not be root", key);
	if (front) {
		config->front_uid = uid;
		config->front_gid = gid;
		loading->front_named = true;
	} else {
		config->init_uid = uid;
		config->init_gid = gid;
		loading->init_named = true;
	}
	return 0;
}

static int see_once(struct loading *loading, const char *section, const char *key)
{
	char *seen = loading->seen[loading->n_seen];

	if (loading->n_seen == ARRAY_SIZE(loading->seen))
		return complain(loading, "too many keys");
	snprintf(seen, sizeof(loading->seen[0]), "%s.%s", section, key);
	for (size_t i = 0; i < loading->n_seen; i++)
		if (strcmp(loading->seen[i], seen) == 0)
			return complain(loading, "%s: is given twice", seen);
	loading->n_seen++;
	return 0;
}

/* Called by libinih for each key. Returns 0 for an error. */
static int on_key(void *context, const char *section, const char *key, const char *value)
{
	static const struct {
		const char *name;
		int (*set)(struct loading *loading, const char *key, const char *value);
	} sections[] = {{"limits", set_limit},
			{"allow", set_allow},
			{"accounts", set_account},
			{"network", set_network},
			{"lists", set_list}};
	struct loading *loading = context;

	if (loading->message)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(sections); i++)
		if (strcmp(section, sections[i].name) == 0)
			/* a list may have several lines, which add up */
			return (sections[i].set == set_list ||
				see_once(loading, section, key) == 0) &&
			       sections[i].set(loading, key, value ? value : "") == 0;
	complain(loading, "[%s]: unknown section; known are: limits allow accounts network lists",
		 section);
	return 0;
}

/* Reads a line for libinih, and counts lines: libinih may have been built without line numbers. */
static char *read_line(char *text, int size, void *context)
{
	struct loading *loading = context;
	char *line = fgets(text, size, loading->file);

	if (line)
		loading->line++;
	if (line && !strchr(line, '\n') && !feof(loading->file))
		complain(loading,
			 "the line has more than %d bytes: name a group (@GROUP) for many users, "
			 "and divide a list of [lists], whose lines add up",
			 size - 2);
	return line;
}

/* --- the whole file --- */

static void set_account_default(const char *name, uint32_t number, bool named, uid_t *uid,
				gid_t *gid, bool *ret_missing)
{
	if (named)
		return;
	*ret_missing = config_find_user(name, uid, gid) < 0;
	if (*ret_missing) {
		*uid = number;
		*gid = number;
	}
}

static struct config *new_with_defaults(void)
{
	static uint64_t last_generation;
	struct config *config = calloc(1, sizeof(*config));
	char unknown[DEVICES_WORD_SIZE];

	if (!config)
		return NULL;
	config->generation = ++last_generation;
	config->limits = (struct config_limits){
		.sets = 1024,
		.sessions = 1024,
		.connections = 256,
		.links = 2048,
		.networks = 64,
		.monitors = 16,
		.ports = 64,
		.captures = 8,
		.entries = 16384,
		.names = 262144,
		.buffered = 16 * 1024 * 1024,
		.fronts = 1024,
	};
	strcpy(config->network.pool_v4, "10.213.0.0/16");
	strcpy(config->network.pool_v6, "fd6e:7363:746c::/64");
	strcpy(config->subuid, "/etc/subuid");
	strcpy(config->subgid, "/etc/subgid");
	(void)devices_parse(DEVICES_DEFAULT, config, unknown);
	config->allow[CONFIG_CONNECT].everyone = true;
	config->allow[CONFIG_USER_NAMESPACES].host = true;
	return config;
}

static int parse_file(struct loading *loading)
{
	int line = ini_parse_stream(read_line, loading, on_key, loading);

	if (ferror(loading->file))
		return complain(loading, "cannot be read");
	if (line < 0)
		return -EINVAL;
	/* libinih goes on after a line that it cannot parse. Of such a line and an error of our
	 * own, the first one is reported. */
	if (line > 0 && (!loading->message || line < loading->message_line)) {
		free(loading->message);
		loading->message = NULL;
		loading->line = line;
		return complain(loading, "is neither [section] nor key = value");
	}
	return loading->message ? -EINVAL : check_lists(loading);
}

int config_parse(FILE *file, const char *path, struct config **ret, char **ret_message)
{
	struct loading loading = {.path = path, .file = file, .config = new_with_defaults()};
	int r;

	*ret_message = NULL;
	if (!loading.config)
		return -ENOMEM;
	r = parse_forbidden(&loading, "egress-forbidden", FORBIDDEN_DEFAULT);
	if (r == 0 && file)
		r = parse_file(&loading);
	if (r < 0) {
		config_free(loading.config);
		*ret_message = loading.message;
		return r;
	}
	set_account_default("nsctl", FRONT_ID, loading.front_named, &loading.config->front_uid,
			    &loading.config->front_gid, &loading.config->front_missing);
	set_account_default("nsctl-init", INIT_ID, loading.init_named, &loading.config->init_uid,
			    &loading.config->init_gid, &loading.config->init_missing);
	*ret = loading.config;
	return 0;
}

/* Returns NULL, or the reason why the file must not be used. A user who can write to it could
 * become root. */
static const char *check_file(FILE *file)
{
	struct stat st;

	if (fstat(fileno(file), &st) < 0)
		return strerror(errno);
	/* opening a directory succeeds, and only reading it would fail */
	if (!S_ISREG(st.st_mode))
		return "is not a regular file";
	if (st.st_uid != 0 || st.st_mode & 022)
		return "must belong to root and be writable by root only";
	return NULL;
}

int config_load(const char *path, bool must_exist, struct config **ret, char **ret_message)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	struct loading loading = {.path = path};
	const char *wrong = NULL;
	int r;

	if (file)
		wrong = check_file(file);
	else if (errno != ENOENT || must_exist)
		wrong = strerror(errno);
	if (!wrong)
		return config_parse(file, path, ret, ret_message);
	r = complain(&loading, "%s", wrong);
	*ret_message = loading.message;
	return r;
}

struct config *config_free(struct config *config)
{
	if (!config)
		return NULL;
	for (enum config_allow key = 0; key < CONFIG_ALLOW_COUNT; key++)
		config_who_done(&config->allow[key]);
	config_free_lists(config);
	free(config);
	return NULL;
}
