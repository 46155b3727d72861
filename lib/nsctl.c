/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls of any method, and those of sets and events: see nsctl.h. */
#include "lib/reply.h"

int nsctl_call(struct nsctl *nsctl, const char *method, const char *parameters, const int *fds,
	       size_t n_fds, unsigned int flags)
{
	_cleanup_json_ json_t *object = NULL;
	int r = reply_read_object(parameters, &object);

	return r < 0 ? r : connection_call(nsctl, method, object, fds, n_fds, flags);
}

int nsctl_next(struct nsctl *nsctl, int timeout_ms, struct nsctl_reply **ret)
{
	return reply_next(nsctl, timeout_ms, ret);
}

int nsctl_ask(struct nsctl *nsctl, const char *method, const char *parameters, const int *fds,
	      size_t n_fds, struct nsctl_reply **ret)
{
	json_t *object;
	int r = reply_read_object(parameters, &object);

	if (ret)
		*ret = NULL;
	return r < 0 ? r : reply_ask(nsctl, method, object, fds, n_fds, 0, ret);
}

int nsctl_create(struct nsctl *nsctl, const char *set, const char *spec, const int *fds,
		 size_t n_fds, struct nsctl_reply **ret)
{
	json_t *object;
	int r = reply_read_object(spec, &object);

	if (ret)
		*ret = NULL;
	if (r < 0)
		return r;
	return reply_ask(nsctl, "Create", json_pack("{ss so}", "name", set, "spec", object), fds,
			 n_fds, 0, ret);
}

int nsctl_open(struct nsctl *nsctl, const char *set, const char *kind, struct nsctl_reply **ret)
{
	_cleanup_nsctl_reply_ struct nsctl_reply *reply = NULL;
	const json_t *namespaces;
	int r = reply_ask(nsctl, "OpenNamespaces",
			  json_pack("{ss s[s]}", "name", set, "namespaces", kind), NULL, 0, 0,
			  &reply);

	if (r == 0) {
		namespaces = json_object_get(reply->message.parameters, "namespaces");
		r = nsctl_reply_take_fd(
			reply, (int)json_integer_value(json_object_get(
				       json_array_get(namespaces, 0), "namespaceFileDescriptor")));
	}
	if (ret)
		*ret = take_ptr(reply);
	return r;
}

int nsctl_monitor(struct nsctl *nsctl, const char *set)
{
	_cleanup_json_ json_t *parameters = json_pack("{ss?}", "set", set);

	return parameters ? connection_call(nsctl, "Monitor", parameters, NULL, 0, NSCTL_MORE)
			  : -EINVAL;
}
