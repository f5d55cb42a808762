-- A page of an endpoint's deliveries by the time of their creation, and of one millisecond by id.
-- KEYS[i] the endpoint's deliveries in one status
-- ARGV[1] 'newest' or 'oldest' first, ARGV[2] oldest and ARGV[3] newest time wanted in ms ('-inf' and '+inf'
-- for all), ARGV[4] time in ms and ARGV[5] id of the place after which the page begins ('' and '' for the
-- top), ARGV[6] how many at most
-- Returns a flat list: id, time of creation.
-- Atomic so that a delivery that changes its status meanwhile is in exactly one of the sets.
local newest, oldest_time, newest_time = ARGV[1] == 'newest', ARGV[2], ARGV[3]
local place_time, place_id, limit = ARGV[4], ARGV[5], tonumber(ARGV[6])

-- The rank of the first entry that is at the place or newer. Halving, for however many deliveries may share
-- one millisecond.
local function rank_of_place(key)
  local low = redis.call('ZCOUNT', key, '-inf', '(' .. place_time)
  local high = redis.call('ZCOUNT', key, '-inf', place_time)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if redis.call('ZRANGE', key, middle, middle)[1] < place_id then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

local found = {}
for _, key in ipairs(KEYS) do
  -- From `first` to `last` by rank, both included.
  local first = redis.call('ZCOUNT', key, '-inf', '(' .. oldest_time)
  local last = redis.call('ZCOUNT', key, '-inf', newest_time) - 1
  if place_id ~= '' then
    local rank = rank_of_place(key)
    if newest then
      last = math.min(last, rank - 1)
    else
      local entry = redis.call('ZRANGE', key, rank, rank, 'WITHSCORES')
      local there = entry[1] == place_id and tonumber(entry[2]) == tonumber(place_time)
      first = math.max(first, there and rank + 1 or rank)
    end
  end
  if newest then
    first = math.max(first, last - limit + 1)
  else
    last = math.min(last, first + limit - 1)
  end
  if first <= last then
    local page = redis.call('ZRANGE', key, first, last, 'WITHSCORES')
    for i = 1, #page, 2 do
      found[#found + 1] = { page[i], page[i + 1], tonumber(page[i + 1]) }
    end
  end
end

table.sort(found, function(a, b)
  if not newest then
    a, b = b, a
  end
  if a[3] ~= b[3] then
    return a[3] > b[3]
  end
  return a[1] > b[1]
end)
local reply = {}
for i = 1, math.min(limit, #found) do
  reply[#reply + 1] = found[i][1]
  reply[#reply + 1] = found[i][2]
end
return reply
