-- Records what came of attempts, or that claimed deliveries end without one.
-- KEYS[1] busy, KEYS[2] due, KEYS[3] retries, KEYS[4] health of the endpoint,
-- KEYS[5..9] the endpoint's deliveries by status: pending, retrying, succeeded, failed, skipped,
-- then for each result: its delivery, its attempts
-- ARGV[1] now in ms, ARGV[2] retention in ms, ARGV[3] connection failures in a row at which the breaker opens,
-- ARGV[4] for how long at first and ARGV[5] at most, ms, ARGV[6] after which time of failures people are told, ms,
-- ARGV[7] and after how many
-- then for each result: delivery id, claim token, place of the new status in KEYS[5..9] from 1, its name,
-- attempt as JSON without the body of its request ('' for none), that body, error as JSON ('' for none), next
-- attempt in ms ('' for none), what it says of the endpoint: up, down, unanswered (down, and no answer came) or ''
-- Returns {health: failing since, failures, since when it had failed where people are to be told that it works
-- again ('' for none of each)}, then for each result OK; GONE where the delivery no longer exists; OVERTAKEN
-- where another claim decides the status (the attempt is kept all the same, for it took place).
-- Atomic so that the log, the status and the lists of a delivery never disagree.
local FIRST, WIDTH = 8, 9
local now = tonumber(ARGV[1])

local function note_health(what)
  if what == '' then
    return
  end
  if what == 'up' then
    local since, failures = unpack(redis.call('HMGET', KEYS[4], 'failing_since', 'failures'))
    redis.call('HSET', KEYS[4], 'last_success', now)
    if since and now - tonumber(since) >= tonumber(ARGV[6]) and tonumber(failures or 0) >= tonumber(ARGV[7]) then
      redis.call('HSET', KEYS[4], 'recovered', since)
    end
    redis.call('HDEL', KEYS[4], 'failing_since', 'failures')
    redis.call('HDEL', KEYS[4], 'unanswered', 'open_until', 'opened')
    return
  end
  redis.call('HSETNX', KEYS[4], 'failing_since', now)
  redis.call('HINCRBY', KEYS[4], 'failures', 1)
  if what == 'down' then
    redis.call('HDEL', KEYS[4], 'unanswered', 'open_until', 'opened')
    return
  end
  local unanswered = redis.call('HINCRBY', KEYS[4], 'unanswered', 1)
  local until_ = tonumber(redis.call('HGET', KEYS[4], 'open_until') or 0)
  -- What was under way when it opened says nothing new.
  if unanswered >= tonumber(ARGV[3]) and until_ <= now then
    local opened = redis.call('HINCRBY', KEYS[4], 'opened', 1)
    local wait = math.min(tonumber(ARGV[4]) * 2 ^ math.min(opened - 1, 30), tonumber(ARGV[5]))
    redis.call('HSET', KEYS[4], 'open_until', now + wait)
  end
end

local replies = { false }
local at = FIRST
for i = 10, #KEYS, 2 do
  local hash, attempts = KEYS[i], KEYS[i + 1]
  local id, token, place, status, attempt, body, err, next_at, health = unpack(ARGV, at, at + WIDTH - 1)
  at = at + WIDTH
  local created, holder, first_body = unpack(redis.call('HMGET', hash, 'c', 'k', 'q'))
  if not created then
    redis.call('ZREM', KEYS[1], id)
    replies[#replies + 1] = 'GONE'
  else
    if attempt ~= '' then
      -- The body is the same in nearly all attempts, and is kept once.
      if not first_body then
        redis.call('HSET', hash, 'q', body)
      elseif first_body ~= body then
        attempt = attempt .. '\n' .. body
      end
      redis.call('RPUSH', attempts, attempt)
      -- The newest fifty: one that is sent again by hand for ever must not grow for ever.
      redis.call('LTRIM', attempts, -50, -1)
      redis.call('HINCRBY', hash, 'n', 1)
    end
    note_health(health)
    if holder ~= token and status ~= 'succeeded' then
      replies[#replies + 1] = 'OVERTAKEN'
    else
      local wanted = 4 + tonumber(place)
      for list = 5, 9 do
        if list ~= wanted then
          redis.call('ZREM', KEYS[list], id)
        end
      end
      redis.call('ZADD', KEYS[wanted], created, id)
      for list = 1, 3 do
        redis.call('ZREM', KEYS[list], id)
      end
      redis.call('HSET', hash, 's', status)
      redis.call('HDEL', hash, 'k', 'ku', 'x', 'err')
      if err ~= '' then
        redis.call('HSET', hash, 'err', err)
      end
      if next_at ~= '' then
        redis.call('HSET', hash, 'x', next_at)
        redis.call('ZADD', KEYS[3], next_at, id)
      else
        -- What ended late can be looked at for a day at least.
        local ends = math.max(tonumber(created) + tonumber(ARGV[2]), now + 86400000)
        redis.call('PEXPIREAT', hash, ends)
        redis.call('PEXPIREAT', attempts, ends)
      end
      replies[#replies + 1] = 'OK'
    end
  end
end
local health = redis.call('HMGET', KEYS[4], 'failing_since', 'failures', 'recovered')
for i = 1, 3 do
  health[i] = health[i] or ''
end
replies[1] = health
return replies
