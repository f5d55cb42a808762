-- The newest deliveries of an endpoint that are older than a place in the list.
-- KEYS[i] the endpoint's deliveries in one status
-- ARGV[1] time of the place in ms ('+inf' for the top), ARGV[2] delivery id at the place ('' for the top),
-- ARGV[3] oldest time wanted in ms ('-inf' for all), ARGV[4] how many at most of each status
-- Returns a flat list: id, time of creation.
-- Atomic so that a delivery that changes its status meanwhile is in exactly one of the sets.
local found = {}
local limit = tonumber(ARGV[4])
for _, key in ipairs(KEYS) do
  local taken, offset = 0, 0
  repeat
    local page = redis.call('ZREVRANGEBYSCORE', key, ARGV[1], ARGV[3], 'WITHSCORES', 'LIMIT', offset, limit)
    for i = 1, #page, 2 do
      -- Deliveries of one millisecond are ordered by id, as Redis orders them.
      local older = ARGV[2] == '' or page[i + 1] ~= ARGV[1] or page[i] < ARGV[2]
      if older and taken < limit then
        found[#found + 1] = page[i]
        found[#found + 1] = page[i + 1]
        taken = taken + 1
      end
    end
    offset = offset + limit
  until taken >= limit or #page < limit * 2
end
return found
