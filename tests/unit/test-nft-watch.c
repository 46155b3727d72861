/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watch of the firewall's table loses no notification while as many workers as there may be let
 * addresses through. Needs root. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <sched.h>
#include "daemon/keeper/network/egress-change.h"
#include "daemon/kernel/firewall-table.h"
#include "daemon/kernel/nft-watch.h"

#define TABLE "nsctl-test"
/* As many as the keeper has in progress on the largest machine. */
#define TASKS 64
#define ADDRESSES 64

static void make_table(struct nft *nft)
{
	nft_begin(nft);
	nft_add_table(nft, true);
	firewall_add_named(nft);
	assert_int_equal(nft_commit(nft), 0);
}

/* Does what the largest task does: ports without a protocol have two elements for each address. */
static void admit(struct nft *nft, unsigned int task)
{
	char text[ADDRESS_SIZE];
	const struct task_admitted admitted = {text, 60};

	nft_begin(nft);
	for (unsigned int i = 0; i < ADDRESSES; i++) {
		snprintf(text, sizeof(text), "198.18.%u.%u", task, i);
		for (unsigned int port = 1; port <= CHANGE_PAIRS_MAX / ADDRESSES; port++)
			firewall_admit(nft, "nsc0123456789ab", &admitted,
				       &(struct task_service){.port = port});
	}
	assert_int_equal(nft_commit(nft), 0);
}

static void count(uint32_t who _unused_, void *context)
{
	++*(unsigned int *)context;
}

static void test_watch_loses_no_notification(void **state _unused_)
{
	struct nft nft;
	unsigned int removals = 0;
	int fd;

	assert_int_equal(unshare(CLONE_NEWNET), 0);
	fd = nft_watch_open();
	assert_true(fd >= 0);
	assert_int_equal(nft_open(&nft, TABLE), 0);
	make_table(&nft);
	for (unsigned int i = 0; i < TASKS; i++)
		admit(&nft, i);
	assert_int_equal(nft_watch_read(fd, TABLE, count, &removals), 0);
	assert_int_equal(removals, 0);
	nft_begin(&nft);
	nft_delete_table(&nft);
	assert_int_equal(nft_commit(&nft), 0);
	assert_int_equal(nft_watch_read(fd, TABLE, count, &removals), 0);
	assert_true(removals > 0);
	nft_close(&nft);
	close_fd(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_watch_loses_no_notification)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
