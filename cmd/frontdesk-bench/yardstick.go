package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// yardstickArg makes the program read and decode the records of a folder, and
// nothing else. What reads all records is measured by it; a process of its own,
// because what it is compared with is one.
const yardstickArg = "read-decode"

// readDecode reads all Markdown files below a folder and decodes their front
// matter to YAML nodes, on all cores. It prints how many records there were, and
// how many nodes.
func readDecode(w io.Writer, root string) error {
	var names []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(name, ".md") {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return err
	}
	workers := runtime.NumCPU()
	nodes, faults := make([]int, workers), make([]error, workers)
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for i := k; i < len(names) && faults[k] == nil; i += workers {
				n, err := decodeFile(names[i])
				nodes[k], faults[k] = nodes[k]+n, err
			}
		})
	}
	wg.Wait()
	total := 0
	for k := range workers {
		if faults[k] != nil {
			return faults[k]
		}
		total += nodes[k]
	}
	_, err = fmt.Fprintf(w, "%d records, %d nodes\n", len(names), total)
	return err
}

func decodeFile(name string) (int, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	front, _, ok := bytes.Cut(bytes.TrimPrefix(data, []byte("---\n")), []byte("\n---\n"))
	if !ok {
		return 0, fmt.Errorf("%s: has no front matter", name)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(front, &doc); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return countNodes(&doc), nil
}

func countNodes(n *yaml.Node) int {
	total := 1
	for _, c := range n.Content {
		total += countNodes(c)
	}
	return total
}
