#!/bin/sh
# Puts a backup, as `redis-cli --rdb` writes it, into the folder of a Redis that is stopped:
#
#   sh deploy/restore.sh backup.rdb /folder/of/redis
#
# Redis 7 with an append-only file does not look at dump.rdb where that file is missing, and would start empty. So it is
# started without one here, and asked to write it.
set -eu
backup=$1
folder=$2
if [ -e "$folder/appendonlydir" ] || [ -e "$folder/dump.rdb" ]; then
  echo "restore: $folder holds data already. Move appendonlydir and dump.rdb away first." >&2
  exit 1
fi
cp "$backup" "$folder/dump.rdb"
socket=$folder/restore.sock
redis-server --dir "$folder" --port 0 --unixsocket "$socket" --save '' --appendonly no --maxmemory 0 \
  --daemonize yes --pidfile "$folder/restore.pid" --logfile "$folder/restore.log" > /dev/null
ask() { redis-cli -s "$socket" "$@"; }
until [ "$(ask ping 2> /dev/null)" = PONG ]; do sleep 0.2; done
ask config set appendonly yes > /dev/null
while ask info persistence | grep -Eq '^aof_rewrite_(in_progress|scheduled):1'; do sleep 0.2; done
ask info persistence | grep -q '^aof_last_bgrewrite_status:ok'
echo "restore: $(ask dbsize) keys."
ask shutdown nosave || true
while [ -e "$socket" ]; do sleep 0.2; done
rm -f "$folder/dump.rdb" "$folder/restore.pid" "$folder/restore.log"
