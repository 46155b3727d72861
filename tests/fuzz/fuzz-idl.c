/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses any text as an interface. If it is accepted, every method is found by its name, and
 * checks parameters that are as recursive as its types may be.
 */
#include <string.h>

#include "base.h"
#include "protocol/idl.h"
#include "tests/fuzz/fuzz.h"

/* Members with names that the corpus uses. */
static json_t *get_parameters(void)
{
	static json_t *parameters;

	if (!parameters) {
		parameters = json_loads("{\"a\":[{\"a\":{\"a\":[1,2.5,null,\"b\",{}]}}],"
					"\"b\":{\"a\":{\"b\":\"c\"},\"c\":null},\"c\":\"a\"}",
					0, NULL);
		must(parameters);
	}
	return parameters;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct idl *idl = NULL;
	unsigned line = 0;
	int r;

	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	r = idl_parse(text, &idl, &line);
	if (r != 0) {
		must(r == -EINVAL && line > 0 && !idl);
		free(text);
		return 0;
	}
	must(strchr(idl_interface(idl), '.'));
	for (size_t i = 0; idl_method_name(idl, i); i++) {
		const struct idl_method *method = idl_method(idl, idl_method_name(idl, i));
		char path[IDL_PATH_SIZE];

		must(method);
		(void)idl_check_input(idl, method, get_parameters(), path);
		(void)idl_check_output(idl, method, get_parameters(), path);
	}
	idl_free(idl);
	free(text);
	return 0;
}
