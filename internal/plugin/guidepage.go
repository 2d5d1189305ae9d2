package plugin

import (
	_ "embed"
	"html/template"
)

//go:embed guidepage.html.tmpl
var guidePageText string

// guidePage is the page of guide -o html: one file that needs no network, for a browser or an e-mail.
var guidePage = template.Must(template.New("guidepage").Parse(guidePageText))
