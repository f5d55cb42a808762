-- Records what came of attempts, or that claimed deliveries end without one.
-- Needs: delivery-record.lua
-- KEYS[1] busy, KEYS[2] due, KEYS[3] retries, KEYS[4] health of the endpoint,
-- KEYS[5..9] the endpoint's deliveries by status: pending, retrying, succeeded, failed, skipped
-- ARGV[1] now in ms, ARGV[2] retention in ms, ARGV[3] connection failures in a row at which the breaker opens,
-- ARGV[4] for how long at first and at least, ms, and ARGV[5] at most from the beginning of the last attempt, ms,
-- ARGV[6] after which time of failures people are told, ms, ARGV[7] and after how many, ARGV[8] name of who records
-- ('' for none), ARGV[9] number of this call, of which each is higher than the one before, ARGV[10] after which time of
-- failures the endpoint is to be disabled, ms, ARGV[11] and ARGV[12] what the key of a delivery and that of its attempts
-- begin with, before its id
-- ARGV[13] how many notes of the endpoint's health follow, in the order in which they were made; each is: what was found
-- (up, down, unanswered (down, and no answer came) or gone (it wants no more)), how long the attempt took in ms, of
-- which state of the endpoint (when that was last changed in ms, - for none), error as JSON ('' for none)
-- Then how many deliveries follow whose first attempt has succeeded; each is: its id, its claim, its time of creation,
-- its record as it is to be
-- Then for each other result a text of at least five lines: what is short of it, the line of short parts of its record as
-- it was claimed, error as JSON ('' for none), attempt as
-- JSON without the body of its request ('' for none), that body ('' also where the JSON says itself what was sent). What
-- is short, with spaces between and - for what there is not: delivery id, claim, place of the new status in
-- KEYS[5..9] from 1, its name, next attempt in ms
-- Returns {health: failing since, failures, since when it had failed where people are to be told that it works
-- again, how far they were told that it fails ('' for none of each)}, then of each result that did not end its claim
-- the id of its delivery, and GONE where that no longer exists; OVERTAKEN where another claim decides the status (the
-- attempt is kept all the same, for it took place).
-- Atomic so that the log, the status and the lists of a delivery never disagree.
-- A call that comes twice, because the connection ended before its answer, changes nothing the second time. Keys of
-- deliveries are of the same slot.
local NOTES, NOTE_WIDTH, SUCCESS_WIDTH = 13, 4, 4
local RESULT = '^(%S+) (%S+) (%S+) (%S+) (%S+)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$'
-- The newest attempts of a delivery: one that is sent again by hand for ever must not grow for ever.
local KEPT_ATTEMPTS = 50
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
  if seen ~= NONE and ( health.fresh_at and tonumber(seen) < tonumber(health.fresh_at)) then
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

local at = NOTES + 1
for _ = 1, tonumber(ARGV[NOTES]) do
  local what, took, seen, err = unpack(ARGV, at, at + NOTE_WIDTH - 1)
  note_health(what, tonumber(took), seen, err)
  at = at + NOTE_WIDTH
end

local replies, leave, enter, ended = { false }, {}, {}, {}
-- Whose claims have ended in this call.
local over = {}
-- What the slow ones move, by id: from where, to where, created, next attempt. Two of them may be of one delivery.
local moved = {}
local function tell(id, what)
  replies[#replies + 1] = id
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
-- What ended late can be looked at for a day at least.
local function end_of(created)
  return math.max(tonumber(created) + tonumber(ARGV[2]), now + 86400000)
end

-- The body is the same in nearly all attempts, and is kept once.
local function without_body(record, attempt, body)
  if body ~= '' and record[BODY] == '' then
    record[BODY] = body
  elseif body ~= '' and record[BODY] ~= body then
    return attempt .. '\n' .. body
  end
  return attempt
end

-- Puts an attempt into the record where it is the first and the last, and else into a list beside it.
local function keep_attempt(record, key, attempt, is_last)
  local first = record[MADE] == '0'
  record[MADE] = tostring(record[MADE] + 1)
  if first and is_last then
    record[ATTEMPT] = attempt
    return
  end
  local beside = redis.call('RPUSH', key, attempt)
  if beside == KEPT_ATTEMPTS then
    record[ATTEMPT] = ''
  elseif beside > KEPT_ATTEMPTS then
    redis.call('LTRIM', key, -KEPT_ATTEMPTS, -1)
  end
end

-- Whether a result is that of who holds the delivery, or has held it: by this claim, by a later one of the same process
-- (which sends nothing again of which it still has a result), or by one that has run out, where nothing has happened since.
local function is_holders(record, id, claim, seen)
  if over[id] then
    return false
  end
  local held = claim_of(KEYS[1], id)
  if held then
    return is_of_same_holder(held, tonumber(claim))
  end
  return record_head(record) == seen
end

-- Records one result, whatever it is and whatever has happened to its delivery meanwhile.
local function record_result(key, text, id, claim, seen, place, status, next_at, err, attempt, body)
  local record = parse_record(text)
  if not record then
    ended[#ended + 1] = id
    tell(id, 'GONE')
    return
  end
  local overtaken = status ~= 'succeeded' and not is_holders(record, id, claim, seen)
  local attempts = ARGV[12] .. id
  if attempt ~= '' then
    keep_attempt(record, attempts, without_body(record, attempt, body), next_at == NONE and not overtaken)
  end
  if overtaken then
    mark_claim(KEYS[1], id)
    redis.call('SET', key, record_text(record), 'KEEPTTL')
    local left = redis.call('PTTL', key)
    if left > 0 then
      redis.call('PEXPIRE', attempts, left)
    end
    tell(id, 'OVERTAKEN')
    return
  end
  local created = record[CREATED]
  local from = moved[id] and moved[id][1] or PLACES[record[STATUS]]
  moved[id] = { from, 4 + tonumber(place), created, next_at }
  ended[#ended + 1], over[id] = id, true
  record[STATUS], record[DUE_AT], record[ERROR] = status, next_at, err
  if next_at ~= NONE then
    redis.call('SET', key, record_text(record))
    return
  end
  local ends = end_of(created)
  redis.call('SET', key, record_text(record), 'PXAT', ends)
  if record[MADE] ~= '0' and not (record[MADE] == '1' and record[ATTEMPT] ~= '') then
    redis.call('PEXPIREAT', attempts, ends)
  end
end

-- Where nothing has happened to it since it was claimed, its record is as the claimant knows it.
local successes, last = at + 1, at + ARGV[at] * SUCCESS_WIDTH
if last > at then
  local ids, left, entered = {}, listed(leave, PLACES.pending), listed(enter, PLACES.succeeded)
  for i = successes, last, SUCCESS_WIDTH do
    ids[#ids + 1] = ARGV[i]
  end
  local created, ends
  for i, claim in ipairs(redis.call('ZMSCORE', KEYS[1], unpack(ids))) do
    local id, at_id = ids[i], successes + (i - 1) * SUCCESS_WIDTH
    local key, record = ARGV[11] .. id, ARGV[at_id + 3]
    local recorded = false
    if claim and tonumber(claim) == tonumber(ARGV[at_id + 1]) and not over[id] then
      if created ~= ARGV[at_id + 2] then
        created = ARGV[at_id + 2]
        ends = string.format('%.0f', end_of(created))
      end
      recorded = redis.call('SET', key, record, 'XX', 'PXAT', ends)
    end
    if recorded then
      over[id] = true
      left[#left + 1] = id
      entered[#entered + 1], entered[#entered + 2] = created, id
      ended[#ended + 1] = id
    else
      local wanted = parse_record(record)
      record_result(key, redis.call('GET', key), id, ARGV[at_id + 1], '', '3', 'succeeded', NONE, '', wanted[ATTEMPT], wanted[BODY])
    end
  end
end

for i = last + 1, #ARGV do
  local id, claim, place, status, next_at, seen, err, attempt, body = string.match(ARGV[i], RESULT)
  local key = ARGV[11] .. id
  record_result(key, redis.call('GET', key), id, claim, seen, place, status, next_at, err, attempt, body)
end
for id, move in pairs(moved) do
  local from, to, created, next_at = unpack(move)
  if from ~= to then
    table.insert(listed(leave, from), id)
    put(listed(enter, to), created, id)
  end
  if next_at ~= NONE then
    put(listed(enter, 3), next_at, id)
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
  if #ids > 0 then
    redis.call('ZREM', KEYS[key], unpack(ids))
  end
end
for key, members in pairs(enter) do
  if #members > 0 then
    redis.call('ZADD', KEYS[key], unpack(members))
  end
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
