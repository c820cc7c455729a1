// Package rule provides conditions in CEL over a record: compiled when they are
// first needed, evaluated under a cost limit. It is the only package that
// imports the CEL library, and must not know record types.
package rule

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/interpreter"
)

// The limits on a condition. One at all of them takes a fraction of a second.
const (
	MaxSource = 4 << 10 // characters of a condition
	MaxNodes  = 2_000   // nodes of its syntax tree, macros expanded
	MaxRegexp = 500     // instructions of a regular expression in it
	MaxCost   = 100_000 // CEL cost units of one evaluation
	MaxMemory = 100_000 // elements of the values of one evaluation, those in lists counted each time
)

// The variables of a condition.
const (
	varSelf = "self"
	varOld  = "old"
	varDesk = "desk"
	// varCategory is what self's state means. It is no part of self, where types
	// may have a field of that name.
	varCategory = "category"
	// varFacts is what policies and clocks know of a record beyond its fields.
	varFacts = "facts"
)

// Env compiles conditions. Making one costs nothing; the CEL environment comes
// to life with the first condition that is compiled. It is safe for concurrent
// use.
type Env struct {
	Facts  bool // conditions may use facts: those of policies and clocks
	Moment bool // conditions are about one moment: there is no old

	once sync.Once
	cel  *cel.Env
	err  error
}

// New returns the condition with the source. It is not compiled yet.
func (e *Env) New(source string) *Program { return &Program{source: source, env: e} }

func (e *Env) get() (*cel.Env, error) {
	e.once.Do(func() {
		var some []cel.EnvOption
		if e.Facts {
			some = append(some, cel.Variable(varFacts, cel.MapType(cel.StringType, cel.DynType)))
		}
		if !e.Moment {
			some = append(some, cel.Variable(varOld, cel.DynType))
		}
		e.cel, e.err = cel.NewEnv(append(some,
			cel.Variable(varSelf, cel.DynType),
			cel.Variable(varDesk, cel.MapType(cel.StringType, cel.DynType)),
			cel.Variable(varCategory, cel.StringType),
			cel.DefaultUTCTimeZone(true),
			cel.CrossTypeNumericComparisons(true),
			cel.ParserExpressionSizeLimit(MaxSource),
			cel.ExpressionNodeLimit(MaxNodes),
			cel.RegexProgramSizeLimit(MaxRegexp),
			cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateDurationLiterals()),
		)...)
	})
	return e.cel, e.err
}

// Program is one condition. It is safe for concurrent use.
type Program struct {
	source string
	env    *Env
	once   sync.Once
	prg    cel.Program
	uses   []Use
	facts  []Use
	parts  []Use
	err    error
}

// Use is a place of a condition that reads a field of the record, self.FIELD or
// old.FIELD, a fact, facts.FIELD, or a key of one.
type Use struct {
	Field        string
	Line, Column int // in the condition, both from 1
}

// SyntaxError says why a condition cannot be compiled. Line and Column count
// from 1, Column in characters.
type SyntaxError struct {
	Line, Column int
	Message      string
}

// Error returns the place and the reason.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Source returns the condition as it is written.
func (p *Program) Source() string { return p.source }

// Compile compiles the condition if that has not happened yet. A fault of the
// condition is a *SyntaxError.
func (p *Program) Compile() error {
	p.once.Do(func() { p.prg, p.err = p.compile() })
	return p.err
}

// Uses compiles the condition and returns which fields of the record it reads
// by name; none if it cannot be compiled.
func (p *Program) Uses() []Use {
	if p.Compile() != nil {
		return nil
	}
	return p.uses
}

// Facts compiles the condition and returns which facts it reads by name; none if
// it cannot be compiled.
func (p *Program) Facts() []Use {
	if p.Compile() != nil {
		return nil
	}
	return p.facts
}

// FactParts compiles the condition and returns which keys of facts it reads by
// name: facts.service.supplier is a use of "service.supplier". None if it cannot be
// compiled.
func (p *Program) FactParts() []Use {
	if p.Compile() != nil {
		return nil
	}
	return p.parts
}

func (p *Program) compile() (cel.Program, error) {
	env, err := p.env.get()
	if err != nil {
		return nil, fmt.Errorf("make CEL environment: %w", err)
	}
	tree, issues := env.Compile(p.source)
	if errs := issues.Errors(); len(errs) > 0 {
		at := errs[0].Location
		return nil, &SyntaxError{Line: max(at.Line(), 1), Column: max(at.Column()+1, 1), Message: errs[0].Message}
	}
	if t := tree.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, &SyntaxError{Line: 1, Column: 1, Message: fmt.Sprintf("the condition gives a %s, not true or false", t)}
	}
	p.uses = uses(tree.NativeRep(), p.source, varSelf, varOld)
	p.facts = uses(tree.NativeRep(), p.source, varFacts)
	p.parts = parts(tree.NativeRep(), p.source, varFacts)
	prg, err := env.Program(tree, cel.CostLimit(MaxCost), cel.CostTracking(sizes{}), cel.MemoryLimit(MaxMemory), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, &SyntaxError{Line: 1, Column: 1, Message: err.Error()}
	}
	return prg, nil
}

// uses finds the selections of fields on variables.
func uses(tree *ast.AST, source string, variables ...string) []Use {
	return selections(tree, source, func(e ast.Expr) (field string, ok bool) {
		on := e.AsSelect().Operand()
		return e.AsSelect().FieldName(), on.Kind() == ast.IdentKind && slices.Contains(variables, on.AsIdent())
	})
}

// parts finds the selections of keys on fields of a variable.
func parts(tree *ast.AST, source, variable string) []Use {
	return selections(tree, source, func(e ast.Expr) (field string, ok bool) {
		on := e.AsSelect().Operand()
		if on.Kind() != ast.SelectKind {
			return "", false
		}
		base := on.AsSelect().Operand()
		return on.AsSelect().FieldName() + "." + e.AsSelect().FieldName(), base.Kind() == ast.IdentKind && base.AsIdent() == variable
	})
}

// selections finds the selections that is has a word for.
func selections(tree *ast.AST, source string, is func(ast.Expr) (field string, ok bool)) []Use {
	lines := strings.Split(source, "\n")
	var found []Use
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.SelectKind {
			return
		}
		field, ok := is(e)
		if !ok {
			return
		}
		u := Use{Field: field, Line: 1, Column: 1}
		if at := tree.SourceInfo().GetStartLocation(e.ID()); at.Line() >= 1 && at.Line() <= len(lines) {
			u.Line, u.Column = at.Line(), at.Column()+1+ahead(lines[at.Line()-1], at.Column(), e.AsSelect().FieldName())
		}
		found = append(found, u)
	}))
	return found
}

// ahead returns how many characters after the column the word begins: CEL places
// a selection at its dot, or at what a macro was given.
func ahead(line string, column int, word string) int {
	rest := []rune(line)
	rest = rest[min(max(column, 0), len(rest)):]
	before, _, found := strings.Cut(string(rest), word)
	if !found {
		return 0
	}
	return utf8.RuneCountInString(before)
}

// Input is what conditions judge. It must not be changed while they do.
type Input struct{ vars map[string]any }

// NewInput returns the input for a record's fields as plain values, times as
// time.Time: as they are, as they were before the change (nil when the record is
// new), the desk's configuration and the category of the record's state. The
// maps are kept, not copied.
func NewInput(self, old, desk map[string]any, category string) Input {
	vars := map[string]any{varSelf: self, varOld: types.NullValue, varDesk: desk, varCategory: category}
	if old != nil {
		vars[varOld] = old
	}
	return Input{vars: vars}
}

// WithFacts returns the input with what a policy knows of the record beyond its
// fields.
func (in Input) WithFacts(facts map[string]any) Input {
	vars := maps.Clone(in.vars)
	vars[varFacts] = facts
	return Input{vars: vars}
}

// Errors of an evaluation.
var (
	// ErrNotBool says that a condition gave something other than true or false.
	ErrNotBool = errors.New("the condition gave neither true nor false")
	// ErrCost says that an evaluation was stopped because it took too much work.
	ErrCost = errors.New("the condition takes too much work on this record")
)

// Eval reports whether the condition holds.
func (p *Program) Eval(in Input) (bool, error) {
	if err := p.Compile(); err != nil {
		return false, err
	}
	out, _, err := p.prg.Eval(in.vars)
	if err != nil {
		if errors.As(err, new(interpreter.EvalCancelledError)) {
			return false, ErrCost
		}
		return false, err
	}
	holds, ok := out.Value().(bool)
	if !ok {
		return false, ErrNotBool
	}
	return holds, nil
}
