/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/front.h"

int front_send(struct front *front)
{
	int r = wire_outbox_send(&front->outbox, &front->writer, REQUESTS_FD);

	if (r == -EAGAIN || front->outbox.end > 0)
		event_add(front->writable, NULL);
	return r;
}
