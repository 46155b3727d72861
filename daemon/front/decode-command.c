/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/mman.h>
#include "daemon/front/decode-path.h"

static int check_words(struct decoding *decoding, const json_t *words)
{
	if (json_array_size(words) == 0)
		return decode_refuse_at(decoding, "command", "must not be empty");
	if (json_string_length(json_array_get(words, 0)) == 0)
		return decode_refuse_at(decoding, "command[0]", "must not be empty");
	return 0;
}

static int check_environment(struct decoding *decoding, const json_t *environment)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(environment, i, entry) {
		const char *equals = strchr(json_string_value(entry), '=');
		char key[64];

		if (equals && equals != json_string_value(entry))
			continue;
		(void)snprintf(key, sizeof(key), "environment[%zu]", i);
		return decode_refuse_at(decoding, key, "is not NAME=VALUE");
	}
	return 0;
}

static size_t size_of_strings(const json_t *list)
{
	const json_t *entry;
	size_t i, size = 0;

	json_array_foreach(list, i, entry)
		size += json_string_length(entry) + 1;
	return size;
}

static char *copy_strings(char *at, const json_t *list)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry) {
		memcpy(at, json_string_value(entry), json_string_length(entry) + 1);
		at += json_string_length(entry) + 1;
	}
	return at;
}

/* Writes words and environment to a memfd and seals it. *ret becomes the memfd, which
 * decoding->memory_fd owns. */
static int seal_command(struct decoding *decoding, const json_t *words, const json_t *environment,
			int *ret)
{
	const uint32_t counts[2] = {json_array_size(words), json_array_size(environment)};
	size_t size = sizeof(counts) + size_of_strings(words) + size_of_strings(environment);
	_cleanup_free_ char *text = malloc(size);
	char *at = text;
	int fd;

	if (!text)
		return failure_from_errno(&decoding->failure, -ENOMEM, "pass the command on");
	memcpy(at, counts, sizeof(counts));
	at = copy_strings(at + sizeof(counts), words);
	copy_strings(at, environment);
	fd = memfd_create("nsctl-command", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || write(fd, text, size) != (ssize_t)size ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
		close_fd(fd);
		return failure_from_errno(&decoding->failure, negative_errno(),
					  "pass the command on");
	}
	decoding->memory_fd = fd;
	*ret = fd;
	return 0;
}

/* Stores the beginning of the command, which lists show. Cuts long words between characters. The
 * words are in static memory. */
static void get_beginning(const json_t *words, struct wire_command *ret)
{
	static char texts[COMMAND_WORDS_MAX][COMMAND_WORD_MAX + 1];
	const json_t *entry;
	size_t i;

	json_array_foreach(words, i, entry) {
		const char *text = json_string_value(entry);
		size_t n = MIN(json_string_length(entry), (size_t)COMMAND_WORD_MAX);

		if (i == COMMAND_WORDS_MAX)
			return;
		while (n > 0 && text[n] && (text[n] & 0xc0) == 0x80)
			n--;
		memcpy(texts[i], text, n);
		texts[i][n] = '\0';
		ret->words[ret->n_words++].text = n ? texts[i] : NULL;
	}
}

int decode_command(struct decoding *decoding, const json_t *parameters, struct wire_command *ret)
{
	const json_t *words = decode_member(parameters, "command");
	const json_t *environment = decode_member(parameters, "environment");
	int r = check_words(decoding, words);

	if (r == 0 && ret->arguments_fd >= 0 && environment)
		r = decode_refuse_at(decoding, "environment",
				     "is in the file of commandFileDescriptor");
	if (r == 0)
		r = check_environment(decoding, environment);
	if (r)
		return r;
	get_beginning(words, ret);
	/* the worker checks the client's own memfd, as it checks a front's */
	if (ret->arguments_fd >= 0)
		return 0;
	return seal_command(decoding, words, environment, &ret->arguments_fd);
}
