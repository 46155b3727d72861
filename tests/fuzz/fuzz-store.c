/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads any bytes as files of RUNTIME/state. As no fuzzer guesses a checksum, the bytes can also
 * be the record of a file with a correct one. An accepted record is consistent: names are valid,
 * and its packed parts can be unpacked.
 *
 * The first byte of an input selects the kind: 0 a file, 1 a set's record (with its specification
 * for the next boot), 2 a session's, 3 a link's.
 */
#include <string.h>

#include "base.h"
#include "daemon/keeper/state/store.h"
#include "tests/fuzz/fuzz.h"

/* Which the corpus' files have been written in. */
#define BOOT_ID "00000000-0000-4000-8000-000000000000"
#define NAME "0123456789abcdef"
#define HEADER_SIZE 64
#define SIZE_AT 56
#define CHECKSUM_AT 60

/* Writes the checksum as store.c does: FNV-1a of all bytes except the checksum. */
static void sign(char *file, size_t size)
{
	static const uint32_t version = STORE_VERSION;
	uint32_t record_size = (uint32_t)(size - HEADER_SIZE), hash = 2166136261;

	memset(file, 0, HEADER_SIZE);
	memcpy(file, "nsctl-state\n", 12);
	memcpy(file + 12, &version, sizeof(version));
	memcpy(file + 16, BOOT_ID, sizeof(BOOT_ID));
	memcpy(file + SIZE_AT, &record_size, sizeof(record_size));
	for (size_t i = 0; i < size; i++)
		if (i < CHECKSUM_AT || i >= HEADER_SIZE)
			hash = (hash ^ (unsigned char)file[i]) * 16777619;
	memcpy(file + CHECKSUM_AT, &hash, sizeof(hash));
}

static void check_set(const char *file, size_t size)
{
	struct wire_spec *spec = malloc(sizeof(*spec));
	struct set *set;
	int r = store_decode_set(file, size, NAME, &set);

	must(spec && (r == 0 || r == -EBADMSG));
	if (r == 0) {
		must(name_is_valid(set->name) && strcmp(set->id, NAME) == 0);
		must(set->state >= SET_CREATING && set->state <= SET_BROKEN);
		must(set->kinds && !(set->kinds & ~KIND_ALL));
		must(wire_unpack(&wire_spec_layout, set->spec, set->spec_size, spec) == 0);
		must(store_is_by_connection(set) == spec->lease.connection);
		must(set->mapping == spec->mapping && set->traces.visible == spec->traces.visible);
		registry_free_set(set);
	}
	free(spec);
}

static void check_session(const char *file, size_t size)
{
	char set_id[ID_SIZE];
	struct wire_session words;
	struct session *session;
	int r = store_decode_session(file, size, NAME, &session, set_id);

	must(r == 0 || r == -EBADMSG);
	if (r)
		return;
	must(strcmp(session->id, NAME) == 0 && strlen(set_id) < sizeof(set_id));
	must(session->status <= 255 && session->signal <= 64);
	must(wire_unpack(&wire_session_layout, session->words, session->words_size, &words) == 0);
	free(session->words);
	free(session);
}

static void check_link(const char *file, size_t size)
{
	struct wire_link *wire = malloc(sizeof(*wire));
	char ids[2][ID_SIZE];
	struct link *link;
	int r = store_decode_link(file, size, NAME, &link, ids);

	must(wire && (r == 0 || r == -EBADMSG));
	if (r == 0) {
		must(strcmp(link->id, NAME) == 0 && name_is_valid(link->name));
		must(strlen(ids[0]) < sizeof(ids[0]) && strlen(ids[1]) < sizeof(ids[1]));
		must(wire_unpack(&wire_link_layout, link->wire, link->wire_size, wire) == 0);
		free(link->wire);
		free(link);
	}
	free(wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool whole = size > 0 && data[0] == 0;
	size_t file_size = size - 1 + (whole ? 0 : HEADER_SIZE);
	const char *why = NULL;
	char *file;
	int r;

	if (size == 0)
		return 0;
	/* exactly as large as the file, so that a sanitizer sees a read behind its end */
	file = malloc(file_size ? file_size : 1);
	must(file);
	memcpy(file + (whole ? 0 : HEADER_SIZE), data + 1, size - 1);
	if (!whole)
		sign(file, file_size);
	r = store_check(file, file_size, BOOT_ID, &why);
	must(r == 0 || ((r == STORE_DAMAGED || r == STORE_OLD_BOOT) && why && *why));
	must(whole || r == 0);
	if (r == 0 && data[0] == 3)
		check_link(file, file_size);
	if (r == 0 && data[0] != 2 && data[0] != 3)
		check_set(file, file_size);
	if (r == 0 && data[0] != 1 && data[0] != 3)
		check_session(file, file_size);
	free(file);
	return 0;
}
