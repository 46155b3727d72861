# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of nsctl for fish. nsctl itself knows what the words may be ("nsctl complete").

function __nsctl_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] $word 2>/dev/null)
    set -l kept (string match -r -- '^--[^=]*=' $word)
    set -l value (string replace -r -- '^--[^=]*=' '' $word)
    switch "$lines[1]"
        case ':files'
            string replace -r -- '^' "$kept" (__fish_complete_path $value)
        case ':files @'
            string replace -r -- '^' "$kept@" (__fish_complete_path (string replace -r -- '^@' '' $value))
        case ':directories'
            string replace -r -- '^' "$kept" (__fish_complete_directories $value)
        case ':users'
            string replace -r -- '^' "$kept" (__fish_complete_users)
        case ':variables'
            string replace -r -- '^' "$kept" (set -nx)
        case ':command *'
            set -l first (math 2 + (string replace ':command ' '' $lines[1]))
            complete -C (string join ' ' -- (string escape -- $words[$first..-1]) $word)
        case '*'
            string join \n -- $lines
    end
end

complete -c nsctl -f -a '(__nsctl_complete)'
