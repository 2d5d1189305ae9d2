package condition

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/4human/integration-operator/api/v1alpha1"
	"github.com/4human/integration-operator/internal/runreport"
)

// RunCause is what the operator knows of one cause of failed runs and outages.
type RunCause struct {
	Cause runreport.Cause
	// Fact and Action are as in Run. {peer} is what was called, {host} its host, and {url} its URL. Outside is the action
	// for a service that another organization runs, "" if it is the same.
	Fact, Action, Outside string
	// AtOnce is as in Run, for a fault that is not the reason's. "" means the reason's.
	AtOnce string
}

// connectionCauses are why there is no complete response. Runs report them, and so does the Supplier.
var connectionCauses = []RunCause{
	{
		Cause: runreport.CertificateInvalid, Fact: "the certificate of {peer} has expired or is invalid.",
		Action: "Renew it there, and check the node's clock (openssl s_client -connect {host} </dev/null | " +
			"openssl x509 -noout -dates).",
		Outside: "Check the node's clock, and proxies that inspect TLS (from {from}: " +
			"openssl s_client -connect {host} </dev/null | openssl x509 -noout -dates).",
	},
	{
		Cause: runreport.CertificateMismatch, Fact: "the certificate of {peer} is for another host.",
		Action: "Compare its names with the URL (openssl s_client -connect {host} </dev/null | " +
			"openssl x509 -noout -ext subjectAltName).",
		Outside: "Another server answers: check DNS and proxies (from {from}: " +
			"openssl s_client -connect {host} </dev/null | openssl x509 -noout -ext subjectAltName).",
	},
	{
		Cause: runreport.CertificateUntrusted,
		Fact:  "the certificate of {peer} is of an authority that the pod does not trust.",
		Action: "{authority} See its issuer (from {from}: " +
			"openssl s_client -connect {host} </dev/null | openssl x509 -noout -issuer).",
	},
	{
		Cause: runreport.ConnectionRefused, Fact: "{peer} refuses the connection.",
		Action:  "Start it, correct the URL, or allow it in the firewall that rejects it (from {from}: curl -v {url}).",
		Outside: "Allow it in the firewalls and proxies on the way (from {from}: curl -v {url}).",
	},
	{
		Cause: runreport.NameNotResolved, Fact: "the host name of {peer} does not resolve.",
		Action:  "Correct the URL, or let the pods reach the cluster's DNS, port 53 (from {from}: nslookup {name}).",
		Outside: "Let the pods reach the cluster's DNS, port 53, and let it resolve the name (from {from}: nslookup {name}).",
	},
	{
		Cause: runreport.ProxyFailed, Fact: "the proxy does not connect to {peer}.",
		Action: "Correct {proxy}, or allow the host at the proxy (from {from}: curl -v -x PROXY {url}).",
	},
	{
		Cause: runreport.ConnectionTimedOut, Fact: "{peer} does not respond in time.",
		Action: "Allow the pods' egress to it in NetworkPolicies and firewalls (from {from}: curl -v {url}).",
	},
}

// Commands that set the token of a Secret. setToken keeps the Secret's other keys.
const (
	setToken = "kubectl patch secret {secretName} -n {namespace} --type=merge -p '{\"data\":{\"" + v1alpha1.HRMTokenKey +
		"\":\"'$(base64 <FILE | tr -d '\\n')'\"}}'"
	createToken = "kubectl create secret generic {secretName} -n {namespace} --from-file=" + v1alpha1.HRMTokenKey + "=FILE"
)

// tokenFault returns the row of a fault of the token in a customer's Secret.
func tokenFault(cause runreport.Cause, fact, action string) RunCause {
	return RunCause{
		Cause: cause, Fact: fmt.Sprintf("the key %q of Secret {secret} %s.", v1alpha1.HRMTokenKey, fact),
		Action: action + ": " + setToken,
	}
}

// credentialCauses are faults of a customer's Secret.
var credentialCauses = []RunCause{
	{
		Cause:  runreport.CAUnreadable,
		Fact:   fmt.Sprintf("the key %q of Secret {secret} has no PEM certificate.", v1alpha1.HRMCAKey),
		Action: "Replace it by the authority's certificates in PEM, or remove it (kubectl edit secret {secretName} -n {namespace}).",
	},
	{
		Cause:  runreport.SecretOfAnother,
		Fact:   "Secret {secret} is another customer's, by its key \"" + v1alpha1.HRMOwnerKey + "\".",
		Action: "Name the Secret of {organization} in spec.hrm.credentialsSecretRef.",
	},
	tokenFault(runreport.TokenByteMark, "begins with a byte order mark, as Windows' editors write",
		"Write the token alone into FILE, without a mark, then"),
	tokenFault(runreport.TokenEmpty, "is empty", "Write the token into FILE, then"),
	tokenFault(runreport.TokenMissing, "is missing, or the Secret is",
		"Write the token into FILE, then, if there is no Secret ("+createToken+"), or if there is one"),
	tokenFault(runreport.TokenNotPrintable, "has blanks, or characters other than printable ASCII",
		"Write the token alone into FILE, in ASCII, then"),
	tokenFault(runreport.TokenOfLines, "has several lines", "Write the token alone into FILE, in one line, then"),
	{
		Cause:  runreport.TokenOfServiceAccount,
		Fact:   "Secret {secret} has the token of a Kubernetes service account, which is not sent.",
		Action: "Name the Secret with the HRM system's token in spec.hrm.credentialsSecretRef.",
	},
	tokenFault(runreport.TokenTooLong, "is longer than 16 KiB", "Write the token alone into FILE, then"),
	tokenFault(runreport.TokenWithScheme, `begins with "Bearer ", which the worker adds`,
		"Write the token alone into FILE, then"),
}

// settingCauses are faults of what the Supplier's settings refer to.
var settingCauses = []RunCause{{
	Cause: runreport.CAConfigMapUnreadable, AtOnce: v1alpha1.ReasonCAConfigMapUnreadable,
	Fact:   "ConfigMap {namespace}/{caConfigMap} (key {caKey}) is missing or unreadable.",
	Action: "Create it with the certificates in PEM, or remove spec.sync.caConfigMapRef of Supplier/{supplier}.",
}}

// RunCauses returns what is known of all causes, sorted.
func RunCauses() []RunCause {
	all := slices.Concat(connectionCauses, credentialCauses, settingCauses)
	slices.SortFunc(all, func(a, b RunCause) int { return cmp.Compare(a.Cause, b.Cause) })
	return all
}

// Peer is a service outside the cluster, for the placeholders of a RunCause.
type Peer struct {
	Name string
	URL  string
	// Authority is what to do if the certificate's authority is not trusted.
	Authority string
	// Proxy names the setting of the proxy, and From where a person tries the connection.
	Proxy, From string
}

// Fill replaces the placeholders of a text.
func (p Peer) Fill(text string) string {
	var name, host string
	if u, err := url.Parse(p.URL); err == nil {
		name, host = u.Hostname(), net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443"))
	}
	return strings.NewReplacer("{peer}", p.Name, "{url}", p.URL, "{name}", name, "{host}", host,
		"{authority}", p.Authority, "{proxy}", p.Proxy, "{from}", p.From).Replace(text)
}

// OutageCause returns the fact and the action about a service outside that cannot be reached, "" if the cause is
// unknown.
func OutageCause(p Peer, cause string) (fact, action string) {
	c := CauseOf(string(runreport.NAVUnreachable), cause)
	if c.Cause == "" {
		return "", ""
	}
	fact = p.Fill(c.Fact)
	return strings.ToUpper(fact[:1]) + fact[1:], p.Fill(c.Action)
}

// CauseOf returns what is known of the cause of a reason of failed runs. It is the zero RunCause if the cause is "" or
// says nothing about the reason. Its Action is Outside if the reason is about a service of another
// organization.
func CauseOf(reason, cause string) RunCause {
	rows := map[runreport.Reason][]RunCause{
		runreport.HRMUnreachable: connectionCauses, runreport.NAVUnreachable: connectionCauses,
		runreport.HRMCredentialsMissing: credentialCauses, runreport.ConfigurationInvalid: settingCauses,
	}[runreport.Reason(reason)]
	i := slices.IndexFunc(rows, func(c RunCause) bool { return string(c.Cause) == cause })
	if i < 0 {
		return RunCause{}
	}
	found := rows[i]
	if reason == string(runreport.NAVUnreachable) {
		found.Action = cmp.Or(found.Outside, found.Action)
	}
	return found
}
