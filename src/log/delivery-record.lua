-- The record of a delivery, as one text: read and written whole, so that a script reads and writes many in one command.
-- Put before the scripts that need it. delivery-record.ts says what its parts are. Taking one apart costs more than
-- reading it: what happens to every delivery is done without.
local FIRST, STATUS, CREATED, MADE, COUNTED_FROM, DUE_AT, RUN, EVENT, TYPE, OUTBOX, PLACE = 1, 2, 3, 4, 5, 6, 7, 8, 9,
  10, 11
local ERROR, TEST, ATTEMPT, BODY = 12, 13, 14, 15
local NONE = '-'
local RECORD = '^([^\n]*)\n' .. string.rep('(%S+) ', 9) .. '(%S+)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$'

-- A list of its parts; false where there is no record.
local function parse_record(text)
  local record = text and { string.match(text, RECORD) }
  return record and record[1] and record or false
end

local function record_text(record)
  return record[FIRST] .. '\n' .. table.concat(record, ' ', STATUS, PLACE) .. '\n' .. table.concat(record, '\n', ERROR, BODY)
end

-- Until when a delivery is claimed, ms, which tells claims on it apart: each ends later than the one before, for that
-- had to run out. Nil where nobody holds it.
local function claim_of(busy, id)
  local till = redis.call('ZSCORE', busy, id)
  return till and math.floor(tonumber(till)) or nil
end

-- Of a record that somebody else changes while it is claimed: who has claimed it would write what it was.
local function mark_claim(busy, id)
  local till = claim_of(busy, id)
  if till then
    redis.call('ZADD', busy, string.format('%.1f', till + 0.5), id)
  end
end

-- Many at a time, in the order of their keys; false where there is none.
local function read_texts(keys)
  return #keys > 0 and redis.call('MGET', unpack(keys)) or {}
end

local function read_records(keys)
  local records = read_texts(keys)
  for i, text in ipairs(records) do
    records[i] = parse_record(text)
  end
  return records
end
