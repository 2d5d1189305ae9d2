package guide

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// phrase is a text of a flow: pieces with placeholders.
type phrase []piece

// piece is a part of a phrase of one kind.
type piece struct {
	kind SpanKind
	text tokens
	// url is the target of a link.
	url tokens
}

// tokens is a text with placeholders.
type tokens []token

// token is a literal text or a placeholder.
type token struct {
	literal     string
	placeholder placeholder
}

// marks are the kinds of pieces with one mark around them.
var marks = []struct {
	mark string
	kind SpanKind
}{
	{"**", SpanLabel},
	{"`", SpanCopy},
}

// parsePhrase parses the marks and placeholders of a text. Marks in the values of placeholders have no meaning.
func parsePhrase(text string) (phrase, error) {
	var p phrase
	rest := strings.Join(strings.Fields(text), " ")
	for rest != "" {
		var next piece
		var err error
		if next, rest, err = parsePiece(rest); err != nil {
			return nil, err
		}
		p = append(p, next)
	}
	return p, nil
}

// parsePiece parses the first piece of a text, and returns the rest.
func parsePiece(text string) (first piece, rest string, err error) {
	if strings.HasPrefix(text, "[") {
		return parseLink(text)
	}
	for _, m := range marks {
		if after, isMarked := strings.CutPrefix(text, m.mark); isMarked {
			inner, rest, isClosed := strings.Cut(after, m.mark)
			if !isClosed || strings.TrimSpace(inner) == "" {
				return piece{}, "", fmt.Errorf("%s is not closed, or has no text in it: %q", m.mark, text)
			}
			t, err := parseTokens(inner)
			return piece{kind: m.kind, text: t}, rest, err
		}
	}
	end := len(text)
	for _, mark := range []string{"**", "`", "["} {
		if i := strings.Index(text, mark); i >= 0 {
			end = min(end, i)
		}
	}
	t, err := parseTokens(text[:end])
	return piece{kind: SpanText, text: t}, text[end:], err
}

var errLink = errors.New("a link is written [text](https://…), or with a placeholder of a URL as its target")

// parseLink parses a link at the beginning of a text, and returns the rest.
func parseLink(text string) (link piece, rest string, err error) {
	label, after, isLink := strings.Cut(text[1:], "](")
	target, rest, isClosed := strings.Cut(after, ")")
	if !isLink || !isClosed || strings.TrimSpace(label) == "" || strings.ContainsAny(label, "[]`") {
		return piece{}, "", fmt.Errorf("%w: %q", errLink, text)
	}
	l, labelErr := parseTokens(label)
	u, urlErr := parseTokens(target)
	if err := errors.Join(labelErr, urlErr); err != nil {
		return piece{}, "", err
	}
	if len(u) != 1 || !u[0].isURL() {
		return piece{}, "", fmt.Errorf("%w: %q", errLink, target)
	}
	return piece{kind: SpanLink, text: l, url: u}, rest, nil
}

// isURL reports whether a token is an https URL, or the placeholder of a URL.
func (t token) isURL() bool {
	if t.placeholder != "" {
		return slices.Contains(urls, t.placeholder)
	}
	u, err := url.Parse(t.literal)
	return err == nil && u.Scheme == "https" && u.Host != ""
}

// parseTokens parses the placeholders of a text.
func parseTokens(text string) (tokens, error) {
	var all tokens
	for text != "" {
		literal, after, hasPlaceholder := strings.Cut(text, "{")
		if strings.Contains(literal, "}") {
			return nil, fmt.Errorf("} without { in front: %q", text)
		}
		if literal != "" {
			all = append(all, token{literal: literal})
		}
		if !hasPlaceholder {
			break
		}
		name, rest, isClosed := strings.Cut(after, "}")
		if !isClosed || !slices.Contains(placeholders, placeholder(name)) {
			return nil, fmt.Errorf("unknown placeholder {%s}; known are: %s", name, joinNames(placeholders))
		}
		all = append(all, token{placeholder: placeholder(name)})
		text = rest
	}
	return all, nil
}

// fill replaces the placeholders of a text.
func (ts tokens) fill(values map[placeholder]string) string {
	var b strings.Builder
	for _, t := range ts {
		if t.placeholder != "" {
			b.WriteString(values[t.placeholder])
			continue
		}
		b.WriteString(t.literal)
	}
	return b.String()
}
