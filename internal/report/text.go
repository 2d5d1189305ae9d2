package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/4human/integration-operator/internal/chart"
	"github.com/4human/integration-operator/internal/rollout"
)

// textAtMost is how many customers of a group the text lists.
const textAtMost = 20

// Text writes the overview for a terminal or an e-mail. Of each group it lists the first customers.
func Text(w io.Writer, o rollout.Overview, all []rollout.Customer, opts Options) error {
	charts, err := chart.Of(o, opts.lang())
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	var b strings.Builder
	heading(&b, opts.text("title"), '=')
	fmt.Fprintf(&b, "%s\n", opts.text("made", "date", rollout.DateTime(opts.Now, opts.lang())))
	writeLights(&b, &opts)
	heading(&b, opts.text("turns"), '-')
	var turns [][]string
	for _, t := range o.ByTurn {
		turns = append(turns, []string{rollout.ActorTitle(t.Actor, opts.lang()), opts.number(t.Count)})
	}
	writeTable(&b, turns)
	for _, c := range charts {
		heading(&b, c.Title, '-')
		fmt.Fprintln(&b, c.Summary)
		writeTable(&b, c.Rows)
	}
	writeList(&b, all, &opts)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return nil
}

// heading writes an underlined heading.
func heading(b *strings.Builder, text string, line rune) {
	if b.Len() > 0 {
		b.WriteString("\n")
	}
	fmt.Fprintf(b, "%s\n%s\n", text, strings.Repeat(string(line), utf8.RuneCountInString(text)))
}

// writeTable writes rows in columns. The first is aligned to the left, the others, which have numbers, to the right.
func writeTable(b *strings.Builder, rows [][]string) {
	widths := map[int]int{}
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		for i, cell := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("  " + cell + pad)
				continue
			}
			b.WriteString("  " + pad + cell)
		}
		b.WriteString("\n")
	}
}

func writeLights(b *strings.Builder, opts *Options) {
	if len(opts.Lights) == 0 {
		return
	}
	heading(b, opts.text("lights"), '-')
	for i := range opts.Lights {
		l := &opts.Lights[i]
		var all []string
		for _, s := range signals(l, opts) {
			all = append(all, s.Name+": "+s.Text)
		}
		fmt.Fprintf(b, "  %s (%s): %s\n", l.Title, l.Supplier, strings.Join(all, ", "))
	}
}

// writeList writes the first customers of each group.
func writeList(b *strings.Builder, all []rollout.Customer, opts *Options) {
	heading(b, opts.listTitle(), '-')
	list := groups(all, opts)
	if len(list) == 0 {
		fmt.Fprintln(b, opts.text("list.none"))
		return
	}
	fmt.Fprintln(b, opts.hint())
	for _, g := range list {
		fmt.Fprintf(b, "\n%s\n", opts.groupTitle(&g))
		shown := g.customers[:min(len(g.customers), textAtMost)]
		for i := range shown {
			fmt.Fprintf(b, "  %s\n", listLine(&shown[i], opts))
		}
		if rest := len(g.customers) - len(shown); rest > 0 {
			fmt.Fprintf(b, "  %s\n", words.Count(opts.lang(), "list.more", rest))
		}
	}
}

// listLine returns a customer of the list in one line.
func listLine(c *rollout.Customer, opts *Options) string {
	line := fmt.Sprintf("%s  %s: %s", rollout.Organization(c.Organization), c.Title, c.State.Title(opts.lang()))
	if since := opts.listedSince(c); !since.IsZero() {
		line += ", " + rollout.Span(opts.Now.Sub(since), opts.lang())
	}
	return line
}
