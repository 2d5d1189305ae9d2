package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/simulator"
)

// faultSet is the simulator's faults in JSON, so that each can be set by its name.
type faultSet map[string]any

// assign sets faults written as NAME or NAME=VALUE, for all consumers or for some.
func (f faultSet) assign(assignments, consumers []string) error {
	target := f
	if len(consumers) > 0 {
		target = f.faultsFor(consumers)
	}
	for _, assignment := range assignments {
		name, value, hasValue := strings.Cut(assignment, "=")
		fault, known := findSwitch(name)
		if !known {
			return fmt.Errorf("there is no fault %q, see: simulator fault list", name)
		}
		if len(consumers) > 0 && !fault.Limitable {
			return fmt.Errorf("fault %s cannot be limited to consumers", name)
		}
		parsed, err := parseValue(fault, value, hasValue)
		if err != nil {
			return err
		}
		target.set(strings.Split(name, "."), parsed)
	}
	return nil
}

func findSwitch(name string) (simulator.FaultSwitch, bool) {
	all := simulator.FaultSwitches()
	i := slices.IndexFunc(all, func(s simulator.FaultSwitch) bool { return s.Name == name })
	if i < 0 {
		return simulator.FaultSwitch{}, false
	}
	return all[i], true
}

func parseValue(fault simulator.FaultSwitch, value string, hasValue bool) (any, error) {
	isSwitch := slices.Equal(fault.Values, []string{"true"})
	switch {
	case isSwitch && (!hasValue || value == "true"):
		return true, nil
	case isSwitch && value == "false":
		return false, nil
	case isSwitch:
		return nil, fmt.Errorf("fault %s is a switch, true or false", fault.Name)
	case !hasValue:
		return nil, fmt.Errorf("fault %s needs a value: %s=%s", fault.Name, fault.Name, strings.Join(fault.Values, "|"))
	}
	return value, nil
}

func (f faultSet) set(path []string, value any) {
	if len(path) == 1 {
		f[path[0]] = value
		return
	}
	inner, _ := f[path[0]].(map[string]any)
	if inner == nil {
		inner = map[string]any{}
		f[path[0]] = inner
	}
	faultSet(inner).set(path[1:], value)
}

// faultsFor returns the set of faults that is limited to exactly these consumers, which it adds if there is none. The
// simulator refuses a consumer with two sets of faults.
func (f faultSet) faultsFor(consumers []string) faultSet {
	groups, _ := f["limited"].([]any)
	for _, group := range groups {
		if group, isObject := group.(map[string]any); isObject && sameConsumers(group["consumers"], consumers) {
			return group
		}
	}
	begun := map[string]any{"consumers": consumers}
	f["limited"] = append(groups, begun)
	return begun
}

func sameConsumers(listed any, consumers []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(texts(listed))), slices.Sorted(slices.Values(consumers)))
}

func texts(list any) []string {
	values, _ := list.([]any)
	result := make([]string, 0, len(values))
	for _, value := range values {
		result = append(result, fmt.Sprint(value))
	}
	return result
}

// describe returns a line per fault.
func (f faultSet) describe() string {
	var lines []string
	general := maps.Clone(f)
	delete(general, "limited")
	lines = append(lines, general.lines("", "")...)
	groups, _ := f["limited"].([]any)
	for _, group := range groups {
		limited, _ := group.(map[string]any)
		limited = maps.Clone(limited)
		whose := " for " + strings.Join(texts(limited["consumers"]), ", ")
		delete(limited, "consumers")
		if len(limited) == 0 {
			lines = append(lines, "nothing"+whose)
		}
		lines = append(lines, faultSet(limited).lines("", whose)...)
	}
	if len(lines) == 0 {
		return "Nothing is broken\n"
	}
	return "Broken:\n  " + strings.Join(lines, "\n  ") + "\n"
}

func (f faultSet) lines(prefix, suffix string) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if inner, isObject := f[name].(map[string]any); isObject {
			lines = append(lines, faultSet(inner).lines(prefix+name+".", suffix)...)
			continue
		}
		lines = append(lines, fmt.Sprintf("%s%s=%v%s", prefix, name, f[name], suffix))
	}
	return lines
}
