-- Keeps unreadable rows, each once, and the text of the newest.
-- KEYS[1] texts of the source's unreadable rows, KEYS[2] when each row was first met
-- ARGV[1] how many texts to keep, ARGV[2] how many rows to remember, ARGV[3] now in unix ms, then for each row:
-- digest, JSON
-- Returns how many rows were not remembered.
-- Atomic so that the texts are always those of the newest rows, whoever writes.
local texts, rows, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
-- The order is that in which rows came: no two have the same score, so that none sinks below an older one.
local newest = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
local score = math.max(now, newest[2] and tonumber(newest[2]) + 1 or 0)
local new = 0
for i = 4, #ARGV, 2 do
  if redis.call('ZADD', KEYS[2], 'NX', string.format('%.0f', score), ARGV[i]) == 1 then
    score = score + 1
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    new = new + 1
  end
end
if new > 0 then
  -- What was among the newest can have sunk by as many places as there are new ones.
  local sunk = redis.call('ZRANGE', KEYS[2], -texts - new, -texts - 1)
  if #sunk > 0 then
    redis.call('HDEL', KEYS[1], unpack(sunk))
  end
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -rows - 1)
end
return new
