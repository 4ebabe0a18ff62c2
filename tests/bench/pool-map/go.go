// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

func arg(i int) int { n, _ := strconv.Atoi(os.Args[i]); return n }

func next(x int) int { return x + 1 }

// poolMap gives f(0), ..., f(n-1): worker goroutines take the jobs, parts of the range, from a channel.
func poolMap(workers, n, chunk int, f func(int) int) []int {
	if chunk == 0 {
		chunk = n/(8*workers) + 1
	}
	results := make([]int, n)
	jobs := make(chan int, workers)
	var group sync.WaitGroup
	for w := 0; w < workers; w++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for from := range jobs {
				for i := from; i < from+chunk && i < n; i++ {
					results[i] = f(i)
				}
			}
		}()
	}
	for from := 0; from < n; from += chunk {
		jobs <- from
	}
	close(jobs)
	group.Wait()
	return results
}

func main() {
	n := arg(2)
	total := 0
	for _, x := range poolMap(arg(1), n, arg(3), next) {
		total += x
	}
	if total != n*(n+1)/2 {
		panic("wrong total")
	}
	fmt.Println(total)
}
