#!/bin/sh
# Puts a backup, as `redis-cli --rdb` writes it, into the folder of a Redis that is stopped:
#
#   sh deploy/restore.sh backup.rdb /folder/of/redis
#
# Redis 7 with an append-only file does not look at dump.rdb where that file is missing, and would start empty. So it is
# started without one here, and asked to write it. Where that fails, the folder is left as it was.
set -eu
backup=$1
folder=$(CDPATH='' cd -- "$2" && pwd)
if [ -e "$folder/appendonlydir" ] || [ -e "$folder/dump.rdb" ]; then
  echo "restore: $folder holds data already. Move appendonlydir and dump.rdb away first." >&2
  exit 1
fi
server=
put_back() {
  if [ -n "$server" ]; then
    kill "$server" 2> /dev/null || true
    wait "$server" || true
  fi
  [ ! -e "$folder/restore.log" ] || tail -n 5 "$folder/restore.log" >&2
  echo "restore: nothing was restored, and $folder is as it was. Mend what is said above, and try again." >&2
  rm -rf "$folder/dump.rdb" "$folder/appendonlydir" "$folder/restore.sock" "$folder/restore.log"
}
trap put_back EXIT
trap 'exit 1' HUP INT TERM
cp -- "$backup" "$folder/dump.rdb"
# The path of a socket is at most a hundred bytes long, so it is named from within.
cd "$folder"
redis-server --dir "$folder" --port 0 --unixsocket restore.sock --save '' --appendonly no --maxmemory 0 \
  --logfile restore.log > /dev/null &
server=$!
ask() { redis-cli -s restore.sock "$@"; }
until [ "$(ask ping 2> /dev/null)" = PONG ]; do
  kill -0 "$server" 2> /dev/null
  sleep 0.2
done
ask config set appendonly yes > /dev/null
while ask info persistence | grep -Eq '^aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
ask info persistence | grep -q '^aof_last_bgrewrite_status:ok'
keys=$(ask dbsize)
ask shutdown nosave || true
wait "$server"
trap - EXIT
rm -f dump.rdb restore.log
echo "restore: $keys keys."
