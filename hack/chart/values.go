package main

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// value is a value of values.yaml with its comment. A group has values of its own that have comments.
type value struct {
	key      string
	path     string // with dots
	section  string // the title of the last "## Title" before it
	text     string
	schema   map[string]any // of its "# @schema" lines
	initial  *yaml.Node
	children []*value
}

var keyLine = regexp.MustCompile(`^( *)(\w+):`)

// comment is what stands above a key.
type comment struct {
	section string
	text    []string
	schema  map[string]any
}

// parse reads values.yaml. Each value needs a comment, or values with comments below it.
func parse(text string) (*value, error) {
	comments, err := readComments(text)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return nil, err
	}
	root := &value{initial: document.Content[0]}
	if err := root.add(comments); err != nil {
		return nil, err
	}
	return root, nil
}

// readComments returns the comments of all keys by their paths.
func readComments(text string) (map[string]comment, error) {
	all := map[string]comment{}
	var path []string
	var now comment
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		word := strings.TrimSpace(line)
		if key := keyLine.FindStringSubmatch(line); key != nil {
			path = append(path[:len(key[1])/2], key[2])
			now.section = section
			all[strings.Join(path, ".")] = now
			now = comment{}
			continue
		}
		switch title, isTitle := strings.CutPrefix(word, "## "); {
		case isTitle:
			section = title
		case word == "":
			now = comment{} // belongs to no key
		default:
			if err := now.add(strings.TrimPrefix(word, "# ")); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

func (c *comment) add(line string) error {
	annotation, ok := strings.CutPrefix(line, "@schema ")
	if !ok {
		c.text = append(c.text, line)
		return nil
	}
	if err := yaml.Unmarshal([]byte(annotation), &c.schema); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}

// add adds the values below v, if any of them has a comment. Then all must have one.
func (v *value) add(comments map[string]comment) error {
	if v.path != "" && !anyBelow(comments, v.path) {
		return nil
	}
	for i := 0; i < len(v.initial.Content); i += 2 {
		key := v.initial.Content[i].Value
		path := strings.TrimPrefix(v.path+"."+key, ".")
		c := comments[path]
		child := &value{
			key: key, path: path, section: c.section, text: strings.Join(c.text, " "), schema: c.schema,
			initial: v.initial.Content[i+1],
		}
		if child.text == "" && !anyBelow(comments, path) {
			return fmt.Errorf("%s has no comment", path)
		}
		if err := child.add(comments); err != nil {
			return err
		}
		v.children = append(v.children, child)
	}
	return nil
}

// anyBelow reports whether a value below a path has a comment.
func anyBelow(comments map[string]comment, path string) bool {
	for other, c := range comments {
		if len(c.text) > 0 && strings.HasPrefix(other, path+".") {
			return true
		}
	}
	return false
}
