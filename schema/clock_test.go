package schema

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/yaml"
	"frontdesk/schema/rule"
)

// repair is a type that no code knows, with every key that a clock can have.
const repair = `type: repair
title: Repair
folder: repairs
id: {prefix: REP, scheme: month}
fields:
  requester: {ref: person}
  team: {ref: team}
  assignee: {ref: person}
  service: {ref: service}
  size: {enum: [large, small]}
  hold: {enum: [user, vendor, parts]}
  opened_at: {type: string, format: date-time}
  done_at: {type: string, format: date-time}
tracked: [state, team, assignee, hold]
states:
  new: {category: new, stamp: opened_at}
  bench: {category: active}
  parked: {category: held}
  shelf: {category: held}
  done: {category: resolved, stamp: done_at}
  gone: {category: closed}
  void: {category: cancelled}
transitions:
  new: [bench, void]
  bench: [parked, shelf, done]
  parked: [bench, shelf]
  shelf: [parked]
  done: [gone, bench]
body:
  sections:
    - {heading: Comments, append: true}
    - {heading: Notes, append: true, audience: staff}
sla:
  response:
    title: First word
    metric: response
    calendar: office
    start: [opened, bench]
    stop: [comment, resolved]
    pause: {states: [parked], holds: [user, parts]}
    warn: [75%, PT30M]
    targets:
      - {name: large, when: "self.size == 'large' && 'board' in facts.requester_teams", target: PT15M, calendar: 24x7, warn: [PT5M]}
      - {when: "facts.service.criticality == 'critical'", target: P1DT4H30M}
      - {name: others, target: P2D}
  updates: {metric: update}
  resolution: {metric: resolution, stop: done, warn: [], targets: [{target: PT45S}]}
  by-team: {metric: team, targets: [{name: network, when: "self.team == 'network'", target: PT4H}]}
  parts: {metric: supplier, pause: {holds: [parts, vendor]}}
  vendor: {metric: supplier}
`

func repairType(t *testing.T) *Type {
	t.Helper()
	return load(t, File{Path: "schema/repair.yaml", Data: []byte(repair)}).Get("repair")
}

func TestClocksAreReadInFull(t *testing.T) {
	typ := repairType(t)
	if got := clockNames(typ.Clocks); !slices.Equal(got, []string{"response", "updates", "resolution", "by-team", "parts", "vendor"}) || typ.Broken != nil {
		t.Fatalf("clocks %v, broken %v", got, typ.Broken)
	}
	c := typ.Clock("response")
	if c.Title != "First word" || c.Metric != Response || c.Calendar != "office" || c.Path != "schema/repair.yaml" ||
		!slices.Equal(c.Start, []Moment{{Event: Opened}, {State: "bench"}}) || !slices.Equal(c.Stop, []Moment{{Event: Commented}, {Event: WasResolved}}) ||
		!slices.Equal(c.Pause.States, []records.State{"parked"}) || !slices.Equal(c.Pause.Holds, []string{"user", "parts"}) ||
		!slices.Equal(c.Warn, []Warning{{Percent: 75}, {Left: 30 * time.Minute}}) {
		t.Errorf("%+v", c)
	}
	if at := textAt(repair, c.Named.Start); !strings.HasPrefix(at, "office") {
		t.Errorf("the calendar is named at %.20q", at)
	}
	if len(c.Targets) != 3 {
		t.Fatalf("%d targets", len(c.Targets))
	}
	large, second, others := c.Targets[0], c.Targets[1], c.Targets[2]
	if large.Name != "large" || large.Rest != 15*time.Minute || large.Days != 0 || large.Calendar != "24x7" || !slices.Equal(large.Warn, []Warning{{Left: 5 * time.Minute}}) || large.Path != "schema/repair.yaml" {
		t.Errorf("%+v", large)
	}
	if second.Name != "2" || second.Days != 1 || second.Rest != 4*time.Hour+30*time.Minute || second.Warn != nil || second.Calendar != "" {
		t.Errorf("%+v", second)
	}
	if others.When != nil || others.Days != 2 || others.Rest != 0 {
		t.Errorf("%+v", others)
	}
	for i, want := range []string{"PT15M", "P1DT4H30M", "P2D"} {
		if got := c.Targets[i].Length(); got != want {
			t.Errorf("target %d is %s, want %s", i, got, want)
		}
	}
	if got := []string{c.Warn[0].Word(), c.Warn[1].Word()}; !slices.Equal(got, []string{"75%", "PT30M"}) {
		t.Errorf("warnings %v", got)
	}
}

func TestWhatAClockDoesNotSayFollowsFromItsMetric(t *testing.T) {
	typ := BuiltIn().Get("incident")
	held := []records.State{"on-hold"}
	for _, want := range []Clock{
		{Name: "response", Metric: Response, Start: []Moment{{Event: Opened}}, Stop: []Moment{{Event: Commented}, {Event: WasResolved}}},
		{Name: "update", Metric: Update, Start: []Moment{{Event: Commented}}, Stop: []Moment{{Event: WasResolved}}},
		{Name: "resolution", Metric: Resolution, Start: []Moment{{Event: Opened}}, Stop: []Moment{{Event: WasResolved}}},
		{Name: "team", Metric: TeamTime},
		{Name: "supplier", Metric: SupplierTime, Pause: Pause{Holds: []string{"vendor"}}},
	} {
		c := typ.Clock(want.Name)
		if c == nil || c.Metric != want.Metric || !slices.Equal(c.Start, want.Start) || !slices.Equal(c.Stop, want.Stop) ||
			!slices.Equal(c.Pause.States, held) || !slices.Equal(c.Pause.Holds, want.Pause.Holds) {
			t.Errorf("%s: %+v", want.Name, c)
		}
	}
	own := repairType(t)
	if c := own.Clock("resolution"); !slices.Equal(c.Stop, []Moment{{State: "done"}}) || !slices.Equal(c.Pause.States, []records.State{"parked", "shelf"}) || c.Warn == nil || c.Title != "Resolution" {
		t.Errorf("%+v", c)
	}
	if c := own.Clock("parts"); !slices.Equal(c.Pause.Holds, []string{"parts", "vendor"}) {
		t.Errorf("%+v", c)
	}
}

// A promise is the desk's to make.
func TestBuiltInTypesPromiseNothing(t *testing.T) {
	n := 0
	for _, typ := range BuiltIn().All() {
		for _, c := range typ.Clocks {
			n++
			if len(c.Targets) > 0 || c.Calendar != "" || len(c.Warn) > 0 {
				t.Errorf("%s: clock %s promises something", typ.Name, c.Name)
			}
		}
		if len(typ.Broken) > 0 {
			t.Errorf("%s: broken clocks %v", typ.Name, typ.Broken)
		}
	}
	if n != 15 {
		t.Errorf("%d clocks, want five each for incident, request and problem", n)
	}
}

// The rows replace a piece of repair, and say what is reported, where, and which
// clock is left out.
func TestFaultyClocks(t *testing.T) {
	cases := []struct {
		name, old, new string
		rule           diag.RuleID
		at             string
		message, hint  string
		broken         string
	}{
		{"an unknown key", "title: First word", "titel: First word", RuleTypeKey, "titel", `clock response has no key "titel"`, `did you mean "title"?`, "response"},
		{"an unknown key of a target", "name: others, target", "name: others, tagret", RuleTypeKey, "tagret", `clock response: target others has no key "tagret"`, `did you mean "target"?`, "response"},
		{"an unknown key of pause", "pause: {states: [parked], ", "pause: {state: [parked], ", RuleTypeKey, "state: [", `clock response: pause has no key "state"`, `did you mean "states"?`, "response"},
		{"no metric", "updates: {metric: update}", "updates: {title: Updates}", RuleMissingKey, "updates", "clock updates has no metric", "add for example metric: update", "updates"},
		{"an unknown metric", "metric: resolution", "metric: resoluton", RuleBadValue, "resoluton,", `clock resolution: metric "resoluton" is not one of response, update, resolution, team, supplier`, `did you mean "resolution"?`, "resolution"},
		{"a clock that is a word", "updates: {metric: update}", "updates: update", RuleBadValue, "update\n", "clock updates is text; it must be a map", "write it like {key: value}", "updates"},
		{"a name that is none", "  vendor: {metric", "  Vendor!: {metric", RuleName, "Vendor!", `clock "Vendor!" does not match ^[a-z][a-z0-9_-]{0,39}$`, "write it like resolution", ""},
		{"nothing to remove", "vendor: {metric: supplier}", "vendor: null", RuleBadClock, "vendor", `sla: there is no clock "vendor" to remove`, "remove the line, or write the clock below it", ""},
		{"an unknown state", "start: [opened, bench]", "start: [opened, bnch]", RuleUnknownState, "bnch", `clock response: start: "bnch" is neither an event nor a state of repair`, `did you mean "bench"?`, "response"},
		{"an unknown event", "stop: [comment, resolved]", "stop: [commented, resolved]", RuleUnknownState, "commented", `clock response: stop: "commented" is neither an event nor a state of repair`, `did you mean "comment"?`, "response"},
		{"a start that is empty", "start: [opened, bench]", "start: []", RuleBadClock, "[]", "clock response: start is empty", "write for example [comment, resolved], or leave the key out for what is usual", "response"},
		{"a start that is named twice", "start: [opened, bench]", "start: [opened, opened]", RuleConflict, "opened]", `clock response: start names "opened" twice`, "remove one of the two", "response"},
		{"an unknown state of pause", "{states: [parked]", "{states: [prked]", RuleUnknownState, "prked", `clock response: pause: "prked" is no state of repair`, `did you mean "parked"?`, "response"},
		{"an unknown hold", "holds: [user, parts]", "holds: [usr, parts]", RuleBadClock, "usr", `clock response: pause.holds: "usr" is no value of the field hold`, `did you mean "user"?`, "response"},
		{"holds that are empty", "holds: [user, parts]", "holds: []", RuleBadClock, "[]", "clock response: pause.holds is empty", "", "response"},
		{"a stop that is the start", "stop: [comment, resolved]", "stop: [comment, opened]", RuleBadClock, "[comment, opened]", "clock response would never run: opened starts it, and opened stops it at once", "name a stop that comes after the start, such as resolved", "response"},
		{"a stop that contains the start", "stop: done", "start: gone", RuleBadClock, "gone", "clock resolution would never run: state gone starts it, and resolved stops it at once", "", "resolution"},
		{"a stop in the state in which records begin", "stop: done", "stop: new", RuleBadClock, "new", "clock resolution would never run: opened starts it, and state new stops it at once", "", "resolution"},
		{"a pause that stops", "pause: {states: [parked], ", "pause: {states: [done], ", RuleBadClock, "{states: [done]", "clock response: state done stops it, and cannot pause it", "remove it from pause", "response"},
		{"a percentage of nothing", "warn: [75%", "warn: [0%", RuleBadClock, "0%", `clock response: warn "0%" is no whole percentage from 1 to 99`, "", "response"},
		{"a percentage of all", "warn: [75%", "warn: [100%", RuleBadClock, "100%", `clock response: warn "100%" is no whole percentage from 1 to 99`, "", "response"},
		{"a percentage with a fraction", "warn: [75%", "warn: [99.9%", RuleBadClock, "99.9%", `clock response: warn "99.9%" is no whole percentage from 1 to 99`, "", "response"},
		{"a percentage without its sign", "warn: [75%", "warn: [75", RuleBadClock, "75,", `clock response: warn "75" is neither a percentage nor a length of time`, "", "response"},
		{"a warning in days", "75%, PT30M]", "75%, P1D]", RuleBadClock, "P1D", `clock response: warn "P1D": days are no business time`, "write hours and minutes, such as PT8H", "response"},
		{"a warning that is there twice", "[75%, PT30M]", "[75%, 75%]", RuleConflict, "75%]", "clock response: warn names 75% twice", "remove one of the two", "response"},
		{"a warning before the beginning", "warn: [PT5M]", "warn: [PT15M]", RuleBadClock, "[PT15M]", "clock response: target large: a warning when PT15M is left comes before it begins", "", "response"},
		{"a target of zero", "target: PT15M", "target: PT0S", RuleBadClock, "PT0S", `clock response: target large: "PT0S" is no time at all`, "write working days, hours and minutes as ISO 8601 does, such as P1D, PT4H or PT30M", "response"},
		{"a target of no days", "target: PT15M", "target: P0D", RuleBadClock, "P0D", `clock response: target large: "P0D" is no time at all`, "", "response"},
		{"a target below zero", "target: PT15M", "target: PT-15M", RuleBadClock, "PT-15M", `clock response: target large: "PT-15M" is no length of time`, "", "response"},
		{"a target in months", "target: PT15M", "target: P1M", RuleBadClock, "P1M", `clock response: target large: "P1M": years and months have no fixed length`, "write working days, such as P20D", "response"},
		{"a target in years", "target: PT15M", "target: P1Y2M3DT4H", RuleBadClock, "P1Y", `clock response: target large: "P1Y2M3DT4H": years and months have no fixed length`, "", "response"},
		{"a target in weeks", "target: PT15M", "target: P2W", RuleBadClock, "P2W", `clock response: target large: "P2W": a week has no fixed number of working days`, "write working days, such as P5D", "response"},
		{"a target that is too long", "target: PT15M", "target: P1001D", RuleBadClock, "P1001D", `clock response: target large: "P1001D" is longer than 1000 working days or 20000 hours`, "write less", "response"},
		{"a target that overflows", "target: PT15M", "target: P99999999999999999999DT1H", RuleBadClock, "P9999", "", "write less", "response"},
		{"a target of hours that overflows", "target: PT15M", "target: PT99999999999999999999H", RuleBadClock, "PT9999", "", "write less", "response"},
		{"a target in words", "target: PT15M", "target: 4 hours", RuleBadClock, "4 hours", `clock response: target large: "4 hours" is no length of time`, "", "response"},
		{"a target as a number", "target: PT15M", "target: 15", RuleBadValue, "15,", "clock response: target large is an integer; it must be text", `put quotes around it: "15"`, "response"},
		{"no target", "{name: others, target: P2D}", "{name: others}", RuleMissingKey, "{name: others}", "clock response: target others does not say how long it is", "add for example target: PT4H", "response"},
		{"two targets of one name", "name: others", "name: large", RuleConflict, "{name: large, target: P2D", `clock response: target "large" is there twice`, "give one of the two another name", "response"},
		{"a name that is the place of another", "name: large, when", "name: \"2\", when", RuleConflict, "{when: \"facts", `clock response: target "2" is there twice`, "", "response"},
		{"a name with a line in it", "name: others", `name: "a\nb"`, RuleName, `"a\n`, `clock response: "a\nb" is no name of a target`, "write a short name, such as P1", "response"},
		{"a condition that does not parse", `"self.team == 'network'"`, `"self.team = 'network'"`, RuleBadClock, "= 'network'", "", "write a condition in CEL, such as self.state == 'new'", "by-team"},
		{"a condition over no field", "self.team == ", "self.tem == ", RuleBadClock, "tem ==", `clock by-team: target network: "tem" is no field of repair`, `did you mean "team"?`, "by-team"},
		{"a condition over the past", "self.team == ", "old.team == ", RuleBadClock, "old.team", "clock by-team: target network: undeclared reference to 'old'", "write a condition in CEL, such as self.state == 'new'", "by-team"},
		{"a condition over no fact", "in facts.requester_teams", "in facts.requestr_teams", RuleBadClock, "requestr_teams", `clock response: target large: there is no fact "requestr_teams"`, `did you mean "requester_teams"?`, "response"},
		{"a condition over a fact of policies", "in facts.requester_teams", "in facts.paths", RuleBadClock, "paths", `clock response: target large: there is no fact "paths"`, "the facts are requester_teams, service", "response"},
		{"a condition over no fact of a service", "facts.service.criticality", "facts.service.critcality", RuleBadClock, "critcality", `clock response: target 2: facts.service has no "critcality"`, `did you mean "criticality"?`, "response"},
		{"a start of a clock that has none", "{metric: team, ", "{metric: team, start: opened, ", RuleBadClock, "opened,", "clock by-team has no start: it runs anew for each team", "remove it", "by-team"},
		{"a stop of a clock that has none", "vendor: {metric: supplier}", "vendor: {metric: supplier, stop: resolved}", RuleBadClock, "resolved}", "clock vendor has no stop: it runs anew for each supplier", "remove it", "vendor"},
		{"a team that the log does not tell", "tracked: [state, team, ", "tracked: [state, ", RuleBadClock, "team, targets", "clock by-team looks at the past of the field team, which the log of repair does not record", "add team to tracked", "by-team"},
		{"an update that nobody reads", "    - {heading: Comments, append: true}\n", "", RuleBadClock, "", "", "add for example {heading: Comments, append: true} to the sections of body", "response updates"},
		{"no map at all", repair[strings.Index(repair, "sla:"):], "sla: [resolution]\n", RuleBadClock, "[resolution]", "sla is a list; it must be a map", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(repair, c.old) {
				t.Fatalf("the type file holds no %q", c.old)
			}
			source := strings.Replace(repair, c.old, c.new, 1)
			ts, ds := Load([]File{{Path: "schema/repair.yaml", Data: []byte(source)}})
			typ := ts.Get("repair")
			if typ == nil {
				t.Fatalf("the type is not there: %v", ds)
			}
			if got := strings.Join(typ.Broken, " "); got != c.broken {
				t.Errorf("broken: %s, want %s", got, c.broken)
			}
			for _, name := range typ.Broken {
				if typ.Clock(name) != nil {
					t.Errorf("clock %s is broken and there", name)
				}
			}
			if want := max(1, len(typ.Broken)); len(ds) != want {
				t.Fatalf("%d diagnostics, want %d: %+v", len(ds), want, ds)
			}
			d := ds[0]
			if at := textAt(source, d.Span.Start); d.Rule != c.rule || !strings.HasPrefix(at, c.at) || d.Severity != diag.Error {
				t.Errorf("%s at %.20q, want %s at %q", d.Rule, at, c.rule, c.at)
			}
			if c.message != "" && d.Message != c.message || c.hint != "" && d.Hint != c.hint || d.Hint == "" {
				t.Errorf("message %s\n   hint %s\nwant    %s\n   hint %s", d.Message, d.Hint, c.message, c.hint)
			}
		})
	}
}

// TestAClockThatCannotLeaveItsPauseIsRefused follows the transitions: from shelf a
// record gets to the bench by way of parked.
func TestAClockThatCannotLeaveItsPauseIsRefused(t *testing.T) {
	cases := []struct {
		name, clock string
		message     string
	}{
		{"it starts in a pause that it can leave", "{metric: resolution, start: shelf}", ""},
		{"it starts in a pause that it can leave by way of another one", "{metric: resolution, start: shelf, pause: {states: [shelf, parked]}}", ""},
		{"the pause is all that there is", "{metric: resolution, start: shelf, pause: {states: [shelf, parked, bench]}, stop: void}",
			"clock x would pause for ever: state shelf starts it, and no transition leads from there to a state in which it runs"},
		{"it pauses there for one reason only", "{metric: resolution, start: shelf, pause: {states: [shelf, parked, bench], holds: [user]}, stop: void}", ""},
		{"it starts in several states, some of them running", "{metric: resolution, start: active, pause: {states: [bench]}, stop: void}", ""},
		{"no state pauses it", "{metric: resolution, pause: {states: []}}", ""},
	}
	without := strings.NewReplacer("  done: [gone, bench]", "  gone: [done]", "bench: [parked, shelf, done]", "bench: [parked, shelf]").Replace(repair)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			source := without[:strings.Index(without, "sla:")] + "sla:\n  x: " + c.clock + "\n"
			ts, ds := Load([]File{{Path: "schema/repair.yaml", Data: []byte(source)}})
			switch {
			case c.message == "" && len(ds) > 0:
				t.Errorf("%+v", ds)
			case c.message != "" && (len(ds) != 1 || ds[0].Message != c.message || ds[0].Hint == ""):
				t.Errorf("%+v, want %s", ds, c.message)
			case c.message == "" && c.clock == "{metric: resolution, pause: {states: []}}" && len(ts.Get("repair").Clock("x").Pause.States) != 0:
				t.Error("a clock that no state pauses got the usual ones")
			}
		})
	}
}

func TestATargetBehindOneForAllRecordsIsWarnedOf(t *testing.T) {
	source := strings.Replace(repair, "      - {name: others, target: P2D}\n", "      - {name: others, when: \"true\", target: P2D}\n      - {name: late, when: \"self.size == 'small'\", target: P3D}\n", 1)
	ts, ds := Load([]File{{Path: "schema/repair.yaml", Data: []byte(source)}})
	if len(ds) != 1 || ds[0].Severity != diag.Warning || ds[0].Rule != RuleDeadTarget || ds[0].Message != "clock response: target late is never reached" ||
		ds[0].Hint != "put it before others, which holds for all records, or give that one a condition" || !strings.HasPrefix(textAt(source, ds[0].Span.Start), "{name: late") {
		t.Errorf("%+v", ds)
	}
	if typ := ts.Get("repair"); len(typ.Broken) > 0 || len(typ.Clock("response").Targets) != 4 {
		t.Errorf("broken %v", typ.Broken)
	}
}

func TestAnExtensionReplacesSingleKeysOfAClock(t *testing.T) {
	base := BuiltIn().Get("incident")
	ts := load(t, File{Path: "schema/incident.yaml", Data: []byte(`type: incident
extends: incident
sla:
  response:
    calendar: office
    targets: [{name: P1, when: "self.priority == 'P1'", target: PT15M}]
  team: null
  desk: {metric: resolution, start: assigned}
`)})
	typ := ts.Get("incident")
	if got := strings.Join(clockNames(typ.Clocks), " "); got != "response update resolution supplier desk" {
		t.Errorf("clocks: %s", got)
	}
	c := typ.Clock("response")
	if c.Title != "First response" || c.Metric != Response || c.Calendar != "office" || len(c.Targets) != 1 || !slices.Equal(c.Stop, base.Clock("response").Stop) {
		t.Errorf("%+v", c)
	}
	if c.Raw.Get("metric") == nil || c.Raw.Get("targets") == nil || len(base.Clocks) != 5 || base.Clock("response").Targets != nil {
		t.Errorf("raw %v, the built-in type %+v", c.Raw.Any(), base.Clock("response"))
	}
}

func TestAnExtensionInheritsTheClocksByItsOwnStates(t *testing.T) {
	ts := load(t, File{Path: "schema/incident.yaml", Data: []byte("type: incident\nextends: incident\nstates: {parts: {category: held}}\n")})
	if c := ts.Get("incident").Clock("resolution"); c == nil || !slices.Equal(c.Pause.States, []records.State{"on-hold", "parts"}) {
		t.Errorf("%+v", c)
	}
	ts, ds := Load([]File{{Path: "schema/incident.yaml", Data: []byte("type: incident\nextends: incident\nfields: {hold: {enum: [user, change]}}\n")}})
	if len(ds) != 1 || ds[0].Message != `inherited: clock supplier does not say for which reasons of a hold it runs, and hold is never "vendor"` || ds[0].Span.Start.Line != 1 {
		t.Errorf("%+v", ds)
	}
	if typ := ts.Get("incident"); !slices.Equal(typ.Broken, []string{"supplier"}) || len(typ.Clocks) != 4 {
		t.Errorf("%+v", typ.Broken)
	}
}

// A change has no state for it: it is on hold while its field hold is set.
func TestATypeWithoutAHeldStateIsOnHoldByItsField(t *testing.T) {
	typ := load(t, File{Path: "schema/change.yaml", Data: []byte(`type: change
extends: change
sla: {lead: {metric: resolution, stop: active}, all: {metric: resolution}, vendor: {metric: supplier}, never: {metric: resolution, pause: {states: []}}}
`)}).Get("change")
	open := []records.State{"new", "assess", "authorize", "scheduled", "implement"}
	holds := typ.Field("hold").Choices()
	for _, want := range []struct {
		clock  string
		states []records.State
		holds  []string
	}{
		{"lead", []records.State{"new"}, holds},
		{"all", open, holds},
		{"vendor", open, []string{"vendor"}},
		{"never", nil, nil},
	} {
		c := typ.Clock(want.clock)
		if c == nil || !slices.Equal(c.Pause.States, want.states) || !slices.Equal(c.Pause.Holds, want.holds) {
			t.Errorf("%s: %+v", want.clock, c)
		}
	}
}

func TestATypeWithoutStatesHasNoClocks(t *testing.T) {
	ts, ds := Load([]File{{Path: "schema/memo.yaml", Data: []byte("type: memo\ntitle: Memo\nfolder: memos\nid: {scheme: slug}\nsla: {resolution: {metric: resolution}}\n")}})
	if len(ds) != 1 || ds[0].Message != "memo has no states, so that no clock could tell when to run" || ds[0].Hint == "" || len(ts.Get("memo").Clocks) != 0 {
		t.Errorf("%+v", ds)
	}
}

func TestConditionsOfTargetsSeeFacts(t *testing.T) {
	c := repairType(t).Clock("response")
	in := rule.NewInput(map[string]any{"size": "large"}, nil, nil, "new").WithFacts(map[string]any{
		FactTeams: []any{"board"}, FactService: map[string]any{"criticality": "critical"},
	})
	for _, target := range c.Targets[:2] {
		if ok, err := target.When.Eval(in); !ok || err != nil {
			t.Errorf("%s: %v %v", target.Name, ok, err)
		}
	}
}

// promise parses the value of a service's field sla.
func promise(t *testing.T, source string) *records.Value {
	t.Helper()
	root, ds := yaml.Parse("records/services/gold.md", []byte(source), yaml.WholeFile)
	report(t, ds)
	return root.Get("sla")
}

const gold = `sla:
  repair:
    resolution:
      - {name: gold, when: "self.size == 'large'", target: PT2H, calendar: office}
      - {target: P1D, warn: [50%]}
    by-team: [{name: network, target: PT1H}]
  incident:
    response: [{name: gold, when: "self.priority == 'P1'", target: PT5M}]
`

func TestPromisesOfAServiceAreRead(t *testing.T) {
	ts := load(t, File{Path: "schema/repair.yaml", Data: []byte(repair)})
	got, ds := ts.Promises("records/services/gold.md", promise(t, gold))
	report(t, ds)
	first := got["repair"]["resolution"]
	if len(got) != 2 || len(got["repair"]) != 2 || len(first) != 2 || len(got["incident"]["response"]) != 1 {
		t.Fatalf("%+v", got)
	}
	if g := first[0]; g.Name != "gold" || g.Rest != 2*time.Hour || g.Calendar != "office" || g.Path != "records/services/gold.md" || g.Span.Start.Line != 4 {
		t.Errorf("%+v", g)
	}
	if g := first[1]; g.Name != "2" || g.Days != 1 || !slices.Equal(g.Warn, []Warning{{Percent: 50}}) {
		t.Errorf("%+v", g)
	}
	for _, nothing := range []*records.Value{nil, records.NewNull()} {
		if got, ds := ts.Promises("x.md", nothing); len(got)+len(ds) > 0 {
			t.Errorf("of nothing: %v %v", got, ds)
		}
	}
}

func TestFaultyPromises(t *testing.T) {
	cases := []struct {
		name, old, new, at, message, hint string
		lost                              string
	}{
		{"an unknown type", "  repair:", "  repiar:", "repiar", `sla: there is no type "repiar"`, `did you mean "repair"?`, "repair resolution"},
		{"an unknown clock", "    by-team:", "    by-tem:", "by-tem", `sla: repair has no clock "by-tem"`, `did you mean "by-team"?`, "repair by-team"},
		{"a clock of a type without clocks", "  incident:", "  change:", "response", `sla: change has no clock "response"`, "its type file declares none under the key sla", "incident response"},
		{"no map", gold, "sla: gold\n", "gold", "sla is text; it must be a map", promiseHint, "repair resolution"},
		{"a type that is a list", "  incident:\n    response: [", "  incident: [", "[", "sla of incident is a list; it must be a map", promiseHint, "incident response"},
		{"a clock that is a map", `[{name: network, target: PT1H}]`, `{target: PT1H}`, "{target", "clock by-team: targets is a map; it must be a list", "write it like [one, two]", "repair by-team"},
		{"an unknown key", "target: PT2H,", "tagret: PT2H,", "tagret", `clock resolution: target gold has no key "tagret"`, `did you mean "target"?`, "repair resolution"},
		{"a condition over no field", "self.size ==", "self.sze ==", "sze", `clock resolution: target gold: "sze" is no field of repair`, `did you mean "size"?`, "repair resolution"},
		{"a target in months", "target: P1D,", "target: P1M,", "P1M", `clock resolution: target 2: "P1M": years and months have no fixed length`, "write working days, such as P20D", "repair resolution"},
	}
	ts := load(t, File{Path: "schema/repair.yaml", Data: []byte(repair)})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(gold, c.old) {
				t.Fatalf("the service holds no %q", c.old)
			}
			source := strings.Replace(gold, c.old, c.new, 1)
			got, ds := ts.Promises("records/services/gold.md", promise(t, strings.ReplaceAll(source, "[{name: gold, when: \"self.priority == 'P1'\", target: PT5M}]", "[{target: PT5M}]")))
			if len(ds) == 0 {
				t.Fatal("nothing is reported")
			}
			d := ds[0]
			if at := textAt(source, d.Span.Start); d.Rule != RuleBadPromise || !strings.HasPrefix(at, c.at) || d.Severity != diag.Error || d.Path != "records/services/gold.md" || d.Field != PromisesField {
				t.Errorf("%s at %.20q, want it at %q", d.Rule, at, c.at)
			}
			if d.Message != c.message || d.Hint != c.hint {
				t.Errorf("message %s\n   hint %s\nwant    %s\n   hint %s", d.Message, d.Hint, c.message, c.hint)
			}
			typ, clock, _ := strings.Cut(c.lost, " ")
			if len(got[records.Type(typ)][clock]) > 0 {
				t.Errorf("the targets at fault are there: %+v", got)
			}
		})
	}
}

// A clock that is at fault is reported where it stands, not with each service.
func TestAPromiseForABrokenClockIsSilent(t *testing.T) {
	ts, _ := Load([]File{{Path: "schema/repair.yaml", Data: []byte(strings.Replace(repair, "stop: done", "stop: dne", 1))}})
	got, ds := ts.Promises("x.md", promise(t, gold))
	report(t, ds)
	if len(got["repair"]) != 1 || len(got["repair"]["by-team"]) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAServicePromisesOnlySoMuch(t *testing.T) {
	ts := load(t, File{Path: "schema/repair.yaml", Data: []byte(repair)})
	many := "[" + strings.Repeat("{when: \"self.size == 'a'\", target: PT1H}, ", mostTargets) + "]"
	source := "sla:\n  repair: {response: " + many + ", updates: " + many + ", resolution: " + many + "}\n  incident: {response: " + many + "}\n"
	got, ds := ts.Promises("x.md", promise(t, source))
	if len(got["repair"]) != 3 || len(ds) != 1 || ds[0].Message != "sla: one service promises at most 300 targets" {
		t.Errorf("%d clocks, %+v", len(got["repair"]), ds)
	}
	_, ds = ts.Promises("x.md", promise(t, "sla: {repair: {response: "+strings.Replace(many, "[", "[{target: PT2H}, ", 1)+"}}\n"))
	if len(ds) != 1 || ds[0].Message != "clock response has more than 100 targets" {
		t.Errorf("%+v", ds)
	}
}

func TestLengthsReadBackAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Target{Days: rapid.IntRange(0, mostDays).Draw(t, "days"), Rest: time.Duration(rapid.IntRange(0, 200_000).Draw(t, "seconds")) * time.Second}
		if want.Days == 0 && want.Rest == 0 {
			want.Days = 1
		}
		r := &clockReader{reader: &reader{path: "x.yaml"}}
		days, rest := r.length(records.NewString(want.Length()), "it")
		if len(r.ds) > 0 || days != want.Days || rest != want.Rest {
			t.Fatalf("%s is read as %d days and %v: %v", want.Length(), days, rest, r.ds)
		}
		warned := Warning{Left: max(want.Rest, time.Second)}
		if w, ok := r.warning(records.NewString(warned.Word()), "it"); !ok || w != warned {
			t.Fatalf("%s is read as %+v: %v", warned.Word(), w, r.ds)
		}
	})
}

// FuzzClocks looks for clocks and promises that crash, and for ones that are let in
// though they could never run, never end or mean nothing.
func FuzzClocks(f *testing.F) {
	f.Add(repair[strings.Index(repair, "sla:"):], gold)
	f.Add("sla: {a: {metric: supplier, pause: {states: []}}, b: {metric: resolution, start: [gone, void], stop: [closed]}}", "sla: {repair: {a: [{target: P1D}, {target: P1D}]}}")
	f.Add("sla: {a: {metric: response, warn: [1%, PT1S], targets: [{when: 'facts.service.x', target: P1DT0S}, 1, {}]}}", "sla: []")
	f.Fuzz(func(t *testing.T, clocks, promises string) {
		source := repair[:strings.Index(repair, "sla:")] + clocks
		ts, ds := Load([]File{{Path: "schema/repair.yaml", Data: []byte(source)}})
		for _, d := range ds {
			if d.Hint == "" && strings.HasPrefix(string(d.Rule), "type/") {
				t.Errorf("no hint with %s", d.Message)
			}
		}
		if typ := ts.Get("repair"); typ != nil {
			if len(typ.Broken) > 0 && diag.Count(ds, diag.Error) == 0 {
				t.Errorf("broken clocks %v without an error", typ.Broken)
			}
			for _, c := range typ.Clocks {
				isSound(t, typ, c)
			}
		}
		root, ds := yaml.Parse("x.md", []byte(promises), yaml.WholeFile)
		if len(ds) > 0 {
			return
		}
		got, _ := ts.Promises("x.md", root.Get("sla"))
		for _, byClock := range got {
			for _, targets := range byClock {
				areSound(t, targets)
			}
		}
	})
}

func isSound(t *testing.T, typ *Type, c *Clock) {
	t.Helper()
	runs := c.Metric == TeamTime || c.Metric == SupplierTime
	if !slices.Contains(Metrics(), c.Metric) || runs != (len(c.Start) == 0) || runs != (len(c.Stop) == 0) || c.Pause.States == nil {
		t.Errorf("clock %s: %+v", c.Name, c)
	}
	for _, m := range c.Start {
		if slices.Contains(c.Stop, m) {
			t.Errorf("clock %s starts and stops at %s", c.Name, m.Word())
		}
	}
	for _, s := range c.Pause.States {
		if typ.State(s) == nil {
			t.Errorf("clock %s pauses in %s", c.Name, s)
		}
	}
	if c.Metric == SupplierTime && len(c.Pause.Holds) == 0 {
		t.Errorf("clock %s runs for no reason of a hold", c.Name)
	}
	areSound(t, c.Targets)
}

func areSound(t *testing.T, targets []*Target) {
	t.Helper()
	seen := map[string]bool{}
	for _, g := range targets {
		if seen[g.Name] || g.Name == "" || g.Days < 0 || g.Rest < 0 || g.Days == 0 && g.Rest == 0 || g.Days > mostDays || g.Rest > mostHours*time.Hour {
			t.Errorf("target %+v", g)
		}
		seen[g.Name] = true
		for _, w := range g.Warn {
			if (w.Percent < 1 || w.Percent > 99) == (w.Left <= 0) {
				t.Errorf("warning %+v", w)
			}
		}
	}
}
