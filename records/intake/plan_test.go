package intake

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/schema"
)

const events = `version: 1
source: old-desk
type: incident
rows: events
missing: "?"
times: {formats: d/m/Y H:M}
id: number
order: seq
fields:
  title: {column: title, clean: spaces}
  state: {column: state, map: {New: new, Work: in-progress, Wait: on-hold, Done: closed}}
  hold: {column: state, map: {Wait: user, "*": null}}
  impact: {column: impact, map: {"1": high, "2": medium, "3": low}, default: medium}
  urgency: {value: medium}
  priority: {column: prio, map: {1: P1, 2: P2, 3: P3, 4: P4}}
  team: {column: team, clean: slug, reference: create}
  assignee: {column: who, clean: slug, reference: keep, missing: clear}
  opened_at: {column: at, pick: first}
  resolved_at: resolved
log:
  at: at
  by: {column: by, clean: slug, default: nobody}
body:
  Description: {column: text, default: None.}
imported:
  count: {column: seq, kind: integer}
`

const eventsHeader = "number,seq,title,state,impact,prio,team,who,at,by,resolved,text\n"

// show prints a plan without what stands in every record.
func show(p *Plan) string {
	var b strings.Builder
	for _, f := range p.Files {
		fmt.Fprintf(&b, "# %s %s\n", f.Type, f.ID)
		for _, line := range strings.Split(string(f.Data), "\n") {
			switch {
			case line == "---" || line == "" || strings.HasPrefix(line, "id: "), line == "  source: old-desk", line == "urgency: medium":
			default:
				b.WriteString(line + "\n")
			}
		}
	}
	for _, x := range p.Problems {
		fmt.Fprintf(&b, "! %d %s: %s\n", x.Line, x.Case, x.Message)
	}
	return b.String()
}

func TestRowsBecomeRecords(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"a record with its log, in the order of the order column, then of the file", `
A1,2,Two,Work,2,3,Net  Team,Resolver 9,2/1/2016 09:00,Anna,?,hello
A1,0,One,New,2,3,?,?,1/1/2016 09:00,Bo,?,hello
A1,2,Two,Work,2,3,Net Team,Resolver 9,3/1/2016 09:00,Anna,?,hello
A1,10,Ten,Done,2,3,?,Resolver 9,4/1/2016 09:00,Anna,3/1/2016 10:00,?
`, `# team net-team
title: Net Team
imported:
# incident A1
title: Ten
state: closed
team: net-team
assignee: resolver-9
impact: medium
priority: P3
opened_at: 2016-01-01T09:00:00Z
resolved_at: 2016-01-03T10:00:00Z
imported:
  log: 3
  count: 10
log:
  - {at: 2016-01-01T09:00:00Z, by: bo, state: new, priority: P3}
  - {at: 2016-01-02T09:00:00Z, by: anna, state: in-progress, team: net-team, assignee: resolver-9}
  - {at: 2016-01-04T09:00:00Z, by: anna, state: closed}
## Description
hello
`},
		{"a missing cell says nothing, unless the mapping says that it clears; a mapped null clears", `
A1,1,T,Wait,2,3,Net,Kim,1/1/2016 09:00,x,?,?
A1,2,?,Work,?,?,?,?,1/1/2016 10:00,?,?,?
`, `# team net
title: Net
imported:
# incident A1
title: T
state: in-progress
team: net
impact: medium
priority: P3
opened_at: 2016-01-01T09:00:00Z
imported:
  log: 2
  count: 2
log:
  - {at: 2016-01-01T09:00:00Z, by: x, state: on-hold, priority: P3, team: net, assignee: kim, hold: user}
  - {at: 2016-01-01T10:00:00Z, by: nobody, state: in-progress, assignee: null, hold: null}
## Description
None.
! 2 A1: the record is written, but check calls it wrong: state in-progress requires assignee
`},
		{"a row that cannot be read is told with its line and record, and changes nothing", `
A1,1,T,New,2,3,?,?,1/1/2016 09:00,x,?,?
A1,2,T2,-100,2,3,?,?,30/2/2016 09:00,x,?,?
A1,3,T,Done,2,3,?,?,1/1/2016 11:00,x,?
A1,4,T,Done,2,3,?,?,1/1/2016 12:00,x,?,?
,5,T,Done,2,3,?,?,1/1/2016 12:00,x,?,?
A2,1,T,-100,2,3,Lost,?,1/1/2016 12:00,x,?,?
A1,six,T,Work,2,3,?,?,1/1/2016 12:00,x,?,?
A1,7,T,Work,2,3,?,?,?,x,?,?
A1,8,T,Wait,2,3,?,?,1/1/2016 13:00,"x,?,?
`, `# incident A1
title: T
state: closed
impact: medium
priority: P3
opened_at: 2016-01-01T09:00:00Z
imported:
  log: 2
  count: 4
log:
  - {at: 2016-01-01T09:00:00Z, by: x, state: new, priority: P3}
  - {at: 2016-01-01T12:00:00Z, by: x, state: closed}
## Description
None.
! 3 A1: column "state": the value "-100" is not in the mapping; column "at": "30/2/2016 09:00" is no time of the form d/m/Y H:M
! 4 A1: the row has 11 cells; the header has 12
! 6 : the row has no id
! 7 A2: column "state": the value "-100" is not in the mapping
! 8 A1: the row cannot be put in order: "six" is no number
! 9 A1: the row does not say when it was written
! 10 A1: text follows a closing quote, or a quote is not closed
`},
		{"a priority that the matrix does not give stays, with the reason", `
A1,1,T,New,3,4,?,?,1/1/2016 09:00,x,?,?
A2,1,T,New,3,1,?,?,1/1/2016 09:00,x,?,?
`, `# incident A1
title: T
state: new
impact: low
priority: P4
opened_at: 2016-01-01T09:00:00Z
imported:
  log: 1
  count: 1
log:
  - {at: 2016-01-01T09:00:00Z, by: x, state: new, priority: P4}
## Description
None.
# incident A2
title: T
state: new
impact: low
priority: P1
priority_reason: imported
opened_at: 2016-01-01T09:00:00Z
imported:
  log: 1
  count: 1
log:
  - {at: 2016-01-01T09:00:00Z, by: x, state: new, priority: P1}
## Description
None.
`},
		{"ids that cannot be file names are told and not written", `
../../x,1,T,New,2,3,?,?,1/1/2016 09:00,x,?,?
CON,1,T,New,2,3,?,?,1/1/2016 09:00,x,?,?
a/b,1,T,New,2,3,?,?,1/1/2016 09:00,x,?,?
-x,1,T,New,2,3,?,?,1/1/2016 09:00,x,?,?
.git,1,T,New,2,3,?,?,1/1/2016 09:00,x,?,?
A1,1,T,New,2,3,aux,?,1/1/2016 09:00,x,?,?
B1,1,T,New,2,3,?,?,1/1/2016 09:00,../y,?,?
a1,1,T,New,2,3,?,?,1/1/2016 09:00,nul,?,?
`, `# incident B1
title: T
state: new
impact: medium
priority: P3
opened_at: 2016-01-01T09:00:00Z
imported:
  log: 1
  count: 1
log:
  - {at: 2016-01-01T09:00:00Z, by: "y", state: new, priority: P3}
## Description
None.
! 2 ../../x: id "../../x": letters, digits, dots, dashes and underscores make an id; it begins with a letter or digit and does not end in a dot
! 3 CON: id "CON" is a reserved file name on Windows
! 4 a/b: id "a/b": letters, digits, dots, dashes and underscores make an id; it begins with a letter or digit and does not end in a dot
! 5 -x: id "-x": letters, digits, dots, dashes and underscores make an id; it begins with a letter or digit and does not end in a dot
! 6 .git: id ".git": letters, digits, dots, dashes and underscores make an id; it begins with a letter or digit and does not end in a dot
! 7 A1: column "team": id "aux" is a reserved file name on Windows
! 9 a1: the id "a1" differs from "A1" only in case
`},
		{"two names that make one id are told; spelling alone is no difference", `
A1,1,T,New,2,3,Net Team,?,1/1/2016 09:00,x,?,?
A2,1,T,New,2,3,NET  team,?,1/1/2016 09:00,x,?,?
A3,1,T,New,2,3,Net-Team,?,1/1/2016 09:00,x,?,?
`, `! 4 net-team: "Net Team" and "Net-Team" are different names, but both make the team net-team
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := show(build(t, events, eventsHeader+strings.TrimPrefix(c.rows, "\n")))
			if strings.HasPrefix(c.want, "!") {
				_, got, _ = strings.Cut(got, "!")
				got = "!" + got
			}
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

const tableMapping = `version: 1
source: old-desk
type: incident
id: {template: "T-{Id}"}
fields:
  title: {template: ["{A}: {B}", "{A}", "untitled {Id}"], cut: 20}
  state: {value: closed}
  impact: {value: low}
  urgency: {column: U, map: {hi: high}, keep: true, default: low}
  watchers: {column: W, split: ";", clean: slug, reference: keep}
  due_at: {column: D, times: {formats: [m/d/y]}}
log: {at: At, by: {value: import}}
imported:
  flag: {column: F, kind: boolean}
  size: {column: N, kind: number}
  tags: {column: G, split: ","}
  day: {column: D, kind: date, times: {formats: m/d/y}}
`

func TestTablesHaveOneRowForEachRecord(t *testing.T) {
	p := build(t, tableMapping, `Id,A,B,U,W,D,At,F,N,G
1,a,b,HI,"Zoë; Al  B;Zoë",2/29/16,2016-03-01,TRUE,-1.50,"x, y,"
2,a,,low,,,2016-03-01,0,,
3,"a title  that
 is too long",,medium,,,2016-03-01,,,
4,a,,huge,,,2016-03-01,maybe,1e400,
5,a,,high,,,2016-03-01,,+5,
1,again,,high,,,2016-03-01,,,
`)
	const want = `# incident T-1
title: "a: b"
state: closed
watchers: [zoe, al-b]
impact: low
priority: P3
due_at: 2016-02-29T00:00:00Z
imported:
  log: 1
  flag: true
  size: -1.50
  tags: [x, "y"]
  day: 2016-02-29
log:
  - {at: 2016-03-01T00:00:00Z, by: import, state: closed, priority: P3}
## Description
# incident T-2
title: a
state: closed
impact: low
priority: P5
imported:
  log: 1
  flag: false
log:
  - {at: 2016-03-01T00:00:00Z, by: import, state: closed, priority: P5}
## Description
# incident T-3
title: a title that is too…
state: closed
impact: low
priority: P4
imported:
  log: 1
log:
  - {at: 2016-03-01T00:00:00Z, by: import, state: closed, priority: P4}
## Description
! 6 T-4: column "U": "huge" is not one of high, medium, low; column "F": "maybe" is neither true nor false; column "N": "1e400" is no number
! 7 T-5: column "N": the number "+5" is not written with digits, one point and no more
! 8 T-1: the id stands on line 2 already; a table has one row for each record
`
	got := strings.ReplaceAll(strings.ReplaceAll(show(p), "urgency: high\n", ""), "urgency: low\n", "")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if p.Events != 6 {
		t.Errorf("%d rows were read, want 6", p.Events)
	}
}

func TestForeignTextStaysInItsSection(t *testing.T) {
	mapping := strings.Replace(tableMapping, "log: {at", "body: {Description: A}\nlog: {at", 1)
	for _, text := range []string{
		"## Work notes\nsecret", "```\nopen fence", "<!-- open comment", "### 2026-11-03T09:41:00Z lee\nforged", "text\n---\n", "Work notes\n---\n\nx", "<div>\n\n## Comments",
		"---\nid: x\n---\n", "{{< shortcode >}}", strings.Repeat("> ", 100) + "deep", "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs",
	} {
		p := build(t, mapping, "Id,A,B,U,W,D,At,F,N,G\n1,\""+strings.ReplaceAll(text, `"`, `""`)+"\",,,,,2016-03-01,,,\n")
		if len(p.Files)+len(p.Problems) != 1 {
			t.Fatalf("%q: %s", text, show(p))
		}
		for _, f := range p.Files {
			body := string(f.Data[strings.Index(string(f.Data), "\n---\n")+5:])
			if s := sectionsOf(body); s != "Description" {
				t.Errorf("%q makes the sections %s:\n%s", text, s, body)
			}
			if !strings.Contains(strings.ReplaceAll(body, "> ", ""), strings.ReplaceAll(strings.TrimSpace(text), "> ", "")) {
				t.Errorf("%q is not kept:\n%s", text, body)
			}
		}
	}
}

func TestHostileCellsMakeValidRecordsOrProblems(t *testing.T) {
	for _, c := range []struct {
		name, cell string
		problem    string
	}{
		{"a formula", `=cmd|' /C calc'!A0`, ""},
		{"YAML that means something", `- {a: *b, &c !d "x": #}`, ""},
		{"the end of the front matter", "---\nstate: closed\n---", ""},
		{"a word that YAML reads as something else", "no", ""},
		{"a number", "0042", ""},
		{"an emoji with joiners", "👩\u200d🚒", ""},
		{"an escape sequence", "\x1b]0;title\x07x", "without 2 characters"},
		{"NUL", "a\x00b", "without 1 characters"},
		{"text that turns around", "a\u202eb", "without 1 characters"},
		{"a line separator", "a\u2028b", ""},
		{"a cell of ten megabytes", strings.Repeat("x", 10<<20), "at most 1048576 are read"},
		{"a cell of a hundred kilobytes", strings.Repeat("x", 100<<10), "at most 32768 are kept"},
		{"bytes that are not UTF-8", "a\xffb", "not valid UTF-8"},
		{"a title that is too long", strings.Repeat("x ", 150), "title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			incident := schema.BuiltIn().Get("incident")
			mapping := strings.Replace(tableMapping, ", cut: 20", "", 1)
			p := build(t, mapping, "Id,A,B,U,W,D,At,F,N,G\n1,\""+strings.ReplaceAll(c.cell, `"`, `""`)+"\",,,,,2016-03-01,,,\n")
			if (c.problem == "") != (len(p.Problems) == 0) || c.problem != "" && !strings.Contains(p.Problems[0].Message, c.problem) {
				t.Fatalf("problems %v, want %q", p.Problems, c.problem)
			}
			for _, f := range p.Files {
				if fault, _ := verify(incident, "T-1.md", f.Data, incident.CheckFields); fault != "" {
					t.Errorf("%s\n%s", fault, f.Data)
				}
				if strings.ContainsAny(string(f.Data), "\x00\x1b\x07") {
					t.Errorf("the record holds control characters: %q", f.Data)
				}
			}
		})
	}
}

func TestHeadersOfAllKindsAreRead(t *testing.T) {
	const mapping = "version: 1\nsource: x\ntype: team\nid: {column: ID, clean: slug}\nfields: {title: {column: \"Name#2\", default: none}, phone: 3}\nignore: Fax\n"
	for _, c := range []struct{ name, file, table, title string }{
		{"twins by number", "", "ID,Name,Name,Fax\na,b,c,d\n", "c"},
		{"blanks around names do not count", "", " ID , Name,Name\na,b,c\n", "c"},
		{"semicolons are found out", "", "ID;Name;Name\na;b,x;c\n", "c"},
		{"tabs are found out", "", "ID\tName\tName\na\tb\tc\n", "c"},
		{"a delimiter that is given", `delimiter: "^"`, "ID^Name^Name\na^b^c\n", "c"},
		{"quotes that are text", "quotes: none", "ID\tName\tName\r\na\t\"b\tc\r\n", "c"},
		{"a byte order mark", "", "\xef\xbb\xbfID,Name,Name\na,b,c\n", "c"},
		{"a header in quotes", "", "\"ID\",\"Name\",\"Name\"\na,b,c\n", "c"},
		{"lines before the header", "skip: 2", "Report\n\"x\nID,Name,Name\na,b,c\n", "c"},
		{"no header", "header: [ID, Name, Name]", "a,b,c\n", "c"},
		{"Windows-1252", "encoding: windows-1252", "ID,Name,Name\na,b,\xc5\n", "Å"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := build(t, mapping+"file: {"+c.file+"}\n", c.table)
			if len(p.Files) != 1 || len(p.Problems) > 0 || !strings.Contains(string(p.Files[0].Data), "title: "+c.title+"\n") {
				t.Errorf("got %s", show(p))
			}
		})
	}
}

func TestTheFileMayBeWrittenOtherwiseThanTheMappingSays(t *testing.T) {
	m := mustParse(t, "version: 1\nsource: x\ntype: team\nid: a\nfields: {title: b}\nfile: {delimiter: comma}\n")
	other, err := m.WithFile("tab", "windows-1252", "b.csv")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := Build(t.Context(), other, schema.BuiltIn(), deskForTests(), BytesSource("t.zip", zipOf(t, "a.csv", "x", "b.csv", "a\tb\n1\t\xc5\n")))
	if err != nil || !strings.Contains(string(plan.Files[0].Data), "title: Å\n") {
		t.Errorf("got %v, %v", plan, err)
	}
	if same, err := m.WithFile("", "", ""); err != nil || same.file.delimiter != ',' || same.file.encoding != UTF8 {
		t.Errorf("nothing given changes the mapping: %v, %v", same, err)
	}
	for _, bad := range [][2]string{{";;", ""}, {"", "latin1"}} {
		if _, err := m.WithFile(bad[0], bad[1], ""); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestColumnsThatNothingReadsAreNamed(t *testing.T) {
	p := build(t, "version: 1\nsource: x\ntype: team\nid: a\nfields: {title: b}\nignore: [d, gone]\n", "a,b,c,d,\nx,y,,,\n")
	if strings.Join(p.Unused, "|") != "c|column 5" {
		t.Errorf("unused are %q", p.Unused)
	}
}

func TestAMappingThatDoesNotFitIsAnErrorOfTheRun(t *testing.T) {
	for name, c := range map[string][2]string{
		"the type":   {"version: 1\nsource: x\ntype: tram\nid: a\nfields: {title: b}\n", "a,b\n"},
		"the header": {"version: 1\nsource: x\ntype: team\nid: a\nfields: {title: bb}\n", "a,b\n"},
	} {
		_, err := Build(t.Context(), mustParse(t, c[0]), schema.BuiltIn(), deskForTests(), BytesSource("t.csv", []byte(c[1])))
		var fault *MappingError
		if !errors.As(err, &fault) || len(fault.Diagnostics) != 1 || !strings.HasPrefix(err.Error(), "read") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Build(t.Context(), mustParse(t, "version: 1\nsource: x\ntype: team\nid: a\nfields: {title: b}\n"), schema.BuiltIn(), deskForTests(), BytesSource("t.csv", nil)); err == nil {
		t.Error("an empty file is no error")
	}
}

func TestRecordsThatAreNamedCanBeGivenFields(t *testing.T) {
	const mapping = "version: 1\nsource: x\ntype: incident\nid: a\nfields:\n  title: b\n  state: {value: new}\n  impact: {value: low}\n  urgency: {value: low}\n" +
		"  service: {column: s, clean: slug, reference: {title: \"The {name}\", fields: {criticality: low}}}\nlog: {at: t, by: {value: kim}}\n"
	p := build(t, mapping, "a,b,s,t\n1,x,Mail,2016-01-02\n2,x,Mail,2016-01-01\n")
	got := string(p.Files[0].Data)
	for _, want := range []string{"title: The Mail\n", "state: planned\n", "criticality: low\n", "log: 1\n", "by: kim, state: planned"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if p.Files[0].Type != records.Type("service") || !p.Files[0].Named || len(p.Files) != 3 {
		t.Errorf("the files are %v", p.Files)
	}
}
