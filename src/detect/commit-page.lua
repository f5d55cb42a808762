-- Writes what one page changed: events into the outbox, then the snapshots, then the state.
-- KEYS[1] lease, KEYS[2] state, KEYS[3] outbox, KEYS[4] event index, KEYS[5..] bucket of each change
-- ARGV[1] fencing token, ARGV[2] lease to live in ms
-- ARGV[3] number of changed users, ARGV[4] of events, ARGV[5] of state fields to set, ARGV[6] to increment,
-- ARGV[7] to delete
-- then for each user: id, packed snapshot that was read ('' for none), packed snapshot to store
-- then for each event: event id, type, JSON
-- then for each state field: name, value; for each counter: name, increment; names of fields to delete
-- Returns OK and the ids of those events that the outbox had before, which are not written again; or FENCED (the
-- lease was lost: nothing written) or CONFLICT (a snapshot is not what was read: nothing written; read again).
-- Atomic so that no crash can part a snapshot from its event. Everything is read and checked before the
-- first write, for a script that fails half-way keeps what it wrote. Events come before snapshots for the
-- same reason.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'FENCED'
end
local users, events = tonumber(ARGV[3]), tonumber(ARGV[4])
local fields, counters = tonumber(ARGV[5]), tonumber(ARGV[6])
local deletions = tonumber(ARGV[7])
local first = 8
local added = 0
for i = 0, users - 1 do
  local at = first + i * 3
  local stored = redis.call('HGET', KEYS[5 + i], ARGV[at]) or ''
  if stored ~= ARGV[at + 1] then
    return 'CONFLICT'
  end
  if stored == '' then
    added = added + 1
  end
end
local events_at = first + users * 3
local fields_at = events_at + events * 3
local counters_at = fields_at + fields * 2
local deletions_at = counters_at + counters * 2

local reply = { 'OK' }
for i = 0, events - 1 do
  local id = ARGV[events_at + i * 3]
  if redis.call('HEXISTS', KEYS[4], id) == 0 then
    local entry = redis.call('XADD', KEYS[3], '*', 'id', id, 'event', ARGV[events_at + i * 3 + 2])
    redis.call('HSET', KEYS[4], id, entry)
    redis.call('HINCRBY', KEYS[2], 'total_events', 1)
    redis.call('HINCRBY', KEYS[2], 'events:' .. ARGV[events_at + i * 3 + 1], 1)
  else
    reply[#reply + 1] = id
  end
end
for i = 0, users - 1 do
  local at = first + i * 3
  redis.call('HSET', KEYS[5 + i], ARGV[at], ARGV[at + 2])
end
if added > 0 then
  redis.call('HINCRBY', KEYS[2], 'known_users', added)
end
for i = 0, fields - 1 do
  redis.call('HSET', KEYS[2], ARGV[fields_at + i * 2], ARGV[fields_at + i * 2 + 1])
end
for i = 0, counters - 1 do
  redis.call('HINCRBY', KEYS[2], ARGV[counters_at + i * 2], ARGV[counters_at + i * 2 + 1])
end
for i = 0, deletions - 1 do
  redis.call('HDEL', KEYS[2], ARGV[deletions_at + i])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return reply
