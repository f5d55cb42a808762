-- Records what came of an attempt, or that a claimed delivery ends without one.
-- KEYS[1] delivery, KEYS[2] its attempts, KEYS[3] due, KEYS[4] health of the endpoint,
-- KEYS[5..9] the endpoint's deliveries by status: pending, retrying, succeeded, failed, skipped
-- ARGV[1] delivery id, ARGV[2] claim token, ARGV[3] place of the new status in KEYS[5..9] from 1,
-- ARGV[4] its name, ARGV[5] attempt as JSON ('' for none), ARGV[6] error as JSON ('' for none),
-- ARGV[7] next attempt in ms ('' for none), ARGV[8] when the sweeper should look after it in ms ('' for none),
-- ARGV[9] retention in ms, ARGV[10] now in ms, ARGV[11] 'up', 'down' or '' for the endpoint's health
-- Returns OK; GONE where the delivery no longer exists; OVERTAKEN where another claim decides the status
-- (the attempt is kept all the same, for it took place).
-- Atomic so that the log, the status and the lists of a delivery never disagree.
local created = redis.call('HGET', KEYS[1], 'c')
if not created then
  return 'GONE'
end
if ARGV[5] ~= '' then
  redis.call('RPUSH', KEYS[2], ARGV[5])
  -- The newest fifty: one that is sent again by hand for ever must not grow for ever.
  redis.call('LTRIM', KEYS[2], -50, -1)
  redis.call('HINCRBY', KEYS[1], 'n', 1)
end
if ARGV[11] == 'up' then
  redis.call('HSET', KEYS[4], 'last_success', ARGV[10])
  redis.call('HDEL', KEYS[4], 'failing_since', 'failures')
elseif ARGV[11] == 'down' then
  redis.call('HSETNX', KEYS[4], 'failing_since', ARGV[10])
  redis.call('HINCRBY', KEYS[4], 'failures', 1)
end
if redis.call('HGET', KEYS[1], 'k') ~= ARGV[2] and ARGV[4] ~= 'succeeded' then
  return 'OVERTAKEN'
end
local place = 4 + tonumber(ARGV[3])
for i = 5, 9 do
  if i ~= place then
    redis.call('ZREM', KEYS[i], ARGV[1])
  end
end
redis.call('ZADD', KEYS[place], created, ARGV[1])
redis.call('HSET', KEYS[1], 's', ARGV[4])
redis.call('HDEL', KEYS[1], 'k', 'ku', 'x', 'err')
if ARGV[6] ~= '' then
  redis.call('HSET', KEYS[1], 'err', ARGV[6])
end
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[1], 'x', ARGV[7])
  redis.call('ZADD', KEYS[3], ARGV[8], ARGV[1])
else
  redis.call('ZREM', KEYS[3], ARGV[1])
  -- What ended late can be looked at for a day at least.
  local ends = math.max(tonumber(created) + tonumber(ARGV[9]), tonumber(ARGV[10]) + 86400000)
  redis.call('PEXPIREAT', KEYS[1], ends)
  redis.call('PEXPIREAT', KEYS[2], ends)
end
return 'OK'
