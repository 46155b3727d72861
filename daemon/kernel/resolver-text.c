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
	/* a line is there whole or not at all */
	if (n > 0 && (size_t)n < left)
		text->size += n;
}

static void begin(struct resolver_text *text)
{
	text->size = 0;
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
	for (size_t i = 0; i < n; i++)
		add(ret, "%s %s\n", hosts[i].address, hosts[i].name);
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
