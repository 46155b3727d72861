#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# embed.sh SYMBOL FILE > out.c: the bytes of FILE as `const char SYMBOL[]`, with a NUL after them.
# Octal escapes always have three digits, so no byte can run into the next; a string literal, as
# bytes above 127 would each be a warning in an initialiser of char.
set -eu

if [ $# -ne 2 ]; then
	echo "usage: $0 SYMBOL FILE" >&2
	exit 2
fi
case $1 in
'' | [0-9]* | *[!A-Za-z0-9_]*)
	echo "$0: no C identifier: $1" >&2
	exit 2
	;;
esac
if [ ! -f "$2" ] || [ ! -r "$2" ]; then
	echo "$0: cannot read: $2" >&2
	exit 1
fi

printf '/* SPDX-License-Identifier: LGPL-2.1-or-later */\n'
printf '/* Made by build-aux/embed.sh from %s: do not edit. */\n' "${2##*/}"
printf 'extern const char %s[];\nconst char %s[] =\n' "$1" "$1"
od -A n -v -t o1 "$2" | awk '
	{ printf "\t\""; for (i = 1; i <= NF; i++) printf "\\%s", $i; print "\"" }
	END { print "\t\"\";" }'
