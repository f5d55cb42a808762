#!/bin/sh
# Copies what a Redis Cluster holds into a folder, while it runs: of each master its data and which slots it has.
#
#   sh deploy/backup-cluster.sh 10.0.0.5 6379 /backups/2026-11-25 [further options of redis-cli, such as --tls]
#
# Any node is asked for the others. The password is taken from REDISCLI_AUTH. docs/running.md says how to restore it.
set -eu
# Who can read a backup can read who called.
umask 077
host=$1
port=$2
folder=$3
shift 3
mkdir -p "$folder"
if [ -n "$(ls -A "$folder")" ]; then
  echo "backup: $folder is not empty." >&2
  exit 1
fi
redis-cli -h "$host" -p "$port" "$@" cluster info > "$folder/cluster.txt"
if ! grep -q '^cluster_slots_ok:16384' "$folder/cluster.txt"; then
  echo "backup: not all slots of the cluster at $host:$port are served by a master that answers." >&2
  exit 1
fi
redis-cli -h "$host" -p "$port" "$@" cluster nodes > "$folder/cluster.txt"
# id, address:port@bus[,name], flags, …; from the ninth field on there are slots.
awk '$3 ~ /master/ && NF > 8 { split($2, at, "@"); print $1, at[1] }' "$folder/cluster.txt" |
  while read -r id address; do
    node=${address%:*}
    mkdir "$folder/$id"
    # What it says of itself is what it has to read when it starts again. Redis writes the same into nodes.conf.
    redis-cli -h "${node:-$host}" -p "${address##*:}" "$@" cluster nodes < /dev/null > "$folder/$id/nodes.conf"
    redis-cli -h "${node:-$host}" -p "${address##*:}" "$@" --rdb "$folder/$id/backup.rdb" < /dev/null > /dev/null
    echo "backup: $address in $folder/$id"
  done
