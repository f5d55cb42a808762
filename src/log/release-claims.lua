-- Gives claimed deliveries back without an attempt, to the places that they had.
-- Needs: delivery-record.lua
-- KEYS[1] busy, KEYS[2] due, KEYS[3] retries, then each delivery
-- ARGV[1] claim token, ARGV[2] now in ms, ARGV[3..] id of each delivery
-- Returns how many were given back: not those whose claim is not ours any more.
-- Atomic so that nobody's newer claim is taken away.
-- A full Redis refuses the first write of a script if it needs memory, and then lets all others through: this one needs
-- none, for what is given back makes room.
redis.call('ZREM', KEYS[1], '')
local released = 0
local keys = { unpack(KEYS, 4) }
for i, record in ipairs(read_records(keys)) do
  local id = ARGV[i + 2]
  if record and holder_of(record[CLAIM]) == ARGV[1] then
    record[CLAIM] = NONE
    redis.call('SET', keys[i], record_text(record), 'KEEPTTL')
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[record[STATUS] == 'retrying' and 3 or 2], tonumber(record[DUE_AT]) or ARGV[2], id)
    released = released + 1
  end
end
return released
