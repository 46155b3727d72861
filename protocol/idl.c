/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses an interface description, see idl.h. struct idl owns all nodes and names in one chain of
 * blocks, so nothing is freed one by one, and a text that turns out to be invalid leaves nothing
 * behind. The parser never repairs or skips: invalid Varlink is -EINVAL with its line. The nesting
 * of types is bounded, and names are resolved when all of them are known.
 */
#include "protocol/idl.h"

#include <string.h>

#include "protocol/idl-type.h"

struct idl_block {
	struct idl_block *next;
	max_align_t data[];
};

struct parser {
	struct idl *idl;
	const char *at;
	unsigned line, depth;
	struct idl_member **end; /* where the next member goes */
	struct idl_type *named;	 /* types given by their names, which resolve() looks up at the
				    end */
};

static void *allocate(struct idl *idl, size_t size)
{
	struct idl_block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = idl->blocks;
	idl->blocks = block;
	return block->data;
}

struct idl *idl_free(struct idl *idl)
{
	if (!idl)
		return NULL;
	while (idl->blocks) {
		struct idl_block *block = idl->blocks;

		idl->blocks = block->next;
		free(block);
	}
	free(idl);
	return NULL;
}

static void cleanup_idl(struct idl **idl)
{
	*idl = idl_free(*idl);
}

const struct idl_member *idl_find_member(const struct idl *idl, const char *name)
{
	for (const struct idl_member *m = idl->members; m; m = m->next)
		if (strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

const struct idl_field *idl_find_field(const struct idl_type *type, const char *name)
{
	for (const struct idl_field *f = type->fields; f; f = f->next)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* Letters and digits as Varlink's grammar defines them, independent of the locale. */

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_letter(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z');
}

static bool is_alnum(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static void skip_blank(struct parser *parser)
{
	for (;; parser->at++) {
		if (*parser->at == '#')
			parser->at += strcspn(parser->at, "\n");
		if (*parser->at == '\n')
			parser->line++;
		else if (*parser->at != ' ' && *parser->at != '\t' && *parser->at != '\r')
			return;
	}
}

static bool accept_symbol(struct parser *parser, const char *symbol)
{
	size_t n = strlen(symbol);

	skip_blank(parser);
	if (strncmp(parser->at, symbol, n) != 0)
		return false;
	parser->at += n;
	return true;
}

static bool accept_word(struct parser *parser, const char *word)
{
	size_t n = strlen(word);

	skip_blank(parser);
	if (strncmp(parser->at, word, n) != 0 || is_alnum(parser->at[n]) || parser->at[n] == '_')
		return false;
	parser->at += n;
	return true;
}

/* Returns the length of the field name at the start of at, or 0: [A-Za-z](_?[A-Za-z0-9])* */
static size_t span_field(const char *at)
{
	size_t n = 0;

	if (!is_letter(at[0]))
		return 0;
	while (is_alnum(at[n]) || (at[n] == '_' && is_alnum(at[n + 1])))
		n++;
	return n;
}

/* Returns the length of the member name at the start of at, or 0: [A-Z][A-Za-z0-9]* */
static size_t span_member(const char *at)
{
	size_t n = 0;

	if (!is_upper(at[0]))
		return 0;
	while (is_alnum(at[n]))
		n++;
	return n;
}

/* Returns the length of the interface name at the start of at, or 0: two or more sections of
 * letters, digits and inner '-', separated by dots. The first section begins with a letter. */
static size_t span_interface(const char *at)
{
	size_t n = 0, dots = 0;

	if (!is_letter(at[0]))
		return 0;
	for (;;) {
		if (!is_alnum(at[n]))
			return 0;
		while (is_alnum(at[n]) || (at[n] == '-' && n > 0 && at[n - 1] != '.'))
			n++;
		if (at[n - 1] == '-')
			return 0;
		if (at[n] != '.')
			break;
		dots++;
		n++;
	}
	return dots > 0 && n <= 255 ? n : 0;
}

static int parse_name(struct parser *parser, size_t (*span)(const char *at), const char **ret)
{
	size_t n;
	char *name;

	skip_blank(parser);
	n = span(parser->at);
	/* a name ends before a blank or a symbol, not before an invalid character */
	if (n == 0 || is_alnum(parser->at[n]) || parser->at[n] == '_')
		return -EINVAL;
	name = allocate(parser->idl, n + 1);
	if (!name)
		return -ENOMEM;
	memcpy(name, parser->at, n);
	parser->at += n;
	*ret = name;
	return 0;
}

static int parse_type(struct parser *parser, struct idl_type **ret);

/* Parses the part after the '(' of a struct or an enumeration: a ':' after the first name means a
 * struct. */
static int parse_fields(struct parser *parser, struct idl_type *type)
{
	struct idl_field **end = &type->fields;

	type->kind = TYPE_STRUCT;
	if (accept_symbol(parser, ")"))
		return 0;
	do {
		struct idl_field *field = allocate(parser->idl, sizeof(*field));
		const char *name;
		bool typed;
		int r;

		if (!field)
			return -ENOMEM;
		r = parse_name(parser, span_field, &name);
		if (r < 0)
			return r;
		typed = accept_symbol(parser, ":");
		if (!type->fields)
			type->kind = typed ? TYPE_STRUCT : TYPE_ENUM;
		if (typed != (type->kind == TYPE_STRUCT) || idl_find_field(type, name))
			return -EINVAL;
		field->name = name;
		if (typed) {
			r = parse_type(parser, &field->type);
			if (r < 0)
				return r;
		}
		*end = field;
		end = &field->next;
	} while (accept_symbol(parser, ","));
	return accept_symbol(parser, ")") ? 0 : -EINVAL;
}

static int parse_plain_type(struct parser *parser, struct idl_type *type)
{
	static const struct {
		const char *word;
		enum type_kind kind;
	} basic[] = {
		{"bool", TYPE_BOOL},	 {"int", TYPE_INT},	  {"float", TYPE_FLOAT},
		{"string", TYPE_STRING}, {"object", TYPE_OBJECT}, {"any", TYPE_ANY},
	};

	if (accept_symbol(parser, "("))
		return parse_fields(parser, type);
	for (size_t i = 0; i < ARRAY_SIZE(basic); i++) {
		if (accept_word(parser, basic[i].word)) {
			type->kind = basic[i].kind;
			return 0;
		}
	}
	type->kind = TYPE_NAMED;
	type->next_named = parser->named;
	parser->named = type;
	return parse_name(parser, span_member, &type->name);
}

static int parse_type(struct parser *parser, struct idl_type **ret)
{
	struct idl_type *type;
	int r;

	if (parser->depth >= IDL_DEPTH_MAX)
		return -EINVAL;
	type = allocate(parser->idl, sizeof(*type));
	if (!type)
		return -ENOMEM;
	parser->depth++;
	skip_blank(parser);
	type->line = parser->line;
	if (accept_symbol(parser, "?")) {
		type->kind = TYPE_NULLABLE;
		r = parse_type(parser, &type->element);
		if (r == 0 && type->element->kind == TYPE_NULLABLE)
			r = -EINVAL;
	} else if (accept_symbol(parser, "[")) {
		type->kind = accept_word(parser, "string") ? TYPE_MAP : TYPE_ARRAY;
		r = accept_symbol(parser, "]") ? parse_type(parser, &type->element) : -EINVAL;
	} else {
		r = parse_plain_type(parser, type);
	}
	if (r < 0)
		return r;
	parser->depth--;
	*ret = type;
	return 0;
}

/* Parses a struct or, with or_enum, an enumeration. The text must begin with '('. */
static int parse_body(struct parser *parser, bool or_enum, struct idl_type **ret)
{
	int r;

	skip_blank(parser);
	if (*parser->at != '(')
		return -EINVAL;
	r = parse_type(parser, ret);
	if (r < 0)
		return r;
	return (*ret)->kind == TYPE_STRUCT || or_enum ? 0 : -EINVAL;
}

static int parse_member(struct parser *parser)
{
	struct idl_member *member = allocate(parser->idl, sizeof(*member));
	int r;

	if (!member)
		return -ENOMEM;
	if (accept_word(parser, "type"))
		member->kind = MEMBER_TYPE;
	else if (accept_word(parser, "method"))
		member->kind = MEMBER_METHOD;
	else if (accept_word(parser, "error"))
		member->kind = MEMBER_ERROR;
	else
		return -EINVAL;
	r = parse_name(parser, span_member, &member->name);
	if (r < 0)
		return r;
	if (idl_find_member(parser->idl, member->name))
		return -EINVAL;
	r = parse_body(parser, member->kind == MEMBER_TYPE, &member->body.input);
	if (r < 0)
		return r;
	if (member->kind == MEMBER_METHOD) {
		if (!accept_symbol(parser, "->"))
			return -EINVAL;
		r = parse_body(parser, false, &member->body.output);
		if (r < 0)
			return r;
	}
	*parser->end = member;
	parser->end = &member->next;
	return 0;
}

/* Looks up the types of all names. On failure, sets parser->line to the line of the first name that
 * is no type, whatever the order of the list. */
static int resolve(struct parser *parser)
{
	unsigned line = 0;

	for (struct idl_type *type = parser->named; type; type = type->next_named) {
		const struct idl_member *member = idl_find_member(parser->idl, type->name);

		if (member && member->kind == MEMBER_TYPE)
			type->element = member->body.input;
		else if (line == 0 || type->line < line)
			line = type->line;
	}
	if (line == 0)
		return 0;
	parser->line = line;
	return -EINVAL;
}

static int parse_interface(struct parser *parser)
{
	int r;

	if (!accept_word(parser, "interface"))
		return -EINVAL;
	r = parse_name(parser, span_interface, &parser->idl->interface);
	for (skip_blank(parser); r == 0 && *parser->at; skip_blank(parser))
		r = parse_member(parser);
	return r < 0 ? r : resolve(parser);
}

int idl_parse(const char *text, struct idl **ret, unsigned *ret_line)
{
	_cleanup_(cleanup_idl) struct idl *idl = calloc(1, sizeof(*idl));
	struct parser parser = {.idl = idl, .at = text, .line = 1};
	int r;

	if (!idl)
		return -ENOMEM;
	parser.end = &idl->members;
	r = parse_interface(&parser);
	if (r < 0) {
		if (r == -EINVAL && ret_line)
			*ret_line = parser.line;
		return r;
	}
	*ret = take_ptr(idl);
	return 0;
}

const char *idl_interface(const struct idl *idl)
{
	return idl->interface;
}

const struct idl_method *idl_method(const struct idl *idl, const char *name)
{
	const struct idl_member *member = idl_find_member(idl, name);

	return member && member->kind == MEMBER_METHOD ? &member->body : NULL;
}

const char *idl_method_name(const struct idl *idl, size_t index)
{
	for (const struct idl_member *m = idl->members; m; m = m->next)
		if (m->kind == MEMBER_METHOD && index-- == 0)
			return m->name;
	return NULL;
}
