//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// window is how long runs are measured for each setting: minutes of the hour, in which the CronJobs due in them run.
// startup is how long kube-controller-manager runs before.
const (
	window  = 3 * time.Minute
	startup = 45 * time.Second
	// deadline is how late the CronJob controller still starts a run: startingDeadlineSeconds of the CronJobs.
	deadline = 2 * time.Minute
	// grace is how long the last runs of a window have to end, after the deadline.
	grace = 20 * time.Second
)

// controllerSetting is a way in which a platform team may start kube-controller-manager.
type controllerSetting struct {
	name  string
	flags []string
}

func controllerSettings() []controllerSetting {
	workers := []string{"--concurrent-cron-job-syncs=20", "--concurrent-job-syncs=20"}
	requests := []string{"--kube-api-qps=100", "--kube-api-burst=200"}
	return []controllerSetting{
		{name: "defaults"},
		{name: "20 workers", flags: workers},
		{name: "100 requests a second", flags: requests},
		{name: "both", flags: append(slices.Clone(workers), requests...)},
	}
}

// runsAnHour measures how late the stock CronJob and Job controllers start the runs of hourly schedules: one of each
// customer per hour. Pods run on a fake kubelet. The operator does not run.
func (s *setup) runsAnHour(t *testing.T) {
	w := s.newServer(t)
	began := time.Now()
	due := w.addCronJobs()
	t.Logf("created CronJobs, each with its last Job, in %s: %v in the minutes of the hour",
		time.Since(began).Round(time.Second), due)
	measured.Product(s.key("etcd's database before", "MiB"), w.database())
	starts := w.watchStarts()
	for _, c := range controllerSettings() {
		if *settingsFlag == "" || slices.Contains(strings.Split(*settingsFlag, ","), c.name) {
			w.measureWindow(c, due, starts)
		}
	}
	measured.Product(s.key("etcd's database after", "MiB"), w.database())
}

// measureWindow runs kube-controller-manager and adds the figures of the next whole minutes of its work.
func (w *world) measureWindow(c controllerSetting, due map[int]int, starts *starts) {
	w.t.Helper()
	p := w.startControllers(c.flags)
	from := time.Now().Add(startup).Truncate(time.Minute).Add(time.Minute)
	to := from.Add(window)
	expected := 0
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		expected += due[at.Minute()]
	}
	pause(w.t, time.Until(from.Add(-time.Second)))
	before, load := w.costs(p), loadAverage()
	pause(w.t, time.Until(to.Add(-time.Second)))
	after := w.costs(p)
	waitFor(w.t, time.Until(to.Add(-time.Minute).Add(deadline+grace)), func() bool {
		return starts.ended(from, to) >= expected
	})
	w.t.Logf("%s, %s: load %.0f before, %.0f after", c.name, from.Format("15:04"), load, loadAverage())
	starts.add(w, c.name, from, to, expected)
	after.add(w, c.name, before)
	measured.Product(w.key(c.name+": controller-manager's memory at most", "MiB"), p.memory("VmHWM"))
	p.stop(syscall.SIGTERM)
}

// startControllers starts kube-controller-manager with the controllers that a run passes through.
func (w *world) startControllers(flags []string) *process {
	w.t.Helper()
	program := filepath.Join(os.Getenv("KUBEBUILDER_ASSETS"), "kube-controller-manager")
	return start(w.t, exec.CommandContext(context.Background(), program, append([]string{
		"--kubeconfig=" + w.server.KubeConfigPath(), "--leader-elect=false", "--secure-port=0",
		"--controllers=cronjob-controller,job-controller,garbage-collector-controller,ttl-after-finished-controller",
	}, flags...)...))
}

// costs are what the processes have used so far.
type costs struct {
	at                           time.Time
	controllers, apiServer, etcd time.Duration
	requests                     requests
}

func (w *world) costs(p *process) costs {
	w.t.Helper()
	return costs{
		at: time.Now(), controllers: p.cpu(w.t), apiServer: w.apiServer.cpu(w.t), etcd: w.etcd.cpu(w.t),
		requests: w.requests(),
	}
}

// add adds the costs since before.
func (c costs) add(w *world, name string, before costs) {
	seconds := c.at.Sub(before.at).Seconds()
	for _, program := range []struct {
		name string
		used time.Duration
	}{
		{name: "controller-manager", used: c.controllers - before.controllers},
		{name: "kube-apiserver", used: c.apiServer - before.apiServer},
		{name: "etcd", used: c.etcd - before.etcd},
	} {
		measured.Product(w.key(fmt.Sprintf("%s: %s's CPU", name, program.name), "cores"), program.used.Seconds()/seconds)
	}
	runs := max(1, c.requests["POST jobs"]-before.requests["POST jobs"])
	for _, request := range []string{
		"PUT cronjobs/status", "PUT cronjobs/status 409", "GET cronjobs", "DELETE jobs", "GET jobs", "POST pods",
		"PUT jobs/status", "PUT jobs/status 409", "PATCH pods", "GET pods", "DELETE pods", "POST events", "PATCH events",
	} {
		n := c.requests[request] - before.requests[request]
		measured.Product(w.key(fmt.Sprintf("%s: per run: %s", name, request), ""), n/runs)
	}
}
