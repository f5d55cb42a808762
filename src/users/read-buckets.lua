-- Reads the users in a run of buckets, until enough have been met.
-- KEYS[1..] consecutive buckets of a source
-- ARGV[1] how many users are enough
-- Returns how many buckets were looked at, then for each that holds any: its place in KEYS, the flat hash.
-- One call and not one for each bucket: most buckets of a small source are empty, and skipping one costs less
-- than a microsecond here. Buckets are read whole, so that users are never parted from their order in it.
local wanted = tonumber(ARGV[1])
local reply = { 0 }
local met = 0
for i, key in ipairs(KEYS) do
  reply[1] = i
  local users = redis.call('HGETALL', key)
  if #users > 0 then
    reply[#reply + 1] = i
    reply[#reply + 1] = users
    met = met + #users / 2
    if met >= wanted then
      break
    end
  end
end
return reply
