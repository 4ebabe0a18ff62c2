local n, live, counts, x = tonumber(arg[1]), {}, {}, 42
for i = 0, n - 1 do
  x = x * 16807 % 2147483647
  live[i] = x
  if i >= 1000 then live[i - 1000] = nil end
  local name = "k" .. x % 5000
  counts[name] = (counts[name] or 0) + 1
end
local size, names, sum, total = 0, 0, 0, 0
for k, v in pairs(live) do
  size = size + 1
  total = (total + k * v) % 1000000007
end
for _, v in pairs(counts) do
  names = names + 1
  sum = sum + v
end
print(size .. " " .. names .. " " .. sum .. " " .. total)
