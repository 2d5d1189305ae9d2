// Package health evaluates what config/health says of every state that the operator can bring about, in the way that
// Argo CD and Flux do.
package health

import (
	"context"
	"fmt"
	"time"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// argoHealth is what Argo CD shows of a resource.
type argoHealth struct {
	status  string
	message string
}

// argoStatuses are the words that Argo CD accepts of a check, the best first (argo-cd.readthedocs.io, "Resource
// Health").
var argoStatuses = []string{"Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"}

// luaTimeout ends a script that does not end by itself. Argo CD gives it a second, of a machine with less to do.
const luaTimeout = time.Minute

// argoCD evaluates a health script as Argo CD does where resource.customizations.useOpenLibs is not set: the object
// is the global obj, the script returns a table, and of Lua's libraries only package, base and table are there.
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

// luaValue gives a value of an unstructured object to Lua.
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
