package main

import (
	"cmp"
	"strings"

	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// clockKindJSON is what a type measures of its records' lives.
type clockKindJSON struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Metric   schema.Metric `json:"metric"`
	Calendar string        `json:"calendar"` // "" is around the clock
	Start    []string      `json:"start"`
	Stop     []string      `json:"stop"`
	Pause    pauseJSON     `json:"pause"`
	Warn     []string      `json:"warn"`
	Targets  []targetJSON  `json:"targets"`
}

// pauseJSON says when a clock rests, of suppliers' when it runs.
type pauseJSON struct {
	States []string `json:"states"`
	Holds  []string `json:"holds"`
}

// targetJSON is a target of a clock; warnings and calendar are those that hold for it.
type targetJSON struct {
	Name     string   `json:"name"`
	When     string   `json:"when"`
	Target   string   `json:"target"`
	Calendar string   `json:"calendar"`
	Warn     []string `json:"warn"`
	Path     string   `json:"path"`
}

func clocksJSON(t *schema.Type) []clockKindJSON {
	out := []clockKindJSON{}
	for _, c := range t.Clocks {
		k := clockKindJSON{
			Name: c.Name, Title: c.Title, Metric: c.Metric, Calendar: c.Calendar, Start: momentWords(c.Start), Stop: momentWords(c.Stop),
			Pause: pauseJSON{stateWords(c), listOf(c.Pause.Holds)}, Warn: warningWords(c.Warn), Targets: []targetJSON{},
		}
		for _, g := range c.Targets {
			k.Targets = append(k.Targets, newTargetJSON(c, g))
		}
		out = append(out, k)
	}
	return out
}

func newTargetJSON(c *schema.Clock, g *schema.Target) targetJSON {
	out := targetJSON{Name: g.Name, Target: g.Length(), Calendar: g.Calendar, Warn: warningWords(g.Warn), Path: g.Path}
	if g.When != nil {
		out.When = g.When.Source()
	}
	if g.Calendar == "" {
		out.Calendar = c.Calendar
	}
	if g.Warn == nil {
		out.Warn = warningWords(c.Warn)
	}
	return out
}

func momentWords(moments []schema.Moment) []string {
	words := []string{}
	for _, m := range moments {
		words = append(words, m.Word())
	}
	return words
}

func stateWords(c *schema.Clock) []string {
	words := []string{}
	for _, s := range c.Pause.States {
		words = append(words, string(s))
	}
	return words
}

func warningWords(warnings []schema.Warning) []string {
	words := []string{}
	for _, w := range warnings {
		words = append(words, w.Word())
	}
	return words
}

// printClocks tells what a type measures, when that runs, and what is promised.
func printClocks(p *page, t *schema.Type) {
	if len(t.Clocks) == 0 && len(t.Broken) == 0 {
		return
	}
	p.line("", "")
	p.strong("Service levels")
	if len(t.Broken) > 0 {
		p.wrapped("  ", "  ", "Left out, as they cannot be read: "+strings.Join(t.Broken, ", ")+". See frontdesk check.")
	}
	for _, c := range t.Clocks {
		p.wrapped("  ", "    ", c.Name+": "+clockForm(c))
		for _, g := range c.Targets {
			p.wrapped("    ", "      ", targetForm(newTargetJSON(c, g)))
		}
	}
}

// targetForm says in one line what is promised, and for which records.
func targetForm(g targetJSON) string {
	form := g.Name + ": " + g.Target + " by " + cmp.Or(g.Calendar, desk.AroundTheClock)
	if len(g.Warn) > 0 {
		form += ", warns at " + strings.Join(g.Warn, ", ")
	}
	if g.When != "" {
		form += ", where " + g.When
	}
	return form
}

// clockForm says in one line when a clock runs.
func clockForm(c *schema.Clock) string {
	form := c.Title
	states, holds := strings.Join(stateWords(c), ", "), strings.Join(c.Pause.Holds, ", ")
	switch c.Metric {
	case schema.TeamTime:
		form += "; anew for each team"
	case schema.SupplierTime:
		return form + "; anew for each hold, in " + states + " for " + holds
	default:
		form += "; from " + strings.Join(momentWords(c.Start), ", ") + " to " + strings.Join(momentWords(c.Stop), ", ")
	}
	if states != "" {
		form += "; rests in " + states
	}
	if states != "" && holds != "" {
		form += " for " + holds
	}
	if len(c.Targets) == 0 {
		form += "; no target"
	}
	return form
}
