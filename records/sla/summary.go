package sla

import (
	"math"
	"time"

	"frontdesk/records"
)

// Summary is what a life comes to in numbers.
type Summary struct {
	First       time.Time                       // line of the log
	Last        time.Time                       // thing that happened: a line, a comment or a stated time
	Assigned    time.Time                       // a person was first given it; zero if nobody was
	Answered    time.Time                       // the desk first wrote to the requester; zero if never
	Left        time.Time                       // the first state was left; zero while it is in it
	Teams       int                             // that had it, each counted once
	Reassigned  int                             // times that it went from one team to another
	PingPong    int                             // of these, times that it came back to a team that had had it before
	Handed      int                             // times that it went from one person to another
	Reopened    int                             // times that it left resolved or closed for a state that is open
	FromClosed  int                             // of these, times that it left closed
	Holds       int                             // times that it was put on hold
	Held        time.Duration                   // on hold, by the wall clock, up to its resolution; without a hold that goes on
	Priorities  int                             // changes of priority
	HeldFor     map[string]time.Duration        // Held by reason for the hold; nil for none
	InState     map[records.State]time.Duration // by state that was left, as the log has it; nil for none
	LastEntered time.Time                       // when the present state was entered
}

// Sum computes the summary of a life. A state that the type does not have counts as the
// one before it, except in InState.
func (l *Life) Sum() Summary {
	s := Summary{First: l.First, Last: l.Last(), Answered: l.answered()}
	if len(l.Stints) == 0 {
		return s
	}
	s.LastEntered = l.Stints[0].From
	c := &counter{Summary: &s, category: l.Stints[0].Category, teams: map[string]bool{}}
	c.first(l.Stints[0])
	for i := 1; i < len(l.Stints); i++ {
		c.step(l.Stints[i-1], l.Stints[i])
	}
	c.holds(l)
	s.Teams = len(c.teams)
	return s
}

// counter counts what happens from stint to stint.
type counter struct {
	*Summary
	category records.Category // the last one known
	team     string           // the last one that had it
	person   string
	priority string
	teams    map[string]bool
}

func (c *counter) first(s Stint) {
	c.assign(s)
	c.priority = s.Priority
}

func (c *counter) step(was, is Stint) {
	if is.State != was.State {
		c.LastEntered = is.From
		if c.Left.IsZero() {
			c.Left = is.From
		}
	}
	if d := is.From.Sub(was.From); d > 0 && was.State != "" {
		if c.InState == nil {
			c.InState = map[records.State]time.Duration{}
		}
		c.InState[was.State] = plus(c.InState[was.State], d)
	}
	if is.Category != "" {
		left := c.category == records.Resolved || c.category == records.Closed
		if left && is.Category.IsOpen() {
			c.Reopened++
			if c.category == records.Closed {
				c.FromClosed++
			}
		}
		c.category = is.Category
	}
	if is.Priority != c.priority {
		if c.priority != "" && is.Priority != "" {
			c.Priorities++
		}
		c.priority = is.Priority
	}
	c.assign(is)
}

// assign notes who has it. While nobody does, those who had it last still count.
func (c *counter) assign(s Stint) {
	if s.Team != "" && s.Team != c.team {
		if c.team != "" {
			c.Reassigned++
			if c.teams[s.Team] {
				c.PingPong++
			}
		}
		c.team = s.Team
		c.teams[s.Team] = true
	}
	if s.Assignee != "" && s.Assignee != c.person {
		if c.person != "" {
			c.Handed++
		} else {
			c.Assigned = s.From
		}
		c.person = s.Assignee
	}
}

// holds counts the holds and their lengths.
func (c *counter) holds(l *Life) {
	p := l.phased()
	was := false
	for i, s := range p.stints {
		is := l.isHeld(s)
		if is && !was {
			c.Holds++
		}
		was = is
		end := p.end(i)
		if !is || end.IsZero() {
			continue
		}
		if c.HeldFor == nil {
			c.HeldFor = map[string]time.Duration{}
		}
		d := end.Sub(s.From)
		c.Held = plus(c.Held, d)
		c.HeldFor[s.Hold] = plus(c.HeldFor[s.Hold], d)
	}
}

// isHeld reports whether a record is on hold in a stint.
func (l *Life) isHeld(s Stint) bool {
	return s.Category == records.Held || l.Flagged && s.Hold != "" && s.Category.IsOpen()
}

// plus adds durations that are not negative. A sum that is too large is the largest one.
func plus(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
