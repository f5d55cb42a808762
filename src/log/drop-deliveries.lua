-- Deletes deliveries that have ended, with their attempts, where an endpoint has more of them than are kept.
-- KEYS[1..3] the endpoint's deliveries that succeeded, failed and were skipped, KEYS[4] bounds of its log,
-- KEYS[5] events of the endpoint's backfills (a stream), KEYS[6] where each of these is,
-- then for each delivery: its hash, its attempts
-- ARGV[1] id of the endpoint, ARGV[2..] id of each delivery, oldest first
-- Returns how many were deleted.
-- Atomic so that one that is queued again in the same moment stays, and so that no list holds what is gone. The event
-- of a backfill goes with its delivery, for it went to nobody else.
local removed = 0
for i = 2, #ARGV do
  local hash, attempts = KEYS[3 + i * 2], KEYS[4 + i * 2]
  local status, created, outbox, place, event = unpack(redis.call('HMGET', hash, 's', 'c', 'o', 'm', 'e'))
  if not status or status == 'succeeded' or status == 'failed' or status == 'skipped' then
    local score = created
    for j = 1, 3 do
      score = redis.call('ZSCORE', KEYS[j], ARGV[i]) or score
      removed = removed + redis.call('ZREM', KEYS[j], ARGV[i])
    end
    redis.call('DEL', hash, attempts)
    if outbox == ARGV[1] then
      redis.call('XDEL', KEYS[5], place)
      redis.call('HDEL', KEYS[6], event)
    end
    -- Up to here the log has gaps: nobody can tell from it what was delivered.
    local dropped = redis.call('HGET', KEYS[4], 'dropped_to')
    if score and (not dropped or tonumber(score) > tonumber(dropped)) then
      redis.call('HSET', KEYS[4], 'dropped_to', score)
    end
  end
end
return removed
