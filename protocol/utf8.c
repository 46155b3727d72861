/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol/utf8.h"

size_t utf8_decode(const char *text, uint32_t *ret_character)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t character;
	size_t n;

	if (bytes[0] < 0x80) {
		*ret_character = bytes[0];
		return 1;
	}
	n = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	character = bytes[0] & (0x7fU >> n);
	/* the final NUL is no continuation byte, so this never reads past it */
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3fU);
	}
	if (character < least[n] || character > 0x10ffff || (character & ~0x7ffU) == 0xd800)
		return 0;
	*ret_character = character;
	return n;
}

bool utf8_is_valid(const char *text)
{
	while (*text) {
		uint32_t character;
		size_t n = utf8_decode(text, &character);

		if (n == 0)
			return false;
		text += n;
	}
	return true;
}
