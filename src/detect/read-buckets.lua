-- Reads all users of some buckets.
-- KEYS[1..] buckets of a source
-- Returns two texts: for each user four bytes with the length of the id (big-endian), one with the length of
-- the packed snapshot, and the snapshot; then all ids, one after the other. Two texts and not two for each
-- user, for the reader pays for each reply, and a full scan reads a million users in this way.
-- Atomic so that each bucket is seen as it was at one moment; buckets read by other calls may be of another.
local records, ids, heads = {}, {}, {}
local n = 0
for _, key in ipairs(KEYS) do
  local users = redis.call('HGETALL', key)
  for i = 1, #users, 2 do
    n = n + 1
    local id, packed = users[i], users[i + 1]
    -- Most users share the head of another, for packing it anew would be half of the work.
    local lengths = #id * 256 + #packed
    local head = heads[lengths]
    if not head then
      head = struct.pack('>I4B', #id, #packed)
      heads[lengths] = head
    end
    records[2 * n - 1], records[2 * n], ids[n] = head, packed, id
  end
end
return { table.concat(records), table.concat(ids) }
