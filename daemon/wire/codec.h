/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Typed messages between the daemon's processes: converts C structs to netlink attributes and back,
 * by tables (struct wire_layout). libmnl builds and checks the attributes; this module decides what
 * is allowed. State files contain the same bytes.
 *
 * Decoding is strict. It fails with -EBADMSG if an attribute is unknown to the layout, is repeated
 * where only one is allowed, or has a wrong length; if a string contains a NUL, or does not end
 * with one; if a number exceeds its limit; if there are too many elements; if a descriptor did not
 * come along; and, in a front's message, if a number is below its lowest value, if a string is not
 * valid, if an element of a list of strings has no string, or if a field is present that only the
 * daemon may fill.
 *
 * A decoded struct is a view: its strings are in the message, and its descriptors belong to the
 * message until wire_take_fd(). An absent field is zero, NULL, or -1 for a descriptor. Encoding
 * leaves out zero, NULL, false and -1, so each value has one encoding, and equal values can be
 * compared as bytes.
 */
#pragma once

#include <linux/netlink.h>
#include "base.h"

/* Maximum size of a message. The buffers of our sockets have room for several. */
#define WIRE_SIZE_MAX (192 * 1024)
/* Maximum size of a topology, the only larger message. It goes through a pipe. */
#define WIRE_STREAM_MAX (768 * 1024)
#define WIRE_FDS_MAX 64

enum wire_type {
	WIRE_BOOL,    /* bool */
	WIRE_U32,     /* uint32_t, at most limit (0: any) */
	WIRE_U64,     /* uint64_t, at most limit (0: any) */
	WIRE_I64,     /* int64_t, not further from zero than limit (0: any) */
	WIRE_STRING,  /* const char *, at most limit bytes without its NUL; never empty */
	WIRE_FD,      /* int, a descriptor that is sent along */
	WIRE_HANDLE,  /* int, a client's descriptor, which is sent separately: see struct
			wire_handles */
	WIRE_PROCESS, /* the same, and a worker checks whether it is a pidfd */
	WIRE_PIPE,    /* the same, and a worker checks whether it is a pipe, and starts a watcher */
	WIRE_NESTED,  /* a struct, by layout */
	WIRE_ARRAY,   /* size_t count at count_offset, then an array of at most limit structs */
};

struct wire_layout;

/* The form of a field in JSON, if its type alone does not determine it. */
enum wire_form {
	FORM_PLAIN,
	FORM_WORD,	  /* WIRE_U32: one of words, the first of which is 1 */
	FORM_WORDS,	  /* WIRE_U32: a list of words, the first of which is bit 0 */
	FORM_SWITCH,	  /* WIRE_U32: enum spec_switch as a boolean */
	FORM_NOT,	  /* WIRE_BOOL: negated */
	FORM_MAYBE_EMPTY, /* WIRE_STRING: NULL is the empty string */
	FORM_MAP,	  /* WIRE_ARRAY of pairs: an object */
};

/* Units of numbers that have a fraction in JSON, but are integers here. */
enum wire_unit {
	UNIT_NONE,  /* an integer in JSON as well */
	UNIT_BYTES, /* the same, and so the next three */
	UNIT_BITS,  /* per second */
	UNIT_PACKETS,
	UNIT_NANOSECONDS,
	UNIT_SECONDS,	   /* microseconds here */
	UNIT_MILLISECONDS, /* microseconds here */
	UNIT_PERCENT,	   /* millionths here */
	UNIT_WHOLE,	   /* thousandths here */
};

/*
 * A row contains everything about a field: its form in messages, its form in JSON, and the values
 * that a client may give it. Only the front uses the JSON. It checks clients' values and gives a
 * reason, and the codec checks them again in each message of a front.
 */
struct wire_field {
	uint16_t attribute; /* from 1 up, unique in its layout; its meaning never changes */
	uint16_t type;	    /* enum wire_type */
	size_t offset;
	uint64_t limit;
	uint64_t lowest;		  /* least number in a front's message, unless absent */
	size_t count_offset;		  /* WIRE_ARRAY */
	bool large;			  /* WIRE_ARRAY: see wire_clear() */
	bool by_daemon;			  /* a front must not fill it: see struct wire_message */
	const struct wire_layout *layout; /* WIRE_NESTED, and WIRE_ARRAY for one element */

	/* Path of the member in the struct's JSON object, such as "limits.memory". "": the field is
	 * not a member, but the JSON value itself. NULL: not in JSON. */
	const char *json;
	bool always; /* answers contain it even if it is zero */
	uint8_t form, unit;
	const char *const *words; /* ends with NULL */
	/* The place of a bool, or of bits of a uint32_t, that say if the value was given. */
	bool with_given;
	size_t given_offset;
	uint32_t given_bits;		    /* 0: a bool */
	bool (*is_valid)(const char *text); /* WIRE_STRING */
	const char *reason; /* the reason for refusing a value, instead of the usual one */
	uint32_t needs;	    /* namespaces (KIND_BIT()s) without which the field means nothing */
};

struct wire_layout {
	size_t size; /* of the struct */
	size_t n;
	const struct wire_field *fields;
};

/*
 * Descriptors of clients, which the keeper must never hold, because closing one may take as long as
 * the client likes. A front sends them directly to a worker. Its request to the keeper, and the
 * keeper's task for the worker, contain only the indexes of these descriptors. So a handle is a
 * descriptor in front and worker, which have such a table, and an index in the keeper, which has
 * none.
 */
struct wire_handles {
	int fds[WIRE_FDS_MAX]; /* borrowed */
	size_t n;
	uint64_t processes; /* bit i: the i-th is a WIRE_PROCESS */
	uint64_t pipes;	    /* bit i: the i-th is a WIRE_PIPE */
};

/* A message being written. Owns only its buffer; descriptors are borrowed. */
struct wire_writer {
	union {
		struct nlmsghdr header;
		char bytes[WIRE_SIZE_MAX];
	} * buffer;
	size_t limit; /* of the message's size */
	int fds[WIRE_FDS_MAX];
	size_t n_fds;
	struct wire_handles
		*handles; /* collects the handles' descriptors; NULL: they are indexes */
	bool overflow;	  /* the message did not fit: sending it returns -EMSGSIZE */
	bool without_fds; /* leaves descriptors out, as wire_pack() does */
};

/* A received message. Owns its buffer and the descriptors that came with it. */
struct wire_message {
	struct nlmsghdr *header; /* type, flags, seq (the request), pid (the connection) */
	int fds[WIRE_FDS_MAX];	 /* -1: taken */
	size_t n_fds;
	const struct wire_handles
		*handles; /* turns handles into descriptors; NULL: they are indexes */
	bool of_front;	  /* from a front: a field that only the daemon may fill is an error */
};

/* Makes the buffer, of WIRE_SIZE_MAX or WIRE_STREAM_MAX. Returns 0 or -ENOMEM. wire_begin() sets
 * the limit to WIRE_SIZE_MAX; the caller raises it for a message that may be larger. */
int wire_writer_init(struct wire_writer *writer, size_t size);
void wire_writer_done(struct wire_writer *writer);

/* Begins a new message. */
void wire_begin(struct wire_writer *writer, uint16_t type, uint16_t flags, uint32_t request,
		uint32_t connection);
/* Appends the fields of *value. */
void wire_put(struct wire_writer *writer, const struct wire_layout *layout, const void *value);
/* Appends *value as a nested attribute, of which a message can have many. Returns false if it did
 * not fit. The message is then unchanged, so the caller can send it and begin another. */
bool wire_put_item(struct wire_writer *writer, uint16_t attribute, const struct wire_layout *layout,
		   const void *value);

/* Returns true if encoding leaves out this field of *value. */
bool wire_is_default(const struct wire_field *field, const void *value);
/* Returns true if the field of *value was given, even if it is zero. */
bool wire_is_given(const struct wire_field *field, const void *value);

/*
 * Prepares a struct for decoding: sets numbers to zero, and descriptors and handles to -1. Leaves
 * large arrays (hundreds of kilobytes) as they are: code that adds an element sets all of that
 * element.
 */
void wire_clear(const struct wire_layout *layout, void *value);
/* Decodes the message's fields into *ret, except items (attributes from WIRE_ITEM on). Returns 0 or
 * -EBADMSG. */
int wire_decode(struct wire_message *message, const struct wire_layout *layout, void *ret);

/* Items have attribute numbers from here on. */
#define WIRE_ITEM 0x1000
/* Decodes the next item with this attribute after *position, which is NULL at first. Returns 1, 0
 * if there are no more, or -EBADMSG. */
int wire_next_item(struct wire_message *message, uint16_t attribute, const struct nlattr **position,
		   const struct wire_layout *layout, void *ret);

/* Returns fd, and takes it out of the message that owns it. Returns -1 if the message does not own
 * fd. */
int wire_take_fd(struct wire_message *message, int fd);

/* Encodes *value without header and descriptors, for memory or disk. The caller frees *ret. Returns
 * 0, -ENOMEM, or -EMSGSIZE if the result is larger than 60 KiB. */
int wire_pack(const struct wire_layout *layout, const void *value, void **ret, size_t *ret_size);
/* Decodes what wire_pack() has encoded. *ret points into data, which must be aligned as malloc()
 * aligns. Returns 0 or -EBADMSG. */
int wire_unpack(const struct wire_layout *layout, const void *data, size_t size, void *ret);
