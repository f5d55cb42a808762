-- Counts events of an outbox by the stretch of time that they are in and by type, newest first, a bounded number.
-- KEYS[1] outbox
-- ARGV[1] from when and ARGV[2] until when, ms, ARGV[3] into how many stretches of equal length that is divided,
-- ARGV[4] the place strictly before which it goes on ('' to begin), ARGV[5] how many at most
-- Returns {how many were looked at, place of the last one ('' for none), then for each stretch and type: the stretch
-- from 0, the type, how many}.
-- In Redis, because events are long and their counts are short.
local since, till, stretches = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
-- No place is before 1970.
local function place(ms)
  return string.format('%.0f', math.max(0, ms))
end
local width = math.max(1, (till - since) / stretches)
local before, left = ARGV[4], tonumber(ARGV[5])
local seen, last, counts = 0, '', {}

while left > 0 do
  local from = before == '' and place(till) or '(' .. before
  local some = math.min(left, 200)
  local entries = redis.call('XREVRANGE', KEYS[1], from, place(since), 'COUNT', some)
  for _, entry in ipairs(entries) do
    local fields = entry[2]
    for i = 1, #fields, 2 do
      if fields[i] == 'event' then
        -- Before anything that came from elsewhere, which stands in its data.
        local kind = string.match(fields[i + 1], '^{[^{]-"type":"([^"]+)"')
        local at = tonumber(string.match(entry[1], '^%d+'))
        local stretch = math.floor((at - since) / width)
        if kind and stretch < stretches then
          local of_type = counts[kind] or {}
          of_type[stretch] = (of_type[stretch] or 0) + 1
          counts[kind] = of_type
        end
      end
    end
    last = entry[1]
  end
  seen, left, before = seen + #entries, left - #entries, last
  if #entries < some then
    break
  end
end

local reply = { seen, last }
for kind, of_type in pairs(counts) do
  for stretch, count in pairs(of_type) do
    reply[#reply + 1] = stretch
    reply[#reply + 1] = kind
    reply[#reply + 1] = count
  end
end
return reply
