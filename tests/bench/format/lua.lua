local n = tonumber(arg[1])
local total = 0
for i = 0, n - 1 do
    total = total + #string.format("%05d %.2f %x %6s", i, i / 3, i, "ab")
    total = total + #string.format("%d of %8d %.3f", i, n, i / 7)
    total = total + #string.format("%d %s %5.1f", i, "x", i / 9)
end
print(total)
