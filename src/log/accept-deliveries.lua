-- Records deliveries of one endpoint, each once.
-- KEYS[1] the endpoint's deliveries in the status given, KEYS[2] due, KEYS[3..] hash of each delivery
-- ARGV[1] now in ms, ARGV[2] status (pending or skipped), ARGV[3] error as JSON ('' for none)
-- then for each delivery: id, event id, event type, source id, stream id of the event
-- Returns for each delivery 1 where it waits for its first attempt, else 0.
-- Atomic so that fan-out can be repeated: a delivery that exists is left as it is, but for where its event is.
local pending = ARGV[2] == 'pending'
local replies, listed, due = {}, {}, {}
for i = 3, #KEYS do
  local at = 4 + (i - 3) * 5
  local id = ARGV[at]
  local status, made, place = unpack(redis.call('HMGET', KEYS[i], 's', 'n', 'm'))
  if not status then
    local fields = { 's', ARGV[2], 'e', ARGV[at + 1], 't', ARGV[at + 2], 'o', ARGV[at + 3], 'm', ARGV[at + 4],
      'c', ARGV[1], 'n', 0 }
    if pending then
      fields[#fields + 1], fields[#fields + 2] = 'x', ARGV[1]
      due[#due + 1], due[#due + 2] = ARGV[1], id
    end
    if ARGV[3] ~= '' then
      fields[#fields + 1], fields[#fields + 2] = 'err', ARGV[3]
    end
    redis.call('HSET', KEYS[i], unpack(fields))
    listed[#listed + 1], listed[#listed + 2] = ARGV[1], id
    status, made = ARGV[2], '0'
  elseif place ~= ARGV[at + 4] then
    -- The event was told again, under the same id, after Redis had lost the end of its stream.
    redis.call('HSET', KEYS[i], 'm', ARGV[at + 4])
  end
  replies[#replies + 1] = (status == 'pending' and made == '0') and 1 or 0
end
if #listed > 0 then
  redis.call('ZADD', KEYS[1], unpack(listed))
end
if #due > 0 then
  redis.call('ZADD', KEYS[2], unpack(due))
end
return replies
