/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See removed.h. */
#include "client/removed.h"

#include "client/print.h"
#include "client/text.h"

void removed_tell_nothing(const struct client *client, const char *file, const char *project)
{
	if (client->removed > 0 || client->quiet)
		return;
	client_problem(client, file, "nothing%s is there%s%s, so nothing was removed",
		       file ? " of it" : "", project ? " in project " : "", project ? project : "");
	if (project)
		print_hint("`nsctl list` lists the sets: those of a project are PROJECT.NAME; "
			   "--quiet leaves this note out");
	else if (file)
		print_hint("what was made with --project=PROJECT is removed with it, too; --quiet "
			   "leaves this note out");
}

static void add_count(struct text *text, size_t count, const char *what)
{
	if (count > 0)
		text_format(text, "%s%zu %s%s", text->used > 0 ? " and " : "", count, what,
			    count > 1 ? "s" : "");
}

void removed_tell(const struct client *client, size_t sets, int failed)
{
	_cleanup_text_ struct text text = {0};

	add_count(&text, sets, "set");
	add_count(&text, client->removed - sets, "network");
	/* as JSON, it would look like an error */
	if (text.used > 0 && !client->quiet && !client->json)
		client_problem(client, NULL, "removed %s", text.data);
	else if (failed == 0)
		removed_tell_nothing(client, NULL, NULL);
}
