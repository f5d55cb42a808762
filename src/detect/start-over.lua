-- Forgets what a source's baseline recorded, some buckets at a time; the last call begins the new one.
-- KEYS[1] lease, KEYS[2] state, KEYS[3..] buckets of snapshots to delete
-- ARGV[1] fencing token, ARGV[2] the new identity ('' until the last call), ARGV[3] lease to live in ms,
-- ARGV[4] epoch step, ARGV[5] whose first contact is later is announced ('' for nobody), ARGV[6] why the
-- baseline is taken, ARGV[7..] state fields to delete
-- Returns OK, or FENCED where the lease was lost.
-- Atomic so that an identity never stands beside the snapshots or the watermark of another. A crash between
-- two calls leaves the old identity, and the next poll deletes again.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 'FENCED'
end
for i = 3, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
if ARGV[2] ~= '' then
  -- New epoch: the same count of the same user is another event now than under the old identity.
  if redis.call('HEXISTS', KEYS[2], 'identity') == 1 then
    redis.call('HINCRBY', KEYS[2], 'epoch', ARGV[4])
  end
  for i = 7, #ARGV do
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
  redis.call('HSET', KEYS[2], 'identity', ARGV[2], 'mode', 'baseline', 'baseline_reason', ARGV[6])
  if ARGV[5] ~= '' then
    redis.call('HSET', KEYS[2], 'announce_since', ARGV[5])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'OK'
