package main

import (
	"cmp"
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
const defaultPort = "8417"

func newServeCmd(e *env) *cobra.Command {
	var o options
	var port string
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
			if n, err := strconv.ParseUint(port, 10, 16); err != nil || port != strconv.FormatUint(n, 10) {
				return usageError{withHint(fmt.Errorf("--port %q is no port", port), "give a number up to 65535; --port 0 takes a free one")}
			}
			return runServe(cmd.Context(), e, o, port)
		},
	}
	o.register(cmd)
	cmd.Flags().StringVar(&port, "port", defaultPort, "listen on this `port`; 0 takes a free one")
	return cmd
}

func runServe(ctx context.Context, e *env, o options, port string) error {
	root, err := findDesk(e)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
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
	shown   string // folder of the last build
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
				conclude(w.env.stderr, err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// build brings the site that is shown up to date, or makes it in a new folder
// where all pages changed, and lets the server show it.
func (w *watcher) build(ctx context.Context) error {
	in, err := w.options.open(ctx, w.env, w.root)
	if err != nil {
		return err
	}
	defer in.Close()
	w.builds++
	in.Anew = filepath.Join(w.temp, strconv.Itoa(w.builds))
	in.Out, in.State = cmp.Or(w.shown, in.Anew), filepath.Join(w.temp, "state")
	in.BaseURL, in.Live = "/", true
	result, err := site.Build(ctx, in.Input, renderer{})
	if err != nil {
		return explain(err)
	}
	w.shown = result.Out
	if err := w.server.show(result.Out, w.builds); err != nil {
		return err
	}
	complain(w.env.stderr, "%s on %d pages, %s", recordCount(result.Records), result.Pages, madeCount(result))
	return tell(w.env, result)
}
