local function a(i, j) return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1) end

local function times(u, transposed)
  local n, out = #u, {}
  for i = 0, n - 1 do
    local s = 0.0
    for j = 0, n - 1 do
      s = s + (transposed and a(j, i) or a(i, j)) * u[j + 1]
    end
    out[i + 1] = s
  end
  return out
end

local n, u, v = tonumber(arg[1]), {}, nil
for i = 1, n do u[i] = 1.0 end
for _ = 1, 10 do
  v = times(times(u, false), true)
  u = times(times(v, false), true)
end
local uv, vv = 0.0, 0.0
for i = 1, n do
  uv = uv + u[i] * v[i]
  vv = vv + v[i] * v[i]
end
print(string.format("%.9f", math.sqrt(uv / vv)))
