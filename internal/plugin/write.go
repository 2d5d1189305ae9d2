package plugin

import (
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// mergePatch returns a merge patch (RFC 7386).
func mergePatch(body string) client.Patch { return client.RawPatch(types.MergePatchType, []byte(body)) }
