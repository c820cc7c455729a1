package approval

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/lazy"
	"frontdesk/schema"
	"frontdesk/schema/rule"
)

// The fields of a template that say its version and its scope.
const (
	fieldVersion      = "version"
	fieldServices     = "services"
	fieldAssets       = "assets"
	fieldCategories   = "categories"
	fieldEnvironments = "environments"
	fieldCategory     = "category"
	fieldEnvironment  = "environment"
	fieldPaths        = "paths" // globs of the files that may come with it
	fieldKind         = "kind"
)

// comment is text that a reader of the rendered record does not see.
var comment = lazy.Regexp(`(?s)<!--.*?-->`)

// judgeKind returns what the record counts as. kept reports that it is a standard
// record that keeps to its template; reason says why one that claims to be is not.
func judgeKind(in *Input, p *schema.Policy, facts rule.Input) (kind string, kept bool, reason string) {
	s := p.Standard
	if s == nil {
		return in.Record.Text(fieldKind), false, ""
	}
	claims := true
	if s.When != nil {
		holds, err := s.When.Eval(facts)
		if err != nil {
			return s.Otherwise, false, "it cannot be told whether it is standard: " + cut(err.Error())
		}
		claims = holds
	}
	if !claims {
		return in.Record.Text(s.Kind), false, ""
	}
	if reason := strays(in, p); reason != "" {
		return s.Otherwise, false, reason
	}
	return in.Record.Text(s.Kind), true, ""
}

// strays returns in what way a record does not keep to its template, "" if it
// does.
func strays(in *Input, p *schema.Policy) string {
	for _, why := range []func(*Input, *schema.Policy) string{unfit, otherVersion, outOfScope, bringsFiles, otherText} {
		if reason := why(in, p); reason != "" {
			return reason
		}
	}
	return ""
}

// unfit returns why there is no template that was approved.
func unfit(in *Input, p *schema.Policy) string {
	named := things(in.Type, in.Record, p.Standard.Template)
	if len(named) != 1 {
		return fmt.Sprintf("it names no template in %s", p.Standard.Template)
	}
	t := in.Template
	switch {
	case t == nil || t.Record == nil || t.Type == nil:
		return fmt.Sprintf("%s is not on %s", named[0], branch(in.Target))
	case t.Record.Type != named[0].typ || t.Record.ID != named[0].id:
		return fmt.Sprintf("it names %s, and what was looked at is %s", named[0], cut(t.Record.Ref()))
	case t.Type.Policy == nil:
		return fmt.Sprintf("%s needs no approval, so that it cannot stand for one", named[0])
	case !slices.Contains(t.Type.Policy.States, t.Record.State()) || t.Type.Category(t.Record).IsDone():
		return fmt.Sprintf("%s is %s, which is no state in which it may be used", named[0], quote(string(t.Record.State())))
	case !t.Approved && t.Reason != "":
		return fmt.Sprintf("%s is not approved: %s", named[0], cut(t.Reason))
	case !t.Approved:
		return fmt.Sprintf("%s is not approved", named[0])
	}
	return ""
}

func otherVersion(in *Input, p *schema.Policy) string {
	has, named := in.Template.Record.Text(fieldVersion), in.Record.Text(p.Standard.Version)
	switch {
	case has == "":
		return fmt.Sprintf("%s has no version", cut(in.Template.Record.Ref()))
	case named == "":
		return fmt.Sprintf("it does not say in %s which version of its template it keeps to", p.Standard.Version)
	case named != has:
		return fmt.Sprintf("it keeps to version %s of %s, which is at version %s", cut(named), cut(in.Template.Record.Ref()), cut(has))
	}
	return ""
}

// outOfScope names what the record concerns and its template does not. Where the
// template lists nothing of a sort, it has no limit there.
func outOfScope(in *Input, _ *schema.Policy) string {
	t := in.Template
	for _, of := range []struct {
		typ   records.Type
		field string
	}{{serviceType, fieldServices}, {assetType, fieldAssets}} {
		listed := things(t.Type, t.Record, of.field)
		if !limits(t.Record.Get(of.field)) {
			continue
		}
		for _, to := range thingsOf(in.Type, in.Record, of.typ) {
			if !slices.Contains(listed, to) {
				return fmt.Sprintf("its template is not for %s", to)
			}
		}
	}
	for _, of := range []struct{ one, many string }{{fieldCategory, fieldCategories}, {fieldEnvironment, fieldEnvironments}} {
		listed := t.Record.Get(of.many).Strings()
		if value := in.Record.Text(of.one); limits(t.Record.Get(of.many)) && !slices.Contains(listed, value) {
			return fmt.Sprintf("its template is for %s %s, not for %s", of.one, or(listed), quote(value))
		}
	}
	return ""
}

// limits reports whether a field of a template lists anything.
func limits(v *records.Value) bool {
	return !v.IsNull() && (v.Kind != records.List || len(v.Items) > 0)
}

// bringsFiles names a file that comes with the record and that nobody looked at
// when the template was approved.
func bringsFiles(in *Input, _ *schema.Policy) string {
	globs := in.Template.Record.Get(fieldPaths).Strings()
	for _, path := range in.Parts.paths() {
		if ok, err := Match(globs, path); err != nil || !ok {
			return fmt.Sprintf("it brings %s, which its template does not cover", quote(path))
		}
	}
	return ""
}

// otherText names a section that is written differently than in the template.
func otherText(in *Input, p *schema.Policy) string {
	want, err := sections(in.Template.Record)
	if err != nil {
		return "the text of its template cannot be read"
	}
	have, err := sections(in.Record)
	if err != nil {
		return "its text cannot be read"
	}
	for _, heading := range p.Cover.Sections {
		text := strings.Join(want[heading], "\n")
		if strings.TrimSpace(comment().ReplaceAllString(text, "")) == "" {
			continue
		}
		if !slices.Equal(want[heading], have[heading]) {
			return fmt.Sprintf("its section %s differs from that of its template", heading)
		}
	}
	return ""
}
