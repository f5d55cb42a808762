-- Deletes deliveries that have ended, with their attempts, where an endpoint has more of them than are kept.
-- Needs: delivery-record.lua
-- KEYS[1..3] the endpoint's deliveries that succeeded, failed and were skipped, KEYS[4] bounds of its log,
-- KEYS[5] events of the endpoint's backfills (a stream), KEYS[6] where each of these is,
-- then for each delivery: its record, its attempts
-- ARGV[1] id of the endpoint, ARGV[2..] id of each delivery, oldest first
-- Returns how many were deleted.
-- Atomic so that one that is queued again in the same moment stays, and so that no list holds what is gone. The event
-- of a backfill goes with its delivery, for it went to nobody else.
local removed, keys = 0, {}
for i = 7, #KEYS, 2 do
  keys[#keys + 1] = KEYS[i]
end
for i, record in ipairs(read_records(keys)) do
  local id, attempts = ARGV[i + 1], KEYS[6 + 2 * i]
  if not record or record[STATUS] ~= 'pending' and record[STATUS] ~= 'retrying' then
    local score = record and record[CREATED]
    for list = 1, 3 do
      score = redis.call('ZSCORE', KEYS[list], id) or score
      removed = removed + redis.call('ZREM', KEYS[list], id)
    end
    redis.call('DEL', keys[i], attempts)
    if record and record[OUTBOX] == ARGV[1] then
      redis.call('XDEL', KEYS[5], record[PLACE])
      redis.call('HDEL', KEYS[6], record[EVENT])
    end
    -- Up to here the log has gaps: nobody can tell from it what was delivered.
    local dropped = redis.call('HGET', KEYS[4], 'dropped_to')
    if score and (not dropped or tonumber(score) > tonumber(dropped)) then
      redis.call('HSET', KEYS[4], 'dropped_to', score)
    end
  end
end
return removed
