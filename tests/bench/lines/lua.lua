local function write(path, n)
  local f = io.open(path, "w")
  for i = 0, n - 1 do
    f:write(string.format("line %d of a file with key%03d %08d\n", i % 10, i % 1000, i))
  end
  f:close()
end

local function main(n, path)
  write(path, n)
  local lines, size = 0, 0
  for _ = 1, 5 do
    for line in io.lines(path) do
      lines = lines + 1
      size = size + #line + 1
    end
  end
  local counts, kinds = {}, 0
  for line in io.lines(path) do
    local k = 0
    for word in line:gmatch("%S+") do
      k = k + 1
      if k > 7 then break end
      if not counts[word] then kinds = kinds + 1 end
      counts[word] = (counts[word] or 0) + 1
    end
  end
  local all = {}
  for line in io.lines(path) do all[#all + 1] = line end
  local f = io.open(path)
  local text = f:read("a")
  f:close()
  print(lines .. " " .. size .. " " .. kinds .. " " .. counts["key007"] .. " " .. #all .. " " .. #text)
end

main(tonumber(arg[1]), arg[2])
