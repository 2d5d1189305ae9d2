package guide

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxMailTo is the maximum length of a mailto URL in bytes: some mail programs on Windows cut longer ones.
const maxMailTo = 1800

// maxMailSubject is the maximum length of an encoded subject in bytes.
const maxMailSubject = maxMailTo / 4

// MailSubject returns the subject of an e-mail with the guide, or about it.
func (g *Guide) MailSubject() string { return g.subject }

// MailTo returns a mailto URL that opens a draft of a short e-mail about the guide, without recipients. If names are so
// long that the URL would be longer than 1,800 bytes, the last paragraphs before the signature are left out.
func (g *Guide) MailTo() string {
	paragraphs := make([]string, len(g.mail))
	for i, t := range g.mail {
		paragraphs[i] = g.plainText(t)
	}
	subject := shortenSubject(g.subject)
	last := len(paragraphs) - 1
	signature := paragraphs[last]
	for kept := last; kept > 0; kept-- {
		if u := mailTo(subject, append(paragraphs[:kept:kept], signature)); len(u) <= maxMailTo {
			return u
		}
	}
	return mailTo(subject, nil)
}

// mailTo returns a mailto URL (RFC 6068).
func mailTo(subject string, paragraphs []string) string {
	return "mailto:?subject=" + encode(subject) + "&body=" + encode(strings.Join(paragraphs, "\r\n\r\n"))
}

// encode encodes a text for a mailto URL, where a plus sign is no blank.
func encode(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// shortenSubject returns a subject that is at most maxMailSubject bytes long when it is encoded.
func shortenSubject(text string) string {
	if len(encode(text)) <= maxMailSubject {
		return text
	}
	for text != "" && len(encode(text+"…")) > maxMailSubject {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return strings.TrimSpace(text) + "…"
}
