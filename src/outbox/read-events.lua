-- Reads events of a source by their places.
-- KEYS[1] outbox
-- ARGV[1..] stream ids
-- Returns for each the event as JSON, or false where it is gone.
-- One call for many, for the reader pays for each command more than Redis does.
local found = {}
for i, id in ipairs(ARGV) do
  local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
  found[i] = false
  if entry then
    local fields = entry[2]
    for at = 1, #fields, 2 do
      if fields[at] == 'event' then
        found[i] = fields[at + 1]
      end
    end
  end
end
return found
