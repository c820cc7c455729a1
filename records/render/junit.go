package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"frontdesk/records/diag"
)

type junitSuites struct {
	XMLName  xml.Name   `xml:"testsuites"`
	Tests    int        `xml:"tests,attr"`
	Failures int        `xml:"failures,attr"`
	Suite    junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes one test case for each file with findings, failed where one
// of them is an error, and one for all the files without.
func writeJUnit(w io.Writer, rep Report, fs []finding) error {
	suite := junitSuite{Name: "frontdesk check"}
	records := 0
	for len(fs) > 0 {
		n := 1
		for n < len(fs) && fs[n].Path == fs[0].Path {
			n++
		}
		c, isRecord := junitFile(fs[:n])
		suite.Cases = append(suite.Cases, c)
		if c.Failure != nil {
			suite.Failures++
		}
		if isRecord {
			records++
		}
		fs = fs[n:]
	}
	clean := max(rep.Records-records, 0)
	suite.Properties = []junitProperty{{"records", strconv.Itoa(rep.Records)}, {"clean", strconv.Itoa(clean)}}
	suite.Cases = append(suite.Cases, junitCase{Class: "frontdesk", Name: "records without findings", Out: plural(clean, "record")})
	suite.Tests = len(suite.Cases)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(junitSuites{Tests: suite.Tests, Failures: suite.Failures, Suite: suite}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junitFile returns the test case of one file, and whether the file is a record.
func junitFile(fs []finding) (c junitCase, isRecord bool) {
	c = junitCase{Class: "frontdesk", Name: fs[0].Path, File: fs[0].Path}
	var b strings.Builder
	for _, f := range worstFirst(fs) {
		isRecord = isRecord || f.Record != ""
		if f.Severity == diag.Error && c.Failure == nil {
			c.Failure = &junitFailure{Message: f.Message, Type: string(f.Rule)}
		}
		fmt.Fprintf(&b, "%s: %s: %s [%s]\n", place(f.Path, f.Span), f.Severity, f.Message, f.Rule)
		if f.Hint != "" {
			fmt.Fprintf(&b, "hint: %s\n", f.Hint)
		}
	}
	if c.Failure != nil {
		c.Failure.Text = b.String()
	} else {
		c.Out = b.String()
	}
	return c, isRecord
}
