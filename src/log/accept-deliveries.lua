-- Records deliveries of one endpoint, each once.
-- Needs: delivery-record.lua
-- KEYS[1] the endpoint's deliveries in the status given, KEYS[2] due, KEYS[3] busy
-- ARGV[1] now in ms, ARGV[2] status (pending or skipped), ARGV[3] what the key of a delivery begins with, before its
-- id, ARGV[4] when what is skipped expires, in ms, then for each delivery: its id, when it is due, its record
-- Returns for each delivery a digit: 1 where it waits for its first attempt, else 0.
-- Atomic so that fan-out can be repeated: a delivery that exists is left as it is, but for where its event is. Keys of
-- deliveries are of the same slot.
local now, status, prefix = ARGV[1], ARGV[2], ARGV[3]
local waits = status == 'pending' and '1' or '0'
local records, listed, due, last = {}, {}, {}, 0
for i = 5, #ARGV, 3 do
  local id = ARGV[i]
  records[last + 1], records[last + 2] = prefix .. id, ARGV[i + 2]
  listed[last + 1], listed[last + 2] = now, id
  due[last + 1], due[last + 2] = ARGV[i + 1], id
  last = last + 2
end
if last == 0 then
  return ''
end

-- All at once where none of them exists, as nearly always.
local replies = string.rep(waits, last / 2)
if redis.call('MSETNX', unpack(records)) == 0 then
  local keys, told, fresh, fresh_listed, fresh_due, count = {}, {}, {}, {}, {}, 0
  for i = 1, last, 2 do
    keys[#keys + 1] = records[i]
  end
  for i, text in ipairs(read_texts(keys)) do
    local at = 2 * i - 1
    if not text then
      fresh[count + 1], fresh[count + 2] = keys[i], records[at + 1]
      fresh_listed[count + 1], fresh_listed[count + 2] = now, listed[at + 1]
      fresh_due[count + 1], fresh_due[count + 2] = due[at], due[at + 1]
      count = count + 2
      told[i] = waits
    else
      local record, place = parse_record(text), parse_record(records[at + 1])[PLACE]
      if record[PLACE] ~= place then
        -- The event was told again, under the same id, after Redis had lost the end of its stream.
        record[PLACE] = place
        mark_claim(KEYS[3], listed[at + 1])
        redis.call('SET', keys[i], record_text(record), 'KEEPTTL')
      end
      told[i] = record[STATUS] == 'pending' and record[MADE] == '0' and '1' or '0'
    end
  end
  replies, records, listed, due = table.concat(told), fresh, fresh_listed, fresh_due
  if count > 0 then
    redis.call('MSET', unpack(records))
  end
end
if #records > 0 then
  redis.call('ZADD', KEYS[1], unpack(listed))
  if status == 'pending' then
    redis.call('ZADD', KEYS[2], unpack(due))
  else
    for i = 1, #records, 2 do
      redis.call('PEXPIREAT', records[i], ARGV[4])
    end
  end
end
return replies
