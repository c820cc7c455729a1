package change

import (
	"strings"
	"testing"
)

// TestWhoMaySignIsJudgedWhereAChangeTouchesIt guards against signers that break with
// the merge of a pull request, and against telling everybody of them ever after.
func TestWhoMaySignIsJudgedWhereAChangeTouchesIt(t *testing.T) {
	r := newRepository(t, "desk")
	r.commit(baseDesk(t))
	for _, c := range []struct {
		files map[string]string
		want  string
	}{
		{map[string]string{"signers": "lee ssh-ed25519 AAAA\n"}, "signers/key"},
		{map[string]string{"notes.txt": "nothing to do with it\n"}, ""},
		{map[string]string{"signers.d/lee.txt": "x"}, "signers/file,signers/key"},
		{map[string]string{"signers": "# none\n", "signers.d/lee.txt": ""}, ""}, // it is removed
	} {
		r.git("checkout", "--quiet", "-b", "mine")
		r.commit(c.files)
		var found []string
		for _, d := range r.between("main", "mine").Diagnostics {
			if strings.HasPrefix(string(d.Rule), "signers/") {
				found = append([]string{string(d.Rule)}, found...)
			}
		}
		if got := strings.Join(found, ","); got != c.want {
			t.Errorf("%v gives %q", c.files, got)
		}
		r.git("checkout", "--quiet", "main")
		r.git("merge", "--quiet", "--ff-only", "mine")
		r.git("branch", "--quiet", "-d", "mine")
	}
}
