package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// moduleRoot is the module's folder, seen from this package.
const moduleRoot = "../.."

// floors says how high a package stands. A package imports only lower floors,
// never its own.
var floors = map[string]int{
	"records/diag":           0,
	"records/plain":          0,
	"records/lazy":           0,
	"records":                1,
	"records/yaml":           2,
	"records/markdown":       2,
	"schema/rule":            2,
	"schema/calendar":        2,
	"records/frontmatter":    3,
	"schema":                 3,
	"schema/desk":            4,
	"schema/workflow":        4,
	"schema/signers":         4,
	"records/git":            5,
	"records/tree":           5,
	"records/evidence":       5,
	"records/conflict":       5,
	"site/hugo":              5,
	"records/sla":            5,
	"records/index":          6,
	"records/query":          6,
	"records/check":          6,
	"records/approval":       6,
	"records/forge":          6,
	"records/change":         7,
	"records/history":        7,
	"records/write":          7,
	"records/render":         7,
	"records/codeowners":     7,
	"records/agenda":         7,
	"records/figure":         7,
	"records/report/scene":   8,
	"records/report/tickets": 8,
	"records/report/changes": 8,
	"records/report/estate":  8,
	"records/report/outlook": 8,
	"records/report":         9,
	"site/chart":             1,
	"site/safehtml":          3,
	"site":                   10,
	"records/intake":         8,
	"records/gate":           8,
	"hooks":                  9,
	"records/audit":          9,
	"records/review":         9,
	"records/demo":           10,
	"records/doctor":         10,
	"cmd/frontdesk":          11,
	"cmd/frontdesk-bench":    11,
	"cmd/frontdesk-site":     11,
}

// owners are the packages that alone may import a library.
var owners = map[string][]string{
	"os/exec":                         {"records/git", "cmd/frontdesk", "cmd/frontdesk-bench"},
	"database/sql":                    {},
	"go.yaml.in/yaml/":                {"records/yaml", "cmd/frontdesk-bench"},
	"gopkg.in/yaml":                   {},
	"github.com/goccy/go-yaml":        {},
	"github.com/adrg/frontmatter":     {"records/frontmatter"},
	"github.com/go-git/":              {"records/git"},
	"github.com/gohugoio/":            {"site/hugo"},
	"github.com/bep/":                 {"site/hugo"},
	"github.com/spf13/afero":          {"site/hugo"},
	"github.com/yuin/goldmark":        {"records/markdown", "site/safehtml"},
	"github.com/microcosm-cc/":        {"site/safehtml"},
	"cel.dev/":                        {"schema/rule"},
	"github.com/google/jsonschema-go": {"schema", "records/query"},
	"github.com/owenrumney/go-sarif":  {"records/render"},
	"github.com/spf13/cobra":          {"cmd/frontdesk", "cmd/frontdesk-site"},
	"golang.org/x/sys/":               {"records/tree"},
	"github.com/pjbgf/sha1cd":         {"records/index"},
	"github.com/teambition/rrule-go":  {"schema/calendar"},
	"github.com/arran4/golang-ical":   {"records/agenda", "schema/calendar"},
	"github.com/rickar/cal/":          {"schema/calendar"},
	"github.com/hiddeco/sshsig":       {"records/evidence"},
	"golang.org/x/crypto/":            {"schema/signers", "records/evidence"},
	"github.com/ProtonMail/":          {"records/evidence"},
	"github.com/gowebpki/jcs":         {"records/evidence"},
	"github.com/bmatcuk/doublestar/":  {"schema", "records/approval", "records/codeowners"},
	"frontdesk/records/report/scene":  {},
	"unsafe":                          {},
	"plugin":                          {},
}

// onlyInCommands are names that packages below cmd/ must be handed instead.
var onlyInCommands = []string{
	"os.Exit", "os.Getenv", "os.LookupEnv", "os.Environ", "os.Stdin", "os.Stdout", "os.Stderr", "os.Args", "os.Getwd", "os.Chdir",
	"time.Now", "time.Since", "fmt.Print", "fmt.Println", "fmt.Printf", "log.Print", "log.Printf", "log.Println", "log.Fatal",
}

// sourceFile is a Go file of the module that is no test.
type sourceFile struct {
	name string // from the module's root
	pkg  string // the folder
	fset *token.FileSet
	ast  *ast.File
}

func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := fs.WalkDir(os.DirFS(moduleRoot), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && (p == "demo" || p == "bin" || strings.HasPrefix(e.Name(), ".") && p != "." || e.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(moduleRoot, p), nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, sourceFile{name: p, pkg: path.Dir(p), fset: fset, ast: f})
		return nil
	})
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

func imports(f sourceFile) []string {
	var out []string
	for _, spec := range f.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		out = append(out, p)
	}
	return out
}

func TestPackagesImportOnlyLowerFloors(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sourceFiles(t) {
		floor, listed := floors[f.pkg]
		if !listed {
			t.Errorf("%s: package %s stands on no floor", f.name, f.pkg)
			continue
		}
		seen[f.pkg] = true
		for _, p := range imports(f) {
			own, ok := strings.CutPrefix(p, "frontdesk/")
			if below, listed := floors[own]; ok && (!listed || below >= floor) {
				t.Errorf("%s: floor %d imports %s on floor %d", f.name, floor, own, below)
			}
		}
	}
	for pkg := range floors {
		if !seen[pkg] {
			t.Errorf("floor of a package that is not there: %s", pkg)
		}
	}
}

func TestLibrariesAreImportedByTheirOwnersOnly(t *testing.T) {
	for _, f := range sourceFiles(t) {
		for _, p := range imports(f) {
			for lib, allowed := range owners {
				if (p == lib || strings.HasPrefix(p, strings.TrimSuffix(lib, "/")+"/") || strings.HasSuffix(lib, "/") && strings.HasPrefix(p, lib)) && !slices.Contains(allowed, f.pkg) {
					t.Errorf("%s imports %s, which belongs to %v", f.name, p, allowed)
				}
			}
		}
	}
}

func TestOnlyCommandsTouchTheProcess(t *testing.T) {
	for _, f := range sourceFiles(t) {
		if strings.HasPrefix(f.pkg, "cmd/") {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(onlyInCommands, x.Name+"."+sel.Sel.Name) {
				t.Errorf("%s: %s.%s belongs to cmd/", f.fset.Position(sel.Pos()), x.Name, sel.Sel.Name)
			}
			return true
		})
	}
}

func TestNothingRunsOnImport(t *testing.T) {
	for _, f := range sourceFiles(t) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: func init", f.name)
			}
		}
	}
}

func TestEveryPackageAndExportedNameIsDocumented(t *testing.T) {
	documented := map[string]bool{}
	for _, f := range sourceFiles(t) {
		documented[f.pkg] = documented[f.pkg] || f.ast.Doc != nil
		for _, d := range f.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no comment", f.fset.Position(d.Pos()), name)
			}
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

func undocumented(d ast.Decl) []string {
	var out []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || receiverIsExported(d.Recv)) {
			out = append(out, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					out = append(out, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					out = append(out, s.Names[0].Name)
				}
			}
		}
	}
	return out
}

func receiverIsExported(recv *ast.FieldList) bool {
	typ := recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	id, ok := typ.(*ast.Ident)
	return ok && id.IsExported()
}

func TestFilesAndFunctionsStaySmall(t *testing.T) {
	for _, f := range sourceFiles(t) {
		if lines := f.fset.Position(f.ast.End()).Line; lines > 600 {
			t.Errorf("%s is %d lines long", f.name, lines)
		}
		for _, d := range f.ast.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Body == nil {
				continue
			}
			if n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1; n > 60 {
				t.Errorf("%s: %s is %d lines long", f.fset.Position(fn.Pos()), fn.Name.Name, n)
			}
		}
	}
}

func TestTheTopLevelIsWhatWasAskedFor(t *testing.T) {
	want := []string{"Makefile", "README.md", "bin", "cmd", "demo", "go.mod", "go.sum", "hooks", "records", "schema", "site"}
	entries, err := os.ReadDir(moduleRoot)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(want, e.Name()) {
			t.Errorf("%s does not belong at the top", e.Name())
		}
	}
}
