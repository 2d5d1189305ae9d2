package simulator

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/4human/integration-operator/internal/simulator/altinn"
	"github.com/4human/integration-operator/internal/simulator/maskinporten"
	"github.com/4human/integration-operator/internal/simulator/wire"
)

// FaultSwitch describes one field of [Faults] to people.
type FaultSwitch struct {
	// Name is the field's path in JSON, such as outage or readings.clientOrgnoClaim.
	Name string
	// Limitable says that the fault can be limited to some consumers.
	Limitable bool
	// Values are what the field takes: true for a switch, a list of names, or a kind of value.
	Values []string
	// Help says what it does.
	Help string
}

// FaultSwitches describes every fault, in the order of the fields of [Faults]. Limited is not among them: it is a way
// of setting the others.
func FaultSwitches() []FaultSwitch {
	return switchesOf(reflect.TypeFor[Faults](), "", false)
}

func switchesOf(structType reflect.Type, prefix string, limitable bool) []FaultSwitch {
	var switches []FaultSwitch
	for field := range structType.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			isLimitable := limitable || field.Type == reflect.TypeFor[maskinporten.AnswerFaults]()
			switches = append(switches, switchesOf(field.Type, prefix, isLimitable)...)
		case field.Type.Kind() == reflect.Struct:
			switches = append(switches, switchesOf(field.Type, prefix+name+".", limitable)...)
		case field.Type.Kind() != reflect.Slice:
			switches = append(switches, FaultSwitch{prefix + name, limitable, valuesOf(field), field.Tag.Get("help")})
		}
	}
	return slices.Clip(switches)
}

func valuesOf(field reflect.StructField) []string {
	switch reflect.Zero(field.Type).Interface().(type) {
	case bool:
		return []string{"true"}
	case int:
		return []string{"NUMBER"}
	case wire.Duration:
		return []string{"DURATION"}
	case wire.Outage:
		return names(wire.Outages())
	case wire.RetryAfter:
		return names(wire.RetryAfters())
	case altinn.Refusal:
		return names(altinn.Refusals())
	}
	if field.Name == "RefuseWith" || field.Name == "RefuseAllWith" {
		return maskinporten.Refusals()
	}
	return []string{"URL"}
}

func names[T ~string](values []T) []string {
	texts := make([]string, 0, len(values))
	for _, value := range values {
		texts = append(texts, fmt.Sprint(value))
	}
	return texts
}
