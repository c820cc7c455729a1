package main

import (
	"context"
	"fmt"
	"time"
)

// subject is a program whose time is taken.
type subject struct {
	name  string
	call  call
	ready func(ctx context.Context) error // before each run, not timed; may be nil
	check func(output) error              // whether the answer is right; never nil
	vary  bool                            // the answer differs from run to run
}

// measure runs all subjects in turn, n times after a run that is not counted.
// Every answer is checked, that of the uncounted run as well: a subject that
// answers wrongly, or one thing first and then another, has no time.
func (b *bench) measure(ctx context.Context, n int, subjects ...subject) ([]*series, error) {
	return b.rounds(ctx, -1, n, subjects, 0)
}

// longRound is how long a round may take and still be repeated by measureCold.
const longRound = 90 * time.Second

// measureCold is measure without the run that is not counted, for what takes
// so long that it makes no difference. It stops after a round that was long.
func (b *bench) measureCold(ctx context.Context, n int, subjects ...subject) ([]*series, error) {
	return b.rounds(ctx, 0, n, subjects, longRound)
}

// rounds runs the subjects in turn; rounds below zero do not count. Unless limit
// is 0, a round that takes longer is the last one.
func (b *bench) rounds(ctx context.Context, first, n int, subjects []subject, limit time.Duration) ([]*series, error) {
	all := make([]*series, len(subjects))
	for i, s := range subjects {
		all[i] = &series{name: s.name}
	}
	for round, taken := first, time.Duration(0); round < n && (limit == 0 || taken <= limit); round++ {
		taken = 0
		for i, s := range subjects {
			out, err := b.once(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			if round > first && !s.vary && out.digest() != all[i].last.digest() {
				return nil, fmt.Errorf("%s: %w", s.name, wrongf("it prints something else than the time before"))
			}
			all[i].last = out
			taken += out.wall
			if round >= 0 {
				all[i].walls = append(all[i].walls, out.wall)
				all[i].memory = max(all[i].memory, out.memory)
			}
		}
	}
	return all, nil
}

// once makes a subject ready, runs it and checks its answer.
func (b *bench) once(ctx context.Context, s subject) (output, error) {
	if s.ready != nil {
		if err := s.ready(ctx); err != nil {
			return output{}, fmt.Errorf("make ready: %w", err)
		}
	}
	out, err := b.exec(ctx, s.call)
	if err != nil {
		return out, err
	}
	return out, s.check(out)
}

// wrongError is an answer that is not right. Nothing about its time counts.
type wrongError struct{ message string }

func (e wrongError) Error() string { return "wrong answer: " + e.message }

func wrongf(format string, args ...any) error { return wrongError{fmt.Sprintf(format, args...)} }
