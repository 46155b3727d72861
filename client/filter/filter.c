/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctl-filter EXPRESSION: compiles a filter for Ethernet frames with libpcap, without any
 * privilege, and prints its instructions: code, jt, jf and k, one instruction a line. Reports an
 * error in the expression on stderr.
 */
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SNAP 262144

/* Prints the program of an expression. Returns false after reporting an error. */
static bool print_program(pcap_t *handle, const char *expression)
{
	struct bpf_program program;

	if (pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN) < 0) {
		(void)fprintf(stderr, "%s\n", pcap_geterr(handle));
		return false;
	}
	for (unsigned int i = 0; i < program.bf_len; i++) {
		const struct bpf_insn *at = &program.bf_insns[i];

		printf("%u %u %u %u\n", at->code, at->jt, at->jf, at->k);
	}
	pcap_freecode(&program);
	return true;
}

int main(int argc, char **argv)
{
	pcap_t *handle = argc == 2 ? pcap_open_dead(DLT_EN10MB, SNAP) : NULL;
	bool fine = handle && print_program(handle, argv[1]);

	if (handle)
		pcap_close(handle);
	return fine && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
