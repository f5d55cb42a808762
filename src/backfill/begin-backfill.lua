-- Begins a backfill of an endpoint, or joins the one that goes on.
-- KEYS[1] backfill of the endpoint
-- ARGV[1] what is asked, as JSON, ARGV[2] name of the walk, ARGV[3] sources to walk over, as JSON, ARGV[4] users of
-- them, ARGV[5] now in ms, ARGV[6] 1 to send again what was sent by a backfill before
-- Returns BEGUN; JOINED where the same is under way; BUSY where another is.
-- Atomic so that two that ask at once get one walk.
local state, asked, generation = unpack(redis.call('HMGET', KEYS[1], 'state', 'asked', 'generation'))
if state == 'running' then
  return asked == ARGV[1] and 'JOINED' or 'BUSY'
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'running', 'asked', ARGV[1], 'run', ARGV[2], 'sources', ARGV[3], 'total', ARGV[4],
  'started', ARGV[5], 'place', '', 'fence', 0, 'seen', 0, 'queued', 0, 'already', 0,
  'generation', tonumber(generation or 0) + tonumber(ARGV[6]))
return 'BEGUN'
