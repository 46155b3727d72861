/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts types of an interface description into words, for messages: see idl.h. */
#include "protocol/idl-type.h"
#include "protocol/idl.h"

static const struct idl_type *inner(const struct idl_type *type)
{
	while (type && (type->kind == TYPE_NAMED || type->kind == TYPE_NULLABLE))
		type = type->element;
	return type;
}

/* Returns the type at a path, such as spec.links[0].addresses[1], or NULL. */
static const struct idl_type *find(const struct idl_type *type, const char *path)
{
	for (type = inner(type); type && *path; type = inner(type)) {
		size_t n = *path == '[' ? strcspn(path, "]") + 1 : strcspn(path, ".[");

		if (type->kind == TYPE_ARRAY || type->kind == TYPE_MAP) {
			type = type->element;
		} else if (type->kind == TYPE_STRUCT) {
			const struct idl_field *field = type->fields;

			while (field &&
			       (strncmp(field->name, path, n) != 0 || field->name[n] != '\0'))
				field = field->next;
			type = field ? field->type : NULL;
		} else {
			return NULL;
		}
		path += MIN(n, strlen(path));
		path += *path == '.';
	}
	return type;
}

void idl_describe(const struct idl_method *method, const char *path,
		  char ret[static IDL_WORDS_SIZE])
{
	static const char *const words[] = {
		[TYPE_BOOL] = "true or false", [TYPE_INT] = "a whole number",
		[TYPE_FLOAT] = "a number",     [TYPE_STRING] = "a text",
		[TYPE_OBJECT] = "an object",   [TYPE_ARRAY] = "a list",
		[TYPE_MAP] = "an object",      [TYPE_STRUCT] = "an object",
		[TYPE_ANY] = "a value",
	};
	const struct idl_type *type = find(method->input, path);
	size_t used;

	*ret = '\0';
	if (!type)
		return;
	if (type->kind != TYPE_ENUM) {
		snprintf(ret, IDL_WORDS_SIZE, "must be %s", words[type->kind]);
		return;
	}
	snprintf(ret, IDL_WORDS_SIZE, "must be one of");
	for (const struct idl_field *field = type->fields; field; field = field->next) {
		used = strlen(ret);
		snprintf(ret + used, IDL_WORDS_SIZE - used, "%s %s",
			 field == type->fields ? "" : ",", field->name);
	}
}

const char *idl_key(const struct idl_method *method, const char *path, size_t index)
{
	const struct idl_type *type = find(method->input, path);
	const struct idl_field *field = type && type->kind == TYPE_STRUCT ? type->fields : NULL;

	for (; field && index > 0; index--)
		field = field->next;
	return field ? field->name : NULL;
}
