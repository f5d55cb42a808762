-- Makes deliveries of one endpoint wait for an attempt again, now.
-- Needs: delivery-record.lua
-- KEYS[1] due, KEYS[2..6] the endpoint's deliveries by status: pending, retrying, succeeded, failed, skipped,
-- KEYS[7] retries, KEYS[8] busy, KEYS[9] health of the endpoint,
-- then for each delivery: its record, its attempts
-- ARGV[1] now in ms, ARGV[2] statuses from which they are taken, each between commas, ARGV[3] name of the run: what it
-- has taken it takes no more, ARGV[4] 1 where that is a walk over many, and '' where a person wants just these, ARGV[5] 1
-- to change nothing and only answer, ARGV[6..] id of each delivery
-- Returns for each: queued, in_progress, unwanted, or gone where there is none.
-- Atomic so that a delivery is never taken from a worker that is sending it, nor twice by two that ask at
-- once, and so that status, lists and schedule never disagree.
-- What somebody asks for by hand goes before everything that waits, and what a walk brings goes behind it, in its
-- order: see placeInTime in new-records.ts.
local function due_in_walk(i)
  return string.format('%.17g', tonumber(ARGV[1]) - (#ARGV - 5 - i) / 4096)
end
local due_at = ARGV[1]
if ARGV[4] == '' then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  if first[1] and first[1] ~= ARGV[6] then
    due_at = math.min(tonumber(ARGV[1]), math.floor(tonumber(first[2])) - 1)
  end
end
local places = { pending = 2, retrying = 3, succeeded = 4, failed = 5, skipped = 6 }
local replies = {}
local keys = {}
for i = 10, #KEYS, 2 do
  keys[#keys + 1] = KEYS[i]
end
for i, record in ipairs(read_records(keys)) do
  local id, attempts = ARGV[i + 5], KEYS[9 + 2 * i]
  local status = record and record[STATUS]
  local held = record and claim_of(KEYS[8], id)
  local reply = 'queued'
  if not record then
    reply = 'gone'
  elseif record[RUN] == ARGV[3] then
    -- The answer may have been lost, and who is told the second time what was done the first time is told right. A walk
    -- counts what it takes.
    reply = ARGV[4] == '' and 'queued' or 'unwanted'
  elseif record[TEST] ~= '' or not string.find(ARGV[2], ',' .. status .. ',', 1, true) then
    reply = 'unwanted'
  elseif held and held > tonumber(ARGV[1]) then
    reply = 'in_progress'
  elseif ARGV[5] ~= '1' then
    -- The schedule counts anew from here: what has ended begins a new one, and what is between two attempts gets one
    -- more, after which it waits as it was waiting.
    if status == 'retrying' then
      record[COUNTED_FROM] = record[COUNTED_FROM] + 1
    elseif status ~= 'pending' then
      record[COUNTED_FROM] = record[MADE]
    end
    record[RUN] = ARGV[3]
    if ARGV[4] ~= '' then
      due_at = due_in_walk(i)
    end
    record[STATUS], record[DUE_AT], record[ERROR] = 'pending', due_at, ''
    -- It ends by itself no more.
    redis.call('SET', keys[i], record_text(record))
    redis.call('PERSIST', attempts)
    if status ~= 'pending' then
      redis.call('ZREM', KEYS[places[status]], id)
      redis.call('ZADD', KEYS[2], record[CREATED], id)
    end
    redis.call('ZREM', KEYS[7], id)
    redis.call('ZREM', KEYS[8], id)
    redis.call('ZADD', KEYS[1], due_at, id)
    -- Somebody wants it now: the endpoint is tried now, whatever the breaker had planned.
    redis.call('HDEL', KEYS[9], 'open_until')
  end
  replies[#replies + 1] = reply
end
return replies
