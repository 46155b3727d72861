/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lib/reply.h"

#include "lib/sentence.h"

int reply_read_object(const char *text, json_t **ret)
{
	int r;

	if (text) {
		r = message_parse_object(text, strlen(text), ret);
		return r > 0 ? -EINVAL : r;
	}
	*ret = json_object();
	return *ret ? 0 : -ENOMEM;
}

int reply_next(struct nsctl *nsctl, int timeout_ms, struct nsctl_reply **ret)
{
	_cleanup_nsctl_reply_ struct nsctl_reply *reply = calloc(1, sizeof(*reply));
	int r;

	if (!reply)
		return -ENOMEM;
	r = connection_next(nsctl, timeout_ms, &reply->message);
	if (r < 0)
		return r;
	reply->fds = nsctl->receiver.fds;
	nsctl->receiver.fds = (struct fd_list){0};
	reply->parameters = json_dumps(reply->message.parameters, JSON_COMPACT);
	if (reply->message.error)
		reply->sentence = sentence_of(reply->message.error, reply->message.parameters);
	/* a reply that is lost cannot be read again */
	if (!reply->parameters)
		return nsctl->error = -ENOMEM;
	*ret = take_ptr(reply);
	return 0;
}

int reply_ask(struct nsctl *nsctl, const char *method, json_t *parameters, const int *fds,
	      size_t n_fds, unsigned int flags, struct nsctl_reply **ret)
{
	_cleanup_json_ json_t *owned = parameters;
	_cleanup_nsctl_reply_ struct nsctl_reply *reply = NULL;
	int r = owned ? connection_call(nsctl, method, owned, fds, n_fds, flags) : -EINVAL;

	if (r == 0)
		r = reply_next(nsctl, -1, &reply);
	if (r == 0)
		r = nsctl_reply_errno(reply);
	if (ret)
		*ret = take_ptr(reply);
	return r;
}

struct nsctl_reply *nsctl_reply_free(struct nsctl_reply *reply)
{
	if (!reply)
		return NULL;
	message_reply_done(&reply->message);
	fd_list_done(&reply->fds);
	free(reply->parameters);
	free(reply->sentence);
	free(reply);
	return NULL;
}

const char *nsctl_reply_parameters(const struct nsctl_reply *reply)
{
	return reply->parameters;
}

int nsctl_reply_continues(const struct nsctl_reply *reply)
{
	return reply->message.continues;
}

int nsctl_reply_take_fd(struct nsctl_reply *reply, int index)
{
	int fd = fd_list_take(&reply->fds, index);

	return fd < 0 ? -EBADF : fd;
}

const char *nsctl_reply_error(const struct nsctl_reply *reply)
{
	return reply->message.error;
}

int nsctl_reply_errno(const struct nsctl_reply *reply)
{
	return reply->message.error
		       ? sentence_errno(reply->message.error, reply->message.parameters)
		       : 0;
}

const char *nsctl_reply_message(const struct nsctl_reply *reply)
{
	return reply->sentence ? reply->sentence : reply->message.error;
}
