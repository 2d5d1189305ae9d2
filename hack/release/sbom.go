package main

import (
	"context"
	"os/exec"
	"path/filepath"
)

// writeSBOMs writes a software bill of materials (CycloneDX) per program, of what is in its Linux build.
func (r *release) writeSBOMs(ctx context.Context) error {
	programs := map[string]string{plugin: plugin}
	for _, c := range containers {
		programs[c.program] = c.image
	}
	for program, name := range programs {
		cmd := exec.CommandContext(ctx, r.sbom, "bin", "-json", "-std", "-noserial", "-notimestamp", //nolint:gosec // our own
			"-version", r.version, "-output", filepath.Join(r.out, name+"-"+r.version+".cdx.json"), "./"+program)
		cmd.Dir = filepath.Join(r.work, imagePlatforms[0].String())
		if _, err := output(cmd); err != nil {
			return err
		}
	}
	return nil
}
