package condition

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// comparing are the functions of the standard library that compare texts.
var comparing = map[string]bool{
	"strings.Contains": true, "strings.ContainsAny": true, "strings.HasPrefix": true, "strings.HasSuffix": true,
	"strings.EqualFold": true, "strings.Index": true, "strings.Cut": true, "strings.CutPrefix": true,
	"strings.CutSuffix": true,
	"strings.Fields":    true, "strings.Split": true, "cmp.Compare": true, "regexp.MatchString": true,
}

// comparisons lists where a file compares a field Message, such as a condition's.
func comparisons(file *ast.File) []token.Pos {
	var found []token.Pos
	isMessage := func(e ast.Expr) bool {
		s, ok := ast.Unparen(e).(*ast.SelectorExpr)
		return ok && s.Sel.Name == "Message"
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			compares := n.Op == token.EQL || n.Op == token.NEQ || n.Op == token.LSS || n.Op == token.GTR
			if compares && (isMessage(n.X) || isMessage(n.Y)) {
				found = append(found, n.Pos())
			}
		case *ast.SwitchStmt:
			if n.Tag != nil && isMessage(n.Tag) {
				found = append(found, n.Pos())
			}
		case *ast.CallExpr:
			if called, ok := n.Fun.(*ast.SelectorExpr); ok {
				pkg, _ := called.X.(*ast.Ident)
				if pkg != nil && comparing[pkg.Name+"."+called.Sel.Name] && len(n.Args) > 0 &&
					(isMessage(n.Args[0]) || isMessage(n.Args[len(n.Args)-1])) {
					found = append(found, n.Pos())
				}
			}
		}
		return true
	})
	return found
}

// TestNoCodeReadsAMessage finds a comparison with a message in the product. Reasons are for code, messages for people.
func TestNoCodeReadsAMessage(t *testing.T) {
	set, files := token.NewFileSet(), 0
	for _, folder := range []string{"api", "cmd", "controllers", "internal"} {
		err := filepath.WalkDir(filepath.Join("..", "..", folder), func(path string, d fs.DirEntry, err error) error {
			simulated := strings.Contains(path, "simulator") // its faults have messages of Maskinporten's and Altinn's
			if err != nil || d.IsDir() || simulated || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			files++
			for _, at := range comparisons(file) {
				t.Errorf("%s compares a message", set.Position(at))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 100 {
		t.Errorf("only %d files were found", files)
	}
}

// TestComparisonsAreFound shows the rule what it must find, and what it must not.
func TestComparisonsAreFound(t *testing.T) {
	cases := map[string]struct {
		code string
		want int
	}{
		"equal":    {code: `_ = c.Message == text`, want: 1},
		"unequal":  {code: `_ = text != f().Message`, want: 1},
		"contains": {code: `_ = strings.Contains(c.Message, text)`, want: 1},
		"within":   {code: `_ = strings.Contains(text, c.Message)`, want: 1},
		"switch":   {code: "switch c.Message {\n}", want: 1},
		"copied":   {code: `s.Message = c.Message`, want: 0},
		"printed":  {code: `fmt.Println(c.Message)`, want: 0},
		"reason":   {code: `_ = c.Reason == text`, want: 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "made.go", "package made\nfunc f() {\n"+c.code+"\n}\n", 0)
			if err != nil {
				t.Fatal(err)
			}
			if got := len(comparisons(file)); got != c.want {
				t.Errorf("%d comparisons, want %d", got, c.want)
			}
		})
	}
}
