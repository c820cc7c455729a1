package site

import (
	"embed"
	"io/fs"
)

//go:embed all:theme
var themeFiles embed.FS

// Theme returns the built-in theme: the folders layouts and static.
func Theme() (fs.FS, error) { return fs.Sub(themeFiles, "theme") }
