package plugin

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// fieldOwner is the manager of the fields that the plugin writes. It does not begin with "kubectl": Flux takes away
// what a manager of such a name has set.
const fieldOwner = client.FieldOwner("cint")

// mergePatch returns a merge patch (RFC 7386).
func mergePatch(body string) client.Patch { return client.RawPatch(types.MergePatchType, []byte(body)) }

// annotationPatch returns a merge patch that sets an annotation.
func annotationPatch(annotation, value string) client.Patch {
	name, _ := json.Marshal(annotation)
	text, _ := json.Marshal(value)
	return mergePatch(`{"metadata":{"annotations":{` + string(name) + `:` + string(text) + `}}}`)
}
