-- Notes that the data are of the next layout, or on their way to it.
-- KEYS[1] the number of the layout
-- ARGV[1] what stood there, ARGV[2] what comes next
-- Returns 1, or 0 where another process has noted it before.
-- Atomic so that a process that was slow never takes the number back.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
