// Command frontdesk-site builds the site of a desk and serves it on this
// machine. This package wires flags, streams and exit codes to the packages
// that do the work, and alone brings the site and Hugo together; it must not
// decide what is on a page.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones, on machines that have none
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for Hugo, which cannot be interrupted
	code := run(ctx, systemEnv(), os.Args[1:])
	stop()
	os.Exit(code)
}
