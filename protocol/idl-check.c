/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks parameters against an interface description, see idl.h. Allocates nothing. Types may refer
 * to themselves, but the recursion is bounded: each step goes one level deeper into the JSON, or
 * into a type's text, whose nesting the parser bounds.
 */
#include "protocol/idl.h"

#include <assert.h>

#include "protocol/idl-type.h"

/* The path to a value: a list of one element for each level, each on the stack of the function that
 * checks the level. A path NULL means the parameters themselves. */
struct path {
	const struct path *up;
	const char *key; /* NULL: an element of an array */
	size_t index;
	unsigned depth;
};

/* Appends as much of text as fits. Returns true if all of it did. Cuts between characters, because
 * jansson refuses half a character. */
static bool append(char *target, size_t *used, const char *text)
{
	size_t room = IDL_PATH_SIZE - 1 - *used;
	size_t n = strnlen(text, room + 1);
	bool fits = n <= room;

	if (!fits) {
		n = room;
		while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(target + *used, text, n);
	*used += n;
	target[*used] = '\0';
	return fits;
}

/* Writes the path to ret_path. Always returns false, so that a check can return its result. */
static bool refuse(const struct path *path, char *ret_path)
{
	const struct path *way[IDL_DEPTH_MAX];
	size_t n = path ? path->depth : 0, used = 0;
	bool fits = true;

	assert(n <= ARRAY_SIZE(way));
	for (size_t i = n; i > 0; path = path->up)
		way[--i] = path;
	ret_path[0] = '\0';
	for (size_t i = 0; fits && i < n; i++) {
		char index[32];

		if (way[i]->key) {
			fits = (i == 0 || append(ret_path, &used, ".")) &&
			       append(ret_path, &used, way[i]->key);
		} else {
			snprintf(index, sizeof(index), "[%zu]", way[i]->index);
			fits = append(ret_path, &used, index);
		}
	}
	return false;
}

static bool check(const struct idl_type *type, const json_t *value, const struct path *path,
		  char *ret_path);

/* Checks every element or member of value against type. type NULL: accepts any value up to the
 * maximum depth. */
static bool check_elements(const struct idl_type *type, const json_t *value,
			   const struct path *path, char *ret_path)
{
	struct path below = {.up = path, .depth = path ? path->depth + 1 : 1};
	json_t *element;

	if (!json_is_array(value) && !json_is_object(value))
		return true;
	if (below.depth > IDL_DEPTH_MAX)
		return refuse(path, ret_path);
	json_array_foreach(value, below.index, element) {
		if (type ? !check(type, element, &below, ret_path)
			 : !check_elements(NULL, element, &below, ret_path))
			return false;
	}
	json_object_foreach((json_t *)value, below.key, element) {
		if (type ? !check(type, element, &below, ret_path)
			 : !check_elements(NULL, element, &below, ret_path))
			return false;
	}
	return true;
}

static bool check_struct(const struct idl_type *type, const json_t *value, const struct path *path,
			 char *ret_path)
{
	struct path below = {.up = path, .depth = path ? path->depth + 1 : 1};
	json_t *member;

	if (!json_is_object(value) || below.depth > IDL_DEPTH_MAX)
		return refuse(path, ret_path);
	json_object_foreach((json_t *)value, below.key, member) {
		const struct idl_field *field = idl_find_field(type, below.key);

		if (!field)
			return refuse(&below, ret_path);
		if (!check(field->type, member, &below, ret_path))
			return false;
	}
	for (const struct idl_field *field = type->fields; field; field = field->next) {
		below.key = field->name;
		if (field->type->kind != TYPE_NULLABLE && !json_object_get(value, field->name))
			return refuse(&below, ret_path);
	}
	return true;
}

static bool check(const struct idl_type *type, const json_t *value, const struct path *path,
		  char *ret_path)
{
	bool fits = false;

	switch (type->kind) {
	case TYPE_BOOL:
		fits = json_is_boolean(value);
		break;
	case TYPE_INT:
		fits = json_is_integer(value);
		break;
	case TYPE_FLOAT:
		fits = json_is_number(value);
		break;
	case TYPE_STRING:
		fits = json_is_string(value);
		break;
	case TYPE_ANY:
		if (!json_is_null(value))
			return check_elements(NULL, value, path, ret_path);
		break;
	case TYPE_ENUM:
		fits = json_is_string(value) && idl_find_field(type, json_string_value(value));
		break;
	case TYPE_OBJECT:
		if (json_is_object(value))
			return check_elements(NULL, value, path, ret_path);
		break;
	case TYPE_ARRAY:
		if (json_is_array(value))
			return check_elements(type->element, value, path, ret_path);
		break;
	case TYPE_MAP:
		if (json_is_object(value))
			return check_elements(type->element, value, path, ret_path);
		break;
	case TYPE_STRUCT:
		return check_struct(type, value, path, ret_path);
	case TYPE_NULLABLE:
		return json_is_null(value) || check(type->element, value, path, ret_path);
	case TYPE_NAMED:
		return check(type->element, value, path, ret_path);
	}
	return fits || refuse(path, ret_path);
}

bool idl_check_input(const struct idl *idl _unused_, const struct idl_method *method,
		     const json_t *parameters, char ret_path[static IDL_PATH_SIZE])
{
	return check(method->input, parameters, NULL, ret_path);
}

bool idl_check_output(const struct idl *idl _unused_, const struct idl_method *method,
		      const json_t *parameters, char ret_path[static IDL_PATH_SIZE])
{
	return check(method->output, parameters, NULL, ret_path);
}

bool idl_check_error(const struct idl *idl, const char *name, const json_t *parameters,
		     char ret_path[static IDL_PATH_SIZE])
{
	const struct idl_member *member = idl_find_member(idl, name);

	if (!member || member->kind != MEMBER_ERROR)
		return refuse(NULL, ret_path);
	return check(member->body.input, parameters, NULL, ret_path);
}
