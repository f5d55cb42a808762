-- Claims one delivery for one attempt.
-- KEYS[1] delivery, KEYS[2] due
-- ARGV[1] delivery id, ARGV[2] now in ms, ARGV[3] until when the claim holds, ms, ARGV[4] claim token
-- Returns {attempts so far, event id, source id, stream id, attempts of the present schedule}, or false where there is nothing to attempt:
-- it has ended, somebody else holds it, or its time has not come.
-- Atomic so that two jobs with the same delivery never send it at the same time.
local status, attempts, claimed, due = unpack(redis.call('HMGET', KEYS[1], 's', 'n', 'ku', 'x'))
if status ~= 'pending' and status ~= 'retrying' then
  return false
end
local now = tonumber(ARGV[2])
if claimed and tonumber(claimed) > now then
  return false
end
if due and tonumber(due) > now then
  return false
end
redis.call('HSET', KEYS[1], 'k', ARGV[4], 'ku', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
local event, source, place, base = unpack(redis.call('HMGET', KEYS[1], 'e', 'o', 'm', 'b'))
return { attempts, event, source, place, tostring(tonumber(attempts) - tonumber(base or 0)) }
