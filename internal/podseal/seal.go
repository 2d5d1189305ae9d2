// Package podseal recognizes the pods of sync jobs: the operator seals the pod template that it applies, and the token
// broker verifies the seal of the pod that requests a token.
//
// A seal is a keyed hash (HMAC-SHA256) of the parts of a pod that decide what runs with the customer's access:
// namespace, service account, access, image, command, arguments, environment, hooks, mounts, and the volumes behind
// them. It is an annotation of the pod. Only the manager has the key, so a right to create or change pods is not enough
// to make a seal. Older seals stay valid while templates change, so a change of settings stops no run under way.
//
// What platforms add to pods is not sealed: labels, other annotations, resources, users, tolerations, scheduling, and
// containers such as a mesh's proxy, as long as these mount none of the worker's volumes.
package podseal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// Annotation is the annotation of a pod, and of a pod template, that holds its seal.
const Annotation = "integrations.4human.no/seal"

// AnnotationAccess is the annotation of a Job, a pod, and their templates with the access that the run was made for, as
// services.Service.AccessID returns it. Those of built-in services have none.
const AnnotationAccess = "integrations.4human.no/access"

// Container is the name of the container that the worker runs in.
const Container = "sync"

const (
	keyLength = 32
	// purpose separates seals from other derivations of the same secret.
	purpose = "integrations.4human.no pod seal v1"
	// version begins each seal. It changes whenever a seal covers other parts of a pod. Until an upgraded operator has
	// replaced a CronJob, the CronJob's pods then count as unsealed and not as edited, which is not a failure.
	version = "v1."
)

// Key seals pods. The zero Key seals nothing and recognizes nothing.
type Key struct {
	// secret is behind a function, so that no dumper or encoder shows it.
	secret func() []byte
}

// NewKey derives a Key from a secret. The same secret results in the same Key.
func NewKey(secret []byte) (Key, error) {
	derived, err := hkdf.Key(sha256.New, secret, nil, purpose, keyLength)
	if err != nil {
		return Key{}, fmt.Errorf("deriving the key of seals: %w", err)
	}
	return Key{secret: func() []byte { return derived }}, nil
}

// ErrUnsealed is why a pod without a seal of this version is not recognized: it was made by an operator of another
// version, or not by the operator.
var ErrUnsealed = errors.New("it has no seal of this version")

// Seal returns the seal for a pod in a namespace, made for an access.
func (k Key) Seal(namespace, access string, pod *corev1.PodSpec) (string, error) {
	if k.secret == nil {
		return "", errors.New("there is no key to seal pods with")
	}
	worker, err := workerOf(pod)
	if err != nil {
		return "", err
	}
	return k.seal(namespace, access, pod, worker, worker.Image)
}

// Verify returns an error that says why a pod is not as the operator made it, ErrUnsealed if it has no seal. A digest
// that admission added to the image's tag is no difference.
func (k Key) Verify(pod *corev1.Pod) error {
	seal := pod.Annotations[Annotation]
	if !strings.HasPrefix(seal, version) {
		return ErrUnsealed
	}
	if k.secret == nil {
		return errors.New("there is no key to verify seals with")
	}
	worker, err := workerOf(&pod.Spec)
	if err != nil {
		return err
	}
	if err := checkOthers(&pod.Spec, worker); err != nil {
		return err
	}
	tag, _, _ := strings.Cut(worker.Image, "@")
	for _, image := range slices.Compact([]string{worker.Image, tag}) {
		want, err := k.seal(pod.Namespace, pod.Annotations[AnnotationAccess], &pod.Spec, worker, image)
		if err != nil {
			return err
		}
		if hmac.Equal([]byte(want), []byte(seal)) {
			return nil
		}
	}
	return fmt.Errorf("its seal is not that of its container %s: image, command, arguments, environment, mounts, "+
		"volumes, account or access are not what the operator wrote", Container)
}

// sealed has the parts of a pod that a seal covers.
type sealed struct {
	Namespace, ServiceAccount              string
	Access                                 string `json:",omitempty"`
	HostNetwork, HostPID, HostIPC, ShareIt bool
	Worker                                 corev1.Container
	Volumes                                []corev1.Volume
}

func (k Key) seal(
	namespace, access string, pod *corev1.PodSpec, worker *corev1.Container, image string,
) (string, error) {
	text, err := json.Marshal(sealed{
		Namespace: namespace, ServiceAccount: pod.ServiceAccountName, Access: access,
		HostNetwork: pod.HostNetwork, HostPID: pod.HostPID, HostIPC: pod.HostIPC,
		ShareIt: pod.ShareProcessNamespace != nil && *pod.ShareProcessNamespace,
		Worker: corev1.Container{
			Name: worker.Name, Image: image, Command: worker.Command, Args: worker.Args, WorkingDir: worker.WorkingDir,
			Env: worker.Env, EnvFrom: worker.EnvFrom, VolumeMounts: worker.VolumeMounts, VolumeDevices: worker.VolumeDevices,
			LivenessProbe: worker.LivenessProbe, ReadinessProbe: worker.ReadinessProbe, StartupProbe: worker.StartupProbe,
			Lifecycle: worker.Lifecycle,
		},
		Volumes: volumesOf(pod, worker),
	})
	if err != nil {
		return "", fmt.Errorf("sealing a pod: %w", err)
	}
	mac := hmac.New(sha256.New, k.secret())
	mac.Write(text)
	return version + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

func workerOf(pod *corev1.PodSpec) (*corev1.Container, error) {
	for i := range pod.Containers {
		if pod.Containers[i].Name == Container {
			return &pod.Containers[i], nil
		}
	}
	return nil, fmt.Errorf("it has no container %s", Container)
}

func volumesOf(pod *corev1.PodSpec, c *corev1.Container) []corev1.Volume {
	var mounted []corev1.Volume
	for i := range pod.Volumes {
		if mounts(c.VolumeMounts, pod.Volumes[i].Name) {
			mounted = append(mounted, pod.Volumes[i])
		}
	}
	return mounted
}

func mounts(all []corev1.VolumeMount, volume string) bool {
	return slices.ContainsFunc(all, func(m corev1.VolumeMount) bool { return m.Name == volume })
}
