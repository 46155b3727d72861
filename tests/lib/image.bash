# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# make_image DIRECTORY PROGRAM...: makes a root directory with these programs of the machine, and their libraries.
make_image() {
	local program
	mkdir -p "$1"/{bin,etc,proc,sys,dev,tmp,run}
	for program in "${@:2}"; do
		program=$(command -v "$program")
		cp -L "$program" "$1/bin/"
		# shellcheck disable=SC2046
		cp -L --parents $(ldd "$program" | grep -o '/[^ ]*') "$1"
	done
}
