#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
# Mistakes that people make. Each message names the thing, the reason and the remedy, in the words of the command
# line.

load daemon.bash

setup_file() {
	start_daemon
	export runtime daemon
	nsctl create box
	nsctl network create lan --subnet=auto
	nsctl create -n --lease=1h leased
	mkdir "$runtime.root"
}
teardown_file() {
	rmdir "$runtime.root"
	nsctl rm --all
	nsctl network rm lan
	purge_daemon
}

# inner_words: words that only the interface and the code have, and no message.
inner_words='spec\.|FileDescriptor|rateBitsPerSecond|org\.nsctl|\[[0-9]+\]\.|: NAME: |\(null\)|STEP_'

# wrong STATUS THING REASON REMEDY WORD...: checks that the command fails with STATUS, that its first line has the
# thing and the reason, and that the remedy is in that line or in the hint.
wrong() {
	local expected=$1 thing=$2 reason=$3 remedy=$4 status=0 output first
	shift 4
	output=$(nsctl "$@" </dev/null 2>&1) || status=$?
	first=${output%%$'\n'*}
	echo "\$ nsctl $*"
	echo "$output"
	[ "$status" -eq "$expected" ] || { echo "status $status" && return 1; }
	[[ "$first" == "nsctl: "*"$thing"* && "$first" == *"$reason"* ]] || { echo "no \"$thing\", or no \"$reason\"" && return 1; }
	[[ "$output" == *"$remedy"* ]] || { echo "no \"$remedy\"" && return 1; }
	fails grep -E "$inner_words" <<<"$output"
}

@test "A wrong name is refused if it is taken, missing, impossible, or of another kind" {
	wrong 1 "create box" "there is already a set called box" "--existing uses it" create box
	wrong 1 "create box" "there is already a set called box" "made with other options" create --existing --hostname=other box
	wrong 1 "show boxx" "there is no set called boxx" "\`nsctl list\`" show boxx
	wrong 125 "exec boxx" "there is no set called boxx" "\`nsctl list\` lists them; the set comes first" exec boxx true
	wrong 1 "link rm cable" "there is no link called cable" "\`nsctl link list\`" link rm cable
	wrong 1 "network rm wan" "there is no network called wan" "\`nsctl network list\`" network rm wan
	wrong 2 '"a b"' "is not a valid name" "begins and ends with a letter" create "a b"
	wrong 2 "rm a b" "a name is 1 to 64" "begins and ends with a letter" rm "a b"
	wrong 2 "wait box" "a session is 16 hexadecimal digits" "\`nsctl exec --detach\` prints it" wait box
	wrong 2 "list" "takes no names" "\`nsctl show NAME\`" list box
	wrong 1 "rm lan" "there is no set called lan" "\`nsctl network rm NAME\` removes a network" rm lan
	wrong 2 "rm" "no set given" "--all removes all" rm
}

@test "A wrong word is refused if it is mistyped, missing, or of a similar program" {
	wrong 2 "command lits" "there is no command" "write \`nsctl list" lits
	wrong 2 "command cp" "there is no command" "\`nsctl help\` lists them" cp
	wrong 2 "command stop" "there is no command" "write \`nsctl rm" stop box
	wrong 2 "--hotsname=x" "there is no option" "write --hostname" create --hotsname=x y
	wrong 2 "--allow" "too few arguments, as box is the value" "\`nsctl help egress\`" egress --allow box
	wrong 2 "ps" "the NAME of a set is missing; usage: nsctl ps" "\`nsctl list\` lists the sets" ps
	wrong 2 "network show" "the NAME of a network is missing" "\`nsctl network list\` lists the networks" network show
	wrong 2 "link rm" "the NAME of a link is missing" "\`nsctl link list\` lists the links" link rm
	wrong 2 "wait" "SESSION is missing" "\`nsctl sessions NAME\` lists those" wait
	wrong 2 "link add" "B is missing; usage: nsctl link add" "\`nsctl help link add\`" link add box
	wrong 125 "exec" "the NAME of a set is missing" "\`nsctl list\` lists the sets" exec
	wrong 2 "create" "too few arguments: NAME is missing" "\`nsctl help create\`" create
	wrong 2 "adopt" "too few arguments: NAME is missing" "\`nsctl help adopt\`" adopt --target=1
	wrong 125 "-i" "there is no option" "stdin is passed on anyway" exec -it box sh
	wrong 125 "--rm" "there is no option" "removed anyway" run --rm true
	wrong 2 "--name=x" "there is no option" "the name comes last" create --name=x
	wrong 2 "-9" "there is no option" "write --signal=KILL" kill -9 box
	wrong 2 "-f" "there is no option" "--ignore" rm -f box
	wrong 125 "-t" "there is no option" "there is a terminal anyway" run -it sh
	wrong 125 "-e" "there is no option" "write --env=K=V" run -e A=1 env
	wrong 125 "-v" "there is no option" "write --bind=SOURCE:TARGET" run -v /srv:/srv true
	wrong 2 "-f" "there is no option" "does not ask anyway" prune -f
	wrong 2 "--ip=10.0.0.1" "is short for more than one option: --ipc, --ip-netns" "\`nsctl help create\`" create --ip=10.0.0.1 x
	wrong 125 "-e" "there is no option" "write --net" run -mnet true
	wrong 2 "-e" "there is no option" "write --net" create -net x
	wrong 1 "link add" "there is no set called lan" "a network is written net/NAME" link add box lan
	wrong 1 "create x" "there is no set called lan" "a network is written net/NAME" create --link=lan x
	wrong 1 "egress lan" "there is no set called lan" "a network is written net/NAME" egress lan
	wrong 125 "run box" "there is already a set called box" "\`nsctl exec box COMMAND...\`" run --name=box true
	wrong 127 "run: root" "No such file" "--user=root chooses a user" run -u root id
	wrong 127 "run: 8080:80" "No such file" "--publish=8080:80 publishes a port" run -p 8080:80 bash
	wrong 127 "run: [::1]:80:80/tcp" "No such file" "--publish=[::1]:80:80/tcp publishes" run -np [::1]:80:80/tcp bash
	wrong 127 "run: 8080:80" "No such file" "searched for inside the set" run -n 8080:80
	wrong 127 "exec box: ls -l" "No such file" "no shell reads COMMAND" exec box "ls -l"
	wrong 127 "exec box: /no/ls" "No such file" "looked up inside the set" exec box /no/ls
	wrong 125 "exec" 'no COMMAND given: "ls" is the name of the set' "usage: nsctl exec [OPTIONS] NAME COMMAND..." exec ls
	wrong 125 "-l" 'the name of the set, which is "ls" here' 'put "--" before a command' exec ls -l
	wrong 125 "enter" 'no COMMAND given: "box" is the name' "usage: nsctl enter" enter -d box
}

@test "A wrong value of an option is refused with an example of a right one" {
	wrong 2 "--memory" '"512MB" is not a size' "such as 512M" create --memory=512MB x
	wrong 2 "--label" '"my key=1" is not K=V' "letters, digits" create --label="my key=1" x
	wrong 125 "--timeout" '"5x" is not a duration' "90s, 15m" exec --timeout=5x box true
	wrong 125 "--no-init" "process 1 only in a set with a pid namespace" "" run --no-init -n true
	wrong 1 "--memory=1K" "is less than" "bytes" create --memory=1K x
	wrong 2 "--cpus" '"many" is not a number of processors' "such as 2 or 0.5" create --cpus=many x
	wrong 2 "--lease" '"soon" is not a duration' "15m" create --lease=soon x
	wrong 2 "--hostname" '"a b" is not a host name' "letters, digits" create --hostname="a b" x
	wrong 2 "--add-host" '"db" is not NAME:ADDRESS' "db:10.0.0.5" create --add-host=db x
	wrong 2 "--publish" '"8080" is not HOST-PORT:PORT' "[::1]:8080:80" create --publish=8080 x
	wrong 2 "--publish=8080:80:90" "before the two ports is no IP address" "127.0.0.1:8080:80" create --publish=8080:80:90 x
	wrong 2 "--publish=8000-8010:80-85" "differ in length" "8000-8010:80-90" create --publish=8000-8010:80-85 x
	wrong 1 "--dns=x" "is not the IP address" "of a host" create --dns=x y
	wrong 1 "--link=box,address=10.0.0.1" "needs a prefix length" "10.0.0.1/24" create --link=box,address=10.0.0.1 y
	wrong 1 "--subnet=10.0.0.0" "needs a prefix length" "10.0.0.0/24" network create --subnet=10.0.0.0 y
	wrong 1 "--subnet=10.0.0.1/24" "has bits set behind its prefix" "the subnet's first address" network create --subnet=10.0.0.1/24 y
	wrong 1 "--link=box,rate=10" "10 is less than 8000" "bits per second" create --link=box,rate=10 y
	wrong 2 "--signal" '"FOO" is not a signal' "such as TERM" kill -s FOO box
	wrong 2 "--sort" 'there is no column "SIZE"' "the columns are NAME" list --sort=SIZE
	wrong 2 "--format" '"png" is not' "text|dot|mermaid|svg" graph --format=png
	wrong 1 "--sysctl=kernel.panic=1" "not one that a set may have" "nsctl-create(1) lists them" create --sysctl=kernel.panic=1 x
	wrong 1 "--map-auto" "/etc/subuid" "gives you none" create --map-auto x
	wrong 1 "--monotonic, --boottime" "a clock of the set would be negative" "" create -T --monotonic=-4000000000 --boottime=-4000000000 x
}

@test "A wrong path, process, descriptor or file is refused by name" {
	wrong 1 "--bind" "/nosuch: No such file" "" create --bind=/nosuch:/mnt x
	wrong 1 "--bind=/tmp:/nosuch" "there is no such path inside" "--tmpfs=PARENT" create --bind=/tmp:/nosuch x
	wrong 2 "--bind=/tmp:rel" "TARGET, which is \"rel\", must be" "an absolute path" create --bind=/tmp:rel x
	wrong 2 "--tmpfs=rel:1M" "TARGET, which is \"rel\", must be" "an absolute path" create --tmpfs=rel:1M x
	wrong 2 "--overlay=rel:./x" "TARGET, which is \"rel\", must be" "an absolute path" create --overlay=rel:./x x
	wrong 1 "--hide=rel" "must be an absolute path" "" create --hide=rel x
	wrong 1 "--root=$runtime.root" "this root has no /dev" "make an empty directory" create -r "--root=$runtime.root" x
	wrong 1 "--lease=pid:4194304" "No such process" "" create --lease=pid:4194304 x
	wrong 1 "--target=4194304" "No such process" "" adopt --target=4194304 x
	wrong 125 "--fd" "descriptor 99 is not open" "" exec --fd=99 box true
	wrong 1 "--write=/nosuch/file" "No such file" "" capture --write=/nosuch/file box
	wrong 1 "--net=999" "Bad file descriptor" "--target=PID" adopt --net=999 x
	wrong 125 "--with=services.json" "No such file" "" run --with=services.json true
	wrong 1 "up lab.json" "No such file" "" up lab.json
	wrong 127 "exec box: nosuch" "No such file" "searched for inside the set" exec box nosuch
	wrong 127 "exec box: nosuch" "No such file" "searched for inside the set" exec -d box nosuch
	wrong 4 "cannot reach nsctld at /nosuch" "No such file" "systemctl start nsctld" --socket=/nosuch list
}

@test "An operation that is not allowed or not possible is refused with the remedy" {
	wrong 1 "egress" "does not name you" "\`nsctl status\` says where this file is" create --egress x
	wrong 1 "published ports" "does not name you" "\`nsctl status\` says where this file is" create --publish=8080:80 x
	wrong 125 "--user=4242" "in this set you can only use" "id $user_id" exec --user=4242 box id
	wrong 125 "--only=user" "but not user" "the set has mnt,pid,net" exec --only=user box true
	wrong 1 "renew box" "the set has no lease by time" "it lives until it is removed" renew box
	wrong 1 "--link=x" "x cannot be linked to itself" "" create --link=x x
	wrong 1 "egress box" "has no list, since it has no egress of its own" "make it with --allow" egress box
	wrong 1 "--allow=https://a.test/" "is a URL" "example.org:443/tcp" create --allow=https://a.test/ x
	wrong 1 "--deny" "a list of what is allowed, and there is none" "0.0.0.0/0" create --deny=192.0.2.1 x
	wrong 1 "egress net/lan" "net/lan: has no list, since it has no egress" "make it with --allow" egress net/lan
	wrong 1 "--allow=@nolist" "is no list of [lists] in nsctld.conf" "@./FILE" create --allow=@nolist x
}

@test "call hints at the method that is meant, but not to programs" {
	[[ "$(nsctl call list 2>&1 >/dev/null)" == '{"error":"org.varlink.service.MethodNotFound",'*$'\nhint: write `nsctl call List`' ]]
	[[ "$(nsctl call nsctl.GetSatus 2>&1)" == *InterfaceNotFound*'`nsctl call GetStatus`' ]]
	[[ "$(nsctl call Frobnicate 2>&1)" == *'hint: `man org.nsctl` describes the methods' ]]
	[[ "$(nsctl call --json list 2>&1)" != *hint* ]]
	[[ "$(nsctl call Get '{"name": "boxx"}' 2>&1)" != *hint* ]]
}
