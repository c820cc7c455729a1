package report_test

import (
	"fmt"
	"testing"
)

func TestZZ(t *testing.T) {
	all := foes().Example(1)
	root := crossDesk(t, "Etc/GMT-9")
	want := runSQL(t, "sqlite3", all, 9, [2]int64{0, 1 << 40})
	fmt.Println(string(want["dbg"]))
	d, _ := crossData(t, root, all)
	for i, c := range d.Of("incident") {
		n, prev := 0, ""
		for _, l := range all[i].log {
			if l.state == "" {
				continue
			}
			if (prev == "resolved" || prev == "closed") && !isOver(l.state) {
				n++
			}
			prev = l.state
		}
		if n>0 { fmt.Print(c.Record.ID," ",n,"/",c.Sum.Reopened," ") }
		if n != c.Sum.Reopened || all[i].id == "INC0035" {
			fmt.Println(c.Record.ID, n, c.Sum.Reopened)
			fmt.Println(all[i].markdown())
			for _, k := range c.Clocks {
				if k.Name == "resolution" {
					fmt.Printf("%+v\n", k)
				}
			}
		}
	}
}
