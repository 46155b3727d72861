/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads any question of a set and any answer of a name server. The input begins with two bytes,
 * the length of the question, behind which is the answer. What the resolver sends to the set must
 * be well-formed, and have no address that was refused.
 */
#include <string.h>
#include "daemon/resolver/answer.h"
#include "tests/fuzz/fuzz.h"

/* code: of question_read() */
static void check_refusal(const uint8_t *bytes, const struct question *question, int code)
{
	uint8_t reply[REPLY_MAX];
	size_t size = question_refuse(bytes, question, code ? code : LDNS_RCODE_SERVFAIL, reply);
	struct answer answer;

	must(size >= LDNS_HEADER_SIZE && size <= sizeof(reply));
	if (code == 0)
		must(answer_read(reply, size, bytes, question, &answer) == 0 &&
		     answer.n_addresses == 0);
}

static void check_rest(const uint8_t *bytes, size_t size, const uint8_t *asked,
		       const struct question *question, const struct answer *answer)
{
	_cleanup_free_ uint8_t *rest = NULL;
	struct answer left;
	size_t rest_size;

	if (answer_without(bytes, size, answer, UINT64_MAX, &rest, &rest_size) < 0)
		return;
	must(answer_read(rest, rest_size, asked, question, &left) == 0);
	must(left.n_addresses == 0 && left.code == answer->code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct question question;
	struct answer answer;
	size_t asked_size;
	int code;

	if (size < 2)
		return 0;
	asked_size = MIN(ldns_read_uint16(data), size - 2);
	data += 2;
	size -= 2;
	code = question_read(data, asked_size, &question);
	must(memchr(question.name, '\0', sizeof(question.name)));
	if (code < 0)
		return 0;
	check_refusal(data, &question, code);
	if (code == 0 &&
	    answer_read(data + asked_size, size - asked_size, data, &question, &answer) == 0)
		check_rest(data + asked_size, size - asked_size, data, &question, &answer);
	return 0;
}
