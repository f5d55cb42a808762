-- Records a test of an endpoint: a delivery that was attempted once and has ended.
-- KEYS[1] delivery, KEYS[2] the endpoint's deliveries in the status given
-- ARGV[1] delivery id, ARGV[2] time of creation in ms, ARGV[3] record, ARGV[4] until when it is kept in ms
-- Returns OK.
-- Atomic so that the log, the status and the lists of a delivery never disagree. The endpoint's health is left
-- as it is, and no schedule begins.
redis.call('SET', KEYS[1], ARGV[3], 'PXAT', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
return 'OK'
