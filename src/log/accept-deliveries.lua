-- Records deliveries of one endpoint, each once.
-- KEYS[1] the endpoint's deliveries in the status given, KEYS[2] due, KEYS[3..] hash of each delivery
-- ARGV[1] now in ms, ARGV[2] status (pending or skipped), ARGV[3] error as JSON ('' for none)
-- then for each delivery: id, event id, event type, source id, stream id of the event
-- Returns for each delivery 1 where it waits for its first attempt, else 0.
-- Atomic so that fan-out can be repeated: a delivery that exists is left as it is.
local replies = {}
for i = 3, #KEYS do
  local at = 4 + (i - 3) * 5
  local id = ARGV[at]
  local status = redis.call('HGET', KEYS[i], 's')
  if not status then
    redis.call('HSET', KEYS[i], 's', ARGV[2], 'e', ARGV[at + 1], 't', ARGV[at + 2], 'o', ARGV[at + 3],
      'm', ARGV[at + 4], 'c', ARGV[1], 'n', 0)
    redis.call('ZADD', KEYS[1], ARGV[1], id)
    if ARGV[2] == 'pending' then
      redis.call('HSET', KEYS[i], 'x', ARGV[1])
      redis.call('ZADD', KEYS[2], ARGV[1], id)
    end
    if ARGV[3] ~= '' then
      redis.call('HSET', KEYS[i], 'err', ARGV[3])
    end
    status = ARGV[2]
  end
  local waits = status == 'pending' and redis.call('HGET', KEYS[i], 'n') == '0'
  replies[#replies + 1] = waits and 1 or 0
end
return replies
