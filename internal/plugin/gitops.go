package plugin

import (
	"bytes"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// gitOps is the engine that keeps an object as it is in git.
type gitOps struct {
	// engine is "Flux" or "Argo CD".
	engine string
	// source names the engine's object, such as "Kustomization flux-system/customers", "" if that is not known.
	source string
	// owns reports whether the manifest in git has the field that the command changes.
	owns bool
}

// engines maps the beginning of field managers' names to their engine.
var engines = map[string]string{
	"kustomize-controller": "Flux", "helm-controller": "Flux", "flux": "Flux",
	"argocd": "Argo CD",
}

// gitOpsOf returns the engine that manages an object, and whether it manages a field. It is nil if none does.
func gitOpsOf(o client.Object, field fieldpath.Path) *gitOps {
	found := labeledEngine(o)
	for _, entry := range o.GetManagedFields() {
		engine := engineOf(entry.Manager)
		if engine == "" || entry.Subresource != "" {
			continue
		}
		if found == nil {
			found = &gitOps{engine: engine}
		}
		found.owns = found.owns || hasField(entry.FieldsV1, field)
	}
	return found
}

// labeledEngine returns the engine that an object's labels and annotations name, nil if there is none.
func labeledEngine(o client.Object) *gitOps {
	labels, annotations := o.GetLabels(), o.GetAnnotations()
	for _, kind := range []string{"kustomize", "helm"} {
		prefix := kind + ".toolkit.fluxcd.io/"
		if name := labels[prefix+"name"]; name != "" {
			title := map[string]string{"kustomize": "Kustomization", "helm": "HelmRelease"}[kind]
			return &gitOps{engine: "Flux", source: fmt.Sprintf("%s %s/%s", title, labels[prefix+"namespace"], name)}
		}
	}
	if name := labels["argocd.argoproj.io/instance"]; name != "" {
		return &gitOps{engine: "Argo CD", source: "Application " + name}
	}
	if id := annotations["argocd.argoproj.io/tracking-id"]; id != "" {
		name, _, _ := strings.Cut(id, ":")
		return &gitOps{engine: "Argo CD", source: "Application " + name}
	}
	return nil
}

// engineOf returns the engine of a field manager, "" if it is none.
func engineOf(manager string) string {
	for prefix, engine := range engines {
		if strings.HasPrefix(manager, prefix) {
			return engine
		}
	}
	return ""
}

// hasField reports whether a set of managed fields has a field.
func hasField(fields *metav1.FieldsV1, field fieldpath.Path) bool {
	if fields == nil {
		return false
	}
	var set fieldpath.Set
	if err := set.FromJSON(bytes.NewReader(fields.GetRawBytes())); err != nil {
		return false
	}
	return set.Has(field)
}

// warning returns what the engine does to a change, and what to change in git.
func (g *gitOps) warning(change string) string {
	by := g.engine
	if g.source != "" {
		by += " (" + g.source + ")"
	}
	if g.owns {
		return fmt.Sprintf("%s manages this object and will revert the change. Make it in git too: %s.", by, change)
	}
	return fmt.Sprintf("%s manages this object and may revert the change. Make it in git too: %s.", by, change)
}
