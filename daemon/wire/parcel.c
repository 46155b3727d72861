/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/parcel.h"

static int copy(const struct wire_writer *written, struct wire_writer *parcel)
{
	size_t size = written->buffer->header.nlmsg_len;

	parcel->buffer = malloc(size);
	if (!parcel->buffer)
		return -ENOMEM;
	memcpy(parcel->buffer, written->buffer, size);
	for (; parcel->n_fds < written->n_fds; parcel->n_fds++) {
		int fd = fcntl(written->fds[parcel->n_fds], F_DUPFD_CLOEXEC, 0);

		if (fd < 0)
			return negative_errno();
		parcel->fds[parcel->n_fds] = fd;
	}
	return 0;
}

int wire_parcel_new(const struct wire_writer *written, struct wire_writer **ret)
{
	struct wire_writer *parcel;
	int r;

	if (written->overflow)
		return -EMSGSIZE;
	parcel = calloc(1, sizeof(*parcel));
	r = parcel ? copy(written, parcel) : -ENOMEM;
	if (r < 0)
		wire_parcel_free(parcel);
	else
		*ret = parcel;
	return r;
}

struct wire_writer *wire_parcel_free(struct wire_writer *parcel)
{
	if (!parcel)
		return NULL;
	while (parcel->n_fds > 0)
		close_fd(parcel->fds[--parcel->n_fds]);
	free(parcel->buffer);
	free(parcel);
	return NULL;
}
