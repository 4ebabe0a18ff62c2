local function counter(step)
  local count = 0
  return function()
    count = count + step
    return count
  end
end

local function compose(f, g) return function(x) return f(g(x)) end end

local n, s = tonumber(arg[1]), 0
local counters = {[0] = counter(1), counter(2), counter(3)}
for i = 0, n - 1 do
  local add = function(x) return x + i end
  local both = compose(add, function(x) return x * 3 end)
  s = (s + both(i) + counters[i % 3]()) % 1000000007
end
print(s)
