/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdarg.h>
#include "daemon/kernel/resolver-text.h"

static void _printf_(2, 3) add(struct resolver_text *text, const char *format, ...)
{
	size_t left = sizeof(text->bytes) - text->size;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(text->bytes + text->size, left, format, arguments);
	va_end(arguments);
	/* a line is written as a whole or not at all */
	if (n > 0 && (size_t)n < left)
		text->size += n;
}

static void begin(struct resolver_text *text)
{
	text->size = text->head = 0;
	add(text, RESOLVER_HEAD);
}

void resolver_text_servers(const struct task_resolver *resolver, struct resolver_text *ret)
{
	begin(ret);
	if (resolver->n_servers == 0 && resolver->loopback)
		add(ret, "# The host's name servers answer on its loopback only: name others with "
			 "--dns=ADDRESS.\n");
	else if (resolver->n_servers == 0)
		add(ret, "# No name server was named, and there is no way to the host's.\n");
	for (size_t i = 0; i < resolver->n_servers; i++)
		add(ret, "nameserver %s\n", resolver->servers[i].text);
	for (size_t i = 0; i < resolver->n_search; i++)
		add(ret, "%s%s", i == 0 ? "search " : " ", resolver->search[i].domain);
	add(ret, "%s", resolver->n_search > 0 ? "\n" : "");
	for (size_t i = 0; i < resolver->n_options; i++)
		add(ret, "options %s\n", resolver->options[i].text);
}

/* --- the set's own host name --- */

bool resolver_text_is_name(const char *name)
{
	const char *at = name;

	while (isalnum((unsigned char)*at) || *at == '-' || *at == '_' || *at == '.')
		at++;
	return *name && !*at;
}

/* Adds a line for a name, with its first part as an alias. */
static void add_name(struct resolver_text *text, const char *address, const char *name)
{
	size_t first = strcspn(name, ".");

	if (name[first] && first > 0)
		add(text, "%s %s %.*s\n", address, name, (int)first, name);
	else
		add(text, "%s %s\n", address, name);
}

/* A name's first address in each family, up to a blank; NULL: none. */
struct known {
	const char *v4, *v6;
};

static void learn(struct known *known, const char *address)
{
	if (memchr(address, ':', strcspn(address, " \t")))
		known->v6 = known->v6 ?: address;
	else
		known->v4 = known->v4 ?: address;
}

/* Adds a line with an IPv4 address in the form of an IPv6 address (::ffff:ADDRESS). */
static void add_mapped(struct resolver_text *text, const char *address, const char *name)
{
	char mapped[ADDRESS_SIZE + 8];

	snprintf(mapped, sizeof(mapped), "::ffff:%.*s", (int)strcspn(address, " \t"), address);
	add_name(text, mapped, name);
}

/* Adds the set's own name in the families in which it is not known. Both addresses lead back to the
 * name alone: 127.0.0.1 and ::1 are localhost's, and glibc would also take ::1 for 127.0.0.1. */
static void add_own(struct resolver_text *text, const struct known *known, const char *name)
{
	const char *own = "127.0.1.1";

	if (strcasecmp(name, "localhost") == 0)
		return;
	if (!known->v4)
		add_name(text, own, name);
	if (!known->v6)
		add_mapped(text, known->v4 ? known->v4 : own, name);
}

/* --- hosts --- */

/* Adds the hosts of the specification. If name is among them, it needs no other address. */
static void add_extra(struct resolver_text *text, const struct task_resolver *resolver,
		      const char *name, struct known *known)
{
	for (size_t i = 0; i < resolver->n_extra; i++) {
		const struct spec_host *host = &resolver->extra[i];

		add(text, "%s %s\n", host->address, host->name);
		if (name && strcasecmp(host->name, name) == 0)
			*known = (struct known){host->address, host->address};
	}
}

void resolver_text_hosts(const struct task_resolver *resolver, const char *networks,
			 const char *name, const struct task_host *hosts, size_t n,
			 struct resolver_text *ret)
{
	struct known known = {};

	begin(ret);
	if (networks)
		add(ret, "# Networks:%s\n", networks);
	add_extra(ret, resolver, name, &known);
	add(ret, "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
	for (size_t i = 0; name && i < n; i++)
		if (strcmp(hosts[i].name, name) == 0)
			learn(&known, hosts[i].address);
	if (name && (n <= RESOLVER_OWN_MAX || (!known.v4 && !known.v6))) {
		for (size_t i = 0; !known.v6 && i < n; i++)
			if (strcmp(hosts[i].name, name) == 0)
				add_mapped(ret, hosts[i].address, name);
		known.v6 = known.v6 ?: known.v4;
		add_own(ret, &known, name);
	}
	ret->head = ret->size;
	for (size_t i = 0; i < n; i++)
		add(ret, "%s %s\n", hosts[i].address, hosts[i].name);
}

/* Learns from a line of a hosts file in which family it has an address for name. */
static void read_line(const char *line, size_t size, const char *name, struct known *ret)
{
	size_t at = strspn(line, " \t"), address = at, length = strlen(name);

	at += strcspn(line + at, " \t#\n");
	while (at < size && line[at] != '#') {
		size_t word = at + strspn(line + at, " \t\n"), end = word;

		end += strcspn(line + end, " \t#\n");
		if (word < size && end - word == length &&
		    strncasecmp(line + word, name, length) == 0)
			learn(ret, line + address);
		if (end == at)
			return;
		at = end;
	}
}

static struct known find_in_hosts(const char *text, const char *name)
{
	struct known known = {};

	while (*text) {
		size_t size = strcspn(text, "\n");

		size += text[size] == '\n';
		read_line(text, size, name, &known);
		text += size;
	}
	return known;
}

bool resolver_text_own_hosts(const struct task_resolver *resolver, const char *old,
			     const char *name, struct resolver_text *ret)
{
	struct known own = find_in_hosts(old, name), local = find_in_hosts(old, "localhost");
	size_t size = strlen(old), before;

	if (own.v4 && own.v6 && local.v4 && local.v6 && resolver->n_extra == 0)
		return false;
	begin(ret);
	add_extra(ret, resolver, name, &own);
	before = ret->size;
	if (strncmp(old, RESOLVER_HEAD, strlen(RESOLVER_HEAD)) == 0)
		old += strlen(RESOLVER_HEAD);
	add(ret, "%s%s", old, size > 0 && old[strlen(old) - 1] != '\n' ? "\n" : "");
	if (size > 0 && ret->size == before)
		return false;
	if (!local.v4)
		add(ret, "127.0.0.1 localhost\n");
	if (!local.v6)
		add(ret, "::1 localhost ip6-localhost ip6-loopback\n");
	add_own(ret, &own, name);
	return true;
}

/* Returns the size of the first line including its newline, or 0 if there is no newline. */
static size_t line_size(const char *text, size_t left)
{
	const char *end = memchr(text, '\n', left);

	return end ? (size_t)(end - text) + 1 : 0;
}

static bool strike(struct resolver_edit *edit, size_t at, size_t size)
{
	if (size < 2 || size > RESOLVER_LINE_MAX || edit->n_strikes == RESOLVER_STRIKES_MAX)
		return false;
	edit->strikes[edit->n_strikes].at = at;
	edit->strikes[edit->n_strikes++].size = size;
	return true;
}

bool resolver_text_edit(const char *old, size_t size, const struct resolver_text *text,
			struct resolver_edit *ret)
{
	*ret = (struct resolver_edit){.kept = text->head};
	/* a text that is not composed has no lines that the file could keep */
	if (text->head == 0 || text->size < text->head || size < text->head ||
	    memcmp(old, text->bytes, text->head) != 0)
		return false;
	for (size_t at = text->head, length; at < size; at += length) {
		const char *wanted = text->bytes + ret->kept;

		length = line_size(old + at, size - at);
		if (length == 0)
			return false;
		if (length == line_size(wanted, text->size - ret->kept) &&
		    memcmp(old + at, wanted, length) == 0)
			ret->kept += length;
		else if (old[at] != '#' && !strike(ret, at, length))
			return false;
	}
	return true;
}

static bool is_about_hosts(const char *line)
{
	while (isblank((unsigned char)*line))
		line++;
	if (strncmp(line, "hosts", 5) != 0)
		return false;
	line += 5;
	while (isblank((unsigned char)*line))
		line++;
	return *line == ':';
}

void resolver_text_nsswitch(const char *old, struct resolver_text *ret)
{
	begin(ret);
	while (*old) {
		size_t length = strcspn(old, "\n");

		if (!is_about_hosts(old) && strncmp(old, RESOLVER_HEAD, length + 1) != 0)
			add(ret, "%.*s\n", (int)length, old);
		old += length + (old[length] == '\n');
	}
	add(ret, "hosts: files dns\n");
}
