/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/trouble.h"

#include "client/print.h"
#include "client/program.h"

/* Returns the mistake that nsctld finds in its configuration, which the caller frees, or NULL. */
static char *find_mistake(void)
{
	static char check[] = "--check", quiet[] = "--log-level=error";
	_cleanup_free_ char *program = program_of_ours("nsctld", SBINDIR);
	char *const argv[] = {program, check, quiet, NULL};
	int status;
	char *output = program_output(argv, true, &status), *message = output;

	/* the daemon does not tell the mistake to a user who may not read the file */
	if (!output || !WIFEXITED(status) || WEXITSTATUS(status) == 0 ||
	    strstr(output, strerror(EACCES))) {
		free(output);
		return NULL;
	}
	output[strcspn(output, "\n")] = '\0';
	if (strncmp(message, "nsctld: ", 8) == 0)
		memmove(message, message + 8, strlen(message + 8) + 1);
	return output;
}

bool trouble_find(struct text *text)
{
	_cleanup_free_ char *mistake = find_mistake();

	if (mistake)
		text_format(text, ": nsctld does not start: %s", mistake);
	return mistake;
}

bool trouble_tell(void)
{
	_cleanup_text_ struct text text = {0};

	if (!trouble_find(&text))
		return false;
	print_hint("%s", text.data + 2);
	return true;
}
