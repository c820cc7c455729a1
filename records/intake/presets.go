package intake

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"frontdesk/records/diag"
)

//go:embed presets/*.yaml
var presets embed.FS

//go:embed mapping.md
var mappingHelp string

// MappingHelp returns the documentation of mapping files, as Markdown.
func MappingHelp() string { return mappingHelp }

// Presets returns the names of the mappings that ship inside, in order.
func Presets() []string {
	entries, err := presets.ReadDir("presets")
	if err != nil {
		panic("intake: embedded presets: " + err.Error())
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), path.Ext(e.Name())))
	}
	slices.Sort(names)
	return names
}

// Preset returns a mapping that ships inside.
func Preset(name string) (*Mapping, error) {
	src, err := PresetSource(name)
	if err != nil {
		return nil, err
	}
	m, ds := Parse("preset/"+name+".yaml", src)
	if diag.Count(ds, diag.Error) > 0 {
		panic("intake: preset " + name + ": " + ds[0].Message)
	}
	return m, nil
}

// PresetSource returns a preset's mapping file, to start one's own from.
func PresetSource(name string) ([]byte, error) {
	if !slices.Contains(Presets(), name) {
		return nil, fmt.Errorf("there is no preset %q; the presets are: %s", name, strings.Join(Presets(), ", "))
	}
	return presets.ReadFile("presets/" + name + ".yaml")
}
