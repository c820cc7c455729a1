// Command frontdesk is the service desk at a terminal and in scripts: it reads,
// writes and checks the records of a desk. This package wires flags, streams
// and exit codes to the packages that do the work; it must not judge or change
// records itself.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	_ "time/tzdata" // time zones, on machines that have none
)

// ballast is memory that is never touched, and so never taken from the system.
// Counted in, it lets a short run end before garbage is worth collecting.
const ballast = 64 << 20

func main() {
	weight := make([]byte, ballast)
	code := runInterruptibly(systemEnv(), os.Args[1:])
	runtime.KeepAlive(weight)
	os.Exit(code)
}

// runInterruptibly is run for a process: the first signal cancels the context,
// a second one ends what does not listen to it.
func runInterruptibly(e *env, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, e, args)
}
