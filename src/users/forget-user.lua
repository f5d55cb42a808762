-- Forgets one user of a source.
-- KEYS[1] state, KEYS[2] bucket of the user
-- ARGV[1] user id, ARGV[2] packed snapshot as it was read, ARGV[3] its epoch,
-- ARGV[4] by how much it counts among the known users: 1, or 0 for a tombstone
-- Returns OK, or CONFLICT where the snapshot is not what was read: nothing written; read again.
-- Atomic so that a poller sees the snapshot and the old epoch, or neither. The epoch of newcomers goes beyond
-- the user's: if they are met again, their events are other events than those before.
if redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then
  return 'CONFLICT'
end
local epoch = math.max(tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0'), tonumber(ARGV[3])) + 1
redis.call('HSET', KEYS[1], 'epoch', string.format('%.0f', epoch))
redis.call('HDEL', KEYS[2], ARGV[1])
-- Who is forgotten and calls again is a first-time caller, however long ago they first called.
redis.call('HDEL', KEYS[1], 'there_before')
if ARGV[4] ~= '0' then
  redis.call('HINCRBY', KEYS[1], 'known_users', -1)
end
return 'OK'
