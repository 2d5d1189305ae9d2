package plugin

import (
	"regexp"
	"testing"
)

// goldenCases are commands whose whole output is a golden file.
var goldenCases = map[string]struct {
	reason string
	line   string
	locale string
}{
	"status":                {line: "status", reason: "the table of a namespace, who needs attention first"},
	"status-all":            {line: "status -A", reason: "the namespace is a column of its own"},
	"status-norwegian":      {line: "status", locale: "nb_NO.UTF-8", reason: "the locale decides"},
	"status-lang":           {line: "status --lang en", locale: "nb_NO.UTF-8", reason: "the flag wins over the locale"},
	"status-wide":           {line: "status -o wide varsom-rolig-hare klok-stille-ugle", reason: "each service's state"},
	"status-json":           {line: "status -o json varsom-rolig-hare", reason: "fields are API"},
	"status-yaml":           {line: "status -o yaml klok-stille-ugle", reason: "the same fields"},
	"status-csv":            {line: "status -o csv --lang nb", reason: "what a consultant opens in a spreadsheet"},
	"status-name":           {line: "status -o name --failing", reason: "for xargs kubectl"},
	"status-state":          {line: "status --state withdrawn,Rejected", reason: "states in any case"},
	"status-waiting":        {line: "status --waiting 1d", reason: "those who were awaited for a day"},
	"status-turn":           {line: "status --turn customer", reason: "an actor in any case"},
	"status-selector":       {line: "status -l team=south,team!=x", reason: "labels"},
	"status-search":         {line: "status -A --search 310.330", reason: "matches nothing: no blanks, no number"},
	"status-search-name":    {line: "status -A --search mink", reason: "in all namespaces"},
	"status-sort":           {line: "status --sort name", reason: "another order"},
	"status-empty":          {line: "status -n default", reason: "it says where customers may be"},
	"status-number":         {line: "status 310330701", reason: "an organization number is a name too"},
	"status-unknown":        {line: "status dynamisk-tiger", reason: "near names are suggested"},
	"status-unknown-far":    {line: "status x", reason: "no name is near"},
	"status-nowhere":        {line: "status -n default tiger", reason: "the namespace has no customer"},
	"status-wrong-state":    {line: "status --state Gone", reason: "the states are listed"},
	"status-wrong-format":   {line: "status -o xml", reason: "the formats are listed"},
	"status-wrong-span":     {line: "status --waiting soon", reason: "the flag says what to write"},
	"status-wrong-selector": {line: "status -l a=b=c", reason: "the flag is named"},
	"status-wrong-lang":     {line: "status --lang sv", reason: "the languages are listed"},
	"status-both":           {line: "status klok-stille-ugle -A", reason: "names are those of one namespace"},

	"why-withdrawn":   {line: "why dynamisk-altetende-tiger", reason: "an API delegation that was withdrawn, with an event"},
	"why-norwegian":   {line: "why dynamisk-altetende-tiger --lang nb", reason: "the same in Norwegian"},
	"why-two":         {line: "why varsom-rolig-hare", reason: "one service has access, one waits for approval"},
	"why-rejected":    {line: "why rask-munter-oter", reason: "asking again is the next command"},
	"why-failing":     {line: "why taus-ivrig-grevling", reason: "the Secret is missing"},
	"why-well":        {line: "why klok-stille-ugle", reason: "there is nothing to do"},
	"why-suspended":   {line: "why seig-modig-mink -n customers-west", reason: "resume is the next command"},
	"why-no-customer": {line: "why", reason: "it says how to write it"},

	"guide-unknown-service": {line: "guide sjelden-flink-elg --service Plans", reason: "its services are listed"},
	"guide-wrong-format":    {line: "guide sjelden-flink-elg -o pdf", reason: "the formats are listed"},

	"link": {line: "link dynamisk-altetende-tiger", reason: "the link alone, for a pipe"},

	"ask-delegation": {line: "ask dynamisk-altetende-tiger --yes", reason: "an API delegation cannot be asked for"},
	"ask-open":       {line: "ask varsom-rolig-hare --yes", reason: "the open request is the answer"},
	"ask-unattended": {line: "ask rask-munter-oter", reason: "without a terminal it wants --yes"},

	"sync-unknown":       {line: "sync nix", reason: "there is no such customer"},
	"verify-nothing":     {line: "verify", reason: "it does not take all customers by accident"},
	"verify-none":        {line: "verify -l team=none", reason: "a selector that matches nothing is an error"},
	"verify-both":        {line: "verify klok-stille-ugle --all", reason: "names or flags"},
	"unknown-command":    {line: "stat", reason: "near commands are suggested"},
	"completion-names":   {line: "__complete why dynamisk", reason: "names come from the cluster"},
	"completion-service": {line: "__complete guide varsom-rolig-hare --service S", reason: "the customer's services"},
}

// TestGolden compares the output of commands with golden files.
func TestGolden(t *testing.T) {
	for name, test := range goldenCases {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, cluster(t, objects(t)...))
			if test.locale != "" {
				s.program.Locale = test.locale
			}
			compareGolden(t, name+".txt", s.run(t, test.line))
		})
	}
}

// placeholder matches a key of the texts, or a placeholder that was not filled.
var placeholder = regexp.MustCompile(`(?:^|[\s:(])(?:why|follow|verify|sync|ask|status|column|chip|state|turn|step|story)\.[a-z]\w+|\{\w+\}|%!`)

// checkTexts fails the test if a text is not filled.
func checkTexts(t *testing.T, text string) {
	t.Helper()
	if found := placeholder.FindString(text); found != "" {
		t.Errorf("%q is not a text, in:\n%s", found, text)
	}
}
