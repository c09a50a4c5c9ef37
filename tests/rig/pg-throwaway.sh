#!/bin/bash
# pg-throwaway.sh - a throw-away PostgreSQL server on loopback, in one directory.
#
#   pg-throwaway.sh start -d DIR [-p PORT] [-D DBNAME]	initdb, start, create DBNAME
#   pg-throwaway.sh stop  -d DIR			stop it, remove DIR
#   pg-throwaway.sh url   -d DIR			postgresql:// URL to use
#   pg-throwaway.sh crash -d DIR			SIGKILL (PostgreSQL recovers on "again")
#   pg-throwaway.sh again -d DIR			start the stopped or crashed server
#   pg-throwaway.sh demo				start, SELECT version(), stop; times it
#
# Listens on 127.0.0.1 (free port unless -p) and on a Unix socket in DIR.  Login is
# user "rig", password generated per start and put in the URL.  fsync is on, as in
# real use, so that figures measured against it are honest.  As root it runs as "nobody", because
# PostgreSQL refuses root; otherwise as the caller.  Any PostgreSQL that Debian
# packages will do (newest in /usr/lib/postgresql is taken); the packaged cluster,
# if there is one, is left alone.
# Needs: postgresql (or postgresql-15), util-linux.
set -eu
die() { echo "pg-throwaway: $*" >&2; exit 1; }
usage() { sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p}' "$0"; exit "${1:-2}"; }
[ $# -ge 1 ] || usage
cmd=$1; shift
DIR="" PORT="" DB=rig
while getopts d:p:D:h o; do
	case $o in d) DIR=$OPTARG;; p) PORT=$OPTARG;; D) DB=$OPTARG;; h) usage 0;; *) usage;; esac
done
BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$BIN" ] && [ -x "$BIN/initdb" ] || die "install the package postgresql"

run() {	# as the user that owns the server
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$DIR" "$@")
	else
		(cd / && "$@")
	fi
}
free_port() {
	local p i
	for i in $(seq 50); do
		p=$((20000 + (RANDOM * 32768 + RANDOM) % 20000))
		if ! (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null; then echo $p; return; fi
	done
	die "no free port"
}
load_conf() {
	[ -n "$DIR" ] && [ -f "$DIR/conf" ] || die "no server in '$DIR' (-d DIR)"
	DIR=$(cd "$DIR" && pwd); . "$DIR/conf"
}
up() { run "$BIN/pg_ctl" -s -w -t 60 -D "$DIR/data" -l "$DIR/data/log" start ||
	{ tail -20 "$DIR/data/log" >&2; die "no start"; }; }
alive() {	# a zombie is not
	case $(sed 's/.*) //;s/ .*//' "/proc/$1/stat" 2>/dev/null) in ''|Z|X) return 1;; esac
}
children() {	# any process that still works in our data directory?
	local c
	for c in /proc/[0-9]*/cwd; do
		[ "$(readlink "$c" 2>/dev/null)" = "$DIR/data" ] && return 0
	done
	return 1
}
url() { echo "postgresql://rig:$PW@127.0.0.1:$PORT/$DB"; }

do_start() {
	local h
	[ -n "$DIR" ] || DIR=$(mktemp -d "${TMPDIR:-/tmp}/rigpg.XXXXXX")
	[ ! -e "$DIR/conf" ] || die "$DIR holds a server already: stop it first"
	mkdir -p "$DIR"; DIR=$(cd "$DIR" && pwd)
	[ ${#DIR} -lt 85 ] || die "the directory's name is too long for a Unix socket"
	PORT=${PORT:-$(free_port)}
	PW=$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')
	trap 'do_stop' EXIT; trap 'exit 130' INT TERM
	printf 'PORT=%s PW=%s DB=%s\n' "$PORT" "$PW" "$DB" >"$DIR/conf"; chmod 600 "$DIR/conf"
	if [ "$(id -u)" = 0 ]; then
		chmod 711 "$DIR"
		h=$DIR	# every directory on the way must let "nobody" through
		while [ "$h" != / ]; do h=$(dirname "$h")
			run test -x "$h" || die "user nobody cannot reach $DIR (see the mode of $h)"; done
		install -d -o nobody -g nogroup -m 700 "$DIR/data"
		install -d -o nobody -g nogroup -m 755 "$DIR/sock"
	else
		mkdir -m 700 "$DIR/data"; mkdir "$DIR/sock"
	fi
	h=$DIR/sock/.pw
	run sh -c 'umask 077; printf "%s\n" "$1" >"$2"' sh "$PW" "$h"
	run "$BIN/initdb" -D "$DIR/data" -U rig --pwfile="$h" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 \
		--no-sync >"$DIR/initdb.log" 2>&1 || { cat "$DIR/initdb.log" >&2; die "initdb failed"; }
	rm -f "$h"
	run sh -c 'cat >>"$1/data/postgresql.conf"' sh "$DIR" <<-C
		listen_addresses = '127.0.0.1'
		port = $PORT
		unix_socket_directories = '$DIR/sock'
		fsync = on
		full_page_writes = off
		shared_buffers = 256MB
		max_connections = 200
	C
	up
	[ "$DB" = postgres ] || PGPASSWORD=$PW "$BIN/createdb" -h 127.0.0.1 -p "$PORT" -U rig "$DB"
	trap - EXIT INT TERM
}
do_stop() {
	local p
	p=$(run head -1 "$DIR/data/postmaster.pid" 2>/dev/null || true)
	[ -z "$p" ] || ! alive "$p" || run "$BIN/pg_ctl" -s -m immediate -W -D "$DIR/data" stop || true
	for p in $(seq 100); do children || break; sleep 0.05; done
	rm -rf "$DIR/data" "$DIR/sock" "$DIR/initdb.log" "$DIR/conf"
	rmdir "$DIR" 2>/dev/null || true
}
case $cmd in
start)	do_start; echo "server in $DIR, pid $(run head -1 "$DIR/data/postmaster.pid")"; url;;
stop)	load_conf; do_stop; echo stopped;;
url)	load_conf; url;;
crash)	load_conf; p=$(run head -1 "$DIR/data/postmaster.pid")
	[ "$(cat /proc/"$p"/comm)" = postgres ] || die "not running"; kill -KILL "$p";;
again)	load_conf
	p=$(run head -1 "$DIR/data/postmaster.pid" 2>/dev/null || true)
	if [ -n "$p" ]; then
		for i in $(seq 100); do alive "$p" || break; sleep 0.1; done
		! alive "$p" || die "it is running"
		# after a crash: the children end by themselves; wait for that, and clear
		# the lock file, which PostgreSQL keeps to as long as init has not reaped
		# the dead server (kill -0 finds a zombie)
		for i in $(seq 100); do children || break; sleep 0.1; done
		run sh -c 'rm -f "$1/data/postmaster.pid" "$1"/sock/.s.PGSQL.*' sh "$DIR"
	fi
	up; url;;
demo)	t0=$(date +%s.%N); do_start; t1=$(date +%s.%N)
	"$BIN/psql" "$(url)" -Atc 'SELECT version()'
	do_stop; t2=$(date +%s.%N)
	awk -v a="$t0" -v b="$t1" -v c="$t2" 'BEGIN {printf "start %.2f s, stop %.2f s\n", b - a, c - b}';;
-h|--help|help) usage 0;;
*)	usage;;
esac
