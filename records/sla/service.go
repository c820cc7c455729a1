package sla

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

// service is what clocks know of a service.
type service struct {
	facts  map[string]any
	chains map[*clock]*chain // of clocks for which it promises something: its targets, then those of the type
	teams  map[records.Type]bool
	key    string // stands for all of it
}

// newService reads what a service promises.
func (e *Engine) newService(r *records.Record) (*service, []diag.Diagnostic) {
	s := &service{facts: map[string]any{}, chains: map[*clock]*chain{}, teams: map[records.Type]bool{}}
	for _, name := range schema.ServiceFacts() {
		s.facts[name] = r.Text(name)
	}
	sla := r.Get(schema.PromisesField)
	promises, ds := e.types.Promises(r.Path, sla)
	for typ, byClock := range promises {
		p := e.plan(typ)
		if p == nil {
			continue
		}
		for _, k := range p.clocks {
			targets := byClock[k.Name]
			if len(targets) == 0 {
				continue
			}
			ds = append(ds, e.judgeTargets(k, targets)...)
			c := e.newChain(k, p.t, slices.Concat(targets, k.Targets))
			s.chains[k] = c
			s.teams[typ] = s.teams[typ] || c.teams
		}
	}
	text, _ := json.Marshal([]any{r.ID, r.Path, s.facts, sla}) // maps of JSON are in order
	sum := sha256.Sum256(text)
	s.key = string(sum[:16])
	for i := range ds {
		ds[i].Record = string(r.ID)
	}
	return s, ds
}

// service returns the service of a record, nil where there is none, or where there are
// several: which of them would promise is not known.
func (e *Engine) service(p *plan, r *records.Record) *service {
	if e.around.Service == nil {
		return nil
	}
	var refs []string
	for _, name := range p.services {
		if refs = r.Get(name).Strings(); len(refs) > 0 {
			break
		}
	}
	if len(refs) != 1 {
		return nil
	}
	_, id := records.SplitRef(refs[0])
	if s, ok := e.services.Load(id); ok {
		return s.(*service)
	}
	found := e.around.Service(id)
	if found == nil {
		return nil
	}
	made, _ := e.newService(found)
	kept, _ := e.services.LoadOrStore(id, made)
	return kept.(*service)
}

// teams returns the ids of the teams of who asks.
func (e *Engine) teams(r *records.Record) []string {
	_, id := records.SplitRef(r.Text(fieldRequester))
	if e.around.Teams == nil || id == "" {
		return []string{}
	}
	return append([]string{}, e.around.Teams(id)...)
}

// Key stands for all that the clocks of a record depend on beside its own content, the
// desk's configuration and its types: promises of its service, teams of its requester.
// It is the same for the same, "" where they depend on nothing.
func (e *Engine) Key(r *records.Record) string {
	p := e.plan(r.Type)
	if p == nil {
		return ""
	}
	var b strings.Builder
	s := e.service(p, r)
	if s != nil && (p.facts || s.promises(p)) {
		b.WriteString(s.key)
	}
	if p.teams || s != nil && s.teams[r.Type] {
		for _, team := range e.teams(r) {
			fmt.Fprintf(&b, ",%d:%s", len(team), team)
		}
	}
	return b.String()
}

// promises reports whether the service promises something for records of the type.
func (s *service) promises(p *plan) bool {
	return slices.ContainsFunc(p.clocks, func(k *clock) bool { return s.chains[k] != nil })
}
