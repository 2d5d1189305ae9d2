package interruption

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
)

// TestNewLockLeavesTheConfig checks that the timeout of requests for the Lease does not become that of all requests: it
// would end every watch of the manager's cache after seconds.
func TestNewLockLeavesTheConfig(t *testing.T) {
	config := &rest.Config{Host: "https://api.example", UserAgent: "manager"}
	if _, err := NewLock(config, "system", "lease", nil, nil, time.Second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("manager", config.UserAgent); diff != "" {
		t.Errorf("user agent, -before +after:\n%s", diff)
	}
	if config.Timeout != 0 {
		t.Errorf("the timeout is %s, want none", config.Timeout)
	}
}
