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

// argoCD evaluates a health script as Argo CD does.
func argoCD(ctx context.Context, script string, object *unstructured.Unstructured) (argoHealth, error) {
	table, err := runLua(ctx, script, object)
	if err != nil {
		return argoHealth{}, err
	}
	return argoHealth{
		status:  lua.LVAsString(table.RawGetString("status")),
		message: lua.LVAsString(table.RawGetString("message")),
	}, nil
}

// runLua runs a script as Argo CD does without resource.customizations.useOpenLibs: the global obj is the object, the
// script returns a table, and Lua has only the libraries package, base and table, and time and date of os.
func runLua(ctx context.Context, script string, object *unstructured.Unstructured) (*lua.LTable, error) {
	vm := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer vm.Close()
	for _, lib := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
		{lua.OsLibName, openTimeAndDate},
	} {
		if err := vm.CallByParam(lua.P{Fn: vm.NewFunction(lib.open), Protect: true}, lua.LString(lib.name)); err != nil {
			return nil, fmt.Errorf("opening Lua's library %q: %w", lib.name, err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, luaTimeout)
	defer cancel()
	vm.SetContext(ctx)
	vm.SetGlobal("obj", luaValue(vm, object.Object))

	if err := vm.DoString(script); err != nil {
		return nil, fmt.Errorf("running the script: %w", err)
	}
	table, ok := vm.Get(-1).(*lua.LTable)
	if !ok {
		return nil, fmt.Errorf("the script returned a %s, want a table", vm.Get(-1).Type())
	}
	return table, nil
}

// openTimeAndDate opens the library os without what Argo CD leaves out: all but time and date.
func openTimeAndDate(vm *lua.LState) int {
	n := lua.OpenOs(vm)
	os, ok := vm.GetGlobal(lua.OsLibName).(*lua.LTable)
	if !ok {
		vm.RaiseError("there is no library os")
	}
	all := vm.NewTable()
	for _, name := range []string{"time", "date"} {
		all.RawSetString(name, os.RawGetString(name))
	}
	vm.SetGlobal(lua.OsLibName, all)
	return n
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
