package intake

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

func TestTmp(t *testing.T) {
	src := realData(t, "uci-servicenow-incidents.csv.zip")
	m, _ := Preset("servicenow")
	desk := newDesk(t, config)
	cpu := func() time.Duration {
		var r syscall.Rusage
		syscall.Getrusage(0, &r)
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	a, s := cpu(), time.Now()
	plan, err := Build(t.Context(), m, desk.Types, desk.Desk, src)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("build", cpu()-a, time.Since(s))
	a, s = cpu(), time.Now()
	w := &writer{tree: desk, store: desk, plan: plan}
	_, err = w.run(t.Context())
	t.Log("write", cpu()-a, time.Since(s), err)
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	t.Log("sys", ms.Sys>>20, "maxrss", r.Maxrss>>10)
}
