package intake

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// realData returns a file of the real data, and skips the test where it is
// absent.
func realData(t testing.TB, name string) Source {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("real data not found: %v", err)
	}
	return BytesSource(name, data)
}

func TestTheUCILogBecomesTheIncidentsThatItsFactsSay(t *testing.T) {
	src := realData(t, "uci-servicenow-incidents.csv.zip")
	m, err := Preset("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	plan, err := Build(context.Background(), m, schema.BuiltIn(), desk.Default(), src)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start))
	t.Log(len(plan.Files), plan.Events, plan.Problems[:min(10, len(plan.Problems))], plan.Unused)
	t.Log(string(plan.Files[0].Data), string(plan.Files[100].Data), string(plan.Files[12000].Data))
}
