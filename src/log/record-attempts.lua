-- Records what came of attempts, or that claimed deliveries end without one.
-- KEYS[1] busy, KEYS[2] due, KEYS[3] retries, KEYS[4] health of the endpoint,
-- KEYS[5..9] the endpoint's deliveries by status: pending, retrying, succeeded, failed, skipped,
-- then for each result: its delivery, its attempts
-- ARGV[1] now in ms, ARGV[2] retention in ms, ARGV[3] connection failures in a row at which the breaker opens,
-- ARGV[4] for how long at first and at least, ms, and ARGV[5] at most from the beginning of the last attempt, ms,
-- ARGV[6] after which time of failures people are told, ms, ARGV[7] and after how many, ARGV[8] name of who records
-- ('' for none), ARGV[9] number of this call, of which each is higher than the one before, ARGV[10] after which time of failures the endpoint is to be disabled, ms
-- then for each result: what is short of it, attempt as JSON without the body of its request ('' for none), that body
-- ('' also where the JSON says itself what was sent), error as JSON ('' for none)
-- What is short, with spaces between and - for what there is not: delivery id, claim token, place of the new status in
-- KEYS[5..9] from 1, its name, next attempt in ms, what it says of the endpoint: up, down, unanswered (down, and no
-- answer came) or gone (it wants no more), how long the attempt took in ms, and of which state of the endpoint: when
-- that was last changed in ms
-- Returns {health: failing since, failures, since when it had failed where people are to be told that it works
-- again, how far they were told that it fails ('' for none of each)}, then of each result that did not end its claim
-- its place from 0, and GONE where the delivery no longer exists; OVERTAKEN where another claim decides the status (the
-- attempt is kept all the same, for it took place).
-- Atomic so that the log, the status and the lists of a delivery never disagree.
-- A call that comes twice, because the connection ended before its answer, changes nothing the second time.
local FIRST, WIDTH = 11, 4
local HEAD = '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+)$'
local PLACES = { pending = 5, retrying = 6, succeeded = 7, failed = 8, skipped = 9 }
local now = tonumber(ARGV[1])

-- Read once, changed by each result, written once.
local FIELDS = { 'failing_since', 'failures', 'unanswered', 'open_until', 'opened', 'recovered', 'last_success', 'told',
  'gone', 'overdue', 'fresh_at', 'recorded' }
local health, before = {}, redis.call('HMGET', KEYS[4], unpack(FIELDS))
for i, name in ipairs(FIELDS) do
  health[name] = before[i] or nil
end
local function text(value)
  return value and tostring(value) or ''
end
local function summary()
  return { text(health.failing_since), text(health.failures), text(health.recovered), text(health.told) }
end

-- Who recorded of late and how far, newest first: `name:number,name:number`.
if ARGV[8] ~= '' then
  local mark, latest = ARGV[8] .. ':', { ARGV[8] .. ':' .. ARGV[9] }
  for entry in string.gmatch(health.recorded or '', '[^,]+') do
    if string.sub(entry, 1, #mark) ~= mark then
      latest[#latest + 1] = entry
    elseif tonumber(string.sub(entry, #mark + 1)) >= tonumber(ARGV[9]) then
      return { summary() }
    end
  end
  health.recorded = table.concat(latest, ',', 1, math.min(#latest, 8))
end

-- A full Redis refuses the first write of a script if it needs memory, and then lets all others through. This one
-- needs none: what has been sent must be recorded, or it would be sent again.
redis.call('ZREM', KEYS[1], '')

local function note_health(what, took, seen, err)
  -- What was sent to another URL, or before it was enabled again, says nothing of what it is now.
  if what == '-' or (seen ~= '-' and health.fresh_at and tonumber(seen) < tonumber(health.fresh_at)) then
    return
  end
  if what == 'gone' then
    health.gone = (seen == '-' and '' or seen) .. ' ' .. err
    return
  end
  if what == 'up' then
    local since, failures = tonumber(health.failing_since), tonumber(health.failures or 0)
    if since and now - since >= tonumber(ARGV[6]) and failures >= tonumber(ARGV[7]) then
      health.recovered = health.failing_since
    end
    health.last_success = now
    health.failing_since, health.failures, health.told, health.overdue = nil, nil, nil, nil
    health.unanswered, health.open_until, health.opened = nil, nil, nil
    return
  end
  health.failing_since = health.failing_since or now
  health.failures = tonumber(health.failures or 0) + 1
  -- Whoever recorded it disables the endpoint; where that is missed, the sweep does it by this.
  if now - tonumber(health.failing_since) >= tonumber(ARGV[10]) and health.failures >= tonumber(ARGV[7]) then
    health.overdue = err
  end
  if what == 'down' then
    health.unanswered, health.open_until, health.opened = nil, nil, nil
    return
  end
  health.unanswered = tonumber(health.unanswered or 0) + 1
  -- What was under way when it opened says nothing new.
  if health.unanswered >= tonumber(ARGV[3]) and tonumber(health.open_until or 0) <= now then
    health.opened = tonumber(health.opened or 0) + 1
    local wait = tonumber(ARGV[4]) * 2 ^ math.min(health.opened - 1, 30)
    health.open_until = now + math.max(tonumber(ARGV[4]), math.min(wait, tonumber(ARGV[5])) - took)
  end
end

local replies, leave, enter, ended = { false }, {}, {}, {}
local function tell(i, what)
  replies[#replies + 1] = (i - 10) / 2
  replies[#replies + 1] = what
end
local function put(list, name, value)
  list[#list + 1] = name
  list[#list + 1] = value
end
local function listed(lists, key)
  lists[key] = lists[key] or {}
  return lists[key]
end

local at = FIRST
for i = 10, #KEYS, 2 do
  local hash, attempts = KEYS[i], KEYS[i + 1]
  local head, attempt, body, err = unpack(ARGV, at, at + WIDTH - 1)
  local id, token, place, status, next_at, said, took, seen = string.match(head, HEAD)
  at = at + WIDTH
  local created, holder, first_body, made, was = unpack(redis.call('HMGET', hash, 'c', 'k', 'q', 'n', 's'))
  if not created then
    ended[#ended + 1] = id
    tell(i, 'GONE')
  else
    local fields = {}
    if attempt ~= '' then
      -- The body is the same in nearly all attempts, and is kept once.
      if body ~= '' and not first_body then
        fields = { 'q', body }
      elseif body ~= '' and first_body ~= body then
        attempt = attempt .. '\n' .. body
      end
      -- The newest fifty: one that is sent again by hand for ever must not grow for ever.
      if redis.call('RPUSH', attempts, attempt) > 50 then
        redis.call('LTRIM', attempts, -50, -1)
      end
      put(fields, 'n', tonumber(made) + 1)
    end
    note_health(said, tonumber(took), seen, err)
    if holder ~= token and status ~= 'succeeded' then
      if #fields > 0 then
        redis.call('HSET', hash, unpack(fields))
      end
      tell(i, 'OVERTAKEN')
    else
      local wanted = 4 + tonumber(place)
      if PLACES[was] ~= wanted then
        table.insert(listed(leave, PLACES[was]), id)
        put(listed(enter, wanted), created, id)
      end
      ended[#ended + 1] = id
      redis.call('HDEL', hash, 'k', 'ku', 'x', 'err')
      put(fields, 's', status)
      if err ~= '' then
        put(fields, 'err', err)
      end
      if next_at ~= '-' then
        put(fields, 'x', next_at)
      end
      redis.call('HSET', hash, unpack(fields))
      if next_at ~= '-' then
        put(listed(enter, 3), next_at, id)
      else
        -- What ended late can be looked at for a day at least.
        local ends = math.max(tonumber(created) + tonumber(ARGV[2]), now + 86400000)
        redis.call('PEXPIREAT', hash, ends)
        redis.call('PEXPIREAT', attempts, ends)
      end
    end
  end
end

if #ended > 0 then
  local held = redis.call('ZREM', KEYS[1], unpack(ended))
  if held < #ended then
    -- Their claims had run out, and they wait for another attempt.
    redis.call('ZREM', KEYS[2], unpack(ended))
    redis.call('ZREM', KEYS[3], unpack(ended))
  end
end
for key, ids in pairs(leave) do
  redis.call('ZREM', KEYS[key], unpack(ids))
end
for key, members in pairs(enter) do
  redis.call('ZADD', KEYS[key], unpack(members))
end

local set, gone = {}, {}
for i, name in ipairs(FIELDS) do
  if health[name] == nil then
    if before[i] then
      gone[#gone + 1] = name
    end
  elseif health[name] ~= before[i] then
    set[#set + 1] = name
    set[#set + 1] = health[name]
  end
end
if #set > 0 then
  redis.call('HSET', KEYS[4], unpack(set))
end
if #gone > 0 then
  redis.call('HDEL', KEYS[4], unpack(gone))
end
replies[1] = summary()
return replies
