-- Takes deliveries of one endpoint whose time has come, and claims each for one attempt.
-- Needs: delivery-record.lua
-- KEYS[1] due, KEYS[2] retries, KEYS[3] busy, KEYS[4] health, KEYS[5] pace
-- ARGV[1] now in ms, ARGV[2] the claim, which ends then, ARGV[3] how many at most, ARGV[4] how many may be claimed
-- at a time by all workers together, but for ARGV[12] of them, ARGV[5] deliveries a second ('' for no limit), ARGV[6] 1
-- where nothing will be sent (breaker and pace are of no account), ARGV[7] connection failures in a row at which the
-- breaker opens, ARGV[8] what the key of a delivery begins with, before its id, ARGV[9] above how many that wait they
-- are taken for one message together ('' for never), ARGV[10] the most of these
-- Returns {ms until more may be taken, for each delivery a line: id, a space, + where its record has more than short
-- parts and - where it has not, a space, and the line of short parts}; instead of ms, -1 where whatever comes
-- wakes the endpoint anyway, and -2 where it has as many requests as it may; with deliveries, 1 where they are to be
-- one message and 2 where they are all that is due. What is due within ARGV[11] ms is told too, for the wake that
-- brought us here may have been its own, a little early by another clock.
-- Atomic so that no two workers take the same one, nor more together than the endpoint may have. Which deliveries
-- these are is known only here, so that their keys are not among KEYS; they are of the same slot.
-- A full Redis refuses the first write of a script if it needs memory, and then lets all others through: a claim is
-- written before anything is removed, so that nothing is taken of which no result could be recorded.
local now, room = tonumber(ARGV[1]), tonumber(ARGV[3])

local function keys_of(ids)
  local keys = {}
  for i, id in ipairs(ids) do
    keys[i] = ARGV[8] .. id
  end
  return keys
end

-- Whoever held these has died: they get back the places that they had.
local orphans = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now, 'LIMIT', 0, 100)
for i, record in ipairs(read_records(keys_of(orphans))) do
  local id = orphans[i]
  local waits_in = record and ({ pending = 1, retrying = 2 })[record[STATUS]]
  if waits_in then
    redis.call('ZADD', KEYS[waits_in], tonumber(record[DUE_AT]) or now, id)
  end
  redis.call('ZREM', KEYS[3], id)
end

-- Whether this is to find out if an endpoint is back.
local looks = false
if ARGV[6] ~= '1' then
  -- Of a process that has died, more may be there still than are given back at a time.
  local busy = redis.call('ZCOUNT', KEYS[3], '(' .. ARGV[1], '+inf')
  room = math.min(room, tonumber(ARGV[4]) - math.max(0, busy - tonumber(ARGV[12])))
  local failures, opens, gone = unpack(redis.call('HMGET', KEYS[4], 'unanswered', 'open_until', 'gone'))
  if gone then
    -- It wants no more, and is about to be disabled, with which it is woken.
    return { -1, '' }
  end
  if tonumber(failures or 0) >= tonumber(ARGV[7]) then
    local wait = tonumber(opens or 0) - now
    if wait > 0 then
      return { math.ceil(wait), '' }
    end
    -- One at a time until an answer comes.
    room = math.min(room, 1 - busy)
    looks = true
  end
  if room < 1 then
    return { -2, '' }
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
      return { math.ceil((1 - tokens) * 1000 / rate), '' }
    end
    room = math.min(room, math.floor(tokens))
  end
end

local together = false
if ARGV[6] ~= '1' and ARGV[9] ~= '' then
  local waiting = redis.call('ZCOUNT', KEYS[1], '-inf', now) + redis.call('ZCOUNT', KEYS[2], '-inf', now)
  if waiting > tonumber(ARGV[9]) then
    together = true
    room = tonumber(ARGV[10])
  end
end

local taken, seen = {}, 0
local find, sub, byte = string.find, string.sub, string.byte
-- Of the names of statuses only pending and retrying begin with these.
local PENDING, RETRYING = byte('p'), byte('r')
local function take(key, count)
  if count < 1 then
    return
  end
  local ids = redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, count)
  if #ids == 0 then
    return
  end
  seen = seen + #ids
  local claims, last = {}, 0
  for i, text in ipairs(read_texts(keys_of(ids))) do
    local head = text and find(text, '\n', 1, true)
    local status = head and byte(text, head + 1)
    if status == PENDING or status == RETRYING then
      claims[last + 1], claims[last + 2] = ARGV[2], ids[i]
      last = last + 2
      -- One text for all: the reader pays for each reply.
      local ends = find(text, '\n', head + 1, true)
      taken[#taken + 1] = ids[i] .. (ends + 3 == #text and ' - ' or ' + ') .. sub(text, head + 1, ends - 1)
    end
  end
  if last > 0 then
    redis.call('ZADD', KEYS[3], unpack(claims))
  end
  -- They are the first of all.
  redis.call('ZREMRANGEBYRANK', key, 0, #ids - 1)
end
-- A quarter is for retries where there are any, of small rooms now and then one: neither lane waits behind the
-- other. Looks are made with what has not been tried yet, as long as there is such: who is used for several would have
-- used up its short waits, and come minutes after the endpoint is back.
take(KEYS[2], looks and 0 or math.floor((room + now % 4) / 4))
take(KEYS[1], room - #taken)
take(KEYS[2], room - #taken)
if #taken == 0 then
  local soonest = tonumber(ARGV[11]) + 1
  for list = 1, 2 do
    local first = redis.call('ZRANGE', KEYS[list], 0, 0, 'WITHSCORES')
    soonest = math.min(soonest, first[2] and math.max(1, math.ceil(tonumber(first[2]) - now)) or soonest)
  end
  return { soonest > tonumber(ARGV[11]) and -1 or soonest, '' }
end
if ARGV[5] ~= '' and ARGV[6] ~= '1' then
  redis.call('HINCRBYFLOAT', KEYS[5], 'tokens', together and -1 or -#taken)
end
return { together and 1 or (seen < room and 2 or 0), table.concat(taken, '\n') }
