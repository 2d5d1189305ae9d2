package syncjob

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// Differs reports whether an object lacks anything of what was applied to it. Additions, such as the API server's
// defaults, are no difference.
func Differs(applied, observed any) (bool, error) {
	want, err := jsonValue(applied)
	if err != nil {
		return false, err
	}
	have, err := jsonValue(observed)
	if err != nil {
		return false, err
	}
	return !contains(have, want), nil
}

// jsonValue returns a value as maps, slices and scalars, as encoding/json decodes it.
func jsonValue(value any) (any, error) {
	b, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("comparing with what was applied: %w", err)
	}
	var decoded any
	if err := json.Unmarshal(b, &decoded); err != nil {
		return nil, fmt.Errorf("comparing with what was applied: %w", err)
	}
	return decoded, nil
}

// contains reports whether all of want is in have.
func contains(have, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		h, ok := have.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range w {
			if !contains(h[key], value) {
				return false
			}
		}
		return true
	case []any:
		h, ok := have.([]any)
		if !ok {
			return false
		}
		return containsAll(h, w)
	default:
		return reflect.DeepEqual(have, want)
	}
}

// containsAll reports whether each element of want is in have: anywhere if elements have names, because such lists are
// merged, and else at the same index. A name may be there twice: a volume of ours may be mounted elsewhere too.
func containsAll(have, want []any) bool {
	for i, w := range want {
		if hasName(w) {
			if !slices.ContainsFunc(have, func(h any) bool { return contains(h, w) }) {
				return false
			}
			continue
		}
		if len(have) != len(want) || !contains(have[i], w) {
			return false
		}
	}
	return true
}

// hasName reports whether an element of a list has a name.
func hasName(element any) bool {
	fields, ok := element.(map[string]any)
	if !ok {
		return false
	}
	_, ok = fields["name"].(string)
	return ok
}
