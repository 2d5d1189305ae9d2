package syncjob

import (
	"encoding/json"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/4human/integration-operator/internal/fixture"
)

// withSpec returns a CronJob with a spec as JSON has it, nil if there is no such CronJob.
func withSpec(t *testing.T, spec any) *batchv1.CronJob {
	t.Helper()
	text, err := json.Marshal(map[string]any{"spec": spec})
	if err != nil {
		t.Fatal(err)
	}
	c := &batchv1.CronJob{}
	if json.Unmarshal(text, c) != nil || len(c.Spec.JobTemplate.Spec.Template.Spec.Containers) == 0 {
		return nil
	}
	return c
}

// TestEveryFieldOfTheSpecCounts takes CronJobs that were applied. When any field of the spec is changed or gone, the
// digest is another one.
func TestEveryFieldOfTheSpecCounts(t *testing.T) {
	for name, b := range map[string]customerBuilder{
		"minimal": makeCustomer(), "dressed": makeDressed(), "custom": makeCustom(makeDressed()),
	} {
		t.Run(name, func(t *testing.T) {
			applied := cronJobOf(t, b.s, b.s.customer.Spec.Services[0].Name)
			want := mustDigest(applied)
			spec := jsonValue(t, applied.Spec)
			var fields int
			compare := func(way []any, what string, changed any) {
				if c := withSpec(t, changed); c != nil && mustDigest(c) == want {
					t.Errorf("the digest is the same with %v %s", way, what)
				}
			}
			fixture.Walk(spec, nil, func(way []any, value any) {
				if len(way) > 0 {
					compare(way, "left out", fixture.Changed(spec, way[:len(way)-1], fixture.Without(way[len(way)-1])))
				}
				switch v := value.(type) {
				case string:
					fields++
					compare(way, "changed", fixture.Changed(spec, way, func(any) any { return v + "x" }))
				case float64:
					fields++
					compare(way, "changed", fixture.Changed(spec, way, func(any) any { return v + 1 }))
				case bool:
					fields++
					compare(way, "changed", fixture.Changed(spec, way, func(any) any { return !v }))
				}
			})
			if fields < 60 {
				t.Errorf("%d fields are too few to be all", fields)
			}
		})
	}
}

// TestEveryAdditionCounts adds to the spec of a CronJob what others may add.
func TestEveryAdditionCounts(t *testing.T) {
	type pod = corev1.PodSpec
	onPod := func(add func(*pod)) func(*batchv1.CronJob) {
		return func(c *batchv1.CronJob) { add(&c.Spec.JobTemplate.Spec.Template.Spec) }
	}
	additions := map[string]func(*batchv1.CronJob){
		"command":  onPod(func(p *pod) { p.Containers[0].Command = []string{"/bin/sh"} }),
		"argument": onPod(func(p *pod) { p.Containers[0].Args = append(p.Containers[0].Args, "--timeout=1s") }),
		"variable": onPod(func(p *pod) {
			p.Containers[0].Env = append(p.Containers[0].Env, corev1.EnvVar{Name: "HTTPS_PROXY", Value: "http://mine"})
		}),
		"variables": onPod(func(p *pod) { p.Containers[0].EnvFrom = []corev1.EnvFromSource{{Prefix: "a"}} }),
		"mount": onPod(func(p *pod) {
			p.Containers[0].VolumeMounts = append(p.Containers[0].VolumeMounts,
				corev1.VolumeMount{Name: volumeToken, MountPath: "/mine"})
		}),
		"hook":           onPod(func(p *pod) { p.Containers[0].Lifecycle = &corev1.Lifecycle{} }),
		"sidecar":        onPod(func(p *pod) { p.Containers = append(p.Containers, corev1.Container{Name: "mine"}) }),
		"init container": onPod(func(p *pod) { p.InitContainers = []corev1.Container{{Name: "mine"}} }),
		"volume":         onPod(func(p *pod) { p.Volumes = append(p.Volumes, corev1.Volume{Name: "mine"}) }),
		"host network":   onPod(func(p *pod) { p.HostNetwork = true }),
		"host aliases": onPod(func(p *pod) {
			p.HostAliases = []corev1.HostAlias{{IP: "10.0.0.1", Hostnames: []string{"nav.no"}}}
		}),
		"name servers":  onPod(func(p *pod) { p.DNSConfig = &corev1.PodDNSConfig{Nameservers: []string{"10.0.0.1"}} }),
		"node":          onPod(func(p *pod) { p.NodeName = "mine" }),
		"runtime":       onPod(func(p *pod) { p.RuntimeClassName = new("mine") }),
		"label of pods": func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.Template.Labels["mine"] = "yes" },
		"note on pods":  func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.Template.Annotations["mine"] = "yes" },
		"note on Jobs":  func(c *batchv1.CronJob) { c.Spec.JobTemplate.Annotations = map[string]string{"mine": "yes"} },
		"time to live":  func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.TTLSecondsAfterFinished = new(int32(1)) },
	}
	for name, add := range additions {
		t.Run(name, func(t *testing.T) {
			c := cronJobOf(t, makeCustomer().s, fixture.FollowUpPlans)
			before := mustDigest(c)
			add(c)
			if mustDigest(c) == before {
				t.Error("the digest is the same")
			}
		})
	}
}

// TestStrippedCronJob verifies that the cache keeps what is read of a CronJob, with a digest of its whole spec.
func TestStrippedCronJob(t *testing.T) {
	whole := cronJobOf(t, makeDressed().s, fixture.FollowUpPlans)
	whole.UID, whole.ResourceVersion, whole.Generation = "uid", "7", 3
	whole.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl-edit"}}
	whole.Annotations["theirs.example/note"] = "much"
	whole.Status.LastScheduleTime = &metav1.Time{Time: fixture.Noon}
	kept := whole.DeepCopy()
	if _, err := StripCronJob(kept); err != nil {
		t.Fatal(err)
	}
	if mustDigest(kept) != mustDigest(whole) || mustDigest(kept) == "" {
		t.Error("it has another digest")
	}
	again := kept.DeepCopy()
	if _, err := StripCronJob(again); err != nil || mustDigest(again) != mustDigest(kept) {
		t.Errorf("stripped once more it has another digest, %v", err)
	}
	if kept.Spec.Schedule != whole.Spec.Schedule || IsSuspended(kept) != IsSuspended(whole) || kept.Generation != 3 ||
		len(kept.Annotations) != 1 {
		t.Errorf("what is read is gone: %v", kept)
	}
	if kept.ManagedFields != nil || kept.Spec.JobTemplate.Spec.Template.Spec.Volumes != nil ||
		kept.Status.LastScheduleTime != nil {
		t.Errorf("too much is kept: %v", kept)
	}
	mine := whole.DeepCopy()
	mine.Spec.JobTemplate.Name = mustDigest(whole)
	if mustDigest(mine) == mustDigest(whole) {
		t.Error("who writes the digest into a CronJob decides on it")
	}
}

// TestCronJobDiffers compares a CronJob with a stored one.
func TestCronJobDiffers(t *testing.T) {
	desired := cronJobOf(t, makeCustomer().s, fixture.FollowUpPlans)
	hostNetwork := func(c *batchv1.CronJob) { c.Spec.JobTemplate.Spec.Template.Spec.HostNetwork = true }
	changed := func(change func(*batchv1.CronJob)) *batchv1.CronJob {
		c := desired.DeepCopy()
		change(c)
		return c
	}
	cases := map[string]struct {
		reason   string
		observed *batchv1.CronJob
		known    Admission
		want     bool
	}{
		"none":  {reason: "it does not exist", want: true},
		"equal": {reason: "it is as written", observed: desired.DeepCopy()},
		"added": {reason: "another client added to the pods", observed: changed(hostNetwork), want: true},
		"admitted": {
			reason: "a policy stores it like that", observed: changed(hostNetwork),
			known: Admission{Desired: mustDigest(desired), Stored: mustDigest(changed(hostNetwork))},
		},
		"labels": {reason: "a label is gone", observed: changed(func(c *batchv1.CronJob) { c.Labels = nil }), want: true},
		"owner": {
			reason: "its owner is gone", observed: changed(func(c *batchv1.CronJob) { c.OwnerReferences = nil }), want: true,
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got, err := CronJobDiffers(desired, tc.observed, tc.known); err != nil || got != tc.want {
				t.Errorf("%s: %t (%v), want %t", tc.reason, got, err, tc.want)
			}
		})
	}
}
