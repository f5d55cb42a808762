-- Takes deliveries of one endpoint whose time has come, for a worker to claim.
-- KEYS[1] due, KEYS[2] retries, KEYS[3] busy, KEYS[4] health, KEYS[5] pace
-- ARGV[1] now in ms, ARGV[2] until when they are taken, ms, ARGV[3] how many at most, ARGV[4] requests at a time
-- of all workers together, ARGV[5] deliveries a second ('' for no limit), ARGV[6] 1 where nothing will be sent
-- (breaker and pace are of no account), ARGV[7] connection failures in a row at which the breaker opens
-- Returns {ms until more may be taken, ids}; instead of ms, -1 where whatever comes wakes the endpoint anyway, and
-- -2 where it has as many requests as it may.
-- Atomic so that no two workers take the same one, nor more together than the endpoint may have.
local now, room = tonumber(ARGV[1]), tonumber(ARGV[3])

-- Whoever held these has died.
local orphans = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 100)
for _, id in ipairs(orphans) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[1], now, id)
end

if ARGV[6] ~= '1' then
  local busy = redis.call('ZCARD', KEYS[3])
  room = math.min(room, tonumber(ARGV[4]) - busy)
  local failures, opens = unpack(redis.call('HMGET', KEYS[4], 'unanswered', 'open_until'))
  if tonumber(failures or 0) >= tonumber(ARGV[7]) then
    local wait = tonumber(opens or 0) - now
    if wait > 0 then
      return { math.ceil(wait), {} }
    end
    -- One at a time until an answer comes.
    room = math.min(room, 1 - busy)
  end
  if room < 1 then
    return { -2, {} }
  end
  if ARGV[5] ~= '' then
    -- A token bucket that holds one second's deliveries, and one at least.
    local rate = tonumber(ARGV[5])
    local size = math.max(1, rate)
    local tokens, at = unpack(redis.call('HMGET', KEYS[5], 'tokens', 'at'))
    tokens, at = tonumber(tokens or size), tonumber(at or now)
    tokens = math.min(size, tokens + math.max(0, now - at) * rate / 1000)
    redis.call('HSET', KEYS[5], 'tokens', tokens, 'at', math.max(now, at))
    redis.call('PEXPIRE', KEYS[5], 3600000)
    if tokens < 1 then
      return { math.ceil((1 - tokens) * 1000 / rate), {} }
    end
    room = math.min(room, math.floor(tokens))
  end
end

local taken = {}
local function take(key, count)
  if count < 1 then
    return
  end
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, count)) do
    redis.call('ZREM', key, id)
    redis.call('ZADD', KEYS[3], ARGV[2], id)
    taken[#taken + 1] = id
  end
end
-- A quarter is for retries where there are any, of small rooms now and then one: neither lane waits behind the
-- other.
take(KEYS[2], math.floor((room + now % 4) / 4))
take(KEYS[1], room - #taken)
take(KEYS[2], room - #taken)
if ARGV[5] ~= '' and ARGV[6] ~= '1' and #taken > 0 then
  redis.call('HINCRBYFLOAT', KEYS[5], 'tokens', -#taken)
end
return { #taken > 0 and 0 or -1, taken }
