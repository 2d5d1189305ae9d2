// Package health evaluates the health checks of config/health for every state of the operator's objects, as Argo CD and
// Flux do.
package health

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// argoHealth is Argo CD's health of a resource.
type argoHealth struct {
	status  string
	message string
}

// argoStatuses are the statuses that Argo CD accepts from a check, best first (argo-cd.readthedocs.io, "Resource
// Health").
var argoStatuses = []string{"Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"}

// luaTimeout ends a script that hangs. Argo CD allows a second, on a machine with less load.
const luaTimeout = time.Minute

// argoCD evaluates a health script as Argo CD does without resource.customizations.useOpenLibs: the global obj is the
// object, the script returns a table, and Lua has only the libraries package, base and table.
func argoCD(ctx context.Context, script string, object *unstructured.Unstructured) (argoHealth, error) {
	vm := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer vm.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.LoadLibName: lua.OpenPackage,
		lua.BaseLibName: lua.OpenBase,
		lua.TabLibName:  lua.OpenTable,
	} {
		if err := vm.CallByParam(lua.P{Fn: vm.NewFunction(open), Protect: true}, lua.LString(name)); err != nil {
			return argoHealth{}, fmt.Errorf("opening Lua's library %q: %w", name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, luaTimeout)
	defer cancel()
	vm.SetContext(ctx)
	vm.SetGlobal("obj", luaValue(vm, object.Object))

	if err := vm.DoString(script); err != nil {
		return argoHealth{}, fmt.Errorf("running the script: %w", err)
	}
	table, ok := vm.Get(-1).(*lua.LTable)
	if !ok {
		return argoHealth{}, fmt.Errorf("the script returned a %s, want a table", vm.Get(-1).Type())
	}
	return argoHealth{
		status:  lua.LVAsString(table.RawGetString("status")),
		message: lua.LVAsString(table.RawGetString("message")),
	}, nil
}

// luaValue converts a value of an unstructured object for Lua.
func luaValue(vm *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case bool:
		return lua.LBool(v)
	case string:
		return lua.LString(v)
	case int64:
		return lua.LNumber(v)
	case float64:
		return lua.LNumber(v)
	case []any:
		table := vm.NewTable()
		for _, item := range v {
			table.Append(luaValue(vm, item))
		}
		return table
	case map[string]any:
		table := vm.NewTable()
		for key, item := range v {
			table.RawSetString(key, luaValue(vm, item))
		}
		return table
	default:
		return lua.LNil
	}
}
