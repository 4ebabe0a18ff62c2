local function main(n)
  local xs, prices = {}, {}
  for i = 0, n - 1 do
    xs[#xs + 1] = i % 97
    prices["item " .. i % 5000] = i
  end
  local total = 0
  for _ = 1, 5 do
    for i, x in ipairs(xs) do
      total = total + (i - 1) * x
    end
    for i, a in ipairs(xs) do
      total = total + a - xs[i] + 1
    end
    for name, price in pairs(prices) do
      total = total + price
    end
  end
  print(total)
end

main(tonumber(arg[1]))
