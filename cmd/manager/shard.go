package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/4human/integration-operator/api/v1alpha1"
)

// shardExample is a selector for the help.
const shardExample = v1alpha1.LabelShard + "=east"

// shard is the part of the Suppliers and customers that a manager works for: those that a label selector matches. The
// zero value is all of them.
type shard struct {
	text     string
	selector labels.Selector // nil without --watch-label-selector
}

func (s *shard) addFlag(f *pflag.FlagSet) {
	f.StringVar(&s.text, "watch-label-selector", "",
		"label selector of the Suppliers and CustomerIntegrations to work for, such as "+shardExample+" (default: all); "+
			"managers with different selectors elect leaders of their own")
}

// complete parses the flag.
func (s *shard) complete() error {
	if s.text == "" {
		return nil
	}
	selector, err := labels.Parse(s.text)
	if err != nil {
		return fmt.Errorf("--watch-label-selector must be a label selector, such as %s: %w", shardExample, err)
	}
	s.selector = selector
	return nil
}

// matching returns the selector, which matches everything without the flag.
func (s *shard) matching() labels.Selector {
	if s.selector == nil {
		return labels.Everything()
	}
	return s.selector
}

// keys returns the keys of the labels that the selector is about.
func (s *shard) keys() []string {
	requirements, _ := s.matching().Requirements()
	keys := make([]string, 0, len(requirements))
	for i := range requirements {
		keys = append(keys, requirements[i].Key())
	}
	return slices.Compact(slices.Sorted(slices.Values(keys)))
}

// lease returns the name of the leader's Lease, which is the same for equal selectors, however they are written. The
// manager of objects without a shard keeps the name that a manager of all objects has, so that adding the first shard
// is no interruption.
func (s *shard) lease() string {
	if s.matching().Empty() || s.matching().String() == "!"+v1alpha1.LabelShard {
		return leaseName
	}
	sum := sha256.Sum256([]byte(s.matching().String()))
	return leaseName + "-" + hex.EncodeToString(sum[:4])
}
