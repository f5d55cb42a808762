-- Reads the snapshots of some users, and the epoch of those who are not known.
-- KEYS[i] bucket of the i-th user, the last of KEYS the state
-- ARGV[i] id of the i-th user
-- Returns one text with a byte of length and the packed snapshot for each user in the same order, length 0 for
-- an unknown one; then the epoch. One text and not one for each user, for the reader pays for each reply.
-- Atomic so that a user who is forgotten meanwhile is seen with a snapshot, or without one and with the epoch
-- that forgetting has raised: never without a snapshot in the epoch that their old events have.
local parts = {}
for i, id in ipairs(ARGV) do
  local packed = redis.call('HGET', KEYS[i], id) or ''
  parts[i * 2 - 1] = string.char(#packed)
  parts[i * 2] = packed
end
return { table.concat(parts), redis.call('HGET', KEYS[#KEYS], 'epoch') or '0' }
