package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/site"
)

// defaultPort is where serve listens unless told otherwise.
const defaultPort = 8417

func newServeCmd(e *env) *cobra.Command {
	var o options
	var port int
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the site on this machine and rebuild it on change",
		Long: `Serve builds the site into a temporary folder, serves it to this machine alone,
and builds it again when a record, a type, desk.yaml or the theme changes; open pages
then reload. The folder that build writes to is left alone. Ctrl-C stops it.

` + exitHelp,
		Example: "  frontdesk-site serve\n  frontdesk-site serve --port 0",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runServe(cmd.Context(), e, o, port)
		},
	}
	o.register(cmd)
	cmd.Flags().IntVar(&port, "port", defaultPort, "listen on this `port`; 0 takes a free one")
	return cmd
}

func runServe(ctx context.Context, e *env, o options, port int) error {
	root, err := findDesk(e)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return withHint(fmt.Errorf("serve site: %w", err), "--port 0 takes a free port")
	}
	defer listener.Close()
	temp, err := os.MkdirTemp("", "frontdesk-site-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	s := &server{}
	w := &watcher{env: e, options: o, root: root, temp: temp, server: s, seen: fingerprint(root)}
	if err := w.build(ctx); err != nil && !errors.Is(err, errProblems) {
		return err
	}
	fmt.Fprintf(e.stdout, "http://%s/\n", listener.Addr())
	return serve(ctx, e, listener, s, w)
}

// serve answers requests and watches the desk until the context ends.
func serve(ctx context.Context, e *env, listener net.Listener, s *server, w *watcher) error {
	h := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		w.watch(ctx)
		_ = h.Close()
	}()
	err := h.Serve(listener)
	stop()
	<-watched
	if errors.Is(err, http.ErrServerClosed) {
		complain(e.stderr, "stopped")
		return nil
	}
	return fmt.Errorf("serve site: %w", err)
}

// watcher builds the site again whenever the desk changes.
type watcher struct {
	env     *env
	options options
	root    string
	temp    string
	server  *server
	builds  int
	seen    uint64 // what the desk looked like before the last build
}

// The pause between two looks at the desk: at least minPause, and long enough
// that looking takes a twentieth of the time.
const (
	minPause  = 500 * time.Millisecond
	restShare = 20
)

func (w *watcher) watch(ctx context.Context) {
	for {
		began := w.env.now()
		now := fingerprint(w.root)
		pause := max(minPause, restShare*w.env.now().Sub(began))
		if now != w.seen {
			w.seen = now
			if err := w.build(ctx); err != nil && !errors.Is(err, errProblems) && ctx.Err() == nil {
				report(w.env.stderr, err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// build makes the site in a new folder and lets the server show it.
func (w *watcher) build(ctx context.Context) error {
	in, err := w.options.read(ctx, w.env, w.root)
	if err != nil {
		return err
	}
	w.builds++
	in.Out, in.BaseURL, in.Live = filepath.Join(w.temp, strconv.Itoa(w.builds)), "/", true
	result, err := site.Build(ctx, in, renderer{})
	if err != nil {
		return explain(err)
	}
	if err := w.server.show(result.Out, w.builds); err != nil {
		return err
	}
	complain(w.env.stderr, "built %d records on %d pages", result.Records, result.Pages)
	return tell(w.env, in, result)
}
