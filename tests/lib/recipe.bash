# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Runs the commands of a section of docs/neighbours.md: lines with "$" as an ordinary user, lines with "#" as root.

# recipe_script PAGE SECTION UID: prints the commands as a script for root, which gives those of the user to recipe_user, on its stdin. The uid
# 1000 of the page becomes UID.
recipe_script() {
	awk -v section="## $2" '
		/^## / { ours = $0 == section }
		ours && sub(/^    /, "") {
			prompt = substr($0, 1, 2)
			if (prompt == "$ " || prompt == "# ") { now = prompt; sub(/^../, "") }
			if (now != last && last == "$ ") print "RECIPE"
			if (now != last && now == "$ ") print "recipe_user <<\47RECIPE\47"
			last = now
			print
		}
		END { if (last == "$ ") print "RECIPE" }' "$1" | sed "s|/1000/|/$3/|g; s|=1000 |=$3 |g"
}

# recipe PAGE SECTION UID COMMAND...: runs the commands. Fails if one fails, or if there are none. COMMAND runs the user's scripts as the user.
recipe() {
	local script as_user
	script=$(recipe_script "$1" "$2" "$3")
	[ -n "$script" ] || return 1
	printf -v as_user '%q ' "${@:4}"
	# a command must not read the rest of the script
	bash -euo pipefail -c "recipe_user() { $as_user bash -euo pipefail -c \"\$(cat)\" </dev/null; }
$script" </dev/null
}
