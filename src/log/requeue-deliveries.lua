-- Makes deliveries of one endpoint wait for an attempt again, now.
-- KEYS[1] due, KEYS[2..6] the endpoint's deliveries by status: pending, retrying, succeeded, failed, skipped,
-- KEYS[7] retries, KEYS[8] busy, KEYS[9] health of the endpoint,
-- then for each delivery: its hash, its attempts
-- ARGV[1] now in ms, ARGV[2] statuses from which they are taken, each between commas, ARGV[3] name of the run
-- ('' for none): what it has taken it takes no more, ARGV[4] 1 to change nothing and only answer, ARGV[5..] id of
-- each delivery
-- Returns for each: queued, in_progress, unwanted, or gone where there is none.
-- Atomic so that a delivery is never taken from a worker that is sending it, nor twice by two that ask at
-- once, and so that status, lists and schedule never disagree.
-- What somebody asks for by hand goes before everything that waits, and what a walk brings goes behind it.
local due_at = ARGV[1]
if ARGV[3] == '' then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  if first[1] and first[1] ~= ARGV[5] then
    due_at = math.min(tonumber(ARGV[1]), tonumber(first[2]) - 1)
  end
end
local places = { pending = 2, retrying = 3, succeeded = 4, failed = 5, skipped = 6 }
local replies = {}
for i = 5, #ARGV do
  local hash, attempts = KEYS[10 + (i - 5) * 2], KEYS[11 + (i - 5) * 2]
  local status, created, made, base, held, run, test =
    unpack(redis.call('HMGET', hash, 's', 'c', 'n', 'b', 'ku', 'r', 'test'))
  local reply = 'queued'
  if not status then
    reply = 'gone'
  elseif test or not string.find(ARGV[2], ',' .. status .. ',', 1, true) or (run and run == ARGV[3]) then
    reply = 'unwanted'
  elseif held and tonumber(held) > tonumber(ARGV[1]) then
    reply = 'in_progress'
  elseif ARGV[4] ~= '1' then
    -- The schedule counts from the attempt `b`: what has ended begins a new one, and what is between two
    -- attempts gets one more, after which it waits as it was waiting.
    if status == 'retrying' then
      redis.call('HINCRBY', hash, 'b', 1)
    elseif status ~= 'pending' then
      redis.call('HSET', hash, 'b', made or 0)
    end
    redis.call('HSET', hash, 's', 'pending', 'x', due_at)
    redis.call('HDEL', hash, 'k', 'ku', 'err')
    if ARGV[3] ~= '' then
      redis.call('HSET', hash, 'r', ARGV[3])
    end
    redis.call('PERSIST', hash)
    redis.call('PERSIST', attempts)
    if status ~= 'pending' then
      redis.call('ZREM', KEYS[places[status]], ARGV[i])
      redis.call('ZADD', KEYS[2], created, ARGV[i])
    end
    redis.call('ZREM', KEYS[7], ARGV[i])
    redis.call('ZREM', KEYS[8], ARGV[i])
    redis.call('ZADD', KEYS[1], due_at, ARGV[i])
    -- Somebody wants it now: the endpoint is tried now, whatever the breaker had planned.
    redis.call('HDEL', KEYS[9], 'open_until')
  end
  replies[#replies + 1] = reply
end
return replies
