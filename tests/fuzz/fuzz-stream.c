/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes any bytes, in any pieces, into the pipe of a front, as an attacker who controls the front
 * can. The same messages arrive, however the bytes are cut.
 *
 * The first byte of an input is the size of the pieces.
 */
#include <fcntl.h>
#include <string.h>

#include "base.h"
#include "daemon/wire/message.h"
#include "daemon/wire/stream.h"
#include "tests/fuzz/fuzz.h"

/* The result: the number of messages, the sum of their bytes, and the final status. */
struct outcome {
	size_t n, sum;
	int end;
};

static size_t add_message(const struct wire_message *message)
{
	const unsigned char *bytes = (const unsigned char *)message->header;
	size_t sum = 0;

	must(message->of_front && message->n_fds == 0);
	must(message->header->nlmsg_len >= sizeof(*message->header));
	must(message->header->nlmsg_len <= WIRE_STREAM_MAX);
	for (size_t i = 0; i < message->header->nlmsg_len; i++)
		sum = 31 * sum + bytes[i];
	return sum;
}

/* Writes data in pieces, reads after each piece, and then reads the end. */
static struct outcome run(const uint8_t *data, size_t size, size_t piece)
{
	struct outcome outcome = {.end = -EAGAIN};
	struct wire_message message;
	struct wire_inbox inbox;
	int ends[2];

	must(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	must(wire_inbox_init(&inbox) == 0 && wire_message_init_stream(&message) == 0);
	while (outcome.end == -EAGAIN) {
		size_t part = MIN(piece, size);

		if (part > 0)
			must(write(ends[1], data, part) == (ssize_t)part);
		else
			ends[1] = close_fd(ends[1]);
		data += part;
		size -= part;
		while ((outcome.end = wire_inbox_receive(&inbox, ends[0], &message)) == 1) {
			outcome.n++;
			outcome.sum = 17 * outcome.sum + add_message(&message);
		}
		must(outcome.end <= 0);
	}
	close_fd(ends[0]);
	close_fd(ends[1]);
	wire_inbox_done(&inbox);
	wire_message_done(&message);
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, cut;

	/* no more than a pipe takes at once */
	if (size < 1 || size > 32768)
		return 0;
	whole = run(data + 1, size - 1, size);
	cut = run(data + 1, size - 1, 1 + data[0] % 64);
	must(whole.n == cut.n && whole.sum == cut.sum && whole.end == cut.end);
	must(whole.end == 0 || whole.end == -EBADMSG);
	return 0;
}
