/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See exchange.h. systemd-machined once answered a call twice and died of an assertion
 * (systemd#34764). Here a second answer gets the verdict EXCHANGE_WRONG and is not sent.
 */
#include "protocol/exchange.h"

bool exchange_begin(struct exchange *exchange, bool more, bool oneway)
{
	if (exchange->state != EXCHANGE_IDLE)
		return false;
	if (oneway)
		exchange->state = EXCHANGE_ONEWAY;
	else
		exchange->state = more ? EXCHANGE_MORE : EXCHANGE_CALL;
	return true;
}

enum exchange_verdict exchange_reply(struct exchange *exchange, bool continues)
{
	enum exchange_verdict verdict = EXCHANGE_SEND;

	switch (exchange->state) {
	case EXCHANGE_IDLE:
		return EXCHANGE_WRONG;
	case EXCHANGE_CALL:
		/* the call still waits for its one final reply */
		if (continues)
			return EXCHANGE_WRONG;
		break;
	case EXCHANGE_MORE:
		break;
	case EXCHANGE_ONEWAY:
		verdict = EXCHANGE_SWALLOW;
		break;
	}
	if (!continues)
		exchange->state = EXCHANGE_IDLE;
	return verdict;
}
