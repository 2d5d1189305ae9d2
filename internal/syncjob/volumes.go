package syncjob

import (
	"k8s.io/apimachinery/pkg/api/resource"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"

	"github.com/4human/integration-operator/api/v1alpha1"
)

const (
	// The volumes of a pod, and where they are mounted: see docs/worker-contract.md.
	volumeToken = "token-broker"
	volumeHRM   = "hrm"
	volumeCA    = "ca"
	mountToken  = "/var/run/secrets/token-broker" //nolint:gosec // A path.
	mountHRM    = "/var/run/secrets/hrm"
	mountCA     = "/var/run/ca"
	volumeTmp   = "tmp"
	mountTmp    = "/tmp"
	tokenFile   = "token"
	caFile      = "ca.crt"
	ownerFile   = "organization-number"

	tokenExpiration  = 600 // seconds, the shortest that Kubernetes allows
	readableForGroup = 0o440
	// readableForAll is for pods whose group is not known. No other container mounts the volumes.
	readableForAll = 0o444
)

// trustsConfigMap reports whether pods trust the authorities of a ConfigMap.
func trustsConfigMap(s *v1alpha1.Supplier) bool {
	return s.Spec.Sync.CAConfigMapRef != v1alpha1.ConfigMapKeyReference{}
}

// usesHRM reports whether the pod gets the address and credentials of the customer's HRM system.
func (d Desired) usesHRM() bool { return d.service().UsesHRM() }

// tmpLimit is how much a custom service's pod may write. A pod that exceeds it is evicted.
var tmpLimit = resource.MustParse("64Mi")

// mounts returns where a pod has its volumes.
func (d Desired) mounts() []*corev1ac.VolumeMountApplyConfiguration {
	all := []*corev1ac.VolumeMountApplyConfiguration{
		corev1ac.VolumeMount().WithName(volumeToken).WithMountPath(mountToken).WithReadOnly(true),
	}
	if d.usesHRM() {
		all = append(all, corev1ac.VolumeMount().WithName(volumeHRM).WithMountPath(mountHRM).WithReadOnly(true))
	}
	if d.custom() != nil {
		all = append(all, corev1ac.VolumeMount().WithName(volumeTmp).WithMountPath(mountTmp))
	}
	if trustsConfigMap(d.Supplier) {
		all = append(all, corev1ac.VolumeMount().WithName(volumeCA).WithMountPath(mountCA).WithReadOnly(true))
	}
	return all
}

// volumes returns what a pod reads: its short-lived token for the token broker, the customer's HRM credentials, and the
// Supplier's certificate authorities. A custom service's pod may write to /tmp. If the Secret, the ConfigMap or one of
// their keys is missing, the pod starts and the run reports that.
func (d Desired) volumes() []*corev1ac.VolumeApplyConfiguration {
	mode := int32(readableForGroup)
	if d.Supplier.Spec.Sync.PodUser == v1alpha1.PodUserPlatform {
		mode = readableForAll
	}
	all := []*corev1ac.VolumeApplyConfiguration{
		corev1ac.Volume().WithName(volumeToken).WithProjected(corev1ac.ProjectedVolumeSource().
			WithDefaultMode(mode).
			WithSources(corev1ac.VolumeProjection().WithServiceAccountToken(corev1ac.ServiceAccountTokenProjection().
				WithAudience(v1alpha1.TokenAudience).
				WithExpirationSeconds(tokenExpiration).
				WithPath(tokenFile)))),
	}
	if d.usesHRM() {
		all = append(all, d.secretVolume(mode))
	}
	if d.custom() != nil {
		all = append(all, corev1ac.Volume().WithName(volumeTmp).
			WithEmptyDir(corev1ac.EmptyDirVolumeSource().WithSizeLimit(tmpLimit)))
	}
	if ref := d.Supplier.Spec.Sync.CAConfigMapRef; trustsConfigMap(d.Supplier) {
		all = append(all, corev1ac.Volume().WithName(volumeCA).WithConfigMap(corev1ac.ConfigMapVolumeSource().
			WithName(ref.Name).
			WithOptional(true).
			WithDefaultMode(mode).
			WithItems(corev1ac.KeyToPath().WithKey(ref.Key).WithPath(caFile))))
	}
	return all
}

// secretVolume returns the volume of the customer's HRM credentials.
func (d Desired) secretVolume(mode int32) *corev1ac.VolumeApplyConfiguration {
	return corev1ac.Volume().WithName(volumeHRM).WithSecret(corev1ac.SecretVolumeSource().
		WithSecretName(d.Customer.Spec.HRM.CredentialsSecretRef.Name).
		WithOptional(true).
		WithDefaultMode(mode).
		WithItems(
			corev1ac.KeyToPath().WithKey(v1alpha1.HRMTokenKey).WithPath(tokenFile),
			corev1ac.KeyToPath().WithKey(v1alpha1.HRMCAKey).WithPath(caFile),
			corev1ac.KeyToPath().WithKey(v1alpha1.HRMOwnerKey).WithPath(ownerFile),
		))
}
