-- Records deliveries of one endpoint, each once.
-- Needs: delivery-record.lua
-- KEYS[1] the endpoint's deliveries in the status given, KEYS[2] due
-- ARGV[1] now in ms, ARGV[2] status (pending or skipped), ARGV[3] what the key of a delivery begins with, before its
-- id, ARGV[4] when what is skipped expires, in ms, then for each delivery: its id, its record
-- Returns for each delivery a digit: 1 where it waits for its first attempt, else 0.
-- Atomic so that fan-out can be repeated: a delivery that exists is left as it is, but for where its event is. Keys of
-- deliveries are of the same slot.
local now, status, prefix = ARGV[1], ARGV[2], ARGV[3]
local waits = status == 'pending' and '1' or '0'
local keys = {}
for i = 5, #ARGV, 2 do
  keys[#keys + 1] = prefix .. ARGV[i]
end
local replies, records, listed, due = {}, {}, {}, {}
for i, text in ipairs(read_texts(keys)) do
  local id, wanted = ARGV[3 + 2 * i], ARGV[4 + 2 * i]
  if not text then
    records[#records + 1], records[#records + 2] = keys[i], wanted
    listed[#listed + 1], listed[#listed + 2] = now, id
    due[#due + 1], due[#due + 2] = string.match(wanted, DUE_AT_OF), id
    replies[i] = waits
  else
    local record, place = parse_record(text), parse_record(wanted)[PLACE]
    if record[PLACE] ~= place then
      -- The event was told again, under the same id, after Redis had lost the end of its stream.
      record[PLACE], record[CLAIM] = place, changed_claim(record[CLAIM])
      redis.call('SET', keys[i], record_text(record), 'KEEPTTL')
    end
    replies[i] = record[STATUS] == 'pending' and record[MADE] == '0' and '1' or '0'
  end
end
if #records > 0 then
  redis.call('MSET', unpack(records))
  redis.call('ZADD', KEYS[1], unpack(listed))
  if status == 'pending' then
    redis.call('ZADD', KEYS[2], unpack(due))
  else
    for i = 1, #records, 2 do
      redis.call('PEXPIREAT', records[i], ARGV[4])
    end
  end
end
return table.concat(replies)
