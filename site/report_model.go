package site

import "html/template"

// The types below are what the parts of report pages see.

// kpi is a key figure on the dashboard.
type kpi struct {
	Title string
	Href  string
	Value string
	Of    string // of how many
	Trend string
	Tone  string // "good", "bad" or ""
	Spark template.HTML
}

// dashboard is a report on the dashboard.
type dashboard struct {
	Title  string
	Href   string
	Intro  string
	Anchor string
	Tiles  []kpi
	Silent []link // key figures of which there is nothing to count
	Charts []drawing
}

// block is the figures of one kind on the page of a report.
type block struct {
	Title  string
	Anchor string
	Intro  string
	Class  string
	Groups []figureGroup
}

// figureGroup is figures below one heading.
type figureGroup struct {
	Title   string
	Same    bool // the title is that of the block
	Anchor  string
	Numbers []told
	Charts  []drawing
	Lists   []told
}

// told is a figure with all that is said of it.
type told struct {
	Title   string
	Anchor  string
	Value   string // "" where there is nothing to count
	Exact   string // where Value is rounded
	Of      string
	Note    string
	Outlook *outlook // of predictions
	Source  source
	Values  []labelled // of several figures
	Parts   []told     // these figures
	Brief   bool       // all of it stands elsewhere on the page
	Silent  bool       // there is nothing to count in any of them
	Rows    *dataTable // of a list
	Groups  *dataTable // for parts of the records
}

// labelled is one of several values.
type labelled struct{ Label, Value string }

// outlook is what a prediction is based on.
type outlook struct {
	Method   string
	Interval string
	Backtest string
	Error    string
	Naive    string
	Trials   string
	Measure  string
}

// source is where a figure comes from: its definition and the records behind it.
type source struct {
	ID         string
	Kind       string
	Definition string
	Href       string // of the definition
	CSV        string
	Count      string // of records, in words
	Records    []link // the first of them
	More       bool   // there are more
}

// drawing is a chart with its numbers and what they mean.
type drawing struct {
	Title   string
	Top     bool // below a heading of level 2
	Anchor  string
	Kind    string // "" for what was counted
	SVG     template.HTML
	Keys    []legendKey
	Notes   []string
	Table   *dataTable
	Figures []told // what the chart shows, each with its source
}

// legendKey is an entry of a legend.
type legendKey struct {
	Name string
	SVG  template.HTML
}

// dataTable is numbers in rows.
type dataTable struct {
	Caption string
	Head    []string
	Worded  []bool // columns behind the first that hold words and not numbers
	Rows    []dataRow
	Note    string
}

// IsWorded reports whether a column holds words; the first one is 0.
func (t *dataTable) IsWorded(column int) bool {
	return column > 0 && column <= len(t.Worded) && t.Worded[column-1]
}

// Column returns the number of the column in which a cell stands.
func (t *dataTable) Column(cell int) int { return cell + 1 }

// dataRow is a row of a table: its heading, and the cells behind it.
type dataRow struct {
	Name   string
	Href   string
	Words  string
	Cells  []string
	Traced bool   // there is a cell for the records behind it
	Links  []link // the first of these
	More   string // how many further ones there are
}

// meaning is a definition in the index of definitions.
type meaning struct {
	Title, Anchor, Href, ID string
	Kind, Unit, Shape       string
	Text, Method, Better    string
}

// meanings are the definitions of a report.
type meanings struct {
	Title, Href, Anchor string
	Definitions         []meaning
}
