// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

func arg(i int) int { n, _ := strconv.Atoi(os.Args[i]); return n }

func main() {
	tasks, rounds := arg(1), arg(2)
	total, right := int64(0), int64(0)
	for r := 0; r < rounds; r++ {
		var group sync.WaitGroup
		for i := 0; i < tasks; i++ {
			group.Add(1)
			go func(i int) {
				defer group.Done()
				runtime.Gosched()
				atomic.AddInt64(&total, int64(i%7))
			}(i)
		}
		group.Wait()
	}
	for i := 0; i < tasks; i++ {
		right += int64(rounds * (i % 7))
	}
	if total != right {
		panic("wrong total")
	}
	fmt.Println(total)
}
