-- Gives claimed deliveries back without an attempt, to the places that they had.
-- Needs: delivery-record.lua
-- KEYS[1] busy, KEYS[2] due, KEYS[3] retries, then each delivery
-- ARGV[1] now in ms, then for each delivery: its id, the claim
-- Returns how many were given back: not those whose claim is not ours any more.
-- Atomic so that nobody's newer claim is taken away.
-- A full Redis refuses the first write of a script if it needs memory, and then lets all others through: this one needs
-- none, for what is given back makes room.
redis.call('ZREM', KEYS[1], '')
local released = 0
local keys = { unpack(KEYS, 4) }
for i, record in ipairs(read_records(keys)) do
  local id = ARGV[2 * i]
  local claim = record and claim_of(KEYS[1], id)
  if claim and unmarked(claim) == tonumber(ARGV[2 * i + 1]) then
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[record[STATUS] == 'retrying' and 3 or 2], tonumber(record[DUE_AT]) or ARGV[1], id)
    released = released + 1
  end
end
return released
