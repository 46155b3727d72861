/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Typed messages between the daemon's processes: C structs to netlink attributes and back, by
 * tables (struct wire_layout). libmnl builds and checks the attributes; this file decides what is
 * allowed. The state files hold the same bytes.
 *
 * Decoding is strict: an attribute that the layout does not know, that comes twice where one is
 * allowed, has a wrong length, a string with a NUL inside or without one at its end, a number above
 * its limit, too many elements, a descriptor that did not come along, or, from a front, a number
 * below its lowest, a string that is not valid, or a field that only the daemon may fill: all
 * -EBADMSG.
 *
 * A decoded struct is a view: its strings lie in the message and its descriptors belong to the
 * message until wire_take_fd(). Absent means zero, NULL, or -1 for a descriptor; zero, NULL, false
 * and -1 are left out when encoding, so there is one encoding for one value, and equal values can
 * be compared as bytes.
 */
#ifndef NSCTL_WIRE_CODEC_H
#define NSCTL_WIRE_CODEC_H

#include <linux/netlink.h>
#include "base.h"

/* One message at most; every socket between our processes has buffers for several. */
#define WIRE_SIZE_MAX (192 * 1024)
#define WIRE_FDS_MAX 64

enum wire_type {
	WIRE_BOOL,    /* bool */
	WIRE_U32,     /* uint32_t, at most limit (0: any) */
	WIRE_U64,     /* uint64_t, at most limit (0: any) */
	WIRE_I64,     /* int64_t, not further from zero than limit (0: any) */
	WIRE_STRING,  /* const char *, at most limit bytes without its NUL; never empty */
	WIRE_FD,      /* int, a descriptor that travels along */
	WIRE_HANDLE,  /* int, a client's descriptor, which travels apart: see struct wire_handles */
	WIRE_PROCESS, /* the same, of which a worker finds out whether it is a pidfd */
	WIRE_NESTED,  /* a struct, by layout */
	WIRE_ARRAY,   /* size_t count at count_offset, then an array of at most limit structs */
};

struct wire_layout;

/* How a field reads in JSON where its type does not say it all. */
enum wire_form {
	FORM_PLAIN,
	FORM_WORD,	  /* WIRE_U32: one of words, of which the first is 1 */
	FORM_WORDS,	  /* WIRE_U32: a list of words, of which the first is bit 0 */
	FORM_SWITCH,	  /* WIRE_U32: enum spec_switch as a boolean */
	FORM_NOT,	  /* WIRE_BOOL: the opposite */
	FORM_MAYBE_EMPTY, /* WIRE_STRING: NULL is the empty string */
	FORM_MAP,	  /* WIRE_ARRAY of a key and a value: an object */
};

/* A number with a fraction in JSON, and an integer here. */
enum wire_unit {
	UNIT_NONE,	   /* an integer in JSON as well */
	UNIT_SECONDS,	   /* microseconds here */
	UNIT_MILLISECONDS, /* microseconds here */
	UNIT_PERCENT,	   /* millionths here */
	UNIT_WHOLE,	   /* thousandths here */
};

/*
 * A row is all that is known of a field: how it travels, how it reads in JSON, and which values a
 * client may give it. The JSON is the front's alone; what a client may say is checked by the front,
 * with a reason, and again by the codec in each message of a front's.
 */
struct wire_field {
	uint16_t attribute; /* from 1 up, within its layout; never given another meaning */
	uint16_t type;	    /* enum wire_type */
	size_t offset;
	uint64_t limit;
	uint64_t lowest;		  /* of a number of a front's, unless it is absent */
	size_t count_offset;		  /* WIRE_ARRAY */
	bool large;			  /* WIRE_ARRAY: see wire_clear() */
	bool by_daemon;			  /* a front must not fill it: see struct wire_message */
	const struct wire_layout *layout; /* WIRE_NESTED, WIRE_ARRAY: of one element */

	/* The path of the member, from the object of the struct ("limits.memory"). "": the value
	 * itself, where a struct is no object, or a part of it. NULL: there is none. */
	const char *json;
	bool always; /* an answer has it even where it is zero */
	uint8_t form, unit;
	const char *const *words; /* NULL ends them */
	/* Whether it was said is kept in a bool, or in bits of a uint32_t. */
	bool with_given;
	size_t given_offset;
	uint32_t given_bits;		    /* 0: a bool */
	bool (*is_valid)(const char *text); /* WIRE_STRING */
	const char *reason;		    /* why a value is refused, instead of the usual */
	uint32_t needs; /* namespaces (KIND_BIT()s) without which the field means nothing */
};

struct wire_layout {
	size_t size; /* of the struct */
	size_t n;
	const struct wire_field *fields;
};

/*
 * Descriptors of a client's, which the keeper must never hold: closing one may take as long as the
 * client likes. A front sends them to a worker directly, and both messages, the front's request and
 * the keeper's task, name them by their index in that sending. So a handle is a descriptor in the
 * front and in the worker, which have such a table, and an index in the keeper, which has none.
 */
struct wire_handles {
	int fds[WIRE_FDS_MAX]; /* borrowed */
	size_t n;
	uint64_t processes; /* bit i: the i-th is a WIRE_PROCESS */
};

/* A message that is written: owns nothing but its buffer; descriptors are borrowed. */
struct wire_writer {
	union {
		struct nlmsghdr header;
		char bytes[WIRE_SIZE_MAX];
	} * buffer;
	int fds[WIRE_FDS_MAX];
	size_t n_fds;
	struct wire_handles
		*handles; /* collects the handles' descriptors; NULL: they are indexes */
	bool overflow;	  /* it did not fit; sending says -EMSGSIZE */
	bool without_fds; /* descriptors are left out, as by wire_pack() */
};

/* A message that was received: owns its buffer and the descriptors that came with it. */
struct wire_message {
	struct nlmsghdr *header; /* type, flags, seq (the request), pid (the connection) */
	int fds[WIRE_FDS_MAX];	 /* -1 where taken */
	size_t n_fds;
	const struct wire_handles *handles; /* turns handles into descriptors; NULL: indexes */
	bool of_front;			    /* what only the daemon may say is malformed in it */
};

int wire_writer_init(struct wire_writer *writer); /* 0 or -ENOMEM */
void wire_writer_done(struct wire_writer *writer);

/* Starts a message anew. */
void wire_begin(struct wire_writer *writer, uint16_t type, uint16_t flags, uint32_t request,
		uint32_t connection);
/* Appends the fields of *value. */
void wire_put(struct wire_writer *writer, const struct wire_layout *layout, const void *value);
/* Appends *value as one nested attribute, which may come any number of times; false when it did
 * not fit: the message then is as it was before, so the caller can send it and start another. */
bool wire_put_item(struct wire_writer *writer, uint16_t attribute, const struct wire_layout *layout,
		   const void *value);

/* Returns true if the field of *value is left out when encoding. */
bool wire_is_default(const struct wire_field *field, const void *value);
/* Returns true if the field of *value was said, be it zero. */
bool wire_is_given(const struct wire_field *field, const void *value);

/* Prepares a struct as if nothing had been decoded into it: zero, and -1 for descriptors and
 * handles. Large arrays, of hundreds of kilobytes, are left as they are: code that adds an
 * element sets all of it. */
void wire_clear(const struct wire_layout *layout, void *value);
/* The message's fields into *ret; attributes from WIRE_ITEM up are items and skipped. 0 or
 * -EBADMSG. */
int wire_decode(struct wire_message *message, const struct wire_layout *layout, void *ret);

/* Items have attribute numbers from here up. */
#define WIRE_ITEM 0x1000
/* The next item after *position (start with NULL) with this attribute: 1 and *ret, 0: no more,
 * -EBADMSG. */
int wire_next_item(struct wire_message *message, uint16_t attribute, const struct nlattr **position,
		   const struct wire_layout *layout, void *ret);

/* Takes a descriptor that wire_decode() handed out from the message. */
int wire_take_fd(struct wire_message *message, int fd);

/* *value as bytes without header and without descriptors: what is kept in memory and on disk. The
 * caller frees *ret. 0, -ENOMEM, or -EMSGSIZE above 60 KiB. */
int wire_pack(const struct wire_layout *layout, const void *value, void **ret, size_t *ret_size);
/* The reverse; *ret is a view on data, which must be aligned as malloc's. 0 or -EBADMSG. */
int wire_unpack(const struct wire_layout *layout, const void *data, size_t size, void *ret);

#endif
