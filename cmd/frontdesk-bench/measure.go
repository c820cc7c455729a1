package main

import (
	"context"
	"fmt"
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
	return b.rounds(ctx, -1, n, subjects)
}

// measureCold is measure without the run that is not counted, for what takes
// so long that it makes no difference.
func (b *bench) measureCold(ctx context.Context, n int, subjects ...subject) ([]*series, error) {
	return b.rounds(ctx, 0, n, subjects)
}

// rounds runs the subjects in turn; rounds below zero do not count.
func (b *bench) rounds(ctx context.Context, first, n int, subjects []subject) ([]*series, error) {
	all := make([]*series, len(subjects))
	for i, s := range subjects {
		all[i] = &series{name: s.name}
	}
	for round := first; round < n; round++ {
		for i, s := range subjects {
			out, err := b.once(ctx, s)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			if round > first && !s.vary && out.digest() != all[i].last.digest() {
				return nil, fmt.Errorf("%s: %w", s.name, wrongf("it prints something else than the time before"))
			}
			all[i].last = out
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
