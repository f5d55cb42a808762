-- Takes a backfill one step on: its events, their deliveries and its place are written together.
-- Needs: ../log/delivery-record.lua
-- KEYS[1] backfill, KEYS[2] events of the endpoint's backfills (a stream), KEYS[3] where each of these is,
-- KEYS[4] state of that outbox, KEYS[5] pending deliveries, KEYS[6] due
-- ARGV[1] name of the walk, ARGV[2] its fence, ARGV[3] its place before, ARGV[4] its place after ('' for the end),
-- ARGV[5] now in ms, ARGV[6] users looked at, ARGV[7] what the key of a delivery begins with, before its id,
-- ARGV[8] id of the endpoint, ARGV[9] how many events are kept, then for each event: its id, its type, the event as
-- JSON, id of its delivery
-- Returns {1, queued, already there}, or {0} where the walk is elsewhere by now: nothing was written.
-- Atomic so that a crash leaves a step done or not begun, so that two workers never do the same one, and so that
-- nothing is written of a user who was erased after they were read. Keys of deliveries are of the same slot.
local run, fence, place, state = unpack(redis.call('HMGET', KEYS[1], 'run', 'fence', 'place', 'state'))
if state ~= 'running' or run ~= ARGV[1] or fence ~= ARGV[2] or place ~= ARGV[3] then
  return { 0 }
end
local now, prefix = ARGV[5], ARGV[7]
local queued, already, last = 0, 0, nil
for i = 10, #ARGV, 4 do
  local event, kind, json, delivery = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local key = prefix .. delivery
  if redis.call('HEXISTS', KEYS[3], event) == 1 or redis.call('EXISTS', key) == 1 then
    already = already + 1
  else
    last = redis.call('XADD', KEYS[2], '*', 'id', event, 'event', json, 'delivery', delivery)
    redis.call('HSET', KEYS[3], event, last)
    redis.call('SET', key, record_text({ 'pending', now, '0', '0', now, NONE, event, kind, ARGV[8], last, '', '', '', '' }))
    redis.call('ZADD', KEYS[5], now, delivery)
    redis.call('ZADD', KEYS[6], now, delivery)
    queued = queued + 1
  end
end
if last then
  -- The relay has nothing to do with them: they go to this endpoint and to no other.
  redis.call('HSET', KEYS[4], 'relayed', last)
end
redis.call('HINCRBY', KEYS[1], 'seen', ARGV[6])
redis.call('HINCRBY', KEYS[1], 'queued', queued)
redis.call('HINCRBY', KEYS[1], 'already', already)
if ARGV[4] == '' then
  redis.call('HSET', KEYS[1], 'state', 'done', 'ended', now)
else
  redis.call('HSET', KEYS[1], 'place', ARGV[4])
end

-- The oldest go where there are too many, unless their delivery is still there: it is shown and erased by its event.
local over = math.min(redis.call('XLEN', KEYS[2]) - tonumber(ARGV[9]), 500)
if over > 0 then
  for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', over + 1000)) do
    local fields = {}
    for i = 1, #entry[2], 2 do
      fields[entry[2][i]] = entry[2][i + 1]
    end
    if redis.call('EXISTS', prefix .. (fields.delivery or '')) == 0 then
      redis.call('XDEL', KEYS[2], entry[1])
      redis.call('HDEL', KEYS[3], fields.id)
      over = over - 1
    end
    if over == 0 then
      break
    end
  end
end
return { 1, queued, already }
