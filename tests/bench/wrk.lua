-- One operation, asked by many members in turn. Each answer is looked at: a wrong one voids the run.

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init()
  wrong, sample, count = 0, "", 0
  tokens = {}
  for line in io.lines(os.getenv("BENCH_TOKENS")) do tokens[#tokens + 1] = line end
  path, body, run = os.getenv("BENCH_PATH"), os.getenv("BENCH_BODY"), os.getenv("BENCH_RUN")
  right, times = os.getenv("BENCH_RIGHT"), tonumber(os.getenv("BENCH_TIMES"))
end

function request()
  count = count + 1
  local sent = body:gsub("%%NEW%%", run .. "-" .. count)
  return wrk.format("POST", path, {
    ["Authorization"] = "Bearer " .. tokens[count % #tokens + 1],
    ["Content-Type"] = "application/json",
  }, sent)
end

function response(status, _, answer)
  if status ~= 200 or answer:find('"errors"', 1, true) or seen(answer) ~= times then
    wrong = wrong + 1
    sample = status .. " " .. answer:sub(1, 400)
  end
end

function seen(answer)
  local found, from = 0, 1
  while true do
    local _, last = answer:find(right, from, true)
    if not last then return found end
    found, from = found + 1, last + 1
  end
end

function done(summary, latency)
  local wrong, sample = 0, ""
  for _, thread in ipairs(threads) do
    wrong = wrong + thread:get("wrong")
    sample = thread:get("sample")
  end
  local e = summary.errors
  io.write(string.format("\nRESULT %d %d %d %d %d %d\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, wrong, latency:percentile(50), latency:percentile(99)))
  if wrong > 0 then io.write("SAMPLE " .. sample .. "\n") end
end
