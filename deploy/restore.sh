#!/bin/sh
# Puts a backup, as `redis-cli --rdb` writes it, into the folder of a Redis that is stopped:
#
#   sh deploy/restore.sh backup.rdb /folder/of/redis
#
# Redis 7 with an append-only file does not look at dump.rdb where that file is missing, and would start empty. So it is
# started without one here, and asked to write it. Where that fails, the folder is left as it was.
set -eu
# What is in it is for the user of Redis alone.
umask 077
backup=$1
folder=$(CDPATH='' cd -- "$2" && pwd)
if [ -e "$folder/appendonlydir" ] || [ -e "$folder/dump.rdb" ]; then
  echo "restore: $folder holds data already. Move appendonlydir and dump.rdb away first." >&2
  exit 1
fi
server=
ask() { redis-cli -s restore.sock "$@"; }
put_back() {
  if [ -n "$server" ]; then
    # It does not end by itself while it writes the file, and what writes that is a process of its own.
    ask config set appendonly no > /dev/null 2>&1 || true
    kill -9 "$server" 2> /dev/null || true
    wait "$server" 2> /dev/null || true
  fi
  [ ! -e "$folder/restore.log" ] || tail -n 5 "$folder/restore.log" >&2
  echo "restore: nothing was restored, and $folder is as it was. Mend what is said above, and try again." >&2
  rm -rf "$folder/dump.rdb" "$folder/appendonlydir" "$folder/restore.sock" "$folder/restore.log" \
    "$folder"/temp-*.aof "$folder"/temp-*.rdb
}
trap put_back EXIT
trap 'exit 1' HUP INT TERM
cp -- "$backup" "$folder/dump.rdb"
# The path of a socket is at most a hundred bytes long, so it is named from within.
cd "$folder"
redis-server --dir "$folder" --port 0 --unixsocket restore.sock --save '' --appendonly no --maxmemory 0 \
  --logfile restore.log > /dev/null &
server=$!
until [ "$(ask ping 2> /dev/null)" = PONG ]; do
  kill -0 "$server" 2> /dev/null
  sleep 0.2
done
ask config set appendonly yes > /dev/null
while state=$(ask info persistence); do
  # Redis tries again and again what has failed, as on a full disk.
  if echo "$state" | grep -q '^aof_last_bgrewrite_status:err'; then exit 1; fi
  echo "$state" | grep -Eq '^aof_rewrite_(in_progress|scheduled):1' || break
  sleep 0.2
done
keys=$(ask dbsize)
ask shutdown nosave || true
wait "$server"
trap - EXIT
rm -f dump.rdb restore.log
echo "restore: $keys keys."
