local n = tonumber(arg[1])
local m, size, total = {}, 0, 0
for i = 0, n - 1 do m[i * 7] = i end
for i = 0, n - 1 do total = total + m[i * 7] end
for _ in pairs(m) do size = size + 1 end
print(size .. " " .. total)
