/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>
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
}

void resolver_text_hosts(const char *networks, const struct task_host *hosts, size_t n,
			 struct resolver_text *ret)
{
	begin(ret);
	if (networks)
		add(ret, "# Networks:%s\n", networks);
	add(ret, "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
	ret->head = ret->size;
	for (size_t i = 0; i < n; i++)
		add(ret, "%s %s\n", hosts[i].address, hosts[i].name);
}

/* Returns the size of the first line including its newline; 0: there is none. */
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
	if (text->head == 0 || size < text->head || memcmp(old, text->bytes, text->head) != 0)
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
