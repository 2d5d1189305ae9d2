package onboarding

import (
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// step matches one step of a field's path: a name, an index, or a key in brackets.
var step = regexp.MustCompile(`\[([0-9]+)\]|\[([^\]]*)\]|([^.\[\]]+)`)

// find returns the node of a field: its key, or the deepest one of its path that exists.
func find(node *yaml.Node, path string) *yaml.Node {
	place, value := node, node
	for _, m := range step.FindAllStringSubmatch(path, -1) {
		var key, next *yaml.Node
		if m[1] != "" {
			key, next = element(value, m[1])
		} else {
			key, next = mapEntry(value, m[2]+m[3])
		}
		if next == nil {
			return place
		}
		place, value = key, next
	}
	if value.Kind == yaml.ScalarNode {
		return value
	}
	return place
}

// element returns the element of a sequence.
func element(list *yaml.Node, index string) (key, value *yaml.Node) {
	i, err := strconv.Atoi(index)
	if err != nil || list.Kind != yaml.SequenceNode || i >= len(list.Content) {
		return nil, nil
	}
	return list.Content[i], resolve(list.Content[i])
}

// mapEntry returns the key and the value of an entry of a mapping.
func mapEntry(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	if mapping.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], resolve(mapping.Content[i+1])
		}
	}
	return nil, nil
}

// resolve returns what an alias stands for.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}
	return node
}

// child returns the value of an entry of a mapping, or nil.
func child(mapping *yaml.Node, name string) *yaml.Node {
	_, value := mapEntry(mapping, name)
	return value
}
