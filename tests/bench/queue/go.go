// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

func arg(i int) int { n, _ := strconv.Atoi(os.Args[i]); return n }

func main() {
	np, nc, per := arg(1), arg(2), arg(4)/arg(1)
	q, done := make(chan int, arg(3)), make(chan int)
	var wg sync.WaitGroup
	for t := 0; t < nc; t++ {
		go func() {
			s := 0
			for x := range q {
				s += x
			}
			done <- s
		}()
	}
	for t := 0; t < np; t++ {
		wg.Add(1)
		go func(t int) {
			for i := 0; i < per; i++ {
				q <- t*per + i
			}
			wg.Done()
		}(t)
	}
	wg.Wait()
	close(q)
	sum := 0
	for t := 0; t < nc; t++ {
		sum += <-done
	}
	fmt.Println(sum)
}
