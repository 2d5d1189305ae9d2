package plugin

import (
	"embed"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/4human/integration-operator/internal/language"
)

//go:embed words
var files embed.FS

// words are the texts of the commands' results. Errors and help are in English, as kubectl's.
var words = language.MustLoad(files, "words")

// languageFlag is the flag --lang.
type languageFlag struct{ value string }

// add adds the flag to a command whose result is for the person at the terminal.
func (f *languageFlag) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.value, "lang", "", "language: nb or en (default: that of the environment, English if it has none)")
	_ = cmd.RegisterFlagCompletionFunc("lang", completeLanguages) // it fails for a flag that does not exist
}

// addForCustomers adds the flag to a command whose result is for customers or management.
func (f *languageFlag) addForCustomers(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.value, "lang", string(language.Norwegian), "language: nb or en")
	_ = cmd.RegisterFlagCompletionFunc("lang", completeLanguages)
}

// of returns the language of the flag, or else that of the environment.
func (f *languageFlag) of(p *Program) (language.Language, error) {
	if f.value == "" {
		return localeLanguage(p.Locale), nil
	}
	for _, l := range language.All() {
		if string(l) == f.value {
			return l, nil
		}
	}
	return "", fmt.Errorf("--lang is %q: write nb or en", f.value)
}

// localeLanguage returns the language of a POSIX locale such as nb_NO.UTF-8. It is English for a locale that is not
// Norwegian.
func localeLanguage(locale string) language.Language {
	name, _, _ := strings.Cut(locale, ".")
	name, _, _ = strings.Cut(name, "_")
	switch name {
	case "nb", "nn", "no":
		return language.Norwegian
	default:
		return language.English
	}
}

func completeLanguages(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names := make([]string, 0, len(language.All()))
	for _, l := range language.All() {
		names = append(names, string(l))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
