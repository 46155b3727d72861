# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What package.bats does with packages, on Fedora. The machine is a Debian: programs are built against its libraries, of which rpm
# knows nothing, so dependencies are not tested. triggers.spec does what Fedora's own packages do.

# shellcheck disable=SC2034 # for package.bats
library=nsctl-libs

setup_file() {
	# where Debian does not look for libraries, and Fedora does
	echo /usr/lib64 >/etc/ld.so.conf.d/lib64.conf
	put triggers
}

rpm() { command rpm --dbpath=/var/lib/rpm "$@"; }
put() { rpm --upgrade --nodeps --replacepkgs "/bed/packages/$1.rpm"; }
# Fedora starts nothing that it installs.
start() { systemctl start nsctld.socket nsctld.service; }
is_installed() { [ "$(rpm --query nsctl)" = "$(rpm --query --package "/bed/packages/$1.rpm")" ]; }
remove() { rpm --erase --nodeps "$1"; }
# Records and accounts are left to the administrator.
purge() {
	remove nsctl
	rm -r /var/lib/nsctl
	userdel nsctl
	userdel nsctl-init
}
