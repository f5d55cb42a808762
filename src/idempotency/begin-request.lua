-- Begins the request that an idempotency key stands for, or tells what became of it.
-- KEYS[1] hash of the key
-- ARGV[1] token of who asks now, ARGV[2] fingerprint of the request, sealed, ARGV[3] how long it may go on
-- without a sign of life, ms
-- Returns false where it has begun now, else {fingerprint, answer}, both sealed; the answer is '' while the
-- request is still at work.
-- Atomic so that of two requests with one key only one is carried out.
local fingerprint, answer = unpack(redis.call('HMGET', KEYS[1], 'f', 'a'))
if fingerprint then
  return { fingerprint, answer or '' }
end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'f', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return false
