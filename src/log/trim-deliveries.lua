-- Takes deliveries that have ended and are older than the retention out of the endpoint's lists, the oldest
-- first. Their records expire by themselves; where an older version gave them no end, they go now.
-- KEYS[1..] the endpoint's deliveries by ended status
-- ARGV[1] time in ms before which a delivery has expired, ARGV[2] how many at most of each status, ARGV[3] what the key
-- of a delivery begins with, before its id
-- Returns {how many were taken out, how many are left}.
-- Atomic so that what is counted is what is removed. Keys of deliveries are of the same slot. Bounded, for a million at once would hold Redis up.
local removed, left = 0, 0
for _, key in ipairs(KEYS) do
  local expired = redis.call('ZCOUNT', key, '-inf', '(' .. ARGV[1])
  local some = math.min(expired, tonumber(ARGV[2]))
  if some > 0 then
    for _, id in ipairs(redis.call('ZRANGE', key, 0, some - 1)) do
      if redis.call('PTTL', ARGV[3] .. id) == -1 then
        redis.call('UNLINK', ARGV[3] .. id)
      end
    end
    removed = removed + redis.call('ZREMRANGEBYRANK', key, 0, some - 1)
  end
  left = left + redis.call('ZCARD', key)
end
return { removed, left }
