package language

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// Catalogue has the texts of a package in each language, by key. A text has placeholders such as {name}.
type Catalogue map[Language]map[string]string

// MustLoad reads the files nb.yaml and en.yaml of a folder. Each has one object, whose nested keys are joined by dots.
// It panics if a file is missing or invalid: the files are embedded.
func MustLoad(files fs.FS, folder string) Catalogue {
	all := Catalogue{}
	for _, l := range All() {
		content, err := fs.ReadFile(files, folder+"/"+string(l)+".yaml")
		if err != nil {
			panic(fmt.Errorf("reading a catalogue: %w", err))
		}
		var nested map[string]any
		if err := yaml.UnmarshalStrict(content, &nested); err != nil {
			panic(fmt.Errorf("reading the catalogue %s of %s: %w", l, folder, err))
		}
		all[l] = map[string]string{}
		flatten(all[l], "", nested)
	}
	return all
}

// flatten adds nested texts to a catalogue, by their keys joined with dots.
func flatten(into map[string]string, prefix string, nested map[string]any) {
	for key, value := range nested {
		switch v := value.(type) {
		case map[string]any:
			flatten(into, prefix+key+".", v)
		case string:
			into[prefix+key] = strings.TrimSpace(v)
		default:
			panic(fmt.Errorf("the text %s%s is a %T", prefix, key, v))
		}
	}
}

// Has reports whether there is a text with a key.
func (c Catalogue) Has(key string) bool {
	_, ok := c[Norwegian][key]
	return ok
}

// Text returns a text with its placeholders replaced: args are the names of placeholders and their values, in turn. It
// returns the key if there is no such text.
func (c Catalogue) Text(l Language, key string, args ...string) string {
	text, ok := c[l][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fill(text, args)
}

// fill replaces the placeholders of a text. What is no placeholder of args stays.
func fill(text string, args []string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		if value, ok := valueOf(args, name); ok {
			b.WriteString(value)
			text = after
			continue
		}
		b.WriteByte('{')
		text = rest
	}
}

// valueOf returns the value that follows a name in args.
func valueOf(args []string, name string) (string, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return "", false
}

// Count returns a text about n things: that with the key key.one if n is 1, otherwise key.other. Both may have {n}.
func (c Catalogue) Count(l Language, key string, n int, args ...string) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return c.Text(l, key+form, slices.Concat(args, []string{"n", Number(n, l)})...)
}

// Number returns a whole number with its digits in groups of three: by a no-break space in Norwegian, by a comma in
// English.
func Number(n int, l Language) string {
	separator := "\u00a0"
	if l == English {
		separator = ","
	}
	digits := fmt.Sprint(max(n, -n))
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	if n < 0 {
		return "−" + digits
	}
	return digits
}
