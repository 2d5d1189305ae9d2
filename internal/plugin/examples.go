package plugin

import (
	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/services"
)

// exampleService returns the first built-in service with a kind of access, for the examples of commands.
func exampleService(kind v1alpha1.AccessKind) string {
	for _, name := range services.Names() {
		if service, _ := services.Of(nil, name); service.Kind == kind {
			return string(name)
		}
	}
	return "SERVICE"
}
