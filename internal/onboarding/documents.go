package onboarding

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/json"
	kyaml "sigs.k8s.io/yaml"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// The kinds that are checked.
const (
	customerKind = "CustomerIntegration"
	supplierKind = "Supplier"
)

// document is one document of a YAML file.
type document struct {
	file string
	// line is where it begins.
	line int
	text string
}

// splitDocuments splits a YAML text with LF at the ends of lines, as kubectl does: at lines that begin with ---.
func splitDocuments(file, content string) []document {
	var all []document
	start, line := 1, 0
	var lines []string
	end := func() {
		if text := strings.Join(lines, "\n"); strings.TrimSpace(text) != "" {
			all = append(all, document{file: file, line: start, text: text})
		}
		lines = nil
	}
	for text := range strings.SplitSeq(content, "\n") {
		line++
		if rest, ok := strings.CutPrefix(text, "---"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') {
			end()
			start, text = line, rest
			if strings.HasPrefix(strings.TrimSpace(rest), "#") {
				text = ""
			}
		}
		lines = append(lines, text)
	}
	end()
	return all
}

// readYAML reads the customers and Suppliers of a YAML file. relevant reports whether it has any, or a fault.
func readYAML(f *findings, file string, raw []byte) (found []*subject, relevant bool) {
	content, encoding := decodeText(raw)
	if encoding != utf8Text || !utf8.ValidString(content) {
		f.add(Finding{File: file}, FileNotUTF8)
		return nil, true
	}
	for _, d := range splitDocuments(file, content) {
		subjects, ours := d.read(f)
		found, relevant = append(found, subjects...), relevant || ours
	}
	return found, relevant
}

// read reads the objects of a document.
func (d document) read(f *findings) (found []*subject, relevant bool) {
	root := &yaml.Node{}
	if err := yaml.Unmarshal([]byte(d.text), root); err != nil {
		d.invalid(f, err)
		return nil, true
	}
	object, err := toObject(d.text)
	if err != nil {
		d.invalid(f, err)
		return nil, true
	}
	if object == nil || len(root.Content) == 0 {
		return nil, false
	}
	return d.objects(f, object, root.Content[0])
}

// toObject returns a document as the API server sees it, nil if it is no mapping.
func toObject(text string) (map[string]any, error) {
	converted, err := kyaml.YAMLToJSONStrict([]byte(text))
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(converted, &value); err != nil {
		return nil, err
	}
	object, _ := value.(map[string]any)
	return object, nil
}

var (
	// errorLine is the place in the errors of the YAML library, which count from the document's beginning.
	errorLine = regexp.MustCompile(`line ([0-9]+)(?:, column [0-9]+)?: *`)
	// keyTwice is its error about a key that is there twice.
	keyTwice = regexp.MustCompile(`line ([0-9]+): key "([^"]*)" already set in map`)
)

// invalid reports a document that the YAML library rejects.
func (d document) invalid(f *findings, err error) {
	message := strings.ReplaceAll(err.Error(), "\n", " ")
	at := Finding{File: d.file, Line: d.line}
	if twice := keyTwice.FindAllStringSubmatch(message, -1); twice != nil {
		for _, m := range twice {
			at.Line = d.lineOf(m[1])
			f.add(at, KeyTwice, quote(m[2]))
		}
		return
	}
	if m := errorLine.FindStringSubmatch(message); m != nil {
		at.Line = d.lineOf(m[1])
	}
	cut := strings.LastIndex(message, "yaml: ")
	message = errorLine.ReplaceAllString(message[max(0, cut):], "")
	message = strings.Trim(quote(strings.TrimPrefix(message, "yaml: ")), `"`)
	f.add(at, InvalidYAML, strings.TrimSuffix(message, "."))
}

// lineOf returns a line of the file for one of the document.
func (d document) lineOf(number string) int {
	n, err := strconv.Atoi(number)
	if err != nil {
		return d.line
	}
	return d.line + n - 1
}

// objects returns the customers and Suppliers in an object: itself, or the items of a list.
func (d document) objects(f *findings, object map[string]any, node *yaml.Node) (found []*subject, relevant bool) {
	version, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	if items, ok := object["items"].([]any); ok && (kind == "List" || strings.HasSuffix(kind, "List")) {
		nodes := child(node, "items")
		for i, item := range items {
			one, _ := item.(map[string]any)
			if one == nil || nodes == nil || i >= len(nodes.Content) {
				continue
			}
			subjects, ours := d.objects(f, one, nodes.Content[i])
			found, relevant = append(found, subjects...), relevant || ours
		}
		return found, relevant
	}
	group, _, _ := strings.Cut(version, "/")
	known := kind == customerKind || kind == supplierKind
	if version == v1alpha1.GroupVersion.String() && known {
		return []*subject{newDocumentSubject(d, kind, object, node)}, true
	}
	if group == v1alpha1.GroupVersion.Group || kind == customerKind || looksLikeCustomer(object) {
		at := Finding{File: d.file, Line: d.line + node.Line - 1}
		f.add(at, KindUnknown, kindForText(f, version, kind), v1alpha1.GroupVersion.String())
		return nil, true
	}
	return nil, false
}

// kindForText returns a kind for a message.
func kindForText(f *findings, version, kind string) string {
	if version == "" && kind == "" {
		return f.word("kind.none")
	}
	return quote(strings.TrimSpace(version + " " + kind))
}

// looksLikeCustomer reports whether an object without a kind is a customer.
func looksLikeCustomer(object map[string]any) bool {
	spec, _ := object["spec"].(map[string]any)
	_, numbered := spec["organizationNumber"]
	return numbered && object["kind"] == nil
}

// newDocumentSubject returns an object of a document for the checks. Its status is not checked: the API server ignores
// it.
func newDocumentSubject(d document, kind string, object map[string]any, node *yaml.Node) *subject {
	delete(object, "status")
	return &subject{
		kind: kind, object: object, faulty: map[string]bool{},
		at: func(path string) Finding {
			found := find(node, path)
			return Finding{
				File: d.file, Line: d.line + found.Line - 1, Column: found.Column, Object: titleOf(kind, object), Field: path,
			}
		},
		scalar: func(path string) string { return find(node, path).Value },
	}
}

// titleOf returns the name of an object for people.
func titleOf(kind string, object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if kind != customerKind {
		return strings.TrimSpace(kind + " " + name)
	}
	namespace, _ := metadata["namespace"].(string)
	return strings.Trim(namespace+"/"+name, "/")
}
