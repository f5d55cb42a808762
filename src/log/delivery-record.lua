-- The record of a delivery, as one text: read and written whole, so that a script reads and writes many in one command.
-- Put before the scripts that need it. delivery-record.ts says what its parts are. Taking one apart costs more than
-- reading it: what happens to every delivery is done without.
local STATUS, CREATED, MADE, COUNTED_FROM, DUE_AT, RUN, EVENT, TYPE, OUTBOX, PLACE = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
local ERROR, TEST, ATTEMPT, BODY = 11, 12, 13, 14
local NONE = '-'
local RECORD = '^[^\n]*\n' .. string.rep('(%S+) ', 9) .. '(%S+)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n(.*)$'

-- A list of its parts; false where there is no record.
local function parse_record(text)
  local record = text and { string.match(text, RECORD) }
  return record and record[1] and record or false
end

-- The line of its short parts.
local function record_head(record)
  return table.concat(record, ' ', STATUS, PLACE)
end

local function record_text(record)
  return NONE .. '\n' .. record_head(record) .. '\n' .. table.concat(record, '\n', ERROR, BODY)
end

-- A claim is a number: until when it holds, in ms, and in its fraction, of which there are HOLDERS, who holds it. Half of
-- the smallest fraction more is a mark.
local HOLDERS = 2048

-- Nil where nobody holds it.
local function claim_of(busy, id)
  local claim = redis.call('ZSCORE', busy, id)
  return claim and tonumber(claim) or nil
end

local function unmarked(claim)
  return math.floor(claim * HOLDERS) / HOLDERS
end

local function is_of_same_holder(a, b)
  return math.floor(a * HOLDERS) % HOLDERS == math.floor(b * HOLDERS) % HOLDERS
end

-- Of a record that somebody else changes while it is claimed: who has claimed it would write what it was.
local function mark_claim(busy, id)
  local claim = claim_of(busy, id)
  if claim then
    redis.call('ZADD', busy, string.format('%.17g', unmarked(claim) + 0.5 / HOLDERS), id)
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
