/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A daemon that has already answered: its replies wait in a socket pair, and the calls of a verb
 * stay there to be read. There is no process and no thread. Calls and replies are checked against
 * the interface.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "base.h"
#include "client/connection.h"
#include "client/memory.h"
#include "client/options.h"
#include "client/text.h"
#include "client/verb.h"
#include "protocol/idl.h"

#define WORDS_MAX 16
#define CALLS_MAX 6

struct exchange_row {
	const char *line;		/* "link add a b": the first words are the verb's name */
	const char *calls[CALLS_MAX];	/* each a METHOD and its parameters */
	const char *replies[CALLS_MAX]; /* parameters, or "!ERROR {...}" */
	int status;
	/* the output on stdout, while stderr stays empty; or "!TEXT": stdout stays empty, and
	 * stderr contains TEXT. NULL: neither is checked. */
	const char *output;
};

/* Sends one reply that fits the interface: parameters, or an error. */
static inline void answering_reply(struct idl *idl, int fd, const char *call, const char *text)
{
	const char *blank = strchr(text, ' ');
	_cleanup_free_ char *error =
		*text == '!' ? must(strndup(text + 1, blank - text - 1)) : NULL;
	_cleanup_free_ char *method = must(strndup(call, strcspn(call, " ")));
	_cleanup_json_ json_t *parameters = json_loads(error ? blank : text, 0, NULL);
	_cleanup_json_ json_t *reply = must(json_object());
	_cleanup_free_ char *bytes = NULL;
	char path[IDL_PATH_SIZE];
	bool fits;

	assert_non_null(parameters);
	fits = error ? idl_check_error(idl, error, parameters, path)
		     : idl_check_output(idl, idl_method(idl, method), parameters, path);
	if (!fits)
		fail_msg("the reply %s: %s does not fit", text, path);
	if (error) {
		_cleanup_text_ struct text id = {0};

		text_format(&id, "org.nsctl.%s", error);
		json_put(reply, "error", json_string(id.data));
	}
	json_put(reply, "parameters", json_incref(parameters));
	bytes = must(json_dumps(reply, JSON_COMPACT));
	assert_int_equal(write(fd, bytes, strlen(bytes) + 1), strlen(bytes) + 1);
}

/* The next call in *at is METHOD PARAMETERS, and fits the interface. */
static inline void answering_check_call(struct idl *idl, const char *line, const char *wanted,
					const char *call)
{
	_cleanup_json_ json_t *message = json_loads(call, 0, NULL), *parameters = NULL;
	_cleanup_text_ struct text method = {0};
	const char *blank = strchr(wanted, ' ');
	const json_t *sent;
	char path[IDL_PATH_SIZE];

	text_format(&method, "org.nsctl.%.*s", (int)(blank - wanted), wanted);
	parameters = json_loads(blank, 0, NULL);
	assert_non_null(message);
	assert_non_null(parameters);
	assert_string_equal(json_text(message, "method", ""), method.data);
	sent = json_object_get(message, "parameters");
	if (!json_equal(sent, parameters))
		fail_msg("%s\nsends %s\nnot %s", line, call, wanted);
	if (!idl_check_input(idl, idl_method(idl, method.data + strlen("org.nsctl.")), sent, path))
		fail_msg("%s: %s does not fit", line, path);
}

/* Redirects fd into a memory file. Returns that file; *ret_kept must be passed to the function
 * that ends the redirection. */
static inline int answering_divert(int fd, int *ret_kept)
{
	int memory_fd = memfd_create("written", MFD_CLOEXEC), kept_fd;

	kept_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	assert_true(memory_fd >= 0 && kept_fd >= 0 && dup2(memory_fd, fd) >= 0);
	*ret_kept = kept_fd;
	return memory_fd;
}

/* Ends the redirection, and returns the output in *ret. */
static inline void answering_restore(int fd, int kept_fd, int memory_fd, struct text *ret)
{
	char chunk[4096];
	ssize_t n;

	assert_true(dup2(kept_fd, fd) >= 0);
	assert_int_equal(lseek(memory_fd, 0, SEEK_SET), 0);
	text_add(ret, "");
	while ((n = read(memory_fd, chunk, sizeof(chunk))) > 0)
		text_bytes(ret, chunk, (size_t)n);
	close(kept_fd);
	close(memory_fd);
}

/* Runs verb with stdout in *output and stderr in *said. */
static inline int answering_run(struct client *client, const struct verb *verb, int argc,
				char **argv, struct text *output, struct text *said)
{
	int out_fd, out_kept_fd, err_fd, err_kept_fd, r;

	fflush(stdout);
	out_fd = answering_divert(STDOUT_FILENO, &out_kept_fd);
	err_fd = answering_divert(STDERR_FILENO, &err_kept_fd);
	r = verb_run(client, verb, argc, argv);
	fflush(stdout);
	answering_restore(STDERR_FILENO, err_kept_fd, err_fd, said);
	answering_restore(STDOUT_FILENO, out_kept_fd, out_fd, output);
	return r;
}

static inline void answering_check_output(const struct exchange_row *row, const char *output,
					  const char *said)
{
	const char *wanted = row->output;

	if (!wanted)
		return;
	if (*wanted == '!' ? *output || !strstr(said, wanted + 1)
			   : *said || strcmp(output, wanted) != 0)
		fail_msg("%s\nprints %s\nsays %s\nnot %s", row->line, output, said, wanted);
}

static inline int answering_split(char *line, char **argv)
{
	char *rest = NULL;
	int n = 0;

	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(n < WORDS_MAX);
		argv[n++] = word;
	}
	argv[n] = NULL;
	return n;
}

/* Runs the row's line; its first skip words are not given to the verb. */
static inline void answering_check(struct idl *idl, const struct verb *verb, int skip,
				   const struct exchange_row *row)
{
	_cleanup_free_ char *line = must(strdup(row->line));
	_cleanup_text_ struct text output = {0}, said = {0}, calls = {0};
	char *argv[WORDS_MAX + 1], chunk[4096];
	int argc = answering_split(line, argv), pair[2], r;
	struct client client;
	const char *call;
	ssize_t n;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	client_init(&client);
	client.socket_path = "/nothing/is/here";
	client.verb = verb->name;
	assert_int_equal(connection_new(pair[0], &client.nsctl), 0);
	for (size_t i = 0; i < CALLS_MAX && row->replies[i]; i++)
		answering_reply(idl, pair[1], row->calls[i], row->replies[i]);
	/* further calls fail at once */
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	r = answering_run(&client, verb, argc - skip, argv + skip, &output, &said);
	client_done(&client);
	/* either sign, as main() takes it */
	if (abs(r) != row->status)
		fail_msg("%s: status %d, not %d", row->line, r, row->status);
	answering_check_output(row, output.data, said.data);
	text_add(&calls, "");
	while ((n = read(pair[1], chunk, sizeof(chunk))) > 0)
		text_bytes(&calls, chunk, (size_t)n);
	close(pair[1]);
	call = calls.data;
	for (size_t i = 0; i < CALLS_MAX && row->calls[i]; i++) {
		if (call >= calls.data + calls.used)
			fail_msg("%s: does not ask %s", row->line, row->calls[i]);
		answering_check_call(idl, row->line, row->calls[i], call);
		call += strlen(call) + 1;
	}
	if (call < calls.data + calls.used)
		fail_msg("%s: asks %s too", row->line, call);
}

/* The rows of verbs called "GROUP VERB". */
static inline void answering_check_group(const struct verb *verbs, const struct exchange_row *rows,
					 size_t n)
{
	struct idl *idl;
	unsigned line;

	assert_int_equal(idl_parse(idl_text_nsctl, &idl, &line), 0);
	for (size_t i = 0; i < n; i++) {
		const struct verb *verb = verbs;

		while (verb->name && (strncmp(rows[i].line, verb->name, strlen(verb->name)) != 0 ||
				      !strchr(" ", rows[i].line[strlen(verb->name)])))
			verb++;
		if (!verb->name)
			fail_msg("%s: no verb", rows[i].line);
		answering_check(idl, verb, strchr(verb->name, ' ') ? 1 : 0, &rows[i]);
	}
	idl_free(idl);
}
