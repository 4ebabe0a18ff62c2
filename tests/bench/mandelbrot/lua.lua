local function stays(cr, ci)
  local zr, zi = 0.0, 0.0
  for _ = 1, 50 do
    local zr2, zi2 = zr * zr, zi * zi
    if zr2 + zi2 > 4.0 then return false end
    zi = 2.0 * zr * zi + ci
    zr = zr2 - zi2 + cr
  end
  return true
end

local n, count = tonumber(arg[1]), 0
for y = 0, n - 1 do
  local ci = 2.0 * y / n - 1.0
  for x = 0, n - 1 do
    if stays(2.0 * x / n - 1.5, ci) then count = count + 1 end
  end
end
print(count)
