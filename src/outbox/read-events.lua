-- Reads events of a source by their places.
-- KEYS[1] outbox
-- ARGV[1..] stream ids, of which many are next to each other, as events are that are sent in the order in which they
-- were told
-- Returns for each the event as JSON, or false where it is gone.
-- One call for many, for the reader pays for each command more than Redis does; and one command for those that are
-- next to each other, for a script pays for each as well.
local AT_ONCE = 32
local found, ahead, next_ahead = {}, {}, 1

local function event_of(entry)
  local fields = entry[2]
  for at = 1, #fields, 2 do
    if fields[at] == 'event' then
      return fields[at + 1]
    end
  end
  return false
end

local run = 1
for i, id in ipairs(ARGV) do
  local entry = ahead[next_ahead]
  if entry and entry[1] == id then
    -- As was hoped.
    run = math.min(AT_ONCE, run * 2)
  else
    -- As many as there have been in a row, and never more than are still asked for.
    local count = math.min(run, #ARGV - i + 1)
    ahead, next_ahead, run = redis.call('XRANGE', KEYS[1], id, '+', 'COUNT', count), 1, 2
    entry = ahead[1]
    if entry and entry[1] ~= id then
      entry = nil
    end
  end
  if entry then
    next_ahead = next_ahead + 1
  end
  found[i] = entry and event_of(entry) or false
end
return found
