-- Claims deliveries that were taken, each for one attempt.
-- KEYS[1] busy, then each delivery
-- ARGV[1] now in ms, ARGV[2] until when the claims hold, ms, ARGV[3] claim token, ARGV[4..] id of each delivery
-- Returns for each {attempts so far, attempts of the present schedule, event id, event type, source id, stream
-- id}, or false where there is nothing to attempt: it has ended or is gone.
-- Atomic so that what is taken is claimed or let go, and so that a claim that holds is never taken over.
local replies = {}
for i = 2, #KEYS do
  local id = ARGV[i + 2]
  local status, made, base, held, event, kind, source, place =
    unpack(redis.call('HMGET', KEYS[i], 's', 'n', 'b', 'ku', 'e', 't', 'o', 'm'))
  local waits = status == 'pending' or status == 'retrying'
  if waits and not (held and tonumber(held) > tonumber(ARGV[1])) then
    redis.call('HSET', KEYS[i], 'k', ARGV[3], 'ku', ARGV[2])
    local counted = tonumber(made) - tonumber(base or 0)
    replies[#replies + 1] = { made, tostring(counted), event, kind, source, place }
  else
    if not waits then
      redis.call('ZREM', KEYS[1], id)
    end
    replies[#replies + 1] = false
  end
end
return replies
