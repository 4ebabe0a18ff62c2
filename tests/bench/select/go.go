// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"strconv"
)

func arg(i int) int { n, _ := strconv.Atoi(os.Args[i]); return n }

func consume2(q []chan int, n int) int {
	a, b := q[0], q[1]
	total := 0
	for i := 0; i < n; i++ {
		select {
		case x := <-a:
			total += x * 2
		case x := <-b:
			total += x*2 + 1
		}
	}
	return total
}

func consume8(q []chan int, n int) int {
	a, b, c, d, e, f, g, h := q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7]
	total := 0
	for i := 0; i < n; i++ {
		select {
		case x := <-a:
			total += x * 8
		case x := <-b:
			total += x*8 + 1
		case x := <-c:
			total += x*8 + 2
		case x := <-d:
			total += x*8 + 3
		case x := <-e:
			total += x*8 + 4
		case x := <-f:
			total += x*8 + 5
		case x := <-g:
			total += x*8 + 6
		case x := <-h:
			total += x*8 + 7
		}
	}
	return total
}

func main() {
	count, producers, capacity, n := arg(1), arg(2), arg(3), arg(4)
	queues := make([]chan int, count)
	for k := range queues {
		queues[k] = make(chan int, capacity)
	}
	for t := 0; t < producers; t++ {
		go func(from, to int) {
			for i := from; i < to; i++ {
				queues[i%count] <- i / count
			}
		}(t*n/producers, (t+1)*n/producers)
	}
	consume := consume8
	if count == 2 {
		consume = consume2
	}
	total := consume(queues, n)
	if total != n*(n-1)/2 {
		panic("wrong total")
	}
	fmt.Println(total)
}
