-- Brings deliveries of one endpoint from a hash each (layout 1) to a text each (layout 2).
-- KEYS for each delivery: its hash, its record
-- Returns how many there were.
-- Atomic so that a delivery is in one of the two, whenever this breaks off and however often it is begun. What a text is
-- made of is said here as layout 2 has it, whatever becomes of it later.
local brought = 0
for i = 1, #KEYS, 2 do
  local fields = redis.call('HGETALL', KEYS[i])
  if #fields > 0 then
    local old = {}
    for at = 1, #fields, 2 do
      old[fields[at]] = fields[at + 1]
    end
    local claim = old.k and old.ku and old.k .. ' ' .. old.ku or '-'
    local short = table.concat({
      old.s, old.c, old.n, old.b or '0', old.x or '-', old.r or '-', old.e, old.t, old.o or '-', old.m or '-',
    }, ' ')
    local text = table.concat({ claim, short, old.err or '', old.test or '', '', old.q or '' }, '\n')
    local left = redis.call('PTTL', KEYS[i])
    if left > 0 then
      redis.call('SET', KEYS[i + 1], text, 'PX', left)
    else
      redis.call('SET', KEYS[i + 1], text)
    end
    redis.call('DEL', KEYS[i])
    brought = brought + 1
  end
end
return brought
