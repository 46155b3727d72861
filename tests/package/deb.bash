# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What package.bats does with packages, on Debian. A package is named as its file in /bed/packages.

# shellcheck disable=SC2034 # for package.bats
library=libnsctl0

# put PACKAGE: installs it, or upgrades to it.
put() { dpkg -i "/bed/packages/$1.deb"; }
start() { :; } # what is installed has been started
is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status} ${Version}' nsctl)" = "installed $(dpkg-deb -f "/bed/packages/$1.deb" Version)" ]
}
remove() { dpkg -r "$1"; }
purge() { dpkg -P nsctl; }
