package runreport

import (
	"errors"
	"slices"
)

// Cause says more about a Reason, if it has several causes with different remedies. The set is closed: see Causes.
type Cause string

// Causes of HRMUnreachable and NAVUnreachable; see package outbound.
const (
	NameNotResolved      Cause = "NameNotResolved"
	ConnectionRefused    Cause = "ConnectionRefused"
	ConnectionTimedOut   Cause = "TimedOut"
	CertificateUntrusted Cause = "CertificateUntrusted"
	CertificateMismatch  Cause = "CertificateMismatch"
	CertificateInvalid   Cause = "CertificateInvalid"
	ProxyFailed          Cause = "ProxyFailed"
)

// Causes of HRMCredentialsMissing. Those of the token are in package outbound, too.
const (
	// TokenMissing means that the Secret has no token, or does not exist.
	TokenMissing      Cause = "TokenMissing"
	TokenEmpty        Cause = "TokenEmpty"
	TokenTooLong      Cause = "TokenTooLong"
	TokenByteMark     Cause = "TokenByteMark"
	TokenWithScheme   Cause = "TokenWithScheme"
	TokenOfLines      Cause = "TokenOfLines"
	TokenNotPrintable Cause = "TokenNotPrintable"
	// TokenOfServiceAccount means that the token is one of the cluster.
	TokenOfServiceAccount Cause = "TokenOfServiceAccount"
	// CAUnreadable means that the Secret's certificates of authorities cannot be read.
	CAUnreadable Cause = "CAUnreadable"
	// SecretOfAnother means that the Secret names another organization.
	SecretOfAnother Cause = "SecretOfAnother"
)

// CAConfigMapUnreadable is a cause of ConfigurationInvalid: the ConfigMap of spec.sync.caConfigMapRef is missing, or
// has no PEM certificate.
const CAConfigMapUnreadable Cause = "CAConfigMapUnreadable"

var causes = []Cause{
	CAConfigMapUnreadable, CAUnreadable, CertificateInvalid, CertificateMismatch, CertificateUntrusted, ConnectionRefused,
	NameNotResolved,
	ProxyFailed, SecretOfAnother, ConnectionTimedOut, TokenByteMark, TokenEmpty, TokenMissing, TokenNotPrintable,
	TokenOfLines, TokenOfServiceAccount, TokenTooLong, TokenWithScheme,
}

// Causes returns all causes, sorted.
func Causes() []Cause { return slices.Clone(causes) }

// Error returns the cause's name. As an error, it can be wrapped by Errorf.
func (c Cause) Error() string { return string(c) }

// Cause returns the cause's name.
func (c Cause) Cause() string { return string(c) }

// causeOf returns the cause of an error that wraps one with a method Cause, "" if the set has no such cause.
func causeOf(err error) Cause {
	var caused interface {
		error
		Cause() string
	}
	if !errors.As(err, &caused) {
		return ""
	}
	return knownCause(Cause(caused.Cause()))
}

// knownCause returns a cause of the set, and "" for another one.
func knownCause(c Cause) Cause {
	if !slices.Contains(causes, c) {
		return ""
	}
	return c
}
