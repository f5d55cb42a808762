-- Records a test of an endpoint: a delivery that was attempted once and has ended.
-- KEYS[1] delivery, KEYS[2] its attempts, KEYS[3] the endpoint's deliveries in the status given
-- ARGV[1] delivery id, ARGV[2] status, ARGV[3] event id, ARGV[4] event type, ARGV[5] time of creation in ms,
-- ARGV[6] attempt as JSON, ARGV[7] error as JSON ('' for none), ARGV[8] event as JSON, ARGV[9] until when it
-- is kept in ms
-- Returns OK.
-- Atomic so that the log, the status and the lists of a delivery never disagree. The endpoint's health is left
-- as it is, and no schedule begins.
redis.call('HSET', KEYS[1], 's', ARGV[2], 'e', ARGV[3], 't', ARGV[4], 'c', ARGV[5], 'n', 1, 'test', ARGV[8])
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[1], 'err', ARGV[7])
end
redis.call('RPUSH', KEYS[2], ARGV[6])
redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1])
redis.call('PEXPIREAT', KEYS[1], ARGV[9])
redis.call('PEXPIREAT', KEYS[2], ARGV[9])
return 'OK'
