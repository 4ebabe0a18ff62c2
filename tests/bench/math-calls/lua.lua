local function main(n)
    local s, seed, low = 0.0, 42, 0
    for i = 0, n - 1 do
        local x = i * 0.001
        s = s + math.sqrt(x) + math.sin(x) * math.cos(x) + math.abs(-x) / (1.0 + x)
        s = s - (math.floor(x) + math.min(x, 3.0) + math.max(x, 2))
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        if seed < 0x40000000 then low = low + 1 end
    end
    print(string.format("%.3f %d", s, low))
end

main(tonumber(arg[1]))
