#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# analyse.sh: builds all with clang, warnings being errors, and has clang-tidy, cppcheck and gcc -fanalyzer look at it.
# Makes build-clang and build-analyse. What is not asked for, and why: .clang-tidy, .ci/cppcheck.txt, and below.
# shellcheck disable=SC2317 # what check calls
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
failed=0

# in_directory DIRECTORY OPTION... -- COMMAND...: configures it once, and runs the command there.
in_directory() {
	local directory=$1 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	mkdir -p "$directory" && cd "$directory" &&
		{ [ -f Makefile ] && [ config.status -nt ../configure ] || ../configure --quiet "${options[@]}" >/dev/null; } &&
		"${@:2}"
}

# check NAME COMMAND...
check() {
	local name=$1 started=$SECONDS
	shift
	if ("$@"); then
		echo "$name: good ($((SECONDS - started)) s)"
	else
		echo "$name: failed"
		failed=1
	fi
}

sources() { git ls-files 'daemon/*.c' 'client/*.c' 'lib/*.c' 'protocol/*.c'; }

build_with_clang() {
	in_directory build-clang CC=clang --enable-werror -- make -s clean &&
		bear -- make -s -j"$(nproc)" check-build >/dev/null
}

# Its count of warnings that it does not show says nothing.
tidy() { sources | xargs -n 8 -P "$(nproc)" clang-tidy --quiet -p build-clang 2> >(grep -vE '^[0-9]+ warnings? generated' >&2); }

check_with_cppcheck() {
	sources | cppcheck --quiet -j "$(nproc)" --enable=warning,portability,performance --std=c11 --inline-suppr \
		--suppressions-list=.ci/cppcheck.txt --error-exitcode=1 -I. -Ibuild-clang --include=build-clang/config.h \
		--include=.ci/cppcheck.h -D__x86_64__ --file-list=-
}

# GCC 12 follows neither __attribute__((cleanup)) nor lists that hold what was allocated (malloc-leak), and does not
# connect a result with what it says of a pointer (the two of null): those of 17 reports that were looked at were false.
# With -O1 it sees too little of what functions set for its usual warnings, of which the usual build takes care.
build_with_analyzer() {
	in_directory build-analyse CC=gcc --enable-werror "CFLAGS=-O1 -g -fanalyzer -Wno-analyzer-malloc-leak \
-Wno-analyzer-null-dereference -Wno-analyzer-possible-null-dereference -Wno-format-truncation \
-Wno-maybe-uninitialized" -- make -s -j"$(nproc)" all >/dev/null
}

check clang build_with_clang
check clang-tidy tidy
check cppcheck check_with_cppcheck
check "gcc -fanalyzer" build_with_analyzer
exit $failed
