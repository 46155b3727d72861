/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands: see nsctl.h. */
#include <sys/wait.h>

#include "lib/reply.h"
#include "lib/sentence.h"

/* Adds the standard descriptors that are given to the parameters, and to fds. Returns 0 or
 * -ENOMEM. */
static int add_stdio(json_t *parameters, const int stdio[3], int fds[3], size_t *n_fds)
{
	static const char *const fields[] = {"stdinFileDescriptor", "stdoutFileDescriptor",
					     "stderrFileDescriptor"};

	for (size_t i = 0; stdio && i < ARRAY_SIZE(fields); i++) {
		if (stdio[i] < 0)
			continue;
		if (json_object_set_new(parameters, fields[i], json_integer((json_int_t)*n_fds)) <
		    0)
			return -ENOMEM;
		fds[(*n_fds)++] = stdio[i];
	}
	return 0;
}

/* Adds the command. Returns 0, -EINVAL if a word is not UTF-8, or -ENOMEM. */
static int add_words(json_t *parameters, const char *const argv[])
{
	json_t *words = json_array();

	for (; *argv; argv++)
		if (json_array_append_new(words, json_string(*argv)) < 0) {
			json_decref(words);
			return -EINVAL;
		}
	return json_object_set_new(parameters, "command", words) < 0 ? -ENOMEM : 0;
}

/* Starts a command by Exec or Run. set: NULL: none. */
static int start(struct nsctl *nsctl, const char *method, const char *set, const char *const argv[],
		 const int stdio[3], const char *more, struct nsctl_reply **ret)
{
	_cleanup_json_ json_t *parameters = NULL;
	int fds[3], r = reply_read_object(more, &parameters);
	size_t n_fds = 0;

	if (ret)
		*ret = NULL;
	if (r == 0 && set && json_object_set_new(parameters, "name", json_string(set)) < 0)
		r = -EINVAL;
	if (r == 0)
		r = add_words(parameters, argv);
	if (r == 0)
		r = add_stdio(parameters, stdio, fds, &n_fds);
	return r < 0 ? r
		     : reply_ask(nsctl, method, take_ptr(parameters), fds, n_fds, NSCTL_MORE, ret);
}

int nsctl_exec(struct nsctl *nsctl, const char *set, const char *const argv[], const int stdio[3],
	       const char *parameters, struct nsctl_reply **ret)
{
	return start(nsctl, "Exec", set, argv, stdio, parameters, ret);
}

int nsctl_run(struct nsctl *nsctl, const char *const argv[], const int stdio[3],
	      const char *parameters, struct nsctl_reply **ret)
{
	return start(nsctl, "Run", NULL, argv, stdio, parameters, ret);
}

int nsctl_wait(struct nsctl *nsctl, int timeout_ms, int *ret_status)
{
	_cleanup_(message_reply_done) struct message_reply reply = {0};
	const json_t *status, *signal;
	int r;

	do {
		message_reply_done(&reply);
		r = connection_next(nsctl, timeout_ms, &reply);
	} while (r == 0 && reply.continues);
	if (r < 0)
		return r;
	if (reply.error)
		return sentence_errno(reply.error, reply.parameters);
	status = json_object_get(reply.parameters, "exitStatus");
	signal = json_object_get(reply.parameters, "signal");
	/* how the command ended is not known: its runner was killed */
	if (!status && !signal)
		return -EREMOTEIO;
	*ret_status = W_EXITCODE((int)json_integer_value(status), (int)json_integer_value(signal));
	return 0;
}
