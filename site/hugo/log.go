package hugo

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/bep/logg"
	"github.com/gohugoio/hugo/common/loggers"
)

// maxMessages bounds what a failed build reports: the first message tells.
const maxMessages = 10

// log collects what Hugo warns of. Nothing reaches the terminal.
type log struct {
	logger loggers.Logger

	mu       sync.Mutex
	messages []string
	more     int
}

func newLog() *log {
	l := &log{}
	l.logger = loggers.New(loggers.Options{
		Level:         logg.LevelWarn,
		DistinctLevel: logg.LevelWarn,
		StdOut:        io.Discard,
		StdErr:        io.Discard,
		HandlerPost:   l.add,
	})
	return l
}

func (l *log) add(e *logg.Entry) error {
	if e.Level < logg.LevelWarn {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.messages) == maxMessages {
		l.more++
		return nil
	}
	l.messages = append(l.messages, strings.TrimSpace(e.Message))
	return nil
}

// explain returns the error of a step with what Hugo logged, or an error for
// the log alone where the step did not fail.
func (l *log) explain(step string, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	said := strings.Join(l.messages, "; ")
	if l.more > 0 {
		said += fmt.Sprintf("; and %d more", l.more)
	}
	switch {
	case err != nil && said != "":
		return fmt.Errorf("%s: %w: %s", step, err, said)
	case err != nil:
		return fmt.Errorf("%s: %w", step, err)
	case said != "":
		return fmt.Errorf("%s: %s", step, said)
	}
	return nil
}
