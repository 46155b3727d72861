# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes a manual page for scdoc: awk -f manual.awk -v table=FILE -v top=DIRECTORY -v version=VERSION man/PAGE.scd.
# Copies the page, and puts what is written elsewhere in place of these lines:
#
#   @name TEXT        the names of this page, and what it is about
#   @synopsis         how the commands of this page are typed
#   @verbs            the commands of this page, with their options and examples (table: what "nsctl table" prints)
#   @commands         all commands, by groups
#   @options          the options of nsctl itself
#   @settings FILE    the keys of a sample configuration, and its comments
#   @interface FILE   the declarations of a .varlink file, and its comments
#   @markdown FILE [below]   a document, in sections of its own or below the present one
#   @section FILE HEADING    one section of a document

# --- texts ---

function escape(text) {
	gsub(/[\\*_`#~]/, "\\\\&", text)
	return text
}

# Returns the text with `words` in bold.
function plain(text,    out, n, i, parts) {
	n = split(text, parts, "`")
	for (i = 1; i <= n; i++)
		out = out (i % 2 || i == n && n % 2 == 0 ? escape(parts[i]) : "*" escape(parts[i]) "*")
	return out
}

# Returns the text as a sentence. A name stays as it is.
function sentence(text) {
	if (text !~ /^nsctl/)
		text = toupper(substr(text, 1, 1)) substr(text, 2)
	return text ~ /[.:]$/ ? text : text "."
}

# Prints lines as they are. A comment that does not fit into 80 columns goes above its command.
function literal(text,    lines, n, i, command, comment) {
	print "```"
	n = split(text, lines, "\n")
	for (i = 1; i <= n; i++) {
		if (length(lines[i]) > COLUMNS)
			sub(/ +# /, "  # ", lines[i])
		if (length(lines[i]) > COLUMNS && match(lines[i], / +# /)) {
			command = substr(lines[i], 1, RSTART - 1)
			comment = substr(lines[i], RSTART + RLENGTH)
			print "# " comment
			lines[i] = command
		}
		gsub(/\\/, "\\\\\\\\", lines[i])
		print lines[i]
	}
	print "```\n"
}

# Prints a term, and its text below it.
function define(term, text) { printf "%s\n\t%s\n\n", term, text }

# --- the table of commands ---

function read_table(    line, fields) {
	while ((getline line <table) > 0) {
		split(line, fields, "\t")
		if (fields[1] == "heading") {
			heading = fields[2]
		} else if (fields[1] == "verb") {
			order[++verbs] = fields[2]
			above[fields[2]] = heading
			heading = ""
			alias[fields[2]] = fields[3]
			usage[fields[2]] = fields[4]
			summary[fields[2]] = fields[5]
			page[fields[2]] = fields[6]
			examples[fields[2]] = fields[7]
		} else if (fields[1] == "option") {
			options[fields[2]] = options[fields[2]] line "\n"
		}
	}
	close(table)
}

# Prints the options of a verb, and their headings: as sections if they are below none.
function print_options(verb, sections,    lines, fields, n, i, term, argument) {
	n = split(options[verb], lines, "\n")
	for (i = 1; i < n; i++) {
		split(lines[i], fields, "\t")
		if (fields[7])
			printf (sections ? "## %s\n\n" : "*%s*\n\n"), fields[7]
		argument = fields[5]
		term = (fields[3] ? "*-" fields[3] "*, " : "") "*--" fields[4] "*"
		if (sub(/^\?/, "", argument))
			term = term "[=_" escape(argument) "_]"
		else if (argument)
			term = term "=_" escape(argument) "_"
		define(term, plain(sentence(fields[6])))
	}
}

function how(verb) { return "*nsctl " verb "* " escape(usage[verb]) }

function print_command(verb,    text, n, parts, i) {
	if (n_commands > 1)
		printf "## nsctl %s %s\n\n", verb, escape(usage[verb])
	n = split(summary[verb], parts, /\\n/)
	for (i = 1; i <= n; i++)
		printf "%s\n\n", plain(sentence(parts[i]))
	if (alias[verb])
		printf "Also called *nsctl %s*.\n\n", alias[verb]
	if (options[verb] && n_commands == 1)
		print "# OPTIONS\n\nThose of every command are in *nsctl*(1).\n"
	print_options(verb, n_commands == 1)
	text = examples[verb]
	gsub(/\\n/, "\n", text)
	print n_commands == 1 ? "# EXAMPLES\n" : "For example:\n"
	literal(text)
}

# Finds the commands of this page. The one that the page is named after comes first. A group has no text of its own.
function find_commands(    name, i, verb, first) {
	name = ARGV[1]
	sub(/.*\//, "", name)
	sub(/\..*/, "", name)
	for (i = 1; i <= verbs; i++)
		if (order[i + 1] ~ "^" order[i] " ")
			page[order[i]] = ""
	for (first = 1; first >= 0; first--)
		for (i = 1; i <= verbs; i++) {
			verb = order[i]
			if (page[verb] == name && ("nsctl-" verb == name) == first)
				commands[++n_commands] = verb
		}
}

function print_names(text,    i) {
	for (i = 1; i <= n_commands; i++)
		if (!index(commands[i], " "))
			names_here = names_here (names_here ? ", " : "") "nsctl-" commands[i]
	print (names_here ? names_here : page[commands[1]]) " - " text
}

function print_commands(    i, verb, parts) {
	for (i = 1; i <= verbs; i++) {
		verb = order[i]
		if (above[verb])
			printf "## %s\n\n", above[verb]
		split(summary[verb], parts, /\\n/)
		define("*" verb "*", plain(sentence(parts[1])))
	}
}

# --- a sample configuration ---

function flush_settings() {
	if (terms)
		define(terms, plain(comment))
	else if (comment)
		printf "%s\n\n", plain(comment)
	terms = comment = ""
}

function print_settings(file,    line, head) {
	head = 1
	while ((getline line <file) > 0) {
		if (line ~ /^\[/) {
			flush_settings()
			printf "## %s\n\n", line
		} else if (line ~ /^#[a-z]/) {
			match(line, / *=/)
			terms = terms (terms ? ", " : "") "*" escape(substr(line, 2, RSTART - 2)) "* =" \
				escape(substr(line, RSTART + RLENGTH))
		} else if (line ~ /^# /) {
			if (terms)
				flush_settings()
			comment = comment (comment ? " " : "") substr(line, 3)
		} else if (line == "") {
			flush_settings()
		}
	}
	flush_settings()
	close(file)
}

# --- an interface ---

# Returns the declaration in lines of at most 72 columns.
function fold(text,    out, line, n, words, i) {
	gsub(/\( /, "(", text)
	gsub(/ \)/, ")", text)
	gsub(/: /, ":\001", text)
	n = split(text, words, " ")
	for (i = 1; i <= n; i++) {
		if (length(line) + length(words[i]) > 68) {
			out = out line "\n"
			line = "   "
		}
		line = line (i > 1 ? " " : "") words[i]
	}
	gsub(/\001/, " ", out)
	gsub(/\001/, " ", line)
	return out line
}

function flush_note(    i) {
	if (term ~ /^[A-Z]/)
		printf "*%s*: %s\n\n", escape(term), plain(note)
	else if (term)
		define("*" escape(term) "*", plain(note))
	else if (note)
		printf "%s\n\n", plain(note)
	term = note = ""
}

# Prints a comment; a line "name: text" begins the description of a member.
function print_notes(notes,    lines, n, i) {
	n = split(notes, lines, "\n")
	for (i = 1; i < n; i++) {
		if (lines[i] == "") {
			flush_note()
		} else if (match(lines[i], /^[A-Za-z]+(, [A-Za-z]+)*( \([^)]*\))?: /)) {
			flush_note()
			term = substr(lines[i], 1, RLENGTH - 2)
			note = substr(lines[i], RLENGTH + 1)
		} else {
			# what is said after the members is about the whole
			if (term && note ~ /\.$/ && lines[i] ~ /^[A-Z]/)
				flush_note()
			sub(/^ +/, "", lines[i])
			note = note (note ? " " : "") lines[i]
		}
	}
	flush_note()
}

function print_interface(file,    line, notes, text, kind, depth, name, i, kinds) {
	split("method type error", kinds, " ")
	while ((getline line <file) > 0) {
		if (depth == 0 && line ~ /^#/) {
			notes = notes (line == "#" ? "" : substr(line, 3)) "\n"
			continue
		}
		if (line ~ /^interface /) {
			printf "# DESCRIPTION\n\n"
			print_notes(notes)
			notes = ""
		} else if (depth > 0 || line ~ /^(method|type|error) /) {
			sub(/^ +/, "", line)
			text = text (text ? " " : "") line
			depth = gsub(/\(/, "(", text) - gsub(/\)/, ")", text)
			# a method's answer may be in a line of its own
			if (depth > 0 || text ~ /^method/ && text !~ /->/) {
				depth = 1
				continue
			}
			kind = substr(text, 1, index(text, " ") - 1)
			name = text
			sub(/^[a-z]+ /, "", name)
			sub(/[ (].*/, "", name)
			names[kind, ++count[kind]] = name
			texts[kind, count[kind]] = text
			comments[kind, count[kind]] = notes
			text = ""
			depth = 0
			notes = ""
		} else if (line == "") {
			notes = ""
		}
	}
	close(file)
	for (i = 1; i <= 3; i++)
		print_declarations(kinds[i])
}

function print_declarations(kind,    i) {
	printf "# %sS\n\n", toupper(kind)
	for (i = 1; i <= count[kind]; i++) {
		printf "## %s\n\n", names[kind, i]
		literal(fold(texts[kind, i]))
		print_notes(comments[kind, i])
	}
}

# --- a document ---

# Returns a line of Markdown as scdoc has it.
function inline(text,    out, n, parts, i) {
	while (match(text, /\[[^][]*\]\([^)]*\)/)) {
		out = substr(text, RSTART + 1, index(substr(text, RSTART), "](") - 2)
		text = substr(text, 1, RSTART - 1) out substr(text, RSTART + RLENGTH)
	}
	out = ""
	n = split(text, parts, "`")
	for (i = 1; i <= n; i++) {
		if (i % 2 == 0) {
			out = out "*" escape(parts[i]) "*"
			continue
		}
		gsub(/\*\*/, "\001", parts[i])
		gsub(/\*/, "\002", parts[i])
		parts[i] = escape(parts[i])
		gsub(/\001/, "*", parts[i])
		gsub(/\002/, "_", parts[i])
		out = out parts[i]
	}
	return out
}

function flush_paragraph() {
	if (block)
		literal(block)
	if (paragraph)
		printf "%s%s\n%s", bullet, inline(paragraph), bullet ? "" : "\n"
	block = paragraph = bullet = ""
}

function end_list() {
	flush_paragraph()
	if (in_list)
		print ""
	in_list = 0
}

function print_row(line,    cells, n, i, text) {
	n = split(line, cells, / *\| */)
	for (i = 3; i < n; i++)
		text = text (i > 3 ? "; " : "") cells[i]
	define(inline(cells[2]), inline(text))
}

# Prints the sections of a document or, with a heading, only that one.
function print_markdown(file, below, heading,    line, rows, here) {
	while ((getline line <file) > 0) {
		if (line ~ /^##? /)
			here = !heading || line == "## " heading
		if (!here || line ~ /^# /)
			continue
		if (line ~ /^##+ /) {
			end_list()
			if (!below)
				sub(/^#/, "", line)
			print (line ~ /^# / ? toupper(line) : line) "\n"
		} else if (line ~ /^\|/) {
			end_list()
			if (line ~ /^\| *---/)
				rows = 1
			else if (rows)
				print_row(line)
			continue
		} else if (line ~ /^    / && !paragraph) {
			block = block (block ? "\n" : "") substr(line, 5)
		} else if (line == "") {
			in_list ? flush_paragraph() : end_list()
		} else if (line ~ /^(-|[0-9]+\.) /) {
			flush_paragraph()
			in_list = 1
			bullet = line ~ /^-/ ? "- " : ". "
			sub(/^[^ ]+ +/, "", line)
			paragraph = line
		} else {
			if (!paragraph && in_list)
				end_list()
			sub(/^ +/, "", line)
			paragraph = paragraph (paragraph ? " " : "") line
		}
		rows = 0
	}
	end_list()
	close(file)
}

# --- the page ---

BEGIN {
	COLUMNS = 69
	if (table)
		read_table()
	find_commands()
}
/^;/ { next }
!titled { titled = 1; print $0 " \"nsctl " version "\" \"nsctl\""; next }
/^@synopsis$/ { for (i = 1; i <= n_commands; i++) printf "%s%s\n", how(commands[i]), i < n_commands ? "++" : ""; print ""; next }
/^@commands$/ { print_commands(); next }
/^@verbs$/ { for (i = 1; i <= n_commands; i++) print_command(commands[i]); next }
/^@name / { print_names(substr($0, 7)); next }
/^@options$/ { print_options("*", 1); print_options("", 1); next }
/^@settings / { print_settings(top "/" $2); next }
/^@interface / { print_interface(top "/" $2); next }
/^@markdown / { print_markdown(top "/" $2, $3 == "below"); next }
/^@section / { file = $2; sub(/^@section [^ ]+ /, ""); print_markdown(top "/" file, 0, $0); next }
/^@/ { print "manual.awk: " FILENAME ": unknown: " $0 >"/dev/stderr"; exit 1 }
{ print }
