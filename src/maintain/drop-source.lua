-- Drops what is left of a deleted source whose last event has gone.
-- KEYS[1] state, KEYS[2] outbox, KEYS[3..] whatever else there is
-- Returns 1, or 0 where the source is polled again or has events: nothing dropped.
-- Atomic so that nothing goes of a source that was made again, and no event with it.
if redis.call('HEXISTS', KEYS[1], 'purged') == 0 or redis.call('XLEN', KEYS[2]) > 0 then
  return 0
end
for _, key in ipairs(KEYS) do
  redis.call('UNLINK', key)
end
return 1
