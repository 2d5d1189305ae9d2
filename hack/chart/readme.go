package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"text/template"
)

// writeReadme writes the chart's README: the template with a table of the values for each section.
func writeReadme(root *value) error {
	t, err := template.ParseFiles(filepath.Join(chart, "README.md.gotmpl"))
	if err != nil {
		return err
	}
	tables, err := tablesOf(root)
	if err != nil {
		return err
	}
	var b strings.Builder
	if err := t.Execute(&b, map[string]string{"Values": tables}); err != nil {
		return err
	}
	return write(filepath.Join(chart, "README.md"), []byte(b.String()))
}

// tablesOf returns a table of values for each section.
func tablesOf(root *value) (string, error) {
	var b strings.Builder
	section := ""
	for _, v := range root.children {
		if v.section != section {
			section = v.section
			fmt.Fprintf(&b, "\n### %s\n\n| value | default | meaning |\n|---|---|---|\n", section)
		}
		if err := v.writeRows(&b); err != nil {
			return "", err
		}
	}
	return strings.Trim(b.String(), "\n"), nil
}

// writeRows writes the row of a value, or of a group with a comment, and of the values below it.
func (v *value) writeRows(b *strings.Builder) error {
	initial := ""
	if len(v.children) == 0 {
		shown, err := v.formatDefault()
		if err != nil {
			return err
		}
		initial = "`" + shown + "`"
	}
	if v.text != "" {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", v.path, initial, strings.ReplaceAll(v.text, "|", `\|`))
	}
	for _, child := range v.children {
		if err := child.writeRows(b); err != nil {
			return err
		}
	}
	return nil
}
