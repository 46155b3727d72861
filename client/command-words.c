/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See command-words.h. The call owns the memfd. */
#include "client/command-words.h"

#include <sys/mman.h>

#include "client/memory.h"
#include "client/text.h"

/* Maximum bytes of words in a message. The message as a whole has a limit, too. */
#define MESSAGE_BYTES (256 * 1024)
/* The part of a command that lists of sessions show. */
#define SHOWN_WORDS 16
#define SHOWN_BYTES 256

/* Adds the word's length and its NUL to *size. Returns false if the word does not fit into a
 * message. */
static bool fits(const char *word, size_t *size)
{
	*size += strlen(word) + 1;
	return *size <= MESSAGE_BYTES && utf8_is_valid(word);
}

static bool all_fit(char *const *words, const json_t *environment)
{
	size_t i, size = 0;
	json_t *variable;

	for (; *words; words++)
		if (!fits(*words, &size))
			return false;
	json_array_foreach(environment, i, variable)
		if (!fits(json_string_value(variable), &size))
			return false;
	return true;
}

/* Returns the beginning of the command, for lists. In a word that is not UTF-8, bytes that are not
 * ASCII become '?'. */
static json_t *shown(char *const *words)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < SHOWN_WORDS && words[i]; i++) {
		char word[SHOWN_BYTES + 1];

		(void)snprintf(word, sizeof(word), "%s", words[i]);
		for (char *at = word; !utf8_is_valid(word) && *at; at++)
			*at = *at & 0x80 ? '?' : *at;
		json_push(list, json_string(word));
	}
	return list;
}

static void add_word(struct text *text, const char *word)
{
	text_bytes(text, word, strlen(word) + 1);
}

/* Writes counts and words in the form that struct wire_command of the daemon describes. Returns a
 * sealed memfd or -errno. */
static int seal(char *const *words, const json_t *environment)
{
	static const unsigned seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	_cleanup_text_ struct text text = {0};
	_cleanup_fd_ int fd = memfd_create("nsctl-command", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	uint32_t counts[2] = {0, (uint32_t)json_array_size(environment)};
	json_t *variable;
	size_t i;

	while (words[counts[0]])
		counts[0]++;
	text_bytes(&text, (const char *)counts, sizeof(counts));
	for (; *words; words++)
		add_word(&text, *words);
	json_array_foreach(environment, i, variable)
		add_word(&text, json_string_value(variable));
	for (size_t done = 0; fd >= 0 && done < text.used;) {
		ssize_t n = write(fd, text.data + done, text.used - done);

		if (n <= 0)
			return n < 0 ? negative_errno() : -EIO;
		done += (size_t)n;
	}
	return fd < 0 || fcntl(fd, F_ADD_SEALS, seals) < 0 ? negative_errno() : take_fd(&fd);
}

int command_words_add(const struct client *client, json_t *parameters, struct call_fds *fds,
		      char *const *words, json_t *environment)
{
	_cleanup_json_ _unused_ json_t *owned = must(environment);
	json_t *list;
	int fd;

	if (!all_fit(words, environment)) {
		fd = seal(words, environment);
		if (fd < 0)
			return client_problem(client, NULL, "the command's words: %s",
					      strerror(-fd));
		json_put(parameters, "command", shown(words));
		json_put(parameters, "commandFileDescriptor", call_fds_add(fds, fd));
		return 0;
	}
	list = must(json_array());
	for (; *words; words++)
		json_push(list, json_string(*words));
	json_put(parameters, "command", list);
	json_put(parameters, "environment", json_incref(environment));
	return 0;
}
