# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Completion of nsctl for bash, which needs the package bash-completion. nsctl itself knows what the words may be
# ("nsctl complete").

_nsctl()
{
	# shellcheck disable=SC2034 # prev: of _init_completion
	local cur prev words cword lines line candidate kept
	_init_completion -n =: || return
	mapfile -t lines < <("${words[0]}" complete -- "${words[@]:1:cword}" 2>/dev/null)
	# readline replaces only what follows the last "=" or ":"
	kept=${cur%"${cur##*[=:]}"}
	[[ $cur != --*=* ]] || cur=${cur#*=}
	case ${lines[0]-} in
	:files) _filedir ;;
	':files @')
		cur=${cur#@}
		_filedir
		COMPREPLY=("${COMPREPLY[@]/#/@}")
		;;
	:directories) _filedir -d ;;
	:users) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	:variables) mapfile -t COMPREPLY < <(compgen -e -- "$cur") ;;
	:command\ *) _command_offset $((${lines[0]#:command } + 1)) ;;
	*)
		for line in "${lines[@]}"; do
			candidate=${line%%$'\t'*}
			[[ $candidate != *[=:/] ]] || compopt -o nospace
			COMPREPLY+=("${candidate#"$kept"}")
		done
		;;
	esac
} && complete -F _nsctl nsctl
