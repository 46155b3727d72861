/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <libmnl/libmnl.h>
#include "daemon/wire/codec.h"

/* Maximum size of an attribute that contains others: the length of an attribute has 16 bits. */
#define PACK_SIZE_MAX (60 * 1024)
#define DEPTH_MAX 6

int wire_writer_init(struct wire_writer *writer, size_t size)
{
	*writer = (struct wire_writer){.buffer = malloc(size)};
	return writer->buffer ? 0 : -ENOMEM;
}

void wire_writer_done(struct wire_writer *writer)
{
	free(writer->buffer);
	writer->buffer = NULL;
}

void wire_begin(struct wire_writer *writer, uint16_t type, uint16_t flags, uint32_t request,
		uint32_t connection)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(writer->buffer);

	header->nlmsg_type = type;
	header->nlmsg_flags = flags;
	header->nlmsg_seq = request;
	header->nlmsg_pid = connection;
	writer->n_fds = 0;
	writer->limit = WIRE_SIZE_MAX;
	writer->overflow = false;
}

static void put_raw(struct wire_writer *writer, uint16_t attribute, size_t size, const void *data)
{
	struct nlmsghdr *header = &writer->buffer->header;
	size_t padding = MNL_ALIGN(size) - size;

	if (mnl_attr_put_check(header, writer->limit, attribute, size, data))
		/* libmnl 1.0.4 leaves old bytes in the padding, so equal values would not give
		 * equal bytes */
		memset((char *)mnl_nlmsg_get_payload_tail(header) - padding, 0, padding);
	else
		writer->overflow = true;
}

static void put_fd(struct wire_writer *writer, uint16_t attribute, int fd)
{
	uint32_t index = writer->n_fds;

	if (writer->without_fds)
		return;
	if (index >= WIRE_FDS_MAX) {
		writer->overflow = true;
		return;
	}
	writer->fds[writer->n_fds++] = fd;
	put_raw(writer, attribute, sizeof(index), &index);
}

static bool is_handle(const struct wire_field *field)
{
	return field->type == WIRE_HANDLE || field->type == WIRE_PROCESS ||
	       field->type == WIRE_PIPE;
}

static void put_handle(struct wire_writer *writer, const struct wire_field *field, int handle)
{
	struct wire_handles *handles = writer->handles;
	uint32_t index = handles ? handles->n : (uint32_t)handle;

	if (writer->without_fds)
		return;
	if (index >= WIRE_FDS_MAX) {
		writer->overflow = true;
		return;
	}
	if (handles && field->type == WIRE_PROCESS)
		handles->processes |= UINT64_C(1) << index;
	if (handles && field->type == WIRE_PIPE)
		handles->pipes |= UINT64_C(1) << index;
	if (handles)
		handles->fds[handles->n++] = handle;
	put_raw(writer, field->attribute, sizeof(index), &index);
}

static bool is_default(const struct wire_layout *layout, const void *value);

bool wire_is_default(const struct wire_field *field, const void *value)
{
	const void *at = (const char *)value + field->offset;

	switch (field->type) {
	case WIRE_BOOL:
		return !*(const bool *)at;
	case WIRE_U32:
		return *(const uint32_t *)at == 0;
	case WIRE_U64:
	case WIRE_I64:
		return *(const uint64_t *)at == 0;
	case WIRE_STRING:
		return !*(const char *const *)at || !**(const char *const *)at;
	case WIRE_FD:
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return *(const int *)at < 0;
	case WIRE_NESTED:
		return is_default(field->layout, at);
	default:
		return *(const size_t *)((const char *)value + field->count_offset) == 0;
	}
}

bool wire_is_given(const struct wire_field *field, const void *value)
{
	const void *given = (const char *)value + field->given_offset;

	if (!field->with_given || !wire_is_default(field, value))
		return !wire_is_default(field, value);
	return field->given_bits ? *(const uint32_t *)given & field->given_bits
				 : *(const bool *)given;
}

static bool is_default(const struct wire_layout *layout, const void *value)
{
	for (size_t i = 0; i < layout->n; i++)
		if (!wire_is_default(&layout->fields[i], value))
			return false;
	return true;
}

static void put_nested(struct wire_writer *writer, uint16_t attribute,
		       const struct wire_layout *layout, const void *value)
{
	struct nlattr *nest =
		mnl_attr_nest_start_check(&writer->buffer->header, writer->limit, attribute);

	if (!nest) {
		writer->overflow = true;
		return;
	}
	wire_put(writer, layout, value);
	/* checked by hand, because nla_len would overflow silently */
	if ((char *)mnl_nlmsg_get_payload_tail(&writer->buffer->header) - (char *)nest >
	    PACK_SIZE_MAX)
		writer->overflow = true;
	else
		mnl_attr_nest_end(&writer->buffer->header, nest);
}

static void put_field(struct wire_writer *writer, const struct wire_field *field, const char *value)
{
	const void *at = value + field->offset;
	uint8_t flag = 1;

	switch (field->type) {
	case WIRE_BOOL:
		put_raw(writer, field->attribute, sizeof(flag), &flag);
		break;
	case WIRE_U32:
		put_raw(writer, field->attribute, sizeof(uint32_t), at);
		break;
	case WIRE_U64:
	case WIRE_I64:
		put_raw(writer, field->attribute, sizeof(uint64_t), at);
		break;
	case WIRE_STRING:
		put_raw(writer, field->attribute, strlen(*(const char *const *)at) + 1,
			*(const char *const *)at);
		break;
	case WIRE_FD:
		put_fd(writer, field->attribute, *(const int *)at);
		break;
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		put_handle(writer, field, *(const int *)at);
		break;
	case WIRE_NESTED:
		put_nested(writer, field->attribute, field->layout, at);
		break;
	default:
		for (size_t i = 0; i < *(const size_t *)(value + field->count_offset); i++)
			put_nested(writer, field->attribute, field->layout,
				   (const char *)at + i * field->layout->size);
	}
}

void wire_put(struct wire_writer *writer, const struct wire_layout *layout, const void *value)
{
	for (size_t i = 0; i < layout->n && !writer->overflow; i++)
		if (!wire_is_default(&layout->fields[i], value))
			put_field(writer, &layout->fields[i], value);
}

bool wire_put_item(struct wire_writer *writer, uint16_t attribute, const struct wire_layout *layout,
		   const void *value)
{
	uint32_t length = writer->buffer->header.nlmsg_len;
	struct wire_handles none = {}, *handles = writer->handles ? writer->handles : &none;
	size_t n_fds = writer->n_fds, n_handles = handles->n;
	uint64_t processes = handles->processes, pipes = handles->pipes;

	put_nested(writer, attribute, layout, value);
	if (!writer->overflow)
		return true;
	writer->buffer->header.nlmsg_len = length;
	writer->n_fds = n_fds;
	handles->n = n_handles;
	handles->processes = processes;
	handles->pipes = pipes;
	writer->overflow = false;
	return false;
}

/* Sets the bytes of a struct from offset from on to zero, except large arrays. The order of a
 * layout's rows can differ from that of the struct's members. */
static void clear_around(const struct wire_layout *layout, char *value, size_t from)
{
	const struct wire_field *large = NULL;

	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];

		if (field->large && field->offset >= from &&
		    (!large || field->offset < large->offset))
			large = field;
	}
	memset(value + from, 0, (large ? large->offset : layout->size) - from);
	if (large)
		clear_around(layout, value, large->offset + large->limit * large->layout->size);
}

void wire_clear(const struct wire_layout *layout, void *value)
{
	clear_around(layout, value, 0);
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *field = &layout->fields[i];
		char *at = (char *)value + field->offset;

		if (field->type == WIRE_FD || is_handle(field))
			*(int *)(void *)at = -1;
		else if (field->type == WIRE_NESTED)
			wire_clear(field->layout, at);
	}
}

/* State of a decoding. message is NULL if there can be no descriptors, as in a state file. */
struct decoder {
	struct wire_message *message;
	unsigned depth;
	bool skip_items;
};

static int get_attributes(struct decoder *decoder, const struct wire_layout *layout,
			  const struct nlattr *first, size_t size, void *ret);

static bool is_of_front(const struct decoder *decoder)
{
	return decoder->message && decoder->message->of_front;
}

/* Returns true if a message may contain this number. It may not contain 0, which encoding leaves
 * out. */
static bool is_in_range(const struct wire_field *field, uint64_t value, bool of_front)
{
	if (value == 0)
		return false;
	if (field->type == WIRE_I64 && (int64_t)value < 0)
		value = -value;
	return (!field->limit || value <= field->limit) && (!of_front || value >= field->lowest);
}

static int get_number(const struct decoder *decoder, const struct wire_field *field,
		      const struct nlattr *attribute, void *at)
{
	uint64_t value;

	if (field->type == WIRE_U32) {
		if (mnl_attr_get_payload_len(attribute) != sizeof(uint32_t))
			return -EBADMSG;
		value = mnl_attr_get_u32(attribute);
		*(uint32_t *)at = value;
	} else {
		if (mnl_attr_get_payload_len(attribute) != sizeof(uint64_t))
			return -EBADMSG;
		value = mnl_attr_get_u64(attribute);
		*(uint64_t *)at = value;
	}
	return is_in_range(field, value, is_of_front(decoder)) ? 0 : -EBADMSG;
}

static int get_string(const struct decoder *decoder, const struct wire_field *field,
		      const struct nlattr *attribute, void *at)
{
	const char *text = mnl_attr_get_payload(attribute);
	size_t size = mnl_attr_get_payload_len(attribute);

	if (size < 2 || text[size - 1] != '\0' || strlen(text) != size - 1 ||
	    size - 1 > field->limit)
		return -EBADMSG;
	if (field->is_valid && is_of_front(decoder) && !field->is_valid(text))
		return -EBADMSG;
	*(const char **)at = text;
	return 0;
}

static int get_fd(struct decoder *decoder, const struct nlattr *attribute, void *at)
{
	uint32_t index;

	if (!decoder->message || mnl_attr_get_payload_len(attribute) != sizeof(uint32_t))
		return -EBADMSG;
	index = mnl_attr_get_u32(attribute);
	if (index >= decoder->message->n_fds)
		return -EBADMSG;
	*(int *)at = decoder->message->fds[index];
	return 0;
}

static int get_handle(const struct decoder *decoder, const struct nlattr *attribute, void *at)
{
	const struct wire_handles *handles = decoder->message ? decoder->message->handles : NULL;
	uint32_t index;

	if (!decoder->message || mnl_attr_get_payload_len(attribute) != sizeof(uint32_t))
		return -EBADMSG;
	index = mnl_attr_get_u32(attribute);
	if (index >= (handles ? handles->n : WIRE_FDS_MAX))
		return -EBADMSG;
	*(int *)at = handles ? handles->fds[index] : (int)index;
	return 0;
}

static int get_nested(struct decoder *decoder, const struct wire_layout *layout,
		      const struct nlattr *attribute, void *at)
{
	int r;

	if (decoder->depth >= DEPTH_MAX)
		return -EBADMSG;
	decoder->depth++;
	r = get_attributes(decoder, layout, mnl_attr_get_payload(attribute),
			   mnl_attr_get_payload_len(attribute), at);
	decoder->depth--;
	return r;
}

static int get_field(struct decoder *decoder, const struct wire_field *field,
		     const struct nlattr *attribute, char *value)
{
	void *at = value + field->offset;
	size_t *count;

	switch (field->type) {
	case WIRE_BOOL:
		if (mnl_attr_get_payload_len(attribute) != 1 || mnl_attr_get_u8(attribute) != 1)
			return -EBADMSG;
		*(bool *)at = true;
		return 0;
	case WIRE_U32:
	case WIRE_U64:
	case WIRE_I64:
		return get_number(decoder, field, attribute, at);
	case WIRE_STRING:
		return get_string(decoder, field, attribute, at);
	case WIRE_FD:
		return get_fd(decoder, attribute, at);
	case WIRE_HANDLE:
	case WIRE_PROCESS:
	case WIRE_PIPE:
		return get_handle(decoder, attribute, at);
	case WIRE_NESTED:
		return get_nested(decoder, field->layout, attribute, at);
	default:
		count = (size_t *)(void *)(value + field->count_offset);
		if (*count >= field->limit)
			return -EBADMSG;
		return get_nested(decoder, field->layout, attribute,
				  (char *)at + (*count)++ * field->layout->size);
	}
}

static const struct wire_field *find_field(const struct wire_layout *layout, uint16_t attribute)
{
	for (size_t i = 0; i < layout->n; i++)
		if (layout->fields[i].attribute == attribute)
			return &layout->fields[i];
	return NULL;
}

static int get_attributes(struct decoder *decoder, const struct wire_layout *layout,
			  const struct nlattr *first, size_t size, void *ret)
{
	const struct nlattr *at = first;
	const char *end = (const char *)first + size;
	uint64_t seen = 0;

	wire_clear(layout, ret);
	for (; mnl_attr_ok(at, end - (const char *)at); at = mnl_attr_next(at)) {
		const struct wire_field *field = find_field(layout, mnl_attr_get_type(at));
		int r;

		if (!field && decoder->skip_items && decoder->depth == 0 &&
		    mnl_attr_get_type(at) >= WIRE_ITEM)
			continue;
		if (!field || (field->by_daemon && is_of_front(decoder)))
			return -EBADMSG;
		if (field->type != WIRE_ARRAY && seen & UINT64_C(1) << (field - layout->fields))
			return -EBADMSG;
		seen |= UINT64_C(1) << (field - layout->fields);
		r = get_field(decoder, field, at, ret);
		if (r < 0)
			return r;
	}
	/* an element of a list of strings, without its string */
	if (!seen && layout->n == 1 && layout->fields->type == WIRE_STRING &&
	    layout->fields->form != FORM_MAYBE_EMPTY && is_of_front(decoder))
		return -EBADMSG;
	return (const char *)at == end ? 0 : -EBADMSG;
}

int wire_decode(struct wire_message *message, const struct wire_layout *layout, void *ret)
{
	struct decoder decoder = {.message = message, .skip_items = true};

	return get_attributes(&decoder, layout, mnl_nlmsg_get_payload(message->header),
			      mnl_nlmsg_get_payload_len(message->header), ret);
}

int wire_next_item(struct wire_message *message, uint16_t attribute, const struct nlattr **position,
		   const struct wire_layout *layout, void *ret)
{
	struct decoder decoder = {.message = message};
	const struct nlattr *at =
		*position ? mnl_attr_next(*position) : mnl_nlmsg_get_payload(message->header);
	/* not libmnl's tail, which is rounded up: the bytes there are of an earlier message */
	const char *end = (const char *)message->header + message->header->nlmsg_len;

	for (; mnl_attr_ok(at, end - (const char *)at); at = mnl_attr_next(at)) {
		if (mnl_attr_get_type(at) != attribute)
			continue;
		*position = at;
		if (get_attributes(&decoder, layout, mnl_attr_get_payload(at),
				   mnl_attr_get_payload_len(at), ret) < 0)
			return -EBADMSG;
		return 1;
	}
	return 0;
}

int wire_take_fd(struct wire_message *message, int fd)
{
	for (size_t i = 0; fd >= 0 && i < message->n_fds; i++)
		if (message->fds[i] == fd)
			return take_fd(&message->fds[i]);
	return -1;
}

int wire_pack(const struct wire_layout *layout, const void *value, void **ret, size_t *ret_size)
{
	struct wire_writer writer;
	size_t size;
	int r = wire_writer_init(&writer, WIRE_SIZE_MAX);

	if (r < 0)
		return r;
	writer.without_fds = true;
	wire_begin(&writer, 0, 0, 0, 0);
	wire_put(&writer, layout, value);
	size = mnl_nlmsg_get_payload_len(&writer.buffer->header);
	if (writer.overflow || size > PACK_SIZE_MAX) {
		r = -EMSGSIZE;
	} else {
		void *copy = malloc(size ? size : 1);

		if (copy) {
			memcpy(copy, mnl_nlmsg_get_payload(&writer.buffer->header), size);
			*ret = copy;
			*ret_size = size;
		} else {
			r = -ENOMEM;
		}
	}
	wire_writer_done(&writer);
	return r;
}

int wire_unpack(const struct wire_layout *layout, const void *data, size_t size, void *ret)
{
	struct decoder decoder = {};

	return get_attributes(&decoder, layout, data, size, ret);
}
