// Command dashboards writes Grafana's dashboards, config/monitoring/dashboards/*.json. It runs in the repository's
// root.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

const folder = "config/monitoring/dashboards"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "dashboards:", err)
		os.Exit(1)
	}
}

func run() error {
	for name, builder := range map[string]*dashboard.DashboardBuilder{
		"fleet": fleet(), "outside-services": outsideServices(), "supplier": oneSupplier(), "operator": operator(),
	} {
		if err := write(name, builder); err != nil {
			return fmt.Errorf("writing the dashboard %s: %w", name, err)
		}
	}
	return nil
}

func write(name string, builder *dashboard.DashboardBuilder) error {
	built, err := builder.Build()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(built, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(folder, name+".json")
	return os.WriteFile(path, append(text, '\n'), 0o644) //nolint:gosec // A dashboard is no secret.
}
