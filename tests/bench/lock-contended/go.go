// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

func main() {
	threads, _ := strconv.Atoi(os.Args[1])
	n, _ := strconv.Atoi(os.Args[2])
	var m sync.Mutex
	var wg sync.WaitGroup
	k := 0
	for t := 0; t < threads; t++ {
		wg.Add(1)
		go func() {
			for i := 0; i < n/threads; i++ {
				m.Lock()
				k++
				m.Unlock()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	fmt.Println(k)
}
