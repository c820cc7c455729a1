package markdown

import "strings"

// CodeSpan writes a line of text as code in Markdown, in which nothing is a link,
// an image, HTML, a mention of somebody or the number of an issue.
func CodeSpan(text string) string {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	ticks := strings.Repeat("`", longest+1)
	if longest > 0 {
		return ticks + " " + text + " " + ticks
	}
	return ticks + text + ticks
}
