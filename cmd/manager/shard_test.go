package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// TestShard verifies the Lease of a selector and the labels that objects of its customers get.
func TestShard(t *testing.T) {
	const hashed = leaseName + "-"
	for name, c := range map[string]struct {
		reason string
		text   string
		keys   []string
		lease  string
	}{
		"all":  {reason: "an upgrade keeps the Lease", lease: leaseName},
		"east": {reason: "each shard has its own", text: "shard=east", keys: []string{"shard"}, lease: hashed + "35c5fe6f"},
		"spaces": {
			reason: "it is the same selector", text: " shard = east ", keys: []string{"shard"}, lease: hashed + "35c5fe6f",
		},
		"others": {reason: "those without the label", text: "!shard", keys: []string{"shard"}, lease: hashed + "dd0588b8"},
		"default": {
			reason: "the first shard is no interruption", text: "!" + v1alpha1.LabelShard,
			keys: []string{v1alpha1.LabelShard}, lease: leaseName,
		},
		"two": {
			reason: "both decide", text: "zone in (a,b),shard=east,shard!=west", keys: []string{"shard", "zone"},
			lease: hashed + "a7335a8f",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := shard{text: c.text}
			if err := s.complete(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.keys, s.keys()); diff != "" {
				t.Errorf("%s: keys (-want +got):\n%s", c.reason, diff)
			}
			if got := s.lease(); got != c.lease {
				t.Errorf("%s: Lease %s, want %s", c.reason, got, c.lease)
			}
		})
	}
	wrong := shard{text: "shard=east,,"}
	if err := wrong.complete(); err == nil || !strings.HasPrefix(err.Error(),
		"--watch-label-selector must be a label selector, such as integrations.4human.no/shard=east: ") {
		t.Errorf("got %v", err)
	}
}
